/* The TLS round trip (SIGNALS: T1): from the last packet of the server's
 * first flight to the client's answer. TLS is answered by the client itself,
 * TCP by whatever ends it: the difference is spent behind the address.
 *
 * Left unknown where the answer may not be one to that packet: after early
 * data, a HelloRetryRequest, a retransmission, bytes that the tap missed, or
 * a flight beyond the initial window (RFC 6928); and where the client signs
 * with a certificate before it answers. A resumed session is timed like any
 * other: it has less to check. */
#include "signal/source.h"

#include "base/num.h"
#include "flow/rtt.h"
#include "signal/times.h"

enum {
	RECORD_CHANGE = 0x14,
	RECORD_HANDSHAKE = 0x16,
	RECORD_DATA = 0x17,
	VERSION_MAJOR = 3,
	CLIENT_HELLO = 1,
	SERVER_HELLO = 2,
	CERTIFICATE = 11,
	RECORD_HEADER = 5,
	HANDSHAKE_HEADER = 4,
	RANDOM_SIZE = 32,
	FLIGHT_PACKETS = 10, /* The initial window. */
	FLIGHT_BYTES = 14600,
};

enum stage {
	STAGE_HELLO,  /* The client's hello is to come. */
	STAGE_FLIGHT, /* The server's flight is to come. */
	STAGE_ANSWER, /* The client's answer is to come. */
	STAGE_DONE,
	STAGE_UNKNOWN,
};

/* A packet of the server's flight. */
struct sent {
	uint64_t time_us;
	uint32_t end_seq;
};

struct timing {
	enum stage stage;
	uint32_t hello_size;   /* Of the hello's record. */
	uint32_t client_bytes; /* Before the flight. */
	uint32_t flight_bytes;
	uint32_t sent_count;
	struct sent sent[FLIGHT_PACKETS];
	uint16_t gaps;     /* Of the server when its flight began. */
	uint32_t least_us; /* Round trip to the client known by the answer. */
	/* When the packets passed that the round trip lies between. */
	uint64_t flight_us, answer_us;
	uint64_t hello_us; /* When the hello came; 0: it was not in order. */
	bool spoken;       /* The client has. */
};

/* Whether the bytes begin with a handshake message of this type, as far as
 * they go; '*size' is its record's. */
static bool
begins_handshake(struct cursor head, uint8_t type, uint32_t *size)
{
	uint8_t record, major, minor, message = type;
	uint16_t length = 0;

	*size = 0;
	if (cursor_u8(&head, &record) && record != RECORD_HANDSHAKE)
		return false;
	if (cursor_u8(&head, &major) && major != VERSION_MAJOR)
		return false;
	if (cursor_u8(&head, &minor) && cursor_u16(&head, &length) &&
	    cursor_u8(&head, &message))
		*size = (uint32_t)length + RECORD_HEADER;
	return message == type;
}

/* RFC 8446, 4.1.3: a ServerHello with this random asks for another hello. */
static bool
asks_again(struct cursor head)
{
	static const uint8_t retry[RANDOM_SIZE] = { 0xCF, 0x21, 0xAD, 0x74,
		0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65,
		0xB8, 0x91, 0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E,
		0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C };

	return cursor_skip(&head, RECORD_HEADER + HANDSHAKE_HEADER + 2) &&
	    cursor_begins(&head, retry, sizeof(retry));
}

/* What TLS 1.3's Finished alone may take: message, hash of up to 64 bytes,
 * type and tag, and some padding. A certificate takes more. */
enum { FINISHED_MAX = 4 + 64 + 1 + 16 + 16 };

/* Whether the client's answer begins with its certificate: in the open
 * (TLS 1.2), or in a first sealed record larger than Finished (TLS 1.3; an
 * empty one is no larger, and signs nothing). 'answer' begins at a record. */
static bool
begins_certificate(struct cursor answer)
{
	uint8_t type, message = 0;
	uint16_t version, size;

	while (cursor_u8(&answer, &type) && cursor_u16(&answer, &version) &&
	    cursor_u16(&answer, &size)) {
		if (type == RECORD_DATA)
			return size > FINISHED_MAX;
		if (type == RECORD_HANDSHAKE)
			return cursor_u8(&answer, &message) &&
			    message == CERTIFICATE;
		if (type != RECORD_CHANGE || !cursor_skip(&answer, size))
			return false;
	}
	return false;
}

static bool
is_old(const struct sighting *seen)
{
	return seen->flow->segment == SEGMENT_AGAIN ||
	    seen->flow->segment == SEGMENT_PROBE;
}

/* The client speaks before the server. */
static enum stage
hear_hello(struct timing *timing, const struct sighting *seen)
{
	if (!is_old(seen))
		timing->client_bytes += seen->packet->payload_size;
	if (!timing->spoken && seen->flow->segment == SEGMENT_NEW)
		timing->hello_us = seen->time_us;
	timing->spoken = true;
	if (!begins_handshake(seen->head[0], CLIENT_HELLO, &timing->hello_size))
		return STAGE_UNKNOWN;
	if (timing->hello_size == 0)
		return STAGE_HELLO;
	/* What follows the hello at once is early data: more of it may come
	 * after the flight, and is no answer. */
	return timing->client_bytes <= timing->hello_size ? STAGE_FLIGHT
							  : STAGE_UNKNOWN;
}

static enum stage
hear_flight(struct timing *timing, const struct sighting *seen)
{
	const struct packet *packet = seen->packet;
	uint32_t size;

	if (timing->stage == STAGE_HELLO ||
	    !begins_handshake(seen->head[1], SERVER_HELLO, &size))
		return STAGE_UNKNOWN;
	if (timing->stage == STAGE_FLIGHT)
		timing->gaps = seen->flow->side[!seen->flow->client].gaps;
	timing->flight_bytes += packet->payload_size;
	if (is_old(seen) || seen->flow->segment == SEGMENT_PARTLY ||
	    timing->sent_count == FLIGHT_PACKETS ||
	    timing->flight_bytes > FLIGHT_BYTES)
		return STAGE_UNKNOWN;
	timing->sent[timing->sent_count++] = (struct sent){ seen->time_us,
		packet->tcp.seq + packet->payload_size };
	return STAGE_ANSWER;
}

/* The last packet of the flight that the answer acknowledges: what the
 * server sends on without waiting (tickets, HTTP/2 settings) may pass the tap
 * before the answer does, and is not what is answered. */
static const struct sent *
answered(const struct timing *timing, uint32_t ack)
{
	uint32_t i;

	for (i = timing->sent_count; i > 0; i--)
		if ((int32_t)(ack - timing->sent[i - 1].end_seq) >= 0)
			return &timing->sent[i - 1];
	return NULL;
}

/* The least TCP round trip to the client, when there is one beside that of
 * the answer's own acknowledgement, which says nothing of TCP alone. */
static uint32_t
least_us(const struct flow_rtt *rtt, uint64_t answer_us)
{
	bool own_only = rtt->samples == 1 && rtt->min_at_us == answer_us;

	return own_only ? RTT_UNKNOWN : rtt->min_us;
}

static enum stage
hear_answer(struct timing *timing, const struct sighting *seen)
{
	const struct flow *flow = seen->flow;
	const struct sent *sent;
	uint32_t size;

	if (is_old(seen))
		return STAGE_ANSWER;
	sent = answered(timing, seen->packet->tcp.ack);
	if (sent == NULL || seen->time_us < sent->time_us ||
	    flow->segment == SEGMENT_PARTLY ||
	    flow->side[!flow->client].gaps != timing->gaps ||
	    !begins_handshake(seen->head[1], SERVER_HELLO, &size) ||
	    size == 0 || asks_again(seen->head[1]) ||
	    begins_certificate(seen->packet->payload))
		return STAGE_UNKNOWN;
	timing->flight_us = sent->time_us;
	timing->answer_us = seen->time_us;
	timing->least_us =
	    least_us(&flow->side[flow->client].rtt, seen->time_us);
	return STAGE_DONE;
}

static bool
timing_packet(void *state, void *shared, const struct sighting *seen)
{
	struct timing *timing = state;

	(void)shared;
	if (seen->datagrams)
		return false;
	if (seen->dir != 0)
		timing->stage = hear_flight(timing, seen);
	else if (timing->stage == STAGE_ANSWER)
		timing->stage = hear_answer(timing, seen);
	else
		timing->stage = hear_hello(timing, seen);
	return timing->stage < STAGE_DONE;
}

/* From the client's last step of the TCP handshake to its hello (T3): a proxy
 * connects before its client can speak. */
static void
collect_hello(const struct timing *timing, const struct flow *flow,
    struct signals *signals)
{
	uint32_t us = rtt_span_us(flow->ack_us, timing->hello_us);

	if (us == RTT_UNKNOWN)
		return;
	signals_set_us(signals, SIGNAL_RTT_HELLO_DWELL_MS, us);
	times_add(signals, TIMES_HELLO,
	    time_since_us(flow->ack_us, flow->first_us), us);
}

static void
timing_collect(void *state, void *shared, const struct flow *flow,
    struct signals *signals)
{
	const struct timing *timing = state;
	uint64_t tls_us;

	(void)shared;
	collect_hello(timing, flow, signals);
	if (timing->stage != STAGE_DONE)
		return;
	tls_us = time_since_us(timing->answer_us, timing->flight_us);
	signals_set_us(signals, SIGNAL_RTT_TLS_MS, tls_us);
	times_add(signals, TIMES_TLS,
	    time_since_us(timing->flight_us, flow->first_us), tls_us);
	if (timing->least_us != RTT_UNKNOWN)
		signals_set_us(signals, SIGNAL_RTT_TLS_GAP_MS,
		    time_since_us(tls_us, timing->least_us));
}

const struct signal_source signal_timing = {
	.name = "timing",
	.state_size = sizeof(struct timing),
	.packet = timing_packet,
	.collect = timing_collect,
};
