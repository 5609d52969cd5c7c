/* Rows of what changes, each with its kind, so that lines of JSON can be told
 * apart. */
#include "report/change.h"

static void
rule_kind(const void *row, struct datum *datum)
{
	(void)row;
	datum_text(datum, "rule");
}

static void
rule_change(const void *row, struct datum *datum)
{
	const struct change_rule *of = row;

	datum_text(datum, of->change);
}

static void
rule_rule(const void *row, struct datum *datum)
{
	const struct change_rule *of = row;

	datum_text(datum, of->rule);
}

static void
rule_scope(const void *row, struct datum *datum)
{
	const struct change_rule *of = row;

	datum_text(datum, of->scope);
}

static void
rule_what(const void *row, struct datum *datum)
{
	const struct change_rule *of = row;

	datum_text(datum, of->what);
}

static const struct field change_rule_fields[] = {
	{ "kind", rule_kind, FIELD_DATA, false, false },
	{ "change", rule_change, FIELD_BOTH, false, false },
	{ "rule", rule_rule, FIELD_BOTH, false, false },
	{ "scope", rule_scope, FIELD_BOTH, false, false },
	{ "what", rule_what, FIELD_BOTH, false, true },
};

const struct row_kind change_rule_rows = { "rules", "rule", change_rule_fields,
	sizeof(change_rule_fields) / sizeof(change_rule_fields[0]), NULL };

static void
count_kind(const void *row, struct datum *datum)
{
	(void)row;
	datum_text(datum, "count");
}

static void
count_of(const void *row, struct datum *datum)
{
	const struct change_count *of = row;

	datum_text(datum, of->of);
}

static void
count_before(const void *row, struct datum *datum)
{
	const struct change_count *of = row;

	datum_decision(datum, of->decision[CHANGE_BEFORE]);
}

static void
count_after(const void *row, struct datum *datum)
{
	const struct change_count *of = row;

	datum_decision(datum, of->decision[CHANGE_AFTER]);
}

static void
count_rows(const void *row, struct datum *datum)
{
	const struct change_count *of = row;

	datum_count(datum, of->rows);
}

static void
count_changed(const void *row, struct datum *datum)
{
	const struct change_count *of = row;

	datum_count(datum, of->changed);
}

static const struct field change_count_fields[] = {
	{ "kind", count_kind, FIELD_DATA, false, false },
	{ "of", count_of, FIELD_BOTH, false, false },
	{ "old", count_before, FIELD_BOTH, false, false },
	{ "new", count_after, FIELD_BOTH, false, false },
	{ "rows", count_rows, FIELD_BOTH, true, false },
	{ "changed", count_changed, FIELD_BOTH, true, false },
};

const struct row_kind change_count_rows = { "counts", "count",
	change_count_fields,
	sizeof(change_count_fields) / sizeof(change_count_fields[0]), NULL };

static void
row_kind(const void *row, struct datum *datum)
{
	(void)row;
	datum_text(datum, "verdict");
}

static void
row_of(const void *row, struct datum *datum)
{
	const struct change_row *of = row;

	datum_text(datum, of->of);
}

static void
row_id(const void *row, struct datum *datum)
{
	const struct change_row *of = row;

	datum_id(datum, of->flow_id);
}

static void
row_first(const void *row, struct datum *datum)
{
	const struct change_row *of = row;

	datum_time(datum, of->first_us);
}

static void
row_client(const void *row, struct datum *datum)
{
	const struct change_row *of = row;

	datum_addr(datum, &of->client);
}

static void
row_server(const void *row, struct datum *datum)
{
	const struct change_row *of = row;

	datum_none(datum);
	if (of->server.family != 0)
		datum_addr(datum, &of->server);
}

static void
row_port(const void *row, struct datum *datum)
{
	const struct change_row *of = row;

	datum_none(datum);
	if (of->server_port >= 0)
		datum_count(datum, (uint64_t)of->server_port);
}

static void
row_old(const void *row, struct datum *datum)
{
	const struct change_row *of = row;

	datum_decision(datum, of->verdict[CHANGE_BEFORE].decision);
}

static void
row_old_class(const void *row, struct datum *datum)
{
	const struct change_row *of = row;

	datum_text(datum, fs_class_name(of->verdict[CHANGE_BEFORE].class));
}

static void
row_old_protocol(const void *row, struct datum *datum)
{
	const struct change_row *of = row;

	datum_text(datum, of->verdict[CHANGE_BEFORE].protocol);
}

static void
row_old_score(const void *row, struct datum *datum)
{
	const struct change_row *of = row;

	datum_share(datum, of->verdict[CHANGE_BEFORE].score_ppm);
}

static void
row_new(const void *row, struct datum *datum)
{
	const struct change_row *of = row;

	datum_decision(datum, of->verdict[CHANGE_AFTER].decision);
}

static void
row_new_class(const void *row, struct datum *datum)
{
	const struct change_row *of = row;

	datum_text(datum, fs_class_name(of->verdict[CHANGE_AFTER].class));
}

static void
row_new_protocol(const void *row, struct datum *datum)
{
	const struct change_row *of = row;

	datum_text(datum, of->verdict[CHANGE_AFTER].protocol);
}

static void
row_new_score(const void *row, struct datum *datum)
{
	const struct change_row *of = row;

	datum_share(datum, of->verdict[CHANGE_AFTER].score_ppm);
}

static void
row_rules(const void *row, struct datum *datum)
{
	const struct change_row *of = row;

	datum_text(datum, of->rules);
}

static const struct field change_fields[] = {
	{ "kind", row_kind, FIELD_DATA, false, false },
	{ "of", row_of, FIELD_BOTH, false, false },
	{ "flow_id", row_id, FIELD_BOTH, false, false },
	{ "first", row_first, FIELD_DATA, false, false },
	{ "client", row_client, FIELD_BOTH, false, false },
	{ "server", row_server, FIELD_BOTH, false, false },
	{ "server_port", row_port, FIELD_BOTH, true, false },
	{ "old", row_old, FIELD_BOTH, false, false },
	{ "new", row_new, FIELD_BOTH, false, false },
	{ "old_score", row_old_score, FIELD_DATA, true, false },
	{ "new_score", row_new_score, FIELD_DATA, true, false },
	{ "old_class", row_old_class, FIELD_BOTH, false, false },
	{ "new_class", row_new_class, FIELD_BOTH, false, false },
	{ "old_protocol", row_old_protocol, FIELD_BOTH, false, false },
	{ "new_protocol", row_new_protocol, FIELD_BOTH, false, false },
	{ "rules", row_rules, FIELD_BOTH, false, true },
};

const struct row_kind change_rows = { "verdicts", "verdict", change_fields,
	sizeof(change_fields) / sizeof(change_fields[0]), NULL };

static void
note_kind(const void *row, struct datum *datum)
{
	(void)row;
	datum_text(datum, "note");
}

static void
note_text(const void *row, struct datum *datum)
{
	const struct change_note *of = row;

	datum_text(datum, of->text);
}

static const struct field change_note_fields[] = {
	{ "kind", note_kind, FIELD_DATA, false, false },
	{ "text", note_text, FIELD_BOTH, false, true },
};

const struct row_kind change_note_rows = { "notes", "note", change_note_fields,
	sizeof(change_note_fields) / sizeof(change_note_fields[0]), NULL };
