/* A page as HTML. What stands below an item of a list can be folded away. */
#include "report/doc.h"

#include <string.h>

#include "base/addr.h"
#include "report/html.h"

/* What is open at the end of the page so far. An item of the first level waits
 * in doc->summary until it is known whether something is below it. */
enum doc_html_open {
	OPEN_NOTHING,
	OPEN_LIST,    /* <ul>, and perhaps an item that waits. */
	OPEN_DETAILS, /* <ul><li><details><ul> */
	OPEN_FIXED,   /* <pre> */
};

static const char *
tone_class(enum datum_tone tone)
{
	switch (tone) {
	case TONE_GOOD: return "good";
	case TONE_DOUBT: return "doubt";
	case TONE_BAD: return "bad";
	case TONE_FAINT: return "faint";
	default: return NULL;
	}
}

/* How much of the line's begin is a client, which has a page of its own. */
static size_t
client_size(const struct doc *doc)
{
	const struct buf *line = &doc->line;
	const char *blank =
	    line->size > 0 ? memchr(line->bytes, ' ', line->size) : NULL;
	size_t size = blank != NULL ? (size_t)(blank - line->bytes) : 0;
	char text[ADDR_TEXT_SIZE + 4];
	struct fs_prefix prefix;

	if (size > 0 && line->bytes[size - 1] == ':')
		size--;
	if (!doc->out->links || size == 0 || size >= sizeof(text))
		return 0;
	memcpy(text, line->bytes, size);
	text[size] = '\0';
	return addr_parse_prefix(text, true, &prefix) ? size : 0;
}

/* Adds the line, stressed. */
static void
put_line(struct doc *doc, struct buf *to, enum datum_tone tone)
{
	const char *class = tone_class(tone);
	size_t linked = client_size(doc);

	if (class != NULL)
		buf_printf(to, "<span class=\"%s\">", class);
	if (linked > 0) {
		html_link(to, "/explain?subject=", doc->line.bytes, linked);
		html_text(to, doc->line.bytes, linked);
		buf_add_text(to, "</a>");
	}
	html_text(to, doc->line.bytes + linked, doc->line.size - linked);
	if (class != NULL)
		buf_add_text(to, "</span>");
}

/* Puts the item that waits, with nothing below it. */
static void
put_waiting(struct doc *doc)
{
	if (doc->summary.size == 0)
		return;
	buf_add_text(&doc->buf, "<li>");
	buf_add(&doc->buf, doc->summary.bytes, doc->summary.size);
	buf_add_text(&doc->buf, "</li>\n");
	doc->buf.error |= buf_error(&doc->summary);
	buf_clear(&doc->summary);
}

/* Closes down to what 'want' names; what is not open is not opened. */
static void
close_to(struct doc *doc, enum doc_html_open want)
{
	if (doc->open == OPEN_FIXED && want != OPEN_FIXED) {
		buf_add_text(&doc->buf, "</pre>\n");
		doc->open = OPEN_NOTHING;
	}
	if (doc->open == OPEN_DETAILS && want != OPEN_DETAILS) {
		buf_add_text(&doc->buf, "</ul></details></li>\n");
		doc->open = OPEN_LIST;
	}
	if (doc->open == OPEN_LIST && want != OPEN_LIST &&
	    want != OPEN_DETAILS) {
		put_waiting(doc);
		buf_add_text(&doc->buf, "</ul>\n");
		doc->open = OPEN_NOTHING;
	}
}

static void
open_list(struct doc *doc)
{
	if (doc->open == OPEN_NOTHING) {
		buf_add_text(&doc->buf, "<ul>\n");
		doc->open = OPEN_LIST;
	}
}

static void
title(struct doc *doc)
{
	html_begin(&doc->buf, doc->line.bytes, doc->line.size);
	buf_add_text(&doc->buf, "<h1>");
	put_line(doc, &doc->buf, TONE_PLAIN);
	buf_add_text(&doc->buf, "</h1>\n");
}

static void
section(struct doc *doc, const char *name)
{
	close_to(doc, OPEN_NOTHING);
	buf_add_text(&doc->buf, "<h2>");
	html_text(&doc->buf, name, strlen(name));
	buf_add_text(&doc->buf, "</h2>\n");
}

static void
text(struct doc *doc, unsigned level, enum datum_tone tone)
{
	(void)level;
	close_to(doc, OPEN_NOTHING);
	buf_add_text(&doc->buf, "<p>");
	put_line(doc, &doc->buf, tone);
	buf_add_text(&doc->buf, "</p>\n");
}

static void
first_item(struct doc *doc, enum datum_tone tone)
{
	close_to(doc, OPEN_LIST);
	open_list(doc);
	put_waiting(doc);
	put_line(doc, &doc->summary, tone);
}

static void
item(struct doc *doc, unsigned level, enum datum_tone tone)
{
	if (level <= 1 || doc->open == OPEN_NOTHING ||
	    doc->open == OPEN_FIXED) {
		first_item(doc, tone);
		return;
	}
	if (doc->open == OPEN_LIST) {
		buf_add_text(&doc->buf, "<li><details open><summary>");
		buf_add(&doc->buf, doc->summary.bytes, doc->summary.size);
		buf_add_text(&doc->buf, "</summary>\n<ul>\n");
		buf_clear(&doc->summary);
		doc->open = OPEN_DETAILS;
	}
	buf_add_text(&doc->buf, "<li>");
	put_line(doc, &doc->buf, tone);
	buf_add_text(&doc->buf, "</li>\n");
}

static void
fixed(struct doc *doc, enum datum_tone tone)
{
	close_to(doc, OPEN_FIXED);
	if (doc->open != OPEN_FIXED)
		buf_add_text(&doc->buf, "<pre>");
	doc->open = OPEN_FIXED;
	put_line(doc, &doc->buf, tone);
	buf_add_char(&doc->buf, '\n');
}

static void
command(struct doc *doc)
{
	fixed(doc, TONE_PLAIN);
}

static void
table(struct doc *doc)
{
	close_to(doc, OPEN_NOTHING);
}

static void
end(struct doc *doc)
{
	close_to(doc, OPEN_NOTHING);
	html_end(&doc->buf);
}

const struct doc_style doc_style_html = { NULL, title, section, text, item,
	command, fixed, table, end, true };
