/* The round trip of QUIC's handshake: 40 ms to the client in all cases. */
#include "signal/source.h"

#include "test/unit/signal/play.h"
#include "test/unit/tap.h"

enum { NONE = -1, UDP = 17 };

#define IDS "04 01 02 03 04 00 "
/* 274 bytes each, but for RETRY. */
#define INITIAL "c1 00 00 00 01 " IDS "00 41 03"
#define HANDSHAKE "e1 00 00 00 01 " IDS "41 04"
#define RETRY "f1 00 00 00 01 " IDS
#define BOTH "c1 00 00 00 01 " IDS "00 08 00 00 00 00 00 00 00 00 " HANDSHAKE
/* Version 2 counts its types anew (RFC 9369). */
#define INITIAL_2 "d1 6b 33 43 cf " IDS "00 41 03"
#define HANDSHAKE_2 "f1 6b 33 43 cf " IDS "41 04"

static const struct {
	const char *name;
	struct play_act acts[8];
	int us, samples;
} cases[] = {
	{ "a handshake",
	    { { 'c', 0, 0, 0, 0, INITIAL, 274 },
		{ 's', 1000, 0, 0, 0, BOTH, 293 },
		{ 's', 1100, 0, 0, 0, HANDSHAKE, 273 },
		{ 'c', 41500, 0, 0, 0, HANDSHAKE, 273 } },
	    40500, 1 },
	{ "version 2",
	    { { 'c', 0, 0, 0, 0, INITIAL_2, 274 },
		{ 's', 1000, 0, 0, 0, INITIAL_2, 274 },
		{ 'c', 42500, 0, 0, 0, HANDSHAKE_2, 273 } },
	    41500, 1 },
	{ "after a Retry, the lesser of two",
	    { { 'c', 0, 0, 0, 0, INITIAL, 274 },
		{ 's', 1000, 0, 0, 0, RETRY, 60 },
		{ 'c', 41200, 0, 0, 0, INITIAL, 274 },
		{ 's', 42000, 0, 0, 0, INITIAL, 274 },
		{ 'c', 85000, 0, 0, 0, HANDSHAKE, 273 } },
	    40200, 2 },
	{ "an acknowledgement first, the keys later",
	    { { 'c', 0, 0, 0, 0, INITIAL, 274 },
		{ 's', 1000, 0, 0, 0, INITIAL, 274 },
		{ 'c', 41000, 0, 0, 0, INITIAL, 274 },
		{ 'c', 43000, 0, 0, 0, HANDSHAKE, 273 } },
	    42000, 1 },
	{ "only the client was seen",
	    { { 'c', 0, 0, 0, 0, INITIAL, 274 },
		{ 'c', 41000, 0, 0, 0, HANDSHAKE, 273 } },
	    NONE, 0 },
	{ "no QUIC",
	    { { 'c', 0, 0, 0, 0, "00 01 02", 274 },
		{ 's', 1000, 0, 0, 0, INITIAL, 274 },
		{ 'c', 41000, 0, 0, 0, HANDSHAKE, 273 } },
	    NONE, 0 },
	{ "cut before the length",
	    { { 'c', 0, 0, 0, 0, INITIAL, 274 },
		{ 's', 1000, 0, 0, 0, "c1 00 00 00 01 04 01", 0 },
		{ 'c', 41000, 0, 0, 0, HANDSHAKE, 273 } },
	    NONE, 0 },
};

int
main(void)
{
	static struct signals signals;
	struct play_options options = { .ip_proto = UDP };
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		play(&signal_quic_rtt, &options, cases[i].acts, &signals);
		tap_int(signals_known(&signals, SIGNAL_RTT_QUIC_MS)
			? signals_milli(&signals, SIGNAL_RTT_QUIC_MS)
			: NONE,
		    cases[i].us, cases[i].name);
		tap_int(signals_milli(&signals, SIGNAL_RTT_SAMPLES),
		    cases[i].samples * 1000LL, "samples");
		tap_ok(signals_known(&signals, SIGNAL_RTT_TIMES) ==
			(cases[i].samples > 0),
		    "their packets");
	}
	return tap_done();
}
