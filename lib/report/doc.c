#include "report/doc.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "report/text.h"

void
doc_init(struct doc *doc, const struct fs_out *out)
{
	doc->out = out;
	doc->style = out->format == FS_FORMAT_MARKDOWN ? &doc_style_markdown
	    : out->format == FS_FORMAT_HTML            ? &doc_style_html
						       : &doc_style_text;
	doc->open = 0;
	buf_init(&doc->buf);
	buf_init(&doc->line);
	buf_init(&doc->summary);
	if (doc->style->begin != NULL)
		doc->style->begin(doc);
}

void
doc_fini(struct doc *doc)
{
	buf_fini(&doc->buf);
	buf_fini(&doc->line);
	buf_fini(&doc->summary);
}

/* ---- Parts -------------------------------------------------------------- */

static void
clear_line(struct doc *doc)
{
	doc->buf.error |= buf_error(&doc->line);
	buf_clear(&doc->line);
}

void
doc_title(struct doc *doc)
{
	doc->style->title(doc);
	clear_line(doc);
}

void
doc_section(struct doc *doc, const char *name)
{
	doc->style->section(doc, name);
}

void
doc_text(struct doc *doc, unsigned level, enum datum_tone tone)
{
	doc->style->text(doc, level, tone);
	clear_line(doc);
}

void
doc_item(struct doc *doc, unsigned level, enum datum_tone tone)
{
	doc->style->item(doc, level, tone);
	clear_line(doc);
}

void
doc_command(struct doc *doc)
{
	doc->style->command(doc);
	clear_line(doc);
}

void
doc_fixed(struct doc *doc, enum datum_tone tone)
{
	doc->style->fixed(doc, tone);
	clear_line(doc);
}

/* ---- Tables ------------------------------------------------------------- */

static int
add_to_page(void *ctx, const char *bytes, size_t size)
{
	struct buf *buf = ctx;

	buf_add(buf, bytes, size);
	return buf_error(buf);
}

int
doc_table(struct doc *doc, const struct row_kind *kind,
    const void *(*each)(const void *ctx, size_t index), const void *ctx,
    struct fs_err *err)
{
	struct rows *rows = calloc(1, sizeof(*rows));
	struct fs_out out = *doc->out;
	const void *row;
	size_t i;
	int rc;

	if (rows == NULL)
		return -ENOMEM;
	if (doc->style->table != NULL)
		doc->style->table(doc);
	out.write = add_to_page;
	out.ctx = &doc->buf;
	out.fields = NULL;
	rows->within = true;
	rc = rows_begin(rows, kind, &out, err);
	for (i = 0; rc >= 0 && (row = each(ctx, i)) != NULL; i++)
		rc = rows_add(rows, row);
	if (rc >= 0)
		rc = rows_end(rows, i);
	rows_fini(rows);
	free(rows);
	return rc;
}

void
doc_figure(struct doc *doc, const char *caption,
    void (*draw)(const void *ctx, struct buf *buf), const void *ctx)
{
	if (!doc->style->pictures)
		return;
	doc->style->table(doc);
	buf_add_text(&doc->buf, "<figure>\n");
	draw(ctx, &doc->buf);
	buf_printf(&doc->buf, "<figcaption>%s</figcaption>\n</figure>\n",
	    caption);
}

int
doc_end(struct doc *doc)
{
	int rc;

	if (doc->style->end != NULL)
		doc->style->end(doc);
	if ((rc = buf_error(&doc->buf)) < 0)
		return rc;
	return doc->out->write(doc->out->ctx, doc->buf.bytes, doc->buf.size);
}

/* ---- Words -------------------------------------------------------------- */

void
doc_count(struct buf *buf, uint64_t count)
{
	char digits[24];
	size_t i,
	    size = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, count);

	for (i = 0; i < size; i++) {
		if (i > 0 && (size - i) % 3 == 0)
			buf_add_char(buf, ',');
		buf_add_char(buf, digits[i]);
	}
}

void
doc_counted(struct buf *buf, uint64_t count, const char *what)
{
	doc_count(buf, count);
	buf_printf(buf, " %s%s", what, count == 1 ? "" : "s");
}

void
doc_bytes(struct buf *buf, uint64_t bytes)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB",
		"EB" };
	size_t unit = 0;
	uint64_t tenths;

	if (bytes < 1000) {
		buf_printf(buf, "%" PRIu64 " B", bytes);
		return;
	}
	for (; bytes >= 1000000 && unit < 5; unit++)
		bytes /= 1000;
	tenths = bytes / 100;
	buf_printf(buf, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10, tenths % 10,
	    units[unit + 1]);
}

void
doc_time(struct buf *buf, uint64_t time_us)
{
	char text[NUM_TIME_SIZE];

	num_format_time(time_us, text);
	buf_printf(buf, "%.19sZ", text);
}

void
doc_digest(struct buf *buf, const char *digest)
{
	text_escape(buf, digest, strnlen(digest, 12));
}

void
doc_percent(struct buf *buf, uint64_t part, uint64_t whole)
{
	/* Counters near their maximum would overflow. */
	while (part > UINT64_MAX / 2000) {
		part /= 2;
		whole /= 2;
	}
	part = (part * 1000 + whole / 2) / whole;
	buf_printf(buf, "%" PRIu64 ".%" PRIu64 " %%", part / 10, part % 10);
}

void
doc_nats(struct buf *buf, int64_t milli)
{
	int64_t size = milli < 0 ? -milli : milli;

	buf_printf(buf, "%c%" PRId64 ".%03" PRId64, milli < 0 ? '-' : '+',
	    size / 1000, size % 1000);
}

void
doc_like(struct buf *buf, const struct fs_out *out, const char *words)
{
	const char *rest = out->command;
	unsigned i;

	buf_printf(buf, "flowscan %s", words);
	for (i = 0; i < 2 && rest != NULL; i++)
		rest = strchr(rest, ' ') ? strchr(rest, ' ') + 1 : NULL;
	if (rest != NULL) {
		buf_add_char(buf, ' ');
		text_escape(buf, rest, strlen(rest));
	}
}
