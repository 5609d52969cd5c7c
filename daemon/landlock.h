/* Landlock: the kernel keeps the process to its own files. Raw system calls,
 * as libc has none. */
#pragma once

#include "reach.h"

/* What the kernel knows: 0 nothing, else the version of its interface. */
int landlock_version(void);

/* Keeps this thread, and those that it starts, to these places; no TCP. With
 * a kernel that knows nothing of it, does nothing and returns 0.
 *
 * Returns the version that is in force, or a negative code with 'err' set. */
int landlock_enter(const struct reach *reach, struct fs_err *err);
