/* The flow table: who is whose flow, and who is the client. */
#include "flow/flow.h"

#include <stdio.h>

#include "test/unit/flow/build.h"
#include "test/unit/tap.h"

/* ---- Both directions are one flow -------------------------------------- */

static void
test_two_ways(void)
{
	struct flow_table *table = build_table(&build_limits);
	struct packet there =
	    build_payload(build_packet(UDP, 1, 5000, 2, 53), 30);
	struct packet back =
	    build_payload(build_packet(UDP, 2, 53, 1, 5000), 300);
	struct packet other = build_packet(UDP, 1, 5001, 2, 53);
	struct packet tcp =
	    build_flags(build_packet(TCP, 1, 5000, 2, 53), TCP_SYN, 1, 0);
	struct flow *flow, *second;
	unsigned from, from_back;

	flow = build_touch(table, &there, 0, &from, NULL);
	tap_ok(flow_is_new(flow), "the first packet makes a flow");
	tap_int(flow->state, FLOW_NEW, "one side has spoken");
	second = build_touch(table, &back, 1000, &from_back, NULL);
	tap_ok(second == flow && from != from_back, "its answer belongs to it");
	tap_ok(!flow_is_new(flow), "which is not new then");
	tap_int(flow->state, FLOW_OPEN, "both sides have spoken");
	tap_ok(build_touch(table, &other, 2000, &from, NULL) != flow,
	    "another port is another flow");
	tap_ok(build_touch(table, &tcp, 2000, &from, NULL) != flow,
	    "another protocol, too");
	tap_int(flow_table_count(table), 3, "three flows");

	from = !from_back;
	tap_int((long long)flow->side[from].packets, 1, "packets there");
	tap_int((long long)flow->side[from].bytes, 70, "bytes there");
	tap_int((long long)flow->side[!from].payload_bytes, 300,
	    "payload back");
	tap_int(flow->side[!from].payload_packets, 1, "packets with payload");
	tap_int((long long)(flow->last_us - flow->first_us), 1000, "duration");
	tap_int(flow->segment, SEGMENT_NEW, "a datagram is new");
	flow_table_free(table);
	flow_table_free(NULL);
}

/* Addresses and ports come back as they went in. */
static void
test_addresses(void)
{
	struct flow_table *table = build_table(&build_limits);
	struct packet packet = build_packet(UDP, 9, 1234, 5, 4321);
	struct fs_addr addr;
	struct flow *flow;
	unsigned from;

	packet.src =
	    (struct fs_addr){ .bytes = { 0x20, 1, 0xd, 0xb8, [15] = 7 },
		    .family = 6 };
	packet.dst =
	    (struct fs_addr){ .bytes = { 0x20, 1, 0xd, 0xb8, [15] = 3 },
		    .family = 6 };
	flow = build_touch(table, &packet, 0, &from, NULL);
	addr = flow_addr(flow, from);
	tap_bytes(&addr, sizeof(addr), &packet.src, sizeof(addr), "sender");
	addr = flow_addr(flow, !from);
	tap_bytes(&addr, sizeof(addr), &packet.dst, sizeof(addr), "receiver");
	tap_int(flow->key.port[from], 1234, "sender's port");
	tap_int(flow->key.port[!from], 4321, "receiver's port");
	tap_ok(memcmp(flow->key.addr[0], flow->key.addr[1], 16) < 0,
	    "the smaller address is endpoint 0");
	flow_table_free(table);
}

/* ---- The client's side ------------------------------------------------- */

struct side_case {
	const char *name;
	uint8_t proto;
	uint16_t src_port, dst_port; /* Of the first packet. */
	uint8_t flags[2];            /* Of it and of its answer; 0: none. */
	uint8_t icmp_type;
	bool sender_is_client, fixed, start_seen;
};

static const struct side_case side_cases[] = {
	{ "SYN", TCP, 40000, 443, { TCP_SYN }, 0, true, true, true },
	{ "SYN from a low port", TCP, 443, 40000, { TCP_SYN }, 0, true, true,
	    true },
	{ "SYN-ACK first", TCP, 443, 40000, { TCP_SYN | TCP_ACK }, 0, false,
	    true, true },
	{ "SYN-ACK first, odd ports", TCP, 40000, 443, { TCP_SYN | TCP_ACK }, 0,
	    false, true, true },
	{ "SYN, then SYN-ACK", TCP, 443, 40000, { TCP_SYN, TCP_SYN | TCP_ACK },
	    0, true, true, true },
	{ "midway, to a server's port", TCP, 40000, 443, { TCP_ACK, TCP_ACK },
	    0, true, false, false },
	{ "midway, from a server's port", TCP, 443, 40000, { TCP_ACK, TCP_ACK },
	    0, false, false, false },
	{ "midway, from a clearly lower port", TCP, 8443, 40000, { TCP_ACK }, 0,
	    false, false, false },
	{ "midway, neither port tells", TCP, 20000, 40000, { TCP_ACK }, 0, true,
	    false, false },
	{ "midway, both are servers' ports", TCP, 443, 80, { TCP_ACK }, 0, true,
	    false, false },
	{ "midway, a SYN-ACK late", TCP, 40000, 50000,
	    { TCP_ACK, TCP_SYN | TCP_ACK }, 0, true, true, true },
	{ "datagram to a server's port", UDP, 40000, 53, { 0 }, 0, true, false,
	    true },
	{ "datagram from a server's port", UDP, 53, 40000, { 0 }, 0, false,
	    false, true },
	{ "datagram between servers' ports", UDP, 500, 500, { 0 }, 0, true,
	    false, true },
	{ "datagram from a lower port", UDP, 1194, 51820, { 0 }, 0, true, false,
	    true },
	{ "echo request", ICMP, 0, 0, { 0 }, 8, true, false, true },
	{ "echo reply", ICMP, 0, 0, { 0 }, 0, false, false, true },
};

static void
test_client_side(void)
{
	size_t i;

	for (i = 0; i < sizeof(side_cases) / sizeof(side_cases[0]); i++) {
		const struct side_case *c = &side_cases[i];
		struct flow_table *table = build_table(&build_limits);
		struct packet first =
		    build_packet(c->proto, 1, c->src_port, 2, c->dst_port);
		struct packet answer =
		    build_packet(c->proto, 2, c->dst_port, 1, c->src_port);
		struct flow *flow;
		unsigned from;

		first = build_flags(first, c->flags[0], 1, 0);
		first.icmp_type = c->icmp_type;
		answer = build_flags(answer, c->flags[1], 9, 2);
		flow = build_touch(table, &first, 0, &from, NULL);
		tap_int(flow->first_sender, from, c->name);
		if (c->flags[1] != 0) {
			unsigned back;

			flow = build_touch(table, &answer, 500, &back, NULL);
		}
		tap_int(flow->client == from, c->sender_is_client,
		    "... whose client is it");
		tap_int(flow->client_fixed, c->fixed, "... is it certain");
		tap_int(flow->start_seen, c->start_seen, "... from its start");
		flow_table_free(table);
	}
}

static void
test_set_client(void)
{
	struct flow_table *table = build_table(&build_limits);
	struct packet midway =
	    build_flags(build_packet(TCP, 1, 40000, 2, 443), TCP_ACK, 1, 1);
	struct packet syn =
	    build_flags(build_packet(TCP, 1, 40000, 2, 443), TCP_SYN, 0, 0);
	struct flow *flow;
	unsigned from;

	flow = build_touch(table, &midway, 0, &from, NULL);
	flow_set_client(flow, !from);
	flow = build_touch(table, &syn, 10, &from, NULL);
	tap_int(flow->client, !from, "a SYN does not move who was fixed");
	tap_int(flow_dir(flow, from), 1, "he sends from server to client");
	flow_table_free(table);
}

/* ---- What is inside a tunnel ------------------------------------------- */

static uint64_t
tunnelled(struct flow_table *table, enum packet_carrier carrier, uint32_t id,
    bool back)
{
	struct packet_stack stack = { .count = 2, .time_us = build_at(0) };
	struct flow *flow = NULL;
	unsigned from;

	stack.level[0] = build_numbered(UDP, 7, back);
	stack.level[0].carries = carrier;
	stack.level[0].carrier_id = id;
	stack.level[1] = build_numbered(TCP, 1, back);
	if (flow_table_touch(table, &stack, 1, &flow, &from) < 0)
		return 0;
	return flow->id;
}

static void
test_scope(void)
{
	struct flow_table *table = build_table(&build_limits);
	uint64_t five = tunnelled(table, CARRIER_VXLAN, 5, false);
	uint64_t plain = tunnelled(table, CARRIER_NONE, 0, false);
	uint64_t gtp = tunnelled(table, CARRIER_GTP, 5, false);

	tap_ok(tunnelled(table, CARRIER_VXLAN, 5, true) == five,
	    "both ways of a tunnel are one flow");
	tap_ok(tunnelled(table, CARRIER_VXLAN, 6, false) != five,
	    "another tunnel's private addresses are others");
	tap_ok(plain != five && gtp != five, "as is another carrier");
	tap_ok(tunnelled(table, CARRIER_GTP, 6, true) == gtp,
	    "GTP's tunnels have a number each way");
	tap_ok(tunnelled(table, CARRIER_NONE, 9, false) == plain,
	    "a mirror's levels do not count");
	flow_table_free(table);
}

static void
test_fragments(void)
{
	struct flow_table *table = build_table(&build_limits);
	struct packet first =
	    build_payload(build_flags(build_packet(TCP, 1, 40000, 2, 443),
			      TCP_ACK, 1, 1),
		1400);
	struct packet later =
	    build_payload(build_flags(build_packet(TCP, 1, 40000, 2, 443),
			      TCP_RST, 9, 9),
		600);
	struct flow *flow;
	unsigned from;

	first.first_fragment = true;
	later.later_fragment = true;
	build_touch(table, &first, 0, &from, NULL);
	flow = build_touch(table, &later, 10, &from, NULL);
	tap_int((long long)flow->side[from].payload_bytes, 2000,
	    "a later fragment counts by its size");
	tap_int(flow->side[from].payload_packets, 1,
	    "not as a packet of its own");
	tap_int(flow->state, FLOW_NEW, "what it has for flags is not read");
	flow_table_free(table);
}

int
main(void)
{
	test_two_ways();
	test_addresses();
	test_client_side();
	test_set_client();
	test_scope();
	test_fragments();
	return tap_done();
}
