/* OpenVPN: whether both sides' packets go together as its handshake has it,
 * on any port, over datagrams or a stream.
 *
 * How the control channel is protected is not announced, so every layout is
 * tried until a packet does not fit it. A packet that repeats what an earlier
 * one said (its sender's session id, the other side's) is a fact. With
 * tls-crypt the other side's session cannot be read: there it is the packet
 * ids, that count by one, and the times, that stand still.
 *
 * Without a handshake, data packets may still count: see 'note_data'. Of a
 * static key nothing is told here: its packets are random from the first byte
 * on. */
#include "parse/openvpn.h"
#include "flowscan.h"
#include "signal/inspect.h"
#include "signal/source.h"

enum {
	FACTS_MIN = 2,
	/* Of 8 random bytes, fewer than these differ once in two million. */
	DIFFERENT_MIN = 5,
	SLACK_MESSAGES = 16, /* Control packets out of order or lost. */
	SLACK_PACKETS = 64,
	FIRST_MAX = 256, /* Message ids of a handshake begun before. */
	TIME_SLACK_S = 3600,
	CLOCKS_APART_S = 86400,
	RESET_MAX = 32, /* What tls-crypt seals in a hard reset. */
	CONTROL_MAX = 4096,
	COUNTED_MAX = 255,
	DATA_CERTAIN = 8, /* Of each side; a torn stream does not undo them. */
	FRAME_SIZE = 2,
	PACKET_ID_MASK = 0xffff,
};

/* What the control packets of one side said last, read by one layout. */
struct trail {
	bool begun;
	uint8_t key_id;
	uint32_t message_id, packet_id, time;
};

enum role { ROLE_UNKNOWN, ROLE_CLIENT, ROLE_SERVER };

struct side {
	bool spoke; /* On the control channel. */
	bool reset; /* Its last packet but acknowledgements was a reset. */
	uint8_t role;
	uint8_t session[OPENVPN_SESSION_SIZE];
	struct trail trail[OPENVPN_LAYOUTS];
	size_t taken; /* Of the stream. */
	/* Data: the first byte, the peer's id behind it, the counter. */
	bool data_begun;
	uint8_t data_first;
	uint32_t peer, counter;
	uint8_t counted; /* Packets that went on counting. */
};

struct openvpn_state {
	bool looked, failed, wrapped;
	unsigned layouts; /* Bit n: layout n fits all that was seen. */
	uint8_t facts[OPENVPN_LAYOUTS], echoes[OPENVPN_LAYOUTS];
	uint32_t fitting;
	struct side side[2]; /* By endpoint. */
};

/* One packet, and who sent it. */
struct heard {
	struct openvpn_state *state;
	struct side *from, *to;
	struct openvpn_head head;
	size_t missing; /* Bytes at its end that the capture left out. */
	bool again;     /* The sender's session is known. */
};

static void
count(uint8_t *counter, unsigned more)
{
	*counter = (uint8_t)(*counter + more < COUNTED_MAX ? *counter + more
							   : COUNTED_MAX);
}

static uint32_t
apart(uint32_t a, uint32_t b)
{
	return a - b < b - a ? a - b : b - a;
}

/* ---- The control channel ----------------------------------------------- */

static enum role
role_of(unsigned opcode)
{
	switch (opcode) {
	case OPENVPN_CLIENT_RESET_1:
	case OPENVPN_CLIENT_RESET_2:
	case OPENVPN_CLIENT_RESET_3: return ROLE_CLIENT;
	case OPENVPN_SERVER_RESET_1:
	case OPENVPN_SERVER_RESET_2: return ROLE_SERVER;
	default: return ROLE_UNKNOWN;
	}
}

/* Packet ids count all control packets; their upper half may hold flags
 * (from 0x0f000001 on: early negotiation). The time is that of the start. */
static bool
protection_fits(const struct trail *trail,
    const struct openvpn_control *control)
{
	uint32_t number = control->packet_id & PACKET_ID_MASK;

	if (!control->protected)
		return true;
	if (number == 0 || control->packet_id >> 24 > 0x0f)
		return false;
	if (!trail->begun)
		return number < FIRST_MAX;
	return apart(number, trail->packet_id & PACKET_ID_MASK) <=
	    SLACK_PACKETS &&
	    apart(control->time, trail->time) <= TIME_SLACK_S;
}

/* Message ids count from 0 for every key. */
static bool
message_fits(const struct heard *heard, const struct trail *trail,
    const struct openvpn_control *control)
{
	struct cursor payload = control->payload;
	uint8_t record, version;

	if (heard->head.opcode == OPENVPN_ACK)
		return true;
	if (openvpn_is_reset(heard->head.opcode))
		return control->message_id == 0 && payload.left == 0 &&
		    heard->missing == 0 && control->ack_count <= 1;
	/* The first message behind a reset begins TLS. */
	if (control->message_id == 1 && cursor_u8(&payload, &record) &&
	    cursor_u8(&payload, &version) &&
	    (record < 0x14 || record > 0x17 || version != 3))
		return false;
	if (!trail->begun)
		return control->message_id < FIRST_MAX;
	if (trail->key_id != heard->head.key_id)
		return control->message_id < SLACK_MESSAGES;
	return apart(control->message_id, trail->message_id) <= SLACK_MESSAGES;
}

/* Only what was sent is acknowledged, and with the session that sent it. */
static bool
acks_fit(const struct heard *heard, const struct trail *theirs,
    const struct openvpn_control *control)
{
	unsigned i;

	for (i = 0; i < control->ack_count; i++)
		if (theirs->begun && theirs->key_id == heard->head.key_id
			? control->acks[i] > theirs->message_id + SLACK_MESSAGES
			: control->acks[i] >= FIRST_MAX)
			return false;
	return control->remote == NULL || !heard->to->spoke ||
	    memcmp(control->remote, heard->to->session, OPENVPN_SESSION_SIZE) ==
	    0;
}

/* What tls-crypt leaves to be seen: sizes. */
static bool
encrypted_fits(const struct heard *heard, const struct openvpn_control *control)
{
	switch (heard->head.opcode) {
	case OPENVPN_CLIENT_RESET_3:
	case OPENVPN_CONTROL_WRAPPED:
		return heard->missing > 0 || openvpn_wrapped_size(control) > 0;
	case OPENVPN_CLIENT_RESET_2:
	case OPENVPN_SERVER_RESET_2:
		return control->encrypted.left + heard->missing <= RESET_MAX;
	case OPENVPN_CLIENT_RESET_1:
	case OPENVPN_SERVER_RESET_1: return false;
	default: return true;
	}
}

/* How many facts a packet that fits adds: what it repeats, and a hard reset
 * that answers the other side's. */
static unsigned
facts_of(const struct heard *heard, enum openvpn_layout layout,
    const struct openvpn_control *control)
{
	const struct trail *theirs = &heard->to->trail[layout];
	unsigned facts = heard->again;

	if (heard->to->spoke && control->remote != NULL)
		facts++;
	if (!openvpn_is_reset(heard->head.opcode) || !heard->to->reset)
		return facts;
	if (layout != OPENVPN_CRYPT)
		return facts + (control->ack_count == 1);
	if ((control->packet_id & PACKET_ID_MASK) == 1 &&
	    (theirs->packet_id & PACKET_ID_MASK) == 1 &&
	    apart(control->time, theirs->time) < CLOCKS_APART_S)
		facts += FACTS_MIN;
	return facts;
}

static bool
layout_fits(const struct heard *heard, enum openvpn_layout layout)
{
	struct openvpn_state *state = heard->state;
	struct trail *trail = &heard->from->trail[layout];
	const struct trail *theirs = &heard->to->trail[layout];
	struct openvpn_control control;
	bool sealed = layout == OPENVPN_CRYPT;
	int rc = openvpn_control_read(&heard->head, layout, &control);

	if (rc < 0)
		return rc == FS_ETRUNC && heard->missing > 0;
	if (!protection_fits(trail, &control))
		return false;
	if (sealed ? !encrypted_fits(heard, &control)
		   : heard->head.opcode >= OPENVPN_CLIENT_RESET_3 ||
		    !message_fits(heard, trail, &control) ||
		    !acks_fit(heard, theirs, &control))
		return false;
	count(&state->facts[layout], facts_of(heard, layout, &control));
	count(&state->echoes[layout],
	    heard->to->spoke && control.remote != NULL);
	if (sealed || heard->head.opcode != OPENVPN_ACK) {
		trail->begun = true;
		trail->key_id = heard->head.key_id;
		trail->message_id = control.message_id;
	}
	trail->packet_id = control.packet_id;
	trail->time = control.time;
	return true;
}

/* A random number, and not the other side's. */
static bool
is_session(const struct heard *heard, const uint8_t *session)
{
	unsigned i, j, different = 0;

	for (i = 0; i < OPENVPN_SESSION_SIZE; i++) {
		for (j = 0; j < i && session[j] != session[i]; j++)
			;
		different += j == i;
	}
	return different >= DIFFERENT_MIN &&
	    (!heard->to->spoke ||
		memcmp(session, heard->to->session, OPENVPN_SESSION_SIZE) != 0);
}

/* The layout that enough facts of both sides agree on, or -1. */
static int
layout_of(const struct openvpn_state *state)
{
	int layout;

	if (!state->side[0].spoke || !state->side[1].spoke)
		return -1;
	for (layout = 0; layout < OPENVPN_LAYOUTS; layout++)
		if ((state->layouts >> layout & 1) &&
		    state->facts[layout] >= FACTS_MIN &&
		    (layout == OPENVPN_CRYPT || state->echoes[layout] > 0))
			return layout;
	return -1;
}

static void
begin(struct openvpn_state *state)
{
	state->looked = true;
	state->layouts = (1u << OPENVPN_LAYOUTS) - 1;
}

/* Forgets all but how far the streams were read. */
static void
begin_again(struct openvpn_state *state)
{
	size_t taken[2] = { state->side[0].taken, state->side[1].taken };

	memset(state, 0, sizeof(*state));
	begin(state);
	state->side[0].taken = taken[0];
	state->side[1].taken = taken[1];
}

/* Notes the sender's session and its part. Another session begins with a
 * reset, and makes void what came before it, unless that is certain. */
static bool
note_session(struct heard *heard)
{
	struct side *from = heard->from;
	struct cursor rest = heard->head.rest, session;
	enum role role = role_of(heard->head.opcode);

	if (!cursor_take(&rest, OPENVPN_SESSION_SIZE, &session))
		return false;
	heard->again = from->spoke &&
	    memcmp(session.at, from->session, OPENVPN_SESSION_SIZE) == 0;
	if (!heard->again && from->spoke) {
		if (role == ROLE_UNKNOWN || layout_of(heard->state) >= 0)
			return false;
		begin_again(heard->state);
	}
	if (!heard->again && !is_session(heard, session.at))
		return false;
	memcpy(from->session, session.at, OPENVPN_SESSION_SIZE);
	if (role == ROLE_UNKNOWN)
		return true;
	if (heard->head.key_id != 0 || heard->to->role == role ||
	    (from->role != ROLE_UNKNOWN && from->role != role))
		return false;
	from->role = (uint8_t)role;
	return true;
}

static bool
control_fits(struct heard *heard)
{
	struct openvpn_state *state = heard->state;
	unsigned layout;

	if (heard->head.rest.left + heard->missing > CONTROL_MAX ||
	    !note_session(heard))
		return false;
	for (layout = 0; layout < OPENVPN_LAYOUTS; layout++)
		if ((state->layouts >> layout & 1) &&
		    !layout_fits(heard, layout))
			state->layouts &= ~(1u << layout);
	heard->from->spoke = true;
	if (heard->head.opcode != OPENVPN_ACK)
		heard->from->reset = openvpn_is_reset(heard->head.opcode);
	if (heard->head.opcode >= OPENVPN_CLIENT_RESET_3)
		state->wrapped = true;
	return state->layouts != 0;
}

/* ---- Data -------------------------------------------------------------- */

/* With AEAD, data packets have a counter in clear: behind the first byte, or
 * behind the peer's id. Within a stream, that the sizes lead from one packet
 * to the next has to do. Returns whether it goes on, or is about to. */
static bool
note_data(struct side *side, const struct openvpn_head *head, bool framed)
{
	uint8_t first = (uint8_t)(head->opcode << 3 | head->key_id);
	struct cursor rest = head->rest;
	uint32_t peer = 0, counter, before = side->counter;
	bool same, goes_on;

	if ((head->opcode == OPENVPN_DATA_2 && !cursor_u24(&rest, &peer)) ||
	    !cursor_u32(&rest, &counter))
		return false;
	same =
	    side->data_begun && side->data_first == first && side->peer == peer;
	/* One that was overtaken says nothing. */
	if (same && !framed && before - counter < SLACK_PACKETS)
		return true;
	goes_on = same && (framed || counter - before <= SLACK_PACKETS);
	if (goes_on)
		count(&side->counted, 1);
	else
		side->counted = 0;
	goes_on = goes_on || !side->data_begun;
	side->data_begun = true;
	side->data_first = first;
	side->peer = peer;
	side->counter = counter;
	return goes_on;
}

/* How many packets went on counting, of the side with fewer. */
static unsigned
data_of(const struct openvpn_state *state)
{
	unsigned a = state->side[0].counted, b = state->side[1].counted;

	if (state->side[0].data_first != state->side[1].data_first)
		return 0;
	return a < b ? a : b;
}

/* ---- Packets ----------------------------------------------------------- */

static bool
packet_fits(struct openvpn_state *state, unsigned endpoint, struct cursor bytes,
    size_t missing, bool framed)
{
	struct heard heard = { .state = state,
		.from = &state->side[endpoint],
		.to = &state->side[!endpoint],
		.missing = missing };
	bool fits;

	if (openvpn_head_read(bytes, &heard.head) < 0)
		return false;
	if (openvpn_is_data(heard.head.opcode))
		fits = note_data(heard.from, &heard.head, framed) ||
		    layout_of(state) >= 0;
	else
		fits = control_fits(&heard);
	state->fitting += fits;
	return fits;
}

/* Whether the beginning of a frame can be one. */
static bool
frame_begins(struct cursor stream)
{
	struct openvpn_head head;
	uint16_t size;

	if (!cursor_u16(&stream, &size) || stream.left == 0)
		return true;
	return openvpn_head_read(stream, &head) == 0 &&
	    (openvpn_is_data(head.opcode) || size <= CONTROL_MAX);
}

static bool
stream_fits(struct openvpn_state *state, unsigned endpoint, struct cursor head)
{
	struct side *side = &state->side[endpoint];
	struct cursor packet, rest = head;
	int rc;

	if (!cursor_skip(&rest, side->taken))
		return true;
	while ((rc = openvpn_frame_next(&rest, &packet)) > 0) {
		if (!packet_fits(state, endpoint, packet, 0, true))
			return false;
		/* By the side, as a restart clears the state. */
		side->taken += FRAME_SIZE + packet.left;
	}
	return rc != FS_EFORMAT && frame_begins(rest);
}

static bool
packet(void *ctx, void *shared, const struct sighting *seen)
{
	struct openvpn_state *state = ctx;
	unsigned endpoint = seen->dir ^ seen->flow->client;
	struct cursor payload = seen->packet->payload;
	struct openvpn_state before;
	bool fits;

	(void)shared;
	if (!state->looked)
		begin(state);
	before = *state;
	if (seen->datagrams)
		fits = packet_fits(state, endpoint, payload,
		    seen->packet->payload_size - payload.left, false);
	else
		fits = !seen->head_grew ||
		    stream_fits(state, endpoint, seen->head[seen->dir]);
	if (fits)
		return true;
	/* What was certain remains so. */
	*state = before;
	state->failed = layout_of(state) < 0 && data_of(state) < DATA_CERTAIN;
	return false;
}

static const char *
name_of(const struct openvpn_state *state, int layout)
{
	switch (layout) {
	case OPENVPN_PLAIN: return "plain";
	case OPENVPN_CRYPT:
		return state->wrapped ? "tls-crypt-v2" : "tls-crypt";
	default: return "tls-auth";
	}
}

static void
collect(void *ctx, void *shared, const struct flow *flow,
    struct signals *signals)
{
	const struct openvpn_state *state = ctx;
	int layout = layout_of(state);

	(void)shared;
	(void)flow;
	if (state->failed)
		return;
	if (data_of(state) > 0)
		signals_set_count(signals, SIGNAL_OPENVPN_DATA, data_of(state));
	if (layout < 0)
		return;
	signals_set_string(signals, SIGNAL_FLOW_PROTOCOL, "openvpn");
	signals_set_string(signals, SIGNAL_OPENVPN_HANDSHAKE,
	    name_of(state, layout));
	signals_set_count(signals, SIGNAL_OPENVPN_EVIDENCE, state->fitting);
	if (layout != OPENVPN_CRYPT)
		signals_set_flag(signals, SIGNAL_OPENVPN_SESSION_ECHO,
		    state->echoes[layout] > 0);
}

const struct signal_source signal_openvpn = { "openvpn",
	sizeof(struct openvpn_state), packet, collect, NULL, NULL, NULL };
