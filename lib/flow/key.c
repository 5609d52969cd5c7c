#include "flow/key.h"

#include <string.h>

#include "base/hash.h"

enum {
	PROTO_ICMP = 1,
	PROTO_TCP = 6,
	PROTO_ICMP6 = 58,
	ICMP_ECHO_REPLY = 0,
	ICMP6_ECHO_REPLY = 129,
	/* Servers bind below it (RFC 6335), clients hardly ever. */
	PORT_SYSTEM_END = 1024,
	/* Between these two ends a port is neither's for sure. */
	PORT_SERVER_END = 10000,
	PORT_CLIENT = 32768,
	IDENTITY_SIZE = 53,
};

/* Tells the tunnels apart in which the same private addresses live. A
 * GTP tunnel has another number each way, so it is left out. */
static uint16_t
scope_of(const struct packet_stack *stack, unsigned level)
{
	uint32_t fold = 0;
	unsigned i;

	for (i = 0; i < level; i++) {
		const struct packet *outer = &stack->level[i];

		if (outer->carries == CARRIER_NONE)
			continue;
		fold = (fold ^ (uint32_t)outer->carries) * 0x9E3779B1u;
		if (outer->carries != CARRIER_GTP)
			fold = (fold ^ outer->carrier_id) * 0x85EBCA6Bu;
	}
	return (uint16_t)(fold ^ fold >> 16);
}

unsigned
key_of(const struct packet_stack *stack, unsigned level, struct flow_key *key)
{
	const struct packet *packet = &stack->level[level];
	int order = memcmp(packet->src.bytes, packet->dst.bytes,
	    sizeof(packet->src.bytes));
	unsigned from =
	    order > 0 || (order == 0 && packet->src_port > packet->dst_port);

	memcpy(key->addr[from], packet->src.bytes, sizeof(key->addr[from]));
	memcpy(key->addr[!from], packet->dst.bytes, sizeof(key->addr[from]));
	key->port[from] = packet->src_port;
	key->port[!from] = packet->dst_port;
	key->scope = scope_of(stack, level);
	key->ip_proto = packet->ip_proto;
	key->family = packet->src.family;
	return from;
}

static uint8_t *
put(uint8_t *at, uint64_t value, unsigned size)
{
	unsigned i;

	for (i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> 8 * (size - 1 - i));
	return at + size;
}

uint64_t
key_identity(const struct flow_key *key, const struct packet *packet,
    unsigned from, uint64_t time_us)
{
	uint8_t bytes[IDENTITY_SIZE], *at = bytes;
	bool tcp = packet->ip_proto == PROTO_TCP && !packet->later_fragment;
	uint64_t id;

	memcpy(at, key->addr, sizeof(key->addr));
	at = put(at + sizeof(key->addr), key->port[0], 2);
	at = put(at, key->port[1], 2);
	at = put(at, key->scope, 2);
	at = put(at, key->ip_proto, 1);
	at = put(at, key->family, 1);
	at = put(at, time_us, 8);
	at = put(at, from, 1);
	put(at, tcp ? packet->tcp.seq : packet->payload_size, 4);
	id = hash_identity(bytes, sizeof(bytes));
	return id != 0 ? id : 1;
}

static bool
from_server_port(const struct packet *packet)
{
	uint16_t src = packet->src_port, dst = packet->dst_port;

	if (!packet->has_ports)
		return false;
	if (src < PORT_SYSTEM_END)
		return dst >= PORT_SYSTEM_END;
	/* TCP without a SYN has begun before; other flows begin here. */
	return packet->ip_proto == PROTO_TCP && src < PORT_SERVER_END &&
	    dst >= PORT_CLIENT;
}

static bool
is_echo_reply(const struct packet *packet)
{
	return (packet->ip_proto == PROTO_ICMP &&
		   packet->icmp_type == ICMP_ECHO_REPLY) ||
	    (packet->ip_proto == PROTO_ICMP6 &&
		packet->icmp_type == ICMP6_ECHO_REPLY);
}

unsigned
key_client(const struct packet *packet, unsigned from)
{
	bool answer;

	if (packet->ip_proto == PROTO_TCP && !packet->later_fragment &&
	    (packet->tcp.flags & TCP_SYN))
		answer = packet->tcp.flags & TCP_ACK;
	else
		answer = from_server_port(packet) || is_echo_reply(packet);
	return answer ? !from : from;
}

uint64_t
key_pair(const uint8_t one[16], const uint8_t other[16], uint64_t seed)
{
	uint8_t both[2][16];
	unsigned first = memcmp(one, other, sizeof(both[0])) > 0;

	memcpy(both[first], one, sizeof(both[first]));
	memcpy(both[!first], other, sizeof(both[first]));
	return hash_seeded(both, sizeof(both), seed);
}
