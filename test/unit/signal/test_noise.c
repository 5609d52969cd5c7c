/* How random a flow's beginning is. */
#include "signal/source.h"

#include <stdio.h>

#include "feed.h"
#include "play.h"

enum { UNKNOWN = -1, TCP = 6, UDP = 17 };

static struct signals signals;

static int
milli_of(enum signal_id id)
{
	return signals_known(&signals, id) ? (int)signals_milli(&signals, id)
					   : UNKNOWN;
}

/* Leaves in 'signals' what a stream that begins so shows. */
static void
look(const void *bytes, size_t size)
{
	static struct feed feed;

	feed_init(&feed, &signal_noise, false);
	feed_packet(&feed, 0, bytes, size);
	feed_collect(&feed, &signals);
	feed_fini(&feed);
}

/* The paper sent each byte 200 times: 40 of 256 were blocked. */
static void
test_repeated(void)
{
	uint8_t bytes[200];
	unsigned byte, noisy = 0;
	bool wrong = false;

	for (byte = 0; byte < 256; byte++) {
		bool want = __builtin_popcount(byte) == 4 &&
		    (byte < 0x20 || byte > 0x7e);

		memset(bytes, (int)byte, sizeof(bytes));
		look(bytes, sizeof(bytes));
		noisy += milli_of(SIGNAL_C2S_NOISE) == 1;
		wrong = wrong || (milli_of(SIGNAL_C2S_NOISE) == 1) != want;
	}
	tap_int(noisy, 40, "repeated bytes: 40 of 256 look random");
	tap_ok(!wrong, "... those with four bits set, not printable");
}

#define X4 "f0f0f0f0"
#define X16 X4 X4 X4 X4
/* Printable, four bits set. */
#define M20 "6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a"

static const struct noise_case {
	const char *name, *hex;
	int noise;
} cases[] = {
	{ "random", X16, 1 },
	/* 68 bits in 20 bytes are 3.4 a byte, 92 are 4.6. */
	{ "Ex1: as few bits as are exempt",
	    "f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0000000", 0 },
	{ "Ex1: one bit more", "f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0000080", 1 },
	{ "Ex1: as many bits as are exempt",
	    "fffffff0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0", 0 },
	{ "Ex1: one bit fewer", "fffffef0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0", 1 },
	{ "Ex2: six printable bytes", "6a6a6a6a6a6a" X16, 0 },
	{ "Ex2: five", "6a6a6a6a6a" X16, 1 },
	{ "Ex2: blanks and tildes", "207e207e207e" X16, 0 },
	{ "Ex2: what is beside them", "1f7e207e207e" X16, 1 },
	{ "Ex3: half of it printable", X4 X4 "6a6a6a6a6a6a6a6a", 1 },
	{ "Ex3: more than half", X4 X4 "6a6a6a6a6a6a6a6a6a", 0 },
	{ "Ex4: twenty printable in a row", X16 X16 M20, 1 },
	{ "Ex4: one more", X16 X16 M20 "6a", 0 },
	{ "Ex5: a TLS handshake", "160301" X16, 0 },
	{ "Ex5: TLS data", "170309" X16, 0 },
	{ "Ex5: no TLS version", "16030a" X16, 1 },
	{ "Ex5: another record", "150303" X16, 1 },
	{ "Ex5: GET", "47455420" X16, 0 },
	{ "Ex5: in small letters", "67657420" X16, 0 },
	{ "Ex5: PUT", "50555420" X16, 0 },
	{ "Ex5: POST", "504f535420" X16, 0 },
	{ "Ex5: HEAD", "4845414420" X16, 0 },
	{ "Ex5: no blank behind", "4845414421" X16, 1 },
	{ "Ex5: another method", "50555421" X16, 1 },
};

static void
test_case(const struct noise_case *test)
{
	uint8_t bytes[128];

	look(bytes, tap_hex(test->hex, bytes, sizeof(bytes)));
	tap_int(milli_of(SIGNAL_C2S_NOISE), test->noise, test->name);
	tap_int(milli_of(SIGNAL_S2C_NOISE), UNKNOWN, "... of the other side");
}

static const struct entropy_case {
	const char *name, *hex;
	int want;
} entropy_cases[] = {
	{ "one value", "aaaaaaaa", 0 },
	{ "two values", "00ff00ff", 1000 },
	{ "four values", "00010203", 2000 },
	{ "one of three", "000102", 1585 },
};

static void
test_entropy(void)
{
	uint8_t bytes[256];
	size_t i;

	for (i = 0; i < sizeof(entropy_cases) / sizeof(entropy_cases[0]); i++) {
		look(bytes,
		    tap_hex(entropy_cases[i].hex, bytes, sizeof(bytes)));
		tap_int(milli_of(SIGNAL_C2S_FIRST_ENTROPY),
		    entropy_cases[i].want, entropy_cases[i].name);
	}
	for (i = 0; i < 256; i++)
		bytes[i] = (uint8_t)i;
	look(bytes, 256);
	tap_int(milli_of(SIGNAL_C2S_FIRST_ENTROPY), 8000, "every value once");
}

#define S TCP_SYN
#define A TCP_ACK

/* Conversations. Constant bytes, and what sizes leave over. */
static const struct talk_case {
	const char *name;
	struct play_act acts[PLAY_ACTS];
	int ip_proto, c2s, s2c, constant, mod_8, mod_16;
} talk_cases[] = {
	{ "a stream: the first payload only",
	    { { 'c', 0, S, 0, 0, NULL, 0 }, { 's', 9, S | A, 0, 1, NULL, 0 },
		{ 'c', 20, A, 1, 1, X16, 0 }, { 'c', 30, A, 17, 1, "00", 999 },
		{ 's', 40, A, 1, 1016, "00", 0 } },
	    TCP, 1, 0, UNKNOWN, UNKNOWN, UNKNOWN },
	{ "a stream: the first one comes second",
	    { { 'c', 0, S, 0, 0, NULL, 0 }, { 's', 9, S | A, 0, 1, NULL, 0 },
		{ 'c', 20, A, 5, 1, "00", 20 }, { 'c', 30, A, 1, 1, X4, 0 } },
	    TCP, 1, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN },
	{ "datagrams: the first three of a side",
	    { { 'c', 0, 0, 0, 0, X4, 0 }, { 's', 1, 0, 0, 0, "0f0f", 0 },
		{ 'c', 2, 0, 0, 0, "0f" X4, 0 }, { 'c', 3, 0, 0, 0, X16, 0 },
		{ 'c', 4, 0, 0, 0, "00", 200 } },
	    UDP, 1, 1, 3, UNKNOWN, UNKNOWN },
	{ "datagrams: the third is none",
	    { { 'c', 0, 0, 0, 0, X4, 0 }, { 'c', 1, 0, 0, 0, X4, 0 },
		{ 'c', 2, 0, 0, 0, "00", 200 } },
	    UDP, 0, UNKNOWN, 0, UNKNOWN, UNKNOWN },
	{ "datagrams: one of three begins like TLS",
	    { { 'c', 0, 0, 0, 0, X16, 0 }, { 'c', 1, 0, 0, 0, X16, 0 },
		{ 'c', 2, 0, 0, 0, "160303" X16 X16, 0 } },
	    UDP, 1, UNKNOWN, 13, UNKNOWN, UNKNOWN },
	{ "datagrams: two of three do",
	    { { 'c', 0, 0, 0, 0, "160303" X16, 0 }, { 'c', 1, 0, 0, 0, X16, 0 },
		{ 'c', 2, 0, 0, 0, "160303" X16 X16, 0 } },
	    UDP, 0, UNKNOWN, 13, UNKNOWN, UNKNOWN },
	{ "datagrams: one of two does",
	    { { 'c', 0, 0, 0, 0, X16, 0 },
		{ 'c', 1, 0, 0, 0, "160303" X16, 0 } },
	    UDP, 0, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN },
	{ "constant bytes: a header",
	    { { 'c', 0, 0, 0, 0, "01020304aa", 0 },
		{ 'c', 1, 0, 0, 0, "01022204ab", 0 },
		{ 'c', 2, 0, 0, 0, "01023304ac", 0 } },
	    UDP, 0, UNKNOWN, 3, UNKNOWN, UNKNOWN },
	{ "constant bytes: the side with more of them",
	    { { 'c', 0, 0, 0, 0, "01", 0 }, { 'c', 1, 0, 0, 0, "02", 0 },
		{ 'c', 2, 0, 0, 0, "03", 0 }, { 's', 3, 0, 0, 0, "ff0a", 0 },
		{ 's', 4, 0, 0, 0, "ff0b", 0 },
		{ 's', 5, 0, 0, 0, "ff0c", 0 } },
	    UDP, 0, 0, 1, UNKNOWN, UNKNOWN },
	{ "constant bytes: no further than the shortest",
	    { { 'c', 0, 0, 0, 0, "00", 40 }, { 'c', 1, 0, 0, 0, "00", 2 },
		{ 'c', 2, 0, 0, 0, "00", 40 } },
	    UDP, 0, UNKNOWN, 2, UNKNOWN, UNKNOWN },
	{ "constant bytes: all that are compared",
	    { { 'c', 0, 0, 0, 0, "00", 40 }, { 'c', 1, 0, 0, 0, "00", 40 },
		{ 'c', 2, 0, 0, 0, "00", 40 } },
	    UDP, 0, UNKNOWN, 32, UNKNOWN, UNKNOWN },
	{ "sizes of 16 bytes and a rest",
	    { { 'c', 0, 0, 0, 0, "01", 68 }, { 's', 1, 0, 0, 0, "01", 68 },
		{ 'c', 2, 0, 0, 0, "02", 116 }, { 'c', 3, 0, 0, 0, "03", 116 },
		{ 's', 4, 0, 0, 0, "02", 100 }, { 's', 5, 0, 0, 0, "03", 628 },
		{ 'c', 6, 0, 0, 0, "02", 116 },
		{ 'c', 7, 0, 0, 0, "03", 116 } },
	    UDP, 0, 0, 31, 4, 4 },
	{ "sizes of 8 bytes and a rest",
	    { { 'c', 0, 0, 0, 0, "01", 69 }, { 's', 1, 0, 0, 0, "01", 77 },
		{ 'c', 2, 0, 0, 0, "02", 85 }, { 'c', 3, 0, 0, 0, "03", 93 },
		{ 's', 4, 0, 0, 0, "02", 69 }, { 's', 5, 0, 0, 0, "03", 69 },
		{ 'c', 6, 0, 0, 0, "02", 69 }, { 'c', 7, 0, 0, 0, "03", 69 } },
	    UDP, 0, 0, 31, 5, UNKNOWN },
	{ "sizes: too few different ones",
	    { { 'c', 0, 0, 0, 0, "01", 64 }, { 's', 1, 0, 0, 0, "01", 80 },
		{ 'c', 2, 0, 0, 0, "02", 96 }, { 'c', 3, 0, 0, 0, "03", 96 },
		{ 's', 4, 0, 0, 0, "02", 96 }, { 's', 5, 0, 0, 0, "03", 96 },
		{ 'c', 6, 0, 0, 0, "02", 96 }, { 'c', 7, 0, 0, 0, "03", 96 } },
	    UDP, 0, 0, 31, UNKNOWN, UNKNOWN },
	{ "sizes of one side",
	    { { 'c', 0, 0, 0, 0, "01", 64 }, { 'c', 1, 0, 0, 0, "01", 80 },
		{ 'c', 2, 0, 0, 0, "02", 96 }, { 'c', 3, 0, 0, 0, "03", 112 },
		{ 'c', 4, 0, 0, 0, "02", 96 }, { 'c', 5, 0, 0, 0, "03", 96 },
		{ 'c', 6, 0, 0, 0, "02", 96 }, { 'c', 7, 0, 0, 0, "03", 96 } },
	    UDP, 0, UNKNOWN, 31, UNKNOWN, UNKNOWN },
	{ "no datagrams of UDP",
	    { { 'c', 0, 0, 0, 0, X16, 0 }, { 'c', 1, 0, 0, 0, X16, 0 },
		{ 'c', 2, 0, 0, 0, X16, 0 } },
	    50, 1, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN },
};

static int
count_of(enum signal_id id)
{
	int milli = milli_of(id);

	return milli == UNKNOWN ? UNKNOWN : milli / 1000;
}

static void
test_talk(const struct talk_case *test)
{
	struct play_options options = { .ip_proto = (uint8_t)test->ip_proto };

	play(&signal_noise, &options, test->acts, &signals);
	tap_int(milli_of(SIGNAL_C2S_NOISE), test->c2s, test->name);
	tap_int(milli_of(SIGNAL_S2C_NOISE), test->s2c, "... the server's");
	tap_int(count_of(SIGNAL_UDP_CONSTANT_BYTES), test->constant,
	    "... constant bytes");
	tap_int(count_of(SIGNAL_UDP_SIZES_MOD_8), test->mod_8, "... by 8");
	tap_int(count_of(SIGNAL_UDP_SIZES_MOD_16), test->mod_16, "... by 16");
}

int
main(void)
{
	size_t i;

	test_repeated();
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_case(&cases[i]);
	test_entropy();
	for (i = 0; i < sizeof(talk_cases) / sizeof(talk_cases[0]); i++)
		test_talk(&talk_cases[i]);
	return tap_done();
}
