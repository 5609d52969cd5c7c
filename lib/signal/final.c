#include "signal/final.h"

#include "base/num.h"
#include "flow/rtt.h"
#include "flow/shards.h"
#include "flow/turns.h"
#include "flow/within.h"

enum { PROTO_TCP = 6, PROTO_UDP = 17 };

static void
set_counters(const struct flow *flow, struct signals *signals)
{
	const struct flow_side *client = &flow->side[flow->client];
	const struct flow_side *server = &flow->side[!flow->client];

	signals_set_count(signals, SIGNAL_FLOW_PACKETS_C2S, client->packets);
	signals_set_count(signals, SIGNAL_FLOW_PACKETS_S2C, server->packets);
	signals_set_count(signals, SIGNAL_FLOW_BYTES_C2S, client->bytes);
	signals_set_count(signals, SIGNAL_FLOW_BYTES_S2C, server->bytes);
	signals_set_count(signals, SIGNAL_FLOW_PAYLOAD_C2S,
	    client->payload_bytes);
	signals_set_count(signals, SIGNAL_FLOW_PAYLOAD_S2C,
	    server->payload_bytes);
	signals_set_flag(signals, SIGNAL_FLOW_ONE_SIDED,
	    client->packets == 0 || server->packets == 0);
}

static void
set_tunnel(const struct flow *flow, struct signals *signals)
{
	if (flow->carries != CARRIER_NONE)
		signals_set_string(signals, SIGNAL_TUNNEL_CARRIES,
		    packet_carrier_name((enum packet_carrier)flow->carries));
	if (flow->carried != CARRIER_NONE)
		signals_set_string(signals, SIGNAL_TUNNEL_INSIDE,
		    packet_carrier_name((enum packet_carrier)flow->carried));
	signals_set_count(signals, SIGNAL_TUNNEL_DEPTH, flow->depth);
	if (flow->carrier_id != 0)
		signals_set_count(signals, SIGNAL_TUNNEL_ID, flow->carrier_id);
}

static void
set_round_trip(struct signals *signals, enum signal_id id, uint32_t us)
{
	if (us != RTT_UNKNOWN)
		signals_set_us(signals, id, us);
}

static void
set_tcp(const struct flow *flow, struct signals *signals)
{
	const struct flow_side *client = &flow->side[flow->client];
	const struct flow_side *server = &flow->side[!flow->client];

	signals_set_count(signals, SIGNAL_FLOW_RETRANSMITS_C2S,
	    client->retransmits);
	signals_set_count(signals, SIGNAL_FLOW_RETRANSMITS_S2C,
	    server->retransmits);
	signals_set_count(signals, SIGNAL_FLOW_GAPS,
	    (uint64_t)client->gaps + server->gaps);
	set_round_trip(signals, SIGNAL_RTT_TCP_MS, client->rtt.handshake_us);
	set_round_trip(signals, SIGNAL_RTT_MIN_MS, client->rtt.min_us);
	set_round_trip(signals, SIGNAL_RTT_SERVER_MS, server->rtt.min_us);
	signals_set_count(signals, SIGNAL_RTT_SAMPLES, client->rtt.samples);
}

static void
set_again(const struct again *again, struct signals *signals)
{
	if (!again->begun)
		return;
	signals_set_count(signals, SIGNAL_FLOW_REPEATS, again->repeats);
	signals_set_count(signals, SIGNAL_FLOW_RESTARTS, again->restarts);
}

static void
set_turns(const struct turns *turns, struct signals *signals)
{
	uint32_t exchanges = turns->exchanges[0] + turns->exchanges[1];
	uint32_t client = turns->count / 2;

	signals_set_count(signals, SIGNAL_SSH_TURNS, client);
	signals_set_count(signals, SIGNAL_SSH_SMALL_TURNS, turns->small);
	signals_set_count(signals, SIGNAL_SSH_EXCHANGES_C2S,
	    turns->exchanges[0]);
	signals_set_count(signals, SIGNAL_SSH_EXCHANGES_S2C,
	    turns->exchanges[1]);
	if (client > 0)
		signals_set_milli(signals, SIGNAL_SSH_EXCHANGE_SHARE,
		    (int64_t)exchanges * 1000 / client);
}

static void
set_within(const struct within *within, struct signals *signals)
{
	static const enum signal_id shares[2] = { SIGNAL_INNER_ACKS_C2S,
		SIGNAL_INNER_ACKS_S2C };
	unsigned i;

	if (within->connections == 0)
		return;
	signals_set_count(signals, SIGNAL_INNER_CONNECTIONS,
	    within->connections);
	for (i = 0; i < 2; i++)
		if (within->packets_by[i] > 0)
			signals_set_milli(signals, shares[i],
			    (int64_t)within->acks[i] * 1000 /
				within->packets_by[i]);
}

void
final_flow(const struct flow *flow, enum flow_end end, struct signals *signals)
{
	uint8_t proto = flow->key.ip_proto;
	char room[8];

	signals_set_string(signals, SIGNAL_FLOW_TRANSPORT,
	    fs_transport_name(proto, room));
	if (flow_has_ports(flow))
		signals_set_count(signals, SIGNAL_FLOW_SERVER_PORT,
		    flow->key.port[!flow->client]);
	signals_set_us(signals, SIGNAL_FLOW_DURATION_MS,
	    time_since_us(flow->last_us, flow->first_us));
	signals_set_flag(signals, SIGNAL_FLOW_START_SEEN, flow->start_seen);
	signals_set_string(signals, SIGNAL_FLOW_END,
	    end == FLOW_END_NONE ? "open" : flow_end_name(end));
	set_counters(flow, signals);
	set_tunnel(flow, signals);
	if (proto == PROTO_TCP)
		set_tcp(flow, signals);
	else if (proto == PROTO_UDP)
		set_again(&flow->again, signals);
	if (flow->carrying)
		set_within(flow->within, signals);
	if (flow->sharding && flow->shards->in_step > flow->shards->out_of_step)
		signals_set_count(signals, SIGNAL_UDP_SHARD_GROUPS,
		    flow->shards->in_step - flow->shards->out_of_step);
	if (flow->turning)
		set_turns(flow->turns, signals);
}
