#include "client/sessions.h"

#include <stdlib.h>
#include <string.h>

struct session {
	uint64_t hash; /* 0: empty. */
	struct sighting seen;
};

struct sessions {
	struct session table[SESSIONS_MAX];
};
_Static_assert(sizeof(struct sessions) <= 1 << 20, "sessions take too much");

static const uint64_t span_us = SESSIONS_SPAN_S * UINT64_C(1000000);

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

int64_t
sessions_note(struct sessions *sessions, const struct fs_addr *client,
    uint64_t time_us, const struct signals *signals)
{
	size_t size;
	const uint8_t *bytes =
	    signals_bytes(signals, SIGNAL_TLS_SESSION, &size);
	int64_t elsewhere = SIGHTING_NOT_ELSEWHERE;
	struct session now, *old;

	if (size != sizeof(now.hash))
		return SIGHTING_NOT_ELSEWHERE;
	memcpy(&now.hash, bytes, sizeof(now.hash));
	now.seen = sighting_of(client, time_us, signals);
	old = &sessions->table[now.hash % SESSIONS_MAX];
	if (old->hash == now.hash)
		elsewhere = sighting_apart(&old->seen, &now.seen, span_us);
	*old = now;
	return elsewhere;
}
