/* Comma-separated values (RFC 4180), a line at a time: a field in quotes may
 * hold commas and doubled quotes, but no line break. */
#pragma once

#include <stddef.h>

#include "base/cursor.h"

enum {
	CSV_LINE_MAX = 16384, /* Bytes. */
	CSV_FIELDS = 64,
};

/* A line while it is read. */
struct csv_line {
	const char *field[CSV_FIELDS]; /* Terminated; of 'room'. */
	size_t count;
	char room[CSV_LINE_MAX + CSV_FIELDS];
};

/* Splits a line, which comes without its end. Returns null, or what is wrong
 * with it. */
const char *csv_split(struct cursor bytes, struct csv_line *line);

/* Takes the next line that is neither empty nor a comment ('#' first),
 * counting lines in '*number'. Returns false at the end. */
CURSOR_CHECKED bool csv_next(struct cursor *bytes, unsigned *number,
    struct cursor *line);

/* Skips the byte order mark that some programs begin a text with. */
void csv_begin(struct cursor *bytes);
