#include "packet/layers.h"

/* Headers that a capture system puts before the link's own
 * (tcpdump.org/linktypes). */

/* Linux's netfilter log: family, version, a number, then attributes with
 * lengths that count their head, in the order of the machine's bytes; the
 * packet is one of them. */
enum packet_drop
nflog_read(struct decode *decode, struct layer *layer)
{
	enum { HEAD = 4, PAYLOAD = 9, ATTRIBUTES_MAX = 64 };
	uint16_t size, type;
	uint8_t family;
	unsigned i;

	(void)decode;
	if (!cursor_u8(&layer->bytes, &family) ||
	    !cursor_skip(&layer->bytes, 3))
		return DROP_LINK_TRUNCATED;
	for (i = 0; i < ATTRIBUTES_MAX; i++) {
		if (!layer_u16le(layer, &size) || !layer_u16le(layer, &type))
			return DROP_LINK_TRUNCATED;
		if (size < HEAD)
			return DROP_LINK_DAMAGED;
		size = (uint16_t)(size - HEAD);
		if ((type & 0x7fff) == PAYLOAD) {
			if (size < layer_size(layer))
				layer_trim(layer, size);
			return layer_next_family(layer, family);
		}
		if (!cursor_skip(&layer->bytes, (size + (size_t)3) / 4 * 4))
			return DROP_LINK_TRUNCATED;
	}
	return DROP_NOT_IP;
}

/* Apple's: the header's size, what kind of record, the link type behind. */
enum packet_drop
pktap_read(struct decode *decode, struct layer *layer)
{
	enum { FIXED = 12, IS_PACKET = 1 };
	uint32_t size, record, link;

	(void)decode;
	if (!layer_u32le(layer, &size) || !layer_u32le(layer, &record) ||
	    !layer_u32le(layer, &link))
		return DROP_LINK_TRUNCATED;
	if (size < FIXED)
		return DROP_LINK_DAMAGED;
	if (record != IS_PACKET)
		return DROP_NOT_IP;
	if (!cursor_skip(&layer->bytes, size - (size_t)FIXED))
		return DROP_LINK_TRUNCATED;
	return layer_next_link(layer, link);
}

/* OpenBSD's packet filter log: its length without padding, family, ... */
enum packet_drop
pflog_read(struct decode *decode, struct layer *layer)
{
	uint8_t size, family;

	(void)decode;
	if (!cursor_u8(&layer->bytes, &size) ||
	    !cursor_u8(&layer->bytes, &family))
		return DROP_LINK_TRUNCATED;
	if (size < 2)
		return DROP_LINK_DAMAGED;
	if (!cursor_skip(&layer->bytes, (size + (size_t)3) / 4 * 4 - 2))
		return DROP_LINK_TRUNCATED;
	return layer_next_family(layer, family);
}

/* OpenBSD's decrypted IPsec: family in the order of the machine's bytes,
 * security parameters, flags. */
enum packet_drop
enc_read(struct decode *decode, struct layer *layer)
{
	uint32_t family;

	(void)decode;
	if (!cursor_u32(&layer->bytes, &family) ||
	    !cursor_skip(&layer->bytes, 8))
		return DROP_LINK_TRUNCATED;
	if (family > 0xffff)
		family = __builtin_bswap32(family);
	return layer_next_family(layer, family);
}

/* Juniper's: magic, flags, extensions with their length; then the link's own
 * header, or where there is none four bytes before the packet. */
static enum packet_drop
juniper(struct layer *layer, enum layer_kind link)
{
	enum { NO_LINK = 0x02, EXTENDED = 0x80 };
	uint16_t size;
	uint8_t flags;

	if (!cursor_begins(&layer->bytes, "MGC", 3))
		return layer_short(layer, DROP_LINK_TRUNCATED,
		    DROP_LINK_DAMAGED);
	if (!cursor_skip(&layer->bytes, 3) || !cursor_u8(&layer->bytes, &flags))
		return DROP_LINK_TRUNCATED;
	if ((flags & EXTENDED) != 0 &&
	    (!cursor_u16(&layer->bytes, &size) ||
		!cursor_skip(&layer->bytes, size)))
		return DROP_LINK_TRUNCATED;
	if ((flags & NO_LINK) == 0)
		return layer_next(layer, link);
	return cursor_skip(&layer->bytes, 4) ? layer_next(layer, LAYER_IP)
					     : DROP_LINK_TRUNCATED;
}

enum packet_drop
juniper_ether_read(struct decode *decode, struct layer *layer)
{
	(void)decode;
	return juniper(layer, LAYER_ETHER);
}

enum packet_drop
juniper_ppp_read(struct decode *decode, struct layer *layer)
{
	(void)decode;
	return juniper(layer, LAYER_PPP);
}

enum packet_drop
juniper_hdlc_read(struct decode *decode, struct layer *layer)
{
	(void)decode;
	return juniper(layer, LAYER_HDLC);
}

enum packet_drop
juniper_frame_relay_read(struct decode *decode, struct layer *layer)
{
	(void)decode;
	return juniper(layer, LAYER_FRAME_RELAY);
}

/* Extension headers of ERF: 8 bytes each, of which the first bit says that
 * one more follows. */
static bool
erf_extensions(struct cursor *bytes)
{
	enum { EXTENSIONS_MAX = 16 };
	uint8_t first;
	unsigned i;

	for (i = 0; i < EXTENSIONS_MAX; i++) {
		if (!cursor_u8(bytes, &first) || !cursor_skip(bytes, 7))
			return false;
		if ((first & 0x80) == 0)
			return true;
	}
	return false;
}

/* Endace's record: time, type, flags, sizes, losses; before Ethernet come two
 * bytes of padding. */
enum packet_drop
erf_read(struct decode *decode, struct layer *layer)
{
	enum { HDLC_POS = 1, ETH = 2, COLOR_ETH = 11, DSM_ETH = 16 };
	enum { IS_IP4 = 22, IS_IP6 = 23, MORE = 0x80 };
	uint8_t type;

	(void)decode;
	if (!cursor_skip(&layer->bytes, 8) ||
	    !cursor_u8(&layer->bytes, &type) ||
	    !cursor_skip(&layer->bytes, 7) ||
	    ((type & MORE) != 0 && !erf_extensions(&layer->bytes)))
		return DROP_LINK_TRUNCATED;
	switch (type & ~MORE) {
	case HDLC_POS: return layer_next(layer, LAYER_PPP);
	case IS_IP4: return layer_next(layer, LAYER_IP4);
	case IS_IP6: return layer_next(layer, LAYER_IP6);
	case ETH:
	case COLOR_ETH:
	case DSM_ETH:
		return cursor_skip(&layer->bytes, 2)
		    ? layer_next(layer, LAYER_ETHER)
		    : DROP_LINK_TRUNCATED;
	default: return DROP_NOT_IP;
	}
}
