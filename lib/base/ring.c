#include "base/ring.h"

#include <linux/futex.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 64 }; /* What two cores do not share without a cost. */

/* ---- Bells --------------------------------------------------------------- */

struct bell {
	_Atomic uint32_t rung;
	_Atomic uint32_t sleepers;
};

struct bell *
bell_new(void)
{
	return calloc(1, sizeof(struct bell));
}

void
bell_free(struct bell *bell)
{
	free(bell);
}

uint32_t
bell_read(const struct bell *bell)
{
	return atomic_load(&bell->rung);
}

/* Either the sleeper sees what was rung, or the ringer sees the sleeper: both
 * sides write before they read. */
void
bell_wait(struct bell *bell, uint32_t seen, int timeout_ms)
{
	struct timespec time = { timeout_ms / 1000,
		timeout_ms % 1000 * 1000000L };

	atomic_fetch_add(&bell->sleepers, 1);
	if (atomic_load(&bell->rung) == seen)
		(void)syscall(SYS_futex, &bell->rung, FUTEX_WAIT_PRIVATE, seen,
		    timeout_ms < 0 ? NULL : &time, NULL, 0);
	atomic_fetch_sub(&bell->sleepers, 1);
}

void
bell_ring(struct bell *bell)
{
	atomic_fetch_add(&bell->rung, 1);
	if (atomic_load(&bell->sleepers) > 0)
		(void)syscall(SYS_futex, &bell->rung, FUTEX_WAKE_PRIVATE,
		    INT32_MAX, NULL, NULL, 0);
}

/* ---- Rings --------------------------------------------------------------- */

/* Each side has a line of its own; the numbers only grow, and wrap. */
struct ring {
	_Alignas(LINE) _Atomic uint32_t put;
	_Alignas(LINE) _Atomic uint32_t taken;
	_Alignas(LINE) uint32_t mask;
	struct bell *filled, *drained; /* Borrowed. */
	void *items[];
};

struct ring *
ring_new(uint32_t count, struct bell *filled, struct bell *drained)
{
	uint32_t room = 1;
	struct ring *ring;
	size_t size;

	while (room < count && room < UINT32_C(1) << 30)
		room *= 2;
	size = sizeof(*ring) + room * sizeof(void *);
	ring = aligned_alloc(LINE, (size + LINE - 1) / LINE * LINE);
	if (ring == NULL)
		return NULL;
	atomic_init(&ring->put, 0);
	atomic_init(&ring->taken, 0);
	ring->mask = room - 1;
	ring->filled = filled;
	ring->drained = drained;
	return ring;
}

void
ring_free(struct ring *ring)
{
	free(ring);
}

bool
ring_put(struct ring *ring, void *item)
{
	uint32_t put = atomic_load_explicit(&ring->put, memory_order_relaxed);
	uint32_t taken =
	    atomic_load_explicit(&ring->taken, memory_order_acquire);

	if (put - taken > ring->mask)
		return false;
	ring->items[put & ring->mask] = item;
	atomic_store_explicit(&ring->put, put + 1, memory_order_release);
	if (ring->filled != NULL)
		bell_ring(ring->filled);
	return true;
}

void *
ring_take(struct ring *ring)
{
	uint32_t taken =
	    atomic_load_explicit(&ring->taken, memory_order_relaxed);
	uint32_t put = atomic_load_explicit(&ring->put, memory_order_acquire);
	void *item;

	if (put == taken)
		return NULL;
	item = ring->items[taken & ring->mask];
	atomic_store_explicit(&ring->taken, taken + 1, memory_order_release);
	if (ring->drained != NULL)
		bell_ring(ring->drained);
	return item;
}

uint32_t
ring_count(const struct ring *ring)
{
	uint32_t taken = atomic_load(&ring->taken);

	return atomic_load(&ring->put) - taken;
}

uint32_t
ring_room(const struct ring *ring)
{
	return ring->mask + 1;
}

void
ring_put_wait(struct ring *ring, void *item)
{
	uint32_t seen = bell_read(ring->drained);

	while (!ring_put(ring, item)) {
		bell_wait(ring->drained, seen, -1);
		seen = bell_read(ring->drained);
	}
}

void *
ring_take_wait(struct ring *ring)
{
	uint32_t seen = bell_read(ring->filled);
	void *item;

	while ((item = ring_take(ring)) == NULL) {
		bell_wait(ring->filled, seen, -1);
		seen = bell_read(ring->filled);
	}
	return item;
}

/* ---- Gauges -------------------------------------------------------------- */

struct gauge {
	_Alignas(LINE) _Atomic uint64_t value;
};

struct gauge *
gauge_new(void)
{
	struct gauge *gauge = aligned_alloc(LINE, sizeof(*gauge));

	if (gauge != NULL)
		atomic_init(&gauge->value, 0);
	return gauge;
}

void
gauge_free(struct gauge *gauge)
{
	free(gauge);
}

void
gauge_set(struct gauge *gauge, uint64_t value)
{
	atomic_store(&gauge->value, value);
}

void
gauge_add(struct gauge *gauge, uint64_t value)
{
	atomic_fetch_add(&gauge->value, value);
}

uint64_t
gauge_get(const struct gauge *gauge)
{
	return atomic_load(&gauge->value);
}
