/* Filling in 'struct fs_err': what, where, what was expected, what to do. */
#pragma once

#include <stdarg.h>

#include "flowscan.h"

/* Each returns 'code', so that a caller can 'return err_set(...)'. A null
 * 'err' is allowed. Text that does not fit is cut. Control characters in the
 * text are replaced, as it may quote what a stranger sent. */
int err_set(struct fs_err *err, int code, const char *format, ...)
    FS_PRINTF(3, 4);

/* The same, of a place in a file; 0 where line or column do not apply. */
int err_set_at(struct fs_err *err, int code, const char *file, unsigned line,
    unsigned column, const char *format, ...) FS_PRINTF(6, 7);
