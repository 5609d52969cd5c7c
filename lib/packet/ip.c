#include "packet/layers.h"

/* IPv4 (RFC 791) and IPv6 (RFC 8200). */

enum {
	IP4_HEADER_SIZE = 20,
	IP6_HEADER_SIZE = 40,
	IP6_EXTENSIONS_MAX = 12, /* RFC 8200 allows fewer. */
	IP_SIZE_MAX = 65535,
};

/* Where in its packet a fragment lies. */
struct fragment {
	uint32_t id;
	uint32_t offset; /* In bytes. */
	bool more;       /* Others follow. */
};

/* Begins a level, which counts once its transport was read. */
static struct packet *
level_begin(struct decode *decode, const struct layer *layer)
{
	struct packet *packet = &decode->stack->level[decode->stack->count];

	*packet = (struct packet){ .ip = layer->bytes };
	packet->ip_size = layer_size(layer);
	return packet;
}

static struct fragment_key
fragment_key_of(const struct packet_stack *stack, const struct packet *packet,
    const struct fragment *fragment)
{
	struct fragment_key key = { .id = fragment->id,
		.family = packet->src.family };

	memcpy(key.src, packet->src.bytes, sizeof(key.src));
	memcpy(key.dst, packet->dst.bytes, sizeof(key.dst));
	if (key.family == 4)
		key.ip_proto = packet->ip_proto;
	if (stack->count > 0)
		key.scope = stack->level[stack->count - 1].carrier_id;
	return key;
}

static bool
carries_ports(uint8_t ip_proto)
{
	return ip_proto == IP_TCP || ip_proto == IP_UDP ||
	    ip_proto == IP_UDPLITE || ip_proto == IP_SCTP ||
	    ip_proto == IP_ICMP || ip_proto == IP_ICMP6;
}

/* A later fragment: it has no transport header of its own. An IPv6 one says
 * only what followed the fragment header in the first one, which may be one
 * more extension header. */
static enum packet_drop
later_fragment(struct decode *decode, struct packet *packet,
    const struct fragment *fragment, struct layer *layer)
{
	struct fragment_key key =
	    fragment_key_of(decode->stack, packet, fragment);
	bool known = fragments_find(decode->fragments, &key,
	    decode->stack->time_us, packet);

	if (!known &&
	    (carries_ports(packet->ip_proto) ||
		packet->ip_proto == IP_DESTINATION))
		return DROP_FRAGMENT;
	packet->later_fragment = true;
	packet->payload_size = layer_size(layer);
	packet->payload = cursor_of(layer->bytes.at, 0);
	decode->stack->count++;
	return layer_next(layer, LAYER_END);
}

static void
first_fragment(struct decode *decode, const struct packet *packet,
    const struct fragment *fragment)
{
	struct fragment_key key =
	    fragment_key_of(decode->stack, packet, fragment);

	fragments_note(decode->fragments, &key, decode->stack->time_us, packet);
}

/* What follows the IP header, of which 'layer' holds the rest. */
static enum packet_drop
level_finish(struct decode *decode, struct packet *packet,
    const struct fragment *fragment, struct layer *layer)
{
	enum packet_drop drop;

	decode->by_port = false;
	if (fragment->offset > 0 &&
	    fragment->offset + layer_size(layer) > IP_SIZE_MAX)
		return packet->src.family == 4 ? DROP_IP4_MALFORMED
					       : DROP_IP6_MALFORMED;
	if (fragment->offset > 0)
		return later_fragment(decode, packet, fragment, layer);
	packet->first_fragment = fragment->more;
	drop = transport_read(packet, layer);
	if (drop != DROP_NONE)
		return drop;
	if (fragment->more)
		first_fragment(decode, packet, fragment);
	decode->stack->count++;
	return tunnel_read(decode, packet, layer);
}

/* The fixed part of an IPv4 header. */
struct ip4 {
	uint8_t first;
	uint16_t total, fragment;
};

static bool
ip4_fixed(struct cursor *head, struct packet *packet, struct ip4 *ip4)
{
	uint16_t checksum;

	packet->src.family = packet->dst.family = 4;
	return cursor_u8(head, &ip4->first) && cursor_u8(head, &packet->tos) &&
	    cursor_u16(head, &ip4->total) && cursor_u16(head, &packet->ip_id) &&
	    cursor_u16(head, &ip4->fragment) && cursor_u8(head, &packet->ttl) &&
	    cursor_u8(head, &packet->ip_proto) && cursor_u16(head, &checksum) &&
	    cursor_copy(head, packet->src.bytes, 4) &&
	    cursor_copy(head, packet->dst.bytes, 4);
}

/* Bounds the packet by its own length. A length of 0 is a big segment that
 * the interface is yet to cut up: all that was captured belongs to it. */
static bool
ip4_bound(const struct ip4 *ip4, struct packet *packet, struct layer *layer)
{
	uint32_t header_size = (uint32_t)(ip4->first & 15) * 4;
	uint32_t total = ip4->total > 0 ? ip4->total : layer_size(layer);

	if (ip4->first >> 4 != 4 || header_size < IP4_HEADER_SIZE ||
	    total < header_size)
		return false;
	layer_trim(layer, total);
	packet->ip = layer->bytes;
	packet->ip_size = total;
	return true;
}

enum packet_drop
ip4_read(struct decode *decode, struct layer *layer)
{
	struct packet *packet;
	struct fragment fragment;
	struct cursor head;
	struct ip4 ip4;

	if (decode->stack->count == PACKET_LEVELS)
		return DROP_DEPTH;
	packet = level_begin(decode, layer);
	head = layer->bytes;
	if (!ip4_fixed(&head, packet, &ip4))
		return DROP_IP4_TRUNCATED;
	if (!ip4_bound(&ip4, packet, layer))
		return DROP_IP4_MALFORMED;
	if (!cursor_skip(&layer->bytes, (size_t)(ip4.first & 15) * 4))
		return DROP_IP4_TRUNCATED;
	packet->dont_fragment = (ip4.fragment & 0x4000) != 0;
	fragment.id = packet->ip_id;
	fragment.offset = (uint32_t)(ip4.fragment & 0x1fff) * 8;
	fragment.more = (ip4.fragment & 0x2000) != 0;
	return level_finish(decode, packet, &fragment, layer);
}

static bool
ip6_fixed(struct cursor *head, struct packet *packet, uint32_t *first,
    uint16_t *size)
{
	packet->src.family = packet->dst.family = 6;
	return cursor_u32(head, first) && cursor_u16(head, size) &&
	    cursor_u8(head, &packet->ip_proto) &&
	    cursor_u8(head, &packet->ttl) &&
	    cursor_copy(head, packet->src.bytes, 16) &&
	    cursor_copy(head, packet->dst.bytes, 16);
}

/* An extension header of the usual shape: next header, length in units of 8
 * bytes without the first 8. */
static bool
ip6_extension(struct cursor *bytes, uint8_t *next)
{
	uint8_t size;

	return cursor_u8(bytes, next) && cursor_u8(bytes, &size) &&
	    cursor_skip(bytes, (size_t)size * 8 + 6);
}

static bool
ip6_fragment(struct cursor *bytes, uint8_t *next, struct fragment *fragment)
{
	uint8_t reserved;
	uint16_t offset;

	if (!cursor_u8(bytes, next) || !cursor_u8(bytes, &reserved) ||
	    !cursor_u16(bytes, &offset) || !cursor_u32(bytes, &fragment->id))
		return false;
	fragment->offset = offset & 0xfff8;
	fragment->more = (offset & 1) != 0;
	return true;
}

/* AH is not passed over: as in IPv4, what it protects is a flow of IPsec. */
static bool
is_extension(uint8_t next)
{
	switch (next) {
	case IP_HOP_BY_HOP:
	case IP_ROUTING:
	case IP_FRAGMENT:
	case IP_DESTINATION:
	case IP_MOBILITY:
	case IP_HIP:
	case IP_SHIM6: return true;
	default: return false;
	}
}

/* Goes along the extension headers, up to the transport or to a fragment
 * that is not the first. */
static enum packet_drop
ip6_extensions(struct packet *packet, struct fragment *fragment,
    struct layer *layer)
{
	uint8_t *next = &packet->ip_proto;
	unsigned i;
	bool read;

	for (i = 0; is_extension(*next) && fragment->offset == 0; i++) {
		if (i == IP6_EXTENSIONS_MAX)
			return DROP_IP6_MALFORMED;
		read = *next == IP_FRAGMENT
		    ? ip6_fragment(&layer->bytes, next, fragment)
		    : ip6_extension(&layer->bytes, next);
		if (!read)
			return layer_short(layer, DROP_IP6_TRUNCATED,
			    DROP_IP6_MALFORMED);
	}
	return DROP_NONE;
}

/* A length of 0 stands in jumbograms (RFC 2675) and in big segments, like
 * that of IPv4: all that was captured belongs to it. */
static bool
ip6_bound(struct packet *packet, uint16_t size, struct layer *layer)
{
	if (size > 0 || packet->ip_proto == IP_NONE)
		layer_trim(layer, size + (uint32_t)IP6_HEADER_SIZE);
	packet->ip = layer->bytes;
	packet->ip_size = layer_size(layer);
	return cursor_skip(&layer->bytes, IP6_HEADER_SIZE);
}

enum packet_drop
ip6_read(struct decode *decode, struct layer *layer)
{
	struct packet *packet;
	struct fragment fragment = { 0 };
	struct cursor head;
	uint32_t first;
	uint16_t size;
	enum packet_drop drop;

	if (decode->stack->count == PACKET_LEVELS)
		return DROP_DEPTH;
	packet = level_begin(decode, layer);
	head = layer->bytes;
	if (!ip6_fixed(&head, packet, &first, &size))
		return DROP_IP6_TRUNCATED;
	if (first >> 28 != 6)
		return DROP_IP6_MALFORMED;
	packet->tos = (uint8_t)(first >> 20);
	packet->flow_label = first & 0xfffff;
	if (!ip6_bound(packet, size, layer))
		return DROP_IP6_TRUNCATED;
	drop = ip6_extensions(packet, &fragment, layer);
	if (drop != DROP_NONE)
		return drop;
	return level_finish(decode, packet, &fragment, layer);
}

/* Links and tunnels that carry either version. */
enum packet_drop
ip_read(struct decode *decode, struct layer *layer)
{
	uint8_t first;

	(void)decode;
	if (!cursor_peek(&layer->bytes, &first))
		return DROP_LINK_TRUNCATED;
	switch (first >> 4) {
	case 4: return layer_next(layer, LAYER_IP4);
	case 6: return layer_next(layer, LAYER_IP6);
	default: return DROP_NOT_IP;
	}
}
