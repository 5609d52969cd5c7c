#include "signal/tls_cert.h"

#include "../parse/build.h"
#include "feed.h"

/* Org/CA for Org/a.b, all of January 2021, a.b and *.b; 135 bytes. */
#define CERT_SIZE "000087"
#define CERT                                                               \
	"308184308181a003020102020201023000301b310c300a060355040a0c034f72" \
	"67310b300906035504030c024341301e170d3231303130313030303030305a17" \
	"0d3231303133313233353935395a301c310c300a060355040a0c034f7267310c" \
	"300a06035504030c03612e623000a317301530130603551d11040c300a820361" \
	"2e6282032a2e62"
/* a for a, dates the wrong way round, no domains; 77 bytes. */
#define OWN_SIZE "00004d"
#define OWN                                                                \
	"304b3049a003020102020201023000300c310a300806035504030c0161301e17" \
	"0d3231303133313233353935395a170d3231303130313030303030305a300c31" \
	"0a300806035504030c01613000"

/* With the size of the list. */
#define ONE "00008a" CERT_SIZE CERT
#define TOLD                                                                 \
	"tls.cert.subject=a.b tls.cert.organisation=Org tls.cert.issuer=CA " \
	"tls.cert.issuer_organisation=Org tls.cert.names=a.b,*.b "           \
	"tls.cert.days=31 tls.cert.self_signed=no tls.cert.serial_size=2"

static const struct {
	const char *name, *hex, *want;
} cases[] = {
	{ "a certificate", ONE, TOLD },
	{ "two of them", "0000da" CERT_SIZE CERT OWN_SIZE OWN, TOLD },
	{ "the second one is not whole", "003000" CERT_SIZE CERT "002f00 3082",
	    TOLD },
	{ "one that is not whole", "003000 000100" CERT, "" },
	{ "signed by itself, no dates", "000050" OWN_SIZE OWN,
	    "tls.cert.subject=a tls.cert.issuer=a tls.cert.self_signed=yes "
	    "tls.cert.serial_size=2" },
	{ "none", "000000", "" },
	{ "nothing", "", "" },
	{ "an empty one", "000003 000000", "" },
	{ "one beyond the list", "000010" CERT_SIZE CERT, "" },
	{ "a list too short for a size", "000002 0000", "" },
	{ "no certificate", "000007 000004 31020500", "" },
};

static void
tell(const struct tls_cert *cert, char *text, size_t room)
{
	static struct signals signals;

	signals_clear(&signals);
	tls_cert_collect(cert, &signals);
	feed_summary(&signals, NULL, text, room);
}

/* The first certificate is told when it is whole, and not before. */
static void
test_cuts(const char *name, const struct build *build, const char *want)
{
	char text[512];
	size_t cut, wrong = 0, told = 0;

	for (cut = 0; cut <= build->size; cut++) {
		uint8_t *bytes = tap_exact(build->bytes, cut);
		struct tls_cert cert = { 0 };

		tls_cert_message(&cert, cursor_of(bytes, cut));
		tell(&cert, text, sizeof(text));
		wrong += text[0] != '\0' && strcmp(text, want) != 0;
		/* Once told, it stays. */
		wrong += told > 0 && text[0] == '\0';
		told += text[0] != '\0';
		free(bytes);
	}
	tap_ok(wrong == 0 && (told > 0) == (want[0] != '\0'),
	    "%s: cut at every byte", name);
}

static void
test_first_stays(void)
{
	static struct build build;
	struct tls_cert cert = { 0 };
	char text[512];

	build_hex(&build, ONE);
	tls_cert_message(&cert, cursor_of(build.bytes, build.size));
	build.size = 0;
	build_hex(&build, cases[4].hex);
	tls_cert_message(&cert, cursor_of(build.bytes, build.size));
	tell(&cert, text, sizeof(text));
	tap_text(text, TOLD, "the first certificate stays");
}

/* ---- Within a stream ---------------------------------------------------- */

#define RANDOM \
	"1111111111111111111111111111111111111111111111111111111111111111"
#define CLIENT "16 0303 002d 01 000029 0303" RANDOM "00 0002 c02f 01 00"
#define SH12 \
	"02 000033 0303" RANDOM "02 b1b2 c02f 00 0009 0010 0005 0003 02 6832"

/* a for b, January 2021; 77 bytes. */
#define SMALL "30" SMALL_REST
#define SMALL_REST                                                         \
	"4b3049a003020102020201023000300c310a300806035504030c0161301e17"   \
	"0d3231303130313030303030305a170d3231303133313233353935395a300c31" \
	"0a300806035504030c01623000"
#define SMALL_SIZE "00004d"
#define SMALL_TOLD                                               \
	"tls.cert.subject=b tls.cert.issuer=a tls.cert.days=31 " \
	"tls.cert.self_signed=no tls.cert.serial_size=2"

/* Shows the client's hello, and what a server sends, a piece at a time. */
static void
show_server(struct feed *feed, const char *hex, size_t piece, char *text,
    size_t room)
{
	static struct build build;
	static struct signals signals;
	size_t at, part;

	build.size = 0;
	feed_init(feed, &signal_tls, false);
	build_hex(&build, CLIENT);
	feed_packet(feed, 0, build.bytes, build.size);
	build.size = 0;
	build_hex(&build, hex);
	build_fill(&build, 0x30, INSPECT_HEAD);
	for (at = 0; at < build.size; at += part) {
		part = build.size - at < piece ? build.size - at : piece;
		feed_packet(feed, 1, build.bytes + at, part);
	}
	signals_clear(&signals);
	feed_collect(feed, &signals);
	feed_summary(&signals, NULL, text, room);
	feed_fini(feed);
}

static void
test_certificate(void)
{
	static const struct {
		const char *name, *hex;
		bool told;
	} streams[] = {
		{ "the first certificate of a chain beyond the head",
		    "16 0303 4000" SH12 "0b 003f00 003efd" SMALL_SIZE SMALL
		    "003000",
		    true },
		{ "a certificate beyond the head",
		    "16 0303 4000" SH12 "0b 003f00 003efd 003efa 3082 3ef6",
		    false },
		{ "a certificate over two records",
		    "16 0303 0042" SH12 "0b 000f00 000efd" SMALL_SIZE "30"
		    "16 0303 0ef9" SMALL_REST "000800",
		    true },
	};
	static struct feed feed;
	char text[512];
	size_t i, piece;

	for (i = 0; i < sizeof(streams) / sizeof(streams[0]); i++)
		for (piece = 7; piece <= 7000; piece *= 10) {
			show_server(&feed, streams[i].hex, piece, text,
			    sizeof(text));
			tap_ok((strstr(text, SMALL_TOLD) != NULL) ==
				    streams[i].told &&
				(strstr(text, "tls.cert") != NULL) ==
				    streams[i].told,
			    "%s, %zu bytes a segment", streams[i].name, piece);
		}
}

/* The client's own says nothing of the server. */
static void
test_client_certificate(void)
{
	static struct feed feed;
	static struct build build;
	static struct signals signals;
	char text[512];

	feed_init(&feed, &signal_tls, false);
	build_hex(&build, CLIENT);
	feed_packet(&feed, 0, build.bytes, build.size);
	build.size = 0;
	build_hex(&build,
	    "16 0303 003f" SH12 "0d 000002 0000"
	    "0e 000000");
	build.bytes[4] = (uint8_t)(build.size - 5);
	feed_packet(&feed, 1, build.bytes, build.size);
	build.size = 0;
	build_hex(&build, "16 0303 0000 0b 003f00 003efd" SMALL_SIZE SMALL);
	build.bytes[4] = (uint8_t)(build.size - 5);
	feed_packet(&feed, 0, build.bytes, build.size);
	feed_collect(&feed, &signals);
	feed_summary(&signals, NULL, text, sizeof(text));
	tap_ok(strstr(text, "tls.client_cert=yes") != NULL &&
		strstr(text, "tls.cert.") == NULL,
	    "the client's certificate is not the server's");
	feed_fini(&feed);
}

int
main(void)
{
	static struct build build;
	char text[512];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tls_cert cert = { 0 };

		build.size = 0;
		build_hex(&build, cases[i].hex);
		tls_cert_message(&cert, cursor_of(build.bytes, build.size));
		tell(&cert, text, sizeof(text));
		tap_text(text, cases[i].want, cases[i].name);
		test_cuts(cases[i].name, &build, cases[i].want);
	}
	test_first_stays();
	test_certificate();
	test_client_certificate();
	return tap_done();
}
