#include <string.h>

#include "trial.h"

enum {
	LINK_ETHERNET = 1,
	PROTO_TCP = 6,
	ETHER_SIZE = 14,
	IP_SIZE = 20,
	TCP_SIZE = 20,
	UDP_SIZE = 8,
	TCP_SYN = 0x02,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10,
	CLIENT_PORT = 49152,
};

static const uint32_t client_net = 0x0a000000;  /* 10.0.0.0/8 */
static const uint32_t server_addr = 0xc6336401; /* 198.51.100.1 */

struct taker {
	struct trial_talk *talk;
	int (*take)(void *ctx, const struct fs_frame *frame);
	void *ctx;
	uint64_t now_us;
};

static void
put16(uint8_t *to, size_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

static void
put32(uint8_t *to, uint32_t value)
{
	put16(to, value >> 16);
	put16(to + 2, value & 0xffff);
}

static size_t
put_transport(struct trial_talk *talk, unsigned dir, uint8_t flags,
    size_t payload, uint8_t *to)
{
	put16(to, dir == 0 ? CLIENT_PORT : talk->test->port);
	put16(to + 2, dir == 0 ? talk->test->port : CLIENT_PORT);
	if (talk->test->ip_proto != PROTO_TCP) {
		put16(to + 4, UDP_SIZE + payload);
		return UDP_SIZE;
	}
	put32(to + 4, talk->seq[dir]);
	put32(to + 8, flags & TCP_ACK ? talk->seq[!dir] : 0);
	to[12] = TCP_SIZE / 4 << 4;
	to[13] = flags;
	put16(to + 14, 65535);
	talk->seq[dir] += (uint32_t)payload + ((flags & TCP_SYN) != 0);
	return TCP_SIZE;
}

/* Sends one packet of which 'wire_size' bytes of payload were sent, and
 * 'size' captured. */
static int
send_packet(struct taker *taker, unsigned dir, uint8_t flags,
    const struct rule_packet *packet)
{
	struct trial_talk *talk = taker->talk;
	uint32_t client = client_net + talk->ordinal;
	uint8_t *frame = talk->bytes, *ip = frame + ETHER_SIZE;
	size_t head;

	memset(frame, 0, ETHER_SIZE + IP_SIZE + TCP_SIZE);
	put16(frame + 12, 0x0800);
	head = IP_SIZE +
	    put_transport(talk, dir, flags, packet->wire_size, ip + IP_SIZE);
	ip[0] = 0x45;
	put16(ip + 2, head + packet->wire_size);
	ip[8] = 64;
	ip[9] = talk->test->ip_proto;
	put32(ip + 12, dir == 0 ? client : server_addr);
	put32(ip + 16, dir == 0 ? server_addr : client);
	if (packet->size)
		memcpy(ip + head, packet->bytes, packet->size);
	return taker->take(taker->ctx,
	    &(struct fs_frame){ .bytes = frame,
		.size = (uint32_t)(ETHER_SIZE + head + packet->size),
		.wire_size = (uint32_t)(ETHER_SIZE + head + packet->wire_size),
		.time_us = taker->now_us,
		.link = LINK_ETHERNET });
}

static int
open_connection(struct taker *taker)
{
	static const struct rule_packet empty = { 0 };
	int rc;

	if ((rc = send_packet(taker, 0, TCP_SYN, &empty)) < 0 ||
	    (rc = send_packet(taker, 1, TCP_SYN | TCP_ACK, &empty)) < 0)
		return rc;
	return send_packet(taker, 0, TCP_ACK, &empty);
}

int
trial_talk(struct trial_talk *talk,
    int (*take)(void *ctx, const struct fs_frame *frame), void *ctx)
{
	const struct rule_test *test = talk->test;
	struct taker taker = { talk, take, ctx, talk->start_us };
	size_t i;
	int rc = 0;

	if (test->ip_proto == PROTO_TCP)
		rc = open_connection(&taker);
	for (i = 0; i < test->packet_count && rc >= 0; i++) {
		taker.now_us = talk->start_us + test->packets[i].at_us;
		rc = send_packet(&taker, test->packets[i].dir,
		    TCP_PSH | TCP_ACK, &test->packets[i]);
	}
	return rc;
}
