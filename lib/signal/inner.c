/* What an encrypted flow carries, judged by the sizes of its packets: behind
 * the handshake of TLS, or from the beginning of what is no TLS. */
#include "signal/inner.h"

#include <string.h>

#include "parse/tls.h"
#include "signal/source.h"

enum {
	PROTO_TCP = 6,
	PAYLOAD_MAX = 65535,
	/* Finished of TLS 1.2 with its padding; a second ClientHello, which a
	 * ChangeCipherSpec precedes too, is longer. */
	FINISHED_MAX = 128,
	/* A record with a session ticket: from a session's number to a state
	 * without a client's certificate. */
	TICKET_MIN = 60,
	TICKET_MAX = 600,
	TICKETS_MAX = 4,
	RECORD_HEADER = 5,
};

enum stage { STAGE_NEW, STAGE_HANDSHAKE, STAGE_DATA, STAGE_NEVER };

enum tickets { TICKETS_NEW, TICKETS_ONE, TICKETS_DONE };

struct inner {
	uint8_t stage;
	uint8_t carrier;      /* enum inner_carrier */
	uint8_t tickets;      /* enum tickets */
	uint8_t ticket_at;    /* Place of what may be the first of them. */
	uint16_t ticket_size; /* Its record's, with the header. */
	uint8_t count;
	int32_t sizes[INNER_SIZES];
};

/* Where the client's handshake ends in its stream. Returns false while that
 * cannot be told. */
static bool
handshake_end(struct cursor head, size_t *end)
{
	size_t whole = head.left;
	struct tls_record record;
	bool ciphered = false;

	while (tls_record_next(&head, &record) == 1) {
		if (record.body.left < record.size)
			return false;
		if (record.type == TLS_DATA ||
		    (ciphered && record.type == TLS_HANDSHAKE &&
			record.size <= FINISHED_MAX)) {
			*end = whole - head.left;
			return true;
		}
		ciphered |= record.type == TLS_CHANGE_CIPHER;
	}
	return false;
}

static enum stage
begin(struct inner *inner, const struct sighting *seen)
{
	struct cursor head = seen->head[seen->dir];
	uint8_t type, version;

	if (seen->packet->ip_proto != PROTO_TCP || seen->dir != 0)
		return STAGE_NEVER;
	if (!cursor_u8(&head, &type) || !cursor_u8(&head, &version))
		return STAGE_NEW;
	inner->carrier = type == TLS_HANDSHAKE && version == 3 ? INNER_IN_TLS
							       : INNER_IN_NOISE;
	return inner->carrier == INNER_IN_TLS ? STAGE_HANDSHAKE : STAGE_DATA;
}

/* How many bytes of the client's packet are behind the handshake. */
static uint32_t
behind_handshake(struct inner *inner, const struct sighting *seen)
{
	size_t end, behind;

	if (seen->dir != 0 || !seen->head_grew ||
	    !handshake_end(seen->head[0], &end))
		return 0;
	inner->stage = STAGE_DATA;
	behind = seen->head[0].left - end;
	return behind < seen->packet->payload_size ? (uint32_t)behind
						   : seen->packet->payload_size;
}

/* Whether the server's packet ends the handshake of TLS 1.2. */
static bool
ends_handshake(const struct inner *inner, const struct sighting *seen)
{
	struct cursor payload = seen->packet->payload;
	uint8_t type;

	return inner->carrier == INNER_IN_TLS && seen->dir != 0 &&
	    cursor_u8(&payload, &type) &&
	    (type == TLS_CHANGE_CIPHER || type == TLS_HANDSHAKE);
}

/* Size of the record of data that begins here, with its header; 0: none. */
static uint32_t
record_size(struct cursor bytes)
{
	uint8_t type, version;
	uint16_t size;

	return cursor_u8(&bytes, &type) && type == TLS_DATA &&
		cursor_u8(&bytes, &version) && version == 3 &&
		cursor_skip(&bytes, 1) && cursor_u16(&bytes, &size)
	    ? (uint32_t)size + RECORD_HEADER
	    : 0;
}

/* How many records of one size the packet begins with. */
static uint32_t
equal_records(struct cursor bytes, uint32_t size)
{
	uint32_t count = 0;

	while (count < TICKETS_MAX && record_size(bytes) == size) {
		count++;
		if (!cursor_skip(&bytes, size))
			break;
	}
	return count;
}

static void
forget_size(struct inner *inner, unsigned at)
{
	inner->count--;
	memmove(inner->sizes + at, inner->sizes + at + 1,
	    (inner->count - at) * sizeof(inner->sizes[0]));
}

/* How many of the bytes are tickets: servers send two or more alike before
 * all else (RFC 8446 section 4.6.1), in one packet or in two, whoever speaks
 * within. */
static uint32_t
ticket_bytes(struct inner *inner, const struct sighting *seen)
{
	uint32_t whole = seen->packet->payload_size;
	uint32_t size = record_size(seen->packet->payload), count;

	if (inner->carrier != INNER_IN_TLS || seen->dir == 0 ||
	    inner->tickets == TICKETS_DONE)
		return 0;
	count = equal_records(seen->packet->payload, size);
	if (size < TICKET_MIN || size > TICKET_MAX || size > whole)
		count = 0;
	if (inner->tickets == TICKETS_NEW && count == 1 && size == whole) {
		inner->tickets = TICKETS_ONE;
		inner->ticket_at = inner->count;
		inner->ticket_size = (uint16_t)size;
		return 0;
	}
	if (inner->tickets == TICKETS_ONE) {
		count = size == inner->ticket_size ? count : 0;
		if (count > 0)
			forget_size(inner, inner->ticket_at);
	} else if (count == 1) {
		count = 0;
	}
	inner->tickets = TICKETS_DONE;
	return count * size < whole ? count * size : whole;
}

static bool
inner_packet(void *state, void *shared, const struct sighting *seen)
{
	struct inner *inner = state;
	uint32_t size = seen->packet->payload_size;

	(void)shared;
	if (seen->flow->segment == SEGMENT_AGAIN ||
	    seen->flow->segment == SEGMENT_PROBE)
		return true;
	if (inner->stage == STAGE_NEW)
		inner->stage = (uint8_t)begin(inner, seen);
	if (inner->stage == STAGE_NEVER)
		return false;
	if (inner->stage == STAGE_HANDSHAKE)
		size = behind_handshake(inner, seen);
	else if (inner->stage == STAGE_NEW || ends_handshake(inner, seen))
		size = 0;
	if (size > 0)
		size -= ticket_bytes(inner, seen);
	if (size == 0)
		return true;
	if (size > PAYLOAD_MAX)
		size = PAYLOAD_MAX;
	inner->sizes[inner->count++] =
	    seen->dir == 0 ? (int32_t)size : -(int32_t)size;
	return inner->count < INNER_SIZES;
}

static void
inner_collect(void *state, void *shared, const struct flow *flow,
    struct signals *signals)
{
	const struct inner *inner = state;

	(void)shared;
	(void)flow;
	if (inner->count < INNER_LEAST)
		return;
	signals_set_sizes(signals, SIGNAL_INNER_SIZES, inner->sizes,
	    inner->count);
	signals_set_milli(signals, SIGNAL_INNER_SCORE,
	    inner_score(&inner_models[inner->carrier], inner->sizes,
		inner->count));
}

const struct signal_source signal_inner = {
	.name = "inner",
	.state_size = sizeof(struct inner),
	.packet = inner_packet,
	.collect = inner_collect,
};
