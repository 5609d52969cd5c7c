/* The parts of a condition, a line each. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "report/rows.h"

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

static const struct row_kind part_rows = { "parts", "part", part_fields,
	sizeof(part_fields) / sizeof(part_fields[0]), NULL };

/* Writing begins with the first part, when the condition is known to be
 * right. */
struct writing {
	struct rows rows;
	const struct fs_out *out;
	struct fs_err *err;
	uint64_t count;
};

static int
give_part(void *ctx, const struct fs_part *part)
{
	struct writing *writing = ctx;
	int rc = 0;

	if (writing->count++ == 0)
		rc = rows_begin(&writing->rows, &part_rows, writing->out,
		    writing->err);
	return rc < 0 ? rc : rows_add(&writing->rows, part);
}

int
fs_report_condition(const struct fs_condition *condition, fs_fault_fn *fault,
    const struct fs_out *out, struct fs_err *err, uint64_t *matched)
{
	struct writing *writing = calloc(1, sizeof(*writing));
	int rc;

	if (writing == NULL)
		return err_set(err, -ENOMEM, "no memory is left");
	writing->out = out;
	writing->err = err;
	rc = fs_condition_explain(condition, fault, give_part, writing, err);
	if (rc == 0)
		rc = rows_end(&writing->rows, writing->count);
	if (rc == 0 && matched != NULL)
		*matched = writing->count;
	rows_fini(&writing->rows);
	free(writing);
	return rc;
}
