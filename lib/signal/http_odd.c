/* HTTP/1 that cannot be: what only those say who dress something else up as
 * HTTP, as they do not do what the header promises. */

#include "base/digest.h"
#include "flowscan.h"
#include "parse/http1.h"
#include "signal/inspect.h"
#include "signal/kept.h"
#include "signal/source.h"

enum odd {
	ODD_ACCEPT = 1,  /* The answer to a WebSocket key is another's. */
	ODD_EARLY = 2,   /* A WebSocket is used before it is granted. */
	ODD_CHUNKS = 4,  /* No chunk where a body in chunks begins. */
	ODD_REQUEST = 8, /* No request behind one that has no body. */
};

enum {
	KEY_MAX = 64, /* Of 24 characters by RFC 6455 section 4.1. */
	CHUNK_DIGITS_MAX = 18,
	METHOD_MAX = 20,
	INTERIM_MAX = 4, /* Answers before the final one. */
	STATUS_SWITCHED = 101,
	STATUS_FINAL = 200,
};

struct http_odd {
	uint8_t found;    /* Of enum odd. */
	uint32_t waiting; /* Bytes of the client when the server began. */
	bool answered;
};

/* RFC 6455 section 1.3. */
#define WEBSOCKET_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

static bool
accept_is_wrong(struct cursor headers, struct cursor answers)
{
	char want[4 * ((DIGEST_SHA1_SIZE + 2) / 3) + 1];
	uint8_t joined[KEY_MAX + sizeof(WEBSOCKET_GUID)];
	uint8_t sum[DIGEST_SHA1_SIZE];
	struct cursor key, accept;
	size_t size;

	if (!http1_header_find(headers, "Sec-WebSocket-Key", &key) ||
	    !http1_header_find(answers, "Sec-WebSocket-Accept", &accept))
		return false;
	size = key.left;
	if (size > KEY_MAX || !cursor_copy(&key, joined, size))
		return false;
	memcpy(joined + size, WEBSOCKET_GUID, sizeof(WEBSOCKET_GUID) - 1);
	if (!digest_sha1(joined, size + sizeof(WEBSOCKET_GUID) - 1, sum))
		return false;
	digest_base64(sum, sizeof(sum), want);
	return accept.left != sizeof(want) - 1 ||
	    !cursor_begins(&accept, want, sizeof(want) - 1);
}

static bool
is_hex(uint8_t byte)
{
	return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f') ||
	    (byte >= 'A' && byte <= 'F');
}

/* Whether a chunk begins here (RFC 9112 section 7.1). Returns 1, 0, or
 * FS_ETRUNC while that is open. */
static int
begins_chunk(struct cursor body)
{
	unsigned digits = 0;
	uint8_t byte;

	while (cursor_u8(&body, &byte)) {
		if (!is_hex(byte))
			return digits > 0 &&
			    (byte == '\r' || byte == '\n' || byte == ';' ||
				byte == ' ' || byte == '\t');
		if (++digits > CHUNK_DIGITS_MAX)
			return 0;
	}
	return FS_ETRUNC;
}

/* Whether no further request begins here. Line ends before it are passed
 * over (RFC 9112 section 2.2). */
static bool
is_no_request(struct cursor rest)
{
	unsigned letters = 0;
	uint8_t byte;

	while (letters <= METHOD_MAX && cursor_u8(&rest, &byte)) {
		if (letters == 0 && (byte == '\r' || byte == '\n'))
			continue;
		if (byte == ' ' && letters > 0)
			return false;
		if ((byte < 'A' || byte > 'Z') && byte != '-' && byte != '_')
			return true;
		letters++;
	}
	return letters > METHOD_MAX;
}

static bool
has_header(struct cursor headers, const char *name)
{
	struct cursor value;

	return http1_header_find(headers, name, &value);
}

/* Whether bytes behind it must be another request. */
static bool
has_no_body(const struct http1_request *request)
{
	return request->form != HTTP1_AUTHORITY &&
	    !has_header(request->headers, "Content-Length") &&
	    !has_header(request->headers, "Transfer-Encoding") &&
	    !has_header(request->headers, "Upgrade");
}

static bool
is_chunked(const struct http1_request *request,
    const struct http1_response *response)
{
	static const char head[] = "HEAD", chunked[] = "chunked";
	struct cursor value;

	return response->status == STATUS_FINAL &&
	    !cursor_begins(&request->method, head, sizeof(head) - 1) &&
	    http1_header_find(response->headers, "Transfer-Encoding", &value) &&
	    value.left == sizeof(chunked) - 1 &&
	    cursor_begins(&value, chunked, sizeof(chunked) - 1);
}

/* Takes the first final answer off the stream. Returns as
 * http1_response_read(), and FS_ETRUNC until its header is whole. */
static int
final_answer(struct cursor stream, struct http1_response *response)
{
	unsigned count;
	int rc;

	for (count = 0; count < INTERIM_MAX; count++) {
		rc = http1_response_read(stream, response);
		if (rc < 0 || !response->whole)
			return rc < 0 ? rc : FS_ETRUNC;
		if (response->status >= STATUS_FINAL ||
		    response->status == STATUS_SWITCHED)
			return 0;
		stream = response->rest;
	}
	return FS_EFORMAT;
}

/* Looks when the server has said what it will. Returns FS_ETRUNC while more
 * is needed. */
static int
look(struct http_odd *state, const struct sighting *seen)
{
	struct http1_request request;
	struct http1_response response;
	int rc;

	if ((rc = final_answer(seen->head[1], &response)) < 0)
		return rc;
	if ((rc = http1_request_read(seen->head[0], &request)) < 0)
		return rc;
	if (!request.whole)
		return FS_ETRUNC;
	if (response.status == STATUS_SWITCHED) {
		if (accept_is_wrong(request.headers, response.headers))
			state->found |= ODD_ACCEPT;
		/* RFC 6455 section 4.1: the client waits for the answer. */
		if (has_header(request.headers, "Sec-WebSocket-Key") &&
		    state->waiting > seen->head[0].left - request.rest.left)
			state->found |= ODD_EARLY;
		return 0;
	}
	if (is_chunked(&request, &response)) {
		if ((rc = begins_chunk(response.rest)) < 0)
			return rc;
		if (rc == 0)
			state->found |= ODD_CHUNKS;
	}
	/* Mostly nothing is behind it, and its fields need no look. */
	if (is_no_request(request.rest) && has_no_body(&request))
		state->found |= ODD_REQUEST;
	return 0;
}

static bool
packet(void *ctx, void *shared, const struct sighting *seen)
{
	struct http_odd *state = ctx;
	struct cursor answer = seen->head[1];
	int rc;

	(void)shared;
	if (seen->datagrams)
		return false;
	if (seen->dir == 0 || !seen->head_grew)
		return true;
	/* Most flows are none of HTTP/1. */
	if (!cursor_begins(&answer, "HTTP/1",
		answer.left < 6 ? answer.left : 6))
		return false;
	if (!state->answered)
		state->waiting = (uint32_t)seen->head[0].left;
	state->answered = true;
	rc = look(state, seen);
	return rc == FS_ETRUNC && answer.left < INSPECT_HEAD;
}

static void
collect(void *ctx, void *shared, const struct flow *flow,
    struct signals *signals)
{
	static const char *const names[] = { "accept", "early", "chunks",
		"request" };
	const struct http_odd *state = ctx;

	(void)shared;
	(void)flow;
	kept_set_names(signals, SIGNAL_HTTP_IMPOSSIBLE, names,
	    sizeof(names) / sizeof(names[0]), state->found);
}

const struct signal_source signal_http_odd = { "http_odd",
	sizeof(struct http_odd), packet, collect, NULL, NULL, NULL };
