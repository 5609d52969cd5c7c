#include "packet/packet.h"

#include <stdio.h>

#include "test/unit/packet/build.h"
#include "test/unit/packet/check.h"

/* Links other than Ethernet: what stands before the packet, byte by byte as
 * tcpdump.org/linktypes and the named standards have it. */

#define MACS "02 00 00 00 00 02 02 00 00 00 00 01 "
#define SNAP "aa aa 03 00 00 00 "
#define DATA_TO MACS "02 00 00 00 00 03 10 00 "
#define ZEROS_8 "00 00 00 00 00 00 00 00 "
#define ZEROS_24 ZEROS_8 ZEROS_8 ZEROS_8

#define READ DROP_NONE

struct row {
	const char *name;
	int link;
	const char *head;
	uint8_t ip; /* IP4, IP6, or END: nothing follows. */
	enum packet_drop drop;
};

static const struct row rows[] = {
	{ "802.11, data", 105, "08 01 2c 00 " DATA_TO SNAP "08 00", IP4, READ },
	{ "802.11, between access points", 105,
	    "08 03 00 00 " DATA_TO "02 00 00 00 00 04 " SNAP "86 dd", IP6,
	    READ },
	{ "802.11, quality of service", 105,
	    "88 02 00 00 " DATA_TO "00 00 " SNAP "08 00", IP4, READ },
	{ "802.11, high throughput", 105,
	    "88 82 00 00 " DATA_TO "00 00 00 00 00 00 " SNAP "86 dd", IP6,
	    READ },
	{ "802.11, several frames in one", 105,
	    "88 01 00 00 " DATA_TO "80 00 " MACS "00 30 " SNAP "08 00", IP4,
	    READ },
	{ "802.11, a beacon", 105, "80 00 00 00 " DATA_TO, END, DROP_NOT_IP },
	{ "802.11, without data", 105, "c8 01 00 00 " DATA_TO "00 00", END,
	    DROP_NOT_IP },
	{ "802.11, encrypted", 105, "08 41 00 00 " DATA_TO "00 01 02 03", IP4,
	    DROP_LINK_ENCRYPTED },
	{ "802.11, more fragments", 105, "08 05 00 00 " DATA_TO SNAP "08 00",
	    IP4, DROP_FRAGMENT },
	{ "802.11, a later fragment", 105,
	    "08 01 00 00 " MACS "02 00 00 00 00 03 11 00 " SNAP "08 00", IP4,
	    DROP_FRAGMENT },
	{ "802.11, another address resolution", 105,
	    "08 01 00 00 " DATA_TO SNAP "08 06", IP4, DROP_NOT_IP },
	{ "radiotap", 127,
	    "00 00 08 00 00 00 00 00 08 01 00 00 " DATA_TO SNAP "08 00", IP4,
	    READ },
	{ "radiotap, padded behind the header", 127,
	    "00 00 09 00 02 00 00 00 20 88 01 00 00 " DATA_TO
	    "00 00 00 00 " SNAP "08 00",
	    IP4, READ },
	{ "radiotap, padded, with a clock", 127,
	    "00 00 11 00 03 00 00 00 " ZEROS_8 "20 88 01 00 00 " DATA_TO
	    "00 00 00 00 " SNAP "08 00",
	    IP4, READ },
	{ "radiotap, padded, two words and a clock", 127,
	    "00 00 19 00 03 00 00 80 00 00 00 00 00 00 00 00 " ZEROS_8
	    "20 88 01 00 00 " DATA_TO "00 00 00 00 " SNAP "08 00",
	    IP4, READ },
	{ "radiotap, a sum that is wrong", 127,
	    "00 00 09 00 02 00 00 00 40 08 01 00 00 " DATA_TO SNAP "08 00", IP4,
	    DROP_LINK_DAMAGED },
	{ "radiotap of version 1", 127, "01 00 08 00 00 00 00 00", IP4,
	    DROP_LINK_DAMAGED },
	{ "radiotap that is too short", 127, "00 00 03 00 00 00 00 00", IP4,
	    DROP_LINK_DAMAGED },
	{ "AVS", 163,
	    "80 21 10 01 00 00 00 40 " ZEROS_24 ZEROS_24 ZEROS_8
	    "08 01 00 00 " DATA_TO SNAP "08 00",
	    IP4, READ },
	{ "AVS on Prism's link type", 119,
	    "80 21 10 02 00 00 00 08 08 01 00 00 " DATA_TO SNAP "86 dd", IP6,
	    READ },
	{ "Prism", 119,
	    ZEROS_24 ZEROS_24 ZEROS_24 ZEROS_24 ZEROS_24 ZEROS_24
	    "08 01 00 00 " DATA_TO SNAP "08 00",
	    IP4, READ },
	{ "AVS of another version", 163, "80 22 10 01 00 00 00 08", IP4,
	    DROP_LINK_DAMAGED },
	{ "PPI with radio", 192,
	    "00 00 0c 00 69 00 00 00 01 02 03 04 08 01 00 00 " DATA_TO SNAP
	    "08 00",
	    IP4, READ },
	{ "PPI with Ethernet", 192, "00 00 08 00 01 00 00 00 " MACS "86 dd",
	    IP6, READ },
	{ "PPI with what is not read", 192, "00 00 08 00 93 00 00 00 " MACS,
	    END, DROP_LINK_UNSUPPORTED },
	{ "FDDI", 10, "50 " MACS SNAP "08 00", IP4, READ },
	{ "FDDI's own", 10, "c3 " MACS SNAP "08 00", IP4, DROP_NOT_IP },
	{ "Token Ring", 6, "10 40 " MACS SNAP "86 dd", IP6, READ },
	{ "Token Ring with a route", 6,
	    "10 40 02 00 00 00 00 02 82 00 00 00 00 01 06 30 00 11 00 20 " SNAP
	    "08 00",
	    IP4, READ },
	{ "Token Ring's own", 6, "10 00 " MACS, END, DROP_NOT_IP },
	{ "ARCNET", 129, "be 50 00 00 d4 00 00 01", IP4, READ },
	{ "ARCNET, in parts", 129, "be 50 00 00 d4 01 00 01", IP4,
	    DROP_FRAGMENT },
	{ "ARCNET of old", 7, "be 50 f0", IP4, READ },
	{ "ARCNET, IPv6", 7, "be 50 c4 00 00 02", IP6, READ },
	{ "ARCNET, its address resolution", 7, "be 50 d5 00 00 02", IP4,
	    DROP_NOT_IP },
	{ "IEEE 1394", 138, ZEROS_8 ZEROS_8 "86 dd", IP6, READ },
	{ "Fibre Channel", 122, ZEROS_8 ZEROS_8 SNAP "08 00", IP4, READ },
	{ "InfiniBand", 242, ZEROS_24 ZEROS_8 ZEROS_8 "08 00 00 00", IP4,
	    READ },
	{ "Broadcom's tag", 281, MACS "01 02 03 04 08 00", IP4, READ },
	{ "Broadcom's tag in front", 282, "01 02 03 04 " MACS "08 00", IP4,
	    READ },
	{ "Marvell's tag", 284, MACS "c0 10 05 39 86 dd", IP6, READ },
	{ "Marvell's long tag", 285, MACS "da da 00 00 c0 00 00 00 08 00", IP4,
	    READ },
	{ "Frame Relay", 107, "18 61 03 cc", IP4, READ },
	{ "Frame Relay, four bytes, padded, IPv6", 107, "18 60 02 01 03 00 8e",
	    IP6, READ },
	{ "Frame Relay, SNAP", 206, "00 18 61 03 00 80 00 00 00 08 00", IP4,
	    READ },
	{ "Frame Relay, Cisco's", 107, "18 61 86 dd", IP6, READ },
	{ "Frame Relay, its management", 107, "00 01 03 08 00 75", IP4,
	    DROP_NOT_IP },
	{ "Frame Relay, an address without end", 107, "18 60 02 00 03 cc", IP4,
	    DROP_NOT_IP },
	{ "multilink Frame Relay", 182, "c0 01 18 61 03 cc", IP4, READ },
	{ "multilink Frame Relay, a part", 182, "80 01 18 61 03 cc", IP4,
	    DROP_FRAGMENT },
	{ "multilink Frame Relay, its own", 182, "e1 00 01 00", END,
	    DROP_NOT_IP },
	{ "ATM, LLC", 11, SNAP "08 00", IP4, READ },
	{ "ATM, classical", 19, SNAP "86 dd", IP6, READ },
	{ "ATM, IP alone", 19, "", IP4, READ },
	{ "SunATM", 123, "82 00 00 20 " SNAP "08 00", IP4, READ },
	{ "SunATM, emulated", 123, "01 00 00 20 00 07 " MACS "08 00", IP4,
	    READ },
	{ "SunATM, signalling", 123, "06 00 00 05", END, DROP_NOT_IP },
	{ "SLIP", 8, "01 45 " ZEROS_8 "00 00 00 00 00 00", IP4, READ },
	{ "pppd", 166, "01 03 00 21", IP4, READ },
	{ "PPP with a direction", 204, "00 ff 03 00 57", IP6, READ },
	{ "HDLC with a direction", 205, "00 0f 00 08 00", IP4, READ },
	{ "netfilter log", 239,
	    "02 00 00 28 08 00 01 00 00 00 03 16 05 00 0a 00 00 00 00 00 "
	    "2c 00 09 00",
	    IP4, READ },
	{ "netfilter log, IPv6", 239, "0a 00 00 00 40 00 09 00", IP6, READ },
	{ "netfilter log, a length below its head", 239,
	    "02 00 00 28 03 00 01 00", IP4, DROP_LINK_DAMAGED },
	{ "netfilter log of a bridge", 239, "07 00 00 00 2c 00 09 00", IP4,
	    DROP_NOT_IP },
	{ "Apple's header", 258,
	    "14 00 00 00 01 00 00 00 01 00 00 00 " ZEROS_8 MACS "08 00", IP4,
	    READ },
	{ "Apple's header, no packet", 258,
	    "0c 00 00 00 00 00 00 00 01 00 00 00", END, DROP_NOT_IP },
	{ "Apple's header, too short", 258,
	    "0b 00 00 00 01 00 00 00 01 00 00 00", IP4, DROP_LINK_DAMAGED },
	{ "packet filter log", 117, "0d 02 00 00 65 6e 30 " ZEROS_8 "00", IP4,
	    READ },
	{ "decrypted IPsec", 109, "18 00 00 00 00 00 00 00 00 00 00 00", IP6,
	    READ },
	{ "IP observability", 226, ZEROS_24, IP4, READ },
	{ "netANALYZER", 240, "01 02 03 04 " MACS "08 00", IP4, READ },
	{ "netANALYZER, transparent", 241,
	    "01 02 03 04 55 55 55 55 55 55 55 d5 " MACS "08 00", IP4, READ },
	{ "ERF, Ethernet", 197,
	    ZEROS_8 "02 04 00 50 00 00 00 40 00 00 " MACS "08 00", IP4, READ },
	{ "ERF, IP behind an extension", 197,
	    ZEROS_8 "96 04 00 50 00 00 00 40 03 00 00 00 00 00 00 01", IP4,
	    READ },
	{ "ERF, HDLC", 197, ZEROS_8 "01 04 00 50 00 00 00 40 0f 00 08 00", IP4,
	    READ },
	{ "ERF, InfiniBand", 197, ZEROS_8 "15 04 00 50 00 00 00 40", END,
	    DROP_NOT_IP },
	{ "Juniper, Ethernet", 178, "4d 47 43 80 00 02 01 00 " MACS "08 00",
	    IP4, READ },
	{ "Juniper, no link", 178, "4d 47 43 02 00 00 00 02", IP4, READ },
	{ "Juniper, PPP", 179, "4d 47 43 00 ff 03 00 21", IP4, READ },
	{ "Juniper, Frame Relay", 180, "4d 47 43 01 18 61 03 8e", IP6, READ },
	{ "Juniper, HDLC", 181, "4d 47 43 01 0f 00 08 00", IP4, READ },
	{ "not Juniper", 178, "4d 47 44 00 ff 03 00 21", IP4,
	    DROP_LINK_DAMAGED },
	{ "a provider's backbone", 1,
	    MACS "88 a8 00 0a 88 e7 00 00 30 39 " MACS "08 00", IP4, READ },
	{ "a chain of services", 1,
	    MACS "89 4f 0f c6 01 01 00 00 01 ff " ZEROS_8 ZEROS_8, IP4, READ },
	{ "a chain of services around Ethernet", 1,
	    MACS "89 4f 0f c2 02 03 00 00 01 ff " MACS "86 dd", IP6, READ },
	{ "a chain of services of version 1", 1, MACS "89 4f 40 02 02 01", IP4,
	    DROP_LINK_DAMAGED },
	{ "a chain of services, too short", 1, MACS "89 4f 0f c1 02 01", IP4,
	    DROP_LINK_DAMAGED },
};

static void
build_row(const struct row *row, struct frame_build *built)
{
	struct piece pieces[] = { { HEX, 0, 0, row->head, 0 },
		{ row->ip, 1, 0, NULL, 0 }, { .kind = TCP }, { .kind = END } };

	build_frame(built, pieces);
}

static void
test_row(struct packet_decoder *decoder, const struct row *row,
    const struct fs_frame *frame)
{
	struct packet_stack stack;
	int rc = packet_decode(decoder, frame, &stack);

	tap_ok(stack.drop == row->drop && check_stack(frame, &stack, rc) &&
		(row->drop != DROP_NONE ||
		    (stack.count == 1 && stack.level[0].ip_proto == 6 &&
			stack.level[0].dst_port == 443 &&
			stack.level[0].src.family == (row->ip == IP4 ? 4 : 6))),
	    "%s", row->name);
	if (stack.drop != row->drop)
		printf("# drop %s\n", packet_drop_name(stack.drop));
}

/* Whatever is missing at the end: nothing else is read than in the whole
 * frame, and nothing is called damaged that was only cut. */
static bool
cut_holds(struct packet_decoder *decoder, const struct row *row,
    const struct fs_frame *frame, uint32_t size)
{
	uint8_t *bytes = tap_exact(frame->bytes, size);
	struct fs_frame cut = *frame;
	struct packet_stack stack;
	bool held;
	int rc;

	cut.bytes = bytes;
	cut.size = size;
	rc = packet_decode(decoder, &cut, &stack);
	held = check_stack(&cut, &stack, rc) &&
	    (stack.count == 0 || row->drop == DROP_NONE) &&
	    (stack.drop != DROP_LINK_DAMAGED || row->drop == DROP_LINK_DAMAGED);
	cut.wire_size = size;
	rc = packet_decode(decoder, &cut, &stack);
	held = held && check_stack(&cut, &stack, rc);
	free(bytes);
	return held;
}

int
main(void)
{
	struct packet_decoder *decoder = packet_decoder_new(7);
	struct frame_build built;
	struct fs_frame frame;
	uint32_t size;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		build_row(&rows[i], &built);
		frame = build_as(&built, rows[i].link);
		test_row(decoder, &rows[i], &frame);
		size = frame.size;
		while (
		    size > 0 && cut_holds(decoder, &rows[i], &frame, size - 1))
			size--;
		tap_ok(size == 0, "%s, cut at every byte (%u)", rows[i].name,
		    size);
	}
	packet_decoder_free(decoder);
	return tap_done();
}
