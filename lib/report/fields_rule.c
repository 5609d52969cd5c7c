#include <string.h>

#include "report/fields.h"

static const struct fs_rule_info *
info_of(const void *row)
{
	return row;
}

static void
put_text(struct datum *datum, const char *text)
{
	datum_text(datum, text ? text : "");
}

static void
get_rule(const void *row, struct datum *datum)
{
	put_text(datum, info_of(row)->name);
}

static void
get_class(const void *row, struct datum *datum)
{
	put_text(datum, fs_class_name(info_of(row)->class));
}

static void
get_protocol(const void *row, struct datum *datum)
{
	put_text(datum, info_of(row)->protocol);
}

static void
get_family(const void *row, struct datum *datum)
{
	put_text(datum, info_of(row)->family);
}

static void
get_scope(const void *row, struct datum *datum)
{
	datum_text(datum, info_of(row)->client_scope ? "client" : "flow");
}

static void
get_state(const void *row, struct datum *datum)
{
	const struct fs_rule_info *info = info_of(row);

	datum_text(datum,
	    !info->enabled     ? "disabled"
		: info->shadow ? "shadow"
			       : "counts");
}

/* Nats. */
static void
get_weight(const void *row, struct datum *datum)
{
	datum_number(datum, info_of(row)->llr_true);
}

static void
get_tests(const void *row, struct datum *datum)
{
	datum_count(datum, info_of(row)->test_count);
}

static void
get_file(const void *row, struct datum *datum)
{
	put_text(datum, info_of(row)->file);
}

static void
get_line(const void *row, struct datum *datum)
{
	datum_count(datum, info_of(row)->line);
}

static void
get_desc(const void *row, struct datum *datum)
{
	put_text(datum, info_of(row)->desc);
}

static void
get_condition(const void *row, struct datum *datum)
{
	put_text(datum, info_of(row)->condition);
}

static const struct field rule_fields[] = {
	{ "rule", get_rule, FIELD_BOTH, false, false },
	{ "class", get_class, FIELD_BOTH, false, false },
	{ "protocol", get_protocol, FIELD_BOTH, false, false },
	{ "family", get_family, FIELD_BOTH, false, false },
	{ "scope", get_scope, FIELD_BOTH, false, false },
	{ "weight", get_weight, FIELD_BOTH, true, false },
	{ "state", get_state, FIELD_BOTH, false, false },
	{ "tests", get_tests, FIELD_BOTH, true, false },
	{ "desc", get_desc, FIELD_BOTH, false, true },
	{ "condition", get_condition, FIELD_DATA, false, true },
	{ "file", get_file, FIELD_DATA, false, false },
	{ "line", get_line, FIELD_DATA, true, false },
};

const struct row_kind rule_rows = { "rules", "rule", rule_fields,
	sizeof(rule_fields) / sizeof(rule_fields[0]), NULL };
