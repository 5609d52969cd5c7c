#include "packet/packet.h"

#include <stdio.h>

#include "test/unit/packet/build.h"
#include "test/unit/packet/check.h"

/* What is read of IP and TCP headers, and how sizes on the wire come out. */

enum { ETHER = 1, RAW = 12 };

struct options_row {
	const char *name;
	const char *hex;
	const char *kinds; /* Of a SYN, in hex. */
	int mss, scale;    /* -1: none. */
	bool sack, timestamp;
};

static const struct options_row options_rows[] = {
	{ "none", "", "", -1, -1, false, false },
	{ "Linux",
	    "02 04 05 b4 04 02 08 0a 00 00 00 07 00 00 00 09 01 03 03 07",
	    "02 04 08 01 03", 1460, 7, true, true },
	{ "end in the middle", "02 04 05 b4 00 03 03 07", "02 00", 1460, -1,
	    false, false },
	{ "unknown kind", "1c 04 aa bb 02 04 05 b4", "1c 02", 1460, -1, false,
	    false },
	{ "size 0", "02 00 05 b4 03 03 07 00", "", -1, -1, false, false },
	{ "size 1", "01 01 02 01 03 03 07 00", "01 01", -1, -1, false, false },
	{ "size beyond the header", "01 01 01 02 08 00 00 00", "01 01 01", -1,
	    -1, false, false },
	{ "size without a byte left", "01 01 01 02", "01 01 01", -1, -1, false,
	    false },
	{ "MSS of 3 bytes", "02 03 05 01", "02 01", -1, -1, false, false },
	{ "timestamp of 6 bytes", "08 06 00 00 00 07 01 01", "08 01 01", -1, -1,
	    false, false },
	{ "more than are kept",
	    "01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 "
	    "01 01 01 01 01 01 01 01 01 01 01 01 02 04 05 b4",
	    "01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 "
	    "01 01 01 01 01 01 01 01",
	    1460, -1, false, false },
};

/* A TCP packet with these options in the place of a SYN's. */
static size_t
tcp_with(const char *options, uint8_t *bytes, size_t room)
{
	uint8_t list[40];
	size_t count = tap_hex(options, list, sizeof(list));
	size_t size = tap_hex("45 00 00 00 12 34 40 00 33 06 00 00 "
			      "c0 00 02 01 c6 33 64 01 "
			      "9c 40 01 bb 01 02 03 04 05 06 07 08 "
			      "50 02 fa f0 00 00 00 00",
	    bytes, room);

	memcpy(bytes + size, list, count);
	size += count;
	bytes[3] = (uint8_t)size;
	bytes[32] = (uint8_t)((20 + count) / 4 << 4);
	return size;
}

static void
test_options(struct packet_decoder *decoder, const struct options_row *row)
{
	uint8_t bytes[128], kinds[PACKET_OPTIONS_SIZE];
	size_t count = tap_hex(row->kinds, kinds, sizeof(kinds));
	struct fs_frame frame = { .bytes = bytes, .link = RAW };
	struct packet_stack stack;
	const struct packet_tcp *tcp = &stack.level[0].tcp;

	frame.size = (uint32_t)tcp_with(row->hex, bytes, sizeof(bytes));
	frame.wire_size = frame.size;
	if (!tap_ok(packet_decode(decoder, &frame, &stack) == 0,
		"options are no reason to refuse: %s", row->name))
		return;
	tap_bytes(tcp->options, tcp->option_count, kinds, count, row->name);
	tap_int(tcp->has_mss ? tcp->mss : -1, row->mss, "MSS");
	tap_int(tcp->has_scale ? tcp->scale : -1, row->scale, "scale");
	tap_ok(tcp->sack_permitted == row->sack &&
		tcp->has_timestamp == row->timestamp,
	    "SACK and timestamp");
}

static void
test_fields(struct packet_decoder *decoder)
{
	uint8_t bytes[128];
	struct fs_frame frame = { .bytes = bytes, .link = RAW };
	struct packet_stack stack;
	const struct packet *packet = &stack.level[0];

	frame.size = (uint32_t)tcp_with("08 0a 00 00 00 07 00 00 00 09 01 01",
	    bytes, sizeof(bytes));
	frame.wire_size = frame.size;
	frame.time_us = 77;
	packet_decode(decoder, &frame, &stack);
	tap_ok(packet->tcp.seq == 0x01020304 && packet->tcp.ack == 0x05060708 &&
		packet->tcp.flags == TCP_SYN && packet->tcp.window == 0xfaf0 &&
		packet->tcp.ts_value == 7 && packet->tcp.ts_echo == 9,
	    "TCP's fields");
	tap_ok(packet->ttl == 0x33 && packet->ip_id == 0x1234 &&
		packet->dont_fragment && packet->tos == 0 &&
		stack.time_us == 77,
	    "IPv4's fields");
	bytes[33] = TCP_ACK;
	packet_decode(decoder, &frame, &stack);
	tap_ok(packet->tcp.option_count == 0 && packet->tcp.has_timestamp,
	    "the order of options is kept of a SYN alone");
}

static void
test_ip6_fields(struct packet_decoder *decoder)
{
	static const struct piece pieces[] = { { IP6, 1 }, { TCP }, { END } };
	struct frame_build built;
	struct packet_stack stack;
	struct fs_frame frame;

	build_frame(&built, pieces);
	frame = build_as(&built, RAW);
	packet_decode(decoder, &frame, &stack);
	tap_ok(stack.level[0].tos == 0x10 &&
		stack.level[0].flow_label == 0x12345 &&
		stack.level[0].ttl == 64 && stack.level[0].ip_size == 60,
	    "IPv6's fields");
}

/* A packet of 'total' bytes, as its header has it, in a frame of 'size'
 * captured and 'wire' sent bytes. */
static void
test_size(struct packet_decoder *decoder, const char *name, unsigned total,
    uint32_t size, uint32_t wire, uint32_t want)
{
	static uint8_t bytes[70000];
	struct fs_frame frame = { .bytes = bytes,
		.size = size,
		.wire_size = wire,
		.link = RAW };
	struct packet_stack stack;
	const struct packet *packet = &stack.level[0];

	tcp_with("", bytes, sizeof(bytes));
	bytes[2] = (uint8_t)(total >> 8);
	bytes[3] = (uint8_t)total;
	tap_ok(packet_decode(decoder, &frame, &stack) == 0 &&
		packet->ip_size == want && packet->payload_size == want - 40 &&
		packet->payload.left == (size < want ? size : want) - 40,
	    "%s", name);
}

/* BIG TCP: a length of 0, the true one in a hop-by-hop option (RFC 2675) or
 * nowhere. */
static void
test_jumbo(struct packet_decoder *decoder, const char *name, const char *head,
    size_t head_size)
{
	static uint8_t bytes[80040];
	struct fs_frame frame = { .bytes = bytes,
		.size = 80000,
		.wire_size = 80040,
		.link = RAW };
	struct packet_stack stack;

	memset(bytes, 0, sizeof(bytes));
	tap_hex(head, bytes, sizeof(bytes));
	tap_hex("9c 40 01 bb 00 00 00 00 00 00 00 00 50 10", bytes + head_size,
	    20);
	tap_ok(packet_decode(decoder, &frame, &stack) == 0 &&
		stack.level[0].ip_size == 80040 &&
		stack.level[0].payload_size == 80040 - head_size - 20 &&
		stack.level[0].payload.left == 80000 - head_size - 20,
	    "%s", name);
}

static void
test_sizes(struct packet_decoder *decoder)
{
	test_size(decoder, "a trailer is no payload", 50, 64, 64, 50);
	test_size(decoder, "cut by the capture", 1500, 64, 1500, 1500);
	test_size(decoder, "cut within the payload, wire size lost", 1500, 64,
	    64, 1500);
	test_size(decoder, "length 0: a segment yet to be cut up", 0, 4000,
	    4000, 4000);
	test_size(decoder, "length 0, cut by the capture", 0, 64, 4000, 4000);
	test_size(decoder, "length 0, a wire size beyond reason", 0, 64,
	    UINT32_MAX, 64 + (1 << 20));
	test_jumbo(decoder, "jumbogram",
	    "60 00 00 00 00 00 00 40 20 01 0d b8 00 00 00 00 00 00 00 00 00 "
	    "00 00 01 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02 "
	    "06 00 c2 04 00 01 38 80",
	    48);
	test_jumbo(decoder, "IPv6 of length 0",
	    "60 00 00 00 00 00 06 40 20 01 0d b8 00 00 00 00 00 00 00 00 00 "
	    "00 00 01 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02",
	    40);
}

/* Where the capture ends within the options, those before count. */
static void
test_cut_options(struct packet_decoder *decoder)
{
	static const struct piece pieces[] = { { IP4, 1 }, { SYN },
		{ DATA, 0, 30 }, { END } };
	struct frame_build built;
	struct packet_stack stack;
	struct fs_frame frame;

	build_frame(&built, pieces);
	frame = build_as(&built, RAW);
	frame.size = 20 + 20 + 6;
	tap_ok(packet_decode(decoder, &frame, &stack) == 0 &&
		stack.level[0].tcp.mss == 1460 &&
		stack.level[0].tcp.sack_permitted &&
		!stack.level[0].tcp.has_scale &&
		stack.level[0].payload.left == 0 &&
		stack.level[0].payload_size == 30,
	    "cut within the options");
}

static void
test_udp(struct packet_decoder *decoder)
{
	static const struct piece shorter[] = { { IP4, 1 },
		{ HEX, 0, 17, "9c 40 00 35 00 0a 00 00 61 62 63 64" },
		{ END } };
	static const struct piece icmp[] = { { IP4, 1 },
		{ HEX, 0, 1, "63 07 00 00 01" }, { END } };
	struct frame_build built;
	struct packet_stack stack;
	struct fs_frame frame;

	build_frame(&built, shorter);
	frame = build_as(&built, RAW);
	packet_decode(decoder, &frame, &stack);
	tap_ok(stack.count == 1 && stack.level[0].payload_size == 2 &&
		stack.level[0].payload.left == 2,
	    "UDP's own length bounds its payload");
	build_frame(&built, icmp);
	frame = build_as(&built, RAW);
	packet_decode(decoder, &frame, &stack);
	tap_ok(stack.count == 1 && stack.level[0].icmp_type == 99 &&
		stack.level[0].icmp_code == 7 &&
		stack.level[0].payload_size == 0,
	    "an ICMP message of five bytes");
}

int
main(void)
{
	struct packet_decoder *decoder = packet_decoder_new(7);
	size_t i;

	for (i = 0; i < sizeof(options_rows) / sizeof(options_rows[0]); i++)
		test_options(decoder, &options_rows[i]);
	test_fields(decoder);
	test_ip6_fields(decoder);
	test_sizes(decoder);
	test_cut_options(decoder);
	test_udp(decoder);
	packet_decoder_free(decoder);
	return tap_done();
}
