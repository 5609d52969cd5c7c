/* Stage 2: frame -> packet.
 *
 * Takes a frame apart: link layer, tags, IP, encapsulations, transport. A
 * frame becomes a stack of packets: level 0 is the outermost IP packet, the
 * last one the innermost that could be read. Nothing is copied; all cursors
 * point into the frame. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "flowscan.h"

enum {
	PACKET_LEVELS = 6, /* IP headers in one frame. */
	PACKET_TAGS = 8,   /* VLAN tags or MPLS labels in a row. */
};

/* How the next level is carried. */
enum packet_carrier {
	CARRIER_NONE,
	CARRIER_GRE,
	CARRIER_ERSPAN,
	CARRIER_EOIP, /* MikroTik's Ethernet over IP. */
	CARRIER_IPIP, /* IPv4 in IPv4 */
	CARRIER_6IN4,
	CARRIER_4IN6,
	CARRIER_6IN6,
	CARRIER_VXLAN,
	CARRIER_GENEVE,
	CARRIER_GTP,
	CARRIER_TEREDO,
	CARRIER_COUNT,
};

/* "gre", "vxlan", ...; "" for none. */
const char *packet_carrier_name(enum packet_carrier carrier);
/* Returns the carrier, or CARRIER_NONE. */
enum packet_carrier packet_carrier_find(const char *name);

/* Why a frame, or an inner level of it, was not read further. */
enum packet_drop {
	DROP_NONE,
	DROP_LINK_TRUNCATED,
	DROP_LINK_DAMAGED, /* The receiver or the header itself says so. */
	DROP_LINK_UNSUPPORTED,
	DROP_LINK_ENCRYPTED, /* Radio, protected by its own keys. */
	DROP_NOT_IP, /* ARP, LLDP, ...: an Ethernet type that is no IP. */
	DROP_TAGS,   /* More tags or labels than we follow. */
	DROP_PPPOE,
	DROP_MPLS,
	DROP_IP4_TRUNCATED,
	DROP_IP4_MALFORMED,
	DROP_IP6_TRUNCATED,
	DROP_IP6_MALFORMED,
	DROP_FRAGMENT, /* A later fragment whose first was not seen. */
	DROP_TCP_TRUNCATED,
	DROP_TCP_MALFORMED,
	DROP_UDP_TRUNCATED,
	DROP_UDP_MALFORMED,
	DROP_ICMP_TRUNCATED,
	DROP_SCTP_TRUNCATED,
	DROP_GRE_TRUNCATED,
	DROP_GRE_UNSUPPORTED,
	DROP_TUNNEL_TRUNCATED, /* VXLAN, GENEVE, GTP, ERSPAN header. */
	DROP_TUNNEL_MALFORMED,
	DROP_DEPTH, /* Nested deeper than PACKET_LEVELS. */
	DROP_COUNT,
};

/* "ip4-truncated", ...: static strings. */
const char *packet_drop_name(enum packet_drop drop);

enum { /* tcp.flags */
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10,
	TCP_URG = 0x20,
	TCP_ECE = 0x40,
	TCP_CWR = 0x80,
};

enum { PACKET_OPTIONS_SIZE = 24 };

struct packet_tcp {
	uint32_t seq, ack;
	uint16_t window;
	uint8_t flags;
	bool has_timestamp, has_mss, has_scale, sack_permitted;
	uint8_t scale;
	uint16_t mss;
	uint32_t ts_value, ts_echo;
	/* Of a SYN: the kinds of its options in order, one byte each (1 is a
	 * NOP, 0 the end). Empty otherwise. */
	uint8_t options[PACKET_OPTIONS_SIZE];
	uint8_t option_count;
};

struct packet {
	struct fs_addr src, dst;
	uint16_t src_port, dst_port; /* 0 without ports. */
	uint8_t ip_proto;            /* Of the transport. */
	uint8_t ttl;
	uint8_t tos;
	uint8_t icmp_type, icmp_code;
	bool has_ports;
	bool dont_fragment;
	bool first_fragment; /* More fragments follow. */
	bool later_fragment; /* No transport header; ports by its first. */
	uint16_t ip_id;
	uint32_t flow_label;
	struct cursor ip;            /* From the IP header on, no trailer. */
	struct cursor payload;       /* Of the transport (of IP without one). */
	uint32_t ip_size;            /* Wire size from the IP header on. */
	uint32_t payload_size;       /* Wire size of the payload. */
	struct packet_tcp tcp;       /* When ip_proto is TCP (6). */
	enum packet_carrier carries; /* Of the level above this one. */
	uint32_t carrier_id;         /* VNI, GRE key, TEID, session; 0: none. */
};

struct packet_stack {
	uint64_t time_us;
	uint32_t wire_size;    /* Of the frame. */
	unsigned count;        /* Levels; 0: nothing was read. */
	enum packet_drop drop; /* Why it ended early, or DROP_NONE. */
	uint16_t vlan;         /* Outermost VLAN, 0: none. */
	struct packet level[PACKET_LEVELS];
};

/* Remembers first fragments, so that later ones find their flow. */
struct packet_decoder;

/* Returns null without memory. 'seed' keys its table. */
struct packet_decoder *packet_decoder_new(uint64_t seed);
void packet_decoder_free(struct packet_decoder *decoder);

/* Takes a frame apart.
 *
 * Returns 0 when stack->count > 0 ('drop' may still say why an inner level
 * was not read), or FS_ETRUNC, FS_EFORMAT, FS_EUNSUP with 'drop' set. */
int packet_decode(struct packet_decoder *decoder, const struct fs_frame *frame,
    struct packet_stack *stack);

/* Whether the link type (DLT_*) is one that we read. */
bool packet_link_known(int link);
