/* Whole files, bounded; and their names. */
#pragma once

#include <stddef.h>

/* Reads a file, or a pipe to its end. '*bytes' is owned by the caller and
 * has a NUL behind its last byte.
 *
 * Returns 0, a negated errno (-EISDIR for a folder), or FS_EFULL when it is
 * larger than 'max'. */
int file_read(const char *path, size_t max, char **bytes, size_t *size);

/* Puts a file in the place of the one that is there, at once and whole: who
 * reads it sees the old one or the new one, also after a crash. A new file is
 * readable by all.
 *
 * Returns 0 or a negated errno; then the old one is untouched. */
int file_replace(const char *path, const char *bytes, size_t size);

/* Shortens "a/b/../c" to "a/c" and "./a" to "a" in place, where that names
 * the same file (with links between folders, it may not). */
void file_tidy_path(char *path);
