/* One question to one database, from the options to the exit code. */
#pragma once

#include "options.h"
#include "output.h"

/* Asks; see the fs_report_* functions for what it returns. */
typedef int ask_fn(struct fs_store *store, const struct options *options,
    const struct fs_out *out, struct fs_err *err, uint64_t *matched);

/* Opens the database, asks, and writes the answer. Returns the exit code. */
int session_run(const struct options *options, ask_fn *ask);

/* Says what went wrong with writing an answer. Returns the exit code. */
int session_write_fault(const struct options *options,
    const struct output *output, int rc);
