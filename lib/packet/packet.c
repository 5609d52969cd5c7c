#include "packet/packet.h"

#include <stdlib.h>

#include "packet/layers.h"

enum {
	LAYERS_MAX = 32,   /* Headers below and between IP headers, too. */
	CUT_MAX = 1 << 20, /* More than any frame; a capture may say more. */
};

struct packet_decoder {
	struct fragments *fragments; /* Owned. */
};

/* Link types as libpcap numbers them on Linux (DLT_*), the frequent ones
 * first. */
static const struct {
	int link;
	enum layer_kind kind;
} links[] = {
	{ 1, LAYER_ETHER },  /* EN10MB */
	{ 113, LAYER_SLL },  /* LINUX_SLL */
	{ 276, LAYER_SLL2 }, /* LINUX_SLL2 */
	{ 12, LAYER_IP },    /* RAW */
	{ 101, LAYER_IP },   /* RAW as it stands in files */
	{ 14, LAYER_IP },    /* RAW on OpenBSD */
	{ 228, LAYER_IP4 },  /* IPV4 */
	{ 229, LAYER_IP6 },  /* IPV6 */
	{ 0, LAYER_NULL },   /* NULL */
	{ 108, LAYER_NULL }, /* LOOP */
	{ 9, LAYER_PPP },    /* PPP */
	{ 50, LAYER_PPP },   /* PPP_SERIAL */
	{ 51, LAYER_PPPOE }, /* PPP_ETHER */
	{ 104, LAYER_HDLC }, /* C_HDLC */
};

typedef enum packet_drop layer_read_fn(struct decode *decode,
    struct layer *layer);

static layer_read_fn *const readers[LAYER_COUNT] = {
	[LAYER_ETHER] = ether_read,
	[LAYER_TYPE] = type_read,
	[LAYER_LLC] = llc_read,
	[LAYER_SLL] = sll_read,
	[LAYER_SLL2] = sll2_read,
	[LAYER_NULL] = null_read,
	[LAYER_PPPOE] = pppoe_read,
	[LAYER_PPP] = ppp_read,
	[LAYER_HDLC] = hdlc_read,
	[LAYER_MPLS] = mpls_read,
	[LAYER_IP] = ip_read,
	[LAYER_IP4] = ip4_read,
	[LAYER_IP6] = ip6_read,
};

/* What packet_decode() returns when a frame gave no packet. */
static int
drop_error(enum packet_drop drop)
{
	switch (drop) {
	case DROP_LINK_TRUNCATED:
	case DROP_IP4_TRUNCATED:
	case DROP_IP6_TRUNCATED:
	case DROP_TCP_TRUNCATED:
	case DROP_UDP_TRUNCATED:
	case DROP_ICMP_TRUNCATED:
	case DROP_SCTP_TRUNCATED:
	case DROP_GRE_TRUNCATED:
	case DROP_TUNNEL_TRUNCATED: return FS_ETRUNC;
	case DROP_IP4_MALFORMED:
	case DROP_IP6_MALFORMED:
	case DROP_TCP_MALFORMED:
	case DROP_UDP_MALFORMED:
	case DROP_PPPOE:
	case DROP_TUNNEL_MALFORMED: return FS_EFORMAT;
	default: return FS_EUNSUP;
	}
}

static enum layer_kind
link_kind(int link)
{
	size_t i;

	for (i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (links[i].link == link)
			return links[i].kind;
	return LAYER_END;
}

bool
packet_link_known(int link)
{
	return link_kind(link) != LAYER_END;
}

struct packet_decoder *
packet_decoder_new(uint64_t seed)
{
	struct packet_decoder *decoder = calloc(1, sizeof(*decoder));

	if (decoder == NULL)
		return NULL;
	decoder->fragments = fragments_new(seed);
	if (decoder->fragments == NULL) {
		free(decoder);
		return NULL;
	}
	return decoder;
}

void
packet_decoder_free(struct packet_decoder *decoder)
{
	if (decoder == NULL)
		return;
	fragments_free(decoder->fragments);
	free(decoder);
}

static enum packet_drop
read_layers(struct decode *decode, struct layer *layer)
{
	enum packet_drop drop;
	unsigned i;

	for (i = 0; i < LAYERS_MAX; i++) {
		drop = readers[layer->kind](decode, layer);
		if (drop != DROP_NONE || layer->kind == LAYER_END)
			return drop;
	}
	return DROP_DEPTH;
}

static struct layer
first_layer(const struct fs_frame *frame)
{
	uint32_t cut =
	    frame->wire_size > frame->size ? frame->wire_size - frame->size : 0;

	return (struct layer){
		.kind = link_kind(frame->link),
		.bytes = cursor_of(frame->bytes, frame->size),
		.cut = cut < CUT_MAX ? cut : CUT_MAX,
	};
}

int
packet_decode(struct packet_decoder *decoder, const struct fs_frame *frame,
    struct packet_stack *stack)
{
	struct decode decode = { decoder->fragments, stack, false };
	struct layer layer = first_layer(frame);

	stack->time_us = frame->time_us;
	stack->wire_size = frame->wire_size;
	stack->count = 0;
	stack->vlan = 0;
	stack->drop = layer.kind == LAYER_END ? DROP_LINK_UNSUPPORTED
					      : read_layers(&decode, &layer);
	if (stack->count == 0)
		return drop_error(stack->drop);
	if (decode.by_port) {
		stack->level[stack->count - 1].carries = CARRIER_NONE;
		stack->level[stack->count - 1].carrier_id = 0;
	}
	return 0;
}
