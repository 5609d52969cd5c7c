/* Writes a capture for measuring.
 *
 * usage: gen FILE BYTES [SEED]
 *
 * Flows begin at a steady rate, each by its kind's script; what they send is
 * merged by time: 79,000 flows and a million packets in 500 MB. */
#include "gen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	FLOWS_MAX = 1 << 18, /* At once. */
	BETWEEN_US = 2000,   /* From one flow's start to the next. */
	FIN = 1,
	SYN = 2,
	PSH = 8,
	ACK = 16,
};

static const uint64_t begin_us = 1767225600000000; /* 2026-01-01 */

struct gen {
	FILE *file;
	uint64_t bytes, packets, flows;
	struct gen_flow **heap; /* The flow whose packet is due comes first. */
	size_t count;
	struct gen_random random;
	uint8_t frame[GEN_SEGMENT + 128];
	size_t size;
};

/* ---- Flows by time ----------------------------------------------------- */

static void
sift_up(struct gen_flow **heap, size_t i)
{
	struct gen_flow *flow = heap[i];

	for (; i > 0 && heap[(i - 1) / 2]->due_us > flow->due_us;
	     i = (i - 1) / 2)
		heap[i] = heap[(i - 1) / 2];
	heap[i] = flow;
}

static void
sift_down(struct gen_flow **heap, size_t count)
{
	struct gen_flow *flow = heap[0];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < count) {
		if (child + 1 < count &&
		    heap[child + 1]->due_us < heap[child]->due_us)
			child++;
		if (heap[child]->due_us >= flow->due_us)
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = flow;
}

static const struct gen_kind *
pick_kind(struct gen_random *random)
{
	uint32_t at = gen_range(random, 0, 999);
	size_t i = 0;

	while (i + 1 < gen_kind_count && at >= gen_kinds[i].weight)
		at -= gen_kinds[i++].weight;
	return &gen_kinds[i];
}

static int
start_flow(struct gen *gen, uint64_t now_us)
{
	struct gen_flow *flow;

	if (gen->count == FLOWS_MAX)
		return 0;
	flow = calloc(1, sizeof(*flow));
	if (flow == NULL)
		return -ENOMEM;
	flow->random.state = gen_next(&gen->random);
	flow->kind = pick_kind(&flow->random);
	flow->due_us = now_us;
	flow->client = gen_skewed(&flow->random, 0, 40000);
	flow->server = gen_skewed(&flow->random, 0, 3000);
	flow->ipv6 = gen_range(&flow->random, 0, 9) == 0;
	/* A client is always as far away. */
	flow->rtt_us = 3000 + flow->client * 2654435761U % 180000;
	flow->port[0] = (uint16_t)gen_range(&flow->random, 32768, 60999);
	flow->port[1] = flow->kind->port
	    ? flow->kind->port
	    : (uint16_t)gen_range(&flow->random, 1024, 30000);
	flow->seq[0] = (uint32_t)gen_next(&flow->random);
	flow->seq[1] = (uint32_t)gen_next(&flow->random);
	if (flow->kind->exchanges_max)
		flow->exchanges =
		    gen_skewed(&flow->random, 1, flow->kind->exchanges_max + 1);
	gen->heap[gen->count] = flow;
	sift_up(gen->heap, gen->count++);
	gen->flows++;
	return 0;
}

/* ---- What a flow sends ------------------------------------------------- */

/* The next piece of an answer, or an ACK behind every second of them. */
static void
next_answer(struct gen_flow *flow, struct gen_packet *packet)
{
	if (flow->kind->ip_proto == 6 && flow->unacked == 2) {
		flow->unacked = 0;
		packet->size = 0;
		packet->delay_us = 40;
		return;
	}
	packet->side = 1;
	packet->size = flow->left < GEN_SEGMENT ? flow->left : GEN_SEGMENT;
	flow->kind->answer(flow, packet);
	flow->offset += (uint32_t)packet->size;
	flow->left -=
	    packet->size < flow->left ? (uint32_t)packet->size : flow->left;
	flow->unacked++;
	packet->delay_us = flow->unacked == 2 ? flow->rtt_us : 30;
}

static void
next_request(struct gen_flow *flow, struct gen_packet *packet)
{
	flow->kind->request(flow, packet);
	flow->offset = 0;
	flow->left = gen_skewed(&flow->random, 1, flow->kind->answer_max);
	/* A TLS server's first flight: hello and certificate. */
	if (flow->kind->port == 443 && flow->exchange == 0)
		flow->left = gen_range(&flow->random, 2800, 4200);
	packet->delay_us = gen_skewed(&flow->random, 200, 40000);
}

/* Steps of TCP: 0 SYN, 1 SYN-ACK, 2 ACK, 3 exchanges, 4 to 6 the end. */
static bool
tcp_frame(struct gen_flow *flow, struct gen_packet *packet)
{
	static const uint8_t flags[] = { SYN, SYN | ACK, ACK, ACK, FIN | ACK,
		FIN | ACK, ACK };
	static const uint8_t side[] = { 0, 1, 0, 0, 0, 1, 0 };

	packet->flags = flags[flow->step];
	packet->side = side[flow->step];
	packet->delay_us = flow->step == 1 ? flow->rtt_us : 100;
	return flow->step++ < 6 && flow->exchanges > 0;
}

/* Fills in the next packet; returns whether another follows. */
static bool
next_packet(struct gen_flow *flow, struct gen_packet *packet)
{
	bool tcp = flow->kind->ip_proto == 6;

	packet->side = 0;
	packet->flags = ACK;
	packet->size = 0;
	if (tcp && flow->step != 3)
		return tcp_frame(flow, packet);
	if (flow->left > 0) {
		next_answer(flow, packet);
	} else {
		next_request(flow, packet);
		return true;
	}
	if (packet->size)
		packet->flags |= PSH;
	if (flow->left > 0)
		return true;
	packet->delay_us = flow->rtt_us + gen_skewed(&flow->random, 0, 3000000);
	if (++flow->exchange < flow->exchanges)
		return true;
	flow->step = 4;
	return tcp;
}

/* ---- Frames ------------------------------------------------------------ */

static void
put(struct gen *gen, const void *bytes, size_t size)
{
	memcpy(gen->frame + gen->size, bytes, size);
	gen->size += size;
}

static void
put_u16(struct gen *gen, unsigned value)
{
	uint8_t bytes[2] = { (uint8_t)(value >> 8), (uint8_t)value };

	put(gen, bytes, sizeof(bytes));
}

static void
put_u32(struct gen *gen, uint32_t value)
{
	put_u16(gen, value >> 16);
	put_u16(gen, value & 0xffff);
}

/* The sum of RFC 1071 over what was put since 'from'. */
static uint16_t
checksum(const struct gen *gen, size_t from)
{
	uint32_t sum = 0;
	size_t i;

	for (i = from; i + 1 < gen->size; i += 2)
		sum += (uint32_t)gen->frame[i] << 8 | gen->frame[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t) ~((sum & 0xffff) + (sum >> 16));
}

/* Clients are in 100.64.0.0/10 and 2001:db8:c::/48, servers in
 * 203.0.113.0/24 for one in three, else in 198.18.0.0/15. */
static void
put_addr(struct gen *gen, const struct gen_flow *flow, unsigned who)
{
	uint32_t value = who ? flow->server : flow->client;
	uint32_t net = who == 0 ? 0x64400000
	    : value % 3         ? 0xc6120000
				: 0xcb007100;

	if (!flow->ipv6) {
		put_u32(gen,
		    net | (value % 3 || who == 0 ? value : value & 0xff));
		return;
	}
	put_u32(gen, 0x20010db8);
	put_u32(gen, who ? 0x50000 : 0xc0000 | (value & 0xffff));
	put_u32(gen, 0);
	put_u32(gen, value);
}

static void
put_ip(struct gen *gen, const struct gen_flow *flow,
    const struct gen_packet *packet, size_t size)
{
	size_t from = gen->size;
	uint16_t sum;

	if (flow->ipv6) {
		put_u32(gen, 0x60000000);
		put_u16(gen, (unsigned)size);
		put_u16(gen, (unsigned)flow->kind->ip_proto << 8 | 60);
		put_addr(gen, flow, packet->side);
		put_addr(gen, flow, !packet->side);
		return;
	}
	put_u16(gen, 0x4500);
	put_u16(gen, (unsigned)size + 20);
	put_u32(gen, (uint32_t)(gen->packets & 0xffff) << 16 | 0x4000);
	put_u16(gen, 57 << 8 | flow->kind->ip_proto);
	put_u16(gen, 0);
	put_addr(gen, flow, packet->side);
	put_addr(gen, flow, !packet->side);
	sum = checksum(gen, from);
	gen->frame[from + 10] = (uint8_t)(sum >> 8);
	gen->frame[from + 11] = (uint8_t)sum;
}

static void
put_tcp(struct gen *gen, struct gen_flow *flow, const struct gen_packet *packet)
{
	static const uint8_t syn_options[] = { 2, 4, 5, 0xb4, 4, 2, 8, 10 };
	bool syn = packet->flags & SYN;
	unsigned side = packet->side;
	uint32_t clock = (uint32_t)(flow->due_us / 1000);

	put_u16(gen, flow->port[side]);
	put_u16(gen, flow->port[!side]);
	put_u32(gen, flow->seq[side]);
	put_u32(gen, packet->flags & ACK ? flow->seq[!side] : 0);
	put_u16(gen, (syn ? 0xa000U : 0x8000U) | packet->flags);
	put_u16(gen, 64240);
	put_u32(gen, 0);
	if (syn)
		put(gen, syn_options, sizeof(syn_options));
	else
		put_u32(gen, 0x0101080a);
	put_u32(gen, clock);
	put_u32(gen, packet->flags & ACK ? flow->clock[!side] : 0);
	flow->clock[side] = clock;
	if (syn)
		put_u32(gen, 0x01030307);
	flow->seq[side] += (uint32_t)packet->size;
	if (packet->flags & (SYN | FIN))
		flow->seq[side]++;
}

static void
put_frame(struct gen *gen, struct gen_flow *flow,
    const struct gen_packet *packet)
{
	static const uint8_t macs[12] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2 };
	size_t header = flow->kind->ip_proto == 17 ? 8
	    : packet->flags & SYN                  ? 40
						   : 32;

	gen->size = 0;
	put(gen, macs, sizeof(macs));
	put_u16(gen, flow->ipv6 ? 0x86dd : 0x0800);
	put_ip(gen, flow, packet, header + packet->size);
	if (flow->kind->ip_proto == 17) {
		put_u16(gen, flow->port[packet->side]);
		put_u16(gen, flow->port[!packet->side]);
		put_u16(gen, (unsigned)(header + packet->size));
		put_u16(gen, 0);
	} else {
		put_tcp(gen, flow, packet);
	}
	put(gen, packet->payload, packet->size);
}

/* ---- The file ---------------------------------------------------------- */

static void
write_frame(struct gen *gen, uint64_t time_us)
{
	uint32_t header[4] = { (uint32_t)(time_us / 1000000),
		(uint32_t)(time_us % 1000000), (uint32_t)gen->size,
		(uint32_t)gen->size };

	(void)fwrite(header, sizeof(header), 1, gen->file);
	(void)fwrite(gen->frame, gen->size, 1, gen->file);
	gen->bytes += sizeof(header) + gen->size;
	gen->packets++;
}

/* Sends the packet that is due first. */
static void
step(struct gen *gen)
{
	struct gen_flow *flow = gen->heap[0];
	struct gen_packet packet;
	bool more = next_packet(flow, &packet);

	put_frame(gen, flow, &packet);
	write_frame(gen, flow->due_us);
	flow->due_us += packet.delay_us;
	if (!more) {
		free(flow);
		gen->heap[0] = gen->heap[--gen->count];
	}
	if (gen->count)
		sift_down(gen->heap, gen->count);
}

static int
generate(struct gen *gen, uint64_t bytes)
{
	static const uint32_t header[6] = { 0xa1b2c3d4, 4 << 16 | 2, 0, 0,
		65535, 1 };
	uint64_t start_us = begin_us;
	int rc = 0;

	gen->bytes = fwrite(header, 1, sizeof(header), gen->file);
	while (gen->bytes < bytes && rc == 0) {
		if (gen->count && gen->heap[0]->due_us <= start_us) {
			step(gen);
			continue;
		}
		rc = start_flow(gen, start_us);
		start_us += BETWEEN_US;
	}
	while (gen->count)
		free(gen->heap[--gen->count]);
	return rc;
}

int
main(int argc, char **argv)
{
	struct gen gen = { 0 };
	int rc = -ENOMEM;

	if (argc < 3 || argc > 4) {
		(void)fprintf(stderr, "usage: gen FILE BYTES [SEED]\n");
		return 2;
	}
	gen.random.state = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
	gen.file = fopen(argv[1], "wb");
	gen.heap = calloc(FLOWS_MAX, sizeof(struct gen_flow *));
	if (gen.file && gen.heap)
		rc = generate(&gen, strtoull(argv[2], NULL, 10));
	free(gen.heap);
	if (gen.file == NULL || fclose(gen.file) != 0 || rc < 0) {
		(void)fprintf(stderr, "gen: %s: %s\n", argv[1],
		    strerror(errno));
		return 1;
	}
	printf("%llu bytes, %llu packets, %llu flows\n",
	    (unsigned long long)gen.bytes, (unsigned long long)gen.packets,
	    (unsigned long long)gen.flows);
	return 0;
}
