#include "base/snapshot.h"

#include <pthread.h>
#include <stdlib.h>

#include "../tap.h"
#include "base/ring.h"

enum { READERS = 3, ROUNDS = 3000 };

static unsigned released;

static void
count_release(void *value)
{
	released++;
	free(value);
}

static int *
number(int value)
{
	int *place = malloc(sizeof(*place));

	if (place == NULL)
		abort();
	*place = value;
	return place;
}

static void
test_quiet_points(void)
{
	struct snapshot *snapshot;
	const int *first, *second;

	released = 0;
	snapshot = snapshot_new(2, number(1), count_release);
	first = snapshot_get(snapshot, 0);
	second = snapshot_get(snapshot, 1);
	tap_ok(*first == 1 && first == second, "both read the first");
	snapshot_put(snapshot, number(2));
	tap_int(released, 0, "what is read stays");
	tap_int(*(int *)snapshot_get(snapshot, 0), 2, "one reads the next");
	tap_int(snapshot_sweep(snapshot), 2, "the other has not passed");
	tap_int(*second, 1, "so its value is still there");
	tap_int(*(int *)snapshot_get(snapshot, 1), 2, "now it has");
	tap_int(snapshot_sweep(snapshot), 1, "and the first is given up");
	tap_int(released, 1, "and released");
	snapshot_put(snapshot, number(3));
	snapshot_put(snapshot, number(4));
	tap_int(released, 1, "a value that is passed over waits, too");
	snapshot_get(snapshot, 0);
	snapshot_get(snapshot, 1);
	tap_int(snapshot_sweep(snapshot), 1, "all pass at once");
	tap_int(released, 3, "two are released");
	snapshot_free(snapshot);
	tap_int(released, 4, "the last with the snapshot");
}

struct reader {
	pthread_t thread;
	struct snapshot *snapshot;
	struct gauge *over;
	unsigned index;
	bool ordered;
};

/* Values only grow, and none is read after its release: a sanitizer sees
 * that. */
static void *
read_all(void *ctx)
{
	struct reader *reader = ctx;
	int last = 0;

	reader->ordered = true;
	while (gauge_get(reader->over) == 0) {
		const int *value =
		    snapshot_get(reader->snapshot, reader->index);

		reader->ordered &= *value >= last;
		last = *value;
	}
	return NULL;
}

static void
test_threads(void)
{
	struct snapshot *snapshot;
	struct reader readers[READERS];
	struct gauge *over = gauge_new();
	bool ordered = true;
	int i;

	released = 0;
	snapshot = snapshot_new(READERS, number(0), count_release);
	for (i = 0; i < READERS; i++) {
		readers[i] = (struct reader){ .snapshot = snapshot,
			.over = over,
			.index = (unsigned)i };
		if (pthread_create(&readers[i].thread, NULL, read_all,
			&readers[i]) != 0)
			abort();
	}
	for (i = 1; i <= ROUNDS; i++)
		snapshot_put(snapshot, number(i));
	gauge_set(over, 1);
	for (i = 0; i < READERS; i++) {
		pthread_join(readers[i].thread, NULL);
		ordered &= readers[i].ordered;
	}
	tap_ok(ordered, "readers see values in the order of their putting");
	snapshot_free(snapshot);
	gauge_free(over);
	tap_int(released, ROUNDS + 1, "each was released, once");
}

int
main(void)
{
	test_quiet_points();
	test_threads();
	return tap_done();
}
