/* Literals of conditions, lists and tests: numbers with units, bytes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum number_fault {
	NUMBER_FINE = 0,
	NUMBER_NONE,  /* No number at all. */
	NUMBER_UNIT,  /* A number behind which stands no unit. */
	NUMBER_RANGE, /* Too large, or finer than a thousandth. */
};

/* Reads "40", "0.5", "0x16", "AS13335", "40ms", "5km" as thousandths of
 * '*unit' (enum signal_unit), which is UNIT_NONE for a bare number. */
enum number_fault number_read(const char *text, int64_t *milli, uint8_t *unit);
/* The units, for faults: "us, ms, ...". */
extern const char *const number_units;

/* Reads "16 03 ??" into 'bytes' and 'mask' (0 where open), each with room
 * for strlen(text) / 2 + 1. 'mask' may be null: then nothing may be open.
 *
 * Returns how many bytes, or -1 with '*offset' at what is no hex pair. */
int hex_read(const char *text, uint8_t *bytes, uint8_t *mask, size_t *offset);

/* Undoes \r \n \t \0 \\ \xNN. Returns how many bytes, or -1 with '*offset'
 * at the '\'. 'bytes' has room for the text's size. */
int ascii_read(const char *text, size_t size, uint8_t *bytes, size_t *offset);
