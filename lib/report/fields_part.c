/* The fields of a condition's parts. */
#include "report/fields.h"

#include <stdio.h>

static const struct fs_part *
part_of(const void *row)
{
	return row;
}

static void
get_ask(const void *row, struct datum *datum)
{
	datum_count(datum, part_of(row)->first);
}

static void
get_depth(const void *row, struct datum *datum)
{
	datum_count(datum, part_of(row)->depth);
}

static void
get_part(const void *row, struct datum *datum)
{
	datum_text(datum, part_of(row)->kind);
}

/* The tree, for people. */
static void
get_tree(const void *row, struct datum *datum)
{
	const struct fs_part *part = part_of(row);
	char text[DATUM_ROOM];

	snprintf(text, sizeof(text), "%*s%s", (int)part->depth * 2, "",
	    part->kind);
	datum_text(datum, text);
}

static void
get_text(const void *row, struct datum *datum)
{
	datum_text(datum, part_of(row)->text);
}

static void
get_types(const void *row, struct datum *datum)
{
	datum_text(datum, part_of(row)->types);
}

static void
get_questions(const void *row, struct datum *datum)
{
	datum_count(datum, part_of(row)->questions);
}

static void
get_cost(const void *row, struct datum *datum)
{
	datum_text(datum, part_of(row)->cost);
}

static void
get_work(const void *row, struct datum *datum)
{
	datum_text(datum, part_of(row)->work);
}

static const struct field part_fields[] = {
	{ "ask", get_ask, FIELD_BOTH, true, false },
	{ "depth", get_depth, FIELD_DATA, true, false },
	{ "part", get_part, FIELD_DATA, false, false },
	{ "tree", get_tree, FIELD_TABLE, false, false },
	{ "questions", get_questions, FIELD_BOTH, true, false },
	{ "cost", get_cost, FIELD_BOTH, false, false },
	{ "work", get_work, FIELD_BOTH, false, false },
	{ "text", get_text, FIELD_BOTH, false, true },
	{ "types", get_types, FIELD_BOTH, false, true },
};

const struct row_kind part_rows = { "parts", "part", part_fields,
	sizeof(part_fields) / sizeof(part_fields[0]), NULL };
