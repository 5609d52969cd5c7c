/* Asks the flowscand that runs, over its control socket. */
#pragma once

#include "base/buf.h"
#include "base/json_tree.h"

#define CONTROL_DEFAULT "/run/flowscan/control.sock"

/* Sends one command and reads the answer, of at most 1 MB, into 'answer',
 * within 'timeout_s'.
 *
 * Returns 0 or a negated errno, with 'err' set. */
int control_ask(const char *path, const char *command, unsigned timeout_s,
    struct buf *answer, struct fs_err *err);
/* The same, read into a tree, which is the caller's. An answer that is no
 * JSON object is FS_EFORMAT. */
int control_ask_tree(const char *path, const char *command, unsigned timeout_s,
    struct fs_err *err, struct json_node **tree);
