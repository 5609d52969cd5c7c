/* Whole files, bounded. */
#pragma once

#include <stddef.h>

/* Reads a file, or a pipe to its end. '*bytes' is owned by the caller and
 * has a NUL behind its last byte.
 *
 * Returns 0, a negated errno (-EISDIR for a folder), or FS_EFULL when it is
 * larger than 'max'. */
int file_read(const char *path, size_t max, char **bytes, size_t *size);
