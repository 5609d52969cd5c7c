#include "packet/layers.h"

/* Link layers, and what an Ethernet type says. */

enum { ETHER_ADDRESSES = 12 };

enum packet_drop
ether_read(struct decode *decode, struct layer *layer)
{
	uint16_t type;

	(void)decode;
	if (!cursor_skip(&layer->bytes, ETHER_ADDRESSES) ||
	    !cursor_u16(&layer->bytes, &type))
		return DROP_LINK_TRUNCATED;
	return layer_next_type(layer, type);
}

/* How many bytes a tag has before the next Ethernet type; 0: no tag. */
static size_t
tag_size(uint16_t type)
{
	switch (type) {
	case ETHER_VLAN:
	case ETHER_QINQ:
	case ETHER_QINQ_OLD: return 2;
	case ETHER_VN_TAG: return 4;
	case ETHER_E_TAG:
	case ETHER_CISCO_META: return 6;
	default: return 0;
	}
}

/* Tags in a row; 'layer->type' becomes what stands behind them. */
static enum packet_drop
read_tags(struct packet_stack *stack, struct layer *layer)
{
	uint16_t tag;
	size_t size;
	unsigned i;

	for (i = 0; (size = tag_size(layer->type)) > 0; i++) {
		if (i == PACKET_TAGS)
			return DROP_TAGS;
		if (!cursor_u16(&layer->bytes, &tag) ||
		    !cursor_skip(&layer->bytes, size - sizeof(tag)) ||
		    !cursor_u16(&layer->bytes, &layer->type))
			return DROP_LINK_TRUNCATED;
		if (size == sizeof(tag) && stack->count == 0 &&
		    stack->vlan == 0)
			stack->vlan = tag & 0xfff;
	}
	return DROP_NONE;
}

enum packet_drop
type_read(struct decode *decode, struct layer *layer)
{
	enum packet_drop drop = read_tags(decode->stack, layer);

	if (drop != DROP_NONE)
		return drop;
	switch (layer->type) {
	case ETHER_IP4: return layer_next(layer, LAYER_IP4);
	case ETHER_IP6: return layer_next(layer, LAYER_IP6);
	case ETHER_MPLS:
	case ETHER_MPLS_MULTICAST: return layer_next(layer, LAYER_MPLS);
	case ETHER_PPPOE: return layer_next(layer, LAYER_PPPOE);
	case ETHER_PPP: return layer_next(layer, LAYER_PPP);
	case ETHER_TRANSPARENT: return layer_next(layer, LAYER_ETHER);
	case ETHER_BACKBONE: return layer_next(layer, LAYER_BACKBONE);
	case ETHER_NSH: return layer_next(layer, LAYER_NSH);
	default: break;
	}
	if (layer->type > ETHER_LENGTH_MAX)
		return DROP_NOT_IP;
	if (layer->type < layer_size(layer))
		layer_trim(layer, layer->type);
	return layer_next(layer, LAYER_LLC);
}

/* IEEE 802.2, and the SNAP header of RFC 1042. */
enum packet_drop
llc_read(struct decode *decode, struct layer *layer)
{
	static const uint8_t snap[] = { 0xaa, 0xaa, 0x03 };
	static const uint8_t ip[] = { 0x06, 0x06, 0x03 };
	struct cursor head;
	uint32_t oui;
	uint16_t type;

	(void)decode;
	if (!cursor_take(&layer->bytes, 3, &head))
		return DROP_LINK_TRUNCATED;
	if (cursor_begins(&head, ip, sizeof(ip)))
		return layer_next(layer, LAYER_IP4);
	if (!cursor_begins(&head, snap, sizeof(snap)))
		return DROP_NOT_IP;
	if (!cursor_u24(&layer->bytes, &oui) ||
	    !cursor_u16(&layer->bytes, &type))
		return DROP_LINK_TRUNCATED;
	if (oui != 0 || type <= ETHER_LENGTH_MAX)
		return DROP_NOT_IP;
	return layer_next_type(layer, type);
}

/* The protocol of Linux's cooked headers: an Ethernet type, or one of the
 * kernel's own below them (ETH_P_802_2 and the like). */
static enum packet_drop
cooked_next(struct layer *layer, uint16_t device, uint16_t protocol)
{
	enum { NETLINK = 824, ETH_P_802_2 = 4 };

	if (device == NETLINK)
		return DROP_NOT_IP;
	if (protocol == ETH_P_802_2)
		return layer_next(layer, LAYER_LLC);
	if (protocol <= ETHER_LENGTH_MAX)
		return DROP_NOT_IP;
	return layer_next_type(layer, protocol);
}

enum packet_drop
sll_read(struct decode *decode, struct layer *layer)
{
	uint16_t direction, device, protocol;

	(void)decode;
	if (!cursor_u16(&layer->bytes, &direction) ||
	    !cursor_u16(&layer->bytes, &device) ||
	    !cursor_skip(&layer->bytes, 10) || /* The sender's address. */
	    !cursor_u16(&layer->bytes, &protocol))
		return DROP_LINK_TRUNCATED;
	return cooked_next(layer, device, protocol);
}

enum packet_drop
sll2_read(struct decode *decode, struct layer *layer)
{
	uint16_t protocol, reserved, device;
	uint32_t interface;

	(void)decode;
	if (!cursor_u16(&layer->bytes, &protocol) ||
	    !cursor_u16(&layer->bytes, &reserved) ||
	    !cursor_u32(&layer->bytes, &interface) ||
	    !cursor_u16(&layer->bytes, &device) ||
	    !cursor_skip(&layer->bytes, 10)) /* The sender's address. */
		return DROP_LINK_TRUNCATED;
	return cooked_next(layer, device, protocol);
}

enum packet_drop
layer_next_family(struct layer *layer, uint32_t family)
{
	switch (family) {
	case 2: return layer_next(layer, LAYER_IP4);
	case 10:
	case 24:
	case 28:
	case 30: return layer_next(layer, LAYER_IP6);
	default: return DROP_NOT_IP;
	}
}

/* BSD's loopback: an address family in the byte order of whoever
 * captured. */
enum packet_drop
null_read(struct decode *decode, struct layer *layer)
{
	uint32_t family;

	(void)decode;
	if (!cursor_u32(&layer->bytes, &family))
		return DROP_LINK_TRUNCATED;
	if (family > 0xffff)
		family = __builtin_bswap32(family);
	return layer_next_family(layer, family);
}
