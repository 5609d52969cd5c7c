#include "packet/layers.h"

/* IEEE 802.11 as captured, alone and behind the headers in which drivers say
 * how it was received (radiotap.org; tcpdump.org/linktypes). */

enum {
	AVS_FIRST = 0x8021, /* The upper half of its version's number. */
	PRISM_SIZE = 144,
};

enum { /* Frame control, in the order of its bytes. */
	VERSION_TYPE = 0x0f00,
	IS_DATA = 0x0800,
	NO_DATA = 0x4000,
	HAS_QOS = 0x8000,
	TO_AND_FROM = 0x0003,
	MORE_FRAGMENTS = 0x0004,
	PROTECTED = 0x0040,
	ORDER = 0x0080,
};

/* IEEE 802.11-2020, 9.2.4: addresses, a fourth one between access points,
 * quality of service, and with it high throughput. '*joined': several frames
 * were sent as one. */
static bool
read_rest(struct layer *layer, uint16_t control, uint16_t *sequence,
    bool *joined)
{
	uint8_t qos, rest;
	bool four = (control & TO_AND_FROM) == TO_AND_FROM;

	*joined = false;
	if (!cursor_skip(&layer->bytes, 20) || !layer_u16le(layer, sequence) ||
	    (four && !cursor_skip(&layer->bytes, 6)))
		return false;
	if ((control & HAS_QOS) == 0)
		return true;
	if (!cursor_u8(&layer->bytes, &qos) || !cursor_u8(&layer->bytes, &rest))
		return false;
	*joined = (qos & 0x80) != 0;
	return (control & ORDER) == 0 || cursor_skip(&layer->bytes, 4);
}

/* 9.3.2.2: of frames that were joined, the first one is read. */
static enum packet_drop
read_joined(struct layer *layer)
{
	uint16_t size;

	if (!cursor_skip(&layer->bytes, 12) ||
	    !cursor_u16(&layer->bytes, &size))
		return DROP_LINK_TRUNCATED;
	if (size < layer_size(layer))
		layer_trim(layer, size);
	return layer_next(layer, LAYER_LLC);
}

static enum packet_drop
read_frame(struct layer *layer, bool padded)
{
	const uint8_t *begin = layer->bytes.at;
	uint16_t control, sequence;
	bool joined;
	size_t over;

	if (!cursor_u16(&layer->bytes, &control))
		return DROP_LINK_TRUNCATED;
	if ((control & VERSION_TYPE) != IS_DATA || (control & NO_DATA) != 0)
		return DROP_NOT_IP;
	if (!read_rest(layer, control, &sequence, &joined))
		return DROP_LINK_TRUNCATED;
	if ((control & PROTECTED) != 0)
		return DROP_LINK_ENCRYPTED;
	if ((control & MORE_FRAGMENTS) != 0 || (sequence & 15) != 0)
		return DROP_FRAGMENT;
	over = (size_t)(layer->bytes.at - begin) & 3;
	if (padded && over > 0 && !cursor_skip(&layer->bytes, 4 - over))
		return DROP_LINK_TRUNCATED;
	return joined ? read_joined(layer) : layer_next(layer, LAYER_LLC);
}

enum packet_drop
radio_read(struct decode *decode, struct layer *layer)
{
	(void)decode;
	return read_frame(layer, false);
}

/* The flags stand behind the words that say what there is, and behind a
 * clock of 8 bytes at a multiple of 8. 0 without any. */
static uint8_t
radiotap_flags(struct layer head)
{
	enum { HAS_CLOCK = 1, HAS_FLAGS = 2, WORDS_MAX = 32 };
	uint32_t present, first = 0;
	unsigned words = 0;
	uint8_t flags;

	do {
		if (words == WORDS_MAX || !layer_u32le(&head, &present))
			return 0;
		if (words++ == 0)
			first = present;
	} while (present >> 31 != 0);
	if ((first & HAS_FLAGS) == 0)
		return 0;
	if ((first & HAS_CLOCK) != 0 &&
	    !cursor_skip(&head.bytes, (words % 2 == 0 ? 4 : 0) + 8))
		return 0;
	return cursor_u8(&head.bytes, &flags) ? flags : 0;
}

/* Version 0, a byte of padding, the length of all of it. */
enum packet_drop
radiotap_read(struct decode *decode, struct layer *layer)
{
	enum { FIXED = 4, PADDED = 0x20, DAMAGED = 0x40 };
	struct layer head = { .kind = LAYER_RADIOTAP };
	uint16_t version, size;
	uint8_t flags;

	(void)decode;
	if (!cursor_u16(&layer->bytes, &version) || !layer_u16le(layer, &size))
		return DROP_LINK_TRUNCATED;
	if (version >> 8 != 0 || size < FIXED)
		return DROP_LINK_DAMAGED;
	if (!cursor_take(&layer->bytes, size - (size_t)FIXED, &head.bytes))
		return DROP_LINK_TRUNCATED;
	flags = radiotap_flags(head);
	if ((flags & DAMAGED) != 0)
		return DROP_LINK_DAMAGED;
	return read_frame(layer, (flags & PADDED) != 0);
}

/* AVS: version, then the length of all of it. */
enum packet_drop
avs_read(struct decode *decode, struct layer *layer)
{
	enum { FIXED = 8 };
	uint32_t version, size;

	(void)decode;
	if (!cursor_u32(&layer->bytes, &version) ||
	    !cursor_u32(&layer->bytes, &size))
		return DROP_LINK_TRUNCATED;
	if (version >> 16 != AVS_FIRST || size < FIXED)
		return DROP_LINK_DAMAGED;
	if (!cursor_skip(&layer->bytes, size - (size_t)FIXED))
		return DROP_LINK_TRUNCATED;
	return layer_next(layer, LAYER_RADIO);
}

/* Prism's header has one size; AVS came in its place, with the same link
 * type. */
enum packet_drop
prism_read(struct decode *decode, struct layer *layer)
{
	struct cursor head = layer->bytes;
	uint16_t first;

	(void)decode;
	if (cursor_u16(&head, &first) && first == AVS_FIRST)
		return layer_next(layer, LAYER_AVS);
	if (!cursor_skip(&layer->bytes, PRISM_SIZE))
		return DROP_LINK_TRUNCATED;
	return layer_next(layer, LAYER_RADIO);
}

/* PPI: version and flags, the length of all of it, the link type behind. */
enum packet_drop
ppi_read(struct decode *decode, struct layer *layer)
{
	enum { FIXED = 8 };
	uint16_t version, size;
	uint32_t link;

	(void)decode;
	if (!cursor_u16(&layer->bytes, &version) ||
	    !layer_u16le(layer, &size) || !layer_u32le(layer, &link))
		return DROP_LINK_TRUNCATED;
	if (version >> 8 != 0 || size < FIXED)
		return DROP_LINK_DAMAGED;
	if (!cursor_skip(&layer->bytes, size - (size_t)FIXED))
		return DROP_LINK_TRUNCATED;
	return layer_next_link(layer, link);
}
