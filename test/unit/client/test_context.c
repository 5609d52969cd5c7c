/* What a client's flows are like together. */
#include "client/context.h"

#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "client/client.h"

enum { NONE = -1, SECOND_US = 1000 * 1000 };

struct flow_marks {
	unsigned mtu, own_mtu, ttl, hops;
	const char *ja4; /* Null: no TLS. */
	bool resumed;
};

static void
set_marks(const struct flow_marks *marks, struct signals *signals)
{
	signals_clear(signals);
	signals_set_count(signals, SIGNAL_FLOW_PAYLOAD_C2S, 100);
	signals_set_count(signals, SIGNAL_TCP_SYN_MTU, marks->mtu);
	if (marks->own_mtu)
		signals_set_count(signals, SIGNAL_TCP_SYN_OWN_MTU,
		    marks->own_mtu);
	signals_set_count(signals, SIGNAL_TCP_SYN_TTL, marks->ttl);
	signals_set_count(signals, SIGNAL_TCP_SYN_HOPS, marks->hops);
	signals_set_count(signals, SIGNAL_RTT_MIN_MS, 20);
	if (marks->ja4)
		signals_set_string(signals, SIGNAL_TLS_JA4, marks->ja4);
	if (marks->resumed)
		signals_set_flag(signals, SIGNAL_TLS_RESUMED, true);
}

static void
fold(struct client_context **context, const struct flow_marks *marks,
    unsigned at_s)
{
	static struct fs_observation observation;
	static struct signals signals;

	observation.first_us = (uint64_t)at_s * SECOND_US;
	observation.last_us = observation.first_us + 1500ULL * 1000;
	set_marks(marks, &signals);
	if (context_fold(context, &observation, &signals) < 0)
		abort();
}

static int
count_of(const struct signals *signals, enum signal_id id)
{
	return signals_known(signals, id)
	    ? (int)(signals_milli(signals, id) / 1000)
	    : NONE;
}

static const struct flow_marks flows[] = {
	{ 1500, 1500, 50, 14, "t13d1516h2_8daaf6152771_02713d6af862", false },
	{ 1420, 1500, 51, 13, "t13d1517h2_8daaf6152771_b0da82dd1658", true },
	{ 1420, 0, 116, 12, "t13d1516h2_8daaf6152772_02713d6af862", false },
	{ 1420, 1420, 51, 13, NULL, false },
};

static const struct {
	enum signal_id id;
	int want;
	const char *name;
} wants[] = {
	{ SIGNAL_CLIENT_SYN_FLOWS, 4, "SYNs" },
	{ SIGNAL_CLIENT_MTU, 1420, "that of most" },
	{ SIGNAL_CLIENT_MTU_DISTINCT, 2, "of two" },
	{ SIGNAL_CLIENT_CLAMPED_FLOWS, 1, "one was lowered" },
	{ SIGNAL_CLIENT_HOPS, 12, "the least hops" },
	{ SIGNAL_CLIENT_INITIAL_TTLS, 2, "64 and 128" },
	{ SIGNAL_CLIENT_CONCURRENCY, 2, "at once" },
	{ SIGNAL_CLIENT_RTT_SPREAD_MS, 0, "no spread" },
	{ SIGNAL_CLIENT_TLS_FLOWS, 3, "flows of TLS" },
	{ SIGNAL_CLIENT_TLS_RESUMED, 1, "one resumed" },
	{ SIGNAL_CLIENT_TLS_PROGRAMS, 2, "with two lists of suites" },
	{ SIGNAL_CLIENT_SNI_DISTINCT, NONE, "no name" },
	{ SIGNAL_CLIENT_TS_CLOCKS, NONE, "no timestamps" },
	{ SIGNAL_CLIENT_QUIET_HOUR, NONE, "too soon" },
};

static void
test_fold(void)
{
	static struct signals signals;
	struct client_context *context = NULL;
	unsigned i;

	for (i = 0; i < sizeof(flows) / sizeof(flows[0]); i++)
		fold(&context, &flows[i], i + 1);
	signals_clear(&signals);
	context_signals(context, &signals);
	for (i = 0; i < sizeof(wants) / sizeof(wants[0]); i++)
		tap_int(count_of(&signals, wants[i].id), wants[i].want,
		    wants[i].name);
	context_free(context);
}

/* A tie goes to the smaller size; more sizes than there is room for do not
 * push out the first ones. */
static void
test_mtus(void)
{
	static struct signals signals;
	struct client_context *context = NULL;
	struct flow_marks marks = flows[0];
	unsigned i;

	for (i = 0; i < 20; i++) {
		marks.mtu = 1500 - i;
		fold(&context, &marks, i + 1);
	}
	signals_clear(&signals);
	context_signals(context, &signals);
	tap_int(count_of(&signals, SIGNAL_CLIENT_MTU), 1493, "the least");
	tap_int(count_of(&signals, SIGNAL_CLIENT_MTU_DISTINCT), CONTEXT_MTUS,
	    "as many as fit");
	context_free(context);
}

static void
test_nothing(void)
{
	static struct fs_observation observation;
	static struct signals signals;
	struct client_context *context = NULL;

	signals_clear(&signals);
	signals_set_count(&signals, SIGNAL_TCP_SYN_MTU, 1500);
	context_fold(&context, &observation, &signals);
	tap_ok(context == NULL, "a flow without payload costs nothing");
	context_signals(context, &signals);
	tap_ok(!signals_known(&signals, SIGNAL_CLIENT_MTU), "and says nothing");
}

static void
test_local(void)
{
	static const struct {
		int utc, longitude, want;
	} cases[] = {
		{ 4, 0, 4 },
		{ 22, 120, 6 },
		{ 2, -75, 21 },
		{ 0, 180, 12 },
	};
	static struct signals signals;
	unsigned i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		signals_clear(&signals);
		signals_set_milli(&signals, SIGNAL_CLIENT_QUIET_HOUR,
		    cases[i].utc * INT64_C(1000));
		client_local_signals(&signals);
		tap_ok(!signals_known(&signals, SIGNAL_CLIENT_QUIET_LOCAL_HOUR),
		    "nowhere");
		signals_set_milli(&signals, SIGNAL_CLIENT_LONGITUDE,
		    cases[i].longitude * INT64_C(1000));
		client_local_signals(&signals);
		tap_int(count_of(&signals, SIGNAL_CLIENT_QUIET_LOCAL_HOUR),
		    cases[i].want, "hour of the place");
	}
}

int
main(void)
{
	test_fold();
	test_mtus();
	test_nothing();
	test_local();
	return tap_done();
}
