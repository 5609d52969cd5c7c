#include "pipeline.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "log.h"
#include "policy.h"
#include "privacy.h"

/* Live frames are handed over within this. */
enum { LATE_US = 2000000 };

/* Live: between two looks at what was learned of neighbourhoods. */
static const uint64_t floors_us = 3600ULL * 1000000;

int
pipeline_load(struct pipeline *pipeline, const struct config *config)
{
	struct fs_err err = { 0 };
	int rc, geo_rc, privacy_rc;

	memset(pipeline, 0, sizeof(*pipeline));
	pipeline->config = config;
	pipeline->fresh = true;
	rc = fs_ruleset_load((const char *const *)config->rules,
	    config->rule_count, log_fault, NULL, &err, &pipeline->rules);
	if (rc == 0 && fs_ruleset_count(pipeline->rules) == 0)
		log_line("warning: there are no rules, so that everything "
			 "will be called clean: name their folder in the "
			 "config, as in 'rules: [rules]'");
	else if (rc == 0)
		rc = policy_check(config, pipeline->rules, log_fault, NULL);
	/* All faults are told at once, so a faulty rule does not end it. */
	geo_rc = fs_geo_open((const char *const *)config->city,
	    config->city_count, (const char *const *)config->asn,
	    config->asn_count, &err, &pipeline->geo);
	if (geo_rc < 0)
		log_fault(NULL, false, &err);
	privacy_rc = privacy_load(config, &pipeline->privacy);
	if (rc == 0 && privacy_rc == 0)
		fs_ruleset_hide(pipeline->rules, &pipeline->privacy);
	return rc < 0 ? rc : geo_rc < 0 ? geo_rc : privacy_rc;
}

/* While all rests; null when it cannot be opened now. */
static struct fs_store *
store_of(const struct pipeline *pipeline)
{
	return pipeline->reader.writer.store;
}

static int
note_failure(struct pipeline *pipeline, int rc)
{
	if (rc < 0)
		pipeline->store_failed = true;
	return rc;
}

static void
fill_generation(struct pipeline *pipeline)
{
	struct fs_generation *generation = &pipeline->generation;
	struct timeval now;

	gettimeofday(&now, NULL);
	generation->time_us =
	    (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_usec;
	snprintf(generation->rules_digest, sizeof(generation->rules_digest),
	    "%s", fs_ruleset_digest(pipeline->rules));
	snprintf(generation->geo_digest, sizeof(generation->geo_digest), "%s",
	    fs_geo_digest(pipeline->geo));
	snprintf(generation->floors_digest, sizeof(generation->floors_digest),
	    "%s", fs_floors_digest(pipeline->floors));
	snprintf(generation->version, sizeof(generation->version), "%s",
	    fs_version());
	generation->geo_built_s = fs_geo_built_s(pipeline->geo);
}

static int
learn(void *ctx, const struct fs_client *client)
{
	struct pipeline *pipeline = ctx;

	return fs_floors_learn(pipeline->floors, client);
}

static int
recall(void *ctx, const struct fs_client *client)
{
	struct pipeline *pipeline = ctx;

	return fs_judge_recall(pipeline->judge, client);
}

static int
open_store(struct pipeline *pipeline, const char *path, struct fs_err *err)
{
	int rc;

	pipeline->reader.writer.privacy = &pipeline->privacy;
	if ((rc = privacy_open_log(pipeline->config, path, err)) < 0 ||
	    (rc = writer_open(&pipeline->reader.writer, path,
		 &pipeline->config->retention, err)) < 0 ||
	    (rc = fs_store_unfinished(store_of(pipeline), err,
		 &pipeline->gap_us)) < 0)
		return note_failure(pipeline, rc);
	pipeline->after_gap = rc > 0;
	return 0;
}

/* Freezes what was learned so far, and writes on what verdicts rest from now
 * on. Floors never come from the run itself when files are read. */
static int
freeze(struct pipeline *pipeline, struct fs_err *err)
{
	int rc;

	if ((rc = fs_floors_freeze(pipeline->floors, err)) < 0)
		return rc;
	fill_generation(pipeline);
	return note_failure(pipeline,
	    fs_store_put_generation(store_of(pipeline), pipeline->rules,
		&pipeline->generation, err));
}

int
pipeline_start(struct pipeline *pipeline, struct fs_err *err)
{
	const struct reader_parts parts = {
		.settings = &pipeline->config->settings,
		.rules = pipeline->rules,
		.geo = pipeline->geo,
		.judge = pipeline->judge,
		.floors = pipeline->floors,
		.generation = pipeline->generation.id,
		.workers = pipeline->workers ? pipeline->workers : 1,
		.live = pipeline->live,
	};

	return reader_start(&pipeline->reader, &parts, err);
}

int
pipeline_open(struct pipeline *pipeline, const char *path, struct fs_err *err)
{
	const struct fs_settings *settings = &pipeline->config->settings;
	uint32_t id;
	int rc;

	if ((rc = reader_init(&pipeline->reader)) < 0 ||
	    (rc = open_store(pipeline, path, err)) < 0 ||
	    (rc = fs_floors_new(settings, err, &pipeline->floors)) < 0)
		return rc;
	rc = fs_store_recall(store_of(pipeline), learn, pipeline, err);
	if (rc < 0)
		return note_failure(pipeline, rc);
	if ((rc = freeze(pipeline, err)) < 0)
		return rc;
	id = pipeline->generation.id;
	if ((rc = fs_judge_new(settings, pipeline->rules, pipeline->geo, id,
		 err, &pipeline->judge)) < 0)
		return rc;
	fs_judge_floors(pipeline->judge, pipeline->floors, id);
	rc = fs_store_recall(store_of(pipeline), recall, pipeline, err);
	return note_failure(pipeline, rc);
}

/* What the threads say. */
static int
note_trouble(struct pipeline *pipeline, int rc)
{
	if (rc < 0 && pipeline->reader.writer.trouble.store)
		pipeline->store_failed = true;
	return rc;
}

int
pipeline_push(struct pipeline *pipeline)
{
	return note_trouble(pipeline,
	    reader_push(&pipeline->reader, &pipeline->err));
}

int
pipeline_rest(struct pipeline *pipeline)
{
	return note_trouble(pipeline,
	    reader_rest(&pipeline->reader, &pipeline->err));
}

void
pipeline_save(struct pipeline *pipeline)
{
	reader_save(&pipeline->reader);
}

int
pipeline_commit(struct pipeline *pipeline)
{
	reader_judge(&pipeline->reader);
	return pipeline_push(pipeline);
}

void
pipeline_stats(struct pipeline *pipeline, struct fs_engine_stats *stats)
{
	reader_stats(&pipeline->reader, stats);
}

/* Live, once an hour: what was learned since then counts from now on. */
static int
renew_floors(struct pipeline *pipeline, uint64_t now_us)
{
	int rc;

	if (pipeline->frozen_us == 0)
		pipeline->frozen_us = now_us;
	if (now_us < pipeline->frozen_us + floors_us)
		return 0;
	if ((rc = pipeline_rest(pipeline)) < 0)
		return rc;
	/* While the store cannot be written, the old ones stand. */
	if (store_of(pipeline) == NULL)
		return 0;
	pipeline->frozen_us = now_us;
	if ((rc = freeze(pipeline, &pipeline->err)) < 0)
		return rc;
	fs_judge_floors(pipeline->judge, pipeline->floors,
	    pipeline->generation.id);
	return 0;
}

/* What a run that was cut off has left out. */
static int
put_gap(struct pipeline *pipeline, uint64_t now_us)
{
	if (!pipeline->after_gap)
		return 0;
	pipeline->after_gap = false;
	return pipeline_event(pipeline, FS_EVENT_GAP,
	    pipeline->gap_us ? pipeline->gap_us : now_us, FS_RUN_SUBJECT, 0,
	    "a run was cut off, and what it saw last is missing");
}

/* Lists that are past their age when the traffic begins. */
static int
put_stale_lists(struct pipeline *pipeline, uint64_t now_us)
{
	char text[FS_TEXT_SIZE], subject[FS_NAME_SIZE];
	struct fs_list_info info;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < fs_ruleset_list_count(pipeline->rules);
	     i++) {
		if (!fs_ruleset_list_stale(pipeline->rules, i, now_us, text,
			sizeof(text)))
			continue;
		fs_ruleset_list_info(pipeline->rules, i, &info);
		(void)snprintf(subject, sizeof(subject), "list %.58s",
		    info.name);
		rc = pipeline_event(pipeline, FS_EVENT_LOAD, now_us, subject,
		    info.items, text);
	}
	return rc;
}

/* What runs from now on, and on what it rests. It is stored at once, so that
 * a run which is cut off is known to have been. */
static int
put_start(struct pipeline *pipeline, uint64_t now_us)
{
	const struct fs_generation *generation = &pipeline->generation;
	int rc;

	if (pipeline->started)
		return 0;
	pipeline->started = true;
	pipeline->first_us = pipeline->last_us = now_us;
	if ((rc = put_gap(pipeline, now_us)) < 0 ||
	    (rc = pipeline_event(pipeline, FS_EVENT_START, now_us,
		 FS_RUN_SUBJECT, 0, generation->version)) < 0 ||
	    (rc = pipeline_event(pipeline, FS_EVENT_LOAD, now_us, "rules",
		 fs_ruleset_count(pipeline->rules), generation->rules_digest)) <
		0 ||
	    (rc = put_stale_lists(pipeline, now_us)) < 0)
		return rc;
	rc = pipeline_event(pipeline, FS_EVENT_LOAD, now_us, "places",
	    pipeline->config->city_count + pipeline->config->asn_count,
	    generation->geo_digest);
	if (rc == 0 && fs_floors_clients(pipeline->floors) > 0)
		rc = pipeline_event(pipeline, FS_EVENT_LOAD, now_us, "floors",
		    fs_floors_clients(pipeline->floors),
		    generation->floors_digest);
	return rc < 0 ? rc : pipeline_rest(pipeline);
}

void
pipeline_capture(struct pipeline *pipeline)
{
	pipeline->fresh = true;
}

/* Captures may follow each other, as those of a ring do; where the clock
 * goes back, another story begins. */
static int
begin_capture(struct pipeline *pipeline, uint64_t now_us)
{
	int rc = 0;

	pipeline->fresh = false;
	if (now_us < pipeline->last_us)
		rc = reader_flush(&pipeline->reader, &pipeline->err);
	pipeline->first_us = pipeline->last_us = now_us;
	return note_trouble(pipeline, rc);
}

uint64_t
pipeline_live_us(void)
{
	struct timeval now;

	gettimeofday(&now, NULL);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_usec - LATE_US;
}

int
pipeline_tick(struct pipeline *pipeline, uint64_t now_us)
{
	int rc = put_start(pipeline, now_us);

	if (now_us > pipeline->last_us)
		pipeline->last_us = now_us;
	if (rc == 0)
		rc = renew_floors(pipeline, now_us);
	reader_tick(&pipeline->reader, now_us);
	return rc;
}

int
pipeline_frame(struct pipeline *pipeline, const struct fs_frame *frame)
{
	int rc;

	if ((rc = put_start(pipeline, frame->time_us)) < 0 ||
	    (pipeline->fresh &&
		(rc = begin_capture(pipeline, frame->time_us)) < 0))
		return rc;
	if (frame->time_us > pipeline->last_us)
		pipeline->last_us = frame->time_us;
	return note_trouble(pipeline,
	    reader_frame(&pipeline->reader, frame, &pipeline->err));
}

int
pipeline_event(struct pipeline *pipeline, enum fs_event_kind kind,
    uint64_t since_us, const char *subject, uint64_t count, const char *text)
{
	struct fs_event event = {
		.time_us = since_us,
		.until_us = pipeline->last_us,
		.kind = (uint8_t)kind,
		.count = count,
	};
	size_t size = strlen(subject);

	if (size >= sizeof(event.subject))
		subject += size + 1 - sizeof(event.subject);

	snprintf(event.subject, sizeof(event.subject), "%s", subject);
	snprintf(event.text, sizeof(event.text), "%s", text ? text : "");
	snprintf(event.sensor, sizeof(event.sensor), "%s",
	    pipeline->config->settings.sensor);
	return reader_event(&pipeline->reader, &event);
}

/* All rest: the new ones take the old ones' place everywhere at once. */
static int
take_rules(struct pipeline *pipeline, struct fs_ruleset *rules)
{
	struct reader *reader = &pipeline->reader;
	struct fs_ruleset *old = pipeline->rules;
	struct fs_generation before = pipeline->generation;
	unsigned i;
	int rc;

	pipeline->rules = rules;
	fill_generation(pipeline);
	rc = fs_store_put_generation(store_of(pipeline), rules,
	    &pipeline->generation, &pipeline->err);
	if (rc < 0) {
		pipeline->rules = old;
		pipeline->generation = before;
		return rc;
	}
	for (i = 0; i < reader->worker_count; i++)
		fs_engine_reload(reader->workers[i].engine, rules,
		    pipeline->generation.id);
	fs_judge_reload(pipeline->judge, rules, pipeline->generation.id);
	fs_ruleset_free(old);
	return 0;
}

int
pipeline_reload(struct pipeline *pipeline, struct fs_ruleset *rules)
{
	int rc = pipeline_rest(pipeline);

	if (rc == 0 && store_of(pipeline) == NULL) {
		snprintf(pipeline->err.text, sizeof(pipeline->err.text),
		    "the store cannot be written now");
		rc = -EAGAIN;
	}
	if (rc == 0)
		rc = take_rules(pipeline, rules);
	if (rc < 0) {
		fs_ruleset_free(rules);
		return rc;
	}
	rc = pipeline_event(pipeline, FS_EVENT_LOAD, pipeline->last_us, "rules",
	    fs_ruleset_count(rules), fs_ruleset_digest(rules));
	reader_save(&pipeline->reader);
	return rc < 0 ? rc : put_stale_lists(pipeline, pipeline->last_us);
}

/* What was not read, and what had to be given up, as rows. */
static int
put_losses(struct pipeline *pipeline)
{
	struct fs_engine_stats stats;
	uint64_t evicted = fs_judge_evicted(pipeline->judge);
	size_t i;
	int rc = 0;

	pipeline_stats(pipeline, &stats);
	for (i = 0; i < stats.drop_count && rc == 0; i++)
		if (stats.drops[i].value > 0)
			rc = pipeline_event(pipeline, FS_EVENT_DROP,
			    stats.first_us, stats.drops[i].name,
			    stats.drops[i].value, NULL);
	if (rc == 0 && stats.evicted > 0)
		rc = pipeline_event(pipeline, FS_EVENT_EVICT, stats.first_us,
		    "flows", stats.evicted, "the flow table was full");
	if (rc == 0 && stats.gave_up > 0)
		rc = pipeline_event(pipeline, FS_EVENT_EVICT, stats.first_us,
		    "inspections", stats.gave_up,
		    "too many flows were inspected at once");
	if (rc == 0 && evicted > 0)
		rc = pipeline_event(pipeline, FS_EVENT_EVICT, stats.first_us,
		    "clients", evicted, "the client table was full");
	return rc;
}

int
pipeline_finish(struct pipeline *pipeline)
{
	struct reader *reader = &pipeline->reader;
	int rc;

	if ((rc = put_start(pipeline, pipeline->last_us)) < 0 ||
	    (rc = note_trouble(pipeline,
		 reader_flush(reader, &pipeline->err))) < 0 ||
	    (rc = pipeline_rest(pipeline)) < 0 ||
	    (rc = put_losses(pipeline)) < 0 ||
	    (rc = pipeline_event(pipeline, FS_EVENT_STOP, pipeline->last_us,
		 FS_RUN_SUBJECT, 0, NULL)) < 0)
		return rc;
	reader_judge(reader);
	if ((rc = pipeline_rest(pipeline)) < 0)
		return rc;
	return note_trouble(pipeline, reader_stop(reader, &pipeline->err));
}

void
pipeline_fini(struct pipeline *pipeline)
{
	reader_fini(&pipeline->reader);
	fs_judge_free(pipeline->judge);
	fs_floors_free(pipeline->floors);
	fs_ruleset_free(pipeline->rules);
	fs_geo_close(pipeline->geo);
}
