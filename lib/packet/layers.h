/* Inside the packet stage: the readers of single layers and what they hand
 * each other.
 *
 * A reader takes its header off 'layer' and says in it what comes next;
 * LAYER_END says that nothing does. It returns DROP_NONE, or why it could not
 * go on. Readers never call each other; packet_decode() does. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "packet/fragment.h"
#include "packet/packet.h"

enum layer_kind {
	LAYER_END,
	LAYER_ETHER,
	LAYER_TYPE, /* What an Ethernet type says. */
	LAYER_LLC,
	LAYER_SLL,
	LAYER_SLL2,
	LAYER_NULL,
	LAYER_PPPOE,
	LAYER_PPP,
	LAYER_HDLC, /* Cisco's. */
	LAYER_MPLS,
	LAYER_BACKBONE, /* IEEE 802.1ah */
	LAYER_NSH,
	LAYER_RADIO, /* IEEE 802.11 */
	LAYER_RADIOTAP,
	LAYER_PRISM,
	LAYER_AVS,
	LAYER_PPI,
	LAYER_FDDI,
	LAYER_RING,
	LAYER_ARCNET,
	LAYER_BARE_TYPE,
	LAYER_INFINIBAND,
	LAYER_DSA,
	LAYER_EDSA,
	LAYER_FRAME_RELAY,
	LAYER_MULTILINK,
	LAYER_CLIP,
	LAYER_SUNATM,
	LAYER_PPPD,
	LAYER_NFLOG,
	LAYER_PKTAP,
	LAYER_PFLOG,
	LAYER_ENC,
	LAYER_JUNIPER_ETHER,
	LAYER_JUNIPER_PPP,
	LAYER_JUNIPER_HDLC,
	LAYER_JUNIPER_FRAME_RELAY,
	LAYER_ERF,
	LAYER_IP, /* Version 4 or 6, as its first bits say. */
	LAYER_IP4,
	LAYER_IP6,
	LAYER_COUNT,
};

enum {                           /* Ethernet types */
	ETHER_LENGTH_MAX = 1500, /* At most this: a length, no type. */
	ETHER_IP4 = 0x0800,
	ETHER_ARP = 0x0806,
	ETHER_TRANSPARENT = 0x6558,
	ETHER_VLAN = 0x8100,
	ETHER_IP6 = 0x86dd,
	ETHER_MPLS = 0x8847,
	ETHER_MPLS_MULTICAST = 0x8848,
	ETHER_PPP = 0x880b,
	ETHER_WCCP = 0x883e,
	ETHER_PPPOE_DISCOVERY = 0x8863,
	ETHER_PPPOE = 0x8864,
	ETHER_ERSPAN3 = 0x22eb,
	ETHER_ERSPAN = 0x88be,
	ETHER_QINQ = 0x88a8,
	ETHER_BACKBONE = 0x88e7,
	ETHER_CISCO_META = 0x8909,
	ETHER_VN_TAG = 0x8926,
	ETHER_E_TAG = 0x893f, /* IEEE 802.1BR */
	ETHER_NSH = 0x894f,
	ETHER_QINQ_OLD = 0x9100,
};

enum { /* IP protocols */
	IP_HOP_BY_HOP = 0,
	IP_ICMP = 1,
	IP_IP4 = 4,
	IP_TCP = 6,
	IP_UDP = 17,
	IP_IP6 = 41,
	IP_ROUTING = 43,
	IP_FRAGMENT = 44,
	IP_GRE = 47,
	IP_ESP = 50,
	IP_AH = 51,
	IP_ICMP6 = 58,
	IP_NONE = 59,
	IP_DESTINATION = 60,
	IP_SCTP = 132,
	IP_MOBILITY = 135,
	IP_UDPLITE = 136,
	IP_HIP = 139,
	IP_SHIM6 = 140,
};

enum { /* UDP ports of tunnels */
	PORT_GTP = 2152,
	PORT_TEREDO = 3544,
	PORT_VXLAN = 4789,
	PORT_VXLAN_GPE = 4790,
	PORT_GENEVE = 6081,
	PORT_VXLAN_LINUX = 8472, /* Linux's before RFC 7348. */
};

/* What is still to be read. 'cut' counts the bytes that were sent after
 * 'bytes' but not captured, or lie in another fragment. */
struct layer {
	enum layer_kind kind;
	uint16_t type; /* LAYER_TYPE */
	uint32_t cut;
	struct cursor bytes;
};

/* One frame being taken apart. */
struct decode {
	struct fragments *fragments; /* Borrowed. */
	struct packet_stack *stack;  /* Borrowed. */
	/* The last level is a tunnel by its port alone: it counts as one when
	 * an IP header is found in it. */
	bool by_port;
};

/* Wire bytes that are left. */
static inline uint32_t
layer_size(const struct layer *layer)
{
	return (uint32_t)layer->bytes.left + layer->cut;
}

/* Says that 'size' wire bytes are left, as a header has it. */
static inline void
layer_trim(struct layer *layer, uint32_t size)
{
	if (size <= layer->bytes.left) {
		layer->bytes.left = size;
		layer->cut = 0;
	} else {
		layer->cut = size - (uint32_t)layer->bytes.left;
	}
}

/* Passes over 'size' wire bytes, as far as they were captured. */
static inline void
layer_skip(struct layer *layer, uint32_t size)
{
	uint32_t left = (uint32_t)layer->bytes.left;

	if (size <= left) {
		layer->bytes = cursor_of(layer->bytes.at + size, left - size);
		return;
	}
	layer->bytes = cursor_of(layer->bytes.at + left, 0);
	layer->cut -= size - left < layer->cut ? size - left : layer->cut;
}

/* A header ends before it should: by the capture's fault or by its own. */
static inline enum packet_drop
layer_short(const struct layer *layer, enum packet_drop truncated,
    enum packet_drop malformed)
{
	return layer->cut > 0 ? truncated : malformed;
}

static inline enum packet_drop
layer_next(struct layer *layer, enum layer_kind kind)
{
	layer->kind = kind;
	return DROP_NONE;
}

static inline enum packet_drop
layer_next_type(struct layer *layer, uint16_t type)
{
	layer->type = type;
	return layer_next(layer, LAYER_TYPE);
}

static inline bool
layer_u16le(struct layer *layer, uint16_t *value)
{
	if (!cursor_u16(&layer->bytes, value))
		return false;
	*value = __builtin_bswap16(*value);
	return true;
}

static inline bool
layer_u32le(struct layer *layer, uint32_t *value)
{
	if (!cursor_u32(&layer->bytes, value))
		return false;
	*value = __builtin_bswap32(*value);
	return true;
}

/* packet.c: what a link type (DLT_*) begins with. */
enum packet_drop layer_next_link(struct layer *layer, uint32_t link);

/* link.c */
enum packet_drop ether_read(struct decode *decode, struct layer *layer);
enum packet_drop type_read(struct decode *decode, struct layer *layer);
enum packet_drop llc_read(struct decode *decode, struct layer *layer);
enum packet_drop sll_read(struct decode *decode, struct layer *layer);
enum packet_drop sll2_read(struct decode *decode, struct layer *layer);
enum packet_drop null_read(struct decode *decode, struct layer *layer);
/* What an address family says, by the numbers of the BSDs, Darwin and
 * Linux. */
enum packet_drop layer_next_family(struct layer *layer, uint32_t family);

/* radio.c */
enum packet_drop radio_read(struct decode *decode, struct layer *layer);
enum packet_drop radiotap_read(struct decode *decode, struct layer *layer);
enum packet_drop prism_read(struct decode *decode, struct layer *layer);
enum packet_drop avs_read(struct decode *decode, struct layer *layer);
enum packet_drop ppi_read(struct decode *decode, struct layer *layer);

/* wide.c */
enum packet_drop fddi_read(struct decode *decode, struct layer *layer);
enum packet_drop ring_read(struct decode *decode, struct layer *layer);
enum packet_drop arcnet_read(struct decode *decode, struct layer *layer);
enum packet_drop bare_type_read(struct decode *decode, struct layer *layer);
enum packet_drop infiniband_read(struct decode *decode, struct layer *layer);
enum packet_drop dsa_read(struct decode *decode, struct layer *layer);
enum packet_drop edsa_read(struct decode *decode, struct layer *layer);
enum packet_drop frame_relay_read(struct decode *decode, struct layer *layer);
enum packet_drop multilink_read(struct decode *decode, struct layer *layer);
enum packet_drop clip_read(struct decode *decode, struct layer *layer);
enum packet_drop sunatm_read(struct decode *decode, struct layer *layer);
enum packet_drop pppd_read(struct decode *decode, struct layer *layer);

/* wrapped.c */
enum packet_drop nflog_read(struct decode *decode, struct layer *layer);
enum packet_drop pktap_read(struct decode *decode, struct layer *layer);
enum packet_drop pflog_read(struct decode *decode, struct layer *layer);
enum packet_drop enc_read(struct decode *decode, struct layer *layer);
enum packet_drop juniper_ether_read(struct decode *decode, struct layer *layer);
enum packet_drop juniper_ppp_read(struct decode *decode, struct layer *layer);
enum packet_drop juniper_hdlc_read(struct decode *decode, struct layer *layer);
enum packet_drop juniper_frame_relay_read(struct decode *decode,
    struct layer *layer);
enum packet_drop erf_read(struct decode *decode, struct layer *layer);

/* label.c */
enum packet_drop pppoe_read(struct decode *decode, struct layer *layer);
enum packet_drop ppp_read(struct decode *decode, struct layer *layer);
enum packet_drop hdlc_read(struct decode *decode, struct layer *layer);
enum packet_drop mpls_read(struct decode *decode, struct layer *layer);
enum packet_drop backbone_read(struct decode *decode, struct layer *layer);
enum packet_drop nsh_read(struct decode *decode, struct layer *layer);
/* What the numbers that NSH and VXLAN-GPE share say. */
enum packet_drop layer_next_service(struct layer *layer, uint8_t next);

/* ip.c: each adds a level to the stack, and leaves the next layer where the
 * level carries one. */
enum packet_drop ip_read(struct decode *decode, struct layer *layer);
enum packet_drop ip4_read(struct decode *decode, struct layer *layer);
enum packet_drop ip6_read(struct decode *decode, struct layer *layer);

/* transport.c: reads the transport header of 'packet', whose addresses and
 * protocol are known, and sets its payload; 'layer' becomes that payload. */
enum packet_drop transport_read(struct packet *packet, struct layer *layer);

/* tunnel.c: says in 'layer' what the payload of 'packet' carries. */
enum packet_drop tunnel_read(struct decode *decode, struct packet *packet,
    struct layer *layer);

/* gre.c: the same, for protocol 47. */
enum packet_drop gre_read(struct packet *packet, struct layer *layer);
