/* The staircase as a whole: frames in, observations and client rows out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "base/addr.h"
#include "flowscan.h"
#include "frames.h"
#include "signal/blob.h"
#include "world.h"

static void
test_flow(void)
{
	static struct world world;
	static struct signals signals;
	struct segment request = { &client, &server, 1001, 5001, PSH | ACK,
		"GET / HTTP/1.1\r\nHost: api.example.com\r\n\r\n", 41 };
	struct segment end[] = {
		{ &client, &server, 1042, 5001, FIN | ACK, NULL, 0 },
		{ &server, &client, 5001, 1043, FIN | ACK, NULL, 0 },
		{ &client, &server, 1043, 5002, ACK, NULL, 0 },
	};
	unsigned i;

	world_open(&world, true);
	handshake(&world, &client, START_US);
	give_tcp(world.engine, &request, START_US + 81000);
	for (i = 0; i < 3; i++)
		give_tcp(world.engine, &end[i],
		    START_US + 200000 + 1000ULL * i);
	tap_int(world.seen.count, 0, "a closed flow waits for stragglers");
	fs_engine_tick(world.engine, START_US + 60000000);
	tap_int(world.seen.count, 1, "then it is given");

	signals_clear(&signals);
	tap_int(blob_decode(world.seen.last.signals,
		    world.seen.last.signals_size, &signals),
	    0, "with its signals");
	tap_int(signals_milli(&signals, SIGNAL_RTT_TCP_MS), 80000,
	    "rtt.tcp_ms is what lay between SYN-ACK and ACK");
	tap_int(signals_milli(&signals, SIGNAL_TCP_SYN_MSS), 1460000,
	    "the SYN's marks stay with the flow");
	tap_int(world.seen.last.client_port, 40000, "the client's port");
	tap_int(world.seen.last.verdict.view, FS_VIEW_EXIT,
	    "a flow to a service is seen from the exit");
	tap_text(world.seen.last.service, "api", "and names it");
	tap_text(world.seen.last.verdict.protocol, "http", "protocol");
	tap_ok(world.seen.last.final, "it is final");
	tap_int((long long)world.seen.last.packets[0], 5, "packets");

	fs_judge_flush(world.judge);
	tap_int(world.seen.clients, 1, "one client");
	tap_int((long long)world.seen.client.flows, 1, "of one flow");
	world_close(&world);
}

/* Mid-stream, from the server's side: the service says who is who. */
static void
test_sides(void)
{
	static struct world world;
	struct segment answer = { &server, &client, 5001, 1042, PSH | ACK,
		"HTTP/1.1 200 OK\r\n\r\n", 19 };

	world_open(&world, true);
	give_tcp(world.engine, &answer, START_US);
	fs_engine_flush(world.engine);
	tap_int(world.seen.last.client_port, 40000,
	    "the side that is not the service is the client");
	tap_int((long long)world.seen.last.packets[1], 1,
	    "and its packets count as the server's");
	tap_ok(!world.seen.last.client_first, "who did not send first");
	world_close(&world);
}

static void
test_bounds(void)
{
	static struct world world;
	struct endpoint from = client;
	struct fs_engine_stats stats;
	struct segment data = { &from, &server, 1001, 5001, PSH | ACK,
		"\x16\x03\x01", 3 };
	unsigned i;

	world_open(&world, false);
	for (i = 0; i < 5000; i++) {
		from.port = (uint16_t)(1024 + i);
		handshake(&world, &from, START_US + 100ULL * i);
		give_tcp(world.engine, &data, START_US + 100ULL * i + 80060);
	}
	fs_engine_stats(world.engine, &stats);
	tap_ok(stats.flows_now <= 1024, "the flow table is bounded");
	tap_int((long long)stats.flows, 5000, "every flow was counted");
	tap_int((long long)stats.evicted, 5000 - 1024,
	    "and each that was given up");
	tap_ok(stats.gave_up > 0, "as were inspections (%llu)",
	    (unsigned long long)stats.gave_up);
	fs_engine_flush(world.engine);
	tap_int(world.seen.count, 5000, "none goes without an observation");
	world_close(&world);
}

/* A clock that steps back begins another capture. */
static void
test_clock(void)
{
	static struct world world;

	world_open(&world, false);
	handshake(&world, &client, START_US);
	handshake(&world, &client, START_US - 3600 * 1000000ull);
	tap_int(world.seen.count, 1, "a step back ends what was there");
	fs_engine_flush(world.engine);
	tap_int(world.seen.count, 2, "and the rest goes on");
	world_close(&world);
}

/* What the seed, the table's size and the pool are, changes no identity. */
static void
test_identity(void)
{
	static struct world first, second;
	static struct fs_client one, other;
	struct segment request = { &client, &server, 1001, 5001, PSH | ACK,
		"GET / HTTP/1.1\r\nHost: api.example.com\r\n\r\n", 41 };
	struct fs_observation a, b;

	world_open(&first, true);
	world_open(&second, true);
	fs_engine_free(second.engine);
	fs_judge_free(second.judge);
	second.settings.hash_seed = 0x1234567890abcdef;
	second.settings.flow_max = 77;
	fs_engine_new(&second.settings, second.rules, NULL, 1, NULL,
	    &second.engine);
	fs_judge_new(&second.settings, second.rules, NULL, 1, NULL,
	    &second.judge);
	second.seen.judge = second.judge;
	fs_engine_sink(second.engine, on_flow, &second.seen);
	fs_judge_sink(second.judge, on_client, &second.seen);
	handshake(&first, &client, START_US);
	handshake(&second, &client, START_US);
	handshake(&first, &client, START_US + 1000000);
	handshake(&second, &client, START_US + 1000000);
	give_tcp(first.engine, &request, START_US + 1090000);
	give_tcp(second.engine, &request, START_US + 1090000);
	fs_engine_flush(first.engine);
	fs_engine_flush(second.engine);
	a = first.seen.last;
	b = second.seen.last;
	tap_ok(a.flow_id != 0 && a.flow_id == b.flow_id,
	    "the same flow has the same identity");
	tap_ok(a.signals_size == b.signals_size &&
		memcmp(a.signals, b.signals, a.signals_size) == 0,
	    "and the same signals");
	fs_judge_flush(first.judge);
	fs_judge_flush(second.judge);
	one = first.seen.client;
	other = second.seen.client;
	tap_ok(one.signals_size > 0 && one.signals_size == other.signals_size &&
		memcmp(one.signals, other.signals, one.signals_size) == 0,
	    "as its client has");
	tap_int(one.verdict.log_odds, other.verdict.log_odds,
	    "with the same verdict");
	world_close(&first);
	world_close(&second);
}

/* GRE around a UDP flow: two flows, linked. */
static void
test_tunnel(void)
{
	static struct world world;
	uint8_t inner[FRAME_ROOM], outer[FRAME_ROOM], *at;
	size_t size;
	uint64_t outer_id, parent_id;

	world_open(&world, false);
	size = put_udp(inner, &client, &server, "hello", 5) - 14;
	at = put_ip(outer, &server, &client, 47, 4 + size);
	at = put32(at, 0x00000800);
	memcpy(at, inner + 14, size);
	give(world.engine, outer, 14 + 20 + 4 + size, START_US);
	fs_engine_flush(world.engine);
	tap_int(world.seen.count, 2, "tunnel and content are two flows");
	parent_id = world.seen.last.parent_id;
	outer_id = world.seen.last.flow_id;
	tap_ok(parent_id != 0 || outer_id != 0, "with identities");
	world_close(&world);

	world_open(&world, false);
	world.settings.mirrors = calloc(1, sizeof(*world.settings.mirrors));
	snprintf(world.settings.mirrors[0].kind, 16, "gre");
	world.settings.mirrors[0].id = -1;
	world.settings.mirror_count = 1;
	give(world.engine, outer, 14 + 20 + 4 + size, START_US);
	fs_engine_flush(world.engine);
	tap_int(world.seen.count, 1, "a mirror's transport is no finding");
	tap_int(world.seen.last.ip_proto, 17, "only what it brings");
	world_close(&world);
}

/* A frame of VXLAN that brings 'segment' to a collector. */
static int
give_mirrored(struct fs_engine *engine, uint32_t vni,
    const struct segment *segment, uint64_t at_us)
{
	static const struct endpoint tap = { { 192, 0, 2, 1 }, 50000 };
	static const struct endpoint collector = { { 192, 0, 2, 2 }, 4789 };
	uint8_t inside[FRAME_ROOM] = { 8 }, frame[FRAME_ROOM];
	size_t size;

	put32(inside + 4, vni << 8);
	size = 8 + put_tcp(inside + 8, segment);
	return give(engine, frame,
	    put_udp(frame, &tap, &collector, inside, size), at_us);
}

/* A mirror that has a session for each direction. */
static void
test_mirror(void)
{
	static struct world world;
	const struct segment there = { &client, &server, 1000, 0, SYN, NULL,
		0 };
	const struct segment back = { &server, &client, 5000, 1001, SYN | ACK,
		NULL, 0 };

	world_open(&world, true);
	world.settings.mirrors = calloc(1, sizeof(*world.settings.mirrors));
	snprintf(world.settings.mirrors[0].kind, 16, "vxlan");
	world.settings.mirrors[0].id = -1;
	world.settings.mirror_count = 1;
	give_mirrored(world.engine, 7, &there, START_US);
	give_mirrored(world.engine, 8, &back, START_US + 50);
	fs_engine_flush(world.engine);
	tap_int(world.seen.count, 1, "both sessions of a mirror are one flow");
	tap_int((long long)world.seen.last.packets[1], 1,
	    "that was seen from both sides");
	world_close(&world);
}

/* One service calls another: the caller is the client. */
static void
test_services(void)
{
	static struct world world;
	struct endpoint low = { { 203, 0, 113, 1 }, 40000 };
	struct endpoint high = { { 203, 0, 113, 9 }, 8443 };
	struct segment up = { &low, &high, 1000, 0, SYN, NULL, 0 };
	struct segment down = { &high, &low, 1000, 0, SYN, NULL, 0 };

	world_open(&world, true);
	world.settings.services->port_count = 0;
	give_tcp(world.engine, &up, START_US);
	fs_engine_flush(world.engine);
	tap_int(world.seen.last.client_port, 40000, "upwards");
	give_tcp(world.engine, &down, START_US);
	fs_engine_flush(world.engine);
	tap_int(world.seen.last.client_port, 8443, "and downwards");
	world_close(&world);
}

/* A request within the SYN (TCP Fast Open) is where the stream begins. */
static void
test_fast_open(void)
{
	static struct world world;
	static struct signals signals;
	char host[64];
	struct segment open = { &client, &server, 1000, 0, SYN,
		"GET / HTTP/1.1\r\nHost: ", 22 };
	struct segment rest = { &client, &server, 1023, 5001, PSH | ACK,
		"api.example.com\r\n\r\n", 19 };

	world_open(&world, true);
	give_tcp(world.engine, &open, START_US);
	give_tcp(world.engine, &rest, START_US + 90000);
	fs_engine_flush(world.engine);
	signals_clear(&signals);
	blob_decode(world.seen.last.signals, world.seen.last.signals_size,
	    &signals);
	signals_format(&signals, SIGNAL_HTTP_HOST, false, host, sizeof(host));
	tap_text(host, "api.example.com", "a request within the SYN is read");
	world_close(&world);
}

int
main(void)
{
	test_flow();
	test_sides();
	test_bounds();
	test_clock();
	test_identity();
	test_tunnel();
	test_mirror();
	test_services();
	test_fast_open();
	return tap_done();
}
