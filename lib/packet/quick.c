#include "packet/quick.h"

#include <string.h>

#include "packet/layers.h"

enum {
	LINK_ETHER = 1,
	LINK_RAW = 12,
	LINK_RAW_FILE = 101,
	MAC_SIZE = 12,
	IP4_REST = 12,       /* Of the addresses. */
	FRAGMENTED = 0x3fff, /* More fragments, or an offset. */
};

static bool
is_tunnel_port(uint16_t port)
{
	switch (port) {
	case PORT_GTP:
	case PORT_TEREDO:
	case PORT_VXLAN:
	case PORT_VXLAN_GPE:
	case PORT_GENEVE:
	case PORT_VXLAN_LINUX: return true;
	default: return false;
	}
}

/* 'head' is behind the IP header. */
static bool
carries_nothing(uint8_t ip_proto, struct cursor head)
{
	uint16_t src, dst;

	switch (ip_proto) {
	case IP_TCP:
	case IP_ICMP:
	case IP_ICMP6:
	case IP_ESP: return true;
	case IP_UDP:
		return cursor_u16(&head, &src) && cursor_u16(&head, &dst) &&
		    !is_tunnel_port(src) && !is_tunnel_port(dst);
	default: return false;
	}
}

static bool
quick_ip4(struct cursor ip, struct quick *quick)
{
	struct cursor head = ip;
	uint16_t fragment, total;
	uint8_t first, ip_proto;
	uint32_t skip;

	if (!cursor_u8(&ip, &first) || !cursor_skip(&ip, 1) ||
	    !cursor_u16(&ip, &total) || !cursor_skip(&ip, 2) ||
	    !cursor_u16(&ip, &fragment) || !cursor_skip(&ip, 1) ||
	    !cursor_u8(&ip, &ip_proto) || !cursor_skip(&ip, 2) ||
	    !cursor_copy(&ip, quick->addr[0], 4) ||
	    !cursor_copy(&ip, quick->addr[1], 4))
		return false;
	memset(quick->addr[0] + 4, 0, IP4_REST);
	memset(quick->addr[1] + 4, 0, IP4_REST);
	skip = (first & 0x0fu) * 4;
	return (fragment & FRAGMENTED) == 0 && cursor_skip(&head, skip) &&
	    carries_nothing(ip_proto, head);
}

static bool
quick_ip6(struct cursor ip, struct quick *quick)
{
	uint8_t next;

	return cursor_skip(&ip, 6) && cursor_u8(&ip, &next) &&
	    cursor_skip(&ip, 1) &&
	    cursor_copy(&ip, quick->addr[0], sizeof(quick->addr[0])) &&
	    cursor_copy(&ip, quick->addr[1], sizeof(quick->addr[1])) &&
	    carries_nothing(next, ip);
}

/* By the Ethernet type, behind any tags. */
static bool
quick_type(struct cursor bytes, struct quick *quick)
{
	uint16_t type;
	unsigned tags;

	for (tags = 0; tags < PACKET_TAGS; tags++) {
		if (!cursor_u16(&bytes, &type))
			return false;
		if (type == ETHER_IP4)
			return bytes.left > 0 && bytes.at[0] >> 4 == 4 &&
			    quick_ip4(bytes, quick);
		if (type == ETHER_IP6)
			return bytes.left > 0 && bytes.at[0] >> 4 == 6 &&
			    quick_ip6(bytes, quick);
		if ((type != ETHER_VLAN && type != ETHER_QINQ) ||
		    !cursor_skip(&bytes, 2))
			return false;
	}
	return false;
}

bool
quick_addresses(const struct fs_frame *frame, struct quick *quick)
{
	struct cursor bytes = cursor_of(frame->bytes, frame->size);

	switch (frame->link) {
	case LINK_ETHER:
		return cursor_skip(&bytes, MAC_SIZE) &&
		    quick_type(bytes, quick);
	case LINK_RAW:
	case LINK_RAW_FILE:
		if (bytes.left == 0)
			return false;
		return bytes.at[0] >> 4 == 4
		    ? quick_ip4(bytes, quick)
		    : bytes.at[0] >> 4 == 6 && quick_ip6(bytes, quick);
	default: return false;
	}
}

bool
quick_may_carry(const struct packet *packet)
{
	switch (packet->ip_proto) {
	case IP_GRE:
	case IP_IP4:
	case IP_IP6: return true;
	case IP_UDP:
		return is_tunnel_port(packet->src_port) ||
		    is_tunnel_port(packet->dst_port);
	default: return false;
	}
}
