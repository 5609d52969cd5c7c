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
	uint8_t skip; /* Bytes before that. */
} links[] = {
	{ 1, LAYER_ETHER, 0 },                 /* EN10MB */
	{ 113, LAYER_SLL, 0 },                 /* LINUX_SLL */
	{ 276, LAYER_SLL2, 0 },                /* LINUX_SLL2 */
	{ 12, LAYER_IP, 0 },                   /* RAW */
	{ 101, LAYER_IP, 0 },                  /* RAW as it stands in files */
	{ 14, LAYER_IP, 0 },                   /* RAW on OpenBSD */
	{ 228, LAYER_IP4, 0 },                 /* IPV4 */
	{ 229, LAYER_IP6, 0 },                 /* IPV6 */
	{ 0, LAYER_NULL, 0 },                  /* NULL */
	{ 108, LAYER_NULL, 0 },                /* LOOP */
	{ 9, LAYER_PPP, 0 },                   /* PPP */
	{ 50, LAYER_PPP, 0 },                  /* PPP_SERIAL */
	{ 204, LAYER_PPP, 1 },                 /* PPP_WITH_DIR */
	{ 166, LAYER_PPPD, 0 },                /* PPP_PPPD */
	{ 51, LAYER_PPPOE, 0 },                /* PPP_ETHER */
	{ 104, LAYER_HDLC, 0 },                /* C_HDLC */
	{ 205, LAYER_HDLC, 1 },                /* C_HDLC_WITH_DIR */
	{ 127, LAYER_RADIOTAP, 0 },            /* IEEE802_11_RADIO */
	{ 105, LAYER_RADIO, 0 },               /* IEEE802_11 */
	{ 119, LAYER_PRISM, 0 },               /* PRISM_HEADER */
	{ 163, LAYER_AVS, 0 },                 /* IEEE802_11_RADIO_AVS */
	{ 192, LAYER_PPI, 0 },                 /* PPI */
	{ 107, LAYER_FRAME_RELAY, 0 },         /* FRELAY */
	{ 206, LAYER_FRAME_RELAY, 1 },         /* FRELAY_WITH_DIR */
	{ 182, LAYER_MULTILINK, 0 },           /* MFR */
	{ 11, LAYER_LLC, 0 },                  /* ATM_RFC1483 */
	{ 19, LAYER_CLIP, 0 },                 /* ATM_CLIP */
	{ 123, LAYER_SUNATM, 0 },              /* SUNATM */
	{ 6, LAYER_RING, 0 },                  /* IEEE802 */
	{ 10, LAYER_FDDI, 0 },                 /* FDDI */
	{ 7, LAYER_ARCNET, 2 },                /* ARCNET */
	{ 129, LAYER_ARCNET, 4 },              /* ARCNET_LINUX */
	{ 122, LAYER_LLC, 16 },                /* IP_OVER_FC */
	{ 138, LAYER_BARE_TYPE, 16 },          /* APPLE_IP_OVER_IEEE1394 */
	{ 242, LAYER_INFINIBAND, 40 },         /* IPOIB */
	{ 8, LAYER_IP, 16 },                   /* SLIP */
	{ 226, LAYER_IP, 24 },                 /* IPNET */
	{ 239, LAYER_NFLOG, 0 },               /* NFLOG */
	{ 258, LAYER_PKTAP, 0 },               /* PKTAP */
	{ 117, LAYER_PFLOG, 0 },               /* PFLOG */
	{ 109, LAYER_ENC, 0 },                 /* ENC */
	{ 240, LAYER_ETHER, 4 },               /* NETANALYZER */
	{ 241, LAYER_ETHER, 12 },              /* NETANALYZER_TRANSPARENT */
	{ 197, LAYER_ERF, 0 },                 /* ERF */
	{ 178, LAYER_JUNIPER_ETHER, 0 },       /* JUNIPER_ETHER */
	{ 179, LAYER_JUNIPER_PPP, 0 },         /* JUNIPER_PPP */
	{ 180, LAYER_JUNIPER_FRAME_RELAY, 0 }, /* JUNIPER_FRELAY */
	{ 181, LAYER_JUNIPER_HDLC, 0 },        /* JUNIPER_CHDLC */
	{ 281, LAYER_DSA, 0 },                 /* DSA_TAG_BRCM */
	{ 282, LAYER_ETHER, 4 },               /* DSA_TAG_BRCM_PREPEND */
	{ 284, LAYER_DSA, 0 },                 /* DSA_TAG_DSA */
	{ 285, LAYER_EDSA, 0 },                /* DSA_TAG_EDSA */
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
	[LAYER_BACKBONE] = backbone_read,
	[LAYER_NSH] = nsh_read,
	[LAYER_RADIO] = radio_read,
	[LAYER_RADIOTAP] = radiotap_read,
	[LAYER_PRISM] = prism_read,
	[LAYER_AVS] = avs_read,
	[LAYER_PPI] = ppi_read,
	[LAYER_FDDI] = fddi_read,
	[LAYER_RING] = ring_read,
	[LAYER_ARCNET] = arcnet_read,
	[LAYER_BARE_TYPE] = bare_type_read,
	[LAYER_INFINIBAND] = infiniband_read,
	[LAYER_DSA] = dsa_read,
	[LAYER_EDSA] = edsa_read,
	[LAYER_FRAME_RELAY] = frame_relay_read,
	[LAYER_MULTILINK] = multilink_read,
	[LAYER_CLIP] = clip_read,
	[LAYER_SUNATM] = sunatm_read,
	[LAYER_PPPD] = pppd_read,
	[LAYER_NFLOG] = nflog_read,
	[LAYER_PKTAP] = pktap_read,
	[LAYER_PFLOG] = pflog_read,
	[LAYER_ENC] = enc_read,
	[LAYER_JUNIPER_ETHER] = juniper_ether_read,
	[LAYER_JUNIPER_PPP] = juniper_ppp_read,
	[LAYER_JUNIPER_HDLC] = juniper_hdlc_read,
	[LAYER_JUNIPER_FRAME_RELAY] = juniper_frame_relay_read,
	[LAYER_ERF] = erf_read,
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
	case DROP_LINK_DAMAGED:
	case DROP_IP4_MALFORMED:
	case DROP_IP6_MALFORMED:
	case DROP_TCP_MALFORMED:
	case DROP_UDP_MALFORMED:
	case DROP_PPPOE:
	case DROP_TUNNEL_MALFORMED: return FS_EFORMAT;
	default: return FS_EUNSUP;
	}
}

/* Returns the link's place in the table, or how many there are. */
static size_t
link_find(int link)
{
	size_t i;

	for (i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (links[i].link == link)
			break;
	return i;
}

bool
packet_link_known(int link)
{
	return link_find(link) < sizeof(links) / sizeof(links[0]);
}

enum packet_drop
layer_next_link(struct layer *layer, uint32_t link)
{
	size_t i = link_find(link <= UINT16_MAX ? (int)link : -1);

	if (i == sizeof(links) / sizeof(links[0]))
		return DROP_LINK_UNSUPPORTED;
	if (!cursor_skip(&layer->bytes, links[i].skip))
		return DROP_LINK_TRUNCATED;
	return layer_next(layer, links[i].kind);
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
	stack->drop = layer_next_link(&layer, (uint32_t)frame->link);
	if (stack->drop == DROP_NONE)
		stack->drop = read_layers(&decode, &layer);
	if (stack->count == 0)
		return drop_error(stack->drop);
	if (decode.by_port) {
		stack->level[stack->count - 1].carries = CARRIER_NONE;
		stack->level[stack->count - 1].carrier_id = 0;
	}
	return 0;
}
