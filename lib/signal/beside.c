/* Flows beside each other: TLS and DTLS of one VPN, say. */
#include <string.h>

#include "base/cursor.h"
#include "signal/final.h"

enum {
	PROTO_TCP = 6,
	PROTO_GRE = 47,
	PROTO_ESP = 50,
	TLS_RECORD_HANDSHAKE = 22,
	TLS_MAJOR = 3,
	TLS_SERVER_HELLO_TYPE = 2,
	/* Of a DTLS ClientHello in a record of its own (RFC 6347 section
	 * 4.2.2): where its type and its session's size stand. */
	DTLS_TYPE_AT = 13,
	DTLS_SESSION_AT = 59,
	DTLS_CLIENT_HELLO_TYPE = 1,
	DTLS_SESSION_SIZE = 32,
	TEXT_SIZE = 96,
	/* Thousandths: no one flow outweighs the others of its pair. */
	SCORE_MIN = -2000,
	SCORE_MAX = 4000,
};

static const char *const kind_names[PAIR_KIND_COUNT] = { "tls", "dtls",
	"dtls-session", "quic", "ssh", "esp", "gre" };

/* ---- What a flow is ---------------------------------------------------- */

/* Whether the client's first datagram asks for a session of 32 bytes. */
static bool
offers_session(const struct signals *signals)
{
	size_t size;
	const uint8_t *bytes = signals_bytes(signals, SIGNAL_C2S_BYTES, &size);
	struct cursor head = cursor_of(bytes, size);
	uint8_t record, type, session = 0;

	return cursor_u8(&head, &record) && record == TLS_RECORD_HANDSHAKE &&
	    cursor_skip(&head, DTLS_TYPE_AT - 1) && cursor_u8(&head, &type) &&
	    type == DTLS_CLIENT_HELLO_TYPE &&
	    cursor_skip(&head, DTLS_SESSION_AT - DTLS_TYPE_AT - 1) &&
	    cursor_u8(&head, &session) && session == DTLS_SESSION_SIZE;
}

/* Returns the kind, or PAIR_KIND_COUNT for what is not remembered. */
static enum pair_kind
kind_of(const struct flow *flow, const struct signals *signals)
{
	size_t size;
	const uint8_t *name =
	    signals_bytes(signals, SIGNAL_FLOW_PROTOCOL, &size);
	unsigned kind;

	if (flow->key.ip_proto == PROTO_ESP)
		return PAIR_ESP;
	if (flow->key.ip_proto == PROTO_GRE)
		return PAIR_GRE;
	for (kind = 0; kind < PAIR_KIND_COUNT; kind++)
		if (strlen(kind_names[kind]) == size &&
		    memcmp(kind_names[kind], name, size) == 0)
			break;
	if (kind == PAIR_DTLS && offers_session(signals))
		return PAIR_DTLS_SESSION;
	return (enum pair_kind)kind;
}

void
beside_answer(struct pair_table *pairs, const struct flow *flow,
    const struct packet *packet)
{
	struct cursor payload = packet->payload;
	uint8_t record, major, type;

	if (packet->ip_proto == PROTO_TCP && cursor_u8(&payload, &record) &&
	    record == TLS_RECORD_HANDSHAKE && cursor_u8(&payload, &major) &&
	    major == TLS_MAJOR && cursor_skip(&payload, 3) &&
	    cursor_u8(&payload, &type) && type == TLS_SERVER_HELLO_TYPE)
		pair_note(pairs, flow, PAIR_TLS);
}

/* Whether the flow is TLS whose sizes within were scored. */
static bool
is_scored(const struct flow *flow, const struct signals *signals)
{
	return flow->key.ip_proto == PROTO_TCP &&
	    signals_known(signals, SIGNAL_INNER_SCORE) &&
	    kind_of(flow, signals) == PAIR_TLS;
}

void
beside_score(struct pair_table *pairs, const struct flow *flow,
    const struct signals *signals)
{
	int64_t milli;

	if (!is_scored(flow, signals))
		return;
	milli = signals_milli(signals, SIGNAL_INNER_SCORE);
	if (milli < SCORE_MIN)
		milli = SCORE_MIN;
	if (milli > SCORE_MAX)
		milli = SCORE_MAX;
	pair_score(pairs, flow, (int32_t)milli);
}

/* ---- What is beside it ------------------------------------------------- */

static bool
has(uint32_t kinds, enum pair_kind kind)
{
	return kinds >> kind & 1;
}

static void
set_kinds(uint32_t kinds, struct signals *signals)
{
	char text[TEXT_SIZE] = "";
	unsigned kind;
	size_t size = 0;

	if (has(kinds, PAIR_DTLS_SESSION))
		kinds |= 1u << PAIR_DTLS;
	for (kind = 0; kind < PAIR_KIND_COUNT; kind++) {
		size_t more = strlen(kind_names[kind]);

		if (!has(kinds, kind) || kind == PAIR_DTLS_SESSION ||
		    size + more + 2 > sizeof(text))
			continue;
		if (size > 0)
			text[size++] = ',';
		memcpy(text + size, kind_names[kind], more + 1);
		size += more;
	}
	if (size > 0)
		signals_set_text(signals, SIGNAL_PAIR_KINDS, text, size);
}

static void
set_scores(const struct pair_table *pairs, const struct flow *flow,
    struct signals *signals)
{
	int64_t sum;
	uint32_t count;

	if (!is_scored(flow, signals) ||
	    (count = pair_scored(pairs, flow, &sum)) == 0)
		return;
	signals_set_count(signals, SIGNAL_PAIR_INNER_FLOWS, count);
	signals_set_milli(signals, SIGNAL_PAIR_INNER_MEAN, sum / count);
}

void
beside_flow(struct pair_table *pairs, const struct flow *flow,
    struct signals *signals)
{
	enum pair_kind kind = kind_of(flow, signals);
	uint32_t kinds, same;
	bool beside;

	if (kind == PAIR_KIND_COUNT)
		return;
	pair_note(pairs, flow, kind);
	set_scores(pairs, flow, signals);
	kinds = pair_kinds(pairs, flow, false);
	same = pair_kinds(pairs, flow, true);
	if ((kinds & ~(1u << kind)) == 0)
		return;
	set_kinds(kinds, signals);
	if (kind > PAIR_DTLS_SESSION)
		return;
	beside = has(same, PAIR_TLS) &&
	    (has(same, PAIR_DTLS) || has(same, PAIR_DTLS_SESSION));
	signals_set_flag(signals, SIGNAL_PAIR_DTLS_BESIDE_TLS, beside);
	signals_set_flag(signals, SIGNAL_PAIR_DTLS_SESSION,
	    beside && has(same, PAIR_DTLS_SESSION));
}
