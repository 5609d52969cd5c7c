#include "signal/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/tap.h"

/* What is counted of a zone over several flows, and when it begins anew. */

static void *shared;
static uint16_t scope; /* Of the flows. */
static uint8_t host;

/* One flow with a question of 'type' and its answer, a text of 40 bytes. */
static void
ask(const char *label, uint8_t type, uint64_t at_us, uint16_t port,
    struct signals *signals)
{
	static const uint8_t rest[17] = "\7example\3org\0\0\0\0\1";
	static const uint8_t answer[12] = "\xc0\x0c\0\x10\0\1\0\0\0\0\0\x28";
	uint8_t bytes[256] = { 0, 7, 1, 0, 0, 1 };
	size_t i, size = 12, length = strlen(label);
	struct flow flow = { .key = { .addr = { { host } },
				 .port = { 40000, port },
				 .family = 4,
				 .scope = scope } };
	struct packet packet = { .ip_proto = 17 };
	struct sighting seen = { .flow = &flow,
		.packet = &packet,
		.time_us = at_us,
		.datagrams = true };
	void *state = calloc(1, signal_dns.state_size);

	if (state == NULL)
		abort();
	bytes[size++] = (uint8_t)length;
	for (i = 0; i < length; i++)
		bytes[size + i] = (uint8_t)label[i];
	memcpy(bytes + size + length, rest, sizeof(rest));
	size += length + 17;
	bytes[size - 3] = type;
	packet.payload = cursor_of(bytes, size);
	if (signal_dns.packet(state, shared, &seen)) {
		bytes[2] = 0x81;
		bytes[7] = 1; /* Answers. */
		memcpy(bytes + size, answer, sizeof(answer));
		packet.payload = cursor_of(bytes, size + 12 + 40);
		seen.dir = 1;
		(void)signal_dns.packet(state, shared, &seen);
	}
	signals_clear(signals);
	signal_dns.collect(state, shared, &flow, signals);
	free(state);
}

static int64_t
count(const struct signals *signals, enum signal_id id)
{
	return signals_milli(signals, id) / 1000;
}

static void
test_zone(void)
{
	static struct signals signals;
	const uint8_t *zone;
	char label[32];
	size_t size;
	unsigned i;

	for (i = 0; i < 20; i++) {
		(void)snprintf(label, sizeof(label), "q%xk7zt%x", i * 9, i);
		ask(label, 16, 1000000 * (uint64_t)(i + 1), 53, &signals);
	}
	zone = signals_bytes(&signals, SIGNAL_DNS_ZONE, &size);
	tap_bytes(zone, size, "example.org", 11, "the zone");
	tap_int(count(&signals, SIGNAL_DNS_ZONE_QUESTIONS), 20,
	    "questions of all flows");
	tap_ok(count(&signals, SIGNAL_DNS_ZONE_NAMES) >= 18,
	    "different names, but for a few that look the same");
	tap_int(count(&signals, SIGNAL_DNS_ZONE_ANSWER_BYTES), 40,
	    "what the answers hold");
	tap_int(signals_milli(&signals, SIGNAL_DNS_ZONE_DATA_SHARE), 1000,
	    "all are texts");
	ask("Q0K7ZT0", 1, 21000000, 53, &signals);
	tap_int(count(&signals, SIGNAL_DNS_ZONE_QUESTIONS), 21, "one more");
	tap_ok(signals_milli(&signals, SIGNAL_DNS_ZONE_DATA_SHARE) == 952,
	    "... for an address");
	for (i = 0; i < 200; i++)
		ask("again", 16, 22000000, 53, &signals);
	tap_int(count(&signals, SIGNAL_DNS_ZONE_QUESTIONS), 128,
	    "no more than this are counted");
	ask("late", 16, UINT64_C(700) * 1000000, 53, &signals);
	tap_int(count(&signals, SIGNAL_DNS_ZONE_QUESTIONS), 1,
	    "after a pause it begins anew");
	ask("early", 16, 1000000, 53, &signals);
	tap_int(count(&signals, SIGNAL_DNS_ZONE_QUESTIONS), 1,
	    "and when the clock steps back");
	ask("host", 16, 2000000, 5353, &signals);
	tap_ok(!signals_known(&signals, SIGNAL_DNS_ZONE),
	    "multicast DNS is left alone");
}

/* A flood of zones takes the room of others, and no more. */
static void
test_flood(void)
{
	static struct signals signals;
	unsigned i;

	for (i = 1; i < 400000; i++) {
		scope = (uint16_t)i;
		host = (uint8_t)(i >> 16);
		ask("flood", 16, 5000000 + i, 53, &signals);
	}
	tap_int(count(&signals, SIGNAL_DNS_ZONE_QUESTIONS), 1,
	    "the last zone has its room");
	scope = 1;
	host = 0;
	ask("flood", 16, 6000000, 53, &signals);
	tap_int(count(&signals, SIGNAL_DNS_ZONE_QUESTIONS), 1,
	    "the first one gave way");
}

int
main(void)
{
	if (signal_dns.open(NULL, &shared) < 0)
		abort();
	test_zone();
	test_flood();
	signal_dns.close(shared);
	return tap_done();
}
