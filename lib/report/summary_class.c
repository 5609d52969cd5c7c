#include <stdio.h>

#include "report/summary.h"

/* What share of the traffic is what: a line a class. */
/* ---- Lines of traffic --------------------------------------------------- */

static void
add_cell(struct store_cell *sum, const struct store_cell *cell)
{
	sum->flows += cell->flows;
	sum->clients += cell->clients;
	sum->packets += cell->packets;
	sum->bytes += cell->bytes;
}

void
summary_class_line(const struct summary *summary, int class,
    struct summary_class *line)
{
	int i;

	*line = (struct summary_class){ .class = class,
		.whole = summary->now.all.flows };
	if (class == FS_CLASS_COUNT) {
		line->sum = summary->now.unjudged;
		return;
	}
	for (i = 0; i < 3; i++) {
		line->decision[i] = summary->now.judged[class][i];
		add_cell(&line->sum, &line->decision[i]);
	}
}

static const struct summary_class *
class_of(const void *row)
{
	return row;
}

static void
get_class(const void *row, struct datum *datum)
{
	int class = class_of(row)->class;

	datum_text(datum,
	    class == FS_CLASS_COUNT ? "(not judged)" : fs_class_name(class));
}

static void
get_flows(const void *row, struct datum *datum)
{
	datum_count(datum, class_of(row)->sum.flows);
}

static void
get_share(const void *row, struct datum *datum)
{
	char text[DATUM_ROOM];
	struct buf buf;

	buf_init(&buf);
	if (class_of(row)->whole > 0)
		doc_percent(&buf, class_of(row)->sum.flows,
		    class_of(row)->whole);
	snprintf(text, sizeof(text), "%s", buf_text(&buf));
	datum_text(datum, text);
	buf_fini(&buf);
}

static void
get_clean(const void *row, struct datum *datum)
{
	datum_count(datum, class_of(row)->decision[FS_CLEAN].flows);
}

static void
get_review(const void *row, struct datum *datum)
{
	datum_count(datum, class_of(row)->decision[FS_REVIEW].flows);
	if (datum->count > 0)
		datum->tone = TONE_DOUBT;
}

static void
get_anomalous(const void *row, struct datum *datum)
{
	datum_count(datum, class_of(row)->decision[FS_ANOMALOUS].flows);
	if (datum->count > 0)
		datum->tone = TONE_BAD;
}

static void
get_clients(const void *row, struct datum *datum)
{
	datum_count(datum, class_of(row)->sum.clients);
}

static void
get_bytes(const void *row, struct datum *datum)
{
	datum_count(datum, class_of(row)->sum.bytes);
}

static const struct field class_fields[] = {
	{ "class", get_class, FIELD_BOTH, false, false },
	{ "flows", get_flows, FIELD_BOTH, true, false },
	{ "share", get_share, FIELD_TABLE, true, false },
	{ "clean", get_clean, FIELD_BOTH, true, false },
	{ "review", get_review, FIELD_BOTH, true, false },
	{ "anomalous", get_anomalous, FIELD_BOTH, true, false },
	{ "clients", get_clients, FIELD_BOTH, true, false },
	{ "bytes", get_bytes, FIELD_BOTH, true, false },
};

static const struct row_kind class_rows = { "traffic", "class", class_fields,
	sizeof(class_fields) / sizeof(class_fields[0]), NULL };

/* The lines of the classes that were met. */
struct class_lines {
	struct summary_class line[FS_CLASS_COUNT + 1];
	size_t count;
};

static const void *
next_class(const void *ctx, size_t index)
{
	const struct class_lines *lines = ctx;

	return index < lines->count ? &lines->line[index] : NULL;
}

int
summary_classes(const struct summary *summary, struct doc *doc,
    struct fs_err *err)
{
	struct class_lines lines = { .count = 0 };
	struct summary_class *line;
	int kind;

	for (kind = 0; kind <= FS_CLASS_COUNT; kind++) {
		line = &lines.line[lines.count];
		summary_class_line(summary, kind, line);
		if (line->sum.flows > 0 || line->sum.clients > 0)
			lines.count++;
	}
	return doc_table(doc, &class_rows, next_class, &lines, err);
}

int
summary_csv(const struct summary *summary, const struct fs_out *out,
    struct fs_err *err)
{
	struct doc doc;
	int rc;

	doc_init(&doc, out);
	if ((rc = summary_classes(summary, &doc, err)) >= 0)
		rc = doc_end(&doc);
	doc_fini(&doc);
	return rc;
}
