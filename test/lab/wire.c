#include "test/lab/wire.h"

#include <errno.h>
#include <stdlib.h>

enum {
	IP4_END = 34, /* Ethernet and IPv4 headers. */
	IP6_END = 54,
	IP4_TTL = 22,
	IP4_CHECKSUM = 24,
	IP6_HOPS = 21,
	LATE_NS = 100000, /* What counts as late. */
	NS_PER_S = 1000000000,
	MILLION = 1000000,
};

int
wire_init(struct wire *wire, uint64_t seed)
{
	uint32_t i;

	wire->slots = calloc(wire->slot_count, sizeof(*wire->slots));
	wire->heap = calloc(wire->slot_count, sizeof(*wire->heap));
	wire->bytes = calloc(wire->slot_count, wire->frame_size);
	if (!wire->slots || !wire->heap || !wire->bytes) {
		wire_fini(wire);
		return -ENOMEM;
	}
	for (i = 0; i < wire->slot_count; i++) {
		wire->heap[i] = i;
		wire->slots[i].bytes = wire->bytes + i * wire->frame_size;
	}
	wire->ways[0].random = seed * 2;
	wire->ways[1].random = seed * 2 + 1;
	return 0;
}

void
wire_fini(struct wire *wire)
{
	free(wire->slots);
	free(wire->heap);
	free(wire->bytes);
	wire->slots = NULL;
	wire->heap = NULL;
	wire->bytes = NULL;
}

/* ---- The heap --------------------------------------------------------- */

static bool
heap_before(const struct wire *wire, uint32_t a, uint32_t b)
{
	const struct slot *x = &wire->slots[wire->heap[a]];
	const struct slot *y = &wire->slots[wire->heap[b]];

	if (x->due_ns != y->due_ns)
		return x->due_ns < y->due_ns;
	return x->order < y->order;
}

static void
heap_swap(struct wire *wire, uint32_t a, uint32_t b)
{
	uint32_t slot = wire->heap[a];

	wire->heap[a] = wire->heap[b];
	wire->heap[b] = slot;
}

/* Takes in the first free slot, heap[used]. */
static void
heap_push(struct wire *wire)
{
	uint32_t at = wire->used++;

	while (at > 0 && heap_before(wire, at, (at - 1) / 2)) {
		heap_swap(wire, at, (at - 1) / 2);
		at = (at - 1) / 2;
	}
}

/* Puts the earliest slot among the free ones. */
static void
heap_pop(struct wire *wire)
{
	uint32_t at = 0, least, child;

	heap_swap(wire, 0, --wire->used);
	for (;;) {
		least = at;
		for (child = 2 * at + 1; child <= 2 * at + 2; child++) {
			if (child < wire->used &&
			    heap_before(wire, child, least))
				least = child;
		}
		if (least == at)
			return;
		heap_swap(wire, at, least);
		at = least;
	}
}

/* ---- What happens to a frame on the way ------------------------------- */

/* splitmix64 */
static uint64_t
random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* Takes the hops of the way from TTL or hop limit, never below 1. */
static void
frame_age(uint8_t *frame, size_t size, uint64_t hops)
{
	bool ip4 = size >= IP4_END && frame[12] == 8 && frame[13] == 0;
	bool ip6 = size >= IP6_END && frame[12] == 0x86 && frame[13] == 0xdd;
	uint8_t *sum = frame + IP4_CHECKSUM, *ttl, old;
	uint32_t raised;

	if (!ip4 && !ip6)
		return;
	ttl = frame + (ip4 ? IP4_TTL : IP6_HOPS);
	old = *ttl;
	if (old == 0)
		return;
	*ttl = old > hops ? (uint8_t)(old - hops) : 1;
	if (ip6)
		return;
	/* RFC 1624: what the header lost, its checksum gains. */
	raised = ((uint32_t)sum[0] << 8) + sum[1];
	raised += (uint32_t)(old - *ttl) << 8;
	raised = (raised & 0xffff) + (raised >> 16);
	sum[0] = (uint8_t)(raised >> 8);
	sum[1] = (uint8_t)raised;
}

/* Gives the time at which the line has sent a frame that came at 'now_ns'.
 * Returns false when its queue is full. */
static bool
way_queue(struct way *way, size_t size, uint64_t now_ns, uint64_t *sent_ns)
{
	uint64_t start = now_ns, waiting;

	*sent_ns = now_ns;
	if (way->rate_bps == 0)
		return true;
	if (way->free_ns > now_ns)
		start = way->free_ns;
	waiting = (start - now_ns) / 1000 * way->rate_bps / 8 / MILLION;
	if (waiting + size > way->queue_bytes)
		return false;
	way->free_ns = start + (uint64_t)size * 8 * NS_PER_S / way->rate_bps;
	*sent_ns = way->free_ns;
	return true;
}

/* Decides when a frame is due. Returns false when it never arrives. The
 * number of random choices does not depend on their outcome. */
static bool
way_take(struct way *way, size_t size, uint64_t now_ns, uint64_t *due_ns)
{
	bool lost = random_next(&way->random) % MILLION < way->loss_ppm;
	bool held = random_next(&way->random) % MILLION < way->reorder_ppm;
	uint64_t jitter = random_next(&way->random) % (way->jitter_ns + 1);
	uint64_t due;

	if (lost) {
		way->lost++;
		return false;
	}
	if (!way_queue(way, size, now_ns, &due)) {
		way->dropped++;
		return false;
	}
	due += way->delay_ns + jitter;
	if (due < way->last_due_ns)
		due = way->last_due_ns;
	if (held)
		due += way->hold_ns;
	else
		way->last_due_ns = due;
	*due_ns = due;
	return true;
}

struct slot *
wire_room(struct wire *wire)
{
	if (wire->used == wire->slot_count)
		return NULL;
	return &wire->slots[wire->heap[wire->used]];
}

void
wire_take(struct wire *wire, uint8_t from, size_t size, uint64_t now_ns)
{
	struct way *way = &wire->ways[from];
	struct slot *slot = wire_room(wire);

	way->frames++;
	if (slot == NULL) {
		way->dropped++;
		return;
	}
	if (!way_take(way, size, now_ns, &slot->due_ns))
		return;
	slot->size = size;
	slot->way = from;
	slot->order = wire->arrivals++;
	if (way->hops > 0)
		frame_age(slot->bytes, size, way->hops);
	heap_push(wire);
}

const struct slot *
wire_next(const struct wire *wire)
{
	return wire->used > 0 ? &wire->slots[wire->heap[0]] : NULL;
}

void
wire_sent(struct wire *wire, uint64_t now_ns)
{
	const struct slot *slot = wire_next(wire);
	struct way *way = &wire->ways[slot->way];
	uint64_t late_ns = now_ns - slot->due_ns;

	if (late_ns > LATE_NS)
		way->late++;
	if (late_ns > way->worst_ns)
		way->worst_ns = late_ns;
	heap_pop(wire);
}
