/* Hand-made packets for the tests of the flow table. */
#pragma once

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "flow/flow.h"

enum {
	ICMP = 1,
	TCP = 6,
	UDP = 17,
	BUILD_START_US = 1000 * 1000 * 1000, /* Points in time begin here. */
};

static const int64_t SECOND = 1000 * 1000; /* In microseconds. */

static const struct flow_limits build_limits = {
	.flow_max = 64,
	.tcp_idle_s = 300,
	.udp_idle_s = 60,
	.closed_idle_s = 10,
	.active_s = 0,
	.seed = 7,
};

/* Aborts without memory. */
struct flow_table *build_table(const struct flow_limits *limits);

/* A point in time, counted from BUILD_START_US. */
uint64_t build_at(int64_t us);

/* A packet without payload between two IPv4 endpoints, which are told apart
 * by their last bytes. */
struct packet build_packet(uint8_t proto, uint8_t src, uint16_t src_port,
    uint8_t dst, uint16_t dst_port);
/* A packet between the client of this number and one server. */
struct packet build_numbered(uint8_t proto, uint32_t number, bool back);
/* The packet with these numbers. */
struct packet build_flags(struct packet packet, uint8_t flags, uint32_t seq,
    uint32_t ack);
struct packet build_payload(struct packet packet, uint32_t size);

/* Touches the table at a time counted from BUILD_START_US; ends what stands
 * in the way, which '*ended' counts when it is not null. */
struct flow *build_touch(struct flow_table *table, const struct packet *packet,
    int64_t at_us, unsigned *from, unsigned *ended);
