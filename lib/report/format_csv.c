#include "report/rows.h"
#include "report/text.h"

/* RFC 4180, with a line of names, in UTF-8. */

static void
csv_begin(struct rows *rows)
{
	size_t i;

	for (i = 0; i < rows->column_count; i++) {
		if (i > 0)
			buf_add_char(&rows->buf, ',');
		buf_add_text(&rows->buf, rows->column[i].name);
	}
	buf_add_text(&rows->buf, "\r\n");
}

/* Numbers are no formulas; all else is a text that might be one. */
static bool
is_number(const struct datum *datum)
{
	return datum->kind == DATUM_COUNT || datum->kind == DATUM_NUMBER ||
	    datum->kind == DATUM_SHARE;
}

static void
csv_row(struct rows *rows, const struct datum *datum)
{
	struct buf *cell = &rows->cells;
	size_t i;

	for (i = 0; i < rows->column_count; i++) {
		if (i > 0)
			buf_add_char(&rows->buf, ',');
		if (is_number(&datum[i])) {
			datum_words(&datum[i], true, &rows->buf);
			continue;
		}
		buf_clear(cell);
		datum_words(&datum[i], true, cell);
		text_csv(&rows->buf, cell->bytes, cell->size);
		rows->buf.error |= buf_error(cell);
	}
	buf_add_text(&rows->buf, "\r\n");
}

static void
csv_end(struct rows *rows)
{
	(void)rows;
}

const struct report_format format_csv = { csv_begin, csv_row, csv_end };
