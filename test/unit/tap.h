/* Writes the results of a test in the Test Anything Protocol. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One result; returns 'passed'. The name may hold printf() formats. */
bool tap_ok(bool passed, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Compare, and show both sides when they differ. */
bool tap_int(long long got, long long want, const char *name);
bool tap_text(const char *got, const char *want, const char *name);
bool tap_bytes(const void *got, size_t got_size, const void *want,
    size_t want_size, const char *name);
void tap_skip(const char *name, const char *why);
/* Prints the plan; returns main()'s result. */
int tap_done(void);

/* A copy of 'size' bytes in a heap block of exactly that size, so that a
 * sanitizer sees any read beyond it. free() it. */
void *tap_exact(const void *bytes, size_t size);

/* Turns "16 03 01" into bytes; returns how many. Aborts on bad hex, or when
 * 'room' is too small. */
size_t tap_hex(const char *hex, uint8_t *bytes, size_t room);
