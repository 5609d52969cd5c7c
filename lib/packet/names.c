#include "packet/packet.h"

#include <string.h>

static const char *const carriers[CARRIER_COUNT] = {
	[CARRIER_NONE] = "",
	[CARRIER_GRE] = "gre",
	[CARRIER_ERSPAN] = "erspan",
	[CARRIER_EOIP] = "eoip",
	[CARRIER_IPIP] = "ipip",
	[CARRIER_6IN4] = "6in4",
	[CARRIER_4IN6] = "4in6",
	[CARRIER_6IN6] = "6in6",
	[CARRIER_VXLAN] = "vxlan",
	[CARRIER_GENEVE] = "geneve",
	[CARRIER_GTP] = "gtp",
	[CARRIER_TEREDO] = "teredo",
};

static const char *const drops[DROP_COUNT] = {
	[DROP_NONE] = "none",
	[DROP_LINK_TRUNCATED] = "link-truncated",
	[DROP_LINK_DAMAGED] = "link-damaged",
	[DROP_LINK_UNSUPPORTED] = "link-unsupported",
	[DROP_LINK_ENCRYPTED] = "link-encrypted",
	[DROP_NOT_IP] = "not-ip",
	[DROP_TAGS] = "tags",
	[DROP_PPPOE] = "pppoe",
	[DROP_MPLS] = "mpls",
	[DROP_IP4_TRUNCATED] = "ip4-truncated",
	[DROP_IP4_MALFORMED] = "ip4-malformed",
	[DROP_IP6_TRUNCATED] = "ip6-truncated",
	[DROP_IP6_MALFORMED] = "ip6-malformed",
	[DROP_FRAGMENT] = "fragment",
	[DROP_TCP_TRUNCATED] = "tcp-truncated",
	[DROP_TCP_MALFORMED] = "tcp-malformed",
	[DROP_UDP_TRUNCATED] = "udp-truncated",
	[DROP_UDP_MALFORMED] = "udp-malformed",
	[DROP_ICMP_TRUNCATED] = "icmp-truncated",
	[DROP_SCTP_TRUNCATED] = "sctp-truncated",
	[DROP_GRE_TRUNCATED] = "gre-truncated",
	[DROP_GRE_UNSUPPORTED] = "gre-unsupported",
	[DROP_TUNNEL_TRUNCATED] = "tunnel-truncated",
	[DROP_TUNNEL_MALFORMED] = "tunnel-malformed",
	[DROP_DEPTH] = "depth",
};

const char *
packet_carrier_name(enum packet_carrier carrier)
{
	return (unsigned)carrier < CARRIER_COUNT ? carriers[carrier] : "";
}

enum packet_carrier
packet_carrier_find(const char *name)
{
	unsigned i;

	for (i = CARRIER_NONE + 1; i < CARRIER_COUNT; i++)
		if (strcmp(carriers[i], name) == 0)
			return (enum packet_carrier)i;
	return CARRIER_NONE;
}

const char *
packet_drop_name(enum packet_drop drop)
{
	return (unsigned)drop < DROP_COUNT ? drops[drop] : "unknown";
}
