#include "client/hours.h"

#include <math.h>

#include "base/num.h"

enum {
	SECOND_US = 1000 * 1000,
	HOUR_S = 3600,
	DAY_S = 24 * HOUR_S,
};

/* How far the day must lean to one side: 0 is even, 1 is a single hour. Eight
 * hours of work have 0.83, half a day has 0.64. */
static const double lean_least = 0.4;

static const uint32_t half_life_s[WINDOW_COUNT] = { 600, HOUR_S, DAY_S };

/* What is left of a sum after a while. */
static int64_t
decay(int64_t sum, uint64_t span_us, uint32_t half_s)
{
	double halves = (double)span_us / ((double)half_s * SECOND_US);

	return halves == 0 ? sum : llround((double)sum * exp2(-halves));
}

/* Thousandths, as many as can be added to a sum without overflow. */
static int64_t
milli(uint64_t count)
{
	const uint64_t most = INT64_MAX / 1000 / 4;

	return (int64_t)(count < most ? count : most) * 1000;
}

/* Adds to a decayed sum what came 'late_us' before the time it is of. */
static void
add(int64_t *sum, int64_t more, uint64_t late_us, uint32_t half_s)
{
	const int64_t most = INT64_MAX / 2;

	*sum += decay(more, late_us, half_s);
	if (*sum > most)
		*sum = most;
}

/* Hours that are full are halved, all of them, so that their shares stay. */
static void
count_hour(struct hours *hours, uint64_t first_us)
{
	uint64_t second = first_us / SECOND_US;
	uint32_t day = (uint32_t)(second / DAY_S);
	uint16_t *hour = &hours->by_hour[second % DAY_S / HOUR_S];
	unsigned i;

	if (*hour == UINT16_MAX)
		for (i = 0; i < 24; i++)
			hours->by_hour[i] /= 2;
	(*hour)++;
	if (day > hours->last_day) {
		hours->last_day = day;
		hours->days++;
	}
}

void
hours_add(struct hours *hours, uint64_t first_us, uint64_t last_us,
    uint64_t bytes)
{
	uint64_t span_us = time_since_us(last_us, hours->at_us);
	uint64_t late_us = time_since_us(hours->at_us, last_us);
	unsigned i;

	for (i = 0; i < WINDOW_COUNT; i++) {
		hours->flows[i] =
		    decay(hours->flows[i], span_us, half_life_s[i]);
		add(&hours->flows[i], 1000, late_us, half_life_s[i]);
	}
	hours->bytes = decay(hours->bytes, span_us, DAY_S);
	add(&hours->bytes, milli(bytes), late_us, DAY_S);
	if (last_us > hours->at_us)
		hours->at_us = last_us;
	count_hour(hours, first_us);
}

int32_t
hours_quiet_milli(const struct hours *hours)
{
	double x = 0, y = 0, total = 0, busy;
	unsigned i;

	for (i = 0; i < 24; i++) {
		double angle = (i + 0.5) * M_PI / 12;

		total += hours->by_hour[i];
		x += hours->by_hour[i] * cos(angle);
		y += hours->by_hour[i] * sin(angle);
	}
	if (hours->days < HOURS_DAYS_LEAST || hypot(x, y) < lean_least * total)
		return HOURS_UNKNOWN;
	busy = atan2(y, x) * 12 / M_PI;
	return (int32_t)(lround((busy + 36) * 1000) % 24000);
}
