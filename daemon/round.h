/* What goes through all threads together: the frames of a round, and what is
 * to be done when they are through. Every worker gets every round, if need be
 * without frames, so that the clocks of all of them advance alike. */
#pragma once

#include "flowscan.h"

enum round_end {
	ROUND_GOES_ON,
	ROUND_FLUSH,   /* All flows end. */
	ROUND_RESTART, /* All flows end, and 'clock_us' may be an earlier one.
	                */
};

struct round {
	uint64_t clock_us;
	enum round_end end;
	bool judge; /* Clients are judged, and all is committed. */
	bool save;  /* All is committed. */
	bool rest;  /* The reader waits until the writer is through. */
	bool stop;  /* The threads end. */
	/* To be stored; from malloc(), the writer's. */
	struct fs_event *events;
	size_t event_count;
};
