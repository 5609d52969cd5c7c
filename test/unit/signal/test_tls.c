#include "../parse/quic_seal.h"
#include "../parse/quic_vectors.h"
#include "base/text.h"
#include "feed.h"
#include "signal/tls_state.h"

#define FINGERPRINTS "tls.ja3 tls.ja4"
#define RANDOM \
	"1111111111111111111111111111111111111111111111111111111111111111"
#define RETRY "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"
/* Messages: SNI a.bd, ALPN h2 and http/1.1; with a session of two bytes, and
 * TLS 1.3 or not. */
#define SNI "0000 0009 0007 00 0004 612e6264"
#define ALPN "0010 000e 000c 02 6832 08 687474702f312e31"
#define CH13                                                            \
	"01 000055 0303" RANDOM "02 a1a2 0002 1301 01 00 0028" SNI ALPN \
	"002b 0005 04 0304 0303"
#define CH12                                                            \
	"01 000050 0303" RANDOM "02 a1a2 0002 c02f 01 00 0023" SNI ALPN \
	"0017 0000"
#define CH_EARLY                                          \
	"01 000036 0303" RANDOM "00 0002 1301 01 00 000b" \
	"002a 0000 002b 0003 02 0304"
#define SH13 "02 000030 0303" RANDOM "02 a1a2 1301 00 0006 002b 0002 0304"
#define SH13_PSK                                                      \
	"02 000036 0303" RANDOM "02 a1a2 1301 00 000c 002b 0002 0304" \
	"0029 0002 0000"
#define HRR "02 000030 0303" RETRY "02 a1a2 1301 00 0006 002b 0002 0304"
#define SH12 \
	"02 000033 0303" RANDOM "02 b1b2 c02f 00 0009 0010 0005 0003 02 6832"
#define SH12_RESUMED "02 00002a 0303" RANDOM "02 a1a2 c02f 00 0000"
#define SH12_TICKET "02 000028 0303" RANDOM "00 c02f 00 0000"
#define ASKS "0d 000002 0000"
#define DONE "0e 000000"
#define KEY "10 000001 00"
#define CCS "14 0303 0001 01"
#define DATA "17 0303 0002 eeee"
#define ALERT "15 0303 0002 0228"

/* The hash of the session a1a2. */
#define SESSION "tls.session=0c 8d 82 2c 2e 04 5e f1 "
#define HELLO "tls.sni=a.bd tls.alpn=h2,http/1.1"

struct part {
	unsigned dir;
	const char *messages; /* Within one record, with its size counted. */
	const char *records;  /* As they are, behind. */
};

static const struct stream_case {
	const char *name;
	struct part part[6];
	const char *want;
	bool wants;
} stream_cases[] = {
	{ "TLS 1.3", { { 0, CH13, "" }, { 1, SH13, CCS DATA } },
	    "flow.protocol=tls tls.version=1.3 " HELLO
	    " tls.cipher=0x1301 tls.hello_retry=no tls.resumed=no "
	    "tls.early_data=no",
	    false },
	{ "TLS 1.3, resumed, with early data",
	    { { 0, CH_EARLY, CCS DATA }, { 1, SH13_PSK, "" } },
	    "flow.protocol=tls tls.version=1.3 tls.cipher=0x1301 "
	    "tls.hello_retry=no tls.resumed=yes tls.early_data=yes",
	    false },
	{ "TLS 1.3, another hello is asked for",
	    { { 0, CH13, "" }, { 1, HRR, CCS }, { 0, CH13, "" },
		{ 1, SH13, DATA } },
	    "flow.protocol=tls tls.version=1.3 " HELLO
	    " tls.cipher=0x1301 tls.hello_retry=yes tls.resumed=no "
	    "tls.early_data=no",
	    false },
	{ "TLS 1.2", { { 0, CH12, "" }, { 1, SH12 DONE, "" } },
	    "flow.protocol=tls tls.version=1.2 " HELLO
	    " tls.cipher=0xc02f tls.server_alpn=h2 tls.hello_retry=no "
	    "tls.resumed=no " SESSION "tls.early_data=no tls.client_cert=no",
	    false },
	{ "TLS 1.2, a certificate is asked for",
	    { { 0, CH12, "" }, { 1, SH12 ASKS DONE, "" } },
	    "flow.protocol=tls tls.version=1.2 " HELLO
	    " tls.cipher=0xc02f tls.server_alpn=h2 tls.hello_retry=no "
	    "tls.resumed=no " SESSION "tls.early_data=no tls.client_cert=yes",
	    false },
	{ "TLS 1.2, the client's key came first",
	    { { 0, CH12, "" }, { 1, SH12, "" }, { 0, KEY, CCS } },
	    "flow.protocol=tls tls.version=1.2 " HELLO
	    " tls.cipher=0xc02f tls.server_alpn=h2 tls.hello_retry=no "
	    "tls.resumed=no " SESSION "tls.early_data=no tls.client_cert=no",
	    false },
	{ "TLS 1.2, the client's certificate came first",
	    { { 0, CH12, "" }, { 1, SH12, "" }, { 0, "0b 000000" KEY, CCS } },
	    "flow.protocol=tls tls.version=1.2 " HELLO
	    " tls.cipher=0xc02f tls.server_alpn=h2 tls.hello_retry=no "
	    "tls.resumed=no " SESSION "tls.early_data=no tls.client_cert=yes",
	    false },
	{ "TLS 1.2, resumed by its session",
	    { { 0, CH12, "" }, { 1, SH12_RESUMED, CCS } },
	    "flow.protocol=tls tls.version=1.2 " HELLO
	    " tls.cipher=0xc02f tls.hello_retry=no tls.resumed=yes "
	    "" SESSION "tls.early_data=no tls.client_cert=no",
	    false },
	{ "TLS 1.2, resumed by a ticket",
	    { { 0, CH12, "" }, { 1, SH12_TICKET, CCS } },
	    "flow.protocol=tls tls.version=1.2 " HELLO
	    " tls.cipher=0xc02f tls.hello_retry=no tls.resumed=yes "
	    "" SESSION "tls.early_data=no tls.client_cert=no",
	    false },
	{ "only the client", { { 0, CH13, "" } },
	    "flow.protocol=tls tls.version=1.3 " HELLO " tls.early_data=no",
	    true },
	{ "only the server", { { 1, SH12 DONE, "" } },
	    "tls.version=1.2 tls.cipher=0xc02f tls.server_alpn=h2 "
	    "tls.hello_retry=no tls.client_cert=no",
	    true },
	{ "refused", { { 0, CH13, "" }, { 1, "", ALERT } },
	    "flow.protocol=tls tls.version=1.3 " HELLO " tls.early_data=no",
	    true },
	{ "the server is the client", { { 1, CH13, "" }, { 0, SH13, "" } },
	    "flow.protocol=tls tls.version=1.3 " HELLO
	    " tls.cipher=0x1301 tls.hello_retry=no tls.resumed=no "
	    "tls.early_data=no",
	    false },
	{ "the beginning was missed", { { 0, "", DATA }, { 1, "", DATA } },
	    "flow.protocol=tls", false },
	{ "one side of what was missed", { { 0, "", DATA } }, "", true },
	{ "HTTP", { { 0, "", "474554202f" } }, "", false },
	{ "SSH", { { 1, "", "5353482d" } }, "", false },
	{ "the server speaks no TLS",
	    { { 0, CH13, "" }, { 1, "", "48545450" } },
	    "flow.protocol=tls tls.version=1.3 " HELLO " tls.early_data=no",
	    false },
	{ "a hello that breaks its format", { { 0, "01 000003 030311", "" } },
	    "", true },
};

static void
build_part(struct build *build, const struct part *part)
{
	size_t open;

	build->size = 0;
	if (part->messages[0] != '\0') {
		build_hex(build, "160301");
		open = build_open(build, 2);
		build_hex(build, part->messages);
		build_close(build, open, 2);
	}
	build_hex(build, part->records);
}

static void
run(const struct stream_case *test, size_t cut, struct feed *feed)
{
	static struct build build;
	size_t i, at;

	feed_init(feed, &signal_tls, false);
	for (i = 0; i < 6 && test->part[i].messages != NULL; i++) {
		build_part(&build, &test->part[i]);
		at = cut < build.size ? cut : build.size;
		feed_packet(feed, test->part[i].dir, build.bytes, at);
		if (at < build.size)
			feed_packet(feed, test->part[i].dir, build.bytes + at,
			    build.size - at);
	}
}

static void
summarize(struct feed *feed, char *text, size_t room)
{
	static struct signals signals;

	feed_collect(feed, &signals);
	feed_summary(&signals, FINGERPRINTS, text, room);
}

static void
test_stream(const struct stream_case *test)
{
	static struct feed feed;
	char text[512];
	size_t cut, wrong = 0;

	run(test, SIZE_MAX, &feed);
	summarize(&feed, text, sizeof(text));
	tap_text(text, test->want, test->name);
	tap_ok(feed.wants == test->wants, "... and what it still wants");
	feed_fini(&feed);
	for (cut = 1; cut < 110; cut++) {
		run(test, cut, &feed);
		summarize(&feed, text, sizeof(text));
		wrong += strcmp(text, test->want) != 0;
		feed_fini(&feed);
	}
	tap_int((long long)wrong, 0, "... the same in two segments each");
}

/* A certificate beyond the head: what the client then sends still tells. */
static void
test_full_head(void)
{
	static struct feed feed;
	static struct build build;
	const struct part hello = { 0, CH12, "" }, key = { 0, KEY, CCS };
	char text[512];

	feed_init(&feed, &signal_tls, false);
	build_part(&build, &hello);
	feed_packet(&feed, 0, build.bytes, build.size);
	build.size = 0;
	build_hex(&build, "16 0303 4000" SH12 "0b 003f00");
	build_fill(&build, 0x30, 5000);
	feed_packet(&feed, 1, build.bytes, build.size);
	tap_ok(feed.wants, "a full head: the client is awaited");
	build_part(&build, &key);
	feed_packet(&feed, 0, build.bytes, build.size);
	tap_ok(!feed.wants, "... and tells the rest");
	summarize(&feed, text, sizeof(text));
	tap_ok(strstr(text, "tls.client_cert=no") != NULL,
	    "... that no certificate was asked for");
	feed_fini(&feed);
}

static void
test_fingerprints(void)
{
	static struct feed feed;
	static struct signals signals;
	char ja3[64], ja4[64];

	run(&stream_cases[0], SIZE_MAX, &feed);
	feed_collect(&feed, &signals);
	signals_format(&signals, SIGNAL_TLS_JA3, false, ja3, sizeof(ja3));
	signals_format(&signals, SIGNAL_TLS_JA4, false, ja4, sizeof(ja4));
	tap_text(ja3, "9cd3a3df22ead6ac1977bf836d6ea964", "JA3");
	tap_text(ja4, "t13d0103h2_0f2cb44170f4_b9a491fefe05", "JA4");
	feed_fini(&feed);
}

/* Names with bytes that no text may hold. */
static void
test_strange_names(void)
{
	static struct feed feed;
	const struct part part = { 0,
		"01 00003f 0303" RANDOM "00 0002 1301 01 00 0014"
		"0000 0008 0006 00 0003 610062 0010 0004 0002 01 00",
		"" };
	static struct build build;
	char text[512];

	feed_init(&feed, &signal_tls, false);
	build_part(&build, &part);
	feed_packet(&feed, 0, build.bytes, build.size);
	summarize(&feed, text, sizeof(text));
	tap_text(text,
	    "flow.protocol=tls tls.version=1.2 tls.sni=a?b tls.alpn=? "
	    "tls.early_data=no",
	    "a NUL in a name");
	feed_fini(&feed);
}

/* ---- DTLS ------------------------------------------------------------ */

#define RECORD "16 fefd 0000 000000000001 "
#define DTLS_CH                                    \
	"01 000030 0000 000000 000030 fefd" RANDOM \
	"00 00 0002 c02b 01 00 0004 0017 0000"
#define DTLS_SH \
	"02 00002a 0001 000000 00002a fefd" RANDOM "02 b1b2 c02b 00 0000"
#define STUN "0001 0000 2112a442 000000000000000000000000"

static const struct datagram_case {
	const char *name;
	struct {
		unsigned dir;
		const char *hex;
	} part[6];
	const char *want;
	bool wants;
} datagram_cases[] = {
	{ "DTLS 1.2",
	    { { 0, RECORD "003c" DTLS_CH },
		{ 1, RECORD "000f 03 000003 0000 000000 000003 feff00" },
		{ 0, RECORD "003c" DTLS_CH },
		{ 1,
		    RECORD "0036" DTLS_SH RECORD
			   "000c 0e 000000 0002 000000 000000" } },
	    "flow.protocol=dtls tls.version=1.2 tls.cipher=0xc02b "
	    "tls.hello_retry=no tls.resumed=no tls.early_data=no "
	    "tls.client_cert=no",
	    false },
	{ "DTLS, a hello in pieces",
	    { { 0,
		  RECORD "0028 01 000030 0000 000014 00001c"
			 "1111111111111111111111111111"
			 "00 00 0002 c02b 01 00 0004 0017 0000" },
		{ 0,
		    RECORD "0020 01 000030 0000 000000 000014"
			   "fefd 111111111111111111111111111111111111" } },
	    "flow.protocol=dtls tls.version=1.2 tls.early_data=no", true },
	{ "DTLS behind STUN",
	    { { 0, STUN }, { 1, STUN }, { 0, RECORD "003c" DTLS_CH } },
	    "flow.protocol=dtls tls.version=1.2 tls.early_data=no", true },
	{ "DTLS by the server's side", { { 1, RECORD "003c" DTLS_CH } },
	    "flow.protocol=dtls tls.version=1.2 tls.early_data=no", true },
	{ "DTLS that has begun",
	    { { 0, "17 fefd 0001 000000000001 0002 eeee" },
		{ 1, "17 fefd 0001 000000000001 0002 eeee" } },
	    "flow.protocol=dtls", true },
	{ "DNS", { { 0, "1234 0100 0001 0000 0000 0000 01 61 00 0001 0001" } },
	    "", false },
	{ "RTP", { { 0, "80 60 0001 00000001 00000001 00" } }, "", false },
	{ "QUIC of a version that is not read",
	    { { 0, "c3 51303436 50 1234567812345678" },
		{ 1, "c3 51303436 05 1234567812345678" } },
	    "flow.protocol=quic quic.version=0x51303436", true },
	{ "one side of that", { { 0, "c3 51303436 50 1234567812345678" } }, "",
	    true },
	{ "QUIC that has begun", { { 0, "40 1234567812345678" } }, "", false },
};

static void
test_datagrams(const struct datagram_case *test)
{
	static struct feed feed;
	uint8_t bytes[512];
	char text[512];
	size_t i, size;

	feed_init(&feed, &signal_tls, true);
	for (i = 0; i < 6 && test->part[i].hex != NULL; i++) {
		size = tap_hex(test->part[i].hex, bytes, sizeof(bytes));
		feed_packet(&feed, test->part[i].dir, bytes, size);
	}
	summarize(&feed, text, sizeof(text));
	tap_text(text, test->want, test->name);
	tap_ok(feed.wants == test->wants, "... and what it still wants");
	feed_fini(&feed);
}

/* ---- QUIC ------------------------------------------------------------ */

static void
feed_hex(struct feed *feed, unsigned dir, const char *hex)
{
	uint8_t bytes[2048];

	feed_packet(feed, dir, bytes, tap_hex(hex, bytes, sizeof(bytes)));
}

static void
test_quic(void)
{
	static struct feed feed;
	char text[512];

	feed_init(&feed, &signal_tls, true);
	feed_hex(&feed, 0, quic_v1_client);
	tap_ok(feed.wants, "QUIC: the server is awaited");
	summarize(&feed, text, sizeof(text));
	tap_text(text,
	    "flow.protocol=quic tls.version=1.3 tls.sni=example.com "
	    "tls.alpn=alpn tls.early_data=no quic.version=0x00000001",
	    "QUIC: the client");
	feed_hex(&feed, 1, quic_v1_server);
	tap_ok(!feed.wants, "QUIC: all was seen");
	summarize(&feed, text, sizeof(text));
	tap_text(text,
	    "flow.protocol=quic tls.version=1.3 tls.sni=example.com "
	    "tls.alpn=alpn tls.cipher=0x1301 tls.hello_retry=no "
	    "tls.resumed=no tls.early_data=no quic.version=0x00000001",
	    "QUIC: both sides");
	feed_fini(&feed);
}

/* A hello over two datagrams, then a Retry, then the server's answer with
 * keys of the new ID. */
static void
test_quic_retry(void)
{
	static struct build message, datagram, frames;
	static struct feed feed;
	struct quic_seal seal = { .keys = { 1, 4, { 1, 2, 3, 4 } },
		.side = QUIC_CLIENT,
		.dcid = "01020304",
		.number_size = 2 };
	char text[512];

	feed_init(&feed, &signal_tls, true);
	build_hex(&message, CH13);
	datagram.size = frames.size = 0;
	quic_seal_crypto(&frames, &message, 40, message.size);
	quic_seal_add(&datagram, &seal, &frames);
	feed_packet(&feed, 0, datagram.bytes, datagram.size);
	datagram.size = frames.size = 0;
	quic_seal_crypto(&frames, &message, 0, 40);
	quic_seal_add(&datagram, &seal, &frames);
	feed_packet(&feed, 0, datagram.bytes, datagram.size);
	feed_hex(&feed, 1, "f0 00000001 00 02 aabb 1234567812345678");
	seal.keys = (struct quic_id){ 1, 2, { 0xaa, 0xbb } };
	seal.side = QUIC_SERVER;
	seal.dcid = "";
	message.size = datagram.size = frames.size = 0;
	build_hex(&message, SH13_PSK);
	quic_seal_crypto(&frames, &message, 0, message.size);
	quic_seal_add(&datagram, &seal, &frames);
	feed_packet(&feed, 1, datagram.bytes, datagram.size);
	summarize(&feed, text, sizeof(text));
	tap_text(text,
	    "flow.protocol=quic tls.version=1.3 " HELLO
	    " tls.cipher=0x1301 tls.hello_retry=no tls.resumed=yes "
	    "tls.early_data=no quic.version=0x00000001",
	    "QUIC: two datagrams and a Retry");
	feed_fini(&feed);
}

static void
test_quic_patience(void)
{
	static struct feed feed;
	int i;

	feed_init(&feed, &signal_tls, true);
	for (i = 0; i < 16; i++)
		feed_hex(&feed, 0,
		    "c0 00000001 01 aa 01 bb 00 18"
		    "000000000000000000000000000000000000000000000000");
	tap_ok(feed.wants, "QUIC: what cannot be opened is borne");
	feed_hex(&feed, 0, "c0 00000001 01 aa 01 bb 00 02 1234");
	tap_ok(!feed.wants, "... but not for ever");
	feed_fini(&feed);
}

/* Whose opinion is still asked once TLS was read. */
static void
test_names(void)
{
	static const struct {
		const char *name, *sni;
		bool service, want;
		const char *alpn;
	} cases[] = {
		{ "a name", "a.bd", false, true, "" },
		{ "a name of Tor's kind", "www.2x3y4z5a.com", false, false,
		    "" },
		{ "from a browser", "www.2x3y4z5a.com", false, true, "h2" },
		{ "not of base32", "www.2x3y-z5a.com", false, true, "" },
		{ "or in .net", "www.2x3y4z5a.net", false, false, "" },
		{ "to the service", "www.2x3y4z5a.com", true, true, "" },
		{ "no name", "", false, true, "" },
		{ "no more than www.com", "www.com", false, true, "" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tls_state state = { .kind = TLS_KIND_TLS };
		struct flow flow = { .service = cases[i].service ? 0 : -1 };

		tap_ok(!signal_tls.names(&state, &flow), "%s: nothing read",
		    cases[i].name);
		state.found.messages = 1u << TLS_CLIENT_HELLO;
		text_copy(state.found.sni, sizeof(state.found.sni),
		    cases[i].sni);
		text_copy(state.found.alpn, sizeof(state.found.alpn),
		    cases[i].alpn);
		tap_ok(signal_tls.names(&state, &flow) == cases[i].want,
		    "%s: read", cases[i].name);
	}
}

int
main(void)
{
	size_t i;

	test_names();

	for (i = 0; i < sizeof(stream_cases) / sizeof(stream_cases[0]); i++)
		test_stream(&stream_cases[i]);
	test_full_head();
	test_fingerprints();
	test_strange_names();
	for (i = 0; i < sizeof(datagram_cases) / sizeof(datagram_cases[0]); i++)
		test_datagrams(&datagram_cases[i]);
	test_quic();
	test_quic_retry();
	test_quic_patience();
	return tap_done();
}
