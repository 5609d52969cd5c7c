/* Rows in sheaves, and several workers' sheaves in one order. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../../../daemon/merge.h"
#include "../tap.h"

enum { WORKERS_MAX = 4, FLOWS = 3000, ROUNDS = 4 };

static struct fs_observation
make_flow(uint64_t id, uint64_t said_us)
{
	struct fs_observation flow = { .flow_id = id, .said_us = said_us };

	flow.first_us = said_us / 2;
	flow.rev = 1 + (uint32_t)(id % 3);
	flow.evidence_count = (uint32_t)(id % (FS_EVIDENCE_MAX + 1));
	flow.signals_size = (uint32_t)(id % FS_SIGNALS_SIZE);
	memset(flow.signals, (int)(id & 0xff), flow.signals_size);
	if (flow.evidence_count > 0)
		flow.evidence[flow.evidence_count - 1].llr = (int32_t)id;
	return flow;
}

/* ---- Sheaves --------------------------------------------------------------
 */

static void
test_sheaf(void)
{
	struct sheaf *sheaf = sheaf_new();
	struct fs_observation biggest = make_flow(7, 100);
	struct fs_client client = { .rev = 3, .evidence_count = 1 };
	struct sheaf_row row;
	struct sheaf_key key;
	size_t at = 0, count = 0;

	biggest.evidence_count = FS_EVIDENCE_MAX;
	biggest.signals_size = FS_SIGNALS_SIZE;
	memset(biggest.signals, 0x5a, sizeof(biggest.signals));
	tap_ok(!sheaf_peek(sheaf, 0, &key), "an empty sheaf has no row");
	tap_ok(sheaf_add_flow(sheaf, &biggest), "the biggest flow fits");
	client.evidence[0].llr = 42;
	tap_ok(sheaf_add_client(sheaf, &client), "and a client");
	while (sheaf_add_flow(sheaf, &biggest))
		count++;
	tap_ok(count >= 2, "until it is full");
	tap_ok(sheaf_next(sheaf, &at, &row) && !row.is_client &&
		memcmp(row.flow.signals, biggest.signals, FS_SIGNALS_SIZE) ==
		    0 &&
		row.flow.flow_id == 7 && row.flow.said_us == 100,
	    "the flow is what it was");
	tap_ok(sheaf_peek(sheaf, 0, &key) && key.size == at &&
		key.flow_id == 7 && key.order_us == 0,
	    "its key tells where the next one is");
	tap_ok(sheaf_next(sheaf, &at, &row) && row.is_client &&
		row.client.rev == 3 && row.client.evidence[0].llr == 42,
	    "so is the client");
	while (sheaf_next(sheaf, &at, &row))
		count--;
	tap_int((long long)count, 0, "all come out again");
	sheaf_free(sheaf);
}

/* ---- Merging --------------------------------------------------------------
 */

struct talker {
	pthread_t thread;
	struct ring *ring;
	unsigned index, count;
};

/* Flow 'number' of a round: many are said at the same time. */
static struct fs_observation
flow_of(unsigned round, unsigned number)
{
	struct fs_observation flow =
	    make_flow(number * 7919 % FLOWS + 1, 1000 * round + number / 16);

	flow.flushed = round == ROUNDS - 1;
	if (flow.flushed) {
		flow.said_us = UINT64_C(1000) * round;
		flow.first_us = number / 4;
	}
	return flow;
}

static void
put_sheaf(struct talker *talker, struct sheaf *sheaf, bool last, unsigned round)
{
	sheaf->last = last;
	sheaf->round.clock_us = round;
	ring_put_wait(talker->ring, sheaf);
}

static void *
talk(void *ctx)
{
	struct talker *talker = ctx;
	unsigned round, number;

	for (round = 0; round < ROUNDS; round++) {
		struct sheaf *sheaf = sheaf_new();

		for (number = 0; number < FLOWS; number++) {
			struct fs_observation flow = flow_of(round, number);

			if (flow.flow_id % talker->count != talker->index)
				continue;
			if (sheaf_add_flow(sheaf, &flow))
				continue;
			put_sheaf(talker, sheaf, false, round);
			sheaf = sheaf_new();
			sheaf_add_flow(sheaf, &flow);
		}
		put_sheaf(talker, sheaf, true, round);
	}
	return NULL;
}

struct heard {
	uint64_t id[ROUNDS * FLOWS];
	size_t count;
	bool whole;
};

static void
on_flow(void *ctx, const struct fs_observation *flow)
{
	struct heard *heard = ctx;
	struct fs_observation want = make_flow(flow->flow_id, flow->said_us);

	heard->whole &= flow->evidence_count == want.evidence_count &&
	    flow->signals_size == want.signals_size &&
	    memcmp(flow->signals, want.signals, want.signals_size) == 0;
	heard->id[heard->count++] = flow->flow_id;
}

static void
hear(unsigned count, struct heard *heard)
{
	struct bell *filled = bell_new(), *room = bell_new();
	struct ring *rings[WORKERS_MAX];
	struct talker talkers[WORKERS_MAX];
	struct merge *merge;
	struct round round;
	bool rounds = true;
	unsigned i;

	for (i = 0; i < count; i++) {
		rings[i] = ring_new(2, filled, room);
		talkers[i] = (struct talker){ .ring = rings[i],
			.index = i,
			.count = count };
		if (pthread_create(&talkers[i].thread, NULL, talk,
			&talkers[i]) != 0)
			abort();
	}
	merge = merge_new(rings, count, filled);
	for (i = 0; i < ROUNDS; i++) {
		tap_int(merge_round(merge, on_flow, heard, &round), 0,
		    "a round");
		rounds &= round.clock_us == i;
	}
	tap_ok(rounds, "rounds come in order");
	for (i = 0; i < count; i++) {
		pthread_join(talkers[i].thread, NULL);
		ring_free(rings[i]);
	}
	merge_free(merge);
	bell_free(filled);
	bell_free(room);
}

static void
test_merge(void)
{
	static struct heard one, other;
	unsigned count;

	one.whole = true;
	hear(1, &one);
	tap_int((long long)one.count, (long long)ROUNDS * FLOWS,
	    "all are heard");
	tap_ok(one.whole, "as they were said");
	for (count = 2; count <= WORKERS_MAX; count++) {
		memset(&other, 0, sizeof(other));
		other.whole = true;
		hear(count, &other);
		tap_ok(other.whole && other.count == one.count &&
			memcmp(other.id, one.id, sizeof(one.id)) == 0,
		    "%u workers are heard in the same order", count);
	}
}

int
main(void)
{
	test_sheaf();
	test_merge();
	return tap_done();
}
