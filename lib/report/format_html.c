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

/* The page that a cell leads to, or null. */
static const char *
page_of(const struct rows *rows, const struct column *column)
{
	static const struct {
		const char *name, *page;
	} pages[] = {
		{ "client", "/explain?subject=" },
		{ "client_ip", "/explain?subject=" },
		{ "flow_id", "/explain?subject=" },
		{ "class", "/clients?class=" },
		{ "country", "/clients?country=" },
		{ "asn", "/clients?asn=" },
		{ "rule", "/clients?rule=" },
		{ "service", "/clients?service=" },
		{ "sensor", "/clients?sensor=" },
	};
	size_t i;

	for (i = 0; rows->out->links && i < sizeof(pages) / sizeof(pages[0]);
	     i++)
		if (strcmp(pages[i].name, column->name) == 0)
			return pages[i].page;
	return NULL;
}

/* Of "198.51.100.7:443" a client is the address alone. */
static size_t
linked_size(const struct column *column, const struct buf *cell)
{
	const char *colon;

	if (strcmp(column->name, "client") != 0 || cell->size == 0)
		return cell->size;
	colon = memrchr(cell->bytes, ':', cell->size);
	if (colon == NULL || memchr(cell->bytes, ':', cell->size) != colon)
		return cell->size;
	return (size_t)(colon - cell->bytes);
}

static void
put_cell(struct rows *rows, const struct column *column)
{
	const struct buf *cell = &rows->cells;
	const char *page = page_of(rows, column);

	if (page != NULL && cell->size > 0)
		html_link(&rows->buf, page, cell->bytes,
		    linked_size(column, cell));
	html_text(&rows->buf, cell->bytes, cell->size);
	if (page != NULL && cell->size > 0)
		buf_add_text(&rows->buf, "</a>");
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
		put_cell(rows, &rows->column[i]);
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
