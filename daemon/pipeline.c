#include "pipeline.h"

#include <stdio.h>
#include <string.h>

#include "log.h"

/* Rows between two commits of a run over files. */
enum { COMMIT_ROWS = 20000 };

int
pipeline_load(struct pipeline *pipeline, const struct config *config)
{
	struct fs_err err = { 0 };
	int rc;

	memset(pipeline, 0, sizeof(*pipeline));
	pipeline->config = config;
	rc = fs_ruleset_load((const char *const *)config->rules,
	    config->rule_count, log_fault, NULL, &err, &pipeline->rules);
	if (rc < 0)
		return rc;
	rc = fs_geo_open((const char *const *)config->city, config->city_count,
	    (const char *const *)config->asn, config->asn_count, &err,
	    &pipeline->geo);
	if (rc < 0)
		log_fault(NULL, false, &err);
	return rc;
}

static int
note_failure(struct pipeline *pipeline, int rc)
{
	if (rc < 0)
		pipeline->store_failed = true;
	return rc;
}

static int
take_flow(void *ctx, const struct fs_observation *flow)
{
	struct pipeline *pipeline = ctx;
	int rc;

	rc = fs_store_put_flow(pipeline->store, flow, &pipeline->err);
	if (rc < 0)
		return note_failure(pipeline, rc);
	pipeline->flow_rows++;
	pipeline->uncommitted++;
	return fs_judge_observe(pipeline->judge, flow);
}

static int
take_client(void *ctx, const struct fs_client *client)
{
	struct pipeline *pipeline = ctx;
	int rc;

	rc = fs_store_put_client(pipeline->store, client, &pipeline->err);
	if (rc < 0)
		return note_failure(pipeline, rc);
	pipeline->client_rows++;
	pipeline->decisions[client->verdict.decision]++;
	return 0;
}

static void
fill_generation(struct pipeline *pipeline)
{
	struct fs_generation *generation = &pipeline->generation;

	snprintf(generation->rules_digest, sizeof(generation->rules_digest),
	    "%s", fs_ruleset_digest(pipeline->rules));
	snprintf(generation->geo_digest, sizeof(generation->geo_digest), "%s",
	    fs_geo_digest(pipeline->geo));
	snprintf(generation->version, sizeof(generation->version), "%s",
	    fs_version());
	generation->geo_built_s = fs_geo_built_s(pipeline->geo);
}

static int
recall(void *ctx, const struct fs_client *client)
{
	struct pipeline *pipeline = ctx;

	return fs_judge_recall(pipeline->judge, client);
}

int
pipeline_start(struct pipeline *pipeline, const char *path, struct fs_err *err)
{
	const struct fs_settings *settings = &pipeline->config->settings;
	uint32_t id;
	int rc;

	if ((rc = fs_store_open(path, err, &pipeline->store)) < 0) {
		pipeline->store_failed = true;
		return rc;
	}
	fill_generation(pipeline);
	rc = fs_store_put_generation(pipeline->store, pipeline->rules,
	    &pipeline->generation, err);
	if (rc < 0) {
		pipeline->store_failed = true;
		return rc;
	}
	id = pipeline->generation.id;
	if ((rc = fs_engine_new(settings, pipeline->rules, pipeline->geo, id,
		 err, &pipeline->engine)) < 0 ||
	    (rc = fs_judge_new(settings, pipeline->rules, pipeline->geo, id,
		 err, &pipeline->judge)) < 0)
		return rc;
	fs_engine_sink(pipeline->engine, take_flow, pipeline);
	fs_judge_sink(pipeline->judge, take_client, pipeline);
	rc = fs_store_recall(pipeline->store, recall, pipeline, err);
	return note_failure(pipeline, rc);
}

int
pipeline_frame(struct pipeline *pipeline, const struct fs_frame *frame)
{
	int rc = fs_engine_frame(pipeline->engine, frame);

	if (frame->time_us > pipeline->last_us)
		pipeline->last_us = frame->time_us;
	if (rc == 0 && pipeline->uncommitted >= COMMIT_ROWS) {
		pipeline->uncommitted = 0;
		rc = note_failure(pipeline,
		    fs_store_commit(pipeline->store, &pipeline->err));
	}
	return rc;
}

int
pipeline_commit(struct pipeline *pipeline)
{
	int rc;

	memset(pipeline->decisions, 0, sizeof(pipeline->decisions));
	if ((rc = fs_judge_flush(pipeline->judge)) < 0)
		return rc;
	pipeline->uncommitted = 0;
	return note_failure(pipeline,
	    fs_store_commit(pipeline->store, &pipeline->err));
}

int
pipeline_event(struct pipeline *pipeline, enum fs_event_kind kind,
    const char *subject, uint64_t count, const char *text)
{
	struct fs_event event = {
		.time_us = pipeline->last_us,
		.until_us = pipeline->last_us,
		.kind = (uint8_t)kind,
		.count = count,
	};

	snprintf(event.subject, sizeof(event.subject), "%s", subject);
	snprintf(event.text, sizeof(event.text), "%s", text ? text : "");
	snprintf(event.sensor, sizeof(event.sensor), "%s",
	    pipeline->config->settings.sensor);
	return note_failure(pipeline,
	    fs_store_put_event(pipeline->store, &event, &pipeline->err));
}

/* What was not read, and what had to be given up, as rows. */
static int
put_losses(struct pipeline *pipeline)
{
	struct fs_engine_stats stats;
	size_t i;
	int rc = 0;

	fs_engine_stats(pipeline->engine, &stats);
	for (i = 0; i < stats.drop_count && rc == 0; i++)
		if (stats.drops[i].value > 0)
			rc = pipeline_event(pipeline, FS_EVENT_DROP,
			    stats.drops[i].name, stats.drops[i].value, NULL);
	if (rc == 0 && stats.evicted > 0)
		rc = pipeline_event(pipeline, FS_EVENT_EVICT, "flows",
		    stats.evicted, "the flow table was full");
	if (rc == 0 && stats.gave_up > 0)
		rc = pipeline_event(pipeline, FS_EVENT_EVICT, "inspections",
		    stats.gave_up, "too many flows were inspected at once");
	if (rc == 0 && fs_judge_evicted(pipeline->judge) > 0)
		rc = pipeline_event(pipeline, FS_EVENT_EVICT, "clients",
		    fs_judge_evicted(pipeline->judge),
		    "the client table was full");
	return rc;
}

int
pipeline_finish(struct pipeline *pipeline)
{
	int rc;

	if ((rc = fs_engine_flush(pipeline->engine)) < 0 ||
	    (rc = put_losses(pipeline)) < 0 ||
	    (rc = pipeline_event(pipeline, FS_EVENT_STOP, "flowscand", 0,
		 NULL)) < 0)
		return rc;
	return pipeline_commit(pipeline);
}

void
pipeline_fini(struct pipeline *pipeline)
{
	fs_engine_free(pipeline->engine);
	fs_judge_free(pipeline->judge);
	fs_store_close(pipeline->store);
	fs_ruleset_free(pipeline->rules);
	fs_geo_close(pipeline->geo);
}
