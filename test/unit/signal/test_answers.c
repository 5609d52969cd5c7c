/* What is told of a client's answers, and of the packets between which the
 * samples lie. */
#include "flow/answers.h"

#include <string.h>

#include "flow/rtt.h"
#include "signal/final.h"
#include "signal/times.h"
#include "test/unit/tap.h"

enum { MS = 1000, START = 1000 * 1000 };

static struct answers answers;

/* The client's round trip is 40 ms. */
static struct flow
flow_of(uint32_t client_us, uint32_t server_us)
{
	return (struct flow){
		.first_us = START,
		.ack_us = START + 41 * MS,
		.side = { { .rtt = { .handshake_us = client_us,
				.min_us = client_us,
				.min_at_us = START + 41 * MS } },
		    { .rtt = { .handshake_us = server_us,
			  .min_us = server_us } } },
		.answers = &answers,
	};
}

static void
put(enum answers_kind kind, uint32_t ms, uint32_t at_ms)
{
	struct answers_span span = { ms * MS, at_ms * MS };

	if (kind >= ANSWERS_MANY)
		answers.once[kind - ANSWERS_MANY] = span;
	else
		answers.list[kind].span[answers.list[kind].count++] = span;
}

static void
check_us(const struct signals *signals, enum signal_id id, long long us)
{
	tap_int(signals_known(signals, id) ? signals_milli(signals, id) : -1,
	    us, signal_info(id)->name);
}

static void
test_answers(void)
{
	static struct signals signals;
	struct flow flow = flow_of(40 * MS, 30);
	int32_t gaps[SIGNAL_SIZES_MAX];

	answers = (struct answers){ .turnaround_us = 7 * MS };
	put(ANSWERS_TURN, 38, 200);
	put(ANSWERS_TURN, 90, 400);
	put(ANSWERS_UPLOAD, 60, 500);
	put(ANSWERS_UPLOAD, 80, 600);
	put(ANSWERS_UPLOAD, 120, 700);
	put(ANSWERS_SETTINGS, 44, 190);
	put(ANSWERS_CLOSE, 41, 900);
	put(ANSWERS_ACK, 43, 150);
	signals_clear(&signals);
	final_answers(&flow, &signals);
	check_us(&signals, SIGNAL_RTT_TURN_GAP_MS, 0);
	check_us(&signals, SIGNAL_RTT_UPLOAD_STEP_MS, 40LL * MS);
	check_us(&signals, SIGNAL_RTT_H2_SETTINGS_GAP_MS, 4LL * MS);
	check_us(&signals, SIGNAL_RTT_H2_WINDOW_GAP_MS, -1);
	check_us(&signals, SIGNAL_RTT_CLOSE_GAP_MS, 1LL * MS);
	check_us(&signals, SIGNAL_RTT_ACK_GAP_MS, 3LL * MS);
	check_us(&signals, SIGNAL_RTT_TURNAROUND_MS, 7LL * MS);
	tap_int(signals_milli(&signals, SIGNAL_RTT_TURNS), 2000, "turns");
	tap_ok(signals_sizes(&signals, SIGNAL_RTT_TURN_GAPS, gaps) == 2 &&
		gaps[0] == 0 && gaps[1] == 50 * MS,
	    "turns below the least round trip are 0, others what is beyond");
}

static void
test_times(void)
{
	static struct signals signals;
	struct times_sample samples[TIMES_MAX];
	struct flow flow = flow_of(40 * MS, 30);
	size_t count;

	memset(&answers, 0, sizeof(answers));
	put(ANSWERS_TURN, 90, 400);
	put(ANSWERS_CLOSE, 41, 900);
	signals_clear(&signals);
	final_answers(&flow, &signals);
	count = times_read(&signals, samples);
	tap_int((long long)count, 3, "samples");
	tap_text(samples[0].from, "SYN-ACK", "the handshake");
	tap_int(samples[0].from_us, 1LL * MS, "begins");
	tap_int(samples[0].span_us, 40LL * MS, "and takes");
	tap_text(samples[1].to, "next request", "the turn");
	tap_int(samples[1].from_us, 310LL * MS, "begins");
	tap_int(samples[2].from_us, 859LL * MS, "the FIN");
	put(ANSWERS_TURN, 90, 400);
	answers.list[ANSWERS_TURN].span[0].at_us = ANSWERS_LATE;
	signals_clear(&signals);
	final_answers(&flow, &signals);
	tap_int((long long)times_read(&signals, samples), 2,
	    "what came too late has no time");
}

/* Stored kinds that a later version has added are passed over. */
static void
test_unknown_kind(void)
{
	static const int32_t sizes[] = { 99, 1, 2, TIMES_TLS, 3, 4, 5 };
	static struct signals signals;
	struct times_sample samples[TIMES_MAX];
	unsigned i;

	signals_clear(&signals);
	tap_int((long long)times_read(&signals, samples), 0, "no samples");
	signals_set_sizes(&signals, SIGNAL_RTT_TIMES, sizes, 7);
	tap_int((long long)times_read(&signals, samples), 1, "known samples");
	tap_int(samples[0].span_us, 4, "the known one");
	signals_clear(&signals);
	for (i = 0; i < 20; i++)
		times_add(&signals, TIMES_TLS, i, 1);
	tap_int((long long)times_read(&signals, samples), TIMES_MAX,
	    "as many as have room");
	signals_clear(&signals);
	times_add(&signals, TIMES_TLS, (uint64_t)INT32_MAX + 1, 1);
	tap_int((long long)times_read(&signals, samples), 0, "none too late");
}

/* At the client's own side, slow TLS is the client's. */
static void
test_own_side(void)
{
	static const struct {
		const char *name;
		uint32_t client_us, server_us;
		bool known;
	} cases[] = {
		{ "in front of the service", 40 * MS, 30, true },
		{ "near both", 1 * MS, 1 * MS, true },
		{ "at the client's side", 100, 40 * MS, false },
		{ "between them", 20 * MS, 40 * MS, true },
		{ "the server's unknown", 100, RTT_UNKNOWN, true },
	};
	static struct signals signals;
	struct flow flow;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&answers, 0, sizeof(answers));
		flow = flow_of(cases[i].client_us, cases[i].server_us);
		signals_clear(&signals);
		signals_set_us(&signals, SIGNAL_RTT_TLS_GAP_MS, 30ULL * MS);
		final_answers(&flow, &signals);
		tap_int(signals_known(&signals, SIGNAL_RTT_TLS_GAP_MS),
		    cases[i].known, cases[i].name);
	}
}

int
main(void)
{
	test_answers();
	test_times();
	test_unknown_kind();
	test_own_side();
	return tap_done();
}
