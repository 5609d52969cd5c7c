/* How a thread tells the reader that it cannot go on. */
#pragma once

#include "base/ring.h"
#include "flowscan.h"

struct trouble {
	struct gauge *code; /* 0, or negated; set once, after the rest. */
	struct fs_err err;
	bool store; /* It is the store's. */
};

/* Each returns 0 or a negative code. */
int trouble_init(struct trouble *trouble);
void trouble_fini(struct trouble *trouble);
/* For the thread: says so, if it is the first trouble; returns 'rc'. 'err'
 * may be null. */
int trouble_tell(struct trouble *trouble, int rc, const struct fs_err *err);
/* For anyone: what it was; 0: none. */
int trouble_code(const struct trouble *trouble);
