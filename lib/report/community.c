#include "report/community.h"

#include <string.h>

#include "base/digest.h"

enum { ICMP = 1, TCP = 6, UDP = 17, ICMP6 = 58, SCTP = 132 };

/* One side as it is hashed. */
struct side {
	uint8_t addr[16];
	uint8_t port[2];
};

/* Types of ICMP that answer each other stand for ports, one for each side. */
static int
icmp_answer(uint8_t ip_proto, uint8_t type)
{
	static const struct {
		uint8_t ip_proto, one, other;
	} pairs[] = {
		{ ICMP, 0, 8 },
		{ ICMP, 9, 10 },
		{ ICMP, 13, 14 },
		{ ICMP, 15, 16 },
		{ ICMP, 17, 18 },
		{ ICMP6, 128, 129 },
		{ ICMP6, 130, 131 },
		{ ICMP6, 133, 134 },
		{ ICMP6, 135, 136 },
		{ ICMP6, 139, 140 },
		{ ICMP6, 144, 145 },
	};
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (pairs[i].ip_proto != ip_proto)
			continue;
		if (pairs[i].one == type)
			return pairs[i].other;
		if (pairs[i].other == type)
			return pairs[i].one;
	}
	return -1;
}

static bool
has_ports(uint8_t ip_proto)
{
	return ip_proto == TCP || ip_proto == UDP || ip_proto == SCTP ||
	    ip_proto == ICMP || ip_proto == ICMP6;
}

static void
set_port(struct side *side, int port)
{
	side->port[0] = (uint8_t)(port >> 8 & 0xff);
	side->port[1] = (uint8_t)(port & 0xff);
}

/* Sets both sides' ports. Returns whether the order of the sides must stay:
 * a message that nothing answers goes one way. */
static bool
set_ports(const struct fs_observation *flow, struct side side[2])
{
	int answer;

	if (flow->ip_proto != ICMP && flow->ip_proto != ICMP6) {
		set_port(&side[!flow->client_first],
		    flow->client_port > 0 ? flow->client_port : 0);
		set_port(&side[flow->client_first],
		    flow->server_port > 0 ? flow->server_port : 0);
		return false;
	}
	answer = icmp_answer(flow->ip_proto, flow->icmp_type);
	set_port(&side[0], flow->icmp_type);
	set_port(&side[1], answer >= 0 ? answer : flow->icmp_code);
	return answer < 0;
}

static void
put(uint8_t *bytes, size_t *size, const void *from, size_t count)
{
	memcpy(bytes + *size, from, count);
	*size += count;
}

void
community_id(const struct fs_observation *flow, char room[COMMUNITY_ID_SIZE])
{
	const size_t addr_size = flow->client.family == 4 ? 4 : 16;
	struct side side[2] = { 0 };
	const struct side *first = &side[0], *second = &side[1];
	const uint8_t seed[2] = { 0, 0 }, proto[2] = { flow->ip_proto, 0 };
	uint8_t bytes[2 + 32 + 2 + 4], sum[DIGEST_SHA1_SIZE];
	size_t size = 0;

	room[0] = '\0';
	if (flow->client.family == 0 ||
	    flow->client.family != flow->server.family)
		return;
	/* Side 0 sent the first packet. */
	memcpy(side[!flow->client_first].addr, flow->client.bytes, addr_size);
	memcpy(side[flow->client_first].addr, flow->server.bytes, addr_size);
	if (!set_ports(flow, side) &&
	    memcmp(first, second, sizeof(*first)) > 0) {
		first = &side[1];
		second = &side[0];
	}
	put(bytes, &size, seed, sizeof(seed));
	put(bytes, &size, first->addr, addr_size);
	put(bytes, &size, second->addr, addr_size);
	put(bytes, &size, proto, sizeof(proto));
	if (has_ports(flow->ip_proto)) {
		put(bytes, &size, first->port, sizeof(first->port));
		put(bytes, &size, second->port, sizeof(second->port));
	}
	if (!digest_sha1(bytes, size, sum))
		return;
	memcpy(room, "1:", 2);
	digest_base64(sum, sizeof(sum), room + 2);
}

void
community_of(const struct store_flow *row, char room[COMMUNITY_ID_SIZE])
{
	room[0] = '\0';
	if (!signals_known(&row->signals, SIGNAL_CLIENT_HIDDEN))
		community_id(&row->flow, room);
}
