/* Which system calls the process may still make once it is confined. */
#pragma once

#include "flowscan.h"

/* From now on, in this thread and those that it starts: calls that are not
 * listed fail with EPERM, and those by which an intruder would take over the
 * machine end the process.
 *
 * Returns 0 or a negative code, with 'err' set. */
int syscalls_enter(struct fs_err *err);

/* How many are allowed, and how many end the process. */
size_t syscalls_allowed(void);
size_t syscalls_deadly(void);
