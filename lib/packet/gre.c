#include "packet/layers.h"

/* GRE (RFC 2784, 2890) and what is built on it: PPTP (RFC 2637), ERSPAN
 * (draft-foschiano-erspan), MikroTik's EoIP. */

enum { /* The first 16 bits. */
	GRE_CHECKSUM = 0x8000,
	GRE_ROUTING = 0x4000,
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
	GRE_ACK = 0x0080, /* Version 1. */
	GRE_VERSION = 0x0007,
	GRE_EOIP = 0x2001,
};

enum { TYPE_EOIP = 0x6400 };

/* Version, VLAN, class, session (10 bits); then 12 reserved and 20 bits of
 * index. */
static enum packet_drop
erspan2_read(struct packet *packet, struct layer *layer)
{
	uint16_t version, session;

	if (!cursor_u16(&layer->bytes, &version) ||
	    !cursor_u16(&layer->bytes, &session) ||
	    !cursor_skip(&layer->bytes, 4))
		return DROP_TUNNEL_TRUNCATED;
	if (version >> 12 != 1)
		return DROP_TUNNEL_MALFORMED;
	packet->carrier_id = session & 0x3ff;
	return layer_next(layer, LAYER_ETHER);
}

/* The same 4 bytes, a timestamp, a group tag, then flags: 5 bits say what
 * kind of frame it is, the last one that 8 more bytes follow. */
static enum packet_drop
erspan3_read(struct packet *packet, struct layer *layer)
{
	enum { FRAME_ETHERNET, FRAME_IP = 2 };
	uint16_t version, session, group, flags;
	uint32_t timestamp;

	if (!cursor_u16(&layer->bytes, &version) ||
	    !cursor_u16(&layer->bytes, &session) ||
	    !cursor_u32(&layer->bytes, &timestamp) ||
	    !cursor_u16(&layer->bytes, &group) ||
	    !cursor_u16(&layer->bytes, &flags))
		return DROP_TUNNEL_TRUNCATED;
	if (version >> 12 != 2)
		return DROP_TUNNEL_MALFORMED;
	packet->carrier_id = session & 0x3ff;
	if ((flags & 1) != 0 && !cursor_skip(&layer->bytes, 8))
		return DROP_TUNNEL_TRUNCATED;
	switch (flags >> 10 & 31) {
	case FRAME_ETHERNET: return layer_next(layer, LAYER_ETHER);
	case FRAME_IP: return layer_next(layer, LAYER_IP);
	default: return DROP_NOT_IP;
	}
}

/* The second version of WCCP puts 4 bytes before the packet, of which the
 * first, unlike IP's, is 0 to 15. */
static enum packet_drop
wccp_read(struct layer *layer)
{
	uint8_t first;

	if (!cursor_peek(&layer->bytes, &first) ||
	    (first >> 4 == 0 && !cursor_skip(&layer->bytes, 4)))
		return DROP_GRE_TRUNCATED;
	return layer_next(layer, LAYER_IP4);
}

/* Cisco's security group tag: on Ethernet it has the type of what follows
 * behind it, here before it. */
static enum packet_drop
meta_read(struct layer *layer)
{
	uint16_t type;

	if (!cursor_u16(&layer->bytes, &type) || !cursor_skip(&layer->bytes, 6))
		return DROP_GRE_TRUNCATED;
	return layer_next_type(layer, type);
}

static enum packet_drop
erspan_read(struct packet *packet, uint16_t flags, struct layer *layer)
{
	packet->carries = CARRIER_ERSPAN;
	/* Type I has no header of its own, and is known by that GRE counts
	 * no sequence. */
	if ((flags & GRE_SEQUENCE) == 0)
		return layer_next(layer, LAYER_ETHER);
	return erspan2_read(packet, layer);
}

static enum packet_drop
gre0_payload(struct packet *packet, uint16_t flags, uint16_t type,
    struct layer *layer)
{
	switch (type) {
	case ETHER_WCCP: return wccp_read(layer);
	case ETHER_CISCO_META: return meta_read(layer);
	case ETHER_ERSPAN: return erspan_read(packet, flags, layer);
	case ETHER_ERSPAN3:
		packet->carries = CARRIER_ERSPAN;
		return erspan3_read(packet, layer);
	default:
		/* There are no lengths here: 0 is a keep-alive. */
		return type > ETHER_LENGTH_MAX ? layer_next_type(layer, type)
					       : DROP_NOT_IP;
	}
}

static enum packet_drop
gre0_read(struct packet *packet, uint16_t flags, uint16_t type,
    struct layer *layer)
{
	if ((flags & GRE_ROUTING) != 0)
		return DROP_GRE_UNSUPPORTED;
	if ((flags & GRE_CHECKSUM) != 0 && !cursor_skip(&layer->bytes, 4))
		return DROP_GRE_TRUNCATED;
	if ((flags & GRE_KEY) != 0 &&
	    !cursor_u32(&layer->bytes, &packet->carrier_id))
		return DROP_GRE_TRUNCATED;
	if ((flags & GRE_SEQUENCE) != 0 && !cursor_skip(&layer->bytes, 4))
		return DROP_GRE_TRUNCATED;
	return gre0_payload(packet, flags, type, layer);
}

/* Where GRE has its key, PPTP has the payload's length and the call, EoIP the
 * length and, its low byte first, the tunnel. */
static enum packet_drop
eoip_read(struct packet *packet, struct layer *layer)
{
	uint16_t size, tunnel;

	packet->carries = CARRIER_EOIP;
	if (!cursor_u16(&layer->bytes, &size) ||
	    !cursor_u16(&layer->bytes, &tunnel))
		return DROP_GRE_TRUNCATED;
	packet->carrier_id = __builtin_bswap16(tunnel);
	if (size == 0)
		return layer_next(layer, LAYER_END); /* A keep-alive. */
	if (size < layer_size(layer))
		layer_trim(layer, size);
	return layer_next(layer, LAYER_ETHER);
}

/* The call is not kept: each end chose the number that the other one sends,
 * so it tells directions apart and not tunnels. */
static enum packet_drop
pptp_read(uint16_t flags, struct layer *layer)
{
	uint16_t size, call;

	if (!cursor_u16(&layer->bytes, &size) ||
	    !cursor_u16(&layer->bytes, &call) ||
	    ((flags & GRE_SEQUENCE) != 0 && !cursor_skip(&layer->bytes, 4)) ||
	    ((flags & GRE_ACK) != 0 && !cursor_skip(&layer->bytes, 4)))
		return DROP_GRE_TRUNCATED;
	if ((flags & GRE_SEQUENCE) == 0 || size == 0)
		return layer_next(layer, LAYER_END); /* It only confirms. */
	if (size < layer_size(layer))
		layer_trim(layer, size);
	return layer_next(layer, LAYER_PPP);
}

enum packet_drop
gre_read(struct packet *packet, struct layer *layer)
{
	uint16_t flags, type;

	packet->carries = CARRIER_GRE;
	if (!cursor_u16(&layer->bytes, &flags) ||
	    !cursor_u16(&layer->bytes, &type))
		return DROP_GRE_TRUNCATED;
	if ((flags & GRE_VERSION) == 0)
		return gre0_read(packet, flags, type, layer);
	if (flags == GRE_EOIP && type == TYPE_EOIP)
		return eoip_read(packet, layer);
	if ((flags & GRE_VERSION) == 1 && (flags & GRE_KEY) != 0 &&
	    type == ETHER_PPP)
		return pptp_read(flags, layer);
	return DROP_GRE_UNSUPPORTED;
}
