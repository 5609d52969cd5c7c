/* What an encrypted flow carries, by the sizes of its packets. */
#include "signal/inner.h"

#include <stdio.h>
#include <string.h>

#include "signal/source.h"
#include "test/unit/signal/play.h"
#include "test/unit/tap.h"

enum { TCP = 6, UDP = 17 };

#define S TCP_SYN
#define A TCP_ACK
#define HANDSHAKE                                                         \
	{ 'c', 0, S, 0, 0, NULL, 0 }, { 's', 100, S | A, 0, 1, NULL, 0 }, \
	{                                                                 \
		'c', 40100, A, 1, 1, NULL, 0                              \
	}
/* A ClientHello of 100 bytes in all, a ServerHello of 1000. */
#define HELLOS                                                            \
	HANDSHAKE, { 'c', 50000, A, 1, 1, "16 03 01 00 5f 01", 100 },     \
	{                                                                 \
		's', 60000, A, 1, 101, "16 03 03 03 e3 02 00 03 df", 1000 \
	}
#define REST                                                     \
	{ 's', 80000, A, 1001, 999, "17 03 03 02 00", 900 },     \
	    { 's', 80001, A, 1901, 999, "17 03 03 02 00", 500 }, \
	    { 'c', 90000, A, 9001, 2401, "17 03 03 00 20", 37 }, \
	    { 's', 95000, A, 2401, 9038, "17 03 03 00 20", 38 }, \
	{                                                        \
		'c', 99000, A, 9038, 2439, "17 03 03 00 20", 39  \
	}

#define FINISHED                                                              \
	{                                                                     \
		'c', 70000, A, 101, 1001, "14 03 03 00 01 01 17 03 03 00 35", \
		    64                                                        \
	}
#define MORE                                                     \
	{ 'c', 90000, A, 9001, 9001, "17 03 03 00 20", 37 },     \
	    { 's', 95000, A, 9001, 9038, "17 03 03 00 20", 38 }, \
	    { 'c', 99000, A, 9038, 9039, "17 03 03 00 20", 39 }, \
	{                                                        \
		's', 99900, A, 9039, 9077, "17 03 03 00 20", 40  \
	}
/* A record of 60 bytes. */
#define TICKET                                                         \
	"17 03 03 00 37 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"  \
	" 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00" \
	" 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "

struct inner_case {
	const char *name;
	struct play_options options;
	struct play_act acts[PLAY_ACTS];
	const char *sizes; /* "": unknown. */
};

static const struct inner_case cases[] = {
	{ "TLS 1.3: Finished, then data, in two packets", { .ip_proto = TCP },
	    { HELLOS,
		{ 'c', 70000, A, 101, 1001, "14 03 03 00 01 01 17 03 03 00 35",
		    64 },
		{ 'c', 70001, A, 165, 1001, "17 03 03 01 00", 261 }, REST },
	    "261,-900,-500,37,-38,39" },
	{ "TLS 1.3: data behind Finished in its packet", { .ip_proto = TCP },
	    { HELLOS,
		{ 'c', 70000, A, 101, 1001,
		    "14 03 03 00 01 01 17 03 03 00 01 00 17 03 03 00 20", 49 },
		REST },
	    "37,-900,-500,37,-38,39" },
	{ "TLS 1.2: the server's Finished is none of it", { .ip_proto = TCP },
	    { HELLOS,
		{ 'c', 70000, A, 101, 1001,
		    "16 03 03 00 02 10 00 14 03 03 00 01 01 16 03 03 00 28",
		    58 },
		{ 's', 75000, A, 1001, 159, "14 03 03 00 01 01", 51 },
		{ 'c', 70001, A, 159, 1052, "17 03 03 01 00", 261 }, REST },
	    "261,-900,-500,37,-38,39" },
	{ "two tickets in two packets", { .ip_proto = TCP },
	    { HELLOS, FINISHED,
		{ 's', 75000, A, 1001, 165, "17 03 03 00 fa", 255 },
		{ 'c', 75100, A, 165, 1256, "17 03 03 01 00", 261 },
		{ 's', 75200, A, 1256, 165, "17 03 03 00 fa", 255 },
		{ 's', 76000, A, 1511, 426, "17 03 03 00 fa", 255 }, MORE },
	    "261,-255,37,-38,39,-40" },
	{ "two in one packet, and an answer behind them", { .ip_proto = TCP },
	    { HELLOS, FINISHED,
		{ 'c', 75100, A, 165, 1001, "17 03 03 01 00", 261 },
		{ 's', 76000, A, 1001, 426, TICKET TICKET "17 03 03 00 64",
		    225 },
		MORE },
	    "261,-105,37,-38,39,-40" },
	{ "nothing but tickets in it", { .ip_proto = TCP },
	    { HELLOS, FINISHED, { 's', 75000, A, 1001, 165, TICKET TICKET, 0 },
		{ 'c', 75100, A, 165, 1121, "17 03 03 01 00", 261 },
		{ 's', 76000, A, 1121, 426, "17 03 03 00 fa", 255 }, MORE },
	    "261,-255,37,-38,39,-40" },
	{ "one may be an answer", { .ip_proto = TCP },
	    { HELLOS, FINISHED,
		{ 'c', 75100, A, 165, 1001, "17 03 03 01 00", 261 },
		{ 's', 76000, A, 1001, 426, "17 03 03 00 fa", 255 },
		{ 's', 76100, A, 1256, 426, "17 03 03 00 fb", 256 }, MORE },
	    "261,-255,-256,37,-38,39,-40" },
	{ "too short for tickets", { .ip_proto = TCP },
	    { HELLOS, FINISHED,
		{ 'c', 75100, A, 165, 1001, "17 03 03 01 00", 261 },
		{ 's', 76000, A, 1001, 426, "17 03 03 00 36", 59 },
		{ 's', 76100, A, 1060, 426, "17 03 03 00 36", 59 }, MORE },
	    "261,-59,-59,37,-38,39,-40" },
	{ "too long for tickets", { .ip_proto = TCP },
	    { HELLOS, FINISHED,
		{ 'c', 75100, A, 165, 1001, "17 03 03 01 00", 261 },
		{ 's', 76000, A, 1001, 426, "17 03 03 02 54", 601 },
		{ 's', 76100, A, 1602, 426, "17 03 03 02 54", 601 }, MORE },
	    "261,-601,-601,37,-38,39,-40" },
	{ "after a HelloRetryRequest", { .ip_proto = TCP },
	    { HELLOS,
		{ 'c', 70000, A, 101, 1001,
		    "14 03 03 00 01 01 16 03 03 01 00 01", 267 },
		{ 's', 71000, A, 1001, 368, "16 03 03 00 10", 21 },
		{ 'c', 72000, A, 368, 1022, "17 03 03 00 35", 58 },
		{ 'c', 73000, A, 426, 1022, "17 03 03 01 00", 261 }, REST },
	    "261,-900,-500,37,-38,39" },
	{ "a handshake that does not end", { .ip_proto = TCP },
	    { HELLOS, REST }, "" },
	{ "no TLS: from the beginning", { .ip_proto = TCP },
	    { HANDSHAKE, { 'c', 50000, A, 1, 1, "a5 03 01 00 5f 01", 100 },
		{ 's', 60000, A, 1, 101, NULL, 0 },
		{ 's', 60100, A, 1, 101, "16 03", 1000 }, REST },
	    "100,-1000,-900,-500,37,-38,39" },
	{ "what is sent again is not counted", { .ip_proto = TCP },
	    { HANDSHAKE, { 'c', 50000, A, 1, 1, "a5 03 01 00 5f 01", 100 },
		{ 'c', 550000, A, 1, 1, "a5 03 01 00 5f 01", 100 },
		{ 's', 560100, A, 1, 101, "16 03", 1000 }, REST },
	    "100,-1000,-900,-500,37,-38,39" },
	{ "too few", { .ip_proto = TCP },
	    { HANDSHAKE, { 'c', 50000, A, 1, 1, "a5 03 01 00 5f 01", 100 },
		{ 's', 60100, A, 1, 101, "16 03", 1000 } },
	    "" },
	{ "the server speaks first", { .ip_proto = TCP },
	    { HANDSHAKE, { 's', 60100, A, 1, 1, "16 03", 1000 }, REST }, "" },
	{ "datagrams", { .ip_proto = UDP },
	    { { 'c', 50000, 0, 0, 0, "a5 03 01 00 5f 01", 100 }, REST,
		{ 's', 60000, 0, 0, 0, "16 03", 10 } },
	    "" },
};

static void
sizes_text(const struct signals *signals, char *text, size_t room)
{
	int32_t sizes[SIGNAL_SIZES_MAX];
	size_t i, at = 0,
		  count = signals_sizes(signals, SIGNAL_INNER_SIZES, sizes);

	text[0] = '\0';
	for (i = 0; i < count && at < room; i++)
		at += (size_t)snprintf(text + at, room - at, "%s%d",
		    i > 0 ? "," : "", (int)sizes[i]);
}

static void
run_case(const struct inner_case *c)
{
	struct signals signals;
	char text[256];

	play(&signal_inner, &c->options, c->acts, &signals);
	sizes_text(&signals, text, sizeof(text));
	tap_text(text, c->sizes, c->name);
	tap_ok(signals_known(&signals, SIGNAL_INNER_SCORE) ==
		(c->sizes[0] != '\0'),
	    "... and a score with them");
}

/* Sizes of one packet each way, again and again: what is found twice counts
 * once. */
static void
test_grams(void)
{
	static const int32_t sizes[] = { 160, -161, 160, -161, 160, -161 };
	static struct inner_model model;

	memset(&model, 0, sizeof(model));
	model.bias = 5;
	model.grams[0 << 6 | 3 << 3 | 0] = 100;
	model.grams[3 << 6 | 0 << 3 | 3] = 1000;
	model.grams[0] = 7; /* Not there. */
	tap_int(inner_score(&model, sizes, 6), 1105, "each gram once");
	tap_int(inner_score(&model, sizes, 3), 105, "of what is there");
	tap_int(inner_score(&model, sizes, 2), 5, "two packets are no gram");
	tap_int(inner_score(&model, sizes, 0), 5, "nor are none");
}

/* Where one size class ends and the next begins. */
static void
test_classes(void)
{
	static const int32_t sizes[] = { 600, 601, -1000, -1001 };
	static struct inner_model model;

	memset(&model, 0, sizeof(model));
	model.grams[2 << 6 | 4 << 3 | 5] = 10;
	model.grams[4 << 6 | 5 << 3 | 7] = 100;
	tap_int(inner_score(&model, sizes, 4), 110, "classes");
}

static void
test_turns(void)
{
	static const int32_t sizes[] = { 40, 20, -3000, -200, 61, -17000, 1, -1,
		1, -1, 1, -1 };
	static struct inner_model model;

	memset(&model, 0, sizeof(model));
	model.turns[0 * INNER_TURN_BINS + 0] = 1;            /* 60 */
	model.turns[(2 + 1) * INNER_TURN_BINS + 10] = 10;    /* -3200 */
	model.turns[(4 + 0) * INNER_TURN_BINS + 1] = 100;    /* 61 */
	model.turns[(6 + 1) * INNER_TURN_BINS + 14] = 1000;  /* -17000 */
	model.turns[(10 + 1) * INNER_TURN_BINS + 0] = 10000; /* The sixth. */
	model.turns[(10 + 0) * INNER_TURN_BINS + 0] = 7;     /* Not there. */
	tap_int(inner_score(&model, sizes, 12), 11111, "turns and their bins");
}

static void
test_asks(void)
{
	/* A ClientHello, the server's flight, Finished, and a request or an
	 * answer; again, and again, which counts once. */
	static const int32_t busy[] = { 517, -1448, -1448, 102, 300, -50, 102,
		300 };
	static const int32_t heard[] = { 517, -1448, -1448, 102, -351 };
	static const int32_t ended[] = { 517, -1448, -1448, 102 };
	static struct inner_model model;
	const int ask = ((1 * 5 + 3) * 5 + 1) * 5;

	memset(&model, 0, sizeof(model));
	model.asks[ask + 1] = 1;
	model.asks[ask + 4] = 10;
	model.asks[ask] = 100;
	tap_int(inner_score(&model, busy, 8), 1, "the client goes on");
	tap_int(inner_score(&model, heard, 5), 10, "the server answers");
	tap_int(inner_score(&model, ended, 4), 100, "nothing follows");
}

/* The model as it is: rows as of programs that it is about. */
static void
test_table(void)
{
	static const int32_t socks[] = { 25, -24, 32, -32, 539, -1448, -1448,
		-90, 102, 108, 128, -600, 53, -1448, -1448, -974 };
	static const int32_t keep_alive[] = { 220, -1448, -1448, -400, 230,
		-800, 240, -1448, -600, 24, -24 };
	const struct inner_model *model = &inner_models[INNER_IN_TLS];

	tap_ok(inner_score(model, socks, 16) > 1000, "SOCKS over TLS");
	tap_ok(inner_score(model, keep_alive, 11) < 0, "HTTP over TLS");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		run_case(&cases[i]);
	test_grams();
	test_classes();
	test_turns();
	test_asks();
	test_table();
	return tap_done();
}
