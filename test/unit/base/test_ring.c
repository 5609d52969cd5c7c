#include "base/ring.h"

#include <pthread.h>
#include <stdlib.h>

#include "../tap.h"

enum { ITEMS = 200000, PRODUCERS = 3 };

/* ---- One thread --------------------------------------------------------- */

static void
test_order(void)
{
	struct ring *ring = ring_new(3, NULL, NULL);
	int items[5];
	unsigned i, round;
	bool same = true;

	tap_ok(ring_take(ring) == NULL, "an empty ring gives nothing");
	for (i = 0; i < 4; i++)
		same &= ring_put(ring, &items[i]);
	tap_ok(same, "room for 3 is room for 4");
	tap_ok(!ring_put(ring, &items[4]), "a full ring takes nothing");
	tap_ok(ring_count(ring) == 4 && ring_room(ring) == 4, "four are in it");
	for (i = 0; i < 4; i++)
		same &= ring_take(ring) == &items[i];
	for (round = 0; round < 1000; round++) {
		same &= ring_put(ring, &items[round % 5]);
		same &= ring_put(ring, &items[(round + 1) % 5]);
		same &= ring_take(ring) == &items[round % 5];
		same &= ring_take(ring) == &items[(round + 1) % 5];
	}
	tap_ok(same, "the order is that of putting, round and round");
	tap_int(ring_count(ring), 0, "none is left");
	ring_free(ring);
}

static void
test_bell(void)
{
	struct bell *bell = bell_new();
	uint32_t seen = bell_read(bell);

	bell_wait(bell, seen, 1);
	tap_int(bell_read(bell), seen, "a wait ends by its time");
	bell_ring(bell);
	bell_wait(bell, seen, -1);
	tap_int(bell_read(bell), seen + 1,
	    "what rang before the wait ends it, too");
	bell_free(bell);
}

/* ---- Several ------------------------------------------------------------ */

struct producer {
	pthread_t thread;
	struct ring *ring;
	struct gauge *sum;
	uint32_t *numbers;
};

static void *
produce(void *ctx)
{
	struct producer *producer = ctx;
	uint32_t i;

	for (i = 0; i < ITEMS; i++) {
		producer->numbers[i] = i;
		gauge_add(producer->sum, i);
		ring_put_wait(producer->ring, &producer->numbers[i]);
	}
	return NULL;
}

/* Takes from all rings, waiting at the one bell of theirs. */
static bool
consume(struct producer *producers, struct bell *filled, uint64_t *sum)
{
	uint32_t next[PRODUCERS] = { 0 }, left = PRODUCERS * ITEMS;
	bool in_order = true;
	unsigned i;

	while (left > 0) {
		uint32_t seen = bell_read(filled);
		bool found = false;

		for (i = 0; i < PRODUCERS; i++) {
			uint32_t *number = ring_take(producers[i].ring);

			if (number == NULL)
				continue;
			found = true;
			in_order &= *number == next[i]++;
			*sum += *number;
			left--;
		}
		if (!found)
			bell_wait(filled, seen, -1);
	}
	return in_order;
}

static void
test_threads(void)
{
	struct bell *filled = bell_new(), *drained = bell_new();
	struct producer producers[PRODUCERS];
	struct gauge *given = gauge_new();
	uint64_t sum = 0;
	unsigned i;

	for (i = 0; i < PRODUCERS; i++) {
		producers[i].ring = ring_new(16, filled, drained);
		producers[i].numbers = calloc(ITEMS, sizeof(uint32_t));
		producers[i].sum = given;
		if (pthread_create(&producers[i].thread, NULL, produce,
			&producers[i]) != 0)
			abort();
	}
	tap_ok(consume(producers, filled, &sum),
	    "each producer's items come in order");
	for (i = 0; i < PRODUCERS; i++) {
		pthread_join(producers[i].thread, NULL);
		ring_free(producers[i].ring);
		free(producers[i].numbers);
	}
	tap_int((long long)sum, (long long)gauge_get(given),
	    "all of them, as they were written");
	gauge_free(given);
	bell_free(filled);
	bell_free(drained);
}

static void *
take_one(void *ctx)
{
	return ring_take_wait(ctx);
}

static void
test_sleep(void)
{
	struct bell *filled = bell_new();
	struct ring *ring = ring_new(1, filled, NULL);
	pthread_t thread;
	void *got = NULL;
	int item;

	if (pthread_create(&thread, NULL, take_one, ring) != 0)
		abort();
	/* Long enough for it to fall asleep. */
	bell_wait(filled, bell_read(filled), 20);
	tap_ok(ring_put(ring, &item), "put while the other side sleeps");
	pthread_join(thread, &got);
	tap_ok(got == &item, "that wakes it");
	ring_free(ring);
	bell_free(filled);
}

int
main(void)
{
	test_order();
	test_bell();
	test_threads();
	test_sleep();
	return tap_done();
}
