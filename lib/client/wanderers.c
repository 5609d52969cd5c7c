#include "client/wanderers.h"

#include <stdlib.h>

#include "base/hash.h"

enum { MS_PER_S = 1000, US_PER_S = 1000 * 1000 };

struct line {
	uint64_t server;
	uint32_t start, rate_hz; /* Of 0 Hz: empty. */
	struct sighting seen;
};

struct wanderers {
	struct line table[WANDERERS_MAX];
};
_Static_assert(sizeof(struct wanderers) <= 2 << 20, "clocks take too much");

static const uint64_t span_us = WANDERERS_SPAN_S * UINT64_C(1000000);

struct wanderers *
wanderers_new(void)
{
	return calloc(1, sizeof(struct wanderers));
}

void
wanderers_free(struct wanderers *wanderers)
{
	free(wanderers);
}

static uint32_t
tolerance(uint32_t rate_hz)
{
	return rate_hz * WANDERERS_TOLERANCE_MS / MS_PER_S;
}

/* The place of a line whose start is in such a bucket. Starts that are within
 * the tolerance of each other are in one bucket, or in two side by side. */
static struct line *
place_of(struct wanderers *wanderers, const struct line *line, uint32_t bucket)
{
	const uint64_t key[] = { line->server, line->rate_hz, bucket };

	return &wanderers
		    ->table[hash_identity(key, sizeof(key)) % WANDERERS_MAX];
}

static bool
is_same(const struct line *a, const struct line *b)
{
	int64_t apart = (int32_t)(a->start - b->start);

	return a->server == b->server && a->rate_hz == b->rate_hz &&
	    llabs(apart) <= tolerance(a->rate_hz);
}

int64_t
wanderers_note(struct wanderers *wanderers, const struct wanderer *seen,
    const struct fs_addr *client, const struct signals *signals)
{
	struct line now = {
		.server = seen->server,
		.start = seen->value -
		    (uint32_t)(seen->time_us / US_PER_S * seen->rate_hz +
			seen->time_us % US_PER_S * seen->rate_hz / US_PER_S),
		.rate_hz = seen->rate_hz,
		.seen = sighting_of(client, seen->time_us, signals),
	};
	uint32_t bucket = now.start / tolerance(now.rate_hz), side;
	int64_t apart, farthest = SIGHTING_NOT_ELSEWHERE;

	for (side = 0; side < 3; side++) {
		const struct line *old =
		    place_of(wanderers, &now, bucket + side - 1);

		if (old->rate_hz == 0 || !is_same(old, &now))
			continue;
		apart = sighting_apart(&old->seen, &now.seen, span_us);
		farthest = apart > farthest ? apart : farthest;
	}
	*place_of(wanderers, &now, bucket) = now;
	return farthest;
}
