#include "packet/packet.h"

#include <stdio.h>

#include "test/unit/packet/build.h"
#include "test/unit/packet/check.h"

/* Every reason for which a frame, or what it carries, is not read. */

enum { ETHER = 1, RAW = 12, NULL_LINK = 0, BLUETOOTH = 187 };

struct row {
	const char *name;
	int link;
	struct piece frame[PIECES_MAX];
	enum packet_drop drop;
	int rc;
	unsigned count; /* Levels that were read all the same. */
	uint32_t cut;   /* Bytes that the capture left out at the end. */
};

static const struct row rows[] = {
	{ "nothing at all", ETHER, { { DATA, 0, 0 } }, DROP_LINK_TRUNCATED,
	    FS_ETRUNC },
	{ "half an Ethernet header", ETHER, { { DATA, 0, 13 } },
	    DROP_LINK_TRUNCATED, FS_ETRUNC },
	{ "half a tag", ETHER, { { ETH, .type = 0x8100 }, { DATA, 0, 3 } },
	    DROP_LINK_TRUNCATED, FS_ETRUNC },
	{ "raw without a byte", RAW, { { DATA, 0, 0 } }, DROP_LINK_TRUNCATED,
	    FS_ETRUNC },
	{ "half an MPLS label", ETHER,
	    { { ETH, .type = 0x8847 }, { DATA, 0, 3 } }, DROP_LINK_TRUNCATED,
	    FS_ETRUNC },
	{ "half a SNAP header", ETHER,
	    { { ETH, .type = 7 }, { HEX, 0, 0, "aa aa 03 00 00 00 08" } },
	    DROP_LINK_TRUNCATED, FS_ETRUNC },
	{ "Bluetooth", BLUETOOTH, { { IP4, 1 }, { UDP } },
	    DROP_LINK_UNSUPPORTED, FS_EUNSUP },
	{ "radio of a version that is none", 127,
	    { { HEX, 0, 0, "01 00 08 00 00 00 00 00" } }, DROP_LINK_DAMAGED,
	    FS_EFORMAT },
	{ "radio, encrypted", 105,
	    { { HEX, 0, 0, "08 41 00 00" }, { DATA, 0, 60 } },
	    DROP_LINK_ENCRYPTED, FS_EUNSUP },
	{ "a negative link type", -1, { { IP4, 1 }, { UDP } },
	    DROP_LINK_UNSUPPORTED, FS_EUNSUP },
	{ "ARP", ETHER, { { ETH, .type = 0x0806 }, { DATA, 0, 28 } },
	    DROP_NOT_IP, FS_EUNSUP },
	{ "spanning tree", ETHER,
	    { { ETH, .type = 38 }, { HEX, 0, 0, "42 42 03" }, { DATA, 0, 35 } },
	    DROP_NOT_IP, FS_EUNSUP },
	{ "an unknown address family", NULL_LINK,
	    { { HEX, 0, 0, "07 00 00 00" }, { DATA, 0, 20 } }, DROP_NOT_IP,
	    FS_EUNSUP },
	{ "raw of version 5", RAW, { { HEX, 0, 0, "55" }, { DATA, 0, 40 } },
	    DROP_NOT_IP, FS_EUNSUP },
	{ "cooked netlink", 113,
	    { { HEX, 0, 0, "00 04 03 38 00 00 00 00 00 00 00 00 00 00 08 00" },
		{ IP4, 1 }, { UDP } },
	    DROP_NOT_IP, FS_EUNSUP },
	{ "PPP's own protocol", ETHER,
	    { { ETH }, { PPPOE }, { HEX, 0, 0, "c0 21 09 01 00 04" } },
	    DROP_NOT_IP, FS_EUNSUP },
	{ "nine tags", ETHER,
	    { { ETH }, { VLAN }, { VLAN }, { VLAN }, { VLAN }, { VLAN },
		{ VLAN }, { VLAN }, { VLAN }, { VLAN }, { IP4, 1 }, { UDP } },
	    DROP_TAGS, FS_EUNSUP },
	{ "nine labels", ETHER,
	    { { ETH }, { MPLS }, { MPLS }, { MPLS }, { MPLS }, { MPLS },
		{ MPLS }, { MPLS }, { MPLS }, { MPLS }, { IP4, 1 }, { UDP } },
	    DROP_TAGS, FS_EUNSUP },
	{ "PPPoE of version 2", ETHER,
	    { { ETH, .type = 0x8864 }, { HEX, 0, 0, "21 00 00 01 00 02" },
		{ PPP }, { IP4, 1 }, { UDP } },
	    DROP_PPPOE, FS_EFORMAT },
	{ "PPPoE of another code", ETHER,
	    { { ETH, .type = 0x8864 }, { HEX, 0, 0, "11 09 00 01 00 02" },
		{ PPP }, { IP4, 1 }, { UDP } },
	    DROP_PPPOE, FS_EFORMAT },
	{ "MPLS over who knows what", ETHER,
	    { { ETH }, { MPLS }, { HEX, 0, 0, "10 00 00 21" },
		{ DATA, 0, 30 } },
	    DROP_MPLS, FS_EUNSUP },
	{ "half an IPv4 header", ETHER,
	    { { ETH, .type = 0x0800 }, { HEX, 0, 0, "45 00 00 14 00 00" } },
	    DROP_IP4_TRUNCATED, FS_ETRUNC },
	{ "IPv4 options cut off", RAW,
	    { { HEX, 0, 0,
		"47 00 00 20 00 00 00 00 40 11 00 00 "
		"c0 00 02 01 c6 33 64 01 01 01" } },
	    DROP_IP4_TRUNCATED, FS_ETRUNC },
	{ "IPv4, version 6", ETHER,
	    { { ETH, .type = 0x0800 }, { IP6, 1 }, { UDP } },
	    DROP_IP4_MALFORMED, FS_EFORMAT },
	{ "IPv4, header below 20", RAW,
	    { { HEX, 0, 0,
		  "44 00 00 1c 00 00 00 00 40 11 00 00 "
		  "c0 00 02 01 c6 33 64 01" },
		{ UDP } },
	    DROP_IP4_MALFORMED, FS_EFORMAT },
	{ "IPv4, length below the header", RAW,
	    { { HEX, 0, 0,
		  "45 00 00 13 00 00 00 00 40 11 00 00 "
		  "c0 00 02 01 c6 33 64 01" },
		{ UDP } },
	    DROP_IP4_MALFORMED, FS_EFORMAT },
	{ "IPv4, a fragment beyond 64 KiB (ping of death)", RAW,
	    { { IP4, 1, 0x1fff, .type = 1 }, { DATA, 0, 100 } },
	    DROP_IP4_MALFORMED, FS_EFORMAT },
	{ "half an IPv6 header", RAW,
	    { { HEX, 0, 0, "60 00 00 00 00 10 11 40" }, { DATA, 0, 31 } },
	    DROP_IP6_TRUNCATED, FS_ETRUNC },
	{ "IPv6, extension header cut off", RAW,
	    { { IP6, 1 }, { HOP }, { UDP } }, DROP_IP6_TRUNCATED, FS_ETRUNC,
	    .cut = 20 },
	{ "IPv6, version 4", ETHER,
	    { { ETH, .type = 0x86dd }, { IP4, 1 }, { DATA, 0, 30 } },
	    DROP_IP6_MALFORMED, FS_EFORMAT },
	{ "IPv6, an extension header longer than the packet", RAW,
	    { { IP6, 1, .type = 0 }, { HEX, 0, 0, "11 05 00 00 00 00 00 00" } },
	    DROP_IP6_MALFORMED, FS_EFORMAT },
	{ "IPv6, thirteen extension headers", RAW,
	    { { IP6, 1 }, { HOP }, { HOP }, { HOP }, { HOP }, { HOP }, { HOP },
		{ HOP }, { HOP }, { HOP }, { HOP }, { HOP }, { HOP }, { HOP },
		{ UDP } },
	    DROP_IP6_MALFORMED, FS_EFORMAT },
	{ "IPv6, a fragment beyond 64 KiB", RAW,
	    { { IP6, 1 }, { FRAGMENT, 1, 0xfff8, .type = 58 },
		{ DATA, 0, 100 } },
	    DROP_IP6_MALFORMED, FS_EFORMAT },
	{ "a later fragment alone", RAW,
	    { { IP4, 1, 0x2001, .type = 17 }, { DATA, 0, 8 } }, DROP_FRAGMENT,
	    FS_EUNSUP },
	{ "IPv6, a later fragment alone", RAW,
	    { { IP6, 1 }, { FRAGMENT, 1, 8, .type = 6 }, { DATA, 0, 8 } },
	    DROP_FRAGMENT, FS_EUNSUP },
	{ "half a TCP header", RAW, { { IP4, 1 }, { TCP } }, DROP_TCP_TRUNCATED,
	    FS_ETRUNC, .cut = 1 },
	{ "TCP in too small a packet", RAW,
	    { { IP4, 1 }, { HEX, 0, 6, "9c 40 01 bb 00 00 00 00" } },
	    DROP_TCP_MALFORMED, FS_EFORMAT },
	{ "TCP, header below 20", RAW,
	    { { IP4, 1 },
		{ HEX, 0, 6,
		    "9c 40 01 bb 00 00 00 00 00 00 00 00 "
		    "40 10 00 00 00 00 00 00" } },
	    DROP_TCP_MALFORMED, FS_EFORMAT },
	{ "TCP, header beyond the packet", RAW,
	    { { IP4, 1 },
		{ HEX, 0, 6,
		    "9c 40 01 bb 00 00 00 00 00 00 00 00 "
		    "60 10 00 00 00 00 00 00" } },
	    DROP_TCP_MALFORMED, FS_EFORMAT },
	{ "half a UDP header", RAW, { { IP4, 1 }, { UDP } }, DROP_UDP_TRUNCATED,
	    FS_ETRUNC, .cut = 1 },
	{ "UDP in too small a packet", RAW,
	    { { IP4, 1 }, { HEX, 0, 17, "9c 40 00 35" } }, DROP_UDP_MALFORMED,
	    FS_EFORMAT },
	{ "UDP, size below its header", RAW,
	    { { IP4, 1 }, { HEX, 0, 17, "9c 40 00 35 00 07 00 00" } },
	    DROP_UDP_MALFORMED, FS_EFORMAT },
	{ "UDP, size 0", RAW,
	    { { IP4, 1 }, { HEX, 0, 17, "9c 40 00 35 00 00 00 00" } },
	    DROP_UDP_MALFORMED, FS_EFORMAT },
	{ "UDP, size beyond the packet", RAW,
	    { { IP4, 1 }, { HEX, 0, 17, "9c 40 00 35 00 09 00 00" } },
	    DROP_UDP_MALFORMED, FS_EFORMAT },
	{ "half an ICMP header", RAW, { { IP4, 1 }, { HEX, 0, 1, "08 00 00" } },
	    DROP_ICMP_TRUNCATED, FS_ETRUNC },
	{ "half an SCTP header", RAW, { { IP4, 1 }, { SCTP } },
	    DROP_SCTP_TRUNCATED, FS_ETRUNC, .cut = 1 },
	{ "half a GRE header", RAW, { { IP4, 1 }, { HEX, 0, 47, "00 00 08" } },
	    DROP_GRE_TRUNCATED, 0, 1 },
	{ "half a GRE key", RAW,
	    { { IP4, 1 }, { HEX, 0, 47, "20 00 08 00 00 00" } },
	    DROP_GRE_TRUNCATED, 0, 1 },
	{ "GRE with routing", RAW,
	    { { IP4, 1 }, { HEX, 0, 47, "40 00 08 00 00 00 00 00" } },
	    DROP_GRE_UNSUPPORTED, 0, 1 },
	{ "GRE of version 2", RAW,
	    { { IP4, 1 }, { HEX, 0, 47, "20 02 88 0b 00 00 00 00" } },
	    DROP_GRE_UNSUPPORTED, 0, 1 },
	{ "half an ERSPAN header", RAW,
	    { { IP4, 1 }, { HEX, 0, 47, "10 00 88 be 00 00 00 01 10 00 00" } },
	    DROP_TUNNEL_TRUNCATED, 0, 1 },
	{ "half a VXLAN header", RAW,
	    { { IP4, 1 }, { UDP }, { VXLAN }, { ETH }, { IP4, 2 }, { UDP } },
	    DROP_TUNNEL_TRUNCATED, 0, 1, .cut = 43 },
	{ "ERSPAN of another version", RAW,
	    { { IP4, 1 },
		{ HEX, 0, 47,
		    "10 00 88 be 00 00 00 01 20 00 00 00 "
		    "00 00 00 00" } },
	    DROP_TUNNEL_MALFORMED, 0, 1 },
	{ "seven levels", RAW,
	    { { IP4, 1 }, { IP4, 2 }, { IP4, 3 }, { IP4, 4 }, { IP4, 5 },
		{ IP4, 6 }, { IP4, 7 }, { UDP } },
	    DROP_DEPTH, 0, 6 },
	{ "GRE in GRE without end, of links", RAW,
	    { { IP4, 1 }, { GRE }, { ETH }, { ETH }, { ETH }, { ETH }, { ETH },
		{ ETH }, { ETH }, { ETH }, { ETH }, { ETH }, { ETH }, { ETH },
		{ ETH }, { ETH }, { ETH }, { ETH }, { ETH }, { ETH },
		{ IP4, 2 }, { UDP } },
	    DROP_DEPTH, 0, 1 },
	{ "wrong inside of a tunnel by protocol", RAW,
	    { { IP4, 1, .type = 4 }, { DATA, 0, 20 } }, DROP_IP4_MALFORMED, 0,
	    1 },
};

static void
test_row(struct packet_decoder *decoder, const struct row *row)
{
	struct frame_build built;
	struct packet_stack stack;
	struct fs_frame frame;
	uint8_t *bytes;
	int rc;

	build_frame(&built, row->frame);
	frame = build_as(&built, row->link);
	frame.size -= row->cut;
	bytes = tap_exact(frame.bytes, frame.size);
	frame.bytes = bytes;
	memset(&stack, 0xa5, sizeof(stack));
	rc = packet_decode(decoder, &frame, &stack);
	if (!tap_ok(rc == row->rc && stack.drop == row->drop &&
		    stack.count == row->count &&
		    check_stack(&frame, &stack, rc),
		"%s", row->name))
		printf("# rc %d drop %s count %u\n", rc,
		    packet_drop_name(stack.drop), stack.count);
	free(bytes);
}

/* What carries an inner packet that cannot be read is a tunnel by its
 * protocol's number; by its port alone it is none. */
static void
test_carriers(struct packet_decoder *decoder)
{
	static const struct piece by_number[] = { { IP4, 1 },
		{ HEX, 0, 47, "00 00 08 00 45" }, { END } };
	static const struct piece by_port[] = { { IP4, 1 }, { UDP },
		{ VXLAN, 0, 5 }, { ETH }, { IP4, 2 }, { UDP }, { END } };
	struct frame_build built;
	struct packet_stack stack;
	struct fs_frame frame;

	build_frame(&built, by_number);
	frame = build_as(&built, RAW);
	packet_decode(decoder, &frame, &stack);
	tap_ok(stack.count == 1 && stack.level[0].carries == CARRIER_GRE &&
		stack.drop == DROP_IP4_TRUNCATED,
	    "gre stays gre when its inside is cut");
	build_frame(&built, by_port);
	frame = build_as(&built, RAW);
	frame.size -= 20;
	packet_decode(decoder, &frame, &stack);
	tap_ok(stack.count == 1 && stack.level[0].carries == CARRIER_NONE &&
		stack.level[0].carrier_id == 0 &&
		stack.drop == DROP_IP4_TRUNCATED,
	    "vxlan is none without an IP header inside");
	frame.size += 16;
	packet_decode(decoder, &frame, &stack);
	tap_ok(stack.count == 1 && stack.level[0].carries == CARRIER_VXLAN &&
		stack.level[0].carrier_id == 5 &&
		stack.drop == DROP_UDP_TRUNCATED,
	    "vxlan it is with one, though its UDP header is cut");
}

static void
test_names(void)
{
	unsigned i;
	bool named = true, found = true;

	for (i = 0; i < DROP_COUNT; i++)
		named =
		    named && packet_drop_name((enum packet_drop)i)[0] != '\0';
	tap_ok(named, "every reason has a name");
	tap_text(packet_drop_name(DROP_IP4_TRUNCATED), "ip4-truncated",
	    "a reason's name");
	tap_text(packet_drop_name(DROP_COUNT), "unknown", "no reason's name");
	for (i = 1; i < CARRIER_COUNT; i++)
		found = found &&
		    packet_carrier_find(packet_carrier_name(
			(enum packet_carrier)i)) == (enum packet_carrier)i;
	tap_ok(found, "carriers are found by their names");
	tap_int(packet_carrier_find("wireguard"), CARRIER_NONE,
	    "an unknown carrier");
	tap_int(packet_carrier_find(""), CARRIER_NONE, "no carrier");
	tap_text(packet_carrier_name(CARRIER_NONE), "", "no carrier's name");
	tap_text(packet_carrier_name(CARRIER_COUNT), "", "not a carrier");
}

int
main(void)
{
	struct packet_decoder *decoder = packet_decoder_new(7);
	bool seen[DROP_COUNT] = { [DROP_NONE] = true };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		test_row(decoder, &rows[i]);
		seen[rows[i].drop] = true;
	}
	for (i = 0; i < DROP_COUNT; i++)
		if (!seen[i])
			tap_ok(false, "no row for %s",
			    packet_drop_name((enum packet_drop)i));
	test_carriers(decoder);
	test_names();
	packet_decoder_free(decoder);
	packet_decoder_free(NULL);
	return tap_done();
}
