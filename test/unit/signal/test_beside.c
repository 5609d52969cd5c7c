/* What a flow is told of others between its two hosts. */
#include <stdlib.h>
#include <string.h>

#include "signal/final.h"
#include "test/unit/tap.h"

enum { GRE = 47, ESP = 50, TCP = 6, UDP = 17, HELLO = 64 };

/* A DTLS ClientHello in a record of its own, up to its session's size. */
static const char dtls_hello[] =
    "16 fe ff 00 00 00 00 00 00 00 00 00 9b 01 00 00 8f 00 00 00 00 00 00 00 "
    "8f fe fd 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a "
    "5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 20 01 02 03 04";
enum { TYPE_AT = 13, SESSION_AT = 59 };

static struct flow
flow_of(uint8_t proto)
{
	return (struct flow){
		.key = { .addr = { { 198, 51, 100, 1 }, { 203, 0, 113, 1 } },
		    .port = { 40000, 443 },
		    .ip_proto = proto,
		    .family = 4 },
		.first_us = 1000000,
		.last_us = 2000000,
	};
}

static struct pair_table *
table_of(void)
{
	struct pair_table *table;

	if (pair_table_new(8, 7, &table) < 0)
		abort();
	return table;
}

/* Shows one flow; what it is told stays in 'signals'. */
static void
show(struct pair_table *pairs, uint8_t proto, const char *protocol,
    const uint8_t *bytes, struct signals *signals)
{
	struct flow flow = flow_of(proto);

	signals_clear(signals);
	if (protocol != NULL)
		signals_set_string(signals, SIGNAL_FLOW_PROTOCOL, protocol);
	if (bytes != NULL)
		signals_set_bytes(signals, SIGNAL_C2S_BYTES, bytes, HELLO);
	beside_flow(pairs, &flow, signals);
}

static void
check(const struct signals *signals, const char *kinds, int beside, int session,
    const char *name)
{
	char text[64] = "";
	bool known = signals_known(signals, SIGNAL_PAIR_DTLS_BESIDE_TLS);

	if (signals_known(signals, SIGNAL_PAIR_KINDS))
		signals_format(signals, SIGNAL_PAIR_KINDS, false, text,
		    sizeof(text));
	tap_text(text, kinds, name);
	tap_int(known ? signals_milli(signals, SIGNAL_PAIR_DTLS_BESIDE_TLS)
		      : -1,
	    beside, "  DTLS beside TLS");
	known = signals_known(signals, SIGNAL_PAIR_DTLS_SESSION);
	tap_int(known ? signals_milli(signals, SIGNAL_PAIR_DTLS_SESSION) : -1,
	    session, "  in a session");
}

static void
test_beside(void)
{
	struct pair_table *pairs = table_of();
	struct signals *signals = malloc(sizeof(*signals));
	uint8_t hello[HELLO];

	tap_hex(dtls_hello, hello, sizeof(hello));
	show(pairs, TCP, "tls", NULL, signals);
	check(signals, "", -1, -1, "TLS alone");
	show(pairs, TCP, "http", NULL, signals);
	check(signals, "", -1, -1, "a flow of no such kind");
	show(pairs, TCP, "ssh", NULL, signals);
	check(signals, "tls,ssh", -1, -1, "SSH beside TLS");
	hello[SESSION_AT] = 0;
	show(pairs, UDP, "dtls", hello, signals);
	check(signals, "tls,dtls,ssh", 1, 0, "DTLS without a session");
	hello[SESSION_AT] = 32;
	hello[TYPE_AT] = 2;
	show(pairs, UDP, "dtls", hello, signals);
	check(signals, "tls,dtls,ssh", 1, 0, "a session in another message");
	hello[TYPE_AT] = 1;
	show(pairs, UDP, "dtls", hello, signals);
	check(signals, "tls,dtls,ssh", 1, 1, "DTLS with a session");
	show(pairs, TCP, "tls", NULL, signals);
	check(signals, "tls,dtls,ssh", 1, 1, "and its TLS is told so");
	pair_table_clear(pairs);
	show(pairs, UDP, "dtls", hello, signals);
	check(signals, "", -1, -1, "DTLS alone");
	show(pairs, ESP, NULL, NULL, signals);
	check(signals, "dtls,esp", -1, -1, "ESP");
	show(pairs, GRE, NULL, NULL, signals);
	check(signals, "dtls,esp,gre", -1, -1, "GRE");
	free(signals);
	pair_table_free(pairs);
}

/* One flow that is judged once its score was added. */
static void
score(struct pair_table *pairs, uint8_t proto, const char *protocol,
    int64_t milli, struct signals *signals)
{
	struct flow flow = flow_of(proto);

	signals_clear(signals);
	signals_set_string(signals, SIGNAL_FLOW_PROTOCOL, protocol);
	if (milli != INT64_MIN)
		signals_set_milli(signals, SIGNAL_INNER_SCORE, milli);
	beside_score(pairs, &flow, signals);
	beside_flow(pairs, &flow, signals);
}

/* Flows of one pair in their order; -1: not known. */
static const struct {
	const char *name;
	const char *protocol;
	uint8_t proto;
	int64_t milli;
	int64_t flows, mean;
} scored[] = {
	{ "the first", "tls", TCP, 1500, 1000, 1500 },
	{ "no score", "tls", TCP, INT64_MIN, -1, -1 },
	{ "another protocol", "ssh", TCP, 1500, -1, -1 },
	{ "no TCP", "tls", UDP, 1500, -1, -1 },
	{ "the second", "tls", TCP, -500, 2000, 500 },
	{ "one of a very high score", "tls", TCP, 9000, 3000, 1666 },
	{ "one of a very low score", "tls", TCP, -9000, 4000, 750 },
};

static void
test_scores(void)
{
	struct pair_table *pairs = table_of();
	struct signals *signals = malloc(sizeof(*signals));
	size_t i;

	for (i = 0; i < sizeof(scored) / sizeof(scored[0]); i++) {
		bool known;

		score(pairs, scored[i].proto, scored[i].protocol,
		    scored[i].milli, signals);
		known = signals_known(signals, SIGNAL_PAIR_INNER_FLOWS);
		tap_int(known ? signals_milli(signals, SIGNAL_PAIR_INNER_FLOWS)
			      : -1,
		    scored[i].flows, scored[i].name);
		known = signals_known(signals, SIGNAL_PAIR_INNER_MEAN);
		tap_int(known ? signals_milli(signals, SIGNAL_PAIR_INNER_MEAN)
			      : -1,
		    scored[i].mean, "  mean");
	}
	free(signals);
	pair_table_free(pairs);
}

/* The first 'size' bytes of a server's first payload. */
static uint32_t
kinds_after(uint8_t proto, const char *hex, size_t size)
{
	struct pair_table *pairs = table_of();
	struct flow flow = flow_of(proto);
	struct packet packet = { .ip_proto = proto };
	uint8_t bytes[16];
	uint8_t *exact;
	uint32_t kinds;

	tap_hex(hex, bytes, sizeof(bytes));
	exact = tap_exact(bytes, size);
	packet.payload = cursor_of(exact, size);
	beside_answer(pairs, &flow, &packet);
	kinds = pair_kinds(pairs, &flow, true);
	free(exact);
	pair_table_free(pairs);
	return kinds;
}

static void
test_answer(void)
{
	static const char hello[] = "16 03 03 00 7a 02";
	size_t size;

	tap_int(kinds_after(TCP, hello, 6), 1 << PAIR_TLS, "a ServerHello");
	for (size = 0; size < 6; size++)
		tap_int(kinds_after(TCP, hello, size), 0, "cut short");
	tap_int(kinds_after(UDP, hello, 6), 0, "in a datagram");
	tap_int(kinds_after(TCP, "16 03 03 00 7a 01", 6), 0, "a ClientHello");
	tap_int(kinds_after(TCP, "16 02 03 00 7a 02", 6), 0, "no TLS");
	tap_int(kinds_after(TCP, "15 03 03 00 7a 02", 6), 0, "an alert");
}

int
main(void)
{
	test_beside();
	test_answer();
	test_scores();
	return tap_done();
}
