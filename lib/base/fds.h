/* File descriptors. */
#pragma once

/* Makes sure that 0, 1 and 2 are open, so that no file which is opened later
 * takes the place of standard output or error and is written into. A missing
 * one can be neither read nor written.
 *
 * Returns 0 or a negated errno. */
int fds_hold_standard(void);
