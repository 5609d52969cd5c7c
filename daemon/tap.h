/* One interface of a live capture: read while it is there, waited for while
 * it is not. */
#pragma once

#include <uv.h>

#include "pipeline.h"

struct run;

enum { TAPS_MAX = 16 };

struct tap {
	struct run *run;            /* Borrowed. */
	const char *name;           /* Borrowed. */
	struct fs_capture *capture; /* Owned. */
	uv_poll_t poll;
	struct fs_capture_stats seen; /* As last told. */
	uint64_t away_us;             /* Since when it is; 0: it is there. */
};

/* Opens the interface. Returns 0 or a negative code. */
int tap_open(struct tap *tap, struct run *run, const char *name,
    struct fs_err *err);
void tap_close(struct tap *tap);

/* Begins to read. Returns 0 or a code of libuv. */
int tap_start(struct tap *tap);
/* Once a second: writes what was dropped; binds an interface that has come
 * back. Returns 0 or a negative code. */
int tap_tick(struct tap *tap);
/* Writes what was read in all. Returns 0 or a negative code. */
int tap_end(struct tap *tap);
