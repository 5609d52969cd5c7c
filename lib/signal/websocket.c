/* What a WebSocket carries: each side's first message, unmasked, and whether
 * both look random. A message that an extension changed (compressed it) is
 * not looked at. */
#include "parse/websocket.h"

#include <string.h>

#include "base/num.h"
#include "flowscan.h"
#include "parse/http1.h"
#include "signal/inspect.h"
#include "signal/source.h"

enum {
	SHOWN = 64,   /* Bytes of a message that rules can read. */
	LOOKED = 256, /* Bytes that may look random. */
	RANDOM_MIN = 32,
	STATUS_SWITCHED = 101,
	FRAMES_MAX = 8, /* Pings before the first message. */
	/* Bits set per byte, in thousandths, and printable bytes in hundredths
	 * of what looks random (Wu et al. 2023, Ex1 and Ex3). */
	BITS_LOW = 3400,
	BITS_HIGH = 4600,
	PRINTABLE_MAX = 50,
};

struct websocket {
	bool granted;
	size_t begins[2]; /* Where frames begin in each head. */
	bool found[2];
	bool random[2];
	uint8_t size[2];
	uint8_t bytes[2][SHOWN];
};

static bool
looks_random(const uint8_t *bytes, size_t size)
{
	size_t bits = num_bits_of(bytes, size) * 1000, printable = 0, i;

	for (i = 0; i < size; i++)
		printable += bytes[i] >= 0x20 && bytes[i] <= 0x7e;
	return size >= RANDOM_MIN && bits > BITS_LOW * size &&
	    bits < BITS_HIGH * size && printable * 100 <= PRINTABLE_MAX * size;
}

/* Whether the handshake is done; sets where frames begin. Returns as the
 * parsers do. */
static int
see_handshake(struct websocket *state, const struct sighting *seen)
{
	struct http1_request request;
	struct http1_response response;
	struct cursor value;
	int rc;

	if ((rc = http1_response_read(seen->head[1], &response)) < 0 ||
	    (rc = http1_request_read(seen->head[0], &request)) < 0)
		return rc;
	if (!response.whole || !request.whole)
		return FS_ETRUNC;
	if (response.status != STATUS_SWITCHED ||
	    !http1_header_find(request.headers, "Sec-WebSocket-Key", &value))
		return FS_EFORMAT;
	state->begins[0] = seen->head[0].left - request.rest.left;
	state->begins[1] = seen->head[1].left - response.rest.left;
	state->granted = true;
	return 0;
}

/* Looks for the side's first message. Returns 0, or FS_ETRUNC while more is
 * needed. */
static int
see_message(struct websocket *state, unsigned dir, struct cursor head)
{
	struct websocket_frame frame;
	uint8_t bytes[LOOKED];
	size_t size;
	unsigned i;
	int rc;

	if (!cursor_skip(&head, state->begins[dir]))
		return FS_ETRUNC;
	for (i = 0; i < FRAMES_MAX; i++) {
		if ((rc = websocket_frame_read(&head, &frame)) < 0)
			return rc;
		if (frame.opcode < WEBSOCKET_CLOSE && frame.size > 0)
			break;
	}
	if (i == FRAMES_MAX || frame.extended || frame.masked != (dir == 0))
		return FS_EFORMAT;
	size = websocket_payload(&frame, bytes, sizeof(bytes));
	if (size < frame.size && size < SHOWN)
		return FS_ETRUNC;
	state->size[dir] = (uint8_t)(size < SHOWN ? size : SHOWN);
	memcpy(state->bytes[dir], bytes, state->size[dir]);
	/* Text is UTF-8, of which some looks random to 'looks_random'. */
	state->random[dir] =
	    frame.opcode == WEBSOCKET_BINARY && looks_random(bytes, size);
	state->found[dir] = true;
	return 0;
}

static bool
packet(void *ctx, void *shared, const struct sighting *seen)
{
	struct websocket *state = ctx;
	struct cursor answer = seen->head[1];
	unsigned dir;
	int rc;

	(void)shared;
	if (seen->datagrams)
		return false;
	if (!seen->head_grew || answer.left == 0)
		return true;
	if (!state->granted) {
		/* Most flows are none of HTTP/1. */
		if (!cursor_begins(&answer, "HTTP/1",
			answer.left < 6 ? answer.left : 6))
			return false;
		rc = see_handshake(state, seen);
		if (rc < 0)
			return rc == FS_ETRUNC && answer.left < INSPECT_HEAD;
	}
	for (dir = 0; dir < 2; dir++) {
		if (state->found[dir])
			continue;
		rc = see_message(state, dir, seen->head[dir]);
		if (rc < 0 && rc != FS_ETRUNC)
			return false;
	}
	return !state->found[0] || !state->found[1];
}

static void
collect(void *ctx, void *shared, const struct flow *flow,
    struct signals *signals)
{
	static const enum signal_id ids[2] = { SIGNAL_WEBSOCKET_C2S_BYTES,
		SIGNAL_WEBSOCKET_S2C_BYTES };
	const struct websocket *state = ctx;
	unsigned dir;

	(void)shared;
	(void)flow;
	for (dir = 0; dir < 2; dir++)
		if (state->found[dir])
			signals_set_bytes(signals, ids[dir], state->bytes[dir],
			    state->size[dir]);
	if (state->found[0] && state->found[1])
		signals_set_flag(signals, SIGNAL_WEBSOCKET_NOISE,
		    state->random[0] && state->random[1]);
}

const struct signal_source signal_websocket = { "websocket",
	sizeof(struct websocket), packet, collect, NULL, NULL, NULL };
