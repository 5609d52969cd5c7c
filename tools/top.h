/* 'flowscan top': looks at the daemon and the end of the database, again and
 * again. */
#pragma once

#include "base/buf.h"
#include "flowscan.h"

struct top {
	const char *db, *socket;
	uint64_t every_us, last_us;
	bool once, color;
	/* What was counted at the last look, for rates. */
	uint64_t looked_us;
	int64_t frames, bytes, drops;
};

/* Runs until 'q' or a signal. Returns the exit code. */
int top_run(struct top *top);

/* Writes one look of at most 'width' columns; 0: no limit. 'now_us' is a
 * clock of any kind. 'rows' is how many clients there is room for.
 *
 * Returns 0 or a negative code, with 'err' set. */
int top_look(struct top *top, uint64_t now_us, unsigned width, unsigned rows,
    struct buf *buf, struct fs_err *err);
