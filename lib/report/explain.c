#include "report/explain.h"

#include <errno.h>
#include <stdlib.h>

#include "base/err.h"
#include "report/subject.h"

/* ---- Gathering ---------------------------------------------------------- */

static void
borrow(struct explain *explain)
{
	const struct fs_observation *flow = &explain->flow.flow;
	const struct fs_client *client = &explain->client.client;

	if (explain->is_client) {
		explain->verdict = &client->verdict;
		explain->evidence = client->evidence;
		explain->evidence_count = client->evidence_count;
		explain->signals = &explain->client.signals;
		explain->generation_id = client->generation;
	} else {
		explain->verdict = &flow->verdict;
		explain->evidence = flow->evidence;
		explain->evidence_count = flow->evidence_count;
		explain->signals = &explain->flow.signals;
		explain->generation_id = flow->generation;
	}
}

static int
gather_rules(struct fs_store *store, struct fs_err *err,
    struct explain *explain)
{
	uint32_t i;
	int rc;

	for (i = 0; i < explain->evidence_count; i++) {
		rc = store_ask_rule(store, explain->generation_id,
		    explain->evidence[i].rule, err, &explain->rule[i]);
		if (rc < 0 && rc != FS_EEND)
			return rc;
	}
	rc = store_ask_generation(store, explain->generation_id, err,
	    &explain->generation);
	explain->has_generation = rc == 0;
	return rc == FS_EEND ? 0 : rc;
}

static int
take_related(void *ctx, const struct store_flow *row)
{
	struct explain *explain = ctx;

	if (explain->related_count < EXPLAIN_FLOWS)
		explain->related[explain->related_count++] = *row;
	return 0;
}

/* The client's flows with the highest scores. */
static int
gather_related(struct fs_store *store, struct store_query *query,
    struct fs_err *err, struct explain *explain)
{
	const struct fs_client *client = &explain->client.client;

	if (!explain->is_client)
		return 0;
	fs_filter_init(&query->filter);
	query->filter.client = (struct fs_prefix){ client->addr, client->bits };
	query->filter.limit = EXPLAIN_FLOWS;
	query->order = STORE_BY_SCORE;
	return store_ask_flows(store, query, take_related, explain, err,
	    &explain->related_in_all);
}

static int
gather_marks(struct fs_store *store, struct fs_err *err,
    struct explain *explain)
{
	size_t i;

	for (i = 0; i < explain->related_count; i++)
		marks_flow(store, &explain->related[i],
		    &explain->marked_related[i]);
	if (explain->is_client)
		return marks_client(store, &explain->client, err,
		    &explain->marked_client);
	marks_flow(store, &explain->flow, &explain->marked_flow);
	return 0;
}

static int64_t
rest_of(const struct explain *explain)
{
	int64_t rest =
	    (int64_t)explain->verdict->log_odds - explain->verdict->prior;
	uint32_t i;

	for (i = 0; i < explain->evidence_count; i++)
		if (!explain->evidence[i].shadow)
			rest -= explain->evidence[i].llr;
	return rest;
}

int
explain_gather(struct fs_store *store, const struct fs_filter *filter,
    const char *subject, struct fs_err *err, struct explain *explain)
{
	struct subject found = { .flow = &explain->flow,
		.client = &explain->client };
	struct store_query query;
	int rc;

	*explain = (struct explain){ 0 };
	if ((rc = store_query(store, filter, err, &query)) < 0)
		return rc;
	rc = subject_find(store, &query, subject, err, &found);
	if (rc < 0)
		return rc;
	explain->is_client = found.is_client;
	borrow(explain);
	if ((rc = gather_rules(store, err, explain)) < 0 ||
	    (rc = gather_related(store, &query, err, explain)) < 0 ||
	    (rc = gather_marks(store, err, explain)) < 0 ||
	    (rc = explain_find_sensors(store, &query, err, explain)) < 0 ||
	    (rc = explain_find_similar(store, &query, err, explain)) < 0)
		return rc;
	explain->rest_milli = rest_of(explain);
	explain_measure(explain);
	explain_find_unknown(explain);
	explain_find_reach(explain);
	explain_find_times(explain);
	return 0;
}

/* ---- Writing ------------------------------------------------------------ */

static int
write_json(const struct explain *explain, const struct fs_out *out)
{
	struct buf buf;
	struct json json;
	int rc;

	buf_init(&buf);
	json_init(&json, &buf, out->format == FS_FORMAT_JSON ? 2 : 0);
	explain_json(explain, out, &json);
	buf_add_char(&buf, '\n');
	if ((rc = buf_error(&buf)) == 0)
		rc = out->write(out->ctx, buf.bytes, buf.size);
	buf_fini(&buf);
	return rc;
}

int
fs_report_explain(struct fs_store *store, const struct fs_filter *filter,
    const char *subject, const struct fs_out *out, struct fs_err *err,
    uint64_t *matched)
{
	struct explain *explain;
	int rc;

	if (out->fields != NULL)
		return err_set(err, FS_ECONFIG,
		    "--fields is for lists: flows, clients, report --by");
	explain = malloc(sizeof(*explain));
	if (explain == NULL)
		return err_set(err, -ENOMEM, "no memory is left");
	if ((rc = explain_gather(store, filter, subject, err, explain)) < 0)
		goto out;
	if (out->format == FS_FORMAT_JSON || out->format == FS_FORMAT_JSONL)
		rc = write_json(explain, out);
	else if (out->format == FS_FORMAT_CSV)
		rc = explain_csv(explain, out, err);
	else
		rc = explain_page(explain, out, err);
	if (rc >= 0 && matched != NULL)
		*matched = explain->verdict->decision != FS_CLEAN;
out:
	free(explain);
	return rc;
}
