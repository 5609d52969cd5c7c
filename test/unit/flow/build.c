#include "test/unit/flow/build.h"

struct flow_table *
build_table(const struct flow_limits *limits)
{
	struct flow_table *table;

	if (flow_table_new(limits, &table) < 0)
		abort();
	return table;
}

uint64_t
build_at(int64_t us)
{
	return (uint64_t)(BUILD_START_US + us);
}

struct packet
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

struct packet
build_numbered(uint8_t proto, uint32_t number, bool back)
{
	struct packet packet = back ? build_packet(proto, 2, 443, 1, 40000)
				    : build_packet(proto, 1, 40000, 2, 443);
	struct fs_addr *addr = back ? &packet.dst : &packet.src;

	addr->bytes[0] = (uint8_t)(number >> 24);
	addr->bytes[1] = (uint8_t)(number >> 16);
	addr->bytes[2] = (uint8_t)(number >> 8);
	addr->bytes[3] = (uint8_t)number;
	return packet;
}

struct packet
build_flags(struct packet packet, uint8_t flags, uint32_t seq, uint32_t ack)
{
	packet.tcp.flags = flags;
	packet.tcp.seq = seq;
	packet.tcp.ack = ack;
	return packet;
}

struct packet
build_payload(struct packet packet, uint32_t size)
{
	packet.payload_size = size;
	packet.ip_size += size;
	return packet;
}

struct flow *
build_touch(struct flow_table *table, const struct packet *packet,
    int64_t at_us, unsigned *from, unsigned *ended)
{
	struct packet_stack stack = { .count = 1, .time_us = build_at(at_us) };
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
