/* Engines, judge and store put together: frames in, rows out. */
#pragma once

#include "config.h"
#include "flowscan.h"
#include "reader.h"

struct pipeline {
	const struct config *config; /* Borrowed. */
	struct fs_ruleset *rules;    /* Owned, as all below. */
	struct fs_geo *geo;
	struct fs_judge *judge;
	struct fs_floors *floors;
	struct reader reader; /* The threads. */
	struct fs_generation generation;
	struct fs_privacy privacy; /* With its key. */
	uint64_t frozen_us;        /* Live: when the floors were frozen. */
	bool after_gap;  /* The run before was cut off; its rows end at */
	uint64_t gap_us; /* this time. */
	unsigned workers;
	bool live;
	/* Of the present capture, by its own clock. */
	uint64_t first_us, last_us;
	bool fresh;   /* No frame of it was read yet. */
	bool started; /* The start is in the store. */
	bool store_failed;
	struct fs_err err; /* Of the row that failed. */
};

/* Loads rules and databases; every fault is printed. Returns 0 or the
 * negative code of the first. */
int pipeline_load(struct pipeline *pipeline, const struct config *config);

/* Opens the store and takes up what it knows. Returns 0 or a negative
 * code. */
int pipeline_open(struct pipeline *pipeline, const char *path,
    struct fs_err *err);
/* Starts the threads, as many as pipeline->workers says: what the process is
 * not to do any more, it has given up before. Returns 0 or a negative code. */
int pipeline_start(struct pipeline *pipeline, struct fs_err *err);

/* Says that the frames that follow are of another capture. */
void pipeline_capture(struct pipeline *pipeline);

/* Each returns 0 or a negative code, with pipeline->err set. */
int pipeline_frame(struct pipeline *pipeline, const struct fs_frame *frame);
/* Says that 'now_us' has come without a frame (live captures). */
int pipeline_tick(struct pipeline *pipeline, uint64_t now_us);
/* The time up to which a live capture has handed over its frames. */
uint64_t pipeline_live_us(void);
/* Has what was given so far worked on. */
int pipeline_push(struct pipeline *pipeline);
/* Has what was given so far committed, when the present round ends. */
void pipeline_save(struct pipeline *pipeline);
/* Live: has the clients that changed judged, and all committed. Over files
 * that happens by itself, after so many frames: whoever kills a run finds its
 * clients, too, and neither time nor speed shows in their revisions. */
int pipeline_commit(struct pipeline *pipeline);
/* Waits until all is worked on, and committed. */
int pipeline_rest(struct pipeline *pipeline);
/* What all workers had counted when their last rounds ended. */
void pipeline_stats(struct pipeline *pipeline, struct fs_engine_stats *stats);
/* Ends all flows, judges, commits. */
int pipeline_finish(struct pipeline *pipeline);

/* Takes over rules, which judge from here on; the old ones are freed. On
 * failure the old ones stay, and the new ones are freed. */
int pipeline_reload(struct pipeline *pipeline, struct fs_ruleset *rules);

/* Writes an event row of this sensor, from 'since_us' until now by the
 * capture's clock; 'text' may be null. Of a long subject the end is kept. */
int pipeline_event(struct pipeline *pipeline, enum fs_event_kind kind,
    uint64_t since_us, const char *subject, uint64_t count, const char *text);

void pipeline_fini(struct pipeline *pipeline);
