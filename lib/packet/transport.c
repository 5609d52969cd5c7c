#include "packet/layers.h"

/* TCP, UDP, UDP-Lite, ICMP, ICMPv6, SCTP. */

enum {
	TCP_HEADER_SIZE = 20,
	UDP_HEADER_SIZE = 8,
	ICMP_HEADER_SIZE = 8,
	SCTP_HEADER_SIZE = 12,
};

enum { /* TCP options */
	OPTION_END = 0,
	OPTION_NOP = 1,
	OPTION_MSS = 2,
	OPTION_SCALE = 3,
	OPTION_SACK_PERMITTED = 4,
	OPTION_TIMESTAMP = 8,
};

static void
read_option(struct packet_tcp *tcp, uint8_t kind, struct cursor body)
{
	switch (kind) {
	case OPTION_MSS:
		tcp->has_mss = body.left == 2 && cursor_u16(&body, &tcp->mss);
		break;
	case OPTION_SCALE:
		tcp->has_scale =
		    body.left == 1 && cursor_u8(&body, &tcp->scale);
		break;
	case OPTION_SACK_PERMITTED: tcp->sack_permitted = body.left == 0; break;
	case OPTION_TIMESTAMP:
		tcp->has_timestamp = body.left == 8 &&
		    cursor_u32(&body, &tcp->ts_value) &&
		    cursor_u32(&body, &tcp->ts_echo);
		break;
	default: break;
	}
}

/* Takes one option off; false at the end, or where they are damaged. */
static bool
next_option(struct cursor *options, uint8_t *kind, struct cursor *body)
{
	uint8_t size;

	if (!cursor_u8(options, kind))
		return false;
	*body = cursor_of(options->at, 0);
	if (*kind == OPTION_END || *kind == OPTION_NOP)
		return true;
	return cursor_u8(options, &size) && size >= 2 &&
	    cursor_take(options, size - 2U, body);
}

/* Damaged options end the list, and do no more harm than that: hosts differ
 * in what they make of them. */
static void
read_options(struct packet_tcp *tcp, struct cursor options)
{
	struct cursor body;
	uint8_t kind;

	while (next_option(&options, &kind, &body)) {
		if ((tcp->flags & TCP_SYN) != 0 &&
		    tcp->option_count < PACKET_OPTIONS_SIZE)
			tcp->options[tcp->option_count++] = kind;
		if (kind == OPTION_END)
			return;
		read_option(tcp, kind, body);
	}
}

static bool
tcp_fixed(struct packet *packet, struct cursor *head, uint8_t *offset)
{
	struct packet_tcp *tcp = &packet->tcp;
	uint16_t checksum, urgent;

	return cursor_u16(head, &packet->src_port) &&
	    cursor_u16(head, &packet->dst_port) &&
	    cursor_u32(head, &tcp->seq) && cursor_u32(head, &tcp->ack) &&
	    cursor_u8(head, offset) && cursor_u8(head, &tcp->flags) &&
	    cursor_u16(head, &tcp->window) && cursor_u16(head, &checksum) &&
	    cursor_u16(head, &urgent);
}

/* RFC 9293, 3.1. Where the capture was cut within the options, those that
 * are there count. */
static enum packet_drop
tcp_read(struct packet *packet, struct layer *layer)
{
	struct cursor options;
	uint32_t options_size;
	uint8_t offset;

	if (!tcp_fixed(packet, &layer->bytes, &offset))
		return layer_short(layer, DROP_TCP_TRUNCATED,
		    DROP_TCP_MALFORMED);
	options_size = (uint32_t)(offset >> 4) * 4;
	if (options_size < TCP_HEADER_SIZE)
		return DROP_TCP_MALFORMED;
	options_size -= TCP_HEADER_SIZE;
	if (options_size > layer_size(layer))
		return DROP_TCP_MALFORMED;
	packet->has_ports = true;
	options = layer->bytes;
	if (options.left > options_size)
		options.left = options_size;
	read_options(&packet->tcp, options);
	layer_skip(layer, options_size);
	return DROP_NONE;
}

/* RFC 768. The first of several fragments has the length of them all; a
 * jumbogram has none (RFC 2675, 4). */
static enum packet_drop
udp_read(struct packet *packet, struct layer *layer)
{
	uint32_t whole = layer_size(layer);
	uint16_t size, checksum;

	if (!cursor_u16(&layer->bytes, &packet->src_port) ||
	    !cursor_u16(&layer->bytes, &packet->dst_port) ||
	    !cursor_u16(&layer->bytes, &size) ||
	    !cursor_u16(&layer->bytes, &checksum))
		return layer_short(layer, DROP_UDP_TRUNCATED,
		    DROP_UDP_MALFORMED);
	packet->has_ports = true;
	if (size == 0 && whole > UINT16_MAX)
		return DROP_NONE;
	if (size < UDP_HEADER_SIZE)
		return DROP_UDP_MALFORMED;
	if (size > whole && !packet->first_fragment)
		return DROP_UDP_MALFORMED;
	if (size < whole)
		layer_trim(layer, size - (uint32_t)UDP_HEADER_SIZE);
	return DROP_NONE;
}

/* RFC 3828: where UDP has its length, this has its checksum's reach. */
static enum packet_drop
udplite_read(struct packet *packet, struct layer *layer)
{
	if (!cursor_u16(&layer->bytes, &packet->src_port) ||
	    !cursor_u16(&layer->bytes, &packet->dst_port) ||
	    !cursor_skip(&layer->bytes, UDP_HEADER_SIZE - 4))
		return layer_short(layer, DROP_UDP_TRUNCATED,
		    DROP_UDP_MALFORMED);
	packet->has_ports = true;
	return DROP_NONE;
}

/* RFC 792 and 4443. Of the eight bytes of a header, the last four mean
 * something only in some types. */
static enum packet_drop
icmp_read(struct packet *packet, struct layer *layer)
{
	uint16_t checksum;

	if (!cursor_u8(&layer->bytes, &packet->icmp_type) ||
	    !cursor_u8(&layer->bytes, &packet->icmp_code) ||
	    !cursor_u16(&layer->bytes, &checksum))
		return DROP_ICMP_TRUNCATED;
	layer_skip(layer, ICMP_HEADER_SIZE - 4);
	return DROP_NONE;
}

/* RFC 9260, 3.1. */
static enum packet_drop
sctp_read(struct packet *packet, struct layer *layer)
{
	if (!cursor_u16(&layer->bytes, &packet->src_port) ||
	    !cursor_u16(&layer->bytes, &packet->dst_port) ||
	    !cursor_skip(&layer->bytes, SCTP_HEADER_SIZE - 4))
		return DROP_SCTP_TRUNCATED;
	packet->has_ports = true;
	return DROP_NONE;
}

static enum packet_drop
read_header(struct packet *packet, struct layer *layer)
{
	switch (packet->ip_proto) {
	case IP_TCP: return tcp_read(packet, layer);
	case IP_UDP: return udp_read(packet, layer);
	case IP_UDPLITE: return udplite_read(packet, layer);
	case IP_ICMP:
	case IP_ICMP6: return icmp_read(packet, layer);
	case IP_SCTP: return sctp_read(packet, layer);
	default: return DROP_NONE;
	}
}

enum packet_drop
transport_read(struct packet *packet, struct layer *layer)
{
	enum packet_drop drop = read_header(packet, layer);

	packet->payload = layer->bytes;
	packet->payload_size = layer_size(layer);
	return drop;
}
