/* Which verdicts another set of rules would change: the answer, in sections of
 * rows. */
#include "report/change.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "report/change_judge.h"
#include "rule/rule.h"

static const char *const kinds[] = { "flows", "clients" };

/* ---- Sections ------------------------------------------------------------ */

/* Begins rows of another kind. 'fields' are asked for of verdicts only. */
static int
begin(struct change *change, const struct row_kind *kind, struct fs_out *out)
{
	*out = *change->out;
	if (kind != &change_rows)
		out->fields = NULL;
	change->rows = (struct rows){ 0 };
	return rows_begin(&change->rows, kind, out, change->err);
}

/* Ends them; a table has an empty line behind it. */
static int
end(struct change *change, int rc)
{
	const struct fs_out *out = change->out;
	bool apart = out->format == FS_FORMAT_TABLE && change->rows.given > 0;

	/* A table of nothing would be a line of headings. */
	if (rc >= 0 &&
	    (change->rows.given > 0 || out->format != FS_FORMAT_TABLE))
		rc = rows_end(&change->rows, change->rows.given);
	rows_fini(&change->rows);
	return rc >= 0 && apart ? out->write(out->ctx, "\n", 1) : rc;
}

/* ---- Rules --------------------------------------------------------------- */

static int
add_rule(void *ctx, const struct change_rule *rule)
{
	struct change *change = ctx;

	change->differing++;
	return rows_add(&change->rows, rule);
}

static int
give_rules(struct change *change)
{
	struct fs_out out;
	int rc = begin(change, &change_rule_rows, &out);

	if (rc >= 0)
		rc = change_each_rule(change->sets, add_rule, change);
	return end(change, rc);
}

/* ---- Verdicts ------------------------------------------------------------ */

static int
give_verdicts(struct change *change, struct fs_store *store,
    const struct store_query *query)
{
	struct fs_out out;
	int rc = begin(change, &change_rows, &out);

	if (rc >= 0)
		rc = store_ask_flows(store, query, change_take_flow, change,
		    change->err, NULL);
	change_sort(change);
	if (rc >= 0)
		rc = store_ask_clients(store, query, change_take_client, change,
		    change->err, NULL);
	return end(change, rc);
}

static int
add_counts(struct change *change, int kind)
{
	const struct tally *tally = &change->tally[kind];
	struct change_count row = { .of = kinds[kind] };
	int before, after, rc = 0;

	for (before = 0; before < DECISIONS; before++)
		for (after = 0; after < DECISIONS && rc >= 0; after++) {
			row.decision[CHANGE_BEFORE] = before;
			row.decision[CHANGE_AFTER] = after;
			row.rows = tally->rows[before][after];
			row.changed = tally->changed[before][after];
			if (row.rows > 0)
				rc = rows_add(&change->rows, &row);
		}
	return rc;
}

static int
give_counts(struct change *change)
{
	struct fs_out out;
	int rc = begin(change, &change_count_rows, &out);

	if (rc >= 0)
		rc = add_counts(change, 0);
	if (rc >= 0)
		rc = add_counts(change, 1);
	return end(change, rc);
}

/* ---- What cannot be known ------------------------------------------------ */

static int note(struct change *change, const char *format, ...) FS_PRINTF(2, 3);

static int
note(struct change *change, const char *format, ...)
{
	char text[DATUM_ROOM];
	const struct change_note row = { text };
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return rows_add(&change->rows, &row);
}

/* Names the signals that a rule asks for and no row of its scope holds. */
static int
note_rule(struct change *change, size_t index, const struct fs_rule_info *info)
{
	const struct fs_ruleset *rules = change->sets[CHANGE_AFTER];
	const struct tally *tally = &change->tally[info->client_scope];
	char names[DATUM_ROOM / 2] = "";
	size_t id, used = 0;

	for (id = 0; id < SIGNAL_COUNT; id++) {
		const char *name = signal_info((enum signal_id)id)->name;

		if (tally->held[id] > 0 || !fs_ruleset_asks(rules, index, id) ||
		    used + strlen(name) + 3 > sizeof(names))
			continue;
		used += (size_t)snprintf(names + used, sizeof(names) - used,
		    "%s%s", used ? ", " : "", name);
	}
	if (used == 0)
		return 0;
	return note(change, "rule %s: no row of %s holds %s: unknown",
	    info->name, kinds[info->client_scope], names);
}

static int
note_signals(struct change *change)
{
	const struct fs_ruleset *rules = change->sets[CHANGE_AFTER];
	struct fs_rule_info info;
	size_t i;
	int rc = 0;

	for (i = 0; i < fs_ruleset_count(rules) && rc >= 0; i++) {
		fs_ruleset_info(rules, i, &info);
		if (change->tally[info.client_scope].all == 0)
			continue;
		if (change_is_new(change->sets, i))
			rc = note_rule(change, i, &info);
	}
	return rc;
}

static int
note_kind(struct change *change, int kind)
{
	const struct tally *tally = &change->tally[kind];
	int rc = note(change,
	    "%llu of %llu %s change; %llu more have another score only",
	    (unsigned long long)tally->changes, (unsigned long long)tally->all,
	    kinds[kind], (unsigned long long)tally->moved);

	if (rc >= 0 && change->limit > 0 && tally->changes > change->limit)
		rc = note(change,
		    "the first %llu %s are shown: --limit 0 "
		    "shows all",
		    (unsigned long long)change->limit, kinds[kind]);
	if (rc >= 0 && tally->otherwise > 0)
		rc = note(change,
		    "%llu %s are stored with another verdict than OLD gives: "
		    "they were judged by other rules, or by other scoring or "
		    "policy than the usual ones",
		    (unsigned long long)tally->otherwise, kinds[kind]);
	return rc;
}

static int
give_notes(struct change *change)
{
	struct fs_out out;
	int rc = begin(change, &change_note_rows, &out);

	if (rc >= 0 && (rc = note_kind(change, 0)) >= 0)
		rc = note_kind(change, 1);
	if (rc >= 0)
		rc = note_signals(change);
	if (rc >= 0 && change->differing == 0 &&
	    strcmp(fs_ruleset_digest(change->sets[CHANGE_BEFORE]),
		fs_ruleset_digest(change->sets[CHANGE_AFTER])) != 0)
		rc = note(change,
		    "no rule differs: the files do, in macros, items of lists "
		    "or what bears on no verdict");
	if (rc >= 0 && change->gains_full)
		rc = note(change,
		    "more flows differ than are followed to their clients: "
		    "take a shorter period");
	if (rc >= 0)
		rc = note(change,
		    "a client is judged by its own rules again, and by what "
		    "its flows have said, with what these flows gain and lose: "
		    "flows before the period are not asked");
	return end(change, rc);
}

/* ---- The answer ---------------------------------------------------------- */

static int
answer(struct change *change, struct fs_store *store,
    const struct fs_filter *filter)
{
	struct store_query query;
	int rc = store_query(store, filter, change->err, &query);

	if (rc < 0)
		return rc;
	query.filter.limit = 0; /* It bounds what is shown. */
	if ((rc = give_rules(change)) < 0 ||
	    (rc = give_verdicts(change, store, &query)) < 0 ||
	    (rc = give_counts(change)) < 0)
		return rc;
	return give_notes(change);
}

int
fs_report_diff(struct fs_store *store, const struct fs_filter *filter,
    const struct fs_rule_sets *sets, const struct fs_out *out,
    struct fs_err *err, uint64_t *matched)
{
	struct change *change;
	int rc;

	if (out->format != FS_FORMAT_TABLE && out->format != FS_FORMAT_JSONL)
		return err_set(err, FS_ECONFIG,
		    "there is a table or jsonl of this, not %s",
		    fs_format_name(out->format));
	change = calloc(1, sizeof(*change));
	if (change == NULL || fs_settings_init(&change->settings) < 0) {
		free(change);
		return err_set(err, -ENOMEM, "no memory is left");
	}
	change->sets[CHANGE_BEFORE] = sets->before;
	change->sets[CHANGE_AFTER] = sets->after;
	change->out = out;
	change->err = err;
	change->limit = filter->limit;
	rc = answer(change, store, filter);
	if (rc >= 0 && matched != NULL)
		*matched = change->tally[0].changes + change->tally[1].changes;
	fs_settings_fini(&change->settings);
	free(change->gains);
	free(change);
	return rc;
}
