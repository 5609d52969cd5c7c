#include "flow/tcp.h"

#include "flow/rtt.h"

enum {
	/* No window is larger (RFC 7323, 2.3): beyond it, a sequence number
	 * does not belong to what came before. */
	WINDOW_MAX = 1 << 30,
	/* A SYN or RST that is reordered is this close to what is known. */
	NEAR_MAX = 1 << 20,
	/* The least time after which a gap is filled by a retransmission and
	 * not by reordering, when the round trip is not known better. */
	REORDER_US = 3000,
	/* A SYN that comes again this soon is the tap's copy: no stack
	 * retransmits before 100 ms. */
	COPY_US = 1000,
};

static bool
before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static void
count(uint16_t *counter)
{
	if (*counter < UINT16_MAX)
		(*counter)++;
}

static bool
hole_open(const struct flow_side *side)
{
	return side->hole_seq != side->hole_end;
}

/* Whether 'seq', after a SYN, is shortly before what 'side' has sent. */
static bool
near_start(const struct flow_side *side, uint32_t seq)
{
	return side->has_seq && side->next_seq - seq < NEAR_MAX;
}

/* ---- Another connection on the same tuple ------------------------------ */

/* A SYN without ACK that is not the side's known one. */
static bool
syn_is_anew(const struct flow *flow, const struct packet_tcp *tcp,
    unsigned from)
{
	const struct flow_side *side = &flow->side[from];
	const struct flow_side *other = &flow->side[!from];

	/* Another try, when nobody has answered the last one. */
	if (side->has_isn)
		return flow->state != FLOW_OPENING || other->packets > 0;
	if (near_start(side, tcp->seq + 1))
		return false;
	/* Both open at once, or the answer came first. */
	if (other->has_isn && side->packets == 0 &&
	    ((other->flags & TCP_ACK) == 0 || other->acked == tcp->seq + 1))
		return false;
	return !(other->has_ack && other->acked == tcp->seq + 1 &&
	    side->packets == 0);
}

/* The same of a SYN with ACK. */
static bool
synack_is_anew(const struct flow *flow, const struct packet_tcp *tcp,
    unsigned from)
{
	const struct flow_side *side = &flow->side[from];
	const struct flow_side *other = &flow->side[!from];

	if (side->has_isn)
		return flow->state != FLOW_OPENING;
	if (other->has_isn)
		return tcp->ack != other->isn + 1 &&
		    flow->state != FLOW_OPENING;
	return !near_start(other, tcp->ack) && !near_start(side, tcp->seq + 1);
}

bool
tcp_begins_anew(const struct flow *flow, const struct packet *packet,
    unsigned from)
{
	const struct packet_tcp *tcp = &packet->tcp;
	const struct flow_side *side = &flow->side[from];

	if ((tcp->flags & (TCP_SYN | TCP_RST)) != TCP_SYN ||
	    (side->has_isn && side->isn == tcp->seq))
		return false;
	return tcp->flags & TCP_ACK ? synack_is_anew(flow, tcp, from)
				    : syn_is_anew(flow, tcp, from);
}

/* ---- Sequence numbers -------------------------------------------------- */

/* Bytes from 'seq' to 'end' are missing. Of several holes one is kept that
 * spans them. */
static void
hole_add(struct flow_side *side, uint32_t seq, uint32_t end, uint64_t time_us)
{
	if (!hole_open(side)) {
		side->hole_seq = seq;
		side->hole_us = (uint32_t)time_us;
	}
	side->hole_end = end;
}

/* Takes [seq, end) out of the hole. Returns whether it was in it. */
static bool
hole_fill(struct flow_side *side, uint32_t seq, uint32_t end)
{
	if (!hole_open(side) || before(seq, side->hole_seq) ||
	    !before(seq, side->hole_end))
		return false;
	if (seq != side->hole_seq)
		side->hole_end = seq;
	else if (before(end, side->hole_end))
		side->hole_seq = end;
	else
		side->hole_seq = side->hole_end;
	return true;
}

/* The least time in which a retransmission can follow what it replaces: once
 * through the tap to the receiver, and from there to the sender. */
static uint32_t
reorder_us(const struct flow *flow)
{
	uint64_t sum =
	    (uint64_t)flow->side[0].rtt.min_us + flow->side[1].rtt.min_us;

	if (sum >= RTT_UNKNOWN || sum < REORDER_US)
		return REORDER_US;
	return (uint32_t)sum;
}

/* Bytes that are not beyond what was seen. */
static enum flow_segment
place_old(struct flow *flow, unsigned from, uint32_t seq, uint32_t end,
    uint64_t time_us)
{
	struct flow_side *side = &flow->side[from];
	const struct flow_side *other = &flow->side[!from];
	uint32_t age_us = (uint32_t)time_us - side->hole_us;

	/* RFC 1122, 4.2.3.6: one old byte or none, all being acknowledged. */
	if (seq + 1 == end && end == side->next_seq && other->has_ack &&
	    other->acked == end && (side->flags & TCP_FIN) == 0)
		return SEGMENT_PROBE;
	if (hole_fill(side, seq, end) && age_us < reorder_us(flow)) {
		count(&side->reorders);
		return SEGMENT_LATE;
	}
	count(&side->retransmits);
	if (!before(side->next_seq, end))
		return SEGMENT_AGAIN;
	side->next_seq = end;
	return SEGMENT_PARTLY;
}

/* Lays [seq, end) of one side's stream to what was seen of it. */
static enum flow_segment
place(struct flow *flow, unsigned from, uint32_t seq, uint32_t end,
    uint64_t time_us)
{
	struct flow_side *side = &flow->side[from];
	int32_t ahead = (int32_t)(seq - side->next_seq);

	if (!side->has_seq || ahead == 0) {
		side->has_seq = true;
		side->next_seq = end;
		return seq == end ? SEGMENT_EMPTY : SEGMENT_NEW;
	}
	if (ahead < 0 && ahead >= -WINDOW_MAX)
		return seq == end ? SEGMENT_EMPTY
				  : place_old(flow, from, seq, end, time_us);
	if (ahead > 0 && ahead <= WINDOW_MAX) {
		hole_add(side, side->next_seq, seq, time_us);
	} else {
		side->hole_seq = side->hole_end;
		count(&side->gaps);
	}
	side->next_seq = end;
	return seq == end ? SEGMENT_EMPTY : SEGMENT_AHEAD;
}

/* Notes a SYN; its place in the stream is that of its payload, if any. */
static enum flow_segment
place_syn(struct flow *flow, const struct packet *packet, unsigned from,
    uint64_t time_us)
{
	struct flow_side *side = &flow->side[from];
	uint64_t *sent_us =
	    packet->tcp.flags & TCP_ACK ? &flow->synack_us : &flow->syn_us;
	uint32_t seq = packet->tcp.seq, end = seq + 1 + packet->payload_size;

	if (!side->has_isn || side->isn != seq) {
		/* The answer says which of several it answers. */
		side->syn_again = false;
		if (side->has_isn || !side->has_seq)
			side->next_seq = end;
		side->hole_seq = side->hole_end;
		side->has_isn = side->has_seq = true;
		side->isn = seq;
		*sent_us = time_us;
		return SEGMENT_NEW;
	}
	if (rtt_span_us(*sent_us, time_us) < COPY_US)
		return SEGMENT_PROBE;
	side->syn_again = true;
	count(&side->retransmits);
	return SEGMENT_AGAIN;
}

/* ---- Round trips ------------------------------------------------------- */

/* Lets what one side has sent be a probe of the other side. */
static void
probe(struct flow *flow, const struct packet_tcp *tcp, unsigned from,
    enum flow_segment segment, uint32_t end, uint64_t time_us)
{
	struct flow_side *side = &flow->side[from];
	struct flow_rtt *rtt = &flow->side[!from].rtt;
	bool syn = tcp->flags & TCP_SYN;
	bool newer = tcp->has_timestamp &&
	    (!side->has_ts || before(side->ts_value, tcp->ts_value));

	if (segment == SEGMENT_AGAIN || segment == SEGMENT_PARTLY ||
	    segment == SEGMENT_LATE)
		rtt_cancel(rtt);
	else if (segment == SEGMENT_NEW && !syn && !hole_open(side))
		rtt_probe_seq(rtt, end, time_us);
	if (!newer)
		return;
	side->has_ts = true;
	side->ts_value = tcp->ts_value;
	/* The first packet of many with the same timestamp is to be timed, so
	 * none may be missing before it. */
	if (syn ||
	    (segment == SEGMENT_NEW && !hole_open(side) && !rtt->probing_ts))
		rtt_probe_ts(rtt, tcp->ts_value, time_us);
}

/* The time from the SYN or SYN-ACK that was sent at 'sent_us' to this
 * answer. When it was sent more than once, only an echoed timestamp says
 * which one is answered. */
static uint32_t
handshake_from(const struct flow_side *asked, const struct flow_rtt *rtt,
    const struct packet_tcp *tcp, uint64_t sent_us, uint64_t time_us)
{
	if (!asked->syn_again)
		return rtt_span_us(sent_us, time_us);
	if (!rtt->probing_ts || !tcp->has_timestamp ||
	    tcp->ts_echo != rtt->probe_ts)
		return RTT_UNKNOWN;
	return rtt_span_us(rtt->probe_ts_us, time_us);
}

static uint32_t
handshake_us(struct flow *flow, const struct packet_tcp *tcp, unsigned from,
    uint64_t time_us)
{
	const struct flow_side *side = &flow->side[from];
	const struct flow_side *other = &flow->side[!from];

	if (!other->has_isn || tcp->ack != other->isn + 1 || hole_open(side) ||
	    side->rtt.handshake_us != RTT_UNKNOWN)
		return RTT_UNKNOWN;
	if (tcp->flags & TCP_SYN)
		return side->syn_again ? RTT_UNKNOWN
				       : handshake_from(other, &side->rtt, tcp,
					     flow->syn_us, time_us);
	if (flow->synack_us == 0 || flow->ack_us != 0 ||
	    (other->flags & (TCP_SYN | TCP_ACK)) != (TCP_SYN | TCP_ACK))
		return RTT_UNKNOWN;
	flow->ack_us = time_us;
	return handshake_from(other, &side->rtt, tcp, flow->synack_us, time_us);
}

/* Follows an acknowledgement of what the other side has sent. */
static void
acknowledge(struct flow *flow, const struct packet_tcp *tcp, unsigned from,
    uint64_t time_us)
{
	struct flow_side *side = &flow->side[from];
	struct flow_side *other = &flow->side[!from];
	uint32_t ack = tcp->ack;

	rtt_answer(&side->rtt, tcp, handshake_us(flow, tcp, from, time_us),
	    time_us);
	if (!side->has_ack || before(side->acked, ack))
		side->acked = ack;
	side->has_ack = true;
	/* A SYN-ACK may answer a SYN of another connection. */
	if (!other->has_seq || (tcp->flags & TCP_SYN))
		return;
	if (before(other->next_seq, ack)) {
		if (ack - other->next_seq > WINDOW_MAX)
			return;
		other->next_seq = ack;
		other->hole_seq = other->hole_end;
		count(&other->gaps);
	} else if (hole_open(other) && before(other->hole_seq, ack)) {
		other->hole_seq =
		    before(ack, other->hole_end) ? ack : other->hole_end;
		count(&other->gaps);
	}
}

/* ---- State ------------------------------------------------------------- */

/* Whether a RST can be the side's own: strangers guess its number. */
static bool
reset_fits(const struct flow_side *side, const struct packet_tcp *tcp)
{
	return !side->has_seq ||
	    tcp->seq - side->next_seq + NEAR_MAX < 2 * NEAR_MAX;
}

/* Whether the packet shows that its sender has heard the other side. */
static bool
confirms(const struct flow *flow, const struct packet_tcp *tcp, unsigned from)
{
	const struct flow_side *other = &flow->side[!from];

	if (other->packets == 0)
		return false;
	return !other->has_isn ||
	    ((tcp->flags & TCP_ACK) && before(other->isn, tcp->ack));
}

static void
advance(struct flow *flow, const struct packet_tcp *tcp, unsigned from,
    bool new_data)
{
	struct flow_side *side = &flow->side[from];
	const struct flow_side *other = &flow->side[!from];

	/* Who sends on has not sent the reset: it was forged. */
	if (flow->state == FLOW_CLOSED && side->reset && new_data) {
		side->reset = false;
		flow->state = FLOW_OPEN;
	}
	if (tcp->flags & TCP_SYN) {
		if (flow->state == FLOW_NEW)
			flow->state = FLOW_OPENING;
		return;
	}
	if (flow->state < FLOW_OPEN && confirms(flow, tcp, from)) {
		flow->state = FLOW_OPEN;
		flow->settled = true;
	}
	if ((tcp->flags & TCP_FIN) && flow->state != FLOW_CLOSED)
		flow->state =
		    other->flags & TCP_FIN ? FLOW_CLOSED : FLOW_CLOSING;
}

/* The sender of a SYN is the client, of a SYN-ACK the server. */
static void
note_start(struct flow *flow, const struct packet_tcp *tcp, unsigned from)
{
	flow->start_seen = true;
	if (flow->client_fixed)
		return;
	flow->client = (uint8_t)(tcp->flags & TCP_ACK ? !from : from);
	flow->client_fixed = true;
}

void
tcp_track(struct flow *flow, const struct packet *packet, unsigned from,
    uint64_t time_us)
{
	const struct packet_tcp *tcp = &packet->tcp;
	struct flow_side *side = &flow->side[from];
	enum flow_segment segment;
	uint32_t end =
	    tcp->seq + packet->payload_size + ((tcp->flags & TCP_FIN) != 0);

	side->flags |= tcp->flags;
	if (tcp->flags & TCP_RST) {
		if (flow->state != FLOW_CLOSED && reset_fits(side, tcp)) {
			flow->state = FLOW_CLOSED;
			side->reset = true;
		}
		return;
	}
	if (tcp->flags & TCP_SYN) {
		note_start(flow, tcp, from);
		segment = place_syn(flow, packet, from, time_us);
	} else {
		segment = place(flow, from, tcp->seq, end, time_us);
	}
	if (packet->payload_size > 0)
		flow->segment = (uint8_t)segment;
	if (tcp->flags & TCP_ACK)
		acknowledge(flow, tcp, from, time_us);
	probe(flow, tcp, from, segment, end, time_us);
	advance(flow, tcp, from,
	    packet->payload_size > 0 && segment == SEGMENT_NEW);
}
