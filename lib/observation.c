#include "observation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "flow/again.h"
#include "flow/answers.h"
#include "flow/shards.h"
#include "flow/turns.h"
#include "flow/within.h"
#include "rule/rule.h"
#include "signal/blob.h"
#include "signal/final.h"
#include "verdict/verdict.h"

enum { PROTO_TCP = 6, PROTO_UDP = 17 };

/* ---- What is kept of a flow -------------------------------------------- */

/* Adds the facts that the flow keeps to 'signals'. */
static void
add_facts(const struct flow *flow, struct signals *signals)
{
	/* We wrote them ourselves: they decode. */
	if (flow->facts_size > 0)
		(void)blob_decode(flow->facts, flow->facts_size, signals);
}

/* Keeps 'signals' as the flow's facts; without memory, the old ones stay. */
static void
keep_facts(struct observer *observer, struct flow *flow,
    const struct signals *signals)
{
	size_t size =
	    blob_encode(signals, observer->blob, sizeof(observer->blob));
	uint8_t *facts = size ? malloc(size) : NULL;

	if (facts == NULL)
		return;
	memcpy(facts, observer->blob, size);
	free(flow->facts);
	flow->facts = facts;
	flow->facts_size = (uint32_t)size;
}

static void
keep_syn(struct observer *observer, struct flow *flow, const struct packet *syn)
{
	signals_clear(&observer->signals);
	stack_syn(syn, &observer->signals);
	keep_facts(observer, flow, &observer->signals);
}

/* ---- What every packet adds ------------------------------------------- */

/* The client's SYN goes with the flow, whatever becomes of the rest. */
static void
note_syn(struct observer *observer, struct flow *flow,
    const struct packet *packet, unsigned from)
{
	if (packet->ip_proto != PROTO_TCP || from != flow->client ||
	    (packet->tcp.flags & (TCP_SYN | TCP_ACK)) != TCP_SYN ||
	    flow->facts_size > 0)
		return;
	keep_syn(observer, flow, packet);
}

/* Of a flow that has turns or may carry others, and of what its packet
 * brought anew. */
static void
count_turn(struct flow *flow, const struct packet *packet, unsigned from,
    uint64_t time_us)
{
	if ((!flow->turning && !flow->carrying && !flow->sharding) ||
	    packet->payload_size == 0 || packet->later_fragment ||
	    flow->segment == SEGMENT_AGAIN || flow->segment == SEGMENT_PROBE)
		return;
	if (flow->turning)
		turns_packet(flow->turns, flow_dir(flow, from),
		    packet->payload_size, time_us);
	else if (flow->carrying)
		within_packet(flow->within, flow_dir(flow, from),
		    packet->payload_size);
	else
		shards_packet(flow->shards, flow_dir(flow, from),
		    packet->payload_size);
}

/* Of UDP: what begins the conversation again. */
static void
count_again(struct flow *flow, const struct packet *packet, unsigned from)
{
	struct cursor payload = packet->payload;
	uint8_t first;

	if (packet->ip_proto == PROTO_UDP && !packet->later_fragment &&
	    cursor_u8(&payload, &first))
		again_datagram(&flow->again, from, from == flow->first_sender,
		    first, packet->payload_size);
}

/* The service's flows are timed from its first answer on; without memory,
 * that stays unknown. */
static void
time_answers(struct flow *flow, const struct packet *packet, unsigned from,
    uint64_t time_us)
{
	if (packet->ip_proto != PROTO_TCP || packet->later_fragment ||
	    flow->service < 0)
		return;
	if (!flow->answering) {
		if (from == flow->client || packet->payload_size == 0 ||
		    flow->side[from].payload_packets != 1)
			return;
		flow->answers = calloc(1, sizeof(*flow->answers));
		if (flow->answers == NULL)
			return;
		flow->answering = true;
		answers_begin(flow->answers, flow);
	}
	answers_packet(flow->answers, flow, packet, from, time_us);
}

void
observer_count(struct observer *observer, struct flow *flow,
    const struct packet *packet, unsigned from, uint64_t time_us)
{
	note_syn(observer, flow, packet, from);
	count_turn(flow, packet, from, time_us);
	count_again(flow, packet, from);
	time_answers(flow, packet, from, time_us);
}

/* ---- What the inspection found ------------------------------------------ */

static bool
is_text(const struct signals *signals, enum signal_id id, const char *text)
{
	size_t size;
	const uint8_t *value = signals_bytes(signals, id, &size);

	return size == strlen(text) && memcmp(value, text, size) == 0;
}

/* What the flow carries, from its first packets on. */
static struct within *
look_within(const struct signals *signals)
{
	struct within *within = calloc(1, sizeof(*within));
	int32_t sizes[SIGNAL_SIZES_MAX];
	size_t i, count = signals_sizes(signals, SIGNAL_SEQ_SIZES, sizes);

	for (i = 0; within != NULL && i < count; i++)
		within_packet(within, sizes[i] < 0, (uint32_t)abs(sizes[i]));
	return within;
}

/* Without memory, what would be counted stays unknown. */
static void
count_on(struct flow *flow, const struct signals *signals)
{
	if (flow->turning || flow->carrying || flow->sharding)
		return;
	if (is_text(signals, SIGNAL_FLOW_PROTOCOL, "ssh")) {
		flow->turns = calloc(1, sizeof(*flow->turns));
		flow->turning = flow->turns != NULL;
	} else if (flow->service < 0 && flow->key.ip_proto == PROTO_TCP &&
	    is_text(signals, SIGNAL_FLOW_PROTOCOL, "tls")) {
		flow->within = look_within(signals);
		flow->carrying = flow->within != NULL;
	} else if (flow->service < 0 && flow->key.ip_proto == PROTO_UDP &&
	    signals_known(signals, SIGNAL_C2S_NOISE) &&
	    signals_milli(signals, SIGNAL_C2S_NOISE) != 0) {
		flow->shards = calloc(1, sizeof(*flow->shards));
		flow->sharding = flow->shards != NULL;
	}
}

void
observer_decide(struct observer *observer, struct flow *flow)
{
	struct signals *signals = &observer->signals;

	signals_clear(signals);
	add_facts(flow, signals);
	inspect_collect(observer->pool, flow, signals);
	keep_facts(observer, flow, signals);
	count_on(flow, signals);
	if (flow->service < 0)
		beside_score(observer->pairs, flow, signals);
	inspect_give(observer->pool, flow);
	flow->decided = true;
}

/* ---- Flow -> observation ----------------------------------------------- */

/* A service's name, sent to an address that is not the service's. */
static void
set_service(const struct observer *observer, const struct flow *flow,
    struct signals *signals)
{
	size_t size;
	const uint8_t *name;

	if (flow->service >= 0) {
		signals_set_string(signals, SIGNAL_FLOW_SERVICE,
		    observer->settings->services[flow->service].name);
		return;
	}
	if (!service_has_names(observer->services) ||
	    !signals_known(signals, SIGNAL_TLS_SNI))
		return;
	name = signals_bytes(signals, SIGNAL_TLS_SNI, &size);
	signals_set_flag(signals, SIGNAL_TLS_SNI_IS_SERVICE_ELSEWHERE,
	    service_find_name(observer->services, (const char *)name, size) >=
		0);
}

/* What the flow is when no rule names it: our parsers' word, nDPI's, or the
 * transport where it says all. */
static void
name_protocol(const struct flow *flow, const struct signals *signals,
    char *name)
{
	size_t size;
	const uint8_t *text;
	char room[8];

	text = signals_bytes(signals, SIGNAL_FLOW_PROTOCOL, &size);
	if (size == 0)
		text = signals_bytes(signals, SIGNAL_DPI_PROTOCOL, &size);
	if (size > 0)
		snprintf(name, FS_PROTOCOL_SIZE, "%.*s", (int)size,
		    (const char *)text);
	else if (flow->key.ip_proto == PROTO_TCP ||
	    flow->key.ip_proto == PROTO_UDP)
		text_copy(name, FS_PROTOCOL_SIZE, "unknown");
	else
		snprintf(name, FS_PROTOCOL_SIZE, "%s",
		    fs_transport_name(flow->key.ip_proto, room));
}

static bool
flag_set(const struct signals *signals, enum signal_id id)
{
	return signals_milli(signals, id) != 0;
}

/* Whether the flow could be judged: in the exit view by its round trips and
 * its place, in the path view by its bytes. */
static enum fs_coverage
coverage_of(const struct flow *flow, const struct signals *signals,
    const char *protocol)
{
	bool whole = flag_set(signals, SIGNAL_FLOW_START_SEEN) &&
	    !flag_set(signals, SIGNAL_FLOW_ONE_SIDED);
	bool named = strcmp(protocol, "unknown") != 0;

	if (flow->service < 0)
		return whole && named ? FS_COVERAGE_FULL
		    : whole || named  ? FS_COVERAGE_PARTIAL
				      : FS_COVERAGE_NONE;
	if (!signals_known(signals, SIGNAL_RTT_MIN_MS) &&
	    !signals_known(signals, SIGNAL_RTT_TLS_GAP_MS))
		return FS_COVERAGE_NONE;
	return whole && signals_known(signals, SIGNAL_RTT_TLS_GAP_MS) &&
		signals_known(signals, SIGNAL_GEO_DISTANCE_KM)
	    ? FS_COVERAGE_FULL
	    : FS_COVERAGE_PARTIAL;
}

static void
fill_tuple(const struct observer *observer, const struct flow *flow,
    struct fs_observation *out)
{
	unsigned client = flow->client, server = !client;
	bool ports = flow_has_ports(flow);
	unsigned dir;

	out->flow_id = flow->id;
	out->parent_id = flow->parent_id;
	out->first_us = flow->first_us;
	out->last_us = flow->last_us;
	for (dir = 0; dir < 2; dir++) {
		const struct flow_side *side =
		    &flow->side[dir == 0 ? client : server];

		out->packets[dir] = side->packets;
		out->bytes[dir] = side->bytes;
	}
	out->client = flow_addr(flow, client);
	out->server = flow_addr(flow, server);
	out->client_port = ports ? flow->key.port[client] : -1;
	out->server_port = ports ? flow->key.port[server] : -1;
	out->ip_proto = flow->key.ip_proto;
	out->icmp_type = flow->icmp_type;
	out->icmp_code = flow->icmp_code;
	out->client_first = flow->first_sender == client;
	out->generation = observer->generation;
	text_copy(out->sensor, sizeof(out->sensor), observer->settings->sensor);
	text_copy(out->service, sizeof(out->service),
	    flow->service < 0
		? ""
		: observer->settings->services[flow->service].name);
}

/* Marks which evidence is new since the flow's last revision. Two rules may
 * share a bit, so what is told now does not hide what else is told now. */
static void
mark_told(struct flow *flow, struct fs_observation *out)
{
	uint64_t before = flow->told;
	uint32_t i;

	for (i = 0; i < out->evidence_count; i++) {
		struct fs_evidence *evidence = &out->evidence[i];
		uint64_t bit = (uint64_t)1
		    << (hash_identity(evidence->rule, strlen(evidence->rule)) %
			   64);

		evidence->count = (before & bit) == 0;
		flow->told |= bit;
	}
}

/* Rules may ask for the addresses; a row has them without the signals. */
static void
ask_rules(struct observer *observer, enum fs_view view, uint64_t now_us)
{
	struct fs_observation *out = &observer->observation;
	struct signals *signals = &observer->signals;

	signals_set_addr(signals, SIGNAL_CLIENT_IP, &out->client);
	signals_set_addr(signals, SIGNAL_SERVER_IP, &out->server);
	out->evidence_count = rule_evaluate(observer->rules, SCOPE_FLOW, view,
	    now_us, signals, out->evidence);
	signals_forget(signals, SIGNAL_CLIENT_IP);
	signals_forget(signals, SIGNAL_SERVER_IP);
}

static void
judge_flow(struct observer *observer, struct flow *flow)
{
	struct fs_observation *out = &observer->observation;
	char protocol[FS_PROTOCOL_SIZE];
	struct verdict_subject subject = {
		.view = flow->service >= 0 ? FS_VIEW_EXIT : FS_VIEW_PATH,
		.client = out->client,
		.peer = out->server,
		.protocol = protocol,
	};

	name_protocol(flow, &observer->signals, protocol);
	subject.coverage = coverage_of(flow, &observer->signals, protocol);
	ask_rules(observer, subject.view, flow->last_us);
	verdict_decide(&observer->settings->scoring,
	    &observer->settings->policy, &subject, out->evidence,
	    out->evidence_count, &out->verdict);
	mark_told(flow, out);
}

const struct fs_observation *
observer_judge(struct observer *observer, struct flow *flow, enum flow_end end,
    uint64_t now_us)
{
	struct fs_observation *out = &observer->observation;
	struct signals *signals = &observer->signals;

	signals_clear(signals);
	add_facts(flow, signals);
	inspect_collect(observer->pool, flow, signals);
	final_flow(flow, end, signals);
	final_answers(flow, signals);
	geo_flow(observer->geo, observer->settings, flow, signals);
	set_service(observer, flow, signals);
	if (flow->service < 0) {
		if (end != FLOW_END_NONE && !flow->decided)
			beside_score(observer->pairs, flow, signals);
		beside_flow(observer->pairs, flow, signals);
	}

	fill_tuple(observer, flow, out);
	out->rev = ++flow->rev;
	out->final = end != FLOW_END_NONE;
	out->flushed = end == FLOW_END_FLUSH;
	out->said_us = flow->revised_us = now_us;
	judge_flow(observer, flow);
	out->signals_size =
	    (uint32_t)blob_encode(signals, out->signals, sizeof(out->signals));
	return out;
}
