/* HTTP/1: the first request and the first answer. */
#include "parse/http1.h"
#include "flowscan.h"
#include "signal/inspect.h"
#include "signal/kept.h"
#include "signal/source.h"

enum {
	METHOD_SIZE = 32,
	TARGET_SIZE = 192,
	HOST_SIZE = 128,
	AGENT_SIZE = 192,
	VIA_SIZE = 96,
	FORWARDED_SIZE = 96,
	INTERIM_MAX = 4, /* Answers before the final one. */
};

struct http_state {
	bool asked;     /* A request line was read. */
	bool whole;     /* The request's header was read to its end. */
	bool answered;  /* A status was read. */
	bool closed[2]; /* That direction can tell no more. */
	bool version_2; /* The client began with the preface of HTTP/2. */
	uint16_t status;
	char method[METHOD_SIZE];
	char target[TARGET_SIZE];
	char host[HOST_SIZE];
	char agent[AGENT_SIZE];
	char via[VIA_SIZE];
	char forwarded[FORWARDED_SIZE];
};

static void
keep_request(struct http_state *state, const struct http1_request *request)
{
	struct http1_fields fields;

	http1_fields_read(request->headers, &fields);
	kept_text(state->method, sizeof(state->method), request->method);
	kept_text(state->target, sizeof(state->target), request->target);
	kept_text(state->host, sizeof(state->host), fields.host);
	kept_text(state->agent, sizeof(state->agent), fields.user_agent);
	kept_text(state->via, sizeof(state->via), fields.via);
	kept_text(state->forwarded, sizeof(state->forwarded), fields.forwarded);
	state->asked = true;
	state->whole = request->whole;
}

static int
read_request(struct http_state *state, struct cursor head)
{
	struct http1_request request;
	int rc = http1_request_read(head, &request);

	if (rc == FS_EUNSUP)
		state->version_2 = true;
	if (rc < 0)
		return rc;
	keep_request(state, &request);
	return request.whole ? 0 : FS_ETRUNC;
}

/* Interim answers (1xx) are passed over; 101 is a final one for us. */
static int
read_response(struct http_state *state, struct cursor head)
{
	struct http1_response response;
	unsigned count = 0;
	int rc;

	do {
		rc = http1_response_read(head, &response);
		if (rc < 0)
			return rc;
		if (response.status >= 200 || response.status == 101) {
			state->status = response.status;
			state->answered = true;
			return 0;
		}
		head = response.rest;
	} while (response.whole && ++count < INTERIM_MAX);
	return FS_ETRUNC;
}

static bool
packet(void *ctx, void *shared, const struct sighting *seen)
{
	struct http_state *state = ctx;
	struct cursor head = seen->head[seen->dir];
	int rc;

	(void)shared;
	if (seen->datagrams)
		return false;
	if (!seen->head_grew || state->closed[seen->dir])
		return true;
	rc = seen->dir == 0 ? read_request(state, head)
			    : read_response(state, head);
	if (rc == FS_EFORMAT && !state->asked)
		return false;
	state->closed[seen->dir] = rc != FS_ETRUNC || head.left >= INSPECT_HEAD;
	return !state->version_2 && !(state->closed[0] && state->closed[1]);
}

static void
collect(void *ctx, void *shared, const struct flow *flow,
    struct signals *signals)
{
	const struct http_state *state = ctx;

	(void)shared;
	(void)flow;
	if (state->version_2 || state->whole ||
	    (state->asked && state->answered))
		signals_set_string(signals, SIGNAL_FLOW_PROTOCOL, "http");
	if (!state->asked)
		return;
	kept_set(signals, SIGNAL_HTTP_METHOD, state->method);
	kept_set(signals, SIGNAL_HTTP_TARGET, state->target);
	kept_set(signals, SIGNAL_HTTP_HOST, state->host);
	kept_set(signals, SIGNAL_HTTP_USER_AGENT, state->agent);
	kept_set(signals, SIGNAL_HTTP_VIA, state->via);
	kept_set(signals, SIGNAL_HTTP_FORWARDED, state->forwarded);
	if (state->answered)
		signals_set_count(signals, SIGNAL_HTTP_STATUS, state->status);
}

const struct signal_source signal_http = { "http", sizeof(struct http_state),
	packet, collect, NULL, NULL, NULL };
