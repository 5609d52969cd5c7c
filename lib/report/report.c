#include <errno.h>
#include <stdlib.h>

#include "base/err.h"
#include "report/fields.h"
#include "report/period.h"

/* Lists: one answer, row by row. */

/* A list while it is being written. */
struct list {
	struct rows rows;
	struct buf title;
	struct store_query query;
	struct fs_store *store;
	struct tallies tallies; /* Of rules. */
	struct fs_err *err;
};

static struct list *
list_new(struct fs_err *err)
{
	struct list *list = calloc(1, sizeof(*list));

	if (list == NULL)
		err_set(err, -ENOMEM, "no memory is left");
	return list;
}

static void
list_free(struct list *list)
{
	if (list == NULL)
		return;
	rows_fini(&list->rows);
	buf_fini(&list->title);
	tallies_fini(&list->tallies);
	free(list);
}

/* Makes the filter certain, and says in the title what is listed. */
static int
list_query(struct list *list, struct fs_store *store,
    const struct fs_filter *filter, const char *what, struct fs_err *err)
{
	int rc = store_query(store, filter, err, &list->query);

	if (rc < 0)
		return rc;
	list->store = store;
	list->err = err;
	buf_add_text(&list->title, what);
	period_words(&list->query, &list->title);
	list->rows.title = buf_text(&list->title);
	if (!period_of(&list->query, &list->rows.since_us,
		&list->rows.until_us))
		list->rows.since_us = list->rows.until_us = 0;
	return 0;
}

static int
give_flow(void *ctx, const struct store_flow *row)
{
	struct list *list = ctx;
	struct marked_flow marked;

	marks_flow(list->store, row, &marked);
	return rows_add(&list->rows, &marked);
}

static int
give_client(void *ctx, const struct store_client *row)
{
	struct list *list = ctx;
	struct marked_client marked;
	int rc = marks_client(list->store, row, list->err, &marked);

	return rc < 0 ? rc : rows_add(&list->rows, &marked);
}

static int
give_group(void *ctx, const struct store_group *group)
{
	struct list *list = ctx;
	const struct group_line line = { group,
		tallies_find(&list->tallies, group->key) };

	return rows_add(&list->rows, &line);
}

int
fs_report_flows(struct fs_store *store, const struct fs_filter *filter,
    const struct fs_out *out, struct fs_err *err, uint64_t *matched)
{
	struct list *list = list_new(err);
	uint64_t count = 0;
	int rc = -ENOMEM;

	if (list == NULL ||
	    (rc = list_query(list, store, filter, "Flows from ", err)) < 0)
		goto out;
	if (filter->sort == FS_SORT_SCORE)
		list->query.order = STORE_BY_SCORE;
	if ((rc = rows_begin(&list->rows, &flow_rows, out, err)) < 0 ||
	    (rc = store_ask_flows(store, &list->query, give_flow, list, err,
		 &count)) < 0 ||
	    (rc = rows_end(&list->rows, count)) < 0)
		goto out;
	if (matched != NULL)
		*matched = count;
out:
	list_free(list);
	return rc;
}

int
fs_report_clients(struct fs_store *store, const struct fs_filter *filter,
    const struct fs_out *out, struct fs_err *err, uint64_t *matched)
{
	struct list *list = list_new(err);
	uint64_t count = 0;
	int rc = -ENOMEM;

	if (list == NULL ||
	    (rc = list_query(list, store, filter, "Clients from ", err)) < 0)
		goto out;
	if (filter->sort == FS_SORT_TIME)
		list->query.order = STORE_BY_LAST;
	if ((rc = rows_begin(&list->rows, &client_rows, out, err)) < 0 ||
	    (rc = store_ask_clients(store, &list->query, give_client, list, err,
		 &count)) < 0 ||
	    (rc = rows_end(&list->rows, count)) < 0)
		goto out;
	if (matched != NULL)
		*matched = count;
out:
	list_free(list);
	return rc;
}

int
fs_report_by(struct fs_store *store, const struct fs_filter *filter,
    int dimension, const struct fs_out *out, struct fs_err *err,
    uint64_t *matched)
{
	struct list *list = list_new(err);
	uint64_t count = 0;
	int rc = -ENOMEM;

	if (list == NULL ||
	    (rc = list_query(list, store, filter,
		 "Flows by their own verdicts, not their clients', from ",
		 err)) < 0)
		goto out;
	if (dimension == FS_BY_RULE &&
	    (rc = tallies_gather(store, err, &list->tallies)) < 0)
		goto out;
	list->query.dimension = dimension;
	list->rows.key_name = fs_dimension_name(dimension);
	if ((rc = rows_begin(&list->rows, group_rows(dimension), out, err)) <
		0 ||
	    (rc = store_ask_by(store, &list->query, give_group, list, err,
		 &count)) < 0 ||
	    (rc = rows_end(&list->rows, count)) < 0)
		goto out;
	if (matched != NULL)
		*matched = count;
out:
	list_free(list);
	return rc;
}

/* ---- Signals ------------------------------------------------------------ */

size_t
fs_signal_count(void)
{
	return SIGNAL_COUNT;
}

void
fs_signal_info(size_t index, struct fs_signal_info *info)
{
	static const char *const scopes[] = { [SCOPE_FLOW] = "flow",
		[SCOPE_CLIENT] = "client",
		[SCOPE_BOTH] = "both" };
	static const char *const views[] = { [SEEN_PATH] = "path",
		[SEEN_EXIT] = "exit",
		[SEEN_ANY] = "any" };
	const struct signal_info *of = signal_info((enum signal_id)index);

	*info = (struct fs_signal_info){ of->name, signal_type_name(of->type),
		signal_unit_name(of->unit), scopes[of->scope], views[of->views],
		of->meaning };
}

/* Rows of which one is made at a time, by their number. */
struct source {
	const struct row_kind *kind;
	size_t count;
	/* Returns what lies in the source's room until the next call. */
	const void *(*row)(void *ctx, size_t index);
	void *ctx;
};

static int
report_all(const struct source *source, const struct fs_out *out,
    struct fs_err *err, uint64_t *matched)
{
	struct list *list = list_new(err);
	size_t i;
	int rc = -ENOMEM;

	if (list == NULL ||
	    (rc = rows_begin(&list->rows, source->kind, out, err)) < 0)
		goto out;
	for (i = 0; i < source->count && rc >= 0; i++)
		rc = rows_add(&list->rows, source->row(source->ctx, i));
	if (rc < 0 || (rc = rows_end(&list->rows, source->count)) < 0)
		goto out;
	if (matched != NULL)
		*matched = source->count;
out:
	list_free(list);
	return rc;
}

static const void *
signal_row(void *ctx, size_t index)
{
	fs_signal_info(index, ctx);
	return ctx;
}

int
fs_report_signals(const struct fs_out *out, struct fs_err *err,
    uint64_t *matched)
{
	struct fs_signal_info info;
	const struct source source = { &signal_rows, SIGNAL_COUNT, signal_row,
		&info };

	return report_all(&source, out, err, matched);
}

/* ---- Rules -------------------------------------------------------------- */

struct rule_source {
	const struct fs_ruleset *rules;
	union {
		struct fs_rule_info rule;
		struct fs_list_info list;
	};
};

static const void *
rule_row(void *ctx, size_t index)
{
	struct rule_source *from = ctx;

	fs_ruleset_info(from->rules, index, &from->rule);
	return &from->rule;
}

static const void *
list_row(void *ctx, size_t index)
{
	struct rule_source *from = ctx;

	fs_ruleset_list_info(from->rules, index, &from->list);
	return &from->list;
}

int
fs_report_rules(const struct fs_ruleset *rules, const struct fs_out *out,
    struct fs_err *err, uint64_t *matched)
{
	struct rule_source from = { .rules = rules };
	const struct source source = { &rule_rows, fs_ruleset_count(rules),
		rule_row, &from };

	return report_all(&source, out, err, matched);
}

int
fs_report_lists(const struct fs_ruleset *rules, const struct fs_out *out,
    struct fs_err *err, uint64_t *matched)
{
	struct rule_source from = { .rules = rules };
	const struct source source = { &list_rows, fs_ruleset_list_count(rules),
		list_row, &from };

	return report_all(&source, out, err, matched);
}
