#include "client/clocks.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/num.h"

static const uint32_t rates_hz[] = { 100, 250, 1000 };

enum {
	RATES = sizeof(rates_hz) / sizeof(rates_hz[0]),
	ALL_RATES = (1 << RATES) - 1,
	/* A clock of 1000 Hz has gone half around after 24 days: beyond this
	 * age a line says nothing. */
	AGE_MAX_S = 10 * 24 * 3600,
	/* Jitter of the path. Starting points are drawn from 32 bits, so two
	 * hosts come as near as this once in a million. */
	JITTER_US = 500 * 1000,
	DRIFT_PPM = 200,
	SECOND_US = 1000 * 1000,
};

/* The rates, out of those that fit so far, at which a line goes through the
 * point. */
static uint8_t
fitting_rates(const struct clock_line *line, uint32_t value, uint64_t time_us)
{
	bool later = time_us >= line->last_us;
	uint64_t span_us =
	    later ? time_us - line->last_us : line->last_us - time_us;
	uint64_t slack_us = JITTER_US + span_us / SECOND_US * DRIFT_PPM;
	uint32_t ticks = later ? value - line->value : line->value - value;
	uint8_t fits = 0;
	unsigned i;

	if (span_us > (uint64_t)AGE_MAX_S * SECOND_US)
		return 0;
	for (i = 0; i < RATES; i++) {
		uint64_t expected = span_us * rates_hz[i] / SECOND_US;
		uint64_t slack = slack_us * rates_hz[i] / SECOND_US;
		int32_t off = (int32_t)(ticks - (uint32_t)expected);

		if ((uint64_t)llabs(off) <= slack)
			fits |= (uint8_t)(1U << i);
	}
	return fits & line->rates;
}

static struct clock_line *
line_find(const struct clocks *clocks, uint64_t server, uint32_t value,
    uint64_t time_us, uint8_t *rates)
{
	uint32_t i;

	for (i = 0; i < clocks->count; i++) {
		struct clock_line *line = &clocks->lines[i];

		if (line->server == server &&
		    (*rates = fitting_rates(line, value, time_us)) != 0)
			return line;
	}
	return NULL;
}

/* The line that was silent longest. */
static struct clock_line *
line_oldest(struct clocks *clocks)
{
	struct clock_line *oldest = &clocks->lines[0];
	uint32_t i;

	for (i = 1; i < clocks->count; i++)
		if (clocks->lines[i].last_us < oldest->last_us)
			oldest = &clocks->lines[i];
	return oldest;
}

static struct clock_line *
line_add(struct clocks *clocks)
{
	uint32_t room = clocks->room;
	struct clock_line *lines;

	if (clocks->count == CLOCKS_MAX)
		return line_oldest(clocks);
	if (clocks->count == room) {
		room = room ? room * 2 : 1;
		lines = realloc(clocks->lines, room * sizeof(*lines));
		if (lines == NULL)
			return NULL;
		clocks->lines = lines;
		clocks->room = room;
	}
	return &clocks->lines[clocks->count++];
}

static void
line_extend(struct clock_line *line, uint32_t value, uint64_t time_us,
    uint8_t rates)
{
	line->rates = rates;
	if (line->flows < UINT16_MAX)
		line->flows++;
	if (time_us < line->first_us)
		line->first_us = time_us;
	if (time_us < line->last_us)
		return;
	line->last_us = time_us;
	line->value = value;
}

int
clocks_add(struct clocks *clocks, uint64_t server, uint32_t value,
    uint64_t time_us)
{
	uint8_t rates;
	struct clock_line *line =
	    line_find(clocks, server, value, time_us, &rates);

	if (line != NULL) {
		line_extend(line, value, time_us, rates);
		return 0;
	}
	if ((line = line_add(clocks)) == NULL)
		return -ENOMEM;
	*line = (struct clock_line){ .first_us = time_us,
		.last_us = time_us,
		.server = server,
		.value = value,
		.flows = 1,
		.rates = ALL_RATES };
	return 0;
}

void
clocks_fini(struct clocks *clocks)
{
	free(clocks->lines);
	*clocks = (struct clocks){ 0 };
}

uint32_t
clocks_rate(const struct clocks *clocks, uint64_t server, uint32_t value,
    uint64_t time_us)
{
	uint8_t rates;
	const struct clock_line *line =
	    line_find(clocks, server, value, time_us, &rates);
	unsigned i;

	if (line == NULL || line->flows < CLOCKS_FLOWS)
		return 0;
	for (i = 0; i < RATES; i++)
		if (rates == 1U << i)
			return rates_hz[i];
	return 0;
}

/* Whether the line is a clock that ran when 'begun' did. */
static bool
runs_beside(const struct clock_line *line, const struct clock_line *begun)
{
	return line->flows >= CLOCKS_FLOWS && line->server == begun->server &&
	    line->first_us <= begun->first_us &&
	    begun->first_us <= line->last_us;
}

uint32_t
clocks_count(const struct clocks *clocks)
{
	uint32_t i, j, most = 0;

	for (i = 0; i < clocks->count; i++) {
		uint32_t beside = 0;

		if (clocks->lines[i].flows < CLOCKS_FLOWS)
			continue;
		for (j = 0; j < clocks->count; j++)
			beside +=
			    runs_beside(&clocks->lines[j], &clocks->lines[i]);
		if (beside > most)
			most = beside;
	}
	return most;
}
