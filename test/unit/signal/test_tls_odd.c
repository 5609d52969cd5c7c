/* TLS that cannot be. */
#include "feed.h"

#define RANDOM \
	"1111111111111111111111111111111111111111111111111111111111111111"
#define CH "16 0301 002f 01 00002b 0303" RANDOM "02 a1a2 0002 c02f 01 00"
/* ServerHellos that choose a cipher. */
#define SH(cipher) "16 0303 002c 02 000028 0303" RANDOM "00" cipher "00 0000"
#define SH13                                                         \
	"16 0303 0036 02 000032 0303" RANDOM "02 a1a2 1301 00 0008 " \
	"002b 0004 0304 0000"
#define SH13_AGAIN                                                         \
	"16 0303 0036 02 000032 0303"                                      \
	"cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c" \
	"02 a1a2 1301 00 0008 002b 0004 0304 0000"
/* A ServerHello with a key share of ML-KEM, as long as no Finished is. */
#define SH13_LONG "16 0303 04ba 02 0004b6 0303" X32
/* As simple-obfs has it: extensions behind a size of 0. */
#define SH_TAIL(cipher)                                            \
	"16 0301 0031 02 00002d 0303" RANDOM "00" cipher "00 0000" \
	"ff01 0001 00"
#define DONE "16 0303 0004 0e 000000"
#define KEY "16 0303 0005 10 000001 00"
#define CCS "14 0303 0001 01"
#define X8 "f0f1f2f3f4f5f6f7"
#define X32 X8 X8 X8 X8
#define FINISHED_32 "16 0303 0020" X32
#define FINISHED_40 "16 0303 0028" X32 X8
#define FINISHED_64 "16 0303 0040" X32 X32
#define LONG "16 0303 05da" X32
#define DATA "17 0303 0002 eeee"

static const struct odd_case {
	const char *name, *client, *server, *behind; /* The client's again. */
	const char *want;
} cases[] = {
	{ "TLS 1.2", CH, SH("c02f") DONE, KEY CCS FINISHED_40 DATA, "" },
	{ "TLS 1.2, resumed", CH, SH("c02f") CCS FINISHED_40,
	    CCS FINISHED_40 DATA, "" },
	{ "TLS 1.2, ChaCha20", CH, SH("cca8") CCS FINISHED_32,
	    CCS FINISHED_32 DATA, "" },
	{ "TLS 1.2, CBC", CH, SH("c014") CCS FINISHED_64, CCS FINISHED_64, "" },
	{ "TLS 1.3", CH, SH13 CCS DATA, CCS DATA, "" },
	{ "TLS 1.3 without ChangeCipherSpec", CH, SH13 DATA, DATA, "" },
	{ "TLS 1.3 asks for another hello", CH, SH13_AGAIN CCS SH13_LONG,
	    CH DATA, "" },
	{ "early data", CH CCS DATA, SH13 CCS DATA, DATA, "" },
	{ "a ServerHello with a tail", CH, SH_TAIL("cca8") CCS FINISHED_32,
	    CCS FINISHED_32, "tls.impossible=hello" },
	{ "Finished of another cipher", CH, SH("cca8") CCS FINISHED_40,
	    CCS FINISHED_32, "tls.impossible=finished" },
	{ "... of AES-GCM", CH, SH("c02f") CCS FINISHED_32, CCS FINISHED_40,
	    "tls.impossible=finished" },
	{ "Finished larger than any", CH, SH("c014") CCS LONG, CCS FINISHED_64,
	    "tls.impossible=finished" },
	{ "data that was not sealed", CH, SH("cca8") CCS FINISHED_32, DATA,
	    "tls.impossible=unsealed" },
	{ "as simple-obfs does", CH, SH_TAIL("cca8") CCS LONG, DATA,
	    "tls.impossible=hello,finished,unsealed" },
	{ "... when the client goes on at once", CH DATA,
	    SH_TAIL("cca8") CCS LONG, DATA,
	    "tls.impossible=hello,finished,unsealed" },
	{ "the start was missed", DATA, SH_TAIL("cca8") CCS LONG, DATA, "" },
	{ "the server's was missed", CH, DATA, DATA, "" },
	{ "no TLS", "f0f1f2f3f4f5", SH_TAIL("cca8"), DATA, "" },
};

static void
feed_hex(struct feed *feed, unsigned dir, const char *hex, size_t cut)
{
	uint8_t bytes[512];
	size_t size = tap_hex(hex, bytes, sizeof(bytes));
	size_t at = cut < size ? cut : size;

	feed_packet(feed, dir, bytes, at);
	if (at < size)
		feed_packet(feed, dir, bytes + at, size - at);
}

/* Plays a case, each part cut in two at 'cut'. */
static void
look(const struct odd_case *test, size_t cut, char *text, size_t room)
{
	static struct signals signals;
	static struct feed feed;

	feed_init(&feed, &signal_tls_odd, false);
	feed_hex(&feed, 0, test->client, cut);
	feed_hex(&feed, 1, test->server, cut);
	feed_hex(&feed, 0, test->behind, cut);
	feed_collect(&feed, &signals);
	feed_summary(&signals, NULL, text, room);
	feed_fini(&feed);
}

static void
test_case(const struct odd_case *test)
{
	char text[64];
	size_t cut, wrong = 0;

	look(test, SIZE_MAX, text, sizeof(text));
	tap_text(text, test->want, test->name);
	for (cut = 1; cut < 200; cut++) {
		look(test, cut, text, sizeof(text));
		wrong += strcmp(text, test->want) != 0;
	}
	tap_int((long long)wrong, 0, "... in two parts");
}

int
main(void)
{
	static struct feed feed;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_case(&cases[i]);
	feed_init(&feed, &signal_tls_odd, true);
	tap_ok(!feed_packet(&feed, 0, "\x16", 1), "no datagrams");
	feed_fini(&feed);
	return tap_done();
}
