#include "report/explain.h"

/* The evidence of an explanation as rows. */

static const struct fs_evidence *
piece_of(const void *row)
{
	return row;
}

static void
get_rule(const void *row, struct datum *datum)
{
	datum_text(datum, piece_of(row)->rule);
}

static void
get_family(const void *row, struct datum *datum)
{
	datum_text(datum, piece_of(row)->family);
}

static void
get_llr(const void *row, struct datum *datum)
{
	datum_number(datum, piece_of(row)->llr);
}

static void
get_llr_full(const void *row, struct datum *datum)
{
	datum_number(datum, piece_of(row)->llr_full);
}

static void
get_class(const void *row, struct datum *datum)
{
	datum_text(datum, fs_class_name(piece_of(row)->class));
}

static void
get_count(const void *row, struct datum *datum)
{
	datum_count(datum, piece_of(row)->count);
}

static void
get_shadow(const void *row, struct datum *datum)
{
	datum_flag(datum, piece_of(row)->shadow);
}

static void
get_text(const void *row, struct datum *datum)
{
	datum_text(datum, piece_of(row)->text);
}

static const struct field piece_fields[] = {
	{ "rule", get_rule, FIELD_BOTH, false, false },
	{ "family", get_family, FIELD_BOTH, false, false },
	{ "llr", get_llr, FIELD_BOTH, true, false },
	{ "llr_full", get_llr_full, FIELD_BOTH, true, false },
	{ "class", get_class, FIELD_BOTH, false, false },
	{ "count", get_count, FIELD_BOTH, true, false },
	{ "shadow", get_shadow, FIELD_BOTH, false, false },
	{ "text", get_text, FIELD_BOTH, false, true },
};

static const struct row_kind piece_rows = { "evidence", "piece", piece_fields,
	sizeof(piece_fields) / sizeof(piece_fields[0]), NULL };

static const void *
next_piece(const void *ctx, size_t index)
{
	const struct explain *explain = ctx;

	return index < explain->evidence_count ? &explain->evidence[index]
					       : NULL;
}

int
explain_csv(const struct explain *explain, const struct fs_out *out,
    struct fs_err *err)
{
	struct doc doc;
	int rc;

	doc_init(&doc, out);
	rc = doc_table(&doc, &piece_rows, next_piece, explain, err);
	if (rc >= 0)
		rc = doc_end(&doc);
	doc_fini(&doc);
	return rc;
}
