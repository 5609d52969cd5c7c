/* Stage 3: packet -> flow.
 *
 * A bounded table of two-way flows. Endpoint 0 of a key is the smaller one
 * in memory order, so both directions find one entry; 'client' says which
 * endpoint is the client. Time is the capture's. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "flow/again.h"
#include "flowscan.h"
#include "packet/packet.h"

struct turns;   /* See flow/turns.h. */
struct within;  /* See flow/within.h. */
struct answers; /* See flow/answers.h. */
struct inspect; /* The signal stage's; see signal/inspect.h. */

/* No padding, as it is hashed. */
struct flow_key {
	uint8_t addr[2][16];
	uint16_t port[2];
	uint16_t scope; /* Folded VNIs and keys of the outer levels. */
	uint8_t ip_proto;
	uint8_t family;
};
_Static_assert(sizeof(struct flow_key) == 40, "flow_key has padding");

enum flow_state {
	FLOW_NEW,
	FLOW_OPENING, /* SYN seen. */
	FLOW_OPEN,    /* Both sides have spoken. */
	FLOW_CLOSING, /* One FIN. */
	FLOW_CLOSED,  /* Both FINs, or RST. */
};

/* What a flow's packet brought to its side's stream. */
enum flow_segment {
	SEGMENT_EMPTY,  /* No payload. */
	SEGMENT_NEW,    /* Next in order; every datagram. */
	SEGMENT_AHEAD,  /* New, but bytes before it are missing. */
	SEGMENT_LATE,   /* Bytes that were missing, only reordered. */
	SEGMENT_AGAIN,  /* Sent again, or so late that it must be. */
	SEGMENT_PARTLY, /* Sent again with new bytes behind. */
	SEGMENT_PROBE,  /* Asks whether the peer lives; no data. */
};

enum flow_end {
	FLOW_END_NONE, /* Still there (a revision at the active timeout). */
	FLOW_END_CLOSED,
	FLOW_END_RESET,
	FLOW_END_IDLE,
	FLOW_END_EVICTED,
	FLOW_END_FLUSH, /* The capture ended. */
};

const char *flow_end_name(enum flow_end end);

/* The round trip between the tap and one side, measured on what that side
 * answers (SIGNALS: T0). Karn's rule: nothing retransmitted is measured. */
struct flow_rtt {
	uint32_t handshake_us; /* UINT32_MAX: unknown. */
	uint32_t min_us;       /* Of all samples; UINT32_MAX: none. */
	uint32_t samples;
	/* One probe by sequence and one by timestamp at a time. */
	uint32_t probe_seq, probe_ts;
	bool probing_seq, probing_ts;
	uint64_t probe_seq_us, probe_ts_us;
	uint64_t min_at_us; /* When the least one's answer came. */
};

/* What one side sent. */
struct flow_side {
	uint64_t packets, bytes; /* IP wire sizes. */
	uint64_t payload_bytes;
	uint32_t payload_packets;
	uint32_t isn;      /* TCP, of the SYN; see 'has_isn'. */
	uint32_t next_seq; /* TCP: one past the highest byte seen. */
	uint32_t acked;    /* TCP: highest acknowledgement sent. */
	/* TCP: bytes not seen yet, below 'next_seq'; empty: none. And since
	 * when, the low half of microseconds. */
	uint32_t hole_seq, hole_end, hole_us;
	uint32_t ts_value; /* TCP: latest timestamp sent; see 'has_ts'. */
	/* Saturating. A gap: bytes that were acknowledged but never seen. */
	uint16_t retransmits, reorders, gaps;
	uint8_t flags; /* TCP flags seen, or-ed. */
	bool has_isn : 1, has_seq : 1, has_ack : 1, has_ts : 1;
	bool syn_again : 1;  /* The SYN was retransmitted. */
	bool reset : 1;      /* Sent the RST that closed the flow. */
	struct flow_rtt rtt; /* Of this side: others' data, its answers. */
};

/* What every packet needs comes first: a flow is six cache lines, and the
 * last one is left alone. */
struct flow {
	struct flow_key key;
	uint64_t last_us;
	uint8_t state;   /* enum flow_state */
	uint8_t segment; /* enum flow_segment of the packet touched last. */
	uint8_t client;  /* Endpoint 0 or 1. */
	uint8_t first_sender;  /* Endpoint of the first packet. */
	bool client_fixed : 1; /* The client's side is certain. */
	bool start_seen : 1;   /* Its first packet can be its beginning. */
	bool
	    settled : 1; /* Both sides took part: not given up before others. */
	bool decided : 1;        /* Inspection has ended. */
	bool turning : 1;        /* It has 'turns'. */
	bool carrying : 1;       /* It has 'within'. */
	bool sharding : 1;       /* It has 'shards'. */
	bool answering : 1;      /* It has 'answers'. */
	uint8_t carries;         /* enum packet_carrier seen inside. */
	uint8_t carried;         /* enum packet_carrier around it, innermost. */
	uint8_t depth;           /* Tunnels around it. */
	struct inspect *inspect; /* Borrowed from its pool, or null. */
	struct flow_side side[2]; /* As in the key. */
	union {
		struct { /* TCP; 0: not seen. */
			uint64_t syn_us, synack_us, ack_us;
		};
		struct again again; /* UDP. */
	};
	uint64_t first_us;
	uint64_t revised_us; /* Last revision, or first_us. */
	uint64_t told;       /* Rules told of so far, a bit each by hash. */
	uint64_t id; /* hash_identity of tuple, first time and packet. */
	uint64_t parent_id;
	uint8_t *facts; /* Signals kept after the inspection; owned. */
	uint32_t facts_size;
	uint32_t carrier_id;
	int16_t service;              /* Index into the settings, -1: none. */
	uint16_t rev;                 /* Revisions given so far. */
	uint8_t icmp_type, icmp_code; /* Of the first packet. */
	/* Counted from the decision on, one of them; owned. */
	union {
		struct turns *turns;
		struct within *within;
		struct shards *shards;
	};
	struct answers *answers; /* From the server's first payload; owned. */
};

/* Spans of 0 count as 1 s, but 'active_s': 0 is no revision. */
struct flow_limits {
	uint32_t flow_max;
	uint32_t tcp_idle_s, udp_idle_s, closed_idle_s, active_s;
	uint64_t seed;
};

struct flow_table;

/* Returns 0 or -ENOMEM. All memory is taken here. */
int flow_table_new(const struct flow_limits *limits, struct flow_table **table);
/* Frees the table; flows still in it are forgotten, with what they own. */
void flow_table_free(struct flow_table *table);

/* Finds or creates the flow of 'packet' (a level of 'stack') and counts the
 * packet in it. '*flow' stays owned by the table and is valid until it is
 * ended. '*from' is the sending endpoint. Of a new flow (flow_is_new) the
 * caller sets what the table cannot know: service, parent_id, depth, carried,
 * carrier_id. Outer levels with 'carries' set to CARRIER_NONE (a mirror's) do
 * not tell flows apart.
 *
 * Returns 0; FS_EFULL when no room is left: the caller evicts (see
 * flow_table_oldest) and calls again; or -EAGAIN when the packet begins
 * another flow, though its tuple is known (a SYN with another ISN, a packet
 * after the idle time): then '*flow' is the old one, to be ended by the
 * caller as flow_end_of() says, who then calls again. */
int flow_table_touch(struct flow_table *table, const struct packet_stack *stack,
    unsigned level, struct flow **flow, unsigned *from);

/* Whether the packet touched last was the flow's first one. */
static inline bool
flow_is_new(const struct flow *flow)
{
	return flow->side[0].packets + flow->side[1].packets == 1;
}

/* Why a flow that is over has ended, by its TCP state: closed, reset, or
 * idle. */
enum flow_end flow_end_of(const struct flow *flow);

/* Advances the clock; takes the next flow whose time has come: idle, closed
 * long enough, or at the active timeout when it had packets since the last
 * revision. '*end' says why: the caller ends the flow, except for
 * FLOW_END_NONE, a revision: the flow stays. '*at_us' is the time that has
 * come: the same, however far the clock is advanced at once.
 *
 * Returns the flow, or null when no more is due. */
struct flow *flow_table_due(struct flow_table *table, uint64_t now_us,
    enum flow_end *end, uint64_t *at_us);

/* The flow that was silent longest (to the second), for eviction; first
 * those that lose least: half-open, one-sided, or closed. Null when the table
 * is empty. */
struct flow *flow_table_oldest(struct flow_table *table);
/* Any flow, in order of first_us then id, for a flush; null when empty. */
struct flow *flow_table_first(struct flow_table *table);

/* Takes the flow out of the table and frees what it owns. */
void flow_table_end(struct flow_table *table, struct flow *flow);

uint32_t flow_table_count(const struct flow_table *table);

/* Whether its transport has ports: TCP, UDP, UDP-Lite, SCTP. */
bool flow_has_ports(const struct flow *flow);

/* Fixes the client's side: endpoint 0 or 1. */
void flow_set_client(struct flow *flow, unsigned endpoint);

/* Addresses and ports of an endpoint. */
struct fs_addr flow_addr(const struct flow *flow, unsigned endpoint);
/* Direction of what 'endpoint' sends: 0 client to server, 1 back. */
static inline unsigned
flow_dir(const struct flow *flow, unsigned endpoint)
{
	return endpoint != flow->client;
}
