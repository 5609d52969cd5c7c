#include "client/sessions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/num.h"
#include "signal/final.h"

struct session {
	uint64_t hash; /* 0: empty. */
	uint64_t time_us;
	int64_t latitude, longitude; /* Thousandths of degrees. */
	struct fs_addr client;
	bool located;
};

struct sessions {
	struct session table[SESSIONS_MAX];
};
_Static_assert(sizeof(struct sessions) <= 1 << 20, "sessions take too much");

struct sessions *
sessions_new(void)
{
	return calloc(1, sizeof(struct sessions));
}

void
sessions_free(struct sessions *sessions)
{
	free(sessions);
}

static struct session
session_of(uint64_t hash, const struct fs_addr *client, uint64_t time_us,
    const struct signals *signals)
{
	return (struct session){
		.hash = hash,
		.time_us = time_us,
		.latitude = signals_milli(signals, SIGNAL_CLIENT_LATITUDE),
		.longitude = signals_milli(signals, SIGNAL_CLIENT_LONGITUDE),
		.client = *client,
		.located = signals_known(signals, SIGNAL_CLIENT_LATITUDE) &&
		    signals_known(signals, SIGNAL_CLIENT_LONGITUDE),
	};
}

static int64_t
distance_milli(const struct session *a, const struct session *b)
{
	if (!a->located || !b->located)
		return 0;
	return llround(1000 *
	    geo_distance_km((double)a->latitude / 1000,
		(double)a->longitude / 1000, (double)b->latitude / 1000,
		(double)b->longitude / 1000));
}

int64_t
sessions_note(struct sessions *sessions, const struct fs_addr *client,
    uint64_t time_us, const struct signals *signals)
{
	size_t size;
	const uint8_t *bytes =
	    signals_bytes(signals, SIGNAL_TLS_SESSION, &size);
	int64_t elsewhere = SESSIONS_NOT_ELSEWHERE;
	struct session now, *old;
	uint64_t hash, span_us;

	if (size != sizeof(hash))
		return SESSIONS_NOT_ELSEWHERE;
	memcpy(&hash, bytes, sizeof(hash));
	now = session_of(hash, client, time_us, signals);
	old = &sessions->table[hash % SESSIONS_MAX];
	/* Flows end in another order than they began. */
	span_us = time_since_us(time_us, old->time_us) +
	    time_since_us(old->time_us, time_us);
	if (old->hash == hash && addr_compare(&old->client, client) != 0 &&
	    span_us <= SESSIONS_SPAN_S * UINT64_C(1000000))
		elsewhere = distance_milli(old, &now);
	*old = now;
	return elsewhere;
}
