#include "signal/source.h"

#include <stdlib.h>
#include <string.h>

#include "test/unit/tap.h"

/* Echo requests and replies as programs and tunnels send them. */

enum { SIZE = 56 };

struct way {
	const char *name;
	bool other;     /* Requests differ from each other. */
	bool changed;   /* Replies differ from requests. */
	unsigned cut;   /* A reply has no more than this; 0: all. */
	unsigned ahead; /* Of the reply's sequence. */
	long want_alike, want_replies, want_changed, want_unasked;
};

static const struct way ways[] = {
	{ "ping", false, false, 0, 0, 1000, 10, 0, 0 },
	{ "random data that come back", true, false, 0, 0, 0, 10, 0, 0 },
	{ "long replies are cut", false, false, 24, 0, 1000, 10, 0, 0 },
	{ "a tunnel", true, true, 0, 0, 0, 10, 10, 0 },
	{ "a tunnel that counts by itself", true, true, 0, 5000, 0, 0, 0, 10 },
};

static void
show(void *state, unsigned dir, uint16_t sequence, const uint8_t *data,
    size_t size)
{
	uint8_t bytes[8 + SIZE] = { dir == 0 ? 8 : 0, 0, 0, 0, 0, 9 };
	uint8_t *exact;
	struct flow flow = { .key = { .family = 4 } };
	struct packet packet = { .ip_proto = 1,
		.icmp_type = dir == 0 ? 8 : 0,
		.payload_size = (uint32_t)size };
	struct sighting seen = { .flow = &flow,
		.packet = &packet,
		.dir = dir,
		.datagrams = true };

	bytes[6] = (uint8_t)(sequence >> 8);
	bytes[7] = (uint8_t)sequence;
	memcpy(bytes + 8, data, size);
	exact = tap_exact(bytes, 8 + size);
	packet.ip = cursor_of(exact, 8 + size);
	packet.payload = cursor_of(exact + 8, size);
	(void)signal_echo.packet(state, NULL, &seen);
	free(exact);
}

static void
test_way(const struct way *way)
{
	static struct signals signals;
	void *state = calloc(1, signal_echo.state_size);
	uint8_t data[SIZE] = { 0 };
	unsigned i;

	if (state == NULL)
		abort();
	for (i = 0; i < 10; i++) {
		memset(data, 0x10, sizeof(data));
		data[0] = (uint8_t)i; /* The time. */
		data[30] = (uint8_t)(way->other ? i : 0);
		show(state, 0, (uint16_t)i, data, SIZE);
		data[20] = (uint8_t)(way->changed ? 0x40 + i : 0x10);
		show(state, 1, (uint16_t)(i + way->ahead), data,
		    way->cut ? way->cut : SIZE);
	}
	signals_clear(&signals);
	signal_echo.collect(state, NULL, NULL, &signals);
	free(state);
	tap_int(signals_milli(&signals, SIGNAL_ECHO_REQUESTS), 10000,
	    way->name);
	tap_int(signals_milli(&signals, SIGNAL_ECHO_ALIKE), way->want_alike,
	    "... alike");
	tap_int(signals_milli(&signals, SIGNAL_ECHO_REPLIES),
	    way->want_replies * 1000, "... replies");
	tap_int(signals_milli(&signals, SIGNAL_ECHO_CHANGED),
	    way->want_changed * 1000, "... changed");
	tap_int(signals_milli(&signals, SIGNAL_ECHO_UNASKED),
	    way->want_unasked * 1000, "... unasked");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		test_way(&ways[i]);
	return tap_done();
}
