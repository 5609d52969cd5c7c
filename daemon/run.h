/* The libuv loop of flowscand: over capture files, or on interfaces. */
#pragma once

#include <uv.h>

#include "confine.h"
#include "options.h"
#include "pipeline.h"
#include "progress.h"
#include "reload.h"
#include "service.h"
#include "tap.h"

enum {
	RUN_BATCH = 1024,   /* Frames between two looks at the loop. */
	RUN_TICK_MS = 1000, /* Between two commits. */
	RUN_SIGNALS = 3,
};

/* One run of the loop. */
struct run {
	struct pipeline *pipeline;
	const struct options *options;
	const char *db;
	uv_loop_t loop;
	uv_signal_t signals[RUN_SIGNALS];
	uv_idle_t idle;         /* Files. */
	uv_timer_t timer;       /* Live. */
	struct reload reload;   /* Live. */
	struct service service; /* Live. */
	struct confine confine;
	struct tap taps[TAPS_MAX]; /* Live. */
	size_t tap_count;
	struct fs_capture *capture; /* Files. */
	size_t capture_at;          /* Next of options->captures. */
	const char *subject;
	uint64_t saved_ns; /* Files: of the last commit. */
	struct progress progress;
	bool failed; /* Nothing more can be stored. */
	int code;    /* Exit code so far. */
};

/* Each runs to the end, or until a signal says stop, then flushes. Returns
 * the exit code. */
int run_files(struct pipeline *pipeline, const struct options *options);
int run_live(struct pipeline *pipeline, const struct options *options);

/* What the two share. Returns 0, and the run is to be ended; or an exit
 * code. */
int run_begin(struct run *run, struct pipeline *pipeline,
    const struct options *options);
void run_end(struct run *run);
/* Opens the store, once there is something to read, in the name of the user
 * to become, and then gives up all that the run does not need: threads are
 * made after this. Returns the exit code. */
int run_open_store(struct run *run);
/* A failure that ends the run: the store's, or a lack of memory. */
void run_fail(struct run *run, int rc);
/* Writes what was read. 'text' says why it ends before its end, or is
 * null. */
void run_tell_capture(struct run *run, const char *text);
/* Flushes and tells, unless the run has failed, or refused all its input. */
void run_finish(struct run *run);
