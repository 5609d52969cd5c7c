#include "client/recent.h"

#include <errno.h>
#include <stdlib.h>

enum { SPREAD_LEAST = 4, US_PER_MS = 1000 };

static uint32_t
kept(const struct recent *recent)
{
	return recent->count < RECENT_MAX ? (uint32_t)recent->count
					  : RECENT_MAX;
}

int
recent_add(struct recent *recent, const struct recent_flow *flow)
{
	uint32_t room = recent->room;
	struct recent_flow *flows;

	if (recent->count == room && room < RECENT_MAX) {
		room = room ? room * 2 : 2;
		flows = realloc(recent->flows, room * sizeof(*flows));
		if (flows == NULL)
			return -ENOMEM;
		recent->flows = flows;
		recent->room = room;
	}
	recent->flows[recent->count++ % RECENT_MAX] = *flow;
	return 0;
}

void
recent_fini(struct recent *recent)
{
	free(recent->flows);
	*recent = (struct recent){ 0 };
}

uint32_t
recent_concurrency(const struct recent *recent)
{
	const struct recent_flow *flows = recent->flows;
	uint32_t i, j, most = 0, count = kept(recent);

	/* The most there are when one of them begins. */
	for (i = 0; i < count; i++) {
		uint64_t at_us = flows[i].first_us;
		uint32_t now = 0;

		for (j = 0; j < count; j++)
			now += flows[j].first_us <= at_us &&
			    at_us - flows[j].first_us <=
				(uint64_t)flows[j].span_ms * US_PER_MS;
		if (now > most)
			most = now;
	}
	return most;
}

static int
by_value(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

uint32_t
recent_spread_us(const struct recent *recent)
{
	uint32_t i, count = 0, sorted[RECENT_MAX];

	for (i = 0; i < kept(recent); i++)
		if (recent->flows[i].rtt_us != RECENT_NONE)
			sorted[count++] = recent->flows[i].rtt_us;
	if (count < SPREAD_LEAST)
		return RECENT_NONE;
	qsort(sorted, count, sizeof(*sorted), by_value);
	return sorted[(count - 1) * 3 / 4] - sorted[(count - 1) / 4];
}
