/* How soon a client's program answers. The TCP round trip to the client is
 * 40 ms in all cases, and the server answers the hello at 100 ms. */
#include "flow/answers.h"

#include "flow/rtt.h"
#include "test/unit/flow/build.h"
#include "test/unit/tap.h"

enum { ACTS = 16, PAYLOAD_MAX = 4096, NONE = -1, CLIENT = 'c', SERVER = 's' };

#define A TCP_ACK
#define F (TCP_ACK | TCP_FIN)
#define R (TCP_ACK | TCP_RST)

/* One packet: from whom (0: the end), when, numbers counted from behind the
 * SYN of their side, and a payload: 'hex', and zeros up to 'size'. */
struct act {
	char who;
	int16_t at_ms;
	uint8_t flags;
	uint32_t seq, ack;
	const char *hex;
	size_t size;
};

/* Wanted spans in ms, and how many of each kind. */
struct wanted {
	int span[ANSWERS_KINDS];
	unsigned count[ANSWERS_KINDS];
};

struct answers_case {
	const char *name;
	struct act acts[ACTS];
	struct wanted wanted;
};

#define SPANS(turn, upload, window, settings, close)  \
	{                                             \
		turn, upload, window, settings, close \
	}
#define NO NONE

/* TLS 1.3's second flight with the first request, 580 bytes, answered. */
#define FINISHED "14 03 03 00 01 01 17 03 03 02 39"
#define ASKED                                          \
	{ CLIENT, 140, A, 500, 2000, FINISHED, 580 },  \
	{                                              \
		SERVER, 150, A, 2000, 1080, NULL, 1000 \
	}
/* TLS 1.2's, with the request in a turn of its own. */
#define EXCHANGED                                                 \
	{ CLIENT, 140, A, 500, 2000, "16 03 03 00 57", 92 },      \
	    { SERVER, 141, A, 2000, 592, NULL, 200 },             \
	    { CLIENT, 181, A, 592, 2200, "17 03 03 01 ef", 500 }, \
	{                                                         \
		SERVER, 190, A, 2200, 1092, NULL, 1000            \
	}
#define DATA "17 03 03 01 ef"

static const struct answers_case cases[] = {
	{ "TLS's own turn is none", { ASKED },
	    { SPANS(NO, NO, NO, NO, NO), { 0 } } },
	{ "the next request",
	    { ASKED, { CLIENT, 192, A, 1080, 3000, DATA, 500 } },
	    { SPANS(42, NO, NO, NO, NO), { 1 } } },
	{ "the next request, from behind a relay",
	    { ASKED, { CLIENT, 190, A, 1080, 3000, NULL, 0 },
		{ CLIENT, 290, A, 1080, 3000, DATA, 500 } },
	    { SPANS(140, NO, NO, NO, NO), { 1 } } },
	{ "TLS 1.2 takes a turn more",
	    { EXCHANGED, { CLIENT, 240, A, 1092, 3200, DATA, 500 } },
	    { SPANS(50, NO, NO, NO, NO), { 1 } } },
	{ "a request before the answer has come whole is none",
	    { ASKED, { CLIENT, 192, A, 1080, 2900, DATA, 500 } },
	    { SPANS(NO, NO, NO, NO, NO), { 0 } } },
	{ "an answer that was sent again is not timed",
	    { ASKED, { SERVER, 180, A, 2000, 1080, NULL, 1000 },
		{ CLIENT, 222, A, 1080, 3000, DATA, 500 } },
	    { SPANS(NO, NO, NO, NO, NO), { 0 } } },
	{ "the one after it is",
	    { ASKED, { SERVER, 180, A, 2000, 1080, NULL, 1000 },
		{ CLIENT, 222, A, 1080, 3000, DATA, 500 },
		{ SERVER, 230, A, 3000, 1580, NULL, 700 },
		{ CLIENT, 273, A, 1580, 3700, DATA, 500 } },
	    { SPANS(43, NO, NO, NO, NO), { 1 } } },
	{ "a request of which the beginning was missed is not timed",
	    { ASKED, { CLIENT, 192, A, 1280, 3000, "00", 500 } },
	    { SPANS(NO, NO, NO, NO, NO), { 0 } } },
	{ "what a client sends again is no request",
	    { ASKED, { CLIENT, 195, A, 500, 3000, FINISHED, 580 } },
	    { SPANS(NO, NO, NO, NO, NO), { 0 } } },
	{ "the least of several turns",
	    { ASKED, { CLIENT, 292, A, 1080, 3000, DATA, 500 },
		{ SERVER, 300, A, 3000, 1580, NULL, 700 },
		{ CLIENT, 345, A, 1580, 3700, DATA, 500 },
		{ SERVER, 350, A, 3700, 2080, NULL, 700 },
		{ CLIENT, 450, A, 2080, 4400, DATA, 500 } },
	    { SPANS(45, NO, NO, NO, NO), { 3 } } },
	{ "an acknowledgement of SETTINGS, beside an answer on its way",
	    { ASKED, { SERVER, 165, A, 3000, 1080, NULL, 900 },
		{ CLIENT, 193, A, 1080, 3000, "17 03 03 00 1a", 31 } },
	    { SPANS(NO, NO, NO, 43, NO), { [ANSWERS_SETTINGS] = 1 } } },
	{ "one of TLS 1.2",
	    { EXCHANGED, { CLIENT, 260, A, 1092, 3200, "17 03 03 00 21", 38 } },
	    { SPANS(NO, NO, NO, 70, NO), { [ANSWERS_SETTINGS] = 1 } } },
	{ "a record of that size behind another is none",
	    { ASKED,
		{ CLIENT, 193, A, 1080, 3000,
		    "17 03 03 00 01 00 17 03 03 00 1a", 37 } },
	    { SPANS(NO, NO, NO, NO, NO), { 0 } } },
	{ "an alert of that size is none",
	    { ASKED, { CLIENT, 193, A, 1080, 3000, "15 03 03 00 1a", 31 } },
	    { SPANS(NO, NO, NO, NO, NO), { 0 } } },
	{ "a WINDOW_UPDATE after a whole answer",
	    { ASKED, { CLIENT, 250, A, 1080, 3000, "17 03 03 00 1e", 35 } },
	    { SPANS(NO, NO, 100, NO, NO), { [ANSWERS_WINDOW] = 1 } } },
	{ "a WINDOW_UPDATE amidst an answer tells nothing",
	    { ASKED, { SERVER, 165, A, 3000, 1080, NULL, 900 },
		{ CLIENT, 193, A, 1080, 3000, "17 03 03 00 1e", 35 } },
	    { SPANS(NO, NO, NO, NO, NO), { 0 } } },
	{ "a header that is not where it should be ends it",
	    { ASKED, { CLIENT, 193, A, 1080, 3000, "99 99 99 00 1a", 31 },
		{ CLIENT, 250, A, 1111, 3000, "17 03 03 00 1e", 35 } },
	    { SPANS(NO, NO, NO, NO, NO), { 0 } } },
	{ "the client closes after the server",
	    { ASKED, { SERVER, 200, F, 3000, 1080, NULL, 0 },
		{ CLIENT, 240, A, 1080, 3001, NULL, 0 },
		{ CLIENT, 245, F, 1080, 3001, NULL, 0 } },
	    { SPANS(NO, NO, NO, NO, 45), { [ANSWERS_CLOSE] = 1 } } },
	{ "it resets",
	    { ASKED, { SERVER, 200, F, 3000, 1080, NULL, 0 },
		{ CLIENT, 242, R, 1080, 3001, NULL, 0 } },
	    { SPANS(NO, NO, NO, NO, 42), { [ANSWERS_CLOSE] = 1 } } },
	{ "it closes by itself",
	    { ASKED, { SERVER, 200, F, 3000, 1080, NULL, 0 },
		{ CLIENT, 220, F, 1080, 3000, NULL, 0 } },
	    { SPANS(NO, NO, NO, NO, NO), { 0 } } },
	{ "a FIN that was sent again",
	    { ASKED, { SERVER, 200, F, 3000, 1080, NULL, 0 },
		{ SERVER, 400, F, 3000, 1080, NULL, 0 },
		{ CLIENT, 440, F, 1080, 3001, NULL, 0 } },
	    { SPANS(NO, NO, NO, NO, NO), { 0 } } },
	{ "more of a long request, after all was acknowledged",
	    { ASKED, { CLIENT, 192, A, 1080, 3000, DATA, 2900 },
		{ SERVER, 193, A, 3000, 3980, NULL, 0 },
		{ CLIENT, 433, A, 3980, 3000, "00", 1400 } },
	    { SPANS(42, 240, NO, NO, NO), { 1, 1 } } },
	{ "as soon as TCP lets it",
	    { ASKED, { CLIENT, 192, A, 1080, 3000, DATA, 2900 },
		{ SERVER, 193, A, 3000, 3980, NULL, 0 },
		{ CLIENT, 235, A, 3980, 3000, "00", 1400 } },
	    { SPANS(42, NO, NO, NO, NO), { 1 } } },
	{ "more while some is not acknowledged",
	    { ASKED, { CLIENT, 192, A, 1080, 3000, DATA, 2900 },
		{ SERVER, 193, A, 3000, 3000, NULL, 0 },
		{ CLIENT, 433, A, 3980, 3000, "00", 1400 } },
	    { SPANS(42, NO, NO, NO, NO), { 1 } } },
	{ "a body after its head",
	    { ASKED, { CLIENT, 192, A, 1080, 3000, DATA, 300 },
		{ SERVER, 193, A, 3000, 1380, NULL, 0 },
		{ CLIENT, 433, A, 1380, 3000, "00", 1400 } },
	    { SPANS(42, NO, NO, NO, NO), { 1 } } },
};

/* One flow, and what is timed of it. */
struct play {
	struct flow_table *table;
	struct answers answers;
	bool begun;
	uint8_t bytes[PAYLOAD_MAX];
};

static void
take(struct play *play, const struct act *act)
{
	bool back = act->who == SERVER;
	struct packet packet = build_numbered(TCP, 1, back);
	size_t size =
	    act->hex ? tap_hex(act->hex, play->bytes, PAYLOAD_MAX) : 0;
	int64_t at_us = (int64_t)act->at_ms * 1000;
	struct flow *flow;
	unsigned from;

	memset(play->bytes + size, 0, PAYLOAD_MAX - size);
	size = act->size > size ? act->size : size;
	packet = build_payload(packet, (uint32_t)size);
	packet.payload = cursor_of(play->bytes, size);
	/* Numbers wrap amidst the flow. */
	packet = build_flags(packet, act->flags,
	    act->seq + (back ? 7001 : 0xFFFFFF01),
	    act->ack + (back ? 0xFFFFFF01 : 7001));
	flow = build_touch(play->table, &packet, at_us, &from, NULL);
	if (!play->begun && back && size > 0) {
		play->begun = true;
		answers_begin(&play->answers, flow);
	}
	if (play->begun)
		answers_packet(&play->answers, flow, &packet, from,
		    build_at(at_us));
}

static const struct act start[] = {
	{ CLIENT, 0, TCP_SYN, UINT32_MAX, 0, NULL, 0 },
	{ SERVER, 1, TCP_SYN | TCP_ACK, UINT32_MAX, 0, NULL, 0 },
	{ CLIENT, 41, A, 0, 0, NULL, 0 },
	{ CLIENT, 60, A, 0, 0, "16 03 01 01 ef 01", 500 },
	{ SERVER, 100, A, 0, 500, "16 03 03", 2000 },
};

static void
check(const struct answers_case *test)
{
	struct play play = { .table = build_table(&build_limits) };
	const struct answers_span *spans;
	uint32_t kind, count, kept;
	size_t i;

	for (i = 0; i < sizeof(start) / sizeof(start[0]); i++)
		take(&play, &start[i]);
	for (i = 0; i < ACTS && test->acts[i].who != 0; i++)
		take(&play, &test->acts[i]);
	for (kind = 0; kind < ANSWERS_ACK; kind++) {
		kept = answers_spans(&play.answers, (enum answers_kind)kind,
		    &spans, &count);
		tap_ok(count == test->wanted.count[kind] && kept == count &&
			(kept ? (int)(spans[0].us / 1000) : NONE) ==
			    test->wanted.span[kind],
		    "%s: kind %u, %u of %d ms", test->name, kind, count,
		    kept ? (int)(spans[0].us / 1000) : NONE);
	}
	flow_table_free(play.table);
}

/* When TCP acknowledged what the client's first words answer. */
static const struct {
	const char *name;
	struct act acts[6];
	int span_ms;
} acks[] = {
	{ "acknowledged by the answer", { ASKED }, 40 },
	{ "acknowledged at once, answered later",
	    { { CLIENT, 141, A, 500, 2000, NULL, 0 },
		{ CLIENT, 290, A, 500, 2000, FINISHED, 580 } },
	    41 },
	{ "acknowledged late, and answered with that",
	    { { CLIENT, 230, A, 500, 2000, NULL, 0 },
		{ CLIENT, 231, A, 500, 2000, FINISHED, 580 } },
	    130 },
	{ "acknowledged in two parts: the second one is answered",
	    { { CLIENT, 141, A, 500, 1400, NULL, 0 },
		{ CLIENT, 190, A, 500, 2000, NULL, 0 },
		{ CLIENT, 191, A, 500, 2000, FINISHED, 580 } },
	    90 },
	{ "acknowledged twice: the first one counts",
	    { { CLIENT, 141, A, 500, 2000, NULL, 0 },
		{ CLIENT, 190, A, 500, 2000, NULL, 0 },
		{ CLIENT, 290, A, 500, 2000, FINISHED, 580 } },
	    41 },
	{ "the newest of the flight's packets counts",
	    { { SERVER, 120, A, 2000, 500, NULL, 900 },
		{ CLIENT, 162, A, 500, 2900, NULL, 0 },
		{ CLIENT, 290, A, 500, 2900, FINISHED, 580 } },
	    42 },
	{ "the answer is older than the last acknowledgement",
	    { { SERVER, 120, A, 2000, 500, NULL, 900 },
		{ CLIENT, 162, A, 500, 2900, NULL, 0 },
		{ CLIENT, 163, A, 500, 2000, FINISHED, 580 } },
	    NONE },
	{ "a flight that was sent again",
	    { { SERVER, 320, A, 0, 500, "16 03 03", 2000 },
		{ CLIENT, 362, A, 500, 2000, FINISHED, 580 } },
	    NONE },
	{ "no answer", { { CLIENT, 141, A, 500, 2000, NULL, 0 } }, NONE },
	{ "a later turn changes nothing",
	    { ASKED, { CLIENT, 390, A, 1080, 3000, DATA, 500 } }, 40 },
};

static void
check_ack(size_t number)
{
	struct play play = { .table = build_table(&build_limits) };
	const struct answers_span *span;
	uint32_t count, kept;
	size_t i;

	for (i = 0; i < sizeof(start) / sizeof(start[0]); i++)
		take(&play, &start[i]);
	for (i = 0; acks[number].acts[i].who != 0; i++)
		take(&play, &acks[number].acts[i]);
	kept = answers_spans(&play.answers, ANSWERS_ACK, &span, &count);
	tap_int(kept ? (int)(span->us / 1000) : NONE, acks[number].span_ms,
	    acks[number].name);
	flow_table_free(play.table);
}

/* Of many turns the least are kept, in order, and all are counted. */
static void
check_many(void)
{
	struct play play = { .table = build_table(&build_limits) };
	struct act act = { CLIENT, 0, TCP_SYN, UINT32_MAX, 0, NULL, 0 };
	const struct answers_span *spans;
	uint32_t i, count, kept, sent = 0, got = 0;
	int32_t at = 100;
	bool sorted = true;

	take(&play, &act);
	act = (struct act){ SERVER, 1, TCP_SYN | A, UINT32_MAX, 0, NULL, 0 };
	take(&play, &act);
	for (i = 0; i < 22; i++) {
		at += 40 + (int32_t)(i * 7 % 20);
		act = (struct act){ CLIENT, (int16_t)at, A, sent, got, DATA,
			500 };
		take(&play, &act);
		sent += 500;
		act = (struct act){ SERVER, (int16_t)(at + 1), A, got, sent,
			NULL, 400 };
		take(&play, &act);
		at++;
		got += 400;
	}
	kept = answers_spans(&play.answers, ANSWERS_TURN, &spans, &count);
	for (i = 1; i < kept; i++)
		sorted &= spans[i - 1].us <= spans[i].us;
	tap_ok(count == 20 && kept == ANSWERS_KEPT && sorted,
	    "many turns: %u, of which %u in order", count, kept);
	tap_ok(spans[0].us == 40000 && spans[ANSWERS_KEPT - 1].us == 45000,
	    "the least are %u to %u us", spans[0].us,
	    spans[ANSWERS_KEPT - 1].us);
	flow_table_free(play.table);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check(&cases[i]);
	for (i = 0; i < sizeof(acks) / sizeof(acks[0]); i++)
		check_ack(i);
	check_many();
	return tap_done();
}
