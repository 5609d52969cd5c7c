#include "flow/answers.h"

#include <string.h>

#include "base/cursor.h"
#include "base/num.h"
#include "flow/rtt.h"

enum {
	RECORD_HEADER = 5,
	RECORD_HANDSHAKE = 22,
	RECORD_DATA = 23,
	VERSION_MAJOR = 3,
	/* Less is no request: acknowledgements and alerts of the protocols
	 * above TCP. */
	REQUEST_MIN = 60,
	/* Less is no answer to a request: session tickets apart, what a
	 * server sends unasked. */
	ANSWER_MIN = 120,
	/* A body of which more may be awaited. */
	BODY_MIN = 2800,
	/* SETTINGS come first of all. */
	SETTINGS_TURNS = 3,
	/* More than TCP needs, so that the next part was waited for. */
	STALL_US = 8000,
};

/* A 9-byte frame (RFC 9113, 6.5) sealed by TLS 1.3, by TLS 1.2 with ChaCha20,
 * and with AES-GCM. */
static bool
is_settings(uint16_t size)
{
	return size == 26 || size == 25 || size == 33;
}

/* The same with 13 bytes (RFC 9113, 6.9). */
static bool
is_window(uint16_t size)
{
	return size == 30 || size == 29 || size == 37;
}

static void
count(uint32_t *counter, uint32_t more)
{
	if (__builtin_add_overflow(*counter, more, counter))
		*counter = UINT32_MAX;
}

static bool
before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

/* ---- Spans -------------------------------------------------------------- */

static struct answers_span
span_of(const struct flow *flow, uint32_t us, uint64_t time_us)
{
	uint64_t at_us = time_since_us(time_us, flow->first_us);

	return (struct answers_span){ us,
		at_us < ANSWERS_LATE ? (uint32_t)at_us : ANSWERS_LATE };
}

/* Keeps the span among the least. */
static void
keep(struct answers_list *list, const struct flow *flow, uint64_t from_us,
    uint64_t time_us)
{
	uint32_t us = rtt_span_us(from_us, time_us);
	uint32_t i,
	    kept = list->count < ANSWERS_KEPT ? list->count : ANSWERS_KEPT;

	if (us == RTT_UNKNOWN)
		return;
	count(&list->count, 1);
	for (i = 0; i < kept && list->span[i].us <= us; i++)
		;
	if (i == ANSWERS_KEPT)
		return;
	if (kept == ANSWERS_KEPT)
		kept--;
	memmove(&list->span[i + 1], &list->span[i],
	    (kept - i) * sizeof(list->span[0]));
	list->span[i] = span_of(flow, us, time_us);
}

/* Keeps the first span of its kind. */
static void
keep_once(struct answers *answers, enum answers_kind kind,
    const struct flow *flow, uint64_t from_us, uint64_t time_us)
{
	struct answers_span *span = &answers->once[kind - ANSWERS_MANY];
	uint32_t us = rtt_span_us(from_us, time_us);

	if (span->us == 0 && us != RTT_UNKNOWN)
		*span = span_of(flow, us ? us : 1, time_us);
}

uint32_t
answers_spans(const struct answers *answers, enum answers_kind kind,
    const struct answers_span **spans, uint32_t *count)
{
	if (kind >= ANSWERS_MANY) {
		*spans = &answers->once[kind - ANSWERS_MANY];
		*count = (*spans)->us != 0;
		return *count;
	}
	*spans = answers->list[kind].span;
	*count = answers->list[kind].count;
	return *count < ANSWERS_KEPT ? *count : ANSWERS_KEPT;
}

/* ---- What the server sends ---------------------------------------------- */

static void
server_payload(struct answers *answers, const struct flow *flow,
    const struct packet *packet, uint64_t time_us)
{
	uint32_t us = rtt_span_us(answers->asked_us, time_us);

	if (flow->segment != SEGMENT_NEW) {
		answers->spoilt = true;
		return;
	}
	if (answers->answer_bytes == 0 && answers->body_bytes > 0 &&
	    us < answers->turnaround_us)
		answers->turnaround_us = us;
	answers->sent[answers->sent_count++ % ANSWERS_SENT] =
	    (struct answers_sent){ time_us,
		    packet->tcp.seq + packet->payload_size };
	count(&answers->answer_bytes, packet->payload_size);
	answers->body_bytes = 0;
}

static void
server_packet(struct answers *answers, const struct flow *flow,
    const struct packet *packet, uint64_t time_us)
{
	const struct flow_side *client = &flow->side[flow->client];

	if (packet->payload_size > 0)
		server_payload(answers, flow, packet, time_us);
	if ((packet->tcp.flags & TCP_ACK) && answers->covered_us == 0 &&
	    packet->tcp.ack == client->next_seq)
		answers->covered_us = time_us;
	if ((packet->tcp.flags & TCP_FIN) == 0)
		return;
	if (answers->fin_us != 0)
		answers->fin_again = true;
	else
		answers->fin_us = time_us;
}

/* The newest of the server's packets that are at hand and acknowledged, or
 * null; '*all' says whether it is the newest there is. */
static const struct answers_sent *
acknowledged(const struct answers *answers, uint32_t ack, bool *all)
{
	const struct answers_sent *sent;
	uint32_t i, sum = answers->sent_count;

	for (i = 1; i <= sum && i <= ANSWERS_SENT; i++) {
		sent = &answers->sent[(sum - i) % ANSWERS_SENT];
		*all = i == 1;
		if (!before(ack, sent->end_seq))
			return sent;
	}
	return NULL;
}

/* ---- What the client sends ---------------------------------------------- */

/* A record that begins a packet of the client, right after the server. */
static void
note_record(struct answers *answers, const struct flow *flow,
    const struct packet *packet, uint16_t size, uint64_t time_us)
{
	const struct answers_sent *sent;
	bool all;

	if (answers->answer_bytes == 0 || answers->spoilt)
		return;
	sent = acknowledged(answers, packet->tcp.ack, &all);
	if (sent == NULL)
		return;
	if (is_settings(size) && answers->turns >= 1 &&
	    answers->turns <= SETTINGS_TURNS)
		keep_once(answers, ANSWERS_SETTINGS, flow, sent->time_us,
		    time_us);
	else if (is_window(size) && all)
		keep(&answers->list[ANSWERS_WINDOW], flow, sent->time_us,
		    time_us);
}

/* Follows the client's records from one header to the next. A header that is
 * cut, or not at its place, ends it. */
static void
walk(struct answers *answers, const struct flow *flow,
    const struct packet *packet, uint64_t time_us)
{
	uint32_t at = answers->record_seq - packet->tcp.seq;
	struct cursor bytes = packet->payload;
	uint8_t type, major, minor;
	uint16_t size;

	if (at >= packet->payload_size) {
		/* Within a record, unless its header was missed. */
		answers->walking = (int32_t)at >= 0;
		return;
	}
	if (!cursor_skip(&bytes, at))
		goto lost;
	do {
		if (!cursor_u8(&bytes, &type) || !cursor_u8(&bytes, &major) ||
		    !cursor_u8(&bytes, &minor) || !cursor_u16(&bytes, &size) ||
		    major != VERSION_MAJOR)
			goto lost;
		if (type == RECORD_HANDSHAKE)
			answers->plain = true;
		if (at == 0 && type == RECORD_DATA)
			note_record(answers, flow, packet, size, time_us);
		at += RECORD_HEADER + (uint32_t)size;
		if (!cursor_skip(&bytes, size) && at < packet->payload_size)
			goto lost;
	} while (at < packet->payload_size);
	answers->record_seq = packet->tcp.seq + at;
	return;
lost:
	answers->walking = false;
}

/* The client goes on after the server has acknowledged all it sent, in the
 * midst of a request. */
static void
note_stall(struct answers *answers, const struct flow *flow, uint64_t time_us)
{
	uint32_t least_us = flow->side[flow->client].rtt.min_us;
	uint32_t us = rtt_span_us(answers->covered_us, time_us);

	if (answers->body_bytes >= BODY_MIN && us != RTT_UNKNOWN &&
	    least_us != RTT_UNKNOWN && us > least_us &&
	    us - least_us > STALL_US)
		keep(&answers->list[ANSWERS_UPLOAD], flow, answers->covered_us,
		    time_us);
}

/* The client first speaks after the server: when TCP has acknowledged what
 * this answers. Where TCP ends before the client, that was long before. */
static void
note_ack(struct answers *answers, const struct flow *flow,
    const struct packet *packet)
{
	const struct answers_sent *sent;
	bool all;

	sent = acknowledged(answers, packet->tcp.ack, &all);
	if (sent != NULL && !answers->spoilt &&
	    answers->acked == packet->tcp.ack)
		keep_once(answers, ANSWERS_ACK, flow, sent->time_us,
		    answers->acked_us);
}

/* The client speaks after the server: what it asks next. */
static void
note_turn(struct answers *answers, const struct flow *flow,
    const struct packet *packet, uint64_t time_us)
{
	const struct answers_sent *sent;
	bool all;

	/* What ends TLS takes its turns. TLS 1.3 has one after the hello, in
	 * records that look like data; before it, or with a second hello,
	 * there is one more. */
	if (answers->turns == 0) {
		note_ack(answers, flow, packet);
		answers->handshake_turns =
		    answers->walking && !answers->plain ? 1 : 2;
	}
	if (answers->turns++ < answers->handshake_turns || answers->spoilt ||
	    answers->answer_bytes < ANSWER_MIN)
		return;
	sent = acknowledged(answers, packet->tcp.ack, &all);
	if (sent != NULL && all)
		keep(&answers->list[ANSWERS_TURN], flow, sent->time_us,
		    time_us);
}

static void
client_payload(struct answers *answers, const struct flow *flow,
    const struct packet *packet, uint64_t time_us)
{
	bool again =
	    flow->segment == SEGMENT_AGAIN || flow->segment == SEGMENT_PROBE;

	if (again)
		return;
	if (flow->segment != SEGMENT_NEW) {
		answers->walking = false;
		answers->spoilt = true;
	}
	if (answers->walking)
		walk(answers, flow, packet, time_us);
	if (answers->answer_bytes == 0)
		note_stall(answers, flow, time_us);
	answers->covered_us = 0;
	answers->asked_us = time_us;
	count(&answers->body_bytes, packet->payload_size);
	if (packet->payload_size < REQUEST_MIN || answers->answer_bytes == 0)
		return;
	note_turn(answers, flow, packet, time_us);
	answers->answer_bytes = 0;
	answers->spoilt = false;
}

static void
client_packet(struct answers *answers, const struct flow *flow,
    const struct packet *packet, uint64_t time_us)
{
	const struct flow_side *server = &flow->side[!flow->client];
	uint32_t acked = flow->side[flow->client].acked;
	uint8_t flags = packet->tcp.flags;

	if (before(answers->acked, acked)) {
		answers->acked = acked;
		answers->acked_us = time_us;
	}
	if (packet->payload_size > 0)
		client_payload(answers, flow, packet, time_us);
	if ((flags & (TCP_FIN | TCP_RST)) == 0 || answers->closed)
		return;
	answers->closed = true;
	if (answers->fin_us != 0 && !answers->fin_again && (flags & TCP_ACK) &&
	    packet->tcp.ack == server->next_seq)
		keep_once(answers, ANSWERS_CLOSE, flow, answers->fin_us,
		    time_us);
}

void
answers_begin(struct answers *answers, const struct flow *flow)
{
	const struct flow_side *client = &flow->side[flow->client];

	answers->turnaround_us = RTT_UNKNOWN;
	/* The server answers whole records. */
	answers->walking =
	    client->has_isn && client->hole_seq == client->hole_end;
	answers->record_seq = client->next_seq;
	answers->acked = client->acked;
}

void
answers_packet(struct answers *answers, const struct flow *flow,
    const struct packet *packet, unsigned from, uint64_t time_us)
{
	if (from == flow->client)
		client_packet(answers, flow, packet, time_us);
	else
		server_packet(answers, flow, packet, time_us);
}
