#include "packet/quick.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tap.h"

/* Ethernet types, and the beginnings of IP packets. */
#define MACS "02 00 00 00 00 01 02 00 00 00 00 02 "
#define IP4(fragment, proto)                       \
	"45 00 00 28 00 01 " fragment " 40 " proto \
	" 00 00 c0 00 02 01 c6 33 64 02 "
#define IP6(next)                                          \
	"60 00 00 00 00 14 " next " 40 "                   \
	"20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01 " \
	"20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02 "
#define TCP "9c 40 01 bb 00 00 00 01 00 00 00 00 50 02 ff ff 00 00 00 00"
#define UDP(port) \
	"9c 40 " port " 00 14 00 00 00 00 00 00 00 00 00 00 00 00 00 00"

static const struct {
	const char *name, *hex;
	int link;
	bool quick;
} cases[] = {
	{ "TCP in IPv4", MACS "08 00 " IP4("00 00", "06") TCP, 1, true },
	{ "TCP in IPv6", MACS "86 dd " IP6("06") TCP, 1, true },
	{ "a VLAN", MACS "81 00 00 07 08 00 " IP4("00 00", "06") TCP, 1, true },
	{ "two VLANs", MACS "88 a8 00 07 81 00 00 07 86 dd " IP6("06") TCP, 1,
	    true },
	{ "bare IPv4", IP4("00 00", "06") TCP, 12, true },
	{ "bare IPv6", IP6("06") TCP, 101, true },
	{ "do not fragment", MACS "08 00 " IP4("40 00", "06") TCP, 1, true },
	{ "UDP", MACS "08 00 " IP4("00 00", "11") UDP("00 35"), 1, true },
	{ "a first fragment", MACS "08 00 " IP4("20 00", "11") UDP("00 35"), 1,
	    false },
	{ "a later fragment", MACS "08 00 " IP4("00 04", "11") UDP("00 35"), 1,
	    false },
	{ "VXLAN", MACS "08 00 " IP4("00 00", "11") UDP("12 b5"), 1, false },
	{ "GTP", MACS "86 dd " IP6("11") UDP("08 68"), 1, false },
	{ "GRE", MACS "08 00 " IP4("00 00", "2f") TCP, 1, false },
	{ "IP in IP", MACS "08 00 " IP4("00 00", "04") TCP, 1, false },
	{ "AH", MACS "08 00 " IP4("00 00", "33") TCP, 1, false },
	{ "hop by hop", MACS "86 dd " IP6("00") TCP, 1, false },
	{ "ARP", MACS "08 06 00 01 08 00 06 04", 1, false },
	{ "MPLS", MACS "88 47 00 01 01 40 " IP4("00 00", "06") TCP, 1, false },
	{ "cooked",
	    "00 00 00 01 00 06 00 00 00 00 00 00 00 00 08 00 " IP4("00 00",
		"06") TCP,
	    113, false },
	{ "IPv6 that says IPv4", MACS "08 00 " IP6("06") TCP, 1, false },
};

/* Whatever is dealt at a glance is one packet of these addresses, or none. */
static bool
agrees(struct packet_decoder *decoder, const struct fs_frame *frame,
    bool *found)
{
	struct packet_stack stack;
	struct quick quick;

	*found = quick_addresses(frame, &quick);
	if (!*found || packet_decode(decoder, frame, &stack) < 0)
		return true;
	return stack.count == 1 && !quick_may_carry(&stack.level[0]) &&
	    memcmp(quick.addr[0], stack.level[0].src.bytes,
		sizeof(quick.addr[0])) == 0 &&
	    memcmp(quick.addr[1], stack.level[0].dst.bytes,
		sizeof(quick.addr[1])) == 0;
}

/* Cut at every byte, and with every byte changed in turn. */
static void
test_case(struct packet_decoder *decoder, size_t index)
{
	struct fs_frame frame = { .link = cases[index].link };
	uint8_t bytes[256];
	size_t size = tap_hex(cases[index].hex, bytes, sizeof(bytes)), i;
	bool found, same = true;
	unsigned value;

	for (i = 0; i <= size; i++) {
		uint8_t *exact = tap_exact(bytes, i);

		frame.bytes = exact;
		frame.size = frame.wire_size = (uint32_t)i;
		same &= agrees(decoder, &frame, &found);
		free(exact);
	}
	tap_ok(found == cases[index].quick, "%s", cases[index].name);
	frame.bytes = bytes;
	for (i = 0; i < size; i++) {
		uint8_t was = bytes[i];

		for (value = 0; value < 256; value++) {
			bytes[i] = (uint8_t)value;
			same &= agrees(decoder, &frame, &found);
		}
		bytes[i] = was;
	}
	tap_ok(same, "%s: as it is when it is taken apart", cases[index].name);
}

int
main(void)
{
	struct packet_decoder *decoder = packet_decoder_new(7);
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_case(decoder, i);
	packet_decoder_free(decoder);
	return tap_done();
}
