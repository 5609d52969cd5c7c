#include "signal/head.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "flow/pages.h"
#include "signal/inspect.h"

enum { PROTO_TCP = 6 };

/* A question; a hello, or a datagram; as much as is looked at. */
static const uint32_t room_size[HEAD_ROOMS] = { 512, 1536, INSPECT_HEAD };

/* ---- Memory -------------------------------------------------------------- */

int
head_pool_init(struct head_pool *pool, uint32_t max)
{
	unsigned i;

	memset(pool, 0, sizeof(*pool));
	pool->max = max;
	for (i = 0; i < HEAD_ROOMS; i++) {
		pool->shelf[i].rooms = pages_take((size_t)max * room_size[i]);
		if (pool->shelf[i].rooms == NULL) {
			head_pool_fini(pool);
			return -ENOMEM;
		}
	}
	return 0;
}

void
head_pool_fini(struct head_pool *pool)
{
	unsigned i;

	for (i = 0; i < HEAD_ROOMS; i++)
		pages_give(pool->shelf[i].rooms,
		    (size_t)pool->max * room_size[i]);
	memset(pool, 0, sizeof(*pool));
}

/* Each shelf has room for all heads, so this does not fail. */
static uint8_t *
take(struct head_pool *pool, unsigned room)
{
	struct head_shelf *shelf = &pool->shelf[room];
	uint8_t *bytes = shelf->free;

	if (bytes != NULL) {
		memcpy(&shelf->free, bytes, sizeof(shelf->free));
		return bytes;
	}
	assert(shelf->used < pool->max);
	return shelf->rooms + (size_t)shelf->used++ * room_size[room];
}

static void
give(struct head_pool *pool, unsigned room, uint8_t *bytes)
{
	struct head_shelf *shelf = &pool->shelf[room];

	memcpy(bytes, &shelf->free, sizeof(shelf->free));
	shelf->free = bytes;
}

void
head_give(struct head_pool *pool, struct head *head)
{
	if (head->bytes != NULL)
		give(pool, head->room, head->bytes);
	head->bytes = NULL;
	head->ready = head->range_count = 0;
}

/* How far bytes have come, with those that wait. */
static uint32_t
end_of(const struct head *head)
{
	uint32_t end = head->ready;
	unsigned i;

	for (i = 0; i < head->range_count; i++)
		if (head->range[i].to > end)
			end = head->range[i].to;
	return end;
}

/* Makes room for 'size' bytes, INSPECT_HEAD at most. */
static void
make_room(struct head_pool *pool, struct head *head, uint32_t size)
{
	uint8_t *before = head->bytes;
	unsigned old = head->room, room = before != NULL ? old : 0;

	while (room + 1 < HEAD_ROOMS && room_size[room] < size)
		room++;
	if (before != NULL && room == old)
		return;
	head->bytes = take(pool, room);
	head->room = (uint16_t)room;
	if (before != NULL) {
		memcpy(head->bytes, before, end_of(head));
		give(pool, old, before);
	}
}

/* ---- Bytes --------------------------------------------------------------- */

/* Moves pieces that now touch the beginning into 'ready'. */
static void
absorb(struct head *head)
{
	unsigned i = 0;

	while (i < head->range_count) {
		const struct head_range *range = &head->range[i];

		if (range->from > head->ready) {
			i++;
			continue;
		}
		if (range->to > head->ready)
			head->ready = range->to;
		head->range[i] = head->range[--head->range_count];
		i = 0;
	}
}

/* Lays bytes at their place. What is there already stays: a later copy with
 * other bytes must not rewrite what was parsed. */
static void
lay(struct head_pool *pool, struct head *head, uint32_t at, struct cursor bytes)
{
	uint32_t size;

	if (at < head->ready) {
		if (!cursor_skip(&bytes, head->ready - at))
			return;
		at = head->ready;
	}
	if (at >= INSPECT_HEAD)
		return;
	size = INSPECT_HEAD - at;
	if (bytes.left < size)
		size = (uint32_t)bytes.left;
	if (size == 0 || (at > head->ready && head->range_count == HEAD_RANGES))
		return;
	make_room(pool, head, at + size);
	memcpy(head->bytes + at, bytes.at, size);
	if (at == head->ready) {
		head->ready += size;
		absorb(head);
	} else {
		head->range[head->range_count++] =
		    (struct head_range){ at, at + size };
	}
}

bool
head_add(struct head_pool *pool, struct head *head, const struct flow *flow,
    const struct packet *packet, unsigned endpoint)
{
	const struct flow_side *side = &flow->side[endpoint];
	uint32_t before = head->ready;

	if (packet->ip_proto != PROTO_TCP) {
		if (before == 0)
			lay(pool, head, 0, packet->payload);
	} else if (side->has_isn) {
		/* The SYN takes a number of its own, before its payload. */
		lay(pool, head,
		    packet->tcp.seq - side->isn -
			!(packet->tcp.flags & TCP_SYN),
		    packet->payload);
	} else if (flow->segment != SEGMENT_AGAIN &&
	    flow->segment != SEGMENT_PROBE) {
		/* Without a beginning, the order of arrival has to do. */
		lay(pool, head, head->ready, packet->payload);
	}
	return head->ready > before;
}
