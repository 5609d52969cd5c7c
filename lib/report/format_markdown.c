#include "report/rows.h"
#include "report/text.h"

/* A table in the form of GitHub. */

static void
markdown_begin(struct rows *rows)
{
	size_t i;

	if (rows->title != NULL)
		buf_printf(&rows->buf, "%s\n\n", rows->title);
	for (i = 0; i < rows->column_count; i++)
		buf_printf(&rows->buf, "| %s ", rows->column[i].name);
	buf_add_text(&rows->buf, "|\n");
	for (i = 0; i < rows->column_count; i++)
		buf_add_text(&rows->buf,
		    rows->column[i].field == NULL ||
			    rows->column[i].field->right
			? "|---:"
			: "|---");
	buf_add_text(&rows->buf, "|\n");
}

static void
markdown_row(struct rows *rows, const struct datum *datum)
{
	struct buf *cell = &rows->cells;
	size_t i;

	for (i = 0; i < rows->column_count; i++) {
		buf_clear(cell);
		datum_words(&datum[i], false, cell);
		buf_add_text(&rows->buf, "| ");
		text_markdown(&rows->buf, cell->bytes, cell->size);
		buf_add_char(&rows->buf, ' ');
		rows->buf.error |= buf_error(cell);
	}
	buf_add_text(&rows->buf, "|\n");
}

static void
markdown_end(struct rows *rows)
{
	rows_footer(rows, "\n");
}

const struct report_format format_markdown = { markdown_begin, markdown_row,
	markdown_end };
