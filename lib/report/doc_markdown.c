/* A page as Markdown, for tickets. */
#include "report/doc.h"
#include "report/text.h"

static void
put_line(struct doc *doc)
{
	text_markdown(&doc->buf, doc->line.bytes, doc->line.size);
}

static void
title(struct doc *doc)
{
	buf_add_text(&doc->buf, "# ");
	put_line(doc);
	buf_add_text(&doc->buf, "\n\n");
}

static void
section(struct doc *doc, const char *name)
{
	buf_printf(&doc->buf, "\n## %s\n\n", name);
}

/* A paragraph that follows a table or a list line by line would belong to
 * it. */
static void
text(struct doc *doc, unsigned level, enum datum_tone tone)
{
	const struct buf *page = &doc->buf;

	(void)level;
	(void)tone;
	if (page->size >= 2 && page->bytes[page->size - 1] == '\n' &&
	    page->bytes[page->size - 2] != '\n')
		buf_add_char(&doc->buf, '\n');
	put_line(doc);
	buf_add_text(&doc->buf, "\n\n");
}

static void
item(struct doc *doc, unsigned level, enum datum_tone tone)
{
	(void)tone;
	buf_printf(&doc->buf, "%*s- ", (int)(level - 1) * 2, "");
	put_line(doc);
	buf_add_char(&doc->buf, '\n');
}

/* Four blanks make it code, where nothing acts. */
static void
fixed(struct doc *doc, enum datum_tone tone)
{
	(void)tone;
	buf_add_text(&doc->buf, "    ");
	buf_add(&doc->buf, doc->line.bytes, doc->line.size);
	buf_add_char(&doc->buf, '\n');
}

static void
command(struct doc *doc)
{
	fixed(doc, TONE_PLAIN);
}

const struct doc_style doc_style_markdown = { NULL, title, section, text, item,
	command, fixed, NULL, NULL, false };
