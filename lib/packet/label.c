#include "packet/layers.h"

/* What stands between a link and IP: PPP with its carriers, MPLS, a provider's
 * backbone, chains of services. */

enum { /* PPP protocols */
	PPP_IP4 = 0x0021,
	PPP_IP6 = 0x0057,
	PPP_MPLS = 0x0281,
	PPP_MPLS_MULTICAST = 0x0283,
};

/* RFC 2516: version and type 1, code 0, session, length. */
enum packet_drop
pppoe_read(struct decode *decode, struct layer *layer)
{
	uint8_t version, code;
	uint16_t session, size;

	(void)decode;
	if (!cursor_u8(&layer->bytes, &version) ||
	    !cursor_u8(&layer->bytes, &code) ||
	    !cursor_u16(&layer->bytes, &session) ||
	    !cursor_u16(&layer->bytes, &size))
		return DROP_LINK_TRUNCATED;
	if (version != 0x11 || code != 0)
		return DROP_PPPOE;
	if (size < layer_size(layer))
		layer_trim(layer, size);
	return layer_next(layer, LAYER_PPP);
}

/* RFC 1661 and 1662: address and control may be left out, and a protocol
 * below 256 may be one byte, which is odd then. */
enum packet_drop
ppp_read(struct decode *decode, struct layer *layer)
{
	static const uint8_t address_control[] = { 0xff, 0x03 };
	uint8_t high, low;
	uint16_t protocol;

	(void)decode;
	if (cursor_begins(&layer->bytes, "\x0f\0", 2) ||
	    cursor_begins(&layer->bytes, "\x8f\0", 2))
		return layer_next(layer, LAYER_HDLC);
	if (cursor_begins(&layer->bytes, address_control, 2) &&
	    !cursor_skip(&layer->bytes, 2))
		return DROP_LINK_TRUNCATED;
	if (!cursor_u8(&layer->bytes, &high))
		return DROP_LINK_TRUNCATED;
	protocol = high;
	if ((high & 1) == 0) {
		if (!cursor_u8(&layer->bytes, &low))
			return DROP_LINK_TRUNCATED;
		protocol = (uint16_t)(high << 8 | low);
	}
	switch (protocol) {
	case PPP_IP4: return layer_next(layer, LAYER_IP4);
	case PPP_IP6: return layer_next(layer, LAYER_IP6);
	case PPP_MPLS:
	case PPP_MPLS_MULTICAST: return layer_next(layer, LAYER_MPLS);
	default: return DROP_NOT_IP;
	}
}

/* Cisco's HDLC: address, control, Ethernet type. */
enum packet_drop
hdlc_read(struct decode *decode, struct layer *layer)
{
	uint16_t address, type;

	(void)decode;
	if (!cursor_u16(&layer->bytes, &address) ||
	    !cursor_u16(&layer->bytes, &type))
		return DROP_LINK_TRUNCATED;
	if (type <= ETHER_LENGTH_MAX)
		return DROP_NOT_IP;
	return layer_next_type(layer, type);
}

/* Whether the bytes are clearly an Ethernet frame: a label says nothing of
 * what it is on, and a wrong guess would invent traffic. */
static bool
looks_ether(struct cursor bytes)
{
	uint16_t type;
	uint8_t first;

	if (!cursor_skip(&bytes, 12) || !cursor_u16(&bytes, &type) ||
	    !cursor_peek(&bytes, &first))
		return false;
	switch (type) {
	case ETHER_IP4: return first >> 4 == 4;
	case ETHER_IP6: return first >> 4 == 6;
	case ETHER_ARP:
	case ETHER_VLAN:
	case ETHER_QINQ:
	case ETHER_MPLS:
	case ETHER_PPPOE:
	case ETHER_PPPOE_DISCOVERY: return true;
	default:
		return type <= ETHER_LENGTH_MAX &&
		    cursor_begins(&bytes, "\xaa\xaa\x03", 3);
	}
}

/* Whether the bytes can be an IPv4 or IPv6 header of a packet that fits. */
static bool
looks_ip(const struct layer *layer)
{
	struct cursor bytes = layer->bytes;
	uint32_t size = layer_size(layer);
	uint8_t first, tos;
	uint16_t total, payload;

	if (!cursor_u8(&bytes, &first) || !cursor_u8(&bytes, &tos) ||
	    !cursor_u16(&bytes, &total))
		return false;
	if (first >> 4 == 4)
		return (first & 15) >= 5 && total >= 20 && total <= size;
	/* IPv6 has the end of its flow label where 'total' was read. */
	return first >> 4 == 6 && cursor_u16(&bytes, &payload) &&
	    payload + UINT32_C(40) <= size;
}

/* RFC 4448, 4.6: an Ethernet frame follows at once, or behind a control word
 * of 16 zero bits and a sequence number. The word is looked for last: it is
 * as long as a VLAN tag, so that behind a tagged frame's first 4 bytes there
 * seems to be an untagged one. */
static enum packet_drop
mpls_payload(struct layer *layer)
{
	struct cursor wire = layer->bytes;
	uint8_t first;

	if (!cursor_peek(&wire, &first))
		return DROP_LINK_TRUNCATED;
	if (looks_ip(layer))
		return layer_next(layer, LAYER_IP);
	if (looks_ether(wire))
		return layer_next(layer, LAYER_ETHER);
	if (cursor_begins(&wire, "\0\0", 2) && cursor_skip(&wire, 4) &&
	    looks_ether(wire)) {
		layer->bytes = wire;
		return layer_next(layer, LAYER_ETHER);
	}
	if (first >> 4 == 4 || first >> 4 == 6)
		return layer_next(layer, LAYER_IP);
	return DROP_MPLS;
}

/* RFC 3032: labels until the one that says it is the last. */
enum packet_drop
mpls_read(struct decode *decode, struct layer *layer)
{
	uint32_t label;
	unsigned i;

	(void)decode;
	for (i = 0; i < PACKET_TAGS; i++) {
		if (!cursor_u32(&layer->bytes, &label))
			return DROP_LINK_TRUNCATED;
		if (label & 0x100)
			return mpls_payload(layer);
	}
	return DROP_TAGS;
}

/* IEEE 802.1ah: flags and 24 bits of service, then the customer's frame. */
enum packet_drop
backbone_read(struct decode *decode, struct layer *layer)
{
	(void)decode;
	return cursor_skip(&layer->bytes, 4) ? layer_next(layer, LAYER_ETHER)
					     : DROP_LINK_TRUNCATED;
}

/* RFC 8300, 6.4; VXLAN-GPE has the same ones. */
enum packet_drop
layer_next_service(struct layer *layer, uint8_t next)
{
	switch (next) {
	case 1: return layer_next(layer, LAYER_IP4);
	case 2: return layer_next(layer, LAYER_IP6);
	case 3: return layer_next(layer, LAYER_ETHER);
	case 4: return layer_next(layer, LAYER_NSH);
	case 5: return layer_next(layer, LAYER_MPLS);
	default: return DROP_NOT_IP;
	}
}

/* RFC 8300, 2.2: version 0, 6 bits of length in units of 4 bytes, kind of
 * metadata, next protocol, path. */
enum packet_drop
nsh_read(struct decode *decode, struct layer *layer)
{
	enum { FIXED = 4, LEAST = 8 };
	uint16_t first;
	uint8_t kind, next;
	size_t size;

	(void)decode;
	if (!cursor_u16(&layer->bytes, &first) ||
	    !cursor_u8(&layer->bytes, &kind) ||
	    !cursor_u8(&layer->bytes, &next))
		return DROP_LINK_TRUNCATED;
	size = (size_t)(first & 63) * 4;
	if (first >> 14 != 0 || size < LEAST)
		return DROP_LINK_DAMAGED;
	if (!cursor_skip(&layer->bytes, size - FIXED))
		return DROP_LINK_TRUNCATED;
	return layer_next_service(layer, next);
}
