#include "merge.h"

#include <errno.h>
#include <stdlib.h>

/* What one worker has said, up to where it was taken. */
struct voice {
	struct ring *ring; /* Borrowed. */
	struct sheaf *sheaf;
	size_t at;
	bool ended; /* Its round. */
};

/* One of those that were said at the same time. */
struct said {
	const struct sheaf *sheaf;
	size_t at;
	struct sheaf_key key;
};

struct merge {
	struct bell *filled; /* Borrowed. */
	struct said *said;   /* Owned. */
	size_t said_count, said_room;
	struct sheaf *spent; /* Read through, but for those in 'said'. */
	struct sheaf_row row;
	unsigned count;
	struct voice voice[];
};

struct merge *
merge_new(struct ring *const *rings, unsigned count, struct bell *filled)
{
	struct merge *merge =
	    calloc(1, sizeof(*merge) + count * sizeof(struct voice));
	unsigned i;

	if (merge == NULL)
		return NULL;
	merge->filled = filled;
	merge->count = count;
	for (i = 0; i < count; i++)
		merge->voice[i].ring = rings[i];
	return merge;
}

static void
free_spent(struct merge *merge)
{
	while (merge->spent != NULL) {
		struct sheaf *sheaf = merge->spent;

		merge->spent = sheaf->next;
		sheaf_free(sheaf);
	}
}

void
merge_free(struct merge *merge)
{
	unsigned i;

	if (merge == NULL)
		return;
	free_spent(merge);
	for (i = 0; i < merge->count; i++)
		sheaf_free(merge->voice[i].sheaf);
	free(merge->said);
	free(merge);
}

/* ---- Voices -------------------------------------------------------------- */

static struct sheaf *
wait_sheaf(struct merge *merge, struct voice *voice)
{
	uint32_t seen = bell_read(merge->filled);
	struct sheaf *sheaf;

	while ((sheaf = ring_take(voice->ring)) == NULL) {
		bell_wait(merge->filled, seen, -1);
		seen = bell_read(merge->filled);
	}
	return sheaf;
}

static void
drop_sheaf(struct merge *merge, struct voice *voice)
{
	voice->sheaf->next = merge->spent;
	merge->spent = voice->sheaf;
	voice->sheaf = NULL;
}

/* Goes to the next observation. Returns false when the round has none. */
static bool
look(struct merge *merge, struct voice *voice, struct sheaf_key *key)
{
	while (!voice->ended) {
		if (voice->sheaf == NULL) {
			voice->sheaf = wait_sheaf(merge, voice);
			voice->at = 0;
		}
		if (sheaf_peek(voice->sheaf, voice->at, key))
			return true;
		/* The last one stays until the round is over. */
		voice->ended = voice->sheaf->last;
		if (!voice->ended)
			drop_sheaf(merge, voice);
	}
	return false;
}

/* ---- Those of one time --------------------------------------------------- */

static int
compare_times(const struct sheaf_key *a, const struct sheaf_key *b)
{
	if (a->said_us != b->said_us)
		return a->said_us < b->said_us ? -1 : 1;
	return (a->order_us > b->order_us) - (a->order_us < b->order_us);
}

static int
by_flow(const void *left, const void *right)
{
	const struct sheaf_key *a = &((const struct said *)left)->key;
	const struct sheaf_key *b = &((const struct said *)right)->key;

	if (a->flow_id != b->flow_id)
		return a->flow_id < b->flow_id ? -1 : 1;
	return (a->rev > b->rev) - (a->rev < b->rev);
}

/* The earliest time at which somebody says something. */
static bool
find_time(struct merge *merge, struct sheaf_key *earliest)
{
	struct sheaf_key key;
	bool found = false;
	unsigned i;

	for (i = 0; i < merge->count; i++) {
		if (!look(merge, &merge->voice[i], &key))
			continue;
		if (!found || compare_times(&key, earliest) < 0)
			*earliest = key;
		found = true;
	}
	return found;
}

static int
note(struct merge *merge, const struct voice *voice,
    const struct sheaf_key *key)
{
	if (merge->said_count == merge->said_room) {
		size_t room = merge->said_room ? merge->said_room * 2 : 64;
		struct said *said =
		    reallocarray(merge->said, room, sizeof(*said));

		if (said == NULL)
			return -ENOMEM;
		merge->said = said;
		merge->said_room = room;
	}
	merge->said[merge->said_count++] =
	    (struct said){ voice->sheaf, voice->at, *key };
	return 0;
}

static int
gather(struct merge *merge, const struct sheaf_key *time)
{
	struct sheaf_key key;
	unsigned i;
	int rc = 0, failed;

	merge->said_count = 0;
	for (i = 0; i < merge->count; i++) {
		struct voice *voice = &merge->voice[i];

		while (look(merge, voice, &key) &&
		    compare_times(&key, time) == 0) {
			if ((failed = note(merge, voice, &key)) < 0)
				rc = failed;
			voice->at += key.size;
		}
	}
	return rc;
}

static void
give(struct merge *merge, merge_fn *take, void *ctx)
{
	size_t i;

	if (merge->said_count > 1)
		qsort(merge->said, merge->said_count, sizeof(*merge->said),
		    by_flow);
	for (i = 0; i < merge->said_count; i++) {
		size_t at = merge->said[i].at;

		if (sheaf_next(merge->said[i].sheaf, &at, &merge->row))
			take(ctx, &merge->row.flow);
	}
	free_spent(merge);
}

int
merge_round(struct merge *merge, merge_fn *take, void *ctx, struct round *round)
{
	struct sheaf_key time = { 0 };
	unsigned i;
	int rc = 0, failed;

	for (i = 0; i < merge->count; i++)
		merge->voice[i].ended = false;
	while (find_time(merge, &time)) {
		if ((failed = gather(merge, &time)) < 0)
			rc = failed;
		give(merge, take, ctx);
	}
	*round = merge->voice[0].sheaf->round;
	for (i = 0; i < merge->count; i++)
		drop_sheaf(merge, &merge->voice[i]);
	free_spent(merge);
	return rc;
}
