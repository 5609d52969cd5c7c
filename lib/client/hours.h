/* Stage 6, inside: how much a client does over time: lately, and at which
 * hours of the day. */
#pragma once

#include <stdint.h>

enum hours_window { WINDOW_10MIN, WINDOW_HOUR, WINDOW_DAY, WINDOW_COUNT };

/* Zeroed before the first one. */
struct hours {
	int64_t flows[WINDOW_COUNT]; /* Decayed, thousandths. */
	int64_t bytes;               /* The same, by the day. */
	uint64_t at_us;              /* To when they are decayed. */
	uint32_t last_day, days;     /* Days that had flows. */
	uint16_t by_hour[24];
};

enum { HOURS_DAYS_LEAST = 14, HOURS_UNKNOWN = -1 };

/* Takes in a flow that was seen from 'first_us' to 'last_us'. */
void hours_add(struct hours *hours, uint64_t first_us, uint64_t last_us,
    uint64_t bytes);

/* The middle of the quiet part of the day, opposite to the circular mean of
 * when flows begin, in thousandths of an hour (UTC); or HOURS_UNKNOWN: there
 * are fewer than HOURS_DAYS_LEAST days, or they have no quiet part. */
int32_t hours_quiet_milli(const struct hours *hours);
