/* Messages to people, on standard error. */
#pragma once

#include "flowscan.h"

/* One line, with the program's name before it. */
void log_line(const char *format, ...) FS_PRINTF(1, 2);

/* "flowscand: FILE:LINE:COLUMN: error: text", as compilers have it; the parts
 * that are not known are left out. Fits fs_fault_fn, 'ctx' is not used. */
void log_fault(void *ctx, bool warning, const struct fs_err *err);
