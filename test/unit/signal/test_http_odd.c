/* HTTP/1 that cannot be. */
#include "feed.h"

struct part {
	unsigned dir;
	const char *text;
};

/* The example of RFC 6455 section 1.3. */
#define ASKS                                                              \
	"GET /chat HTTP/1.1\r\nHost: h.example\r\nUpgrade: websocket\r\n" \
	"Connection: Upgrade\r\nSec-WebSocket-Key: "                      \
	"dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
#define GRANTS(accept)                                               \
	"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n" \
	"Connection: Upgrade\r\nSec-WebSocket-Accept: " accept "\r\n\r\n"
#define RIGHT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
#define CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
#define GET "GET / HTTP/1.1\r\nHost: h.example\r\n\r\n"
#define OK "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

static const struct odd_case {
	const char *name;
	struct part part[6];
	const char *want;
} cases[] = {
	{ "a WebSocket", { { 0, ASKS }, { 1, GRANTS(RIGHT) } }, "" },
	{ "a WebSocket that is used",
	    { { 0, ASKS }, { 1, GRANTS(RIGHT) "\x81\x02hi" },
		{ 0, "\x81\x82kkkk.." } },
	    "" },
	{ "the answer to another key",
	    { { 0, ASKS }, { 1, GRANTS("/1xJGUqU6CrsWFViKR+OIw==") } },
	    "http.impossible=accept" },
	{ "one of the right length",
	    { { 0, ASKS }, { 1, GRANTS("t3pPLMBiTxaQ9kYGzzhZRbK+xOo=") } },
	    "http.impossible=accept" },
	{ "used before it is granted",
	    { { 0, ASKS "\xd0\xd1" }, { 1, GRANTS(RIGHT) } },
	    "http.impossible=early" },
	{ "as simple-obfs does",
	    { { 0, ASKS "\xd0\xd1" },
		{ 1, GRANTS("/1xJGUqU6CrsWFViKR+OIw==") "\xd2" } },
	    "http.impossible=accept,early" },
	{ "no answer to the key",
	    { { 0, ASKS }, { 1, "HTTP/1.1 101 Yes\r\n\r\n" } }, "" },
	{ "refused", { { 0, ASKS }, { 1, OK } }, "" },
	{ "a body in chunks", { { 0, GET }, { 1, CHUNKED "5\r\nhello\r\n" } },
	    "" },
	{ "chunks with an extension",
	    { { 0, GET }, { 1, CHUNKED "1A;a=b\r\n" } }, "" },
	{ "no body yet", { { 0, GET }, { 1, CHUNKED } }, "" },
	{ "no chunk", { { 0, GET }, { 1, CHUNKED "hello" } },
	    "http.impossible=chunks" },
	{ "no chunk, in a packet of its own",
	    { { 0, GET }, { 1, CHUNKED }, { 1, "\xf0\xf1" } },
	    "http.impossible=chunks" },
	{ "digits, and then none", { { 0, GET }, { 1, CHUNKED "5f\xff" } },
	    "http.impossible=chunks" },
	{ "digits without end",
	    { { 0, GET }, { 1, CHUNKED "000000000000000000000" } },
	    "http.impossible=chunks" },
	{ "HEAD has no body",
	    { { 0, "HEAD / HTTP/1.1\r\n\r\n" }, { 1, CHUNKED "HTTP/1.1" } },
	    "" },
	{ "a request behind another", { { 0, GET GET }, { 1, OK } }, "" },
	{ "line ends between them", { { 0, GET "\r\n\r\n" GET }, { 1, OK } },
	    "" },
	{ "no request behind it", { { 0, GET "\xd0\xd1" }, { 1, OK } },
	    "http.impossible=request" },
	{ "a method without end",
	    { { 0, GET "AAAAAAAAAAAAAAAAAAAAAAAAA" }, { 1, OK } },
	    "http.impossible=request" },
	{ "a body",
	    { { 0, "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n\xd0" },
		{ 1, OK } },
	    "" },
	{ "what CONNECT opened",
	    { { 0, "CONNECT h:443 HTTP/1.1\r\n\r\n\x16\x03" },
		{ 1, "HTTP/1.1 200 OK\r\n\r\n" } },
	    "" },
	{ "neither is right", { { 0, GET "\xd0" }, { 1, CHUNKED "\xf0\xf1" } },
	    "http.impossible=chunks,request" },
	{ "behind an interim answer",
	    { { 0, GET },
		{ 1, "HTTP/1.1 103 Early Hints\r\n\r\n" CHUNKED "\xf0" } },
	    "http.impossible=chunks" },
	{ "another protocol answers", { { 0, GET }, { 1, "\x16\x03\x01" } },
	    "" },
};

/* Plays a case, each part cut in two at 'cut'. */
static void
look(const struct odd_case *test, size_t cut, char *text, size_t room)
{
	static struct signals signals;
	static struct feed feed;
	size_t i, size, at;

	feed_init(&feed, &signal_http_odd, false);
	for (i = 0; test->part[i].text != NULL; i++) {
		size = strlen(test->part[i].text);
		at = cut < size ? cut : size;
		feed_packet(&feed, test->part[i].dir, test->part[i].text, at);
		if (at < size)
			feed_packet(&feed, test->part[i].dir,
			    test->part[i].text + at, size - at);
	}
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
	static struct signals signals;
	static struct feed feed;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_case(&cases[i]);
	feed_init(&feed, &signal_http_odd, true);
	tap_ok(!feed_packet(&feed, 0, GET, sizeof(GET) - 1), "no datagrams");
	feed_collect(&feed, &signals);
	feed_fini(&feed);
	return tap_done();
}
