#include "feed.h"

#include "parse/openvpn.h"

/* Sessions of both sides, and of others. */
#define A "a174184024 8085ad"
#define B "160fbe2d95 69475f"
#define C "55dba7c342 8739e2"
#define LOW "0000000000000a"
#define HMAC "dbc6c571caba389aa11e3e84d0878d365fdd1701"
#define TAG HMAC "dbc6c571caba389aa11e3e84"
#define TLS "1603010010"

/* Without protection. */
#define RESET_A "38" A "00 00000000"
#define RESET_B "40" B "01 00000000" A "00000000"
#define HELLO_A "20" A "01 00000000" B "00000001" TLS
#define HELLO_B "20" B "01 00000001" A "00000001" TLS
#define ACK_A "28" A "01 00000001" B
/* tls-auth with SHA-1; 'n' is the packet id. */
#define AUTH(n) HMAC "000000" #n "6b03bc37"
#define AUTH_RESET_A "38" A AUTH(01) "00 00000000"
#define AUTH_RESET_B "40" B AUTH(01) "01 00000000" A "00000000"
#define AUTH_ACK_A "28" A AUTH(02) "01 00000000" B
/* tls-crypt; 't' is the last byte of the time. */
#define CRYPT(n, t) "000000" #n "6b03bc" #t TAG "a0a1a2a3a4"
#define CRYPT_RESET_A "38" A CRYPT(01, 47)
#define CRYPT_RESET_B "40" B CRYPT(01, 49) "a5a6a7a8a9aaabacadaeafb0"
#define CRYPT_HELLO_A "20" A CRYPT(02, 47) "a5a6a7a8a9aaab"
/* Data with a counter: behind the peer's id, and without one. */
#define DATA_2(n) "48 000000 000000" #n "d30343c5c7df8193c8d2e5e09419907c"
#define DATA_1(n) "30 000000" #n "d30343c5c7df8193c8d2e5e09419907c"
#define DATA_CBC "30 8a666410aaa116f1e6c3266ad1302a5670f4f5b6"

/* Two packets of data on each side. */
#define DATA_PAIRS(n, m)                                      \
	{ 0, DATA_2(n) }, { 1, DATA_2(n) }, { 0, DATA_2(m) }, \
	{                                                     \
		1, DATA_2(m)                                  \
	}

enum { PARTS = 20 };

struct part {
	unsigned dir;
	const char *hex;
};

#define PLAIN(n)                                         \
	"flow.protocol=openvpn openvpn.handshake=plain " \
	"openvpn.evidence=" #n " openvpn.session_echo=yes"
#define AUTHED(n)                                           \
	"flow.protocol=openvpn openvpn.handshake=tls-auth " \
	"openvpn.evidence=" #n " openvpn.session_echo=yes"
#define CRYPTED(n)                                           \
	"flow.protocol=openvpn openvpn.handshake=tls-crypt " \
	"openvpn.evidence=" #n

static const struct openvpn_case {
	const char *name;
	struct part part[PARTS];
	const char *want;
	bool wants;
} cases[] = {
	{ "plain: both resets", { { 0, RESET_A }, { 1, RESET_B } }, PLAIN(2),
	    true },
	{ "plain: a handshake",
	    { { 0, RESET_A }, { 1, RESET_B }, { 0, HELLO_A }, { 1, HELLO_B },
		{ 0, ACK_A } },
	    PLAIN(5), true },
	{ "plain: begun before the capture",
	    { { 0, HELLO_A }, { 1, HELLO_B }, { 0, ACK_A } }, PLAIN(3), true },
	{ "plain: the server's reset comes first",
	    { { 1, "40" B "00 00000000" },
		{ 0, "38" A "01 00000000" B "00000000" } },
	    PLAIN(2), true },
	{ "plain: the client's reset again",
	    { { 0, RESET_A }, { 0, RESET_A }, { 1, RESET_B } }, PLAIN(3),
	    true },
	{ "plain: the client begins again",
	    { { 0, "38" C "00 00000000" }, { 0, RESET_A }, { 1, RESET_B } },
	    PLAIN(2), true },
	{ "plain: then data that count",
	    { { 0, RESET_A }, { 1, RESET_B }, { 0, DATA_2(01) },
		{ 1, DATA_2(01) }, { 0, DATA_2(02) }, { 1, DATA_2(02) } },
	    PLAIN(6) " openvpn.data=1", true },
	{ "plain: then data that do not",
	    { { 0, RESET_A }, { 1, RESET_B }, { 0, DATA_CBC },
		{ 1, DATA_CBC } },
	    PLAIN(4), true },
	{ "plain: what is certain remains",
	    { { 0, RESET_A }, { 1, RESET_B }, { 0, "00" } }, PLAIN(2), false },
	{ "one side alone", { { 0, RESET_A }, { 0, HELLO_A }, { 0, ACK_A } },
	    "", true },
	{ "nobody answers", { { 0, RESET_A }, { 0, RESET_A } }, "", true },
	{ "another session is acknowledged",
	    { { 0, RESET_A }, { 1, "40" B "01 00000000" C "00000000" } }, "",
	    false },
	{ "both ask", { { 0, RESET_A }, { 1, "38" B "00 00000000" } }, "",
	    false },
	{ "both with one session",
	    { { 0, RESET_A }, { 1, "40" A "01 00000000" A "00000000" } }, "",
	    false },
	{ "a session that is not random", { { 0, "38" LOW "01 00 00000000" } },
	    "", false },
	{ "a reset that is not the first message",
	    { { 0, "38" A "00 00000001" } }, "", false },
	{ "a reset with a payload", { { 0, RESET_A "00" } }, "", false },
	{ "a reset with a key", { { 0, "39" A "00 00000000" } }, "", false },
	{ "message ids that leap",
	    { { 0, RESET_A }, { 0, "20" A "00 00000020" TLS } }, "", false },
	{ "acknowledges what was not sent",
	    { { 0, RESET_A }, { 1, "40" B "01 00000040" A "00000000" } }, "",
	    false },
	{ "another session without a reset",
	    { { 0, RESET_A }, { 0, "28" C "01 00000001" B } }, "", false },
	{ "no TLS behind the resets",
	    { { 0, RESET_A }, { 1, RESET_B },
		{ 0, "20" A "01 00000000" B "00000001 474554" } },
	    PLAIN(2), false },
	{ "tls-auth: both resets",
	    { { 0, AUTH_RESET_A }, { 1, AUTH_RESET_B }, { 0, AUTH_ACK_A } },
	    AUTHED(3), true },
	{ "tls-auth: packet ids that leap",
	    { { 0, AUTH_RESET_A }, { 0, "28" A AUTH(70) "01 00000000" B } }, "",
	    false },
	{ "tls-auth: another time",
	    { { 0, AUTH_RESET_A },
		{ 0, "28" A HMAC "00000002 7b03bc37 01 00000000" B } },
	    "", false },
	{ "tls-crypt: both resets",
	    { { 0, CRYPT_RESET_A }, { 1, CRYPT_RESET_B } }, CRYPTED(2), true },
	{ "tls-crypt: clocks apart",
	    { { 0, CRYPT_RESET_A },
		{ 1, "40" B "00000001 7b03bc49" TAG "a0a1a2a3a4" } },
	    "", true },
	{ "tls-crypt: clocks apart, but going on",
	    { { 0, CRYPT_RESET_A },
		{ 1, "40" B "00000001 7b03bc49" TAG "a0a1a2a3a4" },
		{ 0, CRYPT_HELLO_A }, { 0, "20" A CRYPT(03, 47) } },
	    CRYPTED(4), true },
	{ "tls-crypt: a reset that is too large",
	    { { 0, CRYPT_RESET_A HMAC TAG } }, "", false },
	{ "tls-crypt-v2: no wrapped key", { { 0, "50" A CRYPT(01, 47) HMAC } },
	    "", false },
	{ "one fact does not do",
	    { { 0, "20" A "00 00000001" TLS }, { 1, "28" B "01 00000001" A } },
	    "", true },
	{ "facts without an acknowledgement do not do",
	    { { 0, RESET_A }, { 0, RESET_A }, { 0, RESET_A },
		{ 1, "40" B "00 00000000" } },
	    "", true },
	{ "begins again when all is certain",
	    { { 0, RESET_A }, { 1, RESET_B }, { 0, "38" C "00 00000000" } },
	    PLAIN(2), false },
	{ "tls-crypt-v2's reset, but plain", { { 0, "50" A "00 00000000" } },
	    "", false },
	{ "tls-auth: a first packet id that is too large",
	    { { 0, "28" A HMAC "00000101 6b03bc37 01 00000000" B } }, "",
	    false },
	{ "data that count",
	    { { 0, DATA_2(07) }, { 1, DATA_2(21) }, { 0, DATA_2(08) },
		{ 0, DATA_2(09) }, { 1, DATA_2(22) } },
	    "openvpn.data=1", true },
	{ "data that count, of the first kind",
	    { { 0, DATA_1(07) }, { 1, DATA_1(21) }, { 0, DATA_1(08) },
		{ 0, DATA_1(09) }, { 1, DATA_1(23) }, { 1, DATA_1(24) } },
	    "openvpn.data=2", true },
	{ "data of two kinds",
	    { { 0, DATA_2(07) }, { 1, DATA_1(21) }, { 0, DATA_2(08) },
		{ 1, DATA_1(22) } },
	    "", true },
	{ "much data, then what fits nothing",
	    { DATA_PAIRS(01, 02), DATA_PAIRS(03, 04), DATA_PAIRS(05, 06),
		DATA_PAIRS(07, 08), { 0, DATA_2(09) }, { 1, DATA_2(09) },
		{ 0, "00112233" } },
	    "openvpn.data=8", false },
	{ "some data, then what fits nothing",
	    { DATA_PAIRS(01, 02), DATA_PAIRS(03, 04), DATA_PAIRS(05, 06),
		DATA_PAIRS(07, 08), { 0, "00112233" } },
	    "", false },
	{ "data of one side", { { 0, DATA_2(01) }, { 0, DATA_2(02) } }, "",
	    true },
	{ "HTTP", { { 0, "474554202f" } }, "", false },
	{ "TLS", { { 0, TLS } }, "", false },
	{ "DNS", { { 0, "38a1010000010000000000000377" } }, "", false },
};

/* What only datagrams show. */
static const struct openvpn_case datagram_cases[] = {
	{ "data that were overtaken",
	    { { 0, DATA_2(09) }, { 1, DATA_2(01) }, { 0, DATA_2(10) },
		{ 0, DATA_2(08) }, { 1, DATA_2(02) } },
	    "openvpn.data=1", true },
	{ "data that do not count", { { 0, DATA_CBC }, { 0, DATA_1(01) } }, "",
	    false },
	{ "data of another peer",
	    { { 0, DATA_2(01) }, { 0, "48 000001 00000002 d30343c5" } }, "",
	    false },
	{ "cut", { { 0, "38 a174" } }, "", false },
	{ "empty", { { 0, "" } }, "", false },
};

/* What only a stream shows. */
static const struct openvpn_case stream_cases[] = {
	{ "data whose sizes lead on",
	    { { 0, DATA_CBC }, { 1, DATA_CBC }, { 0, "30 00112233445566" },
		{ 1, "30 00112233445566" } },
	    "openvpn.data=1", true },
	{ "data of another kind", { { 0, DATA_CBC }, { 0, DATA_2(01) } }, "",
	    false },
};

static void
feed_part(struct feed *feed, const struct part *part, size_t cut)
{
	struct build build = { 0 };
	size_t at;

	if (feed->datagrams)
		build_hex(&build, part->hex);
	else
		build_block(&build, part->hex, 2);
	at = !feed->datagrams && cut < build.size ? cut : build.size;
	feed_packet(feed, part->dir, build.bytes, at);
	if (at < build.size)
		feed_packet(feed, part->dir, build.bytes + at, build.size - at);
}

static void
run(const struct openvpn_case *test, bool datagrams, size_t cut, char *text,
    size_t room, bool *wants)
{
	static struct signals signals;
	static struct feed feed;
	size_t i;

	feed_init(&feed, &signal_openvpn, datagrams);
	for (i = 0; i < PARTS && test->part[i].hex != NULL; i++)
		feed_part(&feed, &test->part[i], cut);
	feed_collect(&feed, &signals);
	feed_summary(&signals, NULL, text, room);
	*wants = feed.wants;
	feed_fini(&feed);
}

static void
test_datagrams(const struct openvpn_case *test)
{
	char text[512];
	bool wants;

	run(test, true, 0, text, sizeof(text), &wants);
	tap_text(text, test->want, test->name);
	tap_ok(wants == test->wants, "... and whether it wants more");
}

static void
test_stream(const struct openvpn_case *test)
{
	size_t cut, wrong = 0;
	char text[512];
	bool wants;

	run(test, false, SIZE_MAX, text, sizeof(text), &wants);
	tap_text(text, test->want, test->name);
	tap_ok(wants == test->wants, "... and whether it wants more");
	for (cut = 1; cut < 90; cut++) {
		run(test, false, cut, text, sizeof(text), &wants);
		wrong += strcmp(text, test->want) != 0 || wants != test->wants;
	}
	tap_int((long long)wrong, 0, "... the same in two segments each");
}

/* The client's key behind what is encrypted. */
static void
build_wrapped(struct build *build, const char *first, const char *rest)
{
	build_hex(build, first);
	build_hex(build, rest);
	build_fill(build, 0xcc, OPENVPN_WRAPPED_MIN - 2);
	build_number(build, OPENVPN_WRAPPED_MIN, 2);
}

static void
test_wrapped(void)
{
	static struct signals signals;
	static struct feed feed;
	struct build build = { 0 };
	char text[512];

	feed_init(&feed, &signal_openvpn, true);
	build_wrapped(&build, "50" A, "0f000001 6b03bb97" TAG "a0a1a2a3a4");
	feed_packet(&feed, 0, build.bytes, build.size);
	build.size = 0;
	build_hex(&build, "40" B "0f000001 6b03bb97" TAG "a0a1a2a3a4a5a6a7a8");
	feed_packet(&feed, 1, build.bytes, build.size);
	build.size = 0;
	build_wrapped(&build, "58" A, "0f000002 6b03bb97" TAG "a0a1a2a3a4a5");
	feed_packet(&feed, 0, build.bytes, build.size);
	feed_collect(&feed, &signals);
	feed_summary(&signals, NULL, text, sizeof(text));
	tap_text(text,
	    "flow.protocol=openvpn openvpn.handshake=tls-crypt-v2 "
	    "openvpn.evidence=3",
	    "tls-crypt-v2: both resets, and the key again");
	feed_fini(&feed);
}

/* Several packets in one segment. */
static void
test_joined(void)
{
	static struct signals signals;
	static struct feed feed;
	struct build build = { 0 };
	char text[512];

	feed_init(&feed, &signal_openvpn, false);
	build_block(&build, RESET_B, 2);
	build_block(&build, HELLO_B, 2);
	feed_packet(&feed, 1, build.bytes, build.size);
	build.size = 0;
	build_block(&build, RESET_A, 2);
	build_block(&build, HELLO_A, 2);
	build_block(&build, ACK_A, 2);
	feed_packet(&feed, 0, build.bytes, build.size);
	feed_collect(&feed, &signals);
	feed_summary(&signals, NULL, text, sizeof(text));
	tap_text(text, PLAIN(5), "several packets in one segment");
	feed_fini(&feed);
}

/* The capture kept less of each packet than there was. */
static void
test_cut(void)
{
	static struct signals signals;
	static struct feed feed;
	struct build build = { 0 };
	struct packet packet = { .payload_size = 1200 };
	struct sighting seen = { .flow = &feed.flow,
		.packet = &packet,
		.datagrams = true };
	unsigned i;

	feed_init(&feed, &signal_openvpn, true);
	for (i = 0; i < 4; i++) {
		build.size = 0;
		build_hex(&build, i % 2 ? HELLO_B : HELLO_A);
		packet.payload = cursor_of(build.bytes, build.size - 10);
		seen.dir = i % 2;
		feed.wants = signal_openvpn.packet(feed.state, NULL, &seen);
	}
	feed_collect(&feed, &signals);
	tap_ok(feed.wants &&
		signals_known(&signals, SIGNAL_OPENVPN_HANDSHAKE) == false,
	    "cut packets do not speak against it, nor for it");
	feed_fini(&feed);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		test_datagrams(&cases[i]);
		test_stream(&cases[i]);
	}
	for (i = 0; i < sizeof(datagram_cases) / sizeof(datagram_cases[0]); i++)
		test_datagrams(&datagram_cases[i]);
	for (i = 0; i < sizeof(stream_cases) / sizeof(stream_cases[0]); i++)
		test_stream(&stream_cases[i]);
	test_wrapped();
	test_joined();
	test_cut();
	return tap_done();
}
