/* The shape of a flow's beginning. */
#include "signal/source.h"

#include <stdio.h>

#include "test/unit/signal/play.h"
#include "test/unit/tap.h"

enum { NONE = -1, TCP = 6, UDP = 17 };

#define S TCP_SYN
#define A TCP_ACK
#define HANDSHAKE                                                         \
	{ 'c', 0, S, 0, 0, NULL, 0 }, { 's', 100, S | A, 0, 1, NULL, 0 }, \
	{                                                                 \
		'c', 40100, A, 1, 1, NULL, 0                              \
	}

/* Numbers in thousandths; texts as people read them, "" when unknown. */
struct shape_case {
	const char *name;
	struct play_options options;
	struct play_act acts[PLAY_ACTS];
	int first_len[2], popcount, printable;
	const char *bytes[2], *sizes;
};

static const struct shape_case cases[] = {
	{ "a datagram each way", { .ip_proto = UDP },
	    { { 'c', 0, 0, 0, 0, "ff 00 41 42", 0 },
		{ 's', 10, 0, 0, 0, "01 02", 300 } },
	    { 4000, 300000 }, 3000, 500, { "ff 00 41 42", "01 02 00" },
	    "4,-300" },
	{ "only the first datagram is looked at", { .ip_proto = UDP },
	    { { 'c', 0, 0, 0, 0, "20 7e", 0 }, { 'c', 9, 0, 0, 0, "ff", 0 },
		{ 'c', 10, 0, 0, 0, "ff", 0 } },
	    { 2000, NONE }, 3500, 1000, { "20 7e", "" }, "2,1,1" },
	{ "a stream's bytes are joined", { .ip_proto = TCP },
	    { HANDSHAKE, { 'c', 50000, A, 1, 1, "47 45", 0 },
		{ 'c', 50010, A, 3, 1, "54 20", 0 },
		{ 's', 60000, A, 1, 5, "48", 0 } },
	    { 2000, 1000 }, 3500, 1000, { "47 45 54 20", "48" }, "2,2,-1" },
	{ "the first packet, though it comes second", { .ip_proto = TCP },
	    { HANDSHAKE, { 'c', 50000, A, 4, 1, "ff ff", 0 },
		{ 'c', 50010, A, 1, 1, "00 00 00", 0 } },
	    { 3000, NONE }, 0, 0, { "00 00 00 ff ff", "" }, "2,3" },
	{ "a first packet that never comes", { .ip_proto = TCP },
	    { HANDSHAKE, { 'c', 50000, A, 4, 1, "ff ff", 0 },
		{ 's', 60000, A, 1, 6, "41", 0 } },
	    { NONE, 1000 }, NONE, NONE, { "", "41" }, "2,-1" },
	{ "what is sent again is not counted", { .ip_proto = TCP },
	    { HANDSHAKE, { 'c', 50000, A, 1, 1, "41", 10 },
		{ 'c', 350000, A, 1, 1, "41", 10 },
		{ 's', 350100, A, 1, 11, NULL, 0 },
		{ 'c', 950000, A, 10, 1, "00", 1 },
		{ 's', 960000, A, 1, 11, "41", 5 } },
	    { 10000, 5000 }, 200, 100, { "41 00", "41 00" }, "10,-5" },
	{ "data in the SYN", { .ip_proto = TCP },
	    { { 'c', 0, S, 0, 0, "41 41 41", 0 },
		{ 's', 100, S | A, 0, 4, NULL, 0 },
		{ 'c', 40100, A, 4, 1, "42", 0 } },
	    { 3000, NONE }, 2000, 1000, { "41 41 41 42", "" }, "3,1" },
	{ "begun before the capture", { .ip_proto = TCP },
	    { { 's', 0, A, 900, 50, "41 42", 0 },
		{ 'c', 10, A, 50, 902, "43", 0 } },
	    { 1000, 2000 }, 3000, 1000, { "43", "41 42" }, "-2,1" },
	{ "cut by the capture: sizes are those on the wire",
	    { .ip_proto = UDP, .captured = 2 },
	    { { 'c', 0, 0, 0, 0, "ff ff 00 00", 1200 } }, { 1200000, NONE },
	    8000, 0, { "ff ff", "" }, "1200" },
	{ "a huge one", { .ip_proto = UDP },
	    { { 's', 0, 0, 0, 0, "41", 32000 } }, { NONE, 32000000 }, NONE,
	    NONE, { "", "41 00" }, "-32000" },
};

static int
milli_of(const struct signals *signals, enum signal_id id)
{
	return signals_known(signals, id) ? (int)signals_milli(signals, id)
					  : NONE;
}

/* Whether the bytes known begin as 'hex' says; "": none are known. */
static bool
bytes_are(const struct signals *signals, enum signal_id id, const char *hex)
{
	uint8_t want[64];
	size_t want_size = tap_hex(hex, want, sizeof(want)), size = 0;
	const uint8_t *bytes = signals_bytes(signals, id, &size);

	if (want_size == 0)
		return !signals_known(signals, id);
	return size >= want_size && size <= 64 &&
	    memcmp(bytes, want, want_size) == 0;
}

static void
sizes_text(const struct signals *signals, char *text, size_t room)
{
	int32_t sizes[SIGNAL_SIZES_MAX];
	size_t count = signals_sizes(signals, SIGNAL_SEQ_SIZES, sizes);
	size_t i, at = 0;

	text[0] = '\0';
	for (i = 0; i < count && at < room; i++)
		at += (size_t)snprintf(text + at, room - at, "%s%d",
		    i > 0 ? "," : "", sizes[i]);
}

static void
run_case(const struct shape_case *c)
{
	struct signals signals;
	char text[256];

	play(&signal_shape, &c->options, c->acts, &signals);
	tap_int(milli_of(&signals, SIGNAL_C2S_FIRST_LEN), c->first_len[0],
	    c->name);
	tap_int(milli_of(&signals, SIGNAL_S2C_FIRST_LEN), c->first_len[1],
	    "... from the server");
	tap_int(milli_of(&signals, SIGNAL_C2S_FIRST_POPCOUNT), c->popcount,
	    "... bits set");
	tap_int(milli_of(&signals, SIGNAL_C2S_FIRST_PRINTABLE), c->printable,
	    "... printable");
	tap_ok(bytes_are(&signals, SIGNAL_C2S_BYTES, c->bytes[0]),
	    "... first bytes");
	tap_ok(bytes_are(&signals, SIGNAL_S2C_BYTES, c->bytes[1]),
	    "... first bytes of the server");
	sizes_text(&signals, text, sizeof(text));
	tap_text(text, c->sizes, "... sizes");
}

/* Forty datagrams of 1, 2, 3 ... bytes: thirty are kept. */
static void
test_many(void)
{
	struct play_options options = { .ip_proto = UDP };
	struct play_act acts[41] = { { 0 } };
	struct signals signals;
	int32_t sizes[SIGNAL_SIZES_MAX];
	size_t count;
	uint32_t i;

	for (i = 0; i < 40; i++)
		acts[i] = (struct play_act){ .who = 'c',
			.at_us = (int)i,
			.size = i + 1 };
	play(&signal_shape, &options, acts, &signals);
	count = signals_sizes(&signals, SIGNAL_SEQ_SIZES, sizes);
	tap_int((long long)count, 30, "thirty sizes are kept");
	tap_int(sizes[29], 30, "the first ones");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		run_case(&cases[i]);
	test_many();
	return tap_done();
}
