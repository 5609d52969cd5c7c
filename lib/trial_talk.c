#include <string.h>

#include "base/addr.h"
#include "trial.h"

enum {
	LINK_ETHERNET = 1,
	PROTO_TCP = 6,
	ETHER_SIZE = 14,
	IP4_SIZE = 20,
	IP6_SIZE = 40,
	ETHER_IP4 = 0x0800,
	ETHER_IP6 = 0x86dd,
	HOPS = 64,
	TCP_SIZE = 20,
	UDP_SIZE = 8,
	TCP_SYN = 0x02,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10,
	SERVER = 0x00ffffff, /* No test has this ordinal. */
};

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
	const struct rule_test *test = talk->test;

	put16(to, dir == 0 ? test->client_port : test->port);
	put16(to + 2, dir == 0 ? test->port : test->client_port);
	if (test->ip_proto != PROTO_TCP) {
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

/* Whom the test names, else somebody of the same family as 'other'. */
static struct fs_addr
host(const struct fs_addr *named, const struct fs_addr *other, uint32_t number)
{
	/* 10.0.0.0/8 and 2001:db8::/32 are nobody's. */
	uint8_t bytes[16] = { 0x20, 0x01, 0x0d, 0xb8 };

	if (named->family != 0)
		return *named;
	put32(bytes + 12, number);
	if (other->family == 6)
		return addr_v6(bytes);
	bytes[12] = 10;
	return addr_v4(bytes + 12);
}

static size_t
put_ip(const struct trial_talk *talk, unsigned dir, size_t payload, uint8_t *to)
{
	const struct rule_test *test = talk->test;
	struct fs_addr hosts[2] = {
		host(&test->client, &test->server, talk->ordinal & 0xffffff),
		host(&test->server, &test->client, SERVER),
	};

	if (hosts[0].family == 6) {
		to[0] = 0x60;
		put16(to + 4, payload);
		to[6] = test->ip_proto;
		to[7] = HOPS;
		memcpy(to + 8, hosts[dir].bytes, 16);
		memcpy(to + 24, hosts[!dir].bytes, 16);
		return IP6_SIZE;
	}
	to[0] = 0x45;
	put16(to + 2, IP4_SIZE + payload);
	to[8] = HOPS;
	to[9] = test->ip_proto;
	memcpy(to + 12, hosts[dir].bytes, 4);
	memcpy(to + 16, hosts[!dir].bytes, 4);
	return IP4_SIZE;
}

/* Sends one packet of which 'wire_size' bytes of payload were sent, and
 * 'size' captured. */
static int
send_packet(struct taker *taker, unsigned dir, uint8_t flags,
    const struct rule_packet *packet)
{
	struct trial_talk *talk = taker->talk;
	uint8_t *frame = talk->bytes, transport[TCP_SIZE] = { 0 };
	size_t head, ip;

	memset(frame, 0, ETHER_SIZE + IP6_SIZE);
	head = put_transport(talk, dir, flags, packet->wire_size, transport);
	ip = put_ip(talk, dir, head + packet->wire_size, frame + ETHER_SIZE);
	put16(frame + 12, ip == IP6_SIZE ? ETHER_IP6 : ETHER_IP4);
	memcpy(frame + ETHER_SIZE + ip, transport, head);
	head += ETHER_SIZE + ip;
	if (packet->size)
		memcpy(frame + head, packet->bytes, packet->size);
	return taker->take(taker->ctx,
	    &(struct fs_frame){ .bytes = frame,
		.size = (uint32_t)(head + packet->size),
		.wire_size = (uint32_t)(head + packet->wire_size),
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
