/* Shows packets to one source of signals, as the inspection does. */
#pragma once

#include <stdio.h>

#include "signal/inspect.h"
#include "signal/source.h"
#include "../parse/build.h"

struct feed {
	const struct signal_source *source;
	void *state; /* Owned. */
	bool datagrams;
	bool wants; /* What the source said last. */
	unsigned number;
	struct flow flow;
	size_t size[2];
	uint8_t head[2][INSPECT_HEAD];
};

static inline void
feed_init(struct feed *feed, const struct signal_source *source, bool datagrams)
{
	memset(feed, 0, sizeof(*feed));
	feed->source = source;
	feed->datagrams = datagrams;
	feed->wants = true;
	feed->state = calloc(1, source->state_size);
	if (feed->state == NULL)
		abort();
}

static inline void
feed_fini(struct feed *feed)
{
	if (feed->source->fini != NULL)
		feed->source->fini(feed->state, NULL);
	free(feed->state);
}

/* Shows a packet, unless the source has had enough. Returns whether it wants
 * more. */
static inline bool
feed_packet(struct feed *feed, unsigned dir, const void *bytes, size_t size)
{
	size_t room = INSPECT_HEAD - feed->size[dir];
	size_t part = size < room ? size : room;
	uint8_t *payload = tap_exact(bytes, size);
	struct packet packet = { .payload = cursor_of(payload, size),
		.payload_size = (uint32_t)size };
	struct sighting seen = { .flow = &feed->flow,
		.packet = &packet,
		.dir = dir,
		.number = ++feed->number,
		.datagrams = feed->datagrams };

	if (!feed->datagrams || feed->size[dir] == 0) {
		memcpy(feed->head[dir] + feed->size[dir], bytes, part);
		feed->size[dir] += part;
		seen.head_grew = part > 0;
	}
	seen.head[0] = cursor_of(feed->head[0], feed->size[0]);
	seen.head[1] = cursor_of(feed->head[1], feed->size[1]);
	if (feed->wants)
		feed->wants = feed->source->packet(feed->state, NULL, &seen);
	free(payload);
	return feed->wants;
}

/* Collects, and writes all signals but those of 'without' as
 * "name=value name=value". */
static inline void
feed_collect(struct feed *feed, struct signals *signals)
{
	signals_clear(signals);
	feed->source->collect(feed->state, NULL, &feed->flow, signals);
}

static inline void
feed_summary(const struct signals *signals, const char *without, char *text,
    size_t room)
{
	size_t used = 0;
	char value[256];
	int id;

	text[0] = '\0';
	for (id = 0; id < SIGNAL_COUNT; id++) {
		const char *name = signal_info((enum signal_id)id)->name;

		if (!signals_known(signals, (enum signal_id)id) ||
		    (without != NULL && strstr(without, name) != NULL))
			continue;
		signals_format(signals, (enum signal_id)id, false, value,
		    sizeof(value));
		used += (size_t)snprintf(text + used, room - used, "%s%s=%s",
		    used > 0 ? " " : "", name, value);
		if (used >= room)
			abort();
	}
}
