/* Hand-made packets for the tests of the flow table. */
#pragma once

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "flow/flow.h"

enum {
	BUILD_START_US = 1000 * 1000 * 1000, /* Points in time begin here. */
	BUILD_SECOND_US = 1000 * 1000,
};

static const struct flow_limits build_limits = {
	.flow_max = 64,
	.tcp_idle_s = 300,
	.udp_idle_s = 60,
	.closed_idle_s = 10,
	.active_s = 0,
	.seed = 7,
};

__attribute__((unused)) static struct flow_table *
build_table(const struct flow_limits *limits)
{
	struct flow_table *table;

	if (flow_table_new(limits, &table) < 0)
		abort();
	return table;
}

/* A packet without payload between two IPv4 endpoints, which are told apart
 * by their last bytes. */
static inline struct packet
build_packet(uint8_t proto, uint8_t src, uint16_t src_port, uint8_t dst,
    uint16_t dst_port)
{
	return (struct packet){
		.src = { { 198, 51, 100, src }, 4 },
		.dst = { { 198, 51, 100, dst }, 4 },
		.src_port = src_port,
		.dst_port = dst_port,
		.has_ports = src_port != 0 || dst_port != 0,
		.ip_proto = proto,
		.ip_size = 40,
	};
}

/* Touches the table; ends what stands in the way, which '*ended' counts when
 * it is not null. 'at_us' counts from BUILD_START_US. */
__attribute__((unused)) static struct flow *
build_touch(struct flow_table *table, const struct packet *packet,
    int64_t at_us, unsigned *from, unsigned *ended)
{
	struct packet_stack stack = { .count = 1,
		.time_us = (uint64_t)(BUILD_START_US + at_us) };
	struct flow *flow;
	int rc;

	stack.level[0] = *packet;
	while ((rc = flow_table_touch(table, &stack, 0, &flow, from)) < 0) {
		if (rc == FS_EFULL)
			flow = flow_table_oldest(table);
		else if (rc != -EAGAIN)
			abort();
		flow_table_end(table, flow);
		if (ended != NULL)
			(*ended)++;
	}
	return flow;
}
