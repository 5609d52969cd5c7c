#include "feed.h"

struct part {
	unsigned dir;
	const char *text;
};

static const struct http_case {
	const char *name;
	struct part part[6];
	const char *want;
	bool wants; /* Whether it still wants packets then. */
} cases[] = {
	{ "a request and its answer",
	    { { 0,
		  "GET /a HTTP/1.1\r\nHost: h.example\r\n"
		  "User-Agent: curl/8\r\n\r\n" },
		{ 1, "HTTP/1.1 200 OK\r\n\r\n" } },
	    "flow.protocol=http http.method=GET http.target=/a "
	    "http.host=h.example http.user_agent=curl/8 http.status=200",
	    false },
	{ "proxies on the way",
	    { { 0,
		  "GET http://h/ HTTP/1.1\r\nVia: 1.1 p\r\n"
		  "X-Forwarded-For: 192.0.2.1\r\n\r\n" },
		{ 1, "HTTP/1.0 502 Bad Gateway\r\n" } },
	    "flow.protocol=http http.method=GET http.target=http://h/ "
	    "http.via=1.1 p http.forwarded=192.0.2.1 http.status=502",
	    false },
	{ "only a whole request", { { 0, "CONNECT h:443 HTTP/1.1\r\n\r\n" } },
	    "flow.protocol=http http.method=CONNECT http.target=h:443", true },
	{ "only a request line", { { 0, "GET / HTTP/1.1\r\n" } },
	    "http.method=GET http.target=/", true },
	{ "a request that is not whole, and an answer",
	    { { 0, "GET / HTTP/1.1\r\nA: b\r\n" },
		{ 1, "HTTP/1.1 200 OK\r\n" } },
	    "flow.protocol=http http.method=GET http.target=/ "
	    "http.status=200",
	    true },
	{ "interim answers",
	    { { 0, "POST / HTTP/1.1\r\n\r\n" },
		{ 1, "HTTP/1.1 100 Continue\r\n\r\n" },
		{ 1, "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" },
		{ 1, "HTTP/1.1 404 Not Found\r\n" } },
	    "flow.protocol=http http.method=POST http.target=/ "
	    "http.status=404",
	    false },
	{ "another protocol from there",
	    { { 0, "GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n" },
		{ 1, "HTTP/1.1 101 Switching Protocols\r\n\r\n" } },
	    "flow.protocol=http http.method=GET http.target=/ "
	    "http.status=101",
	    false },
	{ "an answer that is none",
	    { { 0, "GET / HTTP/1.1\r\n\r\n" }, { 1, "ICY 200 OK\r\n\r\n" } },
	    "flow.protocol=http http.method=GET http.target=/", false },
	{ "HTTP/2", { { 0, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" } },
	    "flow.protocol=http", false },
	{ "only an answer", { { 1, "HTTP/1.1 200 OK\r\n\r\n" } }, "", true },
	{ "TLS", { { 0, "\x16\x03\x01" } }, "", false },
	{ "SMTP", { { 1, "220 mail.example ESMTP\r\n" } }, "", false },
};

static void
run(const struct http_case *test, size_t cut, struct feed *feed)
{
	size_t i, size, at;

	feed_init(feed, &signal_http, false);
	for (i = 0; test->part[i].text != NULL; i++) {
		size = strlen(test->part[i].text);
		at = cut < size ? cut : size;
		feed_packet(feed, test->part[i].dir, test->part[i].text, at);
		if (at < size)
			feed_packet(feed, test->part[i].dir,
			    test->part[i].text + at, size - at);
	}
}

static void
test_case(const struct http_case *test)
{
	static struct signals signals;
	static struct feed feed;
	char text[512];
	size_t cut, wrong = 0;

	run(test, SIZE_MAX, &feed);
	feed_collect(&feed, &signals);
	feed_summary(&signals, NULL, text, sizeof(text));
	tap_text(text, test->want, test->name);
	tap_ok(feed.wants == test->wants, "... and what it still wants");
	feed_fini(&feed);
	for (cut = 1; cut < 120; cut++) {
		run(test, cut, &feed);
		feed_collect(&feed, &signals);
		feed_summary(&signals, NULL, text, sizeof(text));
		wrong += strcmp(text, test->want) != 0;
		feed_fini(&feed);
	}
	tap_int((long long)wrong, 0, "... the same in two segments each");
}

static void
test_long_header(void)
{
	static struct signals signals;
	static struct feed feed;
	static char filler[INSPECT_HEAD];
	char text[512];

	memset(filler, 'x', sizeof(filler));
	feed_init(&feed, &signal_http, false);
	feed_packet(&feed, 0, "GET / HTTP/1.1\r\nHost: h\r\nCookie: ", 34);
	feed_packet(&feed, 0, filler, sizeof(filler));
	feed_packet(&feed, 1, "HTTP/1.1 200 OK\r\n", 17);
	tap_ok(!feed.wants, "a header beyond the head: enough was seen");
	feed_collect(&feed, &signals);
	feed_summary(&signals, NULL, text, sizeof(text));
	tap_text(text,
	    "flow.protocol=http http.method=GET http.target=/ http.host=h "
	    "http.status=200",
	    "... what it says");
	feed_fini(&feed);
}

static void
test_long_texts(void)
{
	static struct signals signals;
	static struct feed feed;
	char request[1024], target[600];
	size_t size;

	/* Cut before the two-byte character that does not fit. */
	memset(target, 'a', sizeof(target));
	target[0] = '/';
	memcpy(target + 190, "\xc3\xa4", 2);
	target[sizeof(target) - 1] = '\0';
	snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\n\r\n", target);
	feed_init(&feed, &signal_http, false);
	feed_packet(&feed, 0, request, strlen(request));
	feed_collect(&feed, &signals);
	signals_bytes(&signals, SIGNAL_HTTP_TARGET, &size);
	tap_int((long long)size, 190, "a long target is cut by characters");
	feed_fini(&feed);
}

static void
test_datagrams(void)
{
	static struct feed feed;

	feed_init(&feed, &signal_http, true);
	tap_ok(!feed_packet(&feed, 0, "GET / HTTP/1.1\r\n\r\n", 18),
	    "no HTTP over datagrams");
	feed_fini(&feed);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_case(&cases[i]);
	test_long_header();
	test_long_texts();
	test_datagrams();
	return tap_done();
}
