/* A page as text for a terminal. */
#include "report/doc.h"

#include <string.h>

#include "report/text.h"

enum { STEP = 2, LEAST_ROOM = 20 };

static void
put_blanks(struct buf *buf, size_t count)
{
	while (count-- > 0)
		buf_add_char(buf, ' ');
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

/* Puts text, stressed where the terminal can. */
static void
put_stressed(struct doc *doc, const char *code, const char *text, size_t size)
{
	bool stress = doc->out->color && code != NULL;

	if (stress)
		buf_add_text(&doc->buf, code);
	buf_add(&doc->buf, text, size);
	if (stress)
		buf_add_text(&doc->buf, "\33[0m");
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
	size_t room = width > indent + LEAST_ROOM ? width - indent : 0;
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
title(struct doc *doc)
{
	put_stressed(doc, "\33[1m", doc->line.bytes, doc->line.size);
	buf_add_char(&doc->buf, '\n');
}

static void
section(struct doc *doc, const char *name)
{
	buf_add_char(&doc->buf, '\n');
	put_stressed(doc, "\33[1m", name, strlen(name));
	buf_add_char(&doc->buf, '\n');
}

static void
text(struct doc *doc, unsigned level, enum datum_tone tone)
{
	put_blanks(&doc->buf, (size_t)level * STEP);
	put_wrapped(doc, (size_t)level * STEP, tone);
}

static void
item(struct doc *doc, unsigned level, enum datum_tone tone)
{
	put_blanks(&doc->buf, (size_t)level * STEP);
	buf_add_text(&doc->buf, "- ");
	put_wrapped(doc, (size_t)level * STEP + 2, tone);
}

static void
fixed(struct doc *doc, enum datum_tone tone)
{
	put_blanks(&doc->buf, STEP);
	put_stressed(doc, tone_code(tone), doc->line.bytes, doc->line.size);
	buf_add_char(&doc->buf, '\n');
}

static void
command(struct doc *doc)
{
	fixed(doc, TONE_PLAIN);
}

const struct doc_style doc_style_text = { NULL, title, section, text, item,
	command, fixed, NULL, NULL, false };
