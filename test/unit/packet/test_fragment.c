#include "packet/fragment.h"

#include <stdio.h>

#include "test/unit/packet/build.h"
#include "test/unit/packet/check.h"

/* Fragments: later ones find the ports of the first, and none does harm. */

enum { RAW = 12, MORE = 0x2000 };

static int
decode_at(struct packet_decoder *decoder, const struct piece *pieces,
    uint64_t time_us, struct packet_stack *stack)
{
	struct frame_build built;
	struct fs_frame frame;
	int rc;

	build_frame(&built, pieces);
	frame = build_as(&built, RAW);
	frame.time_us = time_us;
	rc = packet_decode(decoder, &frame, stack);
	if (!check_stack(&frame, stack, rc))
		abort();
	return rc;
}

static int
decode(struct packet_decoder *decoder, const struct piece *pieces,
    struct packet_stack *stack)
{
	return decode_at(decoder, pieces, 1000000, stack);
}

static const struct piece first4[] = { { IP4, 1, MORE }, { UDP, 0, 5000 },
	{ DATA, 0, 16 }, { END } };
static const struct piece later4[] = { { IP4, 1, MORE | 3, .type = 17 },
	{ DATA, 0, 24 }, { END } };
static const struct piece last4[] = { { IP4, 1, 6, .type = 17 }, { DATA, 0, 5 },
	{ END } };
static const struct piece other_host[] = { { IP4, 2, 3, .type = 17 },
	{ DATA, 0, 24 }, { END } };
static const struct piece other_proto[] = { { IP4, 1, 3, .type = 6 },
	{ DATA, 0, 24 }, { END } };

static void
test_ip4(void)
{
	struct packet_decoder *decoder = packet_decoder_new(1);
	struct packet_stack stack;
	const struct packet *packet = &stack.level[0];

	tap_int(decode(decoder, later4, &stack), FS_EUNSUP,
	    "a later fragment before its first");
	tap_int(stack.drop, DROP_FRAGMENT, "is told as such");
	tap_ok(decode(decoder, first4, &stack) == 0 && packet->first_fragment &&
		!packet->later_fragment && packet->payload.left == 16 &&
		packet->payload_size == 16 && packet->dst_port == 5000,
	    "the first has ports and its part of the payload");
	tap_ok(decode(decoder, later4, &stack) == 0 && packet->later_fragment &&
		!packet->first_fragment && packet->has_ports &&
		packet->src_port == 40000 && packet->dst_port == 5000 &&
		packet->payload.left == 0 && packet->payload_size == 24,
	    "a later one has the same ports, and no payload to read");
	tap_ok(decode(decoder, last4, &stack) == 0 &&
		packet->dst_port == 5000 && packet->payload_size == 5,
	    "so has the last");
	tap_int(decode(decoder, other_host, &stack), FS_EUNSUP,
	    "not one of another host");
	tap_int(decode(decoder, other_proto, &stack), FS_EUNSUP,
	    "nor of another protocol");
	packet_decoder_free(decoder);
}

static void
test_ip6(void)
{
	static const struct piece first[] = { { IP6, 1 }, { FRAGMENT, 9, 1 },
		{ DESTINATION }, { TCP, 0, 22 }, { DATA, 0, 8 }, { END } };
	static const struct piece later[] = { { IP6, 1 },
		{ FRAGMENT, 9, 0x30, .type = 60 }, { DATA, 0, 7 }, { END } };
	static const struct piece icmp_first[] = { { IP6, 1 },
		{ FRAGMENT, 8, 1 }, { ICMP6 }, { DATA, 0, 8 }, { END } };
	static const struct piece icmp_later[] = { { IP6, 1 },
		{ FRAGMENT, 8, 0x10, .type = 58 }, { DATA, 0, 7 }, { END } };
	struct packet_decoder *decoder = packet_decoder_new(1);
	struct packet_stack stack;
	const struct packet *packet = &stack.level[0];

	decode(decoder, first, &stack);
	tap_ok(decode(decoder, later, &stack) == 0 && packet->ip_proto == 6 &&
		packet->dst_port == 22 && packet->later_fragment,
	    "IPv6: the protocol is the first fragment's, too");
	decode(decoder, icmp_first, &stack);
	tap_ok(decode(decoder, icmp_later, &stack) == 0 &&
		packet->icmp_type == 128 && !packet->has_ports,
	    "ICMPv6 keeps its type");
	packet_decoder_free(decoder);
}

/* UDP's length is that of the whole datagram. */
static void
test_udp_size(void)
{
	static const struct piece first[] = { { IP4, 1, MORE },
		{ HEX, 0, 17, "9c 40 13 88 04 00 00 00" }, { DATA, 0, 16 },
		{ END } };
	struct packet_decoder *decoder = packet_decoder_new(1);
	struct packet_stack stack;

	tap_ok(decode(decoder, first, &stack) == 0 &&
		stack.level[0].payload_size == 16,
	    "a first fragment may be shorter than its UDP length");
	packet_decoder_free(decoder);
}

static void
test_without_ports(void)
{
	static const struct piece later[] = { { IP4, 1, 3, .type = 50 },
		{ DATA, 0, 24 }, { END } };
	static const struct piece gre_first[] = { { IP4, 1, MORE }, { GRE },
		{ IP4, 2 }, { UDP }, { DATA, 0, 8 }, { END } };
	struct packet_decoder *decoder = packet_decoder_new(1);
	struct packet_stack stack;

	tap_ok(decode(decoder, later, &stack) == 0 &&
		stack.level[0].later_fragment && !stack.level[0].has_ports,
	    "what has no ports needs no first fragment");
	tap_ok(decode(decoder, gre_first, &stack) == 0 && stack.count == 2 &&
		stack.level[0].first_fragment && !stack.level[1].first_fragment,
	    "a tunnel's first fragment shows what it carries");
	packet_decoder_free(decoder);
}

/* The same addresses and identification in two tunnels are two packets. */
static void
test_scope(void)
{
	static const struct piece first[] = { { IP4, 9 }, { GRE, 0, 1 },
		{ IP4, 1, MORE }, { UDP, 0, 5000 }, { DATA, 0, 16 }, { END } };
	static const struct piece other[] = { { IP4, 9 }, { GRE, 0, 2 },
		{ IP4, 1, 3, .type = 17 }, { DATA, 0, 24 }, { END } };
	static const struct piece same[] = { { IP4, 9 }, { GRE, 0, 1 },
		{ IP4, 1, 3, .type = 17 }, { DATA, 0, 24 }, { END } };
	struct packet_decoder *decoder = packet_decoder_new(1);
	struct packet_stack stack;

	decode(decoder, first, &stack);
	decode(decoder, other, &stack);
	tap_ok(stack.count == 1 && stack.drop == DROP_FRAGMENT,
	    "a fragment in another tunnel is another's");
	decode(decoder, same, &stack);
	tap_ok(stack.count == 2 && stack.level[1].dst_port == 5000,
	    "and in the same one finds its first");
	packet_decoder_free(decoder);
}

static void
test_age(void)
{
	struct packet_decoder *decoder = packet_decoder_new(1);
	struct packet_stack stack;
	uint64_t now = UINT64_C(1000000000);

	decode_at(decoder, first4, now, &stack);
	tap_int(decode_at(decoder, later4, now + 60000000, &stack), 0,
	    "after 60 s it is still known");
	tap_int(decode_at(decoder, later4, now + 60000001, &stack), FS_EUNSUP,
	    "after that it is not");
	tap_int(decode_at(decoder, later4, now - 5000000, &stack), 0,
	    "a clock that runs backwards does no harm");
	packet_decoder_free(decoder);
}

/* A teardrop: fragments that overlap, go back, repeat, have no size. */
static void
test_hostile(void)
{
	static const struct piece overlap[] = { { IP4, 1, 1, .type = 17 },
		{ DATA, 0, 4 }, { END } };
	static const struct piece again[] = { { IP4, 1, MORE },
		{ UDP, 0, 6000 }, { DATA, 0, 16 }, { END } };
	static const struct piece empty[] = { { IP4, 1, MORE | 3, .type = 17 },
		{ END } };
	struct packet_decoder *decoder = packet_decoder_new(1);
	struct packet_stack stack;

	decode(decoder, first4, &stack);
	tap_ok(decode(decoder, overlap, &stack) == 0 &&
		stack.level[0].payload_size == 4,
	    "an overlapping fragment is counted");
	tap_ok(decode(decoder, empty, &stack) == 0 &&
		stack.level[0].payload_size == 0,
	    "an empty one, too");
	decode(decoder, again, &stack);
	tap_ok(decode(decoder, later4, &stack) == 0 &&
		stack.level[0].dst_port == 6000,
	    "a second first one counts from then on");
	packet_decoder_free(decoder);
}

static struct fragment_key
key_of(uint32_t id)
{
	return (struct fragment_key){ .id = id, .family = 6 };
}

/* The table is bounded, and gives up what it knew longest. */
static void
test_bound(void)
{
	struct fragments *fragments = fragments_new(3);
	struct packet packet = { .dst_port = 1 }, later;
	struct fragment_key key;
	/* So many that an entry left in a chain would close a circle. */
	const uint32_t count = 32 * FRAGMENT_MAX;
	uint32_t id, kept = 0;

	for (id = 0; id < count; id++) {
		key = key_of(id);
		packet.src_port = (uint16_t)id;
		fragments_note(fragments, &key, id, &packet);
	}
	for (id = 0; id < count; id++) {
		key = key_of(id);
		if (fragments_find(fragments, &key, id, &later) &&
		    later.src_port == (uint16_t)id)
			kept++;
		else if (id >= count - FRAGMENT_MAX)
			break;
	}
	tap_int(id, count, "the newest are all there");
	tap_int(kept, FRAGMENT_MAX, "and no others");
	fragments_free(fragments);
	fragments_free(NULL);
}

int
main(void)
{
	test_ip4();
	test_ip6();
	test_udp_size();
	test_without_ports();
	test_scope();
	test_age();
	test_hostile();
	test_bound();
	return tap_done();
}
