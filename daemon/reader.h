/* The reader's half of the threads: deals frames out in rounds, and waits
 * when there is no room. It owns workers, judging and writer. */
#pragma once

#include "judging.h"
#include "worker.h"
#include "writer.h"

struct reader {
	struct fs_dealer *dealer; /* Owned, as all here. */
	struct worker *workers;
	unsigned worker_count;
	struct judging judging;
	struct writer writer;
	struct fs_settings part; /* Of one worker; its arrays are borrowed. */
	struct round next;       /* What the next round brings. */
	size_t frames, bytes;    /* Of the round that is being dealt. */
	unsigned rounds;         /* Files: since the clients were judged. */
	bool live;
	uint64_t clock_us, rests;
	bool running;
};

/* Makes what the threads need; the writer's store is opened then. Returns 0
 * or -ENOMEM. */
int reader_init(struct reader *reader);

/* What the workers' engines and the judge are made of; all borrowed. */
struct reader_parts {
	const struct fs_settings *settings;
	const struct fs_ruleset *rules;
	const struct fs_geo *geo;
	struct fs_judge *judge;
	struct fs_floors *floors;
	uint32_t generation;
	unsigned workers; /* 1: in the reader's own thread. */
	bool live;
};

/* Begins all threads. Returns 0 or a negative code. */
int reader_start(struct reader *reader, const struct reader_parts *parts,
    struct fs_err *err);

/* Each returns 0, or the trouble of a thread, which 'err' then tells. */
int reader_frame(struct reader *reader, const struct fs_frame *frame,
    struct fs_err *err);
/* Says that 'now_us' has come without a frame. */
void reader_tick(struct reader *reader, uint64_t now_us);
/* Ends the round: what was dealt is worked on. */
int reader_push(struct reader *reader, struct fs_err *err);
/* Ends all flows. */
int reader_flush(struct reader *reader, struct fs_err *err);
/* Ends the round and waits until everything is through, and committed. Until
 * the next frame all belongs to the reader alone: engines, judge, store. */
int reader_rest(struct reader *reader, struct fs_err *err);
/* What shall happen at the end of the round. */
static inline void
reader_judge(struct reader *reader)
{
	reader->next.judge = true;
}
static inline void
reader_save(struct reader *reader)
{
	reader->next.save = true;
}
/* Has the event stored with the round. Returns 0 or -ENOMEM. */
int reader_event(struct reader *reader, const struct fs_event *event);

/* What all engines had counted when their last rounds ended. */
void reader_stats(struct reader *reader, struct fs_engine_stats *stats);
/* Whether the store is there: else rows wait for it. */
bool reader_stores(const struct reader *reader);
/* Ends the threads. Returns what reader_frame() does. */
int reader_stop(struct reader *reader, struct fs_err *err);
void reader_fini(struct reader *reader);
