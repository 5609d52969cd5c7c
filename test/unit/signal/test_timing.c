/* The TLS round trip. The TCP round trip to the client is 40 ms in all cases
 * that have a handshake. */
#include "signal/source.h"

#include <stdio.h>

#include "test/unit/signal/play.h"
#include "test/unit/tap.h"

enum { NONE = -1 };

#define S TCP_SYN
#define A TCP_ACK
#define HANDSHAKE                                                         \
	{ 'c', 0, S, 0, 0, NULL, 0 }, { 's', 100, S | A, 0, 1, NULL, 0 }, \
	{                                                                 \
		'c', 40100, A, 1, 1, NULL, 0                              \
	}
/* Records of 517 and 122 bytes; the ServerHello asking for another hello. */
#define CLIENT_HELLO "16 03 01 02 00 01 00 01 fc 03 03"
#define SERVER_HELLO "16 03 03 00 75 02 00 00 71 03 03"
#define RETRY                                              \
	SERVER_HELLO                                       \
	"cf 21 ad 74 e5 9a 61 11 be 1d 8c 02 1e 65 b8 91 " \
	"c2 a2 11 16 7a bb 8c 5e 07 9e 09 e2 c8 a8 33 9c"
#define HELLO                                          \
	{                                              \
		'c', 41000, A, 1, 1, CLIENT_HELLO, 517 \
	}
#define FLIGHT                                            \
	{                                                 \
		's', 43000, A, 1, 518, SERVER_HELLO, 1400 \
	}

struct timing_case {
	const char *name;
	struct play_act acts[PLAY_ACTS];
	int tls_us, gap_us; /* NONE: unknown. */
	struct play_options options;
};

static const struct timing_case cases[] = {
	{ "answered at once",
	    { HANDSHAKE, HELLO, FLIGHT,
		{ 'c', 84000, A, 518, 1401, "14 03 03 00 01 01", 80 } },
	    41000, 1000 },
	{ "with a certificate in the open: signing takes time",
	    { HANDSHAKE, HELLO, FLIGHT,
		{ 'c', 150000, A, 518, 1401, "16 03 03 03 00 0b", 900 } },
	    NONE, NONE },
	{ "with a sealed one",
	    { HANDSHAKE, HELLO, FLIGHT,
		{ 'c', 150000, A, 518, 1401, "14 03 03 00 01 01 17 03 03 04 00",
		    1100 } },
	    NONE, NONE },
	{ "with the request behind Finished",
	    { HANDSHAKE, HELLO, FLIGHT,
		{ 'c', 84000, A, 518, 1401, "14 03 03 00 01 01 17 03 03 00 45",
		    900 } },
	    41000, 1000 },
	{ "answered from behind a relay",
	    { HANDSHAKE, HELLO, FLIGHT, { 'c', 83000, A, 518, 1401, NULL, 0 },
		{ 'c', 150000, A, 518, 1401, "14 03 03 00 01 01", 80 } },
	    107000, 67000 },
	{ "a flight of three packets: the last one counts",
	    { HANDSHAKE, HELLO, FLIGHT,
		{ 's', 45000, A, 1401, 518, "00", 1400 },
		{ 's', 47000, A, 2801, 518, "00", 700 },
		{ 'c', 88000, A, 518, 3501, "14 03 03 00 01 01", 80 } },
	    41000, 1000 },
	{ "what the server sends on without waiting does not count",
	    { HANDSHAKE, HELLO, FLIGHT,
		{ 's', 60000, A, 1401, 518, "17 03 03", 100 },
		{ 'c', 84000, A, 518, 1401, "14 03 03 00 01 01", 80 } },
	    41000, 1000 },
	{ "an answer to a part of the flight counts from there",
	    { HANDSHAKE, HELLO, FLIGHT,
		{ 's', 43500, A, 1401, 518, "00", 1400 },
		{ 'c', 83500, A, 518, 1401, "14 03 03 00 01 01", 6 } },
	    40500, 500 },
	{ "the flight's acknowledgement makes the least round trip",
	    { HANDSHAKE, HELLO, FLIGHT, { 'c', 82000, A, 518, 1401, NULL, 0 },
		{ 'c', 150000, A, 518, 1401, "14 03 03 00 01 01", 80 } },
	    107000, 68000 },
	{ "faster than TCP is no gap",
	    { HANDSHAKE, HELLO, FLIGHT,
		{ 'c', 83000, A, 518, 1401, "14 03 03 00 01 01", 80 } },
	    40000, 0 },
	{ "a hello in two packets",
	    { HANDSHAKE, { 'c', 41000, A, 1, 1, CLIENT_HELLO, 300 },
		{ 'c', 41100, A, 301, 1, "00", 217 }, FLIGHT,
		{ 'c', 84000, A, 518, 1401, "14 03 03 00 01 01", 80 } },
	    41000, 1000 },
	{ "a hello whose second packet comes first",
	    { HANDSHAKE, { 'c', 41000, A, 301, 1, "00", 217 },
		{ 'c', 41100, A, 1, 1, CLIENT_HELLO, 300 }, FLIGHT,
		{ 'c', 84000, A, 518, 1401, "14 03 03 00 01 01", 80 } },
	    41000, 1000 },
	{ "a hello sent again is no answer",
	    { HANDSHAKE, HELLO, FLIGHT,
		{ 'c', 60000, A, 1, 1, CLIENT_HELLO, 517 },
		{ 'c', 84000, A, 518, 1401, "14 03 03 00 01 01", 80 } },
	    41000, 1000 },
	{ "a hello sent again before the flight",
	    { HANDSHAKE, HELLO, { 'c', 340000, A, 1, 1, CLIENT_HELLO, 517 },
		{ 's', 343000, A, 1, 518, SERVER_HELLO, 1400 },
		{ 'c', 384000, A, 518, 1401, "14 03 03 00 01 01", 80 } },
	    41000, 1000 },
	{ "a piece of the hello that comes late is no answer",
	    { HANDSHAKE, { 'c', 41000, A, 1, 1, CLIENT_HELLO, 300 },
		{ 'c', 41100, A, 401, 1, "00", 117 }, FLIGHT,
		{ 'c', 43100, A, 301, 1, "00", 100 },
		{ 'c', 84000, A, 518, 1401, "14 03 03 00 01 01", 80 } },
	    41000, 1000 },
	{ "a keep-alive is no answer",
	    { HANDSHAKE, HELLO, FLIGHT, { 'c', 60000, A, 517, 1, "00", 1 },
		{ 'c', 84000, A, 518, 1401, "14 03 03 00 01 01", 80 } },
	    41000, 1000 },
	{ "reordered by the tap, the flight is whole",
	    { HANDSHAKE, HELLO, { 's', 43000, A, 1401, 518, "00", 700 },
		{ 's', 43100, A, 1, 518, SERVER_HELLO, 1400 },
		{ 'c', 84000, A, 518, 2101, "14 03 03 00 01 01", 80 } },
	    40900, 900 },
	{ "without a TCP round trip there is no gap",
	    { HANDSHAKE, HELLO, FLIGHT,
		{ 'c', 84000, A, 518, 1401, "14 03 03 00 01 01", 80 } },
	    41000, NONE, { 6, 0, 3 } },

	{ "no answer yet", { HANDSHAKE, HELLO, FLIGHT }, NONE, NONE },
	{ "early data",
	    { HANDSHAKE, { 'c', 41000, A, 1, 1, CLIENT_HELLO, 900 }, FLIGHT,
		{ 'c', 84000, A, 901, 1401, "14 03 03 00 01 01", 80 } },
	    NONE, NONE },
	{ "early data in packets of its own",
	    { HANDSHAKE, HELLO, { 'c', 41100, A, 518, 1, "14 03 03", 400 },
		FLIGHT, { 'c', 43100, A, 918, 1, "17 03 03", 400 },
		{ 'c', 84000, A, 1318, 1401, "17 03 03", 80 } },
	    NONE, NONE },
	{ "an answer that acknowledges nothing of the flight",
	    { HANDSHAKE, HELLO, FLIGHT,
		{ 'c', 43100, A, 518, 1, "17 03 03", 400 } },
	    NONE, NONE },
	{ "another hello is asked for",
	    { HANDSHAKE, HELLO, { 's', 43000, A, 1, 518, RETRY, 128 },
		{ 'c', 84000, A, 518, 129, CLIENT_HELLO, 517 } },
	    NONE, NONE },
	{ "the flight was sent again",
	    { HANDSHAKE, HELLO, FLIGHT,
		{ 's', 263000, A, 1, 518, SERVER_HELLO, 1400 },
		{ 'c', 304000, A, 518, 1401, "14 03 03 00 01 01", 80 } },
	    NONE, NONE },
	{ "the tap missed the flight's end",
	    { HANDSHAKE, HELLO, FLIGHT,
		{ 'c', 84000, A, 518, 2801, "14 03 03 00 01 01", 80 } },
	    NONE, NONE },
	{ "the tap missed a part of the flight",
	    { HANDSHAKE, HELLO, FLIGHT,
		{ 's', 43100, A, 2801, 518, "00", 1400 },
		{ 'c', 84000, A, 518, 4201, NULL, 0 },
		{ 'c', 85000, A, 518, 4201, "14 03 03 00 01 01", 80 } },
	    NONE, NONE },
	{ "a flight of eleven packets",
	    { HANDSHAKE, HELLO, FLIGHT, { 's', 43001, A, 1401, 518, "00", 10 },
		{ 's', 43002, A, 1411, 518, "00", 10 },
		{ 's', 43003, A, 1421, 518, "00", 10 },
		{ 's', 43004, A, 1431, 518, "00", 10 },
		{ 's', 43005, A, 1441, 518, "00", 10 },
		{ 's', 43006, A, 1451, 518, "00", 10 },
		{ 's', 43007, A, 1461, 518, "00", 10 },
		{ 's', 43008, A, 1471, 518, "00", 10 },
		{ 's', 43009, A, 1481, 518, "00", 10 },
		{ 's', 43010, A, 1491, 518, "00", 10 },
		{ 'c', 84000, A, 518, 1501, "14 03 03 00 01 01", 80 } },
	    NONE, NONE },
	{ "a flight beyond the initial window",
	    { HANDSHAKE, HELLO, { 's', 43000, A, 1, 518, SERVER_HELLO, 14601 },
		{ 'c', 84000, A, 518, 14602, "14 03 03 00 01 01", 80 } },
	    NONE, NONE },
	{ "an alert instead of a flight",
	    { HANDSHAKE, HELLO,
		{ 's', 43000, A, 1, 518, "15 03 03 00 02 02 28", 0 },
		{ 'c', 84000, A, 518, 8, "15 03 03 00 02 02 28", 0 } },
	    NONE, NONE },
	{ "no TLS",
	    { HANDSHAKE, { 'c', 41000, A, 1, 1, "47 45 54 20", 517 }, FLIGHT,
		{ 'c', 84000, A, 518, 1401, "47 45 54 20", 80 } },
	    NONE, NONE },
	{ "the server speaks first",
	    { HANDSHAKE, { 's', 41000, A, 1, 1, SERVER_HELLO, 1400 },
		{ 'c', 84000, A, 1, 1401, CLIENT_HELLO, 517 } },
	    NONE, NONE },
	{ "the clock steps back",
	    { HANDSHAKE, HELLO, FLIGHT,
		{ 'c', 42000, A, 518, 1401, "14 03 03 00 01 01", 80 } },
	    NONE, NONE },
	{ "datagrams",
	    { { 'c', 0, 0, 0, 0, CLIENT_HELLO, 517 },
		{ 's', 1000, 0, 0, 0, SERVER_HELLO, 1000 },
		{ 'c', 40000, 0, 0, 1001, CLIENT_HELLO, 80 } },
	    NONE, NONE, { 17, 0, 0 } },
};

static int
milli_of(const struct signals *signals, enum signal_id id)
{
	return signals_known(signals, id) ? (int)signals_milli(signals, id)
					  : NONE;
}

static void
run_case(const struct timing_case *c)
{
	struct play_options options = c->options;
	struct signals signals;
	char name[128];

	if (options.ip_proto == 0)
		options.ip_proto = 6;
	play(&signal_timing, &options, c->acts, &signals);
	tap_int(milli_of(&signals, SIGNAL_RTT_TLS_MS), c->tls_us, c->name);
	snprintf(name, sizeof(name), "... its gap");
	tap_int(milli_of(&signals, SIGNAL_RTT_TLS_GAP_MS), c->gap_us, name);
}

/* Payloads captured only up to a byte: measured once both hellos are told
 * by their first six bytes, and told from the other kind. */
static void
test_cut(void)
{
	struct play_options options = { .ip_proto = 6 };
	struct signals signals;
	bool right = true;

	for (options.captured = 1; options.captured < 64; options.captured++) {
		int want = options.captured < 6 ? NONE : 41000;

		play(&signal_timing, &options, cases[0].acts, &signals);
		if (milli_of(&signals, SIGNAL_RTT_TLS_MS) == want)
			continue;
		right = false;
		printf("# cut at %u\n", options.captured);
	}
	tap_ok(right, "hellos cut at every byte");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		run_case(&cases[i]);
	test_cut();
	return tap_done();
}
