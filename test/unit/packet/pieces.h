/* The pieces of which frames are built; see build.h. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/tap.h"

enum { PIECES_MAX = 24, FRAME_SIZE = 4096 };

enum piece_kind {
	END,
	DATA, /* 'number' bytes */
	HEX,  /* 'hex' as it stands; 'number' is its type for what is below. */
	ETH,  /* 'number' overrides the type, as in all that have one. */
	LLC,  /* Length and SNAP header. */
	VLAN, /* 'number': identifier */
	QINQ,
	QINQ_OLD,
	VN_TAG,
	E_TAG,
	META,
	SLL,
	SLL2,
	NULL_LITTLE,
	NULL_BIG,
	MPLS, /* 'number': label */
	CONTROL_WORD,
	PPPOE,
	PPP,
	PPP_SHORT, /* Without address, control and the protocol's zero. */
	HDLC,
	IP4, /* 'n': last byte of both addresses */
	IP4_OPTIONS,
	IP6,
	IP6_TEREDO,
	HOP,
	ROUTING,
	DESTINATION,
	AH,
	FRAGMENT, /* 'number': offset and flag; 'n': identification */
	TCP,      /* 'number': destination port */
	SYN,      /* With options. */
	UDP,
	UDPLITE,
	ICMP,
	ICMP6,
	SCTP,
	ESP,
	GRE,      /* 'number' is the key, if any */
	GRE_FULL, /* With checksum, key and sequence. */
	PPTP,
	EOIP,
	ERSPAN1,
	ERSPAN2, /* 'number': session */
	ERSPAN3,
	VXLAN, /* 'number': VNI */
	GENEVE,
	GTP,
	GTP_EXTENDED,
	TEREDO,
	TEREDO_FULL, /* With authentication and origin. */
};

struct piece {
	uint8_t kind;
	uint8_t n;
	uint16_t number;
	const char *hex;
	uint16_t type; /* Overrides the type of what follows. */
};

struct frame_build {
	uint8_t bytes[FRAME_SIZE];
	size_t at;     /* The frame begins here, and ends at the end. */
	uint8_t above; /* enum piece_kind of what was built last. */
	uint16_t above_number;
};

static inline size_t
build_size(const struct frame_build *b)
{
	return FRAME_SIZE - b->at;
}

static inline void
build_put(struct frame_build *b, const void *bytes, size_t size)
{
	if (size > b->at)
		abort();
	b->at -= size;
	memcpy(b->bytes + b->at, bytes, size);
}

static inline void
build_u8(struct frame_build *b, unsigned value)
{
	uint8_t byte = (uint8_t)value;

	build_put(b, &byte, 1);
}

static inline void
build_u16(struct frame_build *b, unsigned value)
{
	build_u8(b, value);
	build_u8(b, value >> 8);
}

static inline void
build_u32(struct frame_build *b, uint32_t value)
{
	build_u16(b, value);
	build_u16(b, value >> 16);
}

static inline void
build_hex(struct frame_build *b, const char *hex)
{
	uint8_t bytes[512];

	build_put(b, bytes, tap_hex(hex, bytes, sizeof(bytes)));
}

static inline unsigned
build_ether_type(const struct frame_build *b)
{
	switch (b->above) {
	case IP4:
	case IP4_OPTIONS: return 0x0800;
	case IP6:
	case IP6_TEREDO: return 0x86dd;
	case VLAN: return 0x8100;
	case QINQ: return 0x88a8;
	case QINQ_OLD: return 0x9100;
	case META: return 0x8909;
	case VN_TAG: return 0x8926;
	case E_TAG: return 0x893f;
	case MPLS: return 0x8847;
	case PPPOE: return 0x8864;
	case PPP:
	case PPP_SHORT: return 0x880b;
	case ETH: return 0x6558;
	case LLC: return (unsigned)build_size(b);
	case ERSPAN1:
	case ERSPAN2: return 0x88be;
	case ERSPAN3: return 0x22eb;
	default: return b->above_number;
	}
}

static inline unsigned
build_ip_proto(const struct frame_build *b)
{
	switch (b->above) {
	case HOP: return 0;
	case ICMP: return 1;
	case IP4:
	case IP4_OPTIONS: return 4;
	case TCP:
	case SYN: return 6;
	case UDP: return 17;
	case IP6: return 41;
	case ROUTING: return 43;
	case FRAGMENT: return 44;
	case GRE:
	case GRE_FULL:
	case PPTP:
	case EOIP: return 47;
	case ESP: return 50;
	case AH: return 51;
	case ICMP6: return 58;
	case END: return 59;
	case DESTINATION: return 60;
	case SCTP: return 132;
	case UDPLITE: return 136;
	default: return b->above_number;
	}
}

static inline unsigned
build_udp_port(const struct frame_build *b, const struct piece *piece)
{
	if (piece->number != 0)
		return piece->number;
	switch (b->above) {
	case VXLAN: return 4789;
	case GENEVE: return 6081;
	case GTP:
	case GTP_EXTENDED: return 2152;
	case TEREDO:
	case TEREDO_FULL: return 3544;
	default: return 53;
	}
}

static inline unsigned
build_ppp_type(const struct frame_build *b)
{
	unsigned type = build_ether_type(b);

	return type == 0x0800 ? 0x21
	    : type == 0x86dd  ? 0x57
	    : type == 0x8847  ? 0x281
			      : type;
}

/* Fields stand in reverse: the last one is put first. */
static inline void
build_ip4(struct frame_build *b, const struct piece *piece, bool options)
{
	unsigned proto = piece->type != 0 ? piece->type : build_ip_proto(b);

	if (options)
		build_hex(b, "94 04 00 00 01 01 01 00");
	build_u8(b, piece->n);
	build_hex(b, "c6 33 64");
	build_u8(b, piece->n);
	build_hex(b, "c0 00 02");
	build_u16(b, 0);
	build_u8(b, proto);
	build_u8(b, 64);
	build_u16(b, piece->number); /* Flags and offset. */
	build_u16(b, 0x1234);
	build_u16(b, (unsigned)build_size(b) + 4);
	build_u8(b, 0x10);
	build_u8(b, options ? 0x47 : 0x45);
}

static inline void
build_ip6(struct frame_build *b, const struct piece *piece, bool teredo)
{
	unsigned proto = piece->type != 0 ? piece->type : build_ip_proto(b);
	unsigned size = (unsigned)build_size(b);

	build_u8(b, piece->n);
	build_hex(b, "20 01 0d b8 00 01 00 00 00 00 00 00 00 00 00");
	build_u8(b, piece->n);
	build_hex(b,
	    teredo ? "20 01 00 00 00 00 00 00 00 00 00 00 00 00 00"
		   : "20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00");
	build_u8(b, 64);
	build_u8(b, proto);
	build_u16(b, size);
	build_u32(b, 0x61012345); /* Class 0x10, label 0x12345. */
}

static inline void
build_udp(struct frame_build *b, const struct piece *piece, bool lite)
{
	unsigned port = build_udp_port(b, piece);
	unsigned size = (unsigned)build_size(b) + 8;

	build_u16(b, 0);
	build_u16(b, lite ? 8 : size);
	build_u16(b, port);
	build_u16(b, 40000);
}

static inline void
build_tcp(struct frame_build *b, const struct piece *piece, bool syn)
{
	if (syn)
		build_hex(b,
		    "02 04 05 b4 04 02 08 0a 00 00 00 07 00 00 00 00 "
		    "01 03 03 07");
	build_u32(b, 0);
	build_u16(b, 0xfaf0);
	build_u16(b, syn ? 0xa002 : 0x5018);
	build_u32(b, syn ? 0 : 2000);
	build_u32(b, 1000);
	build_u16(b, piece->number != 0 ? piece->number : 443);
	build_u16(b, 40000);
}

static inline void
build_gre(struct frame_build *b, const struct piece *piece, bool full)
{
	unsigned type = piece->type != 0 ? piece->type : build_ether_type(b);
	bool keyed = full || piece->number != 0;
	bool counted = full || b->above == ERSPAN2 || b->above == ERSPAN3;

	if (counted)
		build_u32(b, 1);
	if (keyed)
		build_u32(b, piece->number);
	if (full)
		build_u32(b, 0);
	build_u16(b, type);
	build_u16(b,
	    (full ? 0x8000U : 0) | (keyed ? 0x2000U : 0) |
		(counted ? 0x1000U : 0));
}

static inline void
build_gtp(struct frame_build *b, const struct piece *piece, bool extended)
{
	unsigned size = (unsigned)build_size(b);

	if (extended) /* Sequence, then an extension of 4 bytes. */
		build_hex(b, "00 01 00 85 01 00 09 00");
	build_u32(b, piece->number);
	build_u16(b, size + (extended ? 8 : 0));
	build_u8(b, 255);
	build_u8(b, extended ? 0x36 : 0x30);
}

static inline void
build_gre_like(struct frame_build *b, const struct piece *piece)
{
	unsigned size = (unsigned)build_size(b);

	switch (piece->kind) {
	case GRE: build_gre(b, piece, false); break;
	case GRE_FULL: build_gre(b, piece, true); break;
	case PPTP:
		build_u32(b, 9);
		build_u32(b, 8);
		build_u16(b, piece->number);
		build_u16(b, size);
		build_hex(b, "30 81 88 0b");
		break;
	case EOIP:
		build_u8(b, piece->number >> 8U);
		build_u8(b, piece->number);
		build_u16(b, size);
		build_hex(b, "20 01 64 00");
		break;
	case ERSPAN2:
		build_u32(b, 0);
		build_u16(b, piece->number);
		build_u16(b, 0x1000);
		break;
	case ERSPAN3: /* With the subheader of 8 bytes. */
		build_hex(b, "00 00 00 00 00 00 00 00");
		build_u16(b, 1);
		build_u16(b, 0);
		build_u32(b, 0);
		build_u16(b, piece->number);
		build_u16(b, 0x2000);
		break;
	default: break;
	}
}

static inline void
build_udp_tunnel(struct frame_build *b, const struct piece *piece)
{
	unsigned type;

	switch (piece->kind) {
	case VXLAN:
		build_u8(b, 0);
		build_u16(b, piece->number);
		build_hex(b, "08 00 00 00 00");
		break;
	case GENEVE: /* With an option of 8 bytes. */
		type = build_ether_type(b);
		build_hex(b, "01 02 80 01 00 00 00 05");
		build_u8(b, 0);
		build_u16(b, piece->number);
		build_u8(b, 0);
		build_u16(b, type);
		build_u16(b, 0x0240);
		break;
	case GTP: build_gtp(b, piece, false); break;
	case GTP_EXTENDED: build_gtp(b, piece, true); break;
	case TEREDO_FULL:
		build_hex(b, "00 00 63 bf 3f 8f fd fe");
		build_hex(b, "00 01 02 01 aa bb cc 11 22 33 44 55 66 77 88 00");
		break;
	default: break;
	}
}

static inline void
build_tag(struct frame_build *b, const struct piece *piece)
{
	build_u16(b, build_ether_type(b));
	switch (piece->kind) {
	case VN_TAG: build_u32(b, 0); break;
	case META: build_hex(b, "01 01 00 01 00 05"); break;
	case E_TAG: build_hex(b, "00 00 00 00 00 00"); break;
	default: build_u16(b, 0x2000U | piece->number); break;
	}
}

static inline void
build_link(struct frame_build *b, const struct piece *piece)
{
	unsigned type = piece->type != 0 ? piece->type : build_ether_type(b);

	switch (piece->kind) {
	case ETH:
		build_u16(b, type);
		build_hex(b, "02 00 00 00 00 02 02 00 00 00 00 01");
		break;
	case LLC:
		build_u16(b, type);
		build_hex(b, "aa aa 03 00 00 00");
		break;
	case SLL:
		build_u16(b, type);
		build_hex(b, "00 00 00 01 00 06 02 00 00 00 00 01 00 00");
		break;
	case SLL2:
		build_hex(b,
		    "00 00 00 00 00 02 00 01 00 06 02 00 00 00 00 01 "
		    "00 00");
		build_u16(b, type);
		break;
	case NULL_LITTLE:
		build_hex(b, type == 0x0800 ? "02 00 00 00" : "1e 00 00 00");
		break;
	case NULL_BIG:
		build_hex(b, type == 0x0800 ? "00 00 00 02" : "00 00 00 18");
		break;
	case HDLC:
		build_u16(b, type);
		build_hex(b, "0f 00");
		break;
	default: break;
	}
}

static inline void
build_label(struct frame_build *b, const struct piece *piece)
{
	unsigned size = (unsigned)build_size(b);

	switch (piece->kind) {
	case MPLS:
		build_u32(b,
		    (uint32_t)piece->number << 12 |
			(b->above == MPLS ? 0 : 0x100) | 64);
		break;
	case CONTROL_WORD: build_u32(b, 0); break;
	case PPPOE:
		build_u16(b, size);
		build_u16(b, piece->number);
		build_hex(b, "11 00");
		break;
	case PPP: build_u16(b, build_ppp_type(b)); break;
	case PPP_SHORT: build_u8(b, build_ppp_type(b)); break;
	default: break;
	}
}

static inline void
build_extension(struct frame_build *b, const struct piece *piece)
{
	unsigned next = piece->type != 0 ? piece->type : build_ip_proto(b);

	switch (piece->kind) {
	case AH:
		build_hex(b,
		    "04 00 00 00 00 01 00 00 00 01 00 00 00 02 00 00 "
		    "00 03 00 00 00 04 00");
		break;
	case FRAGMENT:
		build_u32(b, 0xabcd0000U | piece->n);
		build_u16(b, piece->number);
		build_u8(b, 0);
		break;
	default: build_hex(b, "01 01 04 00 00 00 00 01 06 00 00 00 00 00 00");
	}
	build_u8(b, next);
}

static inline void
build_transport(struct frame_build *b, const struct piece *piece)
{
	switch (piece->kind) {
	case TCP: build_tcp(b, piece, false); break;
	case SYN: build_tcp(b, piece, true); break;
	case UDP: build_udp(b, piece, false); break;
	case UDPLITE: build_udp(b, piece, true); break;
	case ICMP: build_hex(b, "08 00 00 00 00 01 00 02"); break;
	case ICMP6: build_hex(b, "80 00 00 00 00 01 00 02"); break;
	case SCTP: build_hex(b, "9c 40 0b 59 00 00 00 01 00 00 00 00"); break;
	case ESP: build_hex(b, "00 00 10 01 00 00 00 01"); break;
	default: break;
	}
}
