#include "parse/http1.h"

#include <stdio.h>

#include "flowscan.h"
#include "build.h"

static const struct request_case {
	const char *name, *text;
	int rc;
	const char *want; /* method|target|form|minor|fields|whole+rest */
} request_cases[] = {
	{ "request: GET", "GET /a?b=c HTTP/1.1\r\nHost: h\r\n\r\nrest", 0,
	    "GET|/a?b=c|0|1|Host=h;|1+4" },
	{ "request: no fields", "GET / HTTP/1.0\r\n\r\n", 0, "GET|/|0|0||1+0" },
	{ "request: line feeds alone", "GET / HTTP/1.1\nHost: h\n\nx", 0,
	    "GET|/|0|1|Host=h;|1+1" },
	{ "request: an empty line first", "\r\nGET / HTTP/1.1\r\n\r\n", 0,
	    "GET|/|0|1||1+0" },
	{ "request: to a proxy", "GET http://h/ HTTP/1.1\r\n\r\n", 0,
	    "GET|http://h/|1|1||1+0" },
	{ "request: CONNECT", "CONNECT h:443 HTTP/1.1\r\n\r\n\x16\x03", 0,
	    "CONNECT|h:443|2|1||1+2" },
	{ "request: OPTIONS", "OPTIONS * HTTP/1.1\r\n\r\n", 0,
	    "OPTIONS|*|3|1||1+0" },
	{ "request: strange target", "GET :// HTTP/1.1\r\n\r\n", 0,
	    "GET|://|4|1||1+0" },
	{ "request: method of an extension", "M-SEARCH * HTTP/1.1\r\n\r\n", 0,
	    "M-SEARCH|*|3|1||1+0" },
	{ "request: header not complete", "GET / HTTP/1.1\r\nA: b\r\nC: d", 0,
	    "GET|/|0|1|A=b;|0+0" },
	{ "request: blanks around a value",
	    "GET / HTTP/1.1\r\nA: \t b c \t\r\nD:\r\n\r\n", 0,
	    "GET|/|0|1|A=b c;D=;|1+0" },
	{ "request: continued value and no field",
	    "GET / HTTP/1.1\r\nA: b\r\n c\r\n: d\r\nE f: g\r\nH: i\r\n\r\n", 0,
	    "GET|/|0|1|A=b;H=i;|1+0" },
	{ "request: HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", FS_EUNSUP,
	    "" },
	{ "request: line not complete", "GET / HTTP/1.", FS_ETRUNC, "" },
	{ "request: method not complete", "GE", FS_ETRUNC, "" },
	{ "request: nothing", "", FS_ETRUNC, "" },
	{ "request: no version", "GET /\r\n\r\n", FS_EFORMAT, "" },
	{ "request: version of another protocol", "OPTIONS sip:a SIP/2.0\r\n",
	    FS_EFORMAT, "" },
	{ "request: small letters", "get / HTTP/1.1\r\n\r\n", FS_EFORMAT, "" },
	{ "request: two spaces", "GET  / HTTP/1.1\r\n\r\n", FS_EFORMAT, "" },
	{ "request: a space first", " GET / HTTP/1.1\r\n\r\n", FS_EFORMAT, "" },
	{ "request: version 1.10", "GET / HTTP/1.10\r\n\r\n", FS_EFORMAT, "" },
	{ "request: an answer", "HTTP/1.1 200 OK\r\n\r\n", FS_EFORMAT, "" },
	{ "request: TLS", "\x16\x03\x01\x02", FS_EFORMAT, "" },
	{ "request: a control character", "GET /\x01", FS_EFORMAT, "" },
	{ "request: a method that does not end", "AAAAAAAAAAAAAAAAAAAAAAAAA",
	    FS_EFORMAT, "" },
};

static size_t
add(char *out, size_t used, size_t room, const char *format, struct cursor text)
{
	return used +
	    (size_t)snprintf(out + used, room - used, format, (int)text.left,
		(const char *)text.at);
}

static size_t
add_fields(char *out, size_t used, size_t room, struct cursor headers)
{
	struct http1_header header;

	while (http1_header_next(&headers, &header) > 0) {
		used = add(out, used, room, "%.*s=", header.name);
		used = add(out, used, room, "%.*s;", header.value);
	}
	return used;
}

static void
summarize(const struct http1_request *request, char *out, size_t room)
{
	size_t used = 0;

	used = add(out, used, room, "%.*s|", request->method);
	used = add(out, used, room, "%.*s|", request->target);
	used += (size_t)snprintf(out + used, room - used, "%d|%d|",
	    (int)request->form, request->minor);
	used = add_fields(out, used, room, request->headers);
	snprintf(out + used, room - used, "|%d+%zu", request->whole,
	    request->rest.left);
}

/* A cut request is good so far, or says less; never something else. */
static bool
cut_everywhere(const char *text, size_t size, int whole_rc)
{
	struct http1_request request;
	size_t cut;
	int rc;
	bool good = true;

	for (cut = 0; cut < size && good; cut++) {
		char *part = tap_exact(text, cut);

		rc = http1_request_read(cursor_of(part, cut), &request);
		good = rc == FS_ETRUNC || rc == whole_rc;
		free(part);
	}
	return good;
}

static void
test_request(const struct request_case *test)
{
	struct http1_request request;
	size_t size = strlen(test->text);
	char *text = tap_exact(test->text, size), summary[256] = "";
	int rc = http1_request_read(cursor_of(text, size), &request);

	tap_int(rc, test->rc, test->name);
	if (rc == 0)
		summarize(&request, summary, sizeof(summary));
	tap_text(summary, test->want, "... what it says");
	tap_ok(cut_everywhere(text, size, test->rc), "... cut at every byte");
	free(text);
}

static const struct response_case {
	const char *name, *text;
	int rc;
	unsigned status, minor, whole;
} response_cases[] = {
	{ "response: good", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n", 0, 200, 1, 1 },
	{ "response: no reason", "HTTP/1.1 204 \r\n\r\n", 0, 204, 1, 1 },
	{ "response: not even a space", "HTTP/1.0 404\n\n", 0, 404, 0, 1 },
	{ "response: header not complete", "HTTP/1.1 101 Switching\r\nA", 0,
	    101, 1, 0 },
	{ "response: line not complete", "HTTP/1.1 20", FS_ETRUNC, 0, 0, 0 },
	{ "response: nothing", "", FS_ETRUNC, 0, 0, 0 },
	{ "response: prefix", "HTTP/", FS_ETRUNC, 0, 0, 0 },
	{ "response: another protocol", "SSH-2.0-x\r\n", FS_EFORMAT, 0, 0, 0 },
	{ "response: another version", "HTTP/2 200\r\n", FS_EFORMAT, 0, 0, 0 },
	{ "response: four digits", "HTTP/1.1 2000 OK\r\n\r\n", FS_EFORMAT, 0, 0,
	    0 },
	{ "response: too small a status", "HTTP/1.1 099 OK\r\n\r\n", FS_EFORMAT,
	    0, 0, 0 },
	{ "response: letters", "HTTP/1.1 2x0 OK\r\n\r\n", FS_EFORMAT, 0, 0, 0 },
};

static void
test_response(const struct response_case *test)
{
	size_t cut, wrong = 0, size = strlen(test->text);
	struct http1_response response = { 0 };
	int rc = 0;

	for (cut = 0; cut <= size; cut++) {
		char *part = tap_exact(test->text, cut);

		rc = http1_response_read(cursor_of(part, cut), &response);
		if (rc != FS_ETRUNC && rc != test->rc)
			wrong++;
		free(part);
	}
	tap_ok(rc == test->rc && response.status == test->status &&
		response.minor == test->minor &&
		response.whole == (test->whole != 0),
	    "%s", test->name);
	tap_int((long long)wrong, 0, "... cut at every byte");
}

static bool
says(struct cursor text, const char *want)
{
	return text.left == strlen(want) &&
	    (text.left == 0 || memcmp(text.at, want, text.left) == 0);
}

static void
test_fields(void)
{
	static const char text[] =
	    "HOST: a.example\r\nuser-agent: curl/8\r\nVia: 1.1 p\r\n"
	    "Host: second\r\nForwarded: for=192.0.2.1\r\nUpgrade: h2c\r\n"
	    "Proxy-Connection: close\r\n";
	static const char forwarded[] = "Forwarded: for=192.0.2.1\r\n"
					"X-Forwarded-For: 192.0.2.2\r\n";
	struct http1_fields fields;
	struct cursor value, headers = cursor_of(text, sizeof(text) - 1);

	http1_fields_read(headers, &fields);
	tap_ok(says(fields.host, "a.example"), "fields: the first Host");
	tap_ok(says(fields.user_agent, "curl/8"), "fields: User-Agent");
	tap_ok(says(fields.via, "1.1 p"), "fields: Via");
	tap_ok(says(fields.forwarded, "for=192.0.2.1"), "fields: Forwarded");
	tap_ok(says(fields.upgrade, "h2c"), "fields: Upgrade");
	tap_ok(fields.proxy, "fields: one of a proxy");
	tap_ok(http1_header_find(headers, "upgrade", &value) &&
		says(value, "h2c"),
	    "fields: found by name");
	tap_ok(!http1_header_find(headers, "upgrades", &value),
	    "fields: not found");
	http1_fields_read(cursor_of(forwarded, sizeof(forwarded) - 1), &fields);
	tap_ok(says(fields.forwarded, "192.0.2.2"),
	    "fields: X-Forwarded-For goes before Forwarded");
	tap_ok(!fields.proxy && says(fields.host, ""), "fields: absent ones");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(request_cases) / sizeof(request_cases[0]); i++)
		test_request(&request_cases[i]);
	for (i = 0; i < sizeof(response_cases) / sizeof(response_cases[0]); i++)
		test_response(&response_cases[i]);
	test_fields();
	return tap_done();
}
