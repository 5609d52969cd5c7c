#include "packet/packet.h"

#include <stdio.h>

#include "test/unit/packet/build.h"
#include "test/unit/packet/check.h"

/* Every link layer, tag and encapsulation: what is read of a whole frame, and
 * what of one that was cut at any byte. */

enum {
	LINK_NULL = 0,
	LINK_ETH = 1,
	LINK_PPP = 9,
	LINK_RAW = 12,
	LINK_PPP_SERIAL = 50,
	LINK_PPP_ETHER = 51,
	LINK_HDLC = 104,
	LINK_LOOP = 108,
	LINK_SLL = 113,
	LINK_IP4 = 228,
	LINK_IP6 = 229,
	LINK_SLL2 = 276
};

struct row {
	const char *name;
	int link;
	struct piece frame[PIECES_MAX];
	/* Levels, innermost address, its protocol, port and payload. */
	unsigned count;
	uint8_t last;
	uint8_t ip_proto;
	uint16_t port;
	uint32_t payload_size;
	/* Of the outermost level. */
	enum packet_carrier carries;
	uint32_t carrier_id;
	uint16_t vlan;
};

static const struct row rows[] = {
	{ "ethernet", LINK_ETH,
	    { { ETH }, { IP4, 1 }, { UDP }, { DATA, 0, 5 } }, 1, 1, 17, 53, 5 },
	{ "ethernet, padded", LINK_ETH,
	    { { HEX, 0, 0,
		"02 00 00 00 00 02 02 00 00 00 00 01 08 00 "
		"45 00 00 1d 00 00 00 00 40 11 00 00 "
		"c0 00 02 01 c6 33 64 01 "
		"9c 40 00 35 00 09 00 00 61 "
		"00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00" } },
	    1, 1, 17, 53, 1 },
	{ "ethernet, IPv6", LINK_ETH,
	    { { ETH }, { IP6, 2 }, { TCP }, { DATA, 0, 3 } }, 1, 2, 6, 443, 3 },
	{ "802.3 with SNAP", LINK_ETH,
	    { { ETH }, { LLC }, { IP4, 1 }, { UDP }, { DATA, 0, 5 } }, 1, 1, 17,
	    53, 5 },
	{ "vlan", LINK_ETH,
	    { { ETH }, { VLAN, 0, 100 }, { IP4, 1 }, { TCP }, { DATA, 0, 1 } },
	    1, 1, 6, 443, 1, .vlan = 100 },
	{ "vlan around SNAP", LINK_ETH,
	    { { ETH }, { VLAN, 0, 7 }, { LLC }, { IP6, 1 }, { UDP } }, 1, 1, 17,
	    53, 0, .vlan = 7 },
	{ "QinQ", LINK_ETH,
	    { { ETH }, { QINQ, 0, 200 }, { VLAN, 0, 100 }, { IP4, 1 },
		{ TCP } },
	    1, 1, 6, 443, 0, .vlan = 200 },
	{ "old QinQ", LINK_ETH,
	    { { ETH }, { QINQ_OLD, 0, 201 }, { VLAN, 0, 100 }, { IP6, 1 },
		{ TCP } },
	    1, 1, 6, 443, 0, .vlan = 201 },
	{ "eight tags", LINK_ETH,
	    { { ETH }, { VLAN, 0, 1 }, { VLAN }, { VLAN }, { VLAN }, { VLAN },
		{ VLAN }, { VLAN }, { VLAN }, { IP4, 1 }, { TCP } },
	    1, 1, 6, 443, 0, .vlan = 1 },
	{ "VN-Tag, E-Tag, security group", LINK_ETH,
	    { { ETH }, { VN_TAG }, { E_TAG }, { VLAN, 0, 3 }, { META },
		{ IP4, 1 }, { TCP } },
	    1, 1, 6, 443, 0, .vlan = 3 },
	{ "cooked", LINK_SLL, { { SLL }, { IP4, 1 }, { UDP }, { DATA, 0, 5 } },
	    1, 1, 17, 53, 5 },
	{ "cooked, vlan", LINK_SLL,
	    { { SLL }, { VLAN, 0, 9 }, { IP6, 1 }, { UDP } }, 1, 1, 17, 53, 0,
	    .vlan = 9 },
	{ "cooked v2", LINK_SLL2,
	    { { SLL2 }, { IP6, 1 }, { UDP }, { DATA, 0, 5 } }, 1, 1, 17, 53,
	    5 },
	{ "raw IPv4", LINK_RAW, { { IP4, 1 }, { TCP } }, 1, 1, 6, 443, 0 },
	{ "raw IPv6", LINK_RAW, { { IP6, 1 }, { TCP } }, 1, 1, 6, 443, 0 },
	{ "IPv4 alone", LINK_IP4, { { IP4, 1 }, { TCP } }, 1, 1, 6, 443, 0 },
	{ "IPv6 alone", LINK_IP6, { { IP6, 1 }, { TCP } }, 1, 1, 6, 443, 0 },
	{ "null, little-endian", LINK_NULL,
	    { { NULL_LITTLE }, { IP4, 1 }, { TCP } }, 1, 1, 6, 443, 0 },
	{ "null, big-endian", LINK_NULL, { { NULL_BIG }, { IP6, 1 }, { TCP } },
	    1, 1, 6, 443, 0 },
	{ "null, Darwin's IPv6", LINK_NULL,
	    { { NULL_LITTLE }, { IP6, 1 }, { TCP } }, 1, 1, 6, 443, 0 },
	{ "loop", LINK_LOOP, { { NULL_BIG }, { IP4, 1 }, { TCP } }, 1, 1, 6,
	    443, 0 },
	{ "PPP", LINK_PPP, { { PPP }, { IP4, 1 }, { TCP } }, 1, 1, 6, 443, 0 },
	{ "PPP, address and control", LINK_PPP_SERIAL,
	    { { HEX, 0, 0, "ff 03" }, { PPP }, { IP6, 1 }, { TCP } }, 1, 1, 6,
	    443, 0 },
	{ "PPP, short protocol", LINK_PPP,
	    { { PPP_SHORT }, { IP4, 1 }, { TCP } }, 1, 1, 6, 443, 0 },
	{ "PPP, MPLS", LINK_PPP,
	    { { PPP }, { MPLS, 0, 16 }, { IP4, 1 }, { TCP } }, 1, 1, 6, 443,
	    0 },
	{ "Cisco HDLC", LINK_HDLC, { { HDLC }, { IP4, 1 }, { TCP } }, 1, 1, 6,
	    443, 0 },
	{ "Cisco HDLC on PPP's link type", LINK_PPP_SERIAL,
	    { { HDLC }, { IP6, 1 }, { TCP } }, 1, 1, 6, 443, 0 },
	{ "PPPoE", LINK_ETH,
	    { { ETH }, { PPPOE, 0, 5 }, { PPP }, { IP4, 1 }, { UDP } }, 1, 1,
	    17, 53, 0 },
	{ "PPPoE, IPv6 in a vlan", LINK_ETH,
	    { { ETH }, { VLAN, 0, 7 }, { PPPOE, 0, 5 }, { PPP }, { IP6, 1 },
		{ UDP } },
	    1, 1, 17, 53, 0, .vlan = 7 },
	{ "PPPoE alone", LINK_PPP_ETHER,
	    { { PPPOE, 0, 5 }, { PPP }, { IP4, 1 }, { UDP } }, 1, 1, 17, 53,
	    0 },
	{ "PPPoE bounds what it carries", LINK_ETH,
	    { { ETH, .type = 0x8864 }, { HEX, 0, 0, "11 00 00 05 00 1e 00 21" },
		{ HEX, 0, 0,
		    "45 00 00 00 00 00 00 00 40 01 00 00 "
		    "c0 00 02 01 c6 33 64 01" },
		{ ICMP }, { DATA, 0, 9 } },
	    1, 1, 1, 0, 0 },
	{ "MPLS", LINK_ETH,
	    { { ETH }, { MPLS, 0, 16 }, { MPLS, 0, 17 }, { IP4, 1 }, { TCP } },
	    1, 1, 6, 443, 0 },
	{ "MPLS, IPv6", LINK_ETH,
	    { { ETH }, { MPLS, 0, 16 }, { IP6, 1 }, { TCP } }, 1, 1, 6, 443,
	    0 },
	{ "MPLS, pseudo-wire", LINK_ETH,
	    { { ETH }, { MPLS, 0, 16 }, { CONTROL_WORD }, { ETH }, { IP4, 1 },
		{ TCP } },
	    1, 1, 6, 443, 0 },
	{ "MPLS, pseudo-wire without control word", LINK_ETH,
	    { { ETH }, { MPLS, 0, 16 }, { ETH }, { VLAN, 0, 4 }, { IP6, 1 },
		{ TCP } },
	    1, 1, 6, 443, 0, .vlan = 4 },
	{ "MPLS, pseudo-wire of 802.3", LINK_ETH,
	    { { ETH }, { MPLS, 0, 16 }, { CONTROL_WORD }, { ETH }, { LLC },
		{ IP4, 1 }, { TCP } },
	    1, 1, 6, 443, 0 },
	{ "IPv4 options", LINK_RAW,
	    { { IP4_OPTIONS, 1 }, { UDP }, { DATA, 0, 4 } }, 1, 1, 17, 53, 4 },
	{ "IPv6 extension headers", LINK_RAW,
	    { { IP6, 1 }, { HOP }, { DESTINATION }, { ROUTING },
		{ DESTINATION }, { UDP }, { DATA, 0, 4 } },
	    1, 1, 17, 53, 4 },
	{ "AH in IPv6 stays", LINK_RAW,
	    { { IP6, 1 }, { HOP }, { AH }, { UDP } }, 1, 1, 51, 0, 32 },
	{ "IPv6, a fragment that is whole", LINK_RAW,
	    { { IP6, 1 }, { FRAGMENT, 1, 0 }, { UDP }, { DATA, 0, 4 } }, 1, 1,
	    17, 53, 4 },
	{ "IPv6, nothing next", LINK_RAW, { { IP6, 1 } }, 1, 1, 59, 0, 0 },
	{ "TCP with options", LINK_RAW, { { IP4, 1 }, { SYN } }, 1, 1, 6, 443,
	    0 },
	{ "UDP-Lite", LINK_RAW, { { IP4, 1 }, { UDPLITE }, { DATA, 0, 9 } }, 1,
	    1, 136, 53, 9 },
	{ "ICMP", LINK_RAW, { { IP4, 1 }, { ICMP }, { DATA, 0, 9 } }, 1, 1, 1,
	    0, 9 },
	{ "ICMPv6", LINK_RAW, { { IP6, 1 }, { ICMP6 }, { DATA, 0, 9 } }, 1, 1,
	    58, 0, 9 },
	{ "SCTP", LINK_RAW, { { IP4, 1 }, { SCTP }, { DATA, 0, 9 } }, 1, 1, 132,
	    2905, 9 },
	{ "ESP", LINK_RAW, { { IP4, 1 }, { ESP }, { DATA, 0, 9 } }, 1, 1, 50, 0,
	    17 },
	{ "AH in IPv4 stays", LINK_RAW, { { IP4, 1 }, { AH }, { UDP } }, 1, 1,
	    51, 0, 32 },
	{ "L2TP stays", LINK_RAW,
	    { { IP4, 1 }, { UDP, 0, 1701 }, { DATA, 0, 9 } }, 1, 1, 17, 1701,
	    9 },
	{ "OSPF", LINK_RAW, { { IP4, 1 }, { DATA, 0, 89 } }, 1, 1, 89, 0, 89 },
	{ "GRE", LINK_ETH,
	    { { ETH }, { IP4, 1 }, { GRE }, { IP4, 2 }, { TCP },
		{ DATA, 0, 5 } },
	    2, 2, 6, 443, 5, CARRIER_GRE },
	{ "GRE with everything", LINK_RAW,
	    { { IP6, 1 }, { GRE_FULL, 0, 77 }, { IP6, 2 }, { TCP } }, 2, 2, 6,
	    443, 0, CARRIER_GRE, 77 },
	{ "GRE, Ethernet (NVGRE)", LINK_RAW,
	    { { IP4, 1 }, { GRE, 0, 77 }, { ETH }, { VLAN, 0, 5 }, { IP4, 2 },
		{ TCP } },
	    2, 2, 6, 443, 0, CARRIER_GRE, 77 },
	{ "GRE, MPLS", LINK_RAW,
	    { { IP4, 1 }, { GRE }, { MPLS, 0, 16 }, { IP4, 2 }, { TCP } }, 2, 2,
	    6, 443, 0, CARRIER_GRE },
	{ "GRE, WCCP", LINK_RAW,
	    { { IP4, 1 }, { GRE, .type = 0x883e }, { IP4, 2 }, { TCP } }, 2, 2,
	    6, 443, 0, CARRIER_GRE },
	{ "GRE, WCCP v2", LINK_RAW,
	    { { IP4, 1 }, { GRE, .type = 0x883e }, { HEX, 0, 0, "00 05 00 00" },
		{ IP4, 2 }, { TCP } },
	    2, 2, 6, 443, 0, CARRIER_GRE },
	{ "GRE, security group", LINK_RAW,
	    { { IP4, 1 }, { GRE, .type = 0x8909 },
		{ HEX, 0, 0, "08 00 01 01 00 01 00 05" }, { IP4, 2 }, { TCP } },
	    2, 2, 6, 443, 0, CARRIER_GRE },
	{ "GRE, unknown inside", LINK_RAW,
	    { { IP4, 1 }, { GRE, .type = 0x2001 }, { DATA, 0, 8 } }, 1, 1, 47,
	    0, 12, CARRIER_GRE },
	{ "PPTP", LINK_RAW,
	    { { IP4, 1 }, { PPTP, 0, 7 }, { HEX, 0, 0, "ff 03" }, { PPP },
		{ IP4, 2 }, { TCP } },
	    2, 2, 6, 443, 0, CARRIER_GRE },
	{ "PPTP, encrypted", LINK_RAW,
	    { { IP4, 1 }, { PPTP, 0, 7 }, { HEX, 0, 0, "00 fd 90 01 ab cd" } },
	    1, 1, 47, 0, 22, CARRIER_GRE },
	{ "PPTP, only confirms", LINK_RAW,
	    { { IP4, 1 },
		{ HEX, 0, 47, "20 81 88 0b 00 00 00 07 00 00 00 09" } },
	    1, 1, 47, 0, 12, CARRIER_GRE },
	{ "EoIP", LINK_RAW,
	    { { IP4, 1 }, { EOIP, 0, 300 }, { ETH }, { IP4, 2 }, { TCP } }, 2,
	    2, 6, 443, 0, CARRIER_EOIP, 300 },
	{ "EoIP, keep-alive", LINK_RAW, { { IP4, 1 }, { EOIP, 0, 300 } }, 1, 1,
	    47, 0, 8, CARRIER_EOIP, 300 },
	{ "EoIP bounds what it carries", LINK_RAW,
	    { { IP4, 1 }, { HEX, 0, 47, "20 01 64 00 00 2a 2c 01" },
		{ ETH, .type = 0x800 },
		{ HEX, 0, 0,
		    "45 00 00 00 00 00 00 00 40 01 00 00 "
		    "c0 00 02 02 c6 33 64 02" },
		{ ICMP }, { DATA, 0, 9 } },
	    2, 2, 1, 0, 0, CARRIER_EOIP, 300 },
	{ "ERSPAN I", LINK_RAW,
	    { { IP4, 1 }, { GRE }, { ERSPAN1 }, { ETH }, { IP4, 2 }, { TCP } },
	    2, 2, 6, 443, 0, CARRIER_ERSPAN },
	{ "ERSPAN II", LINK_RAW,
	    { { IP4, 1 }, { GRE }, { ERSPAN2, 0, 100 }, { ETH }, { IP4, 2 },
		{ TCP } },
	    2, 2, 6, 443, 0, CARRIER_ERSPAN, 100 },
	{ "ERSPAN III", LINK_RAW,
	    { { IP4, 1 }, { GRE }, { ERSPAN3, 0, 101 }, { ETH }, { IP6, 2 },
		{ TCP } },
	    2, 2, 6, 443, 0, CARRIER_ERSPAN, 101 },
	{ "ERSPAN III, IP inside", LINK_RAW,
	    { { IP4, 1 },
		{ HEX, 0, 47,
		    "10 00 22 eb 00 00 00 01 20 00 00 65 "
		    "00 00 00 00 00 00 08 00" },
		{ IP6, 2 }, { TCP } },
	    2, 2, 6, 443, 0, CARRIER_ERSPAN, 101 },
	{ "IPIP", LINK_RAW, { { IP4, 1 }, { IP4, 2 }, { TCP } }, 2, 2, 6, 443,
	    0, CARRIER_IPIP },
	{ "6in4", LINK_RAW, { { IP4, 1 }, { IP6, 2 }, { TCP } }, 2, 2, 6, 443,
	    0, CARRIER_6IN4 },
	{ "4in6", LINK_RAW, { { IP6, 1 }, { IP4, 2 }, { TCP } }, 2, 2, 6, 443,
	    0, CARRIER_4IN6 },
	{ "6in6 behind an option", LINK_RAW,
	    { { IP6, 1 }, { DESTINATION }, { IP6, 2 }, { TCP } }, 2, 2, 6, 443,
	    0, CARRIER_6IN6 },
	{ "VXLAN", LINK_ETH,
	    { { ETH }, { VLAN, 0, 8 }, { IP4, 1 }, { UDP }, { VXLAN, 0, 5001 },
		{ ETH }, { VLAN, 0, 9 }, { IP4, 2 }, { TCP }, { DATA, 0, 5 } },
	    2, 2, 6, 443, 5, CARRIER_VXLAN, 5001, 8 },
	{ "VXLAN, Linux's port", LINK_RAW,
	    { { IP4, 1 }, { UDP, 0, 8472 }, { VXLAN, 0, 1 }, { ETH },
		{ IP6, 2 }, { ICMP6 } },
	    2, 2, 58, 0, 0, CARRIER_VXLAN, 1 },
	{ "VXLAN with group policy", LINK_RAW,
	    { { IP4, 1 }, { UDP, 0, 4789 },
		{ HEX, 0, 0, "88 00 00 11 00 00 05 00" }, { ETH }, { IP4, 2 },
		{ TCP } },
	    2, 2, 6, 443, 0, CARRIER_VXLAN, 5 },
	{ "not VXLAN: no valid VNI", LINK_RAW,
	    { { IP4, 1 }, { UDP, 0, 4789 },
		{ HEX, 0, 0, "00 00 00 00 00 00 05 00" }, { ETH }, { IP4, 2 },
		{ TCP } },
	    1, 1, 17, 4789, 62 },
	{ "not VXLAN: something in the reserved bits", LINK_RAW,
	    { { IP4, 1 }, { UDP, 0, 4789 },
		{ HEX, 0, 0, "08 00 00 00 00 00 05 01" }, { ETH }, { IP4, 2 },
		{ TCP } },
	    1, 1, 17, 4789, 62 },
	{ "not VXLAN: no IP inside", LINK_RAW,
	    { { IP4, 1 }, { UDP }, { VXLAN, 0, 5 }, { ETH, .type = 0x88cc },
		{ DATA, 0, 20 } },
	    1, 1, 17, 4789, 42 },
	{ "not VXLAN: too short", LINK_RAW,
	    { { IP4, 1 }, { UDP, 0, 4789 },
		{ HEX, 0, 0, "08 00 00 00 00 00" } },
	    1, 1, 17, 4789, 6 },
	{ "VXLAN-GPE, IP", LINK_RAW,
	    { { IP4, 1 }, { UDP, 0, 4790 },
		{ HEX, 0, 0, "0c 00 00 01 00 00 05 00" }, { IP4, 2 }, { TCP } },
	    2, 2, 6, 443, 0, CARRIER_VXLAN, 5 },
	{ "VXLAN-GPE, a chain of services", LINK_RAW,
	    { { IP4, 1 }, { UDP, 0, 4790 },
		{ HEX, 0, 0, "0c 00 00 04 00 00 05 00" },
		{ HEX, 0, 0, "0f c2 02 03 00 00 01 ff" }, { ETH }, { IP4, 2 },
		{ TCP } },
	    2, 2, 6, 443, 0, CARRIER_VXLAN, 5 },
	{ "not VXLAN-GPE: no next protocol", LINK_RAW,
	    { { IP4, 1 }, { UDP, 0, 4790 },
		{ HEX, 0, 0, "08 00 00 01 00 00 05 00" }, { IP4, 2 }, { TCP } },
	    1, 1, 17, 4790, 48 },
	{ "GENEVE with options", LINK_RAW,
	    { { IP6, 1 }, { UDP }, { GENEVE, 0, 70 }, { ETH }, { IP4, 2 },
		{ TCP } },
	    2, 2, 6, 443, 0, CARRIER_GENEVE, 70 },
	{ "GENEVE, IPv6 inside", LINK_RAW,
	    { { IP4, 1 }, { UDP }, { GENEVE, 0, 70 }, { IP6, 2 }, { TCP } }, 2,
	    2, 6, 443, 0, CARRIER_GENEVE, 70 },
	{ "not GENEVE: version 1", LINK_RAW,
	    { { IP4, 1 }, { UDP, 0, 6081 },
		{ HEX, 0, 0, "40 00 08 00 00 00 05 00" }, { IP4, 2 }, { TCP } },
	    1, 1, 17, 6081, 48 },
	{ "GTP", LINK_RAW,
	    { { IP4, 1 }, { UDP }, { GTP, 0, 9 }, { IP4, 2 }, { TCP } }, 2, 2,
	    6, 443, 0, CARRIER_GTP, 9 },
	{ "GTP with an extension header", LINK_RAW,
	    { { IP4, 1 }, { UDP }, { GTP_EXTENDED, 0, 9 }, { IP6, 2 },
		{ TCP } },
	    2, 2, 6, 443, 0, CARRIER_GTP, 9 },
	{ "not GTP: an echo", LINK_RAW,
	    { { IP4, 1 }, { UDP, 0, 2152 },
		{ HEX, 0, 0, "32 01 00 04 00 00 00 00 00 01 00 00" } },
	    1, 1, 17, 2152, 12 },
	{ "not GTP: an end marker", LINK_RAW,
	    { { IP4, 1 }, { UDP, 0, 2152 },
		{ HEX, 0, 0, "30 fe 00 28 00 00 00 09" }, { IP4, 2 }, { TCP } },
	    1, 1, 17, 2152, 48 },
	{ "not GTP: longer than its datagram", LINK_RAW,
	    { { IP4, 1 }, { UDP, 0, 2152 },
		{ HEX, 0, 0, "30 ff 00 29 00 00 00 09" }, { IP4, 2 }, { TCP } },
	    1, 1, 17, 2152, 48 },
	{ "Teredo", LINK_RAW,
	    { { IP4, 1 }, { UDP }, { TEREDO }, { IP6_TEREDO, 2 }, { UDP } }, 2,
	    2, 17, 53, 0, CARRIER_TEREDO },
	{ "Teredo with indications", LINK_RAW,
	    { { IP4, 1 }, { UDP }, { TEREDO_FULL }, { IP6_TEREDO, 2 },
		{ ICMP6 } },
	    2, 2, 58, 0, 0, CARRIER_TEREDO },
	{ "Teredo, a bubble", LINK_RAW,
	    { { IP4, 1 }, { UDP }, { TEREDO }, { IP6_TEREDO, 2 } }, 2, 2, 59, 0,
	    0, CARRIER_TEREDO },
	{ "not Teredo: other addresses", LINK_RAW,
	    { { IP4, 1 }, { UDP, 0, 3544 }, { IP6, 2 }, { UDP } }, 1, 1, 17,
	    3544, 48 },
	{ "GRE in GRE in VXLAN in 6in4", LINK_ETH,
	    { { ETH }, { IP4, 1 }, { IP6, 2 }, { UDP }, { VXLAN, 0, 5 },
		{ ETH }, { IP4, 3 }, { GRE }, { IP4, 4 }, { GRE }, { IP4, 5 },
		{ TCP }, { DATA, 0, 5 } },
	    5, 5, 6, 443, 5, CARRIER_6IN4 },
	{ "as deep as it goes", LINK_RAW,
	    { { IP4, 1 }, { IP4, 2 }, { IP4, 3 }, { IP4, 4 }, { IP4, 5 },
		{ IP4, 6 }, { TCP } },
	    6, 6, 6, 443, 0, CARRIER_IPIP },
};

static bool
fits(const struct row *row, const struct packet_stack *stack)
{
	const struct packet *last = &stack->level[stack->count - 1];
	bool same = last->ip_proto == row->ip_proto &&
	    last->dst_port == row->port &&
	    last->has_ports == (row->port != 0) &&
	    last->payload_size == row->payload_size &&
	    last->src.bytes[last->src.family == 4 ? 3 : 15] == row->last &&
	    last->dst.bytes[last->dst.family == 4 ? 3 : 15] == row->last &&
	    last->carries == (row->count == 1 ? row->carries : CARRIER_NONE) &&
	    stack->level[0].carries == row->carries &&
	    stack->level[0].carrier_id == row->carrier_id &&
	    stack->vlan == row->vlan;

	if (!same)
		printf("# proto %u port %u payload %u carries '%s' id %u "
		       "vlan %u\n",
		    last->ip_proto, last->dst_port, last->payload_size,
		    packet_carrier_name(stack->level[0].carries),
		    stack->level[0].carrier_id, stack->vlan);
	return same;
}

static void
test_row(struct packet_decoder *decoder, const struct row *row,
    const struct fs_frame *frame)
{
	static struct packet_stack stack;
	int rc;

	memset(&stack, 0xa5, sizeof(stack)); /* Nothing may rest on zeros. */
	rc = packet_decode(decoder, frame, &stack);
	tap_ok(rc == 0 && stack.count == row->count &&
		check_stack(frame, &stack, rc) && fits(row, &stack),
	    "%s", row->name);
	if (rc != 0 || stack.count != row->count)
		printf("# rc %d count %u drop %s\n", rc, stack.count,
		    packet_drop_name(stack.drop));
}

static bool
is_malformed(enum packet_drop drop)
{
	return drop == DROP_IP4_MALFORMED || drop == DROP_IP6_MALFORMED ||
	    drop == DROP_TCP_MALFORMED || drop == DROP_UDP_MALFORMED ||
	    drop == DROP_TUNNEL_MALFORMED || drop == DROP_PPPOE;
}

/* A level of a frame that was cut says the same as in the whole one: sizes
 * are the wire's. */
static bool
same_level(const struct packet *cut, const struct packet *whole)
{
	return cut->ip_size == whole->ip_size &&
	    cut->payload_size == whole->payload_size &&
	    cut->ip_proto == whole->ip_proto &&
	    cut->src_port == whole->src_port &&
	    cut->dst_port == whole->dst_port &&
	    memcmp(&cut->src, &whole->src, sizeof(cut->src)) == 0 &&
	    memcmp(&cut->dst, &whole->dst, sizeof(cut->dst)) == 0;
}

static bool
cut_holds(struct packet_decoder *decoder, const struct fs_frame *frame,
    const struct packet_stack *whole, uint32_t size)
{
	uint8_t *bytes = tap_exact(frame->bytes, size);
	struct fs_frame cut = *frame;
	struct packet_stack stack;
	unsigned i;
	int rc;
	bool held;

	cut.bytes = bytes;
	cut.size = size;
	rc = packet_decode(decoder, &cut, &stack);
	held = check_stack(&cut, &stack, rc) && stack.count <= whole->count &&
	    !is_malformed(stack.drop);
	for (i = 0; held && i < stack.count; i++)
		held = same_level(&stack.level[i], &whole->level[i]);
	/* The same without knowing that it was cut: no harm. */
	cut.wire_size = size;
	rc = packet_decode(decoder, &cut, &stack);
	held = held && check_stack(&cut, &stack, rc);
	free(bytes);
	return held;
}

static void
test_cuts(struct packet_decoder *decoder, const struct row *row,
    const struct fs_frame *frame)
{
	struct packet_stack whole;
	uint32_t size = frame->size;

	if (packet_decode(decoder, frame, &whole) != 0)
		size = 0;
	while (size > 0 && cut_holds(decoder, frame, &whole, size - 1))
		size--;
	if (!tap_ok(size == 0, "%s, cut at every byte", row->name))
		printf("# fails at %u of %u\n", size - 1, frame->size);
}

int
main(void)
{
	struct packet_decoder *decoder = packet_decoder_new(7);
	struct frame_build built;
	struct fs_frame frame;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		build_frame(&built, rows[i].frame);
		frame = build_as(&built, rows[i].link);
		test_row(decoder, &rows[i], &frame);
		test_cuts(decoder, &rows[i], &frame);
	}
	packet_decoder_free(decoder);
	return tap_done();
}
