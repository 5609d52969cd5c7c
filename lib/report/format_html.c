#include <string.h>

#include "report/html.h"
#include "report/rows.h"

/* A table of HTML: a page of its own, unless it stands within one. */

static bool
is_right(const struct column *column)
{
	return column->field == NULL || column->field->right;
}

static void
html_table_begin(struct rows *rows)
{
	const char *title = rows->title ? rows->title : rows->kind->name;
	size_t i;

	if (!rows->within) {
		html_begin(&rows->buf, title, strlen(title));
		buf_add_text(&rows->buf, "<h1>");
		html_text(&rows->buf, title, strlen(title));
		buf_add_text(&rows->buf, "</h1>\n");
	}
	buf_add_text(&rows->buf,
	    "<div class=\"wide\" tabindex=\"0\">\n<table>\n<thead><tr>");
	for (i = 0; i < rows->column_count; i++)
		buf_printf(&rows->buf, "<th scope=\"col\"%s>%s</th>",
		    is_right(&rows->column[i]) ? " class=\"n\"" : "",
		    rows->column[i].name);
	buf_add_text(&rows->buf, "</tr></thead>\n<tbody>\n");
}

static const char *
tone_class(const struct datum *datum, bool right)
{
	switch (datum->tone) {
	case TONE_GOOD: return " class=\"good\"";
	case TONE_DOUBT: return " class=\"doubt\"";
	case TONE_BAD: return " class=\"bad\"";
	default: return right ? " class=\"n\"" : "";
	}
}

static void
html_row(struct rows *rows, const struct datum *datum)
{
	struct buf *cell = &rows->cells;
	size_t i;

	buf_add_text(&rows->buf, "<tr>");
	for (i = 0; i < rows->column_count; i++) {
		buf_clear(cell);
		datum_words(&datum[i], false, cell);
		buf_printf(&rows->buf, "<td%s>",
		    tone_class(&datum[i], is_right(&rows->column[i])));
		html_text(&rows->buf, cell->bytes, cell->size);
		buf_add_text(&rows->buf, "</td>");
		rows->buf.error |= buf_error(cell);
	}
	buf_add_text(&rows->buf, "</tr>\n");
}

static void
html_table_end(struct rows *rows)
{
	buf_add_text(&rows->buf, "</tbody>\n</table>\n</div>\n");
	if (rows->within)
		return;
	buf_add_text(&rows->buf, "<p class=\"faint\">");
	rows_footer(rows, "");
	buf_add_text(&rows->buf, "</p>\n");
	html_end(&rows->buf);
}

const struct report_format format_html = { html_table_begin, html_row,
	html_table_end };
