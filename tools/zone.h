/* The zone in which times are meant that name none. */
#pragma once

#include "flowscan.h"

struct zone {
	int64_t offset_s; /* East of UTC, of a fixed one. */
	bool named;       /* By the system's tables, in $TZ. */
};

/* Reads "UTC", "local", "+02:00" or a name as Europe/Berlin, and makes the
 * clock that shows it. 'zone' must stay for as long as the clock is used; a
 * name holds for the whole program. Returns false when there is none. */
bool zone_read(const char *text, struct zone *zone, struct fs_clock *clock);
