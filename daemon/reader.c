#include "reader.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* Over files: a quarter of a million frames at most. */
enum { JUDGE_ROUNDS = 128 };

/* ---- Trouble ------------------------------------------------------------- */

static int
tell(const struct trouble *trouble, struct fs_err *err)
{
	int rc = trouble_code(trouble);

	if (rc < 0)
		*err = trouble->err;
	return rc;
}

static int
find_trouble(const struct reader *reader, struct fs_err *err)
{
	unsigned i;
	int rc = tell(&reader->writer.trouble, err);

	if (rc == 0)
		rc = tell(&reader->judging.trouble, err);
	for (i = 0; rc == 0 && i < reader->worker_count; i++)
		rc = tell(&reader->workers[i].trouble, err);
	return rc;
}

/* ---- Rounds -------------------------------------------------------------- */

static int
end_round(struct reader *reader, enum round_end end, struct fs_err *err)
{
	struct round round = reader->next;
	unsigned i;

	round.clock_us = reader->clock_us;
	round.end = end;
	for (i = 0; i < reader->worker_count; i++)
		worker_end_round(&reader->workers[i], &round);
	reader->next = (struct round){ 0 };
	reader->frames = 0;
	reader->bytes = 0;
	return find_trouble(reader, err);
}

int
reader_push(struct reader *reader, struct fs_err *err)
{
	return end_round(reader, ROUND_GOES_ON, err);
}

int
reader_flush(struct reader *reader, struct fs_err *err)
{
	int rc = reader_push(reader, err);

	fs_dealer_flush(reader->dealer);
	return rc < 0 ? rc : end_round(reader, ROUND_FLUSH, err);
}

int
reader_rest(struct reader *reader, struct fs_err *err)
{
	const struct writer *writer = &reader->writer;
	uint32_t seen;
	int rc;

	if (!reader->running)
		return 0;
	reader->next.rest = true;
	reader->rests++;
	rc = reader_push(reader, err);
	for (;;) {
		seen = bell_read(writer->rested);
		if (gauge_get(writer->rests) >= reader->rests)
			break;
		bell_wait(writer->rested, seen, -1);
	}
	return rc < 0 ? rc : find_trouble(reader, err);
}

int
reader_event(struct reader *reader, const struct fs_event *event)
{
	struct round *next = &reader->next;
	struct fs_event *events =
	    reallocarray(next->events, next->event_count + 1, sizeof(*events));

	if (events == NULL)
		return -ENOMEM;
	next->events = events;
	events[next->event_count++] = *event;
	return 0;
}

/* ---- Frames -------------------------------------------------------------- */

void
reader_tick(struct reader *reader, uint64_t now_us)
{
	fs_dealer_tick(reader->dealer, now_us);
	if (now_us > reader->clock_us)
		reader->clock_us = now_us;
}

/* The clock went back: what was dealt before is worked on by the old one. */
static int
restart(struct reader *reader, uint64_t clock_us, struct fs_err *err)
{
	int rc = reader_push(reader, err);

	reader->clock_us = clock_us;
	return rc < 0 ? rc : end_round(reader, ROUND_RESTART, err);
}

static int
give(struct reader *reader, const struct fs_frame *frame,
    const struct fs_deal *deal)
{
	uint64_t engines = deal->engines;
	int rc = 0;

	while (engines != 0 && rc == 0) {
		rc = worker_give(&reader->workers[__builtin_ctzll(engines)],
		    frame, deal);
		engines &= engines - 1;
	}
	return rc;
}

/* Where a round ends follows from the frames alone: neither from the time nor
 * from the number of workers. */
int
reader_frame(struct reader *reader, const struct fs_frame *frame,
    struct fs_err *err)
{
	struct fs_deal deal;
	int rc = fs_dealer_frame(reader->dealer, frame, &deal);

	if (rc == 0 && deal.restart)
		rc = restart(reader, deal.clock_us, err);
	if (rc < 0)
		return rc;
	reader->clock_us = deal.clock_us;
	if ((rc = give(reader, frame, &deal)) < 0) {
		int told = find_trouble(reader, err);

		return told < 0 ? told : rc;
	}
	reader->frames++;
	reader->bytes += frame->size;
	if (reader->frames < ROUND_FRAMES && reader->bytes < ROUND_BYTES)
		return 0;
	if (!reader->live && ++reader->rounds == JUDGE_ROUNDS) {
		reader->rounds = 0;
		reader_judge(reader);
	}
	return reader_push(reader, err);
}

/* ---- Start and stop ------------------------------------------------------ */

int
reader_init(struct reader *reader)
{
	memset(reader, 0, sizeof(*reader));
	if (writer_init(&reader->writer) < 0)
		return -ENOMEM;
	return judging_init(&reader->judging, reader->writer.filled,
	    reader->writer.room);
}

/* All workers together have what the settings allow. */
static void
share_limits(struct reader *reader, const struct reader_parts *parts)
{
	struct fs_settings *part = &reader->part;
	unsigned workers = parts->workers;

	*part = *parts->settings;
	part->early = parts->live;
	part->flow_max = (part->flow_max + workers - 1) / workers;
	part->detect_max = (part->detect_max + workers - 1) / workers;
}

static int
make_worker(struct reader *reader, const struct reader_parts *parts,
    struct fs_err *err)
{
	unsigned index = reader->worker_count;
	struct worker *worker = &reader->workers[index];
	struct fs_engine *engine;
	int rc;

	rc = fs_engine_new(&reader->part, parts->rules, parts->geo,
	    parts->generation, err, &engine);
	if (rc < 0)
		return rc;
	fs_engine_part(engine, index, parts->workers);
	reader->worker_count++;
	rc = worker_init(worker, engine, reader->judging.filled,
	    reader->judging.room);
	return rc == 0 && parts->workers > 1 ? worker_start(worker) : rc;
}

/* The threads leave signals to the loop. */
static int
start_threads(struct reader *reader, const struct reader_parts *parts,
    struct fs_err *err)
{
	struct ring *rings[FS_ENGINES_MAX];
	unsigned i;
	int rc = 0;

	for (i = 0; i < parts->workers && rc == 0; i++) {
		rc = make_worker(reader, parts, err);
		rings[i] = reader->workers[i].sheaves;
	}
	if (rc == 0)
		rc = writer_start(&reader->writer, reader->judging.rows,
		    parts->live);
	if (rc == 0)
		rc = judging_start(&reader->judging, parts->judge,
		    parts->floors, rings, parts->workers);
	return rc;
}

int
reader_start(struct reader *reader, const struct reader_parts *parts,
    struct fs_err *err)
{
	sigset_t all, before;
	int rc;

	share_limits(reader, parts);
	reader->live = parts->live;
	reader->workers = calloc(parts->workers, sizeof(*reader->workers));
	if (reader->workers == NULL)
		return -ENOMEM;
	rc = fs_dealer_new(&reader->part, parts->workers, &reader->dealer);
	if (rc < 0)
		return rc;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = start_threads(reader, parts, err);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	reader->running = rc == 0;
	return rc;
}

int
reader_stop(struct reader *reader, struct fs_err *err)
{
	unsigned i;

	if (!reader->running)
		return 0;
	reader->running = false;
	reader->next.stop = true;
	(void)reader_push(reader, err);
	for (i = 0; i < reader->worker_count; i++)
		worker_join(&reader->workers[i]);
	judging_join(&reader->judging);
	writer_join(&reader->writer);
	return find_trouble(reader, err);
}

bool
reader_stores(const struct reader *reader)
{
	return reader->writer.failing != NULL &&
	    gauge_get(reader->writer.failing) == 0;
}

void
reader_stats(struct reader *reader, struct fs_engine_stats *sum)
{
	unsigned i;
	size_t drop;

	memset(sum, 0, sizeof(*sum));
	for (i = 0; i < reader->worker_count; i++) {
		struct fs_engine_stats one;

		worker_stats(&reader->workers[i], &one);
		sum->frames += one.frames;
		sum->bytes += one.bytes;
		sum->packets += one.packets;
		sum->flows += one.flows;
		sum->flows_now += one.flows_now;
		sum->evicted += one.evicted;
		sum->gave_up += one.gave_up;
		if (one.first_us != 0 &&
		    (sum->first_us == 0 || one.first_us < sum->first_us))
			sum->first_us = one.first_us;
		if (one.last_us > sum->last_us)
			sum->last_us = one.last_us;
		for (drop = 0; drop < one.drop_count; drop++) {
			sum->drops[drop].name = one.drops[drop].name;
			sum->drops[drop].value += one.drops[drop].value;
		}
		sum->drop_count = one.drop_count;
	}
}

/* A start that failed halfway leaves threads that wait for others. */
static void
stop_halfway(struct reader *reader)
{
	const struct round stop = { .stop = true };
	struct judging *judging = &reader->judging;
	unsigned i;

	for (i = 0; i < reader->worker_count; i++) {
		if (!reader->workers[i].threaded)
			continue;
		worker_end_round(&reader->workers[i], &stop);
		worker_join(&reader->workers[i]);
	}
	if (reader->writer.running) {
		judging->sheaf->last = true;
		judging->sheaf->round = stop;
		ring_put_wait(judging->rows, judging->sheaf);
		judging->sheaf = NULL;
		writer_join(&reader->writer);
	}
}

void
reader_fini(struct reader *reader)
{
	struct fs_err err;
	unsigned i;

	(void)reader_stop(reader, &err);
	stop_halfway(reader);
	for (i = 0; i < reader->worker_count; i++)
		worker_fini(&reader->workers[i]);
	free(reader->workers);
	judging_fini(&reader->judging);
	writer_fini(&reader->writer);
	fs_dealer_free(reader->dealer);
	free(reader->next.events);
	memset(reader, 0, sizeof(*reader));
}
