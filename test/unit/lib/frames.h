/* Builds Ethernet frames of IPv4 for tests of the engine. */
#pragma once

#include <stdint.h>
#include <string.h>

#include "flowscan.h"

enum { FRAME_ROOM = 2048, FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

struct endpoint {
	uint8_t addr[4];
	uint16_t port;
};

struct segment {
	const struct endpoint *from, *to;
	uint32_t seq, ack;
	uint8_t flags;
	const void *payload;
	size_t size;
};

static inline uint8_t *
put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
	return at + 2;
}

static inline uint8_t *
put32(uint8_t *at, uint32_t value)
{
	return put16(put16(at, value >> 16), value & 0xffff);
}

static inline uint8_t *
put_ip(uint8_t *at, const struct endpoint *from, const struct endpoint *to,
    uint8_t proto, size_t size)
{
	static const uint8_t ether[14] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2,
		8, 0 };

	memcpy(at, ether, sizeof(ether));
	at += sizeof(ether);
	*at++ = 0x45;
	*at++ = 0;
	at = put16(at, (unsigned)(20 + size));
	at = put32(at, 0x00004000);
	*at++ = 57;
	*at++ = proto;
	at = put16(at, 0);
	memcpy(at, from->addr, 4);
	memcpy(at + 4, to->addr, 4);
	return at + 8;
}

/* A SYN has the options MSS 1460, SACK, window scale 7. */
static inline size_t
put_tcp(uint8_t *room, const struct segment *segment)
{
	static const uint8_t options[12] = { 2, 4, 0x05, 0xb4, 4, 2, 1, 1, 1, 3,
		3, 7 };
	size_t extra = segment->flags & SYN ? sizeof(options) : 0;
	uint8_t *at = put_ip(room, segment->from, segment->to, 6,
	    20 + extra + segment->size);

	at = put16(at, segment->from->port);
	at = put16(at, segment->to->port);
	at = put32(at, segment->seq);
	at = put32(at, segment->ack);
	*at++ = (uint8_t)((20 + extra) / 4 << 4);
	*at++ = segment->flags;
	at = put16(at, 64240);
	at = put32(at, 0);
	memcpy(at, options, extra);
	at += extra;
	if (segment->size)
		memcpy(at, segment->payload, segment->size);
	return (size_t)(at - room) + segment->size;
}

static inline size_t
put_udp(uint8_t *room, const struct endpoint *from, const struct endpoint *to,
    const void *payload, size_t size)
{
	uint8_t *at = put_ip(room, from, to, 17, 8 + size);

	at = put16(at, from->port);
	at = put16(at, to->port);
	at = put16(at, (unsigned)(8 + size));
	at = put16(at, 0);
	memcpy(at, payload, size);
	return (size_t)(at - room) + size;
}

static inline int
give(struct fs_engine *engine, const uint8_t *bytes, size_t size,
    uint64_t time_us)
{
	struct fs_frame frame = { bytes, (uint32_t)size, (uint32_t)size,
		time_us, 1 };

	return fs_engine_frame(engine, &frame);
}

static inline int
give_tcp(struct fs_engine *engine, const struct segment *segment,
    uint64_t time_us)
{
	uint8_t room[FRAME_ROOM];

	return give(engine, room, put_tcp(room, segment), time_us);
}
