/* Who reads what of a database: lines of JSON in 'access.log' beside it, when
 * that file is there. */
#pragma once

#include "options.h"

/* Writes down who asks, with the command line, before anything is read.
 *
 * Returns 0 to go on, or the exit code: what cannot be written down is not
 * read. */
int access_ask(const struct options *options);
/* How many rows were found. The same result. */
int access_given(const struct options *options, uint64_t rows);
/* Whether reads of this database are written down. */
bool access_is_logged(const char *db);
