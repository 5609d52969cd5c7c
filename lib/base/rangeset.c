#include "base/rangeset.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/num.h"

/* An address as a number; IPv4 in the lowest 32 bits. */
typedef unsigned __int128 number;

/* A range as added. */
struct entry {
	number first, last;
	size_t order;
	uint32_t value;
	uint8_t family;
};

struct range4 {
	uint32_t first, last, value;
};

struct range6 {
	uint64_t first[2], last[2]; /* High half, low half. */
	uint32_t value;
};

struct rangeset {
	struct entry *entries; /* Owned; null once sealed. */
	size_t entry_count, entry_room;
	struct range4 *ranges4; /* Owned, sorted, disjoint. */
	struct range6 *ranges6;
	size_t count4, count6;
	size_t added;
	bool sealed;
};

struct rangeset *
rangeset_new(void)
{
	return calloc(1, sizeof(struct rangeset));
}

void
rangeset_free(struct rangeset *set)
{
	if (set == NULL)
		return;
	free(set->entries);
	free(set->ranges4);
	free(set->ranges6);
	free(set);
}

static number
number_of(const struct fs_addr *addr)
{
	size_t size = addr->family == 4 ? 4 : 16, i;
	number value = 0;

	for (i = 0; i < size; i++)
		value = value << 8 | addr->bytes[i];
	return value;
}

static int
grow(struct rangeset *set)
{
	size_t room = set->entry_room > 0 ? set->entry_room : 64, size;
	struct entry *entries;

	if (set->entry_count < set->entry_room)
		return 0;
	if (!num_mul(room, 2, &room) || !num_mul(room, sizeof(*entries), &size))
		return -ENOMEM;
	entries = realloc(set->entries, size);
	if (entries == NULL)
		return -ENOMEM;
	set->entries = entries;
	set->entry_room = room;
	return 0;
}

int
rangeset_add(struct rangeset *set, const struct fs_addr *first,
    const struct fs_addr *last, uint32_t value)
{
	struct entry entry = { .value = value, .family = first->family };
	int rc;

	assert(!set->sealed);
	entry.first = number_of(first);
	entry.last = number_of(last);
	if (first->family != last->family ||
	    (first->family != 4 && first->family != 6) ||
	    entry.first > entry.last)
		return -EINVAL;
	if ((rc = grow(set)) < 0)
		return rc;
	entry.order = set->entry_count;
	set->entries[set->entry_count++] = entry;
	set->added++;
	return 0;
}

int
rangeset_add_prefix(struct rangeset *set, const struct fs_prefix *prefix,
    uint32_t value)
{
	struct fs_addr first = addr_mask(&prefix->addr, prefix->bits);
	struct fs_addr last = first;
	unsigned size = first.family == 4 ? 4 : 16, i;

	if (prefix->bits > size * 8)
		return -EINVAL;
	for (i = prefix->bits; i < size * 8; i++)
		last.bytes[i / 8] |= (uint8_t)(0x80 >> i % 8);
	return rangeset_add(set, &first, &last, value);
}

static int
by_start(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

/* Whether 'a' wins over 'b' where both hold. */
static bool
wins(const struct entry *a, const struct entry *b)
{
	number a_size = a->last - a->first, b_size = b->last - b->first;

	return a_size != b_size ? a_size < b_size : a->order > b->order;
}

/* A binary heap of the ranges that hold where the sweep stands, the winner
 * on top; those that have ended are taken off when they come up. */
struct heap {
	const struct entry **items; /* Owned. */
	size_t count;
};

static void
heap_push(struct heap *heap, const struct entry *entry)
{
	size_t at = heap->count++, up;

	for (; at > 0; at = up) {
		up = (at - 1) / 2;
		if (!wins(entry, heap->items[up]))
			break;
		heap->items[at] = heap->items[up];
	}
	heap->items[at] = entry;
}

static void
heap_pop(struct heap *heap)
{
	const struct entry *entry = heap->items[--heap->count];
	size_t at = 0, down;

	for (; (down = 2 * at + 1) < heap->count; at = down) {
		if (down + 1 < heap->count &&
		    wins(heap->items[down + 1], heap->items[down]))
			down++;
		if (!wins(heap->items[down], entry))
			break;
		heap->items[at] = heap->items[down];
	}
	heap->items[at] = entry;
}

/* Puts a range behind the others of its family; one that goes on with the
 * same value is lengthened. */
static void
put4(struct rangeset *set, uint32_t first, uint32_t last, uint32_t value)
{
	struct range4 *next = set->ranges4 + set->count4;

	if (set->count4 > 0 && next[-1].value == value &&
	    next[-1].last + 1 == first) {
		next[-1].last = last;
		return;
	}
	*next = (struct range4){ first, last, value };
	set->count4++;
}

static number
join(const uint64_t halves[2])
{
	return (number)halves[0] << 64 | halves[1];
}

static void
split(number whole, uint64_t halves[2])
{
	halves[0] = (uint64_t)(whole >> 64);
	halves[1] = (uint64_t)whole;
}

static void
put6(struct rangeset *set, number first, number last, uint32_t value)
{
	struct range6 *next = set->ranges6 + set->count6;

	if (set->count6 > 0 && next[-1].value == value &&
	    join(next[-1].last) + 1 == first) {
		split(last, next[-1].last);
		return;
	}
	split(first, next->first);
	split(last, next->last);
	next->value = value;
	set->count6++;
}

static void
put(struct rangeset *set, const struct entry *winner, number first, number last)
{
	if (winner->family == 4)
		put4(set, (uint32_t)first, (uint32_t)last, winner->value);
	else
		put6(set, first, last, winner->value);
}

/* Sweeps over the sorted entries of one family. */
static void
flatten(struct rangeset *set, struct heap *heap, const struct entry *entries,
    size_t count)
{
	const struct entry *top;
	number at = 0, until;
	size_t next = 0;

	heap->count = 0;
	while (heap->count > 0 || next < count) {
		if (heap->count == 0)
			at = entries[next].first;
		for (; next < count && entries[next].first == at; next++)
			heap_push(heap, &entries[next]);
		top = heap->items[0];
		if (top->last < at) {
			heap_pop(heap);
			continue;
		}
		until = top->last;
		if (next < count && entries[next].first <= until)
			until = entries[next].first - 1;
		put(set, top, at, until);
		if (until == (number)-1)
			return; /* No address is left to sweep over. */
		at = until + 1;
	}
}

/* Gives back the room beyond 'size' bytes. */
static void *
shrink(void *ranges, size_t size)
{
	void *smaller = realloc(ranges, size > 0 ? size : 1);

	return smaller != NULL ? smaller : ranges;
}

/* Makes room for what the entries can become: each begins once and ends
 * once, so that there are two ranges for each at most. They are larger than
 * these, so that no product overflows. */
static int
make_room(struct rangeset *set, size_t count4, struct heap *heap)
{
	size_t count = set->entry_count;

	heap->items = malloc((count + 1) * sizeof(struct entry *));
	set->ranges4 = malloc((2 * count4 + 1) * sizeof(*set->ranges4));
	set->ranges6 =
	    malloc((2 * (count - count4) + 1) * sizeof(*set->ranges6));
	if (heap->items != NULL && set->ranges4 != NULL && set->ranges6 != NULL)
		return 0;
	free(heap->items);
	return -ENOMEM;
}

int
rangeset_seal(struct rangeset *set)
{
	size_t count = set->entry_count, count4 = 0;
	struct heap heap;
	int rc;

	assert(!set->sealed);
	set->sealed = count == 0;
	if (count == 0)
		return 0;
	qsort(set->entries, count, sizeof(*set->entries), by_start);
	while (count4 < count && set->entries[count4].family == 4)
		count4++;
	if ((rc = make_room(set, count4, &heap)) < 0)
		return rc;
	flatten(set, &heap, set->entries, count4);
	flatten(set, &heap, set->entries + count4, count - count4);
	free(heap.items);
	free(set->entries);
	set->entries = NULL;
	set->ranges4 =
	    shrink(set->ranges4, set->count4 * sizeof(*set->ranges4));
	set->ranges6 =
	    shrink(set->ranges6, set->count6 * sizeof(*set->ranges6));
	set->sealed = true;
	return 0;
}

static bool
find4(const struct rangeset *set, uint32_t at, uint32_t *value)
{
	size_t low = 0, high = set->count4, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (set->ranges4[middle].last < at)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == set->count4 || set->ranges4[low].first > at)
		return false;
	*value = set->ranges4[low].value;
	return true;
}

static bool
find6(const struct rangeset *set, number at, uint32_t *value)
{
	size_t low = 0, high = set->count6, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (join(set->ranges6[middle].last) < at)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == set->count6 || join(set->ranges6[low].first) > at)
		return false;
	*value = set->ranges6[low].value;
	return true;
}

bool
rangeset_find(const struct rangeset *set, const struct fs_addr *addr,
    uint32_t *value)
{
	assert(set->sealed);
	if (addr->family == 4)
		return find4(set, (uint32_t)number_of(addr), value);
	return addr->family == 6 && find6(set, number_of(addr), value);
}

size_t
rangeset_count(const struct rangeset *set)
{
	return set->added;
}
