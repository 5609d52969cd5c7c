/* Turns of a conversation and the exchanges in it. */
#include "flow/turns.h"

#include "test/unit/tap.h"

enum { MS = 1000, ACTS = 24 };

/* Bytes of one packet: of the client, the server's negative; 'after_ms'
 * behind the one before. The end is 0 bytes. */
struct act {
	int32_t bytes;
	uint32_t after_ms;
};

struct talk {
	const char *name;
	struct act acts[ACTS];
	uint32_t turns, small, exchanges[2];
};

static const struct talk talks[] = {
	{ "nothing was said", { { 0, 0 } }, 0, 0, { 0, 0 } },
	{ "a TLS handshake and its first request",
	    { { -44, 0 }, { 556, 10 }, { -1448, 40 }, { -984, 0 }, { 156, 9 },
		{ -44, 40 }, { 36, 1 }, { 0, 0 } },
	    5, 0, { 0, 0 } },
	{ "the same, and an answer with a page",
	    { { -44, 0 }, { 556, 10 }, { -1448, 40 }, { -984, 0 }, { 156, 9 },
		{ -300, 40 }, { 36, 1 }, { 0, 0 } },
	    5, 0, { 1, 0 } },
	{ "the same, begun by the server's side",
	    { { 44, 0 }, { -556, 10 }, { 1448, 40 }, { 984, 0 }, { -156, 9 },
		{ 300, 40 }, { -36, 1 }, { 0, 0 } },
	    5, 0, { 0, 1 } },
	{ "the first turn may lack its beginning",
	    { { 556, 10 }, { -1448, 40 }, { 156, 9 }, { -300, 40 }, { 36, 1 },
		{ 0, 0 } },
	    4, 0, { 0, 0 } },
	{ "a follow-up after a pause",
	    { { -44, 0 }, { 556, 10 }, { -1448, 40 }, { 156, 1001 },
		{ -300, 40 }, { 36, 1 }, { 0, 0 } },
	    5, 0, { 0, 0 } },
	{ "pauses elsewhere",
	    { { -44, 0 }, { 556, 5000 }, { -1448, 5000 }, { 156, 1000 },
		{ -300, 5000 }, { 36, 5000 }, { 0, 0 } },
	    5, 0, { 1, 0 } },
	{ "three pages on one connection",
	    { { -44, 0 }, { 300, 10 }, { -9000, 40 }, { 300, 9 }, { -9000, 40 },
		{ 300, 9 }, { -9000, 40 }, { 300, 9 }, { -9000, 40 },
		{ 300, 9 }, { 0, 0 } },
	    9, 0, { 3, 0 } },
	{ "long commands in a terminal",
	    { { -44, 0 }, { 324, 300 }, { -332, 50 }, { -900, 0 }, { 580, 300 },
		{ -604, 50 }, { -900, 0 }, { 316, 300 }, { -300, 50 },
		{ -900, 0 }, { 324, 300 }, { -388, 50 }, { -900, 0 },
		{ 324, 300 }, { -388, 50 }, { 36, 1 }, { 0, 0 } },
	    11, 0, { 0, 0 } },
	{ "answers that begin with no echo",
	    { { -44, 0 }, { 324, 300 }, { -389, 50 }, { -900, 0 }, { 324, 300 },
		{ -307, 50 }, { -900, 0 }, { 324, 300 }, { -900, 50 },
		{ 36, 1 }, { 0, 0 } },
	    7, 0, { 2, 0 } },
	{ "a file's pieces read",
	    { { -44, 0 }, { 84, 1 }, { -32000, 40 }, { 84, 1 }, { -32000, 40 },
		{ 84, 1 }, { -32000, 40 }, { 84, 1 }, { 0, 0 } },
	    7, 0, { 0, 0 } },
	{ "a file's pieces written",
	    { { -44, 0 }, { 32000, 1 }, { -76, 40 }, { 32000, 1 }, { -76, 40 },
		{ 32000, 1 }, { -76, 40 }, { 32000, 1 }, { 0, 0 } },
	    7, 0, { 0, 0 } },
	{ "keys and their echoes",
	    { { -44, 0 }, { 36, 100 }, { -36, 40 }, { 36, 200 }, { -36, 40 },
		{ 36, 100 }, { -2000, 40 }, { 80, 300 }, { -36, 40 },
		{ 84, 300 }, { -36, 40 }, { 0, 0 } },
	    10, 4, { 0, 0 } },
};

static void
test_talk(const struct talk *talk)
{
	struct turns turns = { 0 };
	uint64_t now_us = 1;
	const struct act *act;

	for (act = talk->acts; act->bytes != 0; act++) {
		now_us += (uint64_t)act->after_ms * MS;
		turns_packet(&turns, act->bytes < 0,
		    (uint32_t)(act->bytes < 0 ? -act->bytes : act->bytes),
		    now_us);
	}
	tap_int(turns.count, talk->turns, talk->name);
	tap_int(turns.small, talk->small, "  small turns");
	tap_int(turns.exchanges[0], talk->exchanges[0], "  of the client");
	tap_int(turns.exchanges[1], talk->exchanges[1], "  of the server");
}

/* A clock that runs backwards is no pause, and a turn of many bytes does not
 * begin anew at 0. */
static void
test_bounds(void)
{
	struct turns turns = { 0 };
	unsigned i;

	turns_packet(&turns, 0, 500, 9000000);
	turns_packet(&turns, 1, 500, 8000000);
	tap_int(turns.slow, 0, "no pause when the clock runs backwards");
	for (i = 0; i < 5; i++)
		turns_packet(&turns, 1, UINT32_MAX / 2, 9000000);
	tap_ok(turns.bytes[0] > UINT32_MAX / 2, "a turn's bytes stay large");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(talks) / sizeof(talks[0]); i++)
		test_talk(&talks[i]);
	test_bounds();
	return tap_done();
}
