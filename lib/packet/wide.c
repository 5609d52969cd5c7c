#include "packet/layers.h"

/* Links other than Ethernet and radio: rings, ATM, Frame Relay, switches'
 * tags, and the headers of capture systems (tcpdump.org/linktypes). */

/* ---- Local networks ---------------------------------------------------- */

/* Frame control of LLC frames, addresses. */
enum packet_drop
fddi_read(struct decode *decode, struct layer *layer)
{
	uint8_t control;

	(void)decode;
	if (!cursor_u8(&layer->bytes, &control) ||
	    !cursor_skip(&layer->bytes, 12))
		return DROP_LINK_TRUNCATED;
	if ((control & 0xf0) != 0x50)
		return DROP_NOT_IP;
	return layer_next(layer, LAYER_LLC);
}

/* IEEE 802.5: access control, frame control, addresses; a route where the
 * sender's address has its first bit set. */
enum packet_drop
ring_read(struct decode *decode, struct layer *layer)
{
	uint8_t access, control, source, route;

	(void)decode;
	if (!cursor_u8(&layer->bytes, &access) ||
	    !cursor_u8(&layer->bytes, &control) ||
	    !cursor_skip(&layer->bytes, 6) ||
	    !cursor_u8(&layer->bytes, &source) ||
	    !cursor_skip(&layer->bytes, 5))
		return DROP_LINK_TRUNCATED;
	if ((control & 0xc0) != 0x40)
		return DROP_NOT_IP;
	if ((source & 0x80) != 0 &&
	    (!cursor_peek(&layer->bytes, &route) ||
		!cursor_skip(&layer->bytes, route & 0x1f)))
		return DROP_LINK_TRUNCATED;
	return layer_next(layer, LAYER_LLC);
}

/* RFC 1201, 3: what is behind the protocol's number: a flag that is 0 where
 * the frame holds the whole packet, and a sequence. RFC 1051 has neither. */
enum packet_drop
arcnet_read(struct decode *decode, struct layer *layer)
{
	enum { OLD_IP4 = 240, NEW_IP4 = 212, NEW_IP6 = 196 };
	uint8_t protocol, split;

	(void)decode;
	if (!cursor_u8(&layer->bytes, &protocol))
		return DROP_LINK_TRUNCATED;
	if (protocol == OLD_IP4)
		return layer_next(layer, LAYER_IP4);
	if (protocol != NEW_IP4 && protocol != NEW_IP6)
		return DROP_NOT_IP;
	if (!cursor_u8(&layer->bytes, &split) || !cursor_skip(&layer->bytes, 2))
		return DROP_LINK_TRUNCATED;
	if (split != 0)
		return DROP_FRAGMENT;
	return layer_next(layer, protocol == NEW_IP4 ? LAYER_IP4 : LAYER_IP6);
}

/* An Ethernet type alone. */
enum packet_drop
bare_type_read(struct decode *decode, struct layer *layer)
{
	uint16_t type;

	(void)decode;
	if (!cursor_u16(&layer->bytes, &type))
		return DROP_LINK_TRUNCATED;
	return type > ETHER_LENGTH_MAX ? layer_next_type(layer, type)
				       : DROP_NOT_IP;
}

/* IP over InfiniBand: Ethernet type, two reserved bytes. */
enum packet_drop
infiniband_read(struct decode *decode, struct layer *layer)
{
	uint16_t type;

	(void)decode;
	if (!cursor_u16(&layer->bytes, &type) || !cursor_skip(&layer->bytes, 2))
		return DROP_LINK_TRUNCATED;
	return type > ETHER_LENGTH_MAX ? layer_next_type(layer, type)
				       : DROP_NOT_IP;
}

/* Ethernet with a switch's tag before the type: 'size' bytes. */
static enum packet_drop
switched(struct layer *layer, size_t size)
{
	uint16_t type;

	if (!cursor_skip(&layer->bytes, 12 + size) ||
	    !cursor_u16(&layer->bytes, &type))
		return DROP_LINK_TRUNCATED;
	return layer_next_type(layer, type);
}

enum packet_drop
dsa_read(struct decode *decode, struct layer *layer)
{
	(void)decode;
	return switched(layer, 4);
}

enum packet_drop
edsa_read(struct decode *decode, struct layer *layer)
{
	(void)decode;
	return switched(layer, 8);
}

/* ---- Wide area --------------------------------------------------------- */

/* RFC 2427: an unnumbered frame, padding, then what protocol follows. */
static enum packet_drop
nlpid_read(struct layer *layer)
{
	enum { PADDING = 0, SNAP = 0x80, IS_IP6 = 0x8e, IS_IP4 = 0xcc };
	uint32_t oui;
	uint16_t type;
	uint8_t next;

	if (!cursor_u8(&layer->bytes, &next) ||
	    (next == PADDING && !cursor_u8(&layer->bytes, &next)))
		return DROP_LINK_TRUNCATED;
	switch (next) {
	case IS_IP4: return layer_next(layer, LAYER_IP4);
	case IS_IP6: return layer_next(layer, LAYER_IP6);
	case SNAP: break;
	default: return DROP_NOT_IP;
	}
	if (!cursor_u24(&layer->bytes, &oui) ||
	    !cursor_u16(&layer->bytes, &type))
		return DROP_LINK_TRUNCATED;
	return oui == 0 && type > ETHER_LENGTH_MAX
	    ? layer_next_type(layer, type)
	    : DROP_NOT_IP;
}

/* Q.922: an address of 2 to 4 bytes, of which the last one has its lowest bit
 * set; Cisco's has an Ethernet type behind it. */
enum packet_drop
frame_relay_read(struct decode *decode, struct layer *layer)
{
	enum { UNNUMBERED = 0x03, ADDRESS_MAX = 4 };
	uint8_t byte = 0;
	unsigned i;

	for (i = 0; i < ADDRESS_MAX && (byte & 1) == 0; i++)
		if (!cursor_u8(&layer->bytes, &byte))
			return DROP_LINK_TRUNCATED;
	if (i < 2 || (byte & 1) == 0)
		return DROP_NOT_IP;
	if (!cursor_peek(&layer->bytes, &byte))
		return DROP_LINK_TRUNCATED;
	if (byte != UNNUMBERED)
		return bare_type_read(decode, layer);
	return cursor_skip(&layer->bytes, 1) ? nlpid_read(layer)
					     : DROP_LINK_TRUNCATED;
}

/* FRF.16.1: the frame begins and ends here, and is not a link's own. */
enum packet_drop
multilink_read(struct decode *decode, struct layer *layer)
{
	enum { BEGIN_END_CONTROL = 0xe000, WHOLE = 0xc000 };
	uint16_t head;

	(void)decode;
	if (!cursor_u16(&layer->bytes, &head))
		return DROP_LINK_TRUNCATED;
	if ((head & BEGIN_END_CONTROL) == BEGIN_END_CONTROL)
		return DROP_NOT_IP;
	if ((head & BEGIN_END_CONTROL) != WHOLE)
		return DROP_FRAGMENT;
	return layer_next(layer, LAYER_FRAME_RELAY);
}

/* Classical IP over ATM: LLC, or IP alone. */
enum packet_drop
clip_read(struct decode *decode, struct layer *layer)
{
	(void)decode;
	return layer_next(layer,
	    cursor_begins(&layer->bytes, "\xaa\xaa\x03", 3) ? LAYER_LLC
							    : LAYER_IP);
}

/* SunATM: what kind of traffic, path, channel. LAN emulation puts its
 * client's number before an Ethernet frame. */
enum packet_drop
sunatm_read(struct decode *decode, struct layer *layer)
{
	enum { LANE = 1, WITH_LLC = 2 };
	uint8_t kind;

	(void)decode;
	if (!cursor_u8(&layer->bytes, &kind) || !cursor_skip(&layer->bytes, 3))
		return DROP_LINK_TRUNCATED;
	switch (kind & 15) {
	case WITH_LLC: return layer_next(layer, LAYER_LLC);
	case LANE:
		return cursor_skip(&layer->bytes, 2)
		    ? layer_next(layer, LAYER_ETHER)
		    : DROP_LINK_TRUNCATED;
	default: return DROP_NOT_IP;
	}
}

/* pppd puts the direction in place of the address, so that the control byte
 * stands alone. */
enum packet_drop
pppd_read(struct decode *decode, struct layer *layer)
{
	(void)decode;
	if (!cursor_skip(&layer->bytes, 1) ||
	    (cursor_begins(&layer->bytes, "\x03", 1) &&
		!cursor_skip(&layer->bytes, 1)))
		return DROP_LINK_TRUNCATED;
	return layer_next(layer, LAYER_PPP);
}
