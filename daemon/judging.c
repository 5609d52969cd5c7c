#include "judging.h"

#include <errno.h>

enum { SHEAVES = 64 };

/* ---- To the writer ------------------------------------------------------- */

/* Without memory there is nothing better to do than to wait for some. */
static void
next_sheaf(struct judging *judging)
{
	uint32_t seen = bell_read(judging->room);

	while ((judging->sheaf = sheaf_new()) == NULL) {
		(void)trouble_tell(&judging->trouble, -ENOMEM, NULL);
		bell_wait(judging->room, seen, 10);
	}
}

static void
hand_over(struct judging *judging)
{
	ring_put_wait(judging->rows, judging->sheaf);
	next_sheaf(judging);
}

/* ---- Flows and clients --------------------------------------------------- */

static void
on_flow(void *ctx, const struct fs_observation *flow)
{
	struct judging *judging = ctx;
	int rc;

	if (trouble_code(&judging->trouble) < 0)
		return;
	if (!sheaf_add_flow(judging->sheaf, flow)) {
		hand_over(judging);
		(void)sheaf_add_flow(judging->sheaf, flow);
	}
	if ((rc = fs_judge_observe(judging->judge, flow)) < 0)
		(void)trouble_tell(&judging->trouble, rc, NULL);
}

static int
on_client(void *ctx, const struct fs_client *client)
{
	struct judging *judging = ctx;

	if (!sheaf_add_client(judging->sheaf, client)) {
		hand_over(judging);
		(void)sheaf_add_client(judging->sheaf, client);
	}
	return fs_floors_learn(judging->floors, client);
}

/* ---- Rounds -------------------------------------------------------------- */

static void
note_counts(struct judging *judging)
{
	struct judging_counts *counts = &judging->counts;
	int i;

	pthread_mutex_lock(&judging->lock);
	counts->clients = fs_judge_clients(judging->judge);
	counts->evicted = fs_judge_evicted(judging->judge);
	for (i = FS_CLEAN; i <= FS_ANOMALOUS; i++)
		counts->decisions[i] = fs_judge_decisions(judging->judge, i);
	pthread_mutex_unlock(&judging->lock);
}

void
judging_count(struct judging *judging, struct judging_counts *counts)
{
	pthread_mutex_lock(&judging->lock);
	*counts = judging->counts;
	pthread_mutex_unlock(&judging->lock);
}

static void *
listen_to_all(void *ctx)
{
	struct judging *judging = ctx;
	struct round round = { 0 };
	int rc;

	while (!round.stop) {
		if ((rc = merge_round(judging->merge, on_flow, judging,
			 &round)) < 0)
			(void)trouble_tell(&judging->trouble, rc, NULL);
		if (round.judge && trouble_code(&judging->trouble) == 0 &&
		    (rc = fs_judge_flush(judging->judge)) < 0)
			(void)trouble_tell(&judging->trouble, rc, NULL);
		note_counts(judging);
		if (!round.judge && !round.save && !round.rest && !round.stop &&
		    round.event_count == 0)
			continue;
		judging->sheaf->round = round;
		judging->sheaf->last = true;
		hand_over(judging);
	}
	return NULL;
}

int
judging_init(struct judging *judging, struct bell *writer, struct bell *taken)
{
	*judging = (struct judging){ .filled = bell_new(), .room = bell_new() };
	pthread_mutex_init(&judging->lock, NULL);
	judging->rows = ring_new(SHEAVES, writer, taken);
	judging->sheaf = sheaf_new();
	if (judging->filled == NULL || judging->room == NULL ||
	    judging->rows == NULL || judging->sheaf == NULL)
		return -ENOMEM;
	return trouble_init(&judging->trouble);
}

int
judging_start(struct judging *judging, struct fs_judge *judge,
    struct fs_floors *floors, struct ring *const *rings, unsigned count)
{
	judging->judge = judge;
	judging->floors = floors;
	judging->merge = merge_new(rings, count, judging->filled);
	if (judging->merge == NULL)
		return -ENOMEM;
	fs_judge_sink(judge, on_client, judging);
	judging->running =
	    pthread_create(&judging->thread, NULL, listen_to_all, judging) == 0;
	return judging->running ? 0 : -EAGAIN;
}

void
judging_join(struct judging *judging)
{
	if (judging->running)
		(void)pthread_join(judging->thread, NULL);
	judging->running = false;
}

void
judging_fini(struct judging *judging)
{
	struct sheaf *sheaf;

	merge_free(judging->merge);
	while (
	    judging->rows != NULL && (sheaf = ring_take(judging->rows)) != NULL)
		sheaf_free(sheaf);
	ring_free(judging->rows);
	sheaf_free(judging->sheaf);
	bell_free(judging->filled);
	bell_free(judging->room);
	pthread_mutex_destroy(&judging->lock);
	trouble_fini(&judging->trouble);
	*judging = (struct judging){ 0 };
}
