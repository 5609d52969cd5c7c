/* Datagrams that begin like another protocol and then break it. */
#include "signal/source.h"
#include "test/unit/signal/play.h"
#include "test/unit/tap.h"

#include <stdio.h>

#include "../parse/quic_vectors.h"
#include "feed.h"

enum { TCP = 6, UDP = 17 };

#define A8 "a0b1c2d3e4f50617"
#define B8 "1827364554637281"
#define C8 "9c8d7e6f50413223"
#define X24 A8 B8 C8
#define X(who, at, hex, size)               \
	{                                   \
		who, at, 0, 0, 0, hex, size \
	}
/* Three datagrams of each side. */
#define SIX(a, b, c)                                                      \
	{                                                                 \
		X('c', 0, a, 60), X('s', 1, a, 61), X('c', 2, b, 70),     \
		    X('s', 3, b, 71), X('c', 4, c, 80), X('s', 5, c, 81), \
		{                                                         \
			0                                                 \
		}                                                         \
	}
#define DTLS "17fefd331400000000"
#define VIDEO(n) "a1080000" n "00101118302230"
#define QUIC         \
	"c300000001" \
	"08" A8 "00"

static const struct disguise_case {
	const char *name;
	struct play_options options;
	struct play_act acts[PLAY_ACTS];
	const char *want;
} cases[] = {
	{ "DTLS whose records end elsewhere", { UDP, 0, 0 },
	    SIX(DTLS "00000011" A8 B8 C8, DTLS "00010022" B8 C8 A8,
		DTLS "00020033" C8 A8 B8),
	    "udp.disguise=dtls" },
	{ "DTLS", { UDP, 0, 0 },
	    { X('c', 0, DTLS "00000008" A8, 0),
		X('s', 1, DTLS "00000008" B8, 0),
		X('c', 2, DTLS "00010008" B8, 0),
		X('s', 3, DTLS "00010008" C8, 0), { 0 } },
	    "" },
	{ "DTLS of one side", { UDP, 0, 0 },
	    { X('c', 0, DTLS "00000011" A8, 0),
		X('s', 1, DTLS "00000008" B8, 0),
		X('c', 2, DTLS "00010022" B8, 0),
		X('s', 3, DTLS "00010008" C8, 0), { 0 } },
	    "" },
	{ "... once of each side", { UDP, 0, 0 },
	    { X('c', 0, DTLS "00000011" A8 B8, 0),
		X('s', 1, DTLS "00000011" B8 C8, 0), { 0 } },
	    "" },
	{ "... once and twice", { UDP, 0, 0 },
	    { X('c', 0, DTLS "00000011" A8 B8, 0),
		X('s', 1, DTLS "00000011" B8 C8, 0),
		X('s', 2, DTLS "00000022" A8 C8, 0), { 0 } },
	    "udp.disguise=dtls" },
	{ "WireGuard of many receivers", { UDP, 0, 0 },
	    SIX("04000000" A8 B8, "04000000" B8 C8, "04000000" C8 A8),
	    "udp.disguise=wireguard" },
	{ "WireGuard", { UDP, 0, 0 },
	    SIX("04000000a0b1c2d30000000000000000",
		"04000000a0b1c2d30100000000000000",
		"04000000a0b1c2d30200000000000000"),
	    "" },
	{ "SRTP of many sources", { UDP, 0, 0 },
	    SIX("b5e80011" A8 B8, "b5e80012" B8 C8, "b5e80013" C8 A8),
	    "udp.disguise=srtp" },
	{ "SRTP", { UDP, 0, 0 },
	    SIX("b5e800110000aaaa" A8 A8, "b5e800120000bbbb" A8 B8,
		"b5e800130000cccc" A8 C8),
	    "" },
	{ "SRTP that does not count", { UDP, 0, 0 },
	    SIX("b5e80011" A8 B8, "b5e81112" B8 C8, "b5e80013" C8 A8), "" },
	{ "a call of many sizes", { UDP, 0, 0 },
	    SIX(VIDEO("0001") A8, VIDEO("0002") B8, VIDEO("0003") C8),
	    "udp.disguise=wechat-video" },
	{ "a call of one size", { UDP, 0, 0 },
	    { X('c', 0, VIDEO("0001") A8, 0), X('s', 1, VIDEO("0001") B8, 0),
		X('c', 2, VIDEO("0002") B8, 0), X('s', 3, VIDEO("0002") C8, 0),
		X('c', 4, VIDEO("0003") C8, 0), X('s', 5, VIDEO("0003") A8, 0),
		{ 0 } },
	    "" },
	{ "uTP in another order", { UDP, 0, 0 },
	    SIX("e1f70100" A8 B8, "e1f70100" B8 C8, "e1f70100" C8 A8),
	    "udp.disguise=utp" },
	{ "uTP in another order, with times", { UDP, 0, 0 },
	    SIX("e1f70100" A8 A8, "e1f70100" A8 B8, "e1f70100" A8 C8), "" },
	{ "a stream", { TCP, 0, 0 },
	    { { 'c', 0, 0, 1, 1, "04000000" A8 B8, 0 },
		{ 's', 1, 0, 1, 1, "04000000" A8 B8, 0 }, { 0 } },
	    "" },
	{ "cut short by the capture", { UDP, 40, 0 },
	    SIX(DTLS "00000011" A8 B8 C8, DTLS "00010022" B8 C8 A8,
		DTLS "00020033" C8 A8 B8),
	    "" },
	{ "the rest in another fragment", { UDP, 0, 0, true },
	    SIX(DTLS "00000011" A8 B8 C8, DTLS "00010022" B8 C8 A8,
		DTLS "00020033" C8 A8 B8),
	    "" },
	{ "too short", { UDP, 0, 0 },
	    { X('c', 0, "17fefd", 0), X('s', 1, "17fefd", 0),
		X('c', 2, "17fefd", 0), X('s', 3, "17fefd", 0), { 0 } },
	    "" },
};

/* What a client's and a server's Initial packet show behind so many bytes. */
static const struct behind_case {
	const char *name, *client, *server;
	size_t damaged; /* Hex digit of the client's that is wrong. */
	const char *want;
} behind_cases[] = {
	{ "QUIC", "", "", 0, "" },
	{ "QUIC behind a header", "aabbccdd", "aabbccdd", 0, "quic.behind=4" },
	{ "QUIC behind different headers", "aabbccdd", "aabbccddee", 0, "" },
	{ "QUIC that does not open", "aabbccdd", "aabbccdd", 200, "" },
	{ "QUIC too far behind", X24 "00", X24 "00", 0, "" },
	{ "QUIC as far as that", X24, X24, 0, "quic.behind=24" },
};

static void
test_behind(const struct behind_case *test)
{
	static const struct play_options options = { UDP, 0, 0 };
	static char client[4096], server[4096];
	static struct signals signals;
	const struct play_act acts[PLAY_ACTS] = { X('c', 0, client, 0),
		X('s', 1, server, 0), { 0 } };
	char text[256], *digit = client + test->damaged;

	snprintf(client, sizeof(client), "%s%s", test->client, quic_v1_client);
	snprintf(server, sizeof(server), "%s%s", test->server, quic_v1_server);
	if (test->damaged > 0)
		*digit = *digit == '0' ? '1' : '0';
	play(&signal_disguise, &options, acts, &signals);
	feed_summary(&signals, NULL, text, sizeof(text));
	tap_text(text, test->want, test->name);
}

int
main(void)
{
	static struct signals signals;
	char text[256];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		play(&signal_disguise, &cases[i].options, cases[i].acts,
		    &signals);
		feed_summary(&signals, NULL, text, sizeof(text));
		tap_text(text, cases[i].want, cases[i].name);
	}
	for (i = 0; i < sizeof(behind_cases) / sizeof(behind_cases[0]); i++)
		test_behind(&behind_cases[i]);
	return tap_done();
}
