/* Measures one engine under many flows at once, without capture and store:
 * opens them all, then sends packets through them in turn, none near the last
 * one in memory.
 *
 * usage: many FLOWS PACKETS [RULES]...
 *
 * Prints: flows, nanoseconds a packet while they open, the same afterwards,
 * microseconds of the judgement of a flow, peak memory in MB. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <flowscan.h>

enum {
	FRAME = 14 + 20 + 20,
	PAYLOAD = 100,
	LINK_ETHERNET = 1,
	OPENING = 5, /* Packets until both sides have said something. */
	STRIDE = 7919,
	FIN = 1,
	SYN = 2,
	PSH = 8,
	ACK = 16,
};

struct many {
	struct fs_engine *engine;
	uint32_t flows;
	uint64_t now_us;
	uint8_t frame[FRAME + PAYLOAD];
};

static double
cpu_s(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
put(uint8_t *at, uint32_t value, unsigned size)
{
	while (size-- > 0) {
		at[size] = (uint8_t)value;
		value >>= 8;
	}
}

/* Sends a packet of a flow; 'offset' is where it stands in its side's
 * stream. */
static int
send_packet(struct many *many, uint32_t flow, unsigned side, uint8_t flags,
    uint32_t offset, unsigned size)
{
	uint8_t *ip = many->frame + 14, *tcp = ip + 20;
	uint32_t client = 0x64400000 + flow / 16, server = 0xc6120001;
	uint32_t client_port = 20000 + flow % 16, first = flow * 2654435761U;
	struct fs_frame frame = { .bytes = many->frame,
		.size = FRAME + size,
		.wire_size = FRAME + size,
		.time_us = many->now_us++,
		.link = LINK_ETHERNET };
	unsigned i;

	put(ip + 2, 40 + size, 2);
	put(ip + 12, side == 0 ? client : server, 4);
	put(ip + 16, side == 0 ? server : client, 4);
	put(tcp, side == 0 ? client_port : 8443, 2);
	put(tcp + 2, side == 0 ? 8443 : client_port, 2);
	put(tcp + 4, first + side * 77777 + offset, 4);
	put(tcp + 8, flags & ACK ? first + (1 - side) * 77777 + 1 : 0, 4);
	tcp[13] = flags;
	for (i = 0; i < size; i++)
		tcp[20 + i] = (uint8_t)((first + offset * 31 + i * 97) >> 7);
	return fs_engine_frame(many->engine, &frame);
}

static int
open_flow(struct many *many, uint32_t flow)
{
	int rc;

	if ((rc = send_packet(many, flow, 0, SYN, 0, 0)) < 0 ||
	    (rc = send_packet(many, flow, 1, SYN | ACK, 0, 0)) < 0 ||
	    (rc = send_packet(many, flow, 0, ACK, 1, 0)) < 0 ||
	    (rc = send_packet(many, flow, 0, PSH | ACK, 1, PAYLOAD)) < 0)
		return rc;
	return send_packet(many, flow, 1, PSH | ACK, 1, PAYLOAD);
}

static int
open_flows(struct many *many)
{
	uint32_t flow;
	int rc = 0;

	for (flow = 0; flow < many->flows && rc == 0; flow++)
		rc = open_flow(many, flow);
	return rc;
}

/* A packet of each flow, then the next one of each. */
static int
send_round(struct many *many, uint32_t packets)
{
	uint32_t i, round, flow;
	int rc = 0;

	for (i = 0; i < packets && rc == 0; i++) {
		round = i / many->flows;
		flow = (uint32_t)((uint64_t)i * STRIDE % many->flows);
		rc = send_packet(many, flow, round % 2, PSH | ACK,
		    1 + PAYLOAD * (1 + round / 2), PAYLOAD);
	}
	return rc;
}

static int
ignore(void *ctx, const struct fs_observation *flow)
{
	(void)ctx;
	(void)flow;
	return 0;
}

static int
measure(struct many *many, uint32_t packets)
{
	double start = cpu_s(), opened, sent, judged;
	struct rusage usage;
	int rc;

	if ((rc = open_flows(many)) < 0)
		return rc;
	opened = cpu_s();
	if ((rc = send_round(many, packets)) < 0)
		return rc;
	sent = cpu_s();
	(void)getrusage(RUSAGE_SELF, &usage);
	if ((rc = fs_engine_flush(many->engine)) < 0)
		return rc;
	judged = cpu_s();
	printf("%u %.0f %.0f %.2f %ld\n", many->flows,
	    (opened - start) * 1e9 / ((double)many->flows * OPENING),
	    (sent - opened) * 1e9 / packets,
	    (judged - sent) * 1e6 / many->flows, usage.ru_maxrss / 1024);
	return 0;
}

static int
run(uint32_t flows, uint32_t packets, const char *const *rules, size_t count)
{
	struct many many = { .flows = flows, .now_us = 1767225600000000 };
	struct fs_settings settings;
	struct fs_ruleset *set = NULL;
	struct fs_geo *geo = NULL;
	struct fs_err err = { 0 };
	int rc;

	many.frame[12] = 8;
	memcpy(many.frame + 14, "\x45\0\0\0\0\0\x40\0\x40\6", 10);
	memcpy(many.frame + 46, "\x50\0\xfa\xf0", 4);
	if ((rc = fs_settings_init(&settings)) < 0)
		return rc;
	if ((rc = fs_ruleset_load(rules, count, NULL, NULL, &err, &set)) == 0 &&
	    (rc = fs_geo_open(NULL, 0, NULL, 0, &err, &geo)) == 0 &&
	    (rc = fs_engine_new(&settings, set, geo, 1, &err, &many.engine)) ==
		0) {
		fs_engine_sink(many.engine, ignore, NULL);
		rc = measure(&many, packets);
	}
	if (rc < 0)
		(void)fprintf(stderr, "many: %s\n", err.text);
	fs_engine_free(many.engine);
	fs_geo_close(geo);
	fs_ruleset_free(set);
	fs_settings_fini(&settings);
	return rc;
}

int
main(int argc, char **argv)
{
	unsigned long flows = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	unsigned long packets = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;

	if (argc < 3 || flows == 0 || flows > 1 << 20 || packets > UINT32_MAX) {
		(void)fprintf(stderr, "usage: many FLOWS PACKETS [RULES]...\n");
		return 2;
	}
	return run((uint32_t)flows, (uint32_t)packets,
		   (const char *const *)argv + 3, (size_t)argc - 3) < 0;
}
