/* The libuv loop of flowscand: over capture files, or on interfaces. */
#pragma once

#include "options.h"
#include "pipeline.h"

/* Each runs to the end, or until a signal says stop, then flushes. Returns
 * the exit code. */
int run_files(struct pipeline *pipeline, const struct options *options);
int run_live(struct pipeline *pipeline, const struct options *options);
