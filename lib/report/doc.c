#include "report/doc.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "report/text.h"

enum { STEP = 2 };

/* How a page is written: one table a format. Each part takes what stands in
 * the line, which is emptied after it. */
struct doc_format {
	void (*title)(struct doc *doc);
	void (*section)(struct doc *doc, const char *name);
	void (*text)(struct doc *doc, unsigned level, enum datum_tone tone);
	void (*item)(struct doc *doc, unsigned level, enum datum_tone tone);
	/* One line whose blanks matter. */
	void (*fixed)(struct doc *doc, enum datum_tone tone);
};

static void
put_blanks(struct buf *buf, size_t count)
{
	while (count-- > 0)
		buf_add_char(buf, ' ');
}

/* ---- Plain text --------------------------------------------------------- */

/* Begins and ends what is stressed. */
static void
put_tone(struct doc *doc, const char *code)
{
	if (doc->out->color && code != NULL)
		buf_add_text(&doc->buf, code);
}

static const char *
tone_code(enum datum_tone tone)
{
	switch (tone) {
	case TONE_GOOD: return "\33[32m";
	case TONE_DOUBT: return "\33[33m";
	case TONE_BAD: return "\33[31m";
	case TONE_FAINT: return "\33[2m";
	default: return NULL;
	}
}

static void
put_stressed(struct doc *doc, const char *code, const char *text, size_t size)
{
	put_tone(doc, code);
	buf_add(&doc->buf, text, size);
	put_tone(doc, code != NULL ? "\33[0m" : NULL);
}

/* How many bytes of the text go on a line of 'room' columns: up to a blank
 * where there is one. */
static size_t
wrap(const char *text, size_t size, size_t room)
{
	size_t fit = text_fit(text, size, room), at;

	if (fit == size)
		return size;
	for (at = fit; at > 0; at--)
		if (text[at] == ' ')
			return at;
	return fit > 0 ? fit : size;
}

/* Puts the line in as many as the terminal needs; those after the first one
 * begin below its first word. */
static void
put_wrapped(struct doc *doc, size_t indent, enum datum_tone tone)
{
	const char *text = doc->line.bytes;
	size_t left = doc->line.size, size, width = doc->out->width;
	size_t room = width > indent + 20 ? width - indent : 0;
	bool first = true;

	while (left > 0) {
		size = room > 0 ? wrap(text, left, room) : left;
		if (!first) {
			buf_add_char(&doc->buf, '\n');
			put_blanks(&doc->buf, indent);
		}
		first = false;
		put_stressed(doc, tone_code(tone), text, size);
		text += size;
		left -= size;
		while (left > 0 && *text == ' ') {
			text++;
			left--;
		}
	}
	buf_add_char(&doc->buf, '\n');
}

static void
plain_title(struct doc *doc)
{
	put_stressed(doc, "\33[1m", doc->line.bytes, doc->line.size);
	buf_add_char(&doc->buf, '\n');
}

static void
plain_section(struct doc *doc, const char *name)
{
	buf_add_char(&doc->buf, '\n');
	put_stressed(doc, "\33[1m", name, strlen(name));
	buf_add_char(&doc->buf, '\n');
}

static void
plain_text(struct doc *doc, unsigned level, enum datum_tone tone)
{
	put_blanks(&doc->buf, (size_t)level * STEP);
	put_wrapped(doc, (size_t)level * STEP, tone);
}

static void
plain_item(struct doc *doc, unsigned level, enum datum_tone tone)
{
	put_blanks(&doc->buf, (size_t)level * STEP);
	buf_add_text(&doc->buf, "- ");
	put_wrapped(doc, (size_t)level * STEP + 2, tone);
}

static void
plain_fixed(struct doc *doc, enum datum_tone tone)
{
	put_blanks(&doc->buf, STEP);
	put_stressed(doc, tone_code(tone), doc->line.bytes, doc->line.size);
	buf_add_char(&doc->buf, '\n');
}

static const struct doc_format plain = { plain_title, plain_section, plain_text,
	plain_item, plain_fixed };

/* ---- Markdown ----------------------------------------------------------- */

static void
markdown_title(struct doc *doc)
{
	buf_add_text(&doc->buf, "# ");
	text_markdown(&doc->buf, doc->line.bytes, doc->line.size);
	buf_add_text(&doc->buf, "\n\n");
}

static void
markdown_section(struct doc *doc, const char *name)
{
	buf_printf(&doc->buf, "\n## %s\n\n", name);
}

/* A paragraph that follows a table or a list line by line would belong to
 * it. */
static void
markdown_text(struct doc *doc, unsigned level, enum datum_tone tone)
{
	const struct buf *page = &doc->buf;

	(void)level;
	(void)tone;
	if (page->size >= 2 && page->bytes[page->size - 1] == '\n' &&
	    page->bytes[page->size - 2] != '\n')
		buf_add_char(&doc->buf, '\n');
	text_markdown(&doc->buf, doc->line.bytes, doc->line.size);
	buf_add_text(&doc->buf, "\n\n");
}

static void
markdown_item(struct doc *doc, unsigned level, enum datum_tone tone)
{
	(void)tone;
	put_blanks(&doc->buf, (size_t)(level - 1) * STEP);
	buf_add_text(&doc->buf, "- ");
	text_markdown(&doc->buf, doc->line.bytes, doc->line.size);
	buf_add_char(&doc->buf, '\n');
}

/* Four blanks make it code, where nothing acts. */
static void
markdown_fixed(struct doc *doc, enum datum_tone tone)
{
	(void)tone;
	put_blanks(&doc->buf, 4);
	buf_add(&doc->buf, doc->line.bytes, doc->line.size);
	buf_add_char(&doc->buf, '\n');
}

static const struct doc_format markdown = { markdown_title, markdown_section,
	markdown_text, markdown_item, markdown_fixed };

/* ---- Parts -------------------------------------------------------------- */

void
doc_init(struct doc *doc, const struct fs_out *out)
{
	doc->out = out;
	doc->format = out->format == FS_FORMAT_MARKDOWN ? &markdown : &plain;
	buf_init(&doc->buf);
	buf_init(&doc->line);
}

void
doc_fini(struct doc *doc)
{
	buf_fini(&doc->buf);
	buf_fini(&doc->line);
}

static void
clear_line(struct doc *doc)
{
	doc->buf.error |= buf_error(&doc->line);
	buf_clear(&doc->line);
}

void
doc_title(struct doc *doc)
{
	doc->format->title(doc);
	clear_line(doc);
}

void
doc_section(struct doc *doc, const char *name)
{
	doc->format->section(doc, name);
}

void
doc_text(struct doc *doc, unsigned level, enum datum_tone tone)
{
	doc->format->text(doc, level, tone);
	clear_line(doc);
}

void
doc_item(struct doc *doc, unsigned level, enum datum_tone tone)
{
	doc->format->item(doc, level, tone);
	clear_line(doc);
}

void
doc_command(struct doc *doc)
{
	doc_fixed(doc, TONE_PLAIN);
}

void
doc_fixed(struct doc *doc, enum datum_tone tone)
{
	doc->format->fixed(doc, tone);
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
	out.write = add_to_page;
	out.ctx = &doc->buf;
	out.fields = NULL;
	rc = rows_begin(rows, kind, &out, err);
	for (i = 0; rc >= 0 && (row = each(ctx, i)) != NULL; i++)
		rc = rows_add(rows, row);
	if (rc >= 0)
		rc = rows_end(rows, i);
	rows_fini(rows);
	free(rows);
	return rc;
}

int
doc_end(struct doc *doc)
{
	int rc = buf_error(&doc->buf);

	if (rc < 0)
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
