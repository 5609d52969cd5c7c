#include "packet/layers.h"

/* Tunnels: those that an IP protocol names, and those over UDP, which only
 * their port and their form give away. */

/* Whether a tunnel's header was found. FOUND_CUT: it goes on beyond the
 * bytes, which is the capture's fault or says that it is none. */
enum found { FOUND_NOT, FOUND, FOUND_CUT };

/* RFC 7348: flags, of which one says that the VNI is valid, 24 reserved bits,
 * VNI, 8 reserved bits. With the group policy extension the first reserved
 * bits are in use. */
static enum found
vxlan_read(struct packet *packet, struct layer *layer)
{
	enum { VALID = 0x08, POLICY = 0x80 };
	uint8_t flags, end;
	uint32_t reserved, vni;

	if (!cursor_u8(&layer->bytes, &flags) ||
	    !cursor_u24(&layer->bytes, &reserved) ||
	    !cursor_u24(&layer->bytes, &vni) || !cursor_u8(&layer->bytes, &end))
		return FOUND_CUT;
	if ((flags & ~POLICY) != VALID || end != 0 ||
	    ((flags & POLICY) == 0 && reserved != 0))
		return FOUND_NOT;
	packet->carries = CARRIER_VXLAN;
	packet->carrier_id = vni;
	layer->kind = LAYER_ETHER;
	return FOUND;
}

/* draft-ietf-nvo3-vxlan-gpe: the flags say that the next protocol is named,
 * which stands before the VNI. */
static enum found
vxlan_gpe_read(struct packet *packet, struct layer *layer)
{
	enum { KNOWN = 0x3f, VERSION = 0x30, VNI_NEXT = 0x0c };
	uint8_t flags, next, end;
	uint16_t reserved;
	uint32_t vni;

	if (!cursor_u8(&layer->bytes, &flags) ||
	    !cursor_u16(&layer->bytes, &reserved) ||
	    !cursor_u8(&layer->bytes, &next) ||
	    !cursor_u24(&layer->bytes, &vni) || !cursor_u8(&layer->bytes, &end))
		return FOUND_CUT;
	if ((flags & ~KNOWN) != 0 || (flags & VERSION) != 0 ||
	    (flags & VNI_NEXT) != VNI_NEXT || reserved != 0 || end != 0 ||
	    layer_next_service(layer, next) != DROP_NONE)
		return FOUND_NOT;
	packet->carries = CARRIER_VXLAN;
	packet->carrier_id = vni;
	return FOUND;
}

/* RFC 8926, 3.4: version 0, options' length in units of 4 bytes, two flags,
 * 6 reserved bits, type, VNI, 8 reserved bits, options. */
static enum found
geneve_read(struct packet *packet, struct layer *layer)
{
	uint8_t first, flags, end;
	uint16_t type;
	uint32_t vni;

	if (!cursor_u8(&layer->bytes, &first) ||
	    !cursor_u8(&layer->bytes, &flags) ||
	    !cursor_u16(&layer->bytes, &type) ||
	    !cursor_u24(&layer->bytes, &vni) || !cursor_u8(&layer->bytes, &end))
		return FOUND_CUT;
	if (first >> 6 != 0 || (flags & 0x3f) != 0 || end != 0 ||
	    type <= ETHER_LENGTH_MAX)
		return FOUND_NOT;
	if (!cursor_skip(&layer->bytes, (size_t)(first & 0x3f) * 4))
		return FOUND_CUT;
	packet->carries = CARRIER_GENEVE;
	packet->carrier_id = vni;
	layer->kind = LAYER_TYPE;
	layer->type = type;
	return FOUND;
}

/* Extension headers of GTP-U: length in units of 4 bytes, content, the next
 * one's type; 0 ends. */
static enum found
gtp_extensions(struct layer *layer)
{
	uint16_t sequence;
	uint8_t number, next, size;

	if (!cursor_u16(&layer->bytes, &sequence) ||
	    !cursor_u8(&layer->bytes, &number) ||
	    !cursor_u8(&layer->bytes, &next))
		return FOUND_CUT;
	while (next != 0) {
		if (!cursor_u8(&layer->bytes, &size))
			return FOUND_CUT;
		if (size == 0)
			return FOUND_NOT;
		if (!cursor_skip(&layer->bytes, (size_t)size * 4 - 2) ||
		    !cursor_u8(&layer->bytes, &next))
			return FOUND_CUT;
	}
	return FOUND;
}

/* 3GPP TS 29.281, 5.1: version 1, protocol type 1, a message that carries a
 * user's packet, the length after these 8 bytes, tunnel endpoint. */
static enum found
gtp_read(struct packet *packet, struct layer *layer)
{
	enum { FIXED = 0x30, FIXED_MASK = 0xf8, OPTIONS = 0x07, G_PDU = 255 };
	enum found found = FOUND;
	uint8_t flags, type;
	uint16_t size;
	uint32_t endpoint;

	if (!cursor_u8(&layer->bytes, &flags) ||
	    !cursor_u8(&layer->bytes, &type) ||
	    !cursor_u16(&layer->bytes, &size) ||
	    !cursor_u32(&layer->bytes, &endpoint))
		return FOUND_CUT;
	if ((flags & FIXED_MASK) != FIXED || type != G_PDU ||
	    (size > layer_size(layer) && !packet->first_fragment))
		return FOUND_NOT;
	if (size < layer_size(layer))
		layer_trim(layer, size);
	if ((flags & OPTIONS) != 0)
		found = gtp_extensions(layer);
	if (found != FOUND)
		return found;
	packet->carries = CARRIER_GTP;
	packet->carrier_id = endpoint;
	layer->kind = LAYER_IP;
	return FOUND;
}

/* RFC 4380, 5.1.1: authentication (0, 1; two lengths, both values, nonce,
 * confirmation), then origin (0, 0; port, address), each optional. */
static bool
teredo_indications(struct cursor *bytes)
{
	uint16_t kind;
	uint8_t id_size, value_size;

	if (cursor_begins(bytes, "\0\1", 2) &&
	    (!cursor_u16(bytes, &kind) || !cursor_u8(bytes, &id_size) ||
		!cursor_u8(bytes, &value_size) ||
		!cursor_skip(bytes, (size_t)id_size + value_size + 9)))
		return false;
	return !cursor_begins(bytes, "\0\0", 2) || cursor_skip(bytes, 8);
}

/* RFC 4380, 2.6 and 5.2: one end of what Teredo carries has an address of
 * 2001::/32, or a client without one yet speaks to its server from
 * fe80::/10. */
static bool
teredo_address(const uint8_t *address)
{
	return memcmp(address, "\x20\x01\0\0", 4) == 0 ||
	    (address[0] == 0xfe && (address[1] & 0xc0) == 0x80);
}

static enum found
teredo_read(struct packet *packet, struct layer *layer)
{
	struct cursor inner;
	uint8_t src[16], dst[16];
	uint32_t first, rest;

	if (!teredo_indications(&layer->bytes))
		return FOUND_CUT;
	inner = layer->bytes;
	if (!cursor_u32(&inner, &first) || !cursor_u32(&inner, &rest) ||
	    !cursor_copy(&inner, src, sizeof(src)) ||
	    !cursor_copy(&inner, dst, sizeof(dst)))
		return FOUND_CUT;
	if (first >> 28 != 6 || (!teredo_address(src) && !teredo_address(dst)))
		return FOUND_NOT;
	packet->carries = CARRIER_TEREDO;
	layer->kind = LAYER_IP6;
	return FOUND;
}

static enum found
by_port(struct packet *packet, struct layer *layer)
{
	switch (packet->dst_port) {
	case PORT_VXLAN:
	case PORT_VXLAN_LINUX: return vxlan_read(packet, layer);
	case PORT_VXLAN_GPE: return vxlan_gpe_read(packet, layer);
	case PORT_GENEVE: return geneve_read(packet, layer);
	case PORT_GTP: return gtp_read(packet, layer);
	case PORT_TEREDO: return teredo_read(packet, layer);
	default: break;
	}
	switch (packet->src_port) {
	case PORT_GTP: return gtp_read(packet, layer);
	case PORT_TEREDO: return teredo_read(packet, layer);
	default: return FOUND_NOT;
	}
}

/* A header that does not fit its port is no fault: many things use it. */
static enum packet_drop
udp_tunnel_read(struct decode *decode, struct packet *packet,
    struct layer *layer)
{
	switch (by_port(packet, layer)) {
	case FOUND: decode->by_port = true; return DROP_NONE;
	case FOUND_CUT:
		if (layer->cut > 0)
			return DROP_TUNNEL_TRUNCATED;
		/* fall through */
	default: return layer_next(layer, LAYER_END);
	}
}

enum packet_drop
tunnel_read(struct decode *decode, struct packet *packet, struct layer *layer)
{
	bool in_ip6 = packet->src.family == 6;

	switch (packet->ip_proto) {
	case IP_UDP: return udp_tunnel_read(decode, packet, layer);
	case IP_GRE: return gre_read(packet, layer);
	case IP_IP4:
		packet->carries = in_ip6 ? CARRIER_4IN6 : CARRIER_IPIP;
		return layer_next(layer, LAYER_IP4);
	case IP_IP6:
		packet->carries = in_ip6 ? CARRIER_6IN6 : CARRIER_6IN4;
		return layer_next(layer, LAYER_IP6);
	default: return layer_next(layer, LAYER_END);
	}
}
