/* Several engines that share the traffic say together what one says alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "flowscan.h"

enum {
	ENGINES = 4,
	FRAMES_MAX = 200000,
	FRAME_SIZE = 4096,
	WRAP_MAX = 128,
};

/* ---- What was said ---------------------------------------------------------
 */

struct said {
	struct fs_observation *row;
	size_t count, room;
};

static int
on_flow(void *ctx, const struct fs_observation *observation)
{
	struct said *said = ctx;

	if (said->count == said->room) {
		said->room = said->room ? said->room * 2 : 1024;
		said->row = realloc(said->row, said->room * sizeof(*said->row));
		if (said->row == NULL)
			abort();
	}
	said->row[said->count] = *observation;
	/* What lies behind the signals is of no meaning. */
	memset(said->row[said->count].signals + observation->signals_size, 0,
	    sizeof(observation->signals) - observation->signals_size);
	memset(&said->row[said->count].evidence[observation->evidence_count], 0,
	    (FS_EVIDENCE_MAX - observation->evidence_count) *
		sizeof(observation->evidence[0]));
	said->count++;
	return 0;
}

static int
by_identity(const void *left, const void *right)
{
	const struct fs_observation *a = left, *b = right;

	if (a->said_us != b->said_us)
		return a->said_us < b->said_us ? -1 : 1;
	if (a->flow_id != b->flow_id)
		return a->flow_id < b->flow_id ? -1 : 1;
	return (a->rev > b->rev) - (a->rev < b->rev);
}

/* Padding apart, rows are alike when all that is told of them is. */
static bool
same_row(const struct fs_observation *a, const struct fs_observation *b)
{
	return a->flow_id == b->flow_id && a->parent_id == b->parent_id &&
	    a->first_us == b->first_us && a->last_us == b->last_us &&
	    a->said_us == b->said_us && a->rev == b->rev &&
	    a->final == b->final &&
	    memcmp(a->packets, b->packets, sizeof(a->packets)) == 0 &&
	    memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0 &&
	    strcmp(a->verdict.protocol, b->verdict.protocol) == 0 &&
	    a->verdict.score_ppm == b->verdict.score_ppm &&
	    a->evidence_count == b->evidence_count &&
	    a->signals_size == b->signals_size &&
	    memcmp(a->signals, b->signals, a->signals_size) == 0;
}

/* ---- Frames ----------------------------------------------------------------
 */

struct frames {
	struct fs_frame *frame;
	size_t count;
};

static void
put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* An Ethernet and an IPv4 header before 'size' bytes. */
static size_t
put_ip4(uint8_t *at, unsigned side, unsigned host, uint8_t proto, size_t size)
{
	static const uint8_t ether[] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8,
		0 };
	uint8_t *ip = at + sizeof(ether);

	memcpy(at, ether, sizeof(ether));
	memset(ip, 0, 20);
	ip[0] = 0x45;
	put16(ip + 2, (unsigned)(20 + size));
	ip[8] = 64;
	ip[9] = proto;
	memcpy(ip + 12, (uint8_t[]){ 192, 0, 2, (uint8_t)(side ? 250 : host) },
	    4);
	memcpy(ip + 16, (uint8_t[]){ 192, 0, 2, (uint8_t)(side ? host : 250) },
	    4);
	return sizeof(ether) + 20;
}

static size_t
put_udp(uint8_t *at, unsigned src, unsigned dst, size_t size)
{
	put16(at, src);
	put16(at + 2, dst);
	put16(at + 4, (unsigned)(8 + size));
	put16(at + 6, 0);
	return 8;
}

/* Wraps an Ethernet frame: in VXLAN whose ends change from packet to packet,
 * in GRE, or in GTP between tunnels that also ask for echoes. */
static size_t
wrap(uint8_t *at, unsigned number, const struct fs_frame *inner)
{
	static const uint8_t vxlan[] = { 8, 0, 0, 0, 0, 0, 7, 0 };
	static const uint8_t gre[] = { 0, 0, 0x65, 0x58 };
	static const uint8_t gtp_echo[] = { 0x32, 1, 0, 4, 0, 0, 0, 0, 0, 1, 0,
		0 };
	unsigned side = inner->bytes[29] & 1, kind = inner->bytes[33] % 3;
	size_t size = inner->size, at_size;

	if (number % 11 == 0) {
		at_size = put_ip4(at, side, 3, 17, 8 + sizeof(gtp_echo));
		at_size += put_udp(at + at_size, 2152, 2152, sizeof(gtp_echo));
		memcpy(at + at_size, gtp_echo, sizeof(gtp_echo));
		return at_size + sizeof(gtp_echo);
	}
	if (kind == 0) {
		at_size =
		    put_ip4(at, side, number % 5, 17, 8 + sizeof(vxlan) + size);
		at_size += put_udp(at + at_size, 50000 + inner->bytes[35] % 7u,
		    4789, sizeof(vxlan) + size);
		memcpy(at + at_size, vxlan, sizeof(vxlan));
		at_size += sizeof(vxlan);
	} else if (kind == 1) {
		at_size = put_ip4(at, side, 9, 47, sizeof(gre) + size);
		memcpy(at + at_size, gre, sizeof(gre));
		at_size += sizeof(gre);
	} else {
		uint8_t gtp[] = { 0x30, 255, 0, 0, 0, 0, 0, 5 };

		size -= 14;
		put16(gtp + 2, (unsigned)size);
		at_size = put_ip4(at, side, 3, 17, 8 + sizeof(gtp) + size);
		at_size +=
		    put_udp(at + at_size, 2152, 2152, sizeof(gtp) + size);
		memcpy(at + at_size, gtp, sizeof(gtp));
		at_size += sizeof(gtp);
		memcpy(at + at_size, inner->bytes + 14, size);
		return at_size + size;
	}
	memcpy(at + at_size, inner->bytes, size);
	return at_size + size;
}

/* Reads a capture; wraps every frame but some, when asked to. */
static struct frames
read_frames(const char *path, bool tunnels)
{
	struct frames frames = { calloc(FRAMES_MAX, sizeof(struct fs_frame)),
		0 };
	struct fs_capture *capture;
	struct fs_frame frame;
	struct fs_err err;

	if (fs_capture_open_file(path, &err, &capture) < 0 || !frames.frame)
		abort();
	while (frames.count < FRAMES_MAX &&
	    fs_capture_next(capture, &err, &frame) > 0) {
		uint8_t *bytes = malloc(frame.size + WRAP_MAX);
		size_t size = frame.size;

		if (bytes == NULL)
			abort();
		if (tunnels && frame.link == 1 && size > 60 &&
		    frames.count % 17 != 0)
			size = wrap(bytes, (unsigned)frames.count, &frame);
		else
			memcpy(bytes, frame.bytes, size);
		frame.wire_size += (uint32_t)size - frame.size;
		frame.size = (uint32_t)size;
		frame.bytes = bytes;
		frames.frame[frames.count++] = frame;
	}
	fs_capture_close(capture);
	return frames;
}

/* Many hosts, each of which asks a server of its own about a name, twice: what
 * is remembered of one must not depend on whose frames an engine sees. */
static struct frames
make_questions(void)
{
	static const uint8_t question[] = { 0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0,
		4, 'n', 'a', 'm', 'e', 4, 'z', 'o', 'n', 'e', 7, 'e', 'x', 'a',
		'm', 'p', 'l', 'e', 0, 0, 16, 0, 1 };
	enum { HEAD = 14 + 20 + 8, HOSTS = 9000 };
	struct frames frames = { calloc(2 * (size_t)HOSTS,
				     sizeof(struct fs_frame)),
		2 * (size_t)HOSTS };
	size_t i;

	if (frames.frame == NULL)
		abort();
	for (i = 0; i < frames.count; i++) {
		uint8_t *bytes = malloc(HEAD + sizeof(question));

		if (bytes == NULL)
			abort();
		put_ip4(bytes, 0, 1, 17, 8 + sizeof(question));
		put16(bytes + 28, (unsigned)(i % HOSTS));
		put_udp(bytes + 34, (unsigned)(5000 + i), 53, sizeof(question));
		memcpy(bytes + HEAD, question, sizeof(question));
		frames.frame[i] = (struct fs_frame){ .bytes = bytes,
			.size = HEAD + sizeof(question),
			.wire_size = HEAD + sizeof(question),
			.time_us = 1700000000000000 + i * 100,
			.link = 1 };
	}
	return frames;
}

static void
free_frames(struct frames *frames)
{
	size_t i;

	for (i = 0; i < frames->count; i++)
		free((uint8_t *)(uintptr_t)frames->frame[i].bytes);
	free(frames->frame);
}

/* ---- One and several -------------------------------------------------------
 */

struct world {
	struct fs_settings settings;
	struct fs_ruleset *rules;
};

static struct fs_engine *
open_engine(const struct world *world, struct said *said, unsigned index,
    unsigned count)
{
	struct fs_engine *engine;
	struct fs_err err;

	if (fs_engine_new(&world->settings, world->rules, NULL, 1, &err,
		&engine) < 0)
		abort();
	fs_engine_sink(engine, on_flow, said);
	fs_engine_part(engine, index, count);
	return engine;
}

static void
say_alone(const struct world *world, const struct frames *frames,
    struct said *said, struct fs_engine_stats *stats)
{
	struct fs_engine *engine = open_engine(world, said, 0, 1);
	size_t i;

	for (i = 0; i < frames->count; i++)
		if (fs_engine_frame(engine, &frames->frame[i]) < 0)
			abort();
	fs_engine_flush(engine);
	fs_engine_stats(engine, stats);
	fs_engine_free(engine);
}

static void
add_stats(struct fs_engine_stats *sum, const struct fs_engine_stats *stats)
{
	size_t i;

	sum->frames += stats->frames;
	sum->packets += stats->packets;
	sum->flows += stats->flows;
	for (i = 0; i < stats->drop_count; i++)
		sum->drops[i].value += stats->drops[i].value;
}

/* The clocks of the engines are only brought together at the end. Returns
 * how many engines said something. */
static unsigned
say_together(const struct world *world, const struct frames *frames,
    struct said *said, struct fs_engine_stats *sum)
{
	struct fs_engine *engine[ENGINES];
	struct fs_dealer *dealer;
	struct fs_deal deal;
	unsigned e, busy = 0;
	size_t i;

	memset(sum, 0, sizeof(*sum));
	if (fs_dealer_new(&world->settings, ENGINES, &dealer) < 0)
		abort();
	for (e = 0; e < ENGINES; e++)
		engine[e] = open_engine(world, said, e, ENGINES);
	for (i = 0; i < frames->count; i++) {
		if (fs_dealer_frame(dealer, &frames->frame[i], &deal) < 0)
			abort();
		for (e = 0; e < ENGINES; e++) {
			if (deal.restart)
				fs_engine_restart(engine[e], deal.clock_us);
			if (deal.engines >> e & 1)
				fs_engine_dealt(engine[e], &frames->frame[i],
				    &deal);
		}
	}
	for (e = 0; e < ENGINES; e++) {
		struct fs_engine_stats stats;

		fs_engine_tick(engine[e], deal.clock_us);
		fs_engine_flush(engine[e]);
		fs_engine_stats(engine[e], &stats);
		busy += stats.flows > 0;
		add_stats(sum, &stats);
		fs_engine_free(engine[e]);
	}
	fs_dealer_free(dealer);
	return busy;
}

static void
compare(const struct said *alone, const struct said *together)
{
	size_t i, other = 0, linked = 0;

	qsort(alone->row, alone->count, sizeof(*alone->row), by_identity);
	qsort(together->row, together->count, sizeof(*together->row),
	    by_identity);
	for (i = 0; i < alone->count && i < together->count; i++) {
		other += !same_row(&alone->row[i], &together->row[i]);
		linked += alone->row[i].parent_id != 0;
	}
	printf("# %zu rows, %zu within others\n", alone->count, linked);
	tap_int((long long)together->count, (long long)alone->count,
	    "as many rows");
	tap_int((long long)other, 0, "and the same ones");
}

static void
test_frames(const struct world *world, struct frames frames)
{
	struct said alone = { 0 }, together = { 0 };
	struct fs_engine_stats one, several;
	unsigned busy;
	bool same;
	size_t i;

	say_alone(world, &frames, &alone, &one);
	busy = say_together(world, &frames, &together, &several);
	tap_ok(frames.count < 1000 || busy > 1, "%u engines had flows", busy);
	compare(&alone, &together);
	same = one.frames == several.frames && one.packets == several.packets &&
	    one.flows == several.flows;
	for (i = 0; i < one.drop_count; i++)
		same &= one.drops[i].value == several.drops[i].value;
	tap_ok(same, "frames, flows and drops are counted once");
	free(alone.row);
	free(together.row);
	free_frames(&frames);
}

static void
test_capture(const struct world *world, const char *path, bool tunnels)
{
	printf("# %s%s\n", path, tunnels ? ", in tunnels" : "");
	test_frames(world, read_frames(path, tunnels));
}

int
main(void)
{
	static const char *const captures[] = { "test/data/demo.pcap.zst",
		"test/data/demo-client.pcap.zst", "test/data/tls-ipv6.pcap",
		"test/data/openvpn.pcap" };
	static const char *const path = "rules";
	static struct world world;
	struct fs_dealer *dealer;
	size_t i;

	if (fs_settings_init(&world.settings) < 0 ||
	    fs_ruleset_load(&path, 1, NULL, NULL, NULL, &world.rules) < 0)
		abort();
	world.settings.flow_max = 65536;
	/* Many revisions, and flows that end while others go on. */
	world.settings.active_s = 2;
	world.settings.udp_idle_s = 3;
	world.settings.tcp_idle_s = 5;
	tap_ok(fs_dealer_new(&world.settings, FS_ENGINES_MAX + 1, &dealer) < 0,
	    "too many engines are refused");
	for (i = 0; i < sizeof(captures) / sizeof(captures[0]); i++) {
		test_capture(&world, captures[i], false);
		test_capture(&world, captures[i], true);
	}
	test_frames(&world, make_questions());
	world.settings.outer_flows = false;
	test_capture(&world, captures[0], true);
	fs_ruleset_free(world.rules);
	fs_settings_fini(&world.settings);
	return tap_done();
}
