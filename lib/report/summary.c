#include "report/summary.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/num.h"
#include "report/lines.h"
#include "report/period.h"

/* ---- Gathering ---------------------------------------------------------- */

/* A question to the store while it is being answered. */
struct gathering {
	struct fs_store *store;
	struct summary *summary;
	struct fs_err *err;
};

static struct summary_event *
event_of(struct summary *summary, const struct fs_event *event)
{
	struct summary_event *sum;
	size_t i;

	for (i = 0; i < summary->event_count; i++) {
		sum = &summary->event[i];
		if (sum->kind == event->kind &&
		    strcmp(sum->subject, event->subject) == 0)
			return sum;
	}
	if (summary->event_count == SUMMARY_EVENTS)
		return NULL;
	sum = &summary->event[summary->event_count++];
	*sum = (struct summary_event){ .kind = event->kind };
	snprintf(sum->subject, sizeof(sum->subject), "%s", event->subject);
	return sum;
}

static int
take_event(void *ctx, const struct fs_event *event)
{
	struct summary *summary = ctx;
	struct summary_event *sum = event_of(summary, event);

	if (sum == NULL) {
		summary->events_left++;
		return 0;
	}
	snprintf(sum->text, sizeof(sum->text), "%s", event->text);
	sum->last_us = event->time_us;
	sum->times++;
	sum->count += event->count;
	sum->bytes += event->bytes;
	return 0;
}

/* Collects the benign readings of the rules that counted against a client. */
static int
gather_benign(struct gathering *now, struct summary_client *client)
{
	const struct fs_client *row = &client->row.client;
	struct store_rule *rule = malloc(sizeof(*rule));
	uint32_t i;
	int rc = 0;

	if (rule == NULL)
		return err_set(now->err, -ENOMEM, "no memory is left");
	for (i = 0; i < row->evidence_count; i++) {
		if (row->evidence[i].shadow || row->evidence[i].llr <= 0)
			continue;
		rc = store_ask_rule(now->store, row->generation,
		    row->evidence[i].rule, now->err, rule);
		if (rc == FS_EEND)
			continue;
		if (rc < 0)
			break;
		lines_add_new(client->benign, sizeof(client->benign),
		    rule->benign);
	}
	free(rule);
	return rc == FS_EEND ? 0 : rc;
}

static int
take_client(void *ctx, const struct store_client *row)
{
	struct gathering *now = ctx;
	struct summary *summary = now->summary;
	bool is_new = summary->has_before &&
	    row->client.first_us >= summary->query.since_us;
	struct summary_client *client;
	struct marked_client marked;
	int rc = marks_client(now->store, row, now->err, &marked);

	if (rc < 0)
		return rc;
	if ((rc = summary_add_owner(summary, &row->client, now->err)) < 0)
		return rc;
	if (marked.suppressed != NULL) {
		summary->suppressed++;
		return 0;
	}
	summary->suspects++;
	summary->new_suspects += is_new;
	if (summary->client_count == summary->client_room)
		return 0;
	client = &summary->client[summary->client_count++];
	client->row = *row;
	client->is_new = is_new;
	client->label = marked.label;
	client->benign[0] = '\0';
	return 0;
}

/* Clients of one verdict; all are counted, the first ones are kept. */
static int
gather_clients(struct gathering *now, int decision)
{
	struct store_query query = now->summary->query;

	query.filter.limit = 0;
	query.filter.verdict = decision;
	return store_ask_clients(now->store, &query, take_client, now, now->err,
	    NULL);
}

static int
gather_suspects(struct gathering *now)
{
	struct summary *summary = now->summary;
	uint64_t limit = summary->query.filter.limit;
	int verdict = summary->query.filter.verdict;
	size_t i;
	int rc;

	summary->client_room = limit == 0 ? SUMMARY_CLIENTS
	    : limit < SUMMARY_CLIENTS_MAX ? (size_t)limit
					  : SUMMARY_CLIENTS_MAX;
	summary->client =
	    calloc(summary->client_room, sizeof(*summary->client));
	if (summary->client == NULL)
		return err_set(now->err, -ENOMEM, "no memory is left");
	if (verdict >= 0)
		rc = gather_clients(now, verdict);
	else if ((rc = gather_clients(now, FS_ANOMALOUS)) >= 0)
		rc = gather_clients(now, FS_REVIEW);
	for (i = 0; i < summary->client_count && rc >= 0; i++)
		rc = gather_benign(now, &summary->client[i]);
	return rc;
}

/* What is compared with: what the filter names, or the period before. */
static void
find_before(const struct summary *summary, struct store_query *query)
{
	const struct fs_filter *filter = &query->filter;
	uint64_t span_us = summary->until_us > query->since_us
	    ? summary->until_us - query->since_us
	    : 0;
	uint64_t back_us =
	    filter->compare_back_us > 0 ? filter->compare_back_us : span_us;

	if (filter->compare_until_us > 0) {
		query->since_us = filter->compare_since_us;
		query->until_us = filter->compare_until_us;
		return;
	}
	query->since_us = time_since_us(query->since_us, back_us);
	query->until_us = query->since_us + span_us;
}

/* Whether the store was there for what was before. */
static bool
has_before(struct summary *summary, struct store_query *query)
{
	const uint64_t oldest_us = summary->query.snapshot.oldest_us;

	*query = summary->query;
	if (query->since_us <= oldest_us)
		return false;
	find_before(summary, query);
	if (query->until_us <= oldest_us)
		return false;
	summary->before_since_us = query->since_us;
	summary->before_until_us = query->until_us;
	return true;
}

static struct store_count
totals_of(const struct store_query *query, struct store_totals *totals)
{
	return (struct store_count){ .since_us = query->since_us,
		.until_us = query->until_us,
		.totals = totals };
}

/* All that is counted of the flows, of this period and of the one before, in
 * one pass. */
static int
gather_counts(struct gathering *now, const struct store_query *before)
{
	struct store_count count[3 + 2 * SUMMARY_COMPARED];
	struct summary *summary = now->summary;
	struct summary_compare *compare = NULL;
	size_t n = 0;
	int rc;

	count[n++] = totals_of(&summary->query, &summary->now);
	n += summary_ask_shares(summary, &count[n]);
	if (summary->has_before) {
		count[n++] = totals_of(before, &summary->before);
		if (summary_compare_new(&summary->query, before, &count[n],
			&compare) < 0)
			return err_set(now->err, -ENOMEM, "no memory is left");
		n += (size_t)2 * SUMMARY_COMPARED;
	}
	rc = store_ask_counts(now->store, &summary->query, count, n, now->err);
	if (rc >= 0 && compare != NULL)
		summary_find_changes(compare, summary);
	summary_compare_free(compare);
	return rc;
}

/* What analysts say, counted. */
static int
gather_said(struct gathering *now)
{
	struct summary *summary = now->summary;
	const struct fs_desk *desk = now->store->desk;
	size_t i;

	summary->desk = desk;
	summary->now_us = now->store->now_us;
	for (i = 0; desk != NULL && i < desk->note_count; i++)
		if (desk_note_stands(desk, i))
			summary->labels[desk->note[i].label]++;
	return said_gather(now->store, &summary->query, now->err,
	    &summary->said);
}

int
summary_gather(struct fs_store *store, const struct fs_filter *filter,
    struct fs_err *err, struct summary *summary)
{
	struct gathering now = { store, summary, err };
	struct store_query before;
	int rc;

	*summary = (struct summary){ 0 };
	if ((rc = store_query(store, filter, err, &summary->query)) < 0)
		return rc;
	summary->empty =
	    !period_of(&summary->query, &summary->since_us, &summary->until_us);
	rc = store_ask_newest_generation(store, err, &summary->generation);
	if (rc < 0 && rc != FS_EEND)
		return rc;
	summary->has_generation = rc == 0;
	summary->has_before = has_before(summary, &before);
	if ((rc = store_ask_events(store, &summary->query, take_event, summary,
		 err)) < 0 ||
	    (rc = gather_said(&now)) < 0 || (rc = gather_suspects(&now)) < 0)
		return rc;
	return gather_counts(&now, &before);
}

void
summary_fini(struct summary *summary)
{
	free(summary->client);
	free(summary->owner);
	summary->owner = NULL;
	said_fini(&summary->said);
	summary->client = NULL;
	charts_fini(&summary->charts);
}

/* ---- Writing ------------------------------------------------------------ */

const char *
summary_why(int why)
{
	static const char *const words[STORE_WHY_COUNT] = {
		[STORE_WHY_START] = "their start was not seen",
		[STORE_WHY_ONE_SIDED] = "only one direction was seen",
		[STORE_WHY_SHORT] = "they ended before it could be measured",
	};

	return words[why];
}

static int
write_json(const struct summary *summary, const struct fs_out *out)
{
	struct buf buf;
	struct json json;
	int rc;

	buf_init(&buf);
	json_init(&json, &buf, out->format == FS_FORMAT_JSON ? 2 : 0);
	summary_json(summary, &json);
	buf_add_char(&buf, '\n');
	if ((rc = buf_error(&buf)) == 0)
		rc = out->write(out->ctx, buf.bytes, buf.size);
	buf_fini(&buf);
	return rc;
}

static int
gather_charts(struct fs_store *store, struct fs_err *err,
    struct summary *summary)
{
	if (summary->empty)
		return 0;
	summary->has_charts = true;
	return charts_gather(store, &summary->query, summary->since_us,
	    summary->until_us, err, &summary->charts);
}

int
fs_report_summary(struct fs_store *store, const struct fs_filter *filter,
    const struct fs_out *out, struct fs_err *err, uint64_t *matched)
{
	struct summary *summary;
	int rc;

	if (out->fields != NULL)
		return err_set(err, FS_ECONFIG,
		    "--fields is for lists: flows, clients, report --by");
	summary = calloc(1, sizeof(*summary));
	if (summary == NULL)
		return err_set(err, -ENOMEM, "no memory is left");
	if ((rc = summary_gather(store, filter, err, summary)) < 0 ||
	    (out->format == FS_FORMAT_HTML &&
		(rc = gather_charts(store, err, summary)) < 0))
		goto out;
	if (out->format == FS_FORMAT_JSON || out->format == FS_FORMAT_JSONL)
		rc = write_json(summary, out);
	else if (out->format == FS_FORMAT_CSV)
		rc = summary_csv(summary, out, err);
	else
		rc = summary_page(summary, out, err);
	if (rc >= 0 && matched != NULL)
		*matched = summary->suspects;
out:
	summary_fini(summary);
	free(summary);
	return rc;
}
