#include "report/said.h"

#include <errno.h>
#include <stdlib.h>

#include "base/err.h"
#include "report/subject.h"

/* ---- What suppressions hide --------------------------------------------- */

/* Suppressions while they are held against the clients that stand out. */
struct holding {
	struct fs_store *store;
	const struct fs_suppression *suppression; /* The first of 'count'. */
	size_t count;
	uint64_t *hidden, *of;
	struct fs_err *err;
};

static int
hold_client(void *ctx, const struct store_client *row)
{
	struct holding *now = ctx;
	size_t i;
	int rc;

	(*now->of)++;
	for (i = 0; i < now->count; i++) {
		rc = marks_hides(now->store, &now->suppression[i], row,
		    now->err);
		if (rc < 0)
			return rc;
		now->hidden[i] += (uint64_t)rc;
	}
	return 0;
}

/* Asks for all clients to review, and all that are anomalous. */
static int
hold_all(struct holding *now, const struct store_query *query)
{
	struct store_query q = *query;
	int decision, rc = 0;

	q.filter.limit = 0;
	for (decision = FS_REVIEW; decision <= FS_ANOMALOUS && rc >= 0;
	     decision++) {
		if (query->filter.verdict >= 0 &&
		    query->filter.verdict != decision)
			continue;
		q.filter.verdict = decision;
		rc = store_ask_clients(now->store, &q, hold_client, now,
		    now->err, NULL);
	}
	return rc;
}

int
said_gather(struct fs_store *store, const struct store_query *query,
    struct fs_err *err, struct said *said)
{
	const struct fs_desk *desk = store->desk;
	struct holding now = { .store = store, .of = &said->of, .err = err };

	*said = (struct said){ 0 };
	if (desk == NULL || desk->suppression_count == 0)
		return 0;
	said->hidden = calloc(desk->suppression_count, sizeof(uint64_t));
	if (said->hidden == NULL)
		return err_set(err, -ENOMEM, "no memory is left");
	now.suppression = desk->suppression;
	now.count = desk->suppression_count;
	now.hidden = said->hidden;
	return hold_all(&now, query);
}

void
said_fini(struct said *said)
{
	free(said->hidden);
	said->hidden = NULL;
}

int
fs_suppression_try(struct fs_store *store,
    const struct fs_suppression *suppression, struct fs_err *err,
    uint64_t *hidden, uint64_t *of)
{
	uint64_t hides = 0, all = 0;
	struct holding now = { store, suppression, 1, &hides, &all, err };
	struct store_query query;
	struct fs_filter filter;
	int rc;

	fs_filter_init(&filter);
	if ((rc = store_query(store, &filter, err, &query)) < 0 ||
	    (rc = hold_all(&now, &query)) < 0)
		return rc;
	*hidden = hides;
	*of = all;
	return 0;
}

/* ---- Whose label -------------------------------------------------------- */

/* A flow's client is known by its network, as its row has it. */
static int
find_owner(struct fs_store *store, const struct store_query *query,
    const struct fs_addr *addr, struct fs_err *err, struct store_client *room,
    struct fs_prefix *owner)
{
	int rc = store_ask_client(store, &query->snapshot, addr, err, room);

	*owner = rc == 0
	    ? (struct fs_prefix){ room->client.addr, room->client.bits }
	    : (struct fs_prefix){ *addr, addr->family == 4 ? 32 : 128 };
	return rc == FS_EEND ? 0 : rc;
}

int
fs_note_about(struct fs_store *store, const char *subject, struct fs_err *err,
    struct fs_note *note)
{
	struct subject found = { .flow = malloc(sizeof(*found.flow)),
		.client = malloc(sizeof(*found.client)) };
	const struct fs_verdict *verdict;
	struct store_query query;
	struct fs_filter filter;
	int rc = -ENOMEM;

	fs_filter_init(&filter);
	if (found.flow == NULL || found.client == NULL) {
		err_set(err, -ENOMEM, "no memory is left");
		goto out;
	}
	if ((rc = store_query(store, &filter, err, &query)) < 0 ||
	    (rc = subject_find(store, &query, subject, err, &found)) < 0)
		goto out;
	verdict = found.is_client ? &found.client->client.verdict
				  : &found.flow->flow.verdict;
	note->class = verdict->class;
	note->decision = verdict->decision;
	note->score_ppm = verdict->score_ppm;
	note->flow_id = found.is_client ? 0 : found.flow->flow.flow_id;
	if (found.is_client)
		note->client = (struct fs_prefix){ found.client->client.addr,
			found.client->client.bits };
	else
		rc = find_owner(store, &query, &found.flow->flow.client, err,
		    found.client, &note->client);
out:
	free(found.flow);
	free(found.client);
	return rc;
}

/* ---- Lists -------------------------------------------------------------- */

static int
begin(const struct row_kind *kind, const struct fs_out *out, struct fs_err *err,
    struct rows **rows)
{
	*rows = calloc(1, sizeof(**rows));
	if (*rows == NULL)
		return err_set(err, -ENOMEM, "no memory is left");
	return rows_begin(*rows, kind, out, err);
}

/* Ends the rows, and frees them whatever 'rc' is. */
static int
finish(struct rows *rows, int rc, uint64_t count, uint64_t *matched)
{
	if (rc >= 0)
		rc = rows_end(rows, count);
	if (rc >= 0 && matched != NULL)
		*matched = count;
	if (rows != NULL)
		rows_fini(rows);
	free(rows);
	return rc;
}

int
fs_report_labels(struct fs_store *store, const struct fs_out *out,
    struct fs_err *err, uint64_t *matched)
{
	const struct fs_desk *desk = store->desk;
	size_t i, count = desk != NULL ? desk->note_count : 0;
	struct rows *rows;
	int rc = begin(&note_rows, out, err, &rows);

	for (i = 0; i < count && rc >= 0; i++) {
		const struct note_line line = { &desk->note[i],
			desk_note_stands(desk, i) };

		rc = rows_add(rows, &line);
	}
	return finish(rows, rc, count, matched);
}

int
fs_report_suppressions(struct fs_store *store, const struct fs_out *out,
    struct fs_err *err, uint64_t *matched)
{
	const struct fs_desk *desk = store->desk;
	size_t i, count = desk != NULL ? desk->suppression_count : 0;
	struct said said = { 0 };
	struct store_query query;
	struct fs_filter filter;
	struct rows *rows;
	int rc = begin(&suppression_rows, out, err, &rows);

	fs_filter_init(&filter);
	if (rc >= 0 && (rc = store_query(store, &filter, err, &query)) >= 0)
		rc = said_gather(store, &query, err, &said);
	for (i = 0; i < count && rc >= 0; i++) {
		const struct fs_suppression *of = &desk->suppression[i];
		const struct suppression_line line = { of,
			said.hidden != NULL ? said.hidden[i] : 0, said.of,
			desk_expired(of, store->now_us) };

		rc = rows_add(rows, &line);
	}
	said_fini(&said);
	return finish(rows, rc, count, matched);
}
