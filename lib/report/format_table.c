#include <string.h>

#include "base/num.h"
#include "report/rows.h"
#include "report/text.h"

/* A table waits for its last row, as only then its widths are known. */

enum { GAP = 2, LEAST_FLEXIBLE = 12 };

/* Where a cell ends in 'cells', and how it may be stressed. */
struct cell_end {
	size_t at;
	enum datum_tone tone;
};

static void
table_begin(struct rows *rows)
{
	(void)rows;
}

static void
table_row(struct rows *rows, const struct datum *datum)
{
	struct cell_end end;
	size_t i;

	for (i = 0; i < rows->column_count; i++) {
		datum_words(&datum[i], false, &rows->cells);
		end = (struct cell_end){ rows->cells.size, datum[i].tone };
		buf_add(&rows->cell_ends, &end, sizeof(end));
	}
	rows->buf.error |=
	    buf_error(&rows->cells) | buf_error(&rows->cell_ends);
}

/* ---- Widths ------------------------------------------------------------- */

/* A cell, by its number; rows follow one another. */
struct cell {
	const char *text;
	size_t size;
	enum datum_tone tone;
};

static struct cell
cell_at(const struct rows *rows, size_t number)
{
	const char *ends = rows->cell_ends.bytes;
	struct cell_end end, before = { 0 };

	memcpy(&end, ends + number * sizeof(end), sizeof(end));
	if (number > 0)
		memcpy(&before, ends + (number - 1) * sizeof(end), sizeof(end));
	return (struct cell){ rows->cells.bytes + before.at, end.at - before.at,
		end.tone };
}

static bool
is_flexible(const struct column *column)
{
	return column->field == NULL || column->field->flexible;
}

static size_t
line_width(const struct rows *rows, const size_t *width)
{
	size_t i, sum = 0;

	for (i = 0; i < rows->column_count; i++)
		sum += width[i] + (i > 0 ? GAP : 0);
	return sum;
}

/* Takes columns from what is flexible, the widest first, until the line fits.
 * Identities and addresses are never cut. */
static void
shrink(const struct rows *rows, size_t *width)
{
	size_t i, widest, sum = line_width(rows, width);

	while (rows->out->width > 0 && sum > rows->out->width) {
		widest = rows->column_count;
		for (i = 0; i < rows->column_count; i++)
			if (is_flexible(&rows->column[i]) &&
			    width[i] > LEAST_FLEXIBLE &&
			    (widest == rows->column_count ||
				width[i] > width[widest]))
				widest = i;
		if (widest == rows->column_count)
			return;
		width[widest]--;
		sum--;
	}
}

/* How many columns are shown: words at the end that have no room are left
 * out, unless they were asked for. */
static size_t
shown_columns(const struct rows *rows, const size_t *width)
{
	size_t count = rows->column_count;

	if (rows->out->width > 0 && rows->out->fields == NULL && count > 1 &&
	    is_flexible(&rows->column[count - 1]) &&
	    line_width(rows, width) > rows->out->width)
		return count - 1;
	return count;
}

static void
measure(const struct rows *rows, size_t row_count, size_t *width)
{
	size_t row, i, columns;
	struct cell cell;

	for (i = 0; i < rows->column_count; i++)
		width[i] = strlen(rows->column[i].name);
	for (row = 0; row < row_count; row++) {
		for (i = 0; i < rows->column_count; i++) {
			cell = cell_at(rows, row * rows->column_count + i);
			columns = text_width(cell.text, cell.size);
			if (columns > width[i])
				width[i] = columns;
		}
	}
	shrink(rows, width);
}

/* ---- Lines -------------------------------------------------------------- */

static void
put_blanks(struct buf *buf, size_t count)
{
	while (count-- > 0)
		buf_add_char(buf, ' ');
}

/* Puts a cell, with blanks only between it and the next one. '*owed' blanks
 * stand before it. */
static void
put_cell(struct rows *rows, const struct cell *cell, bool right, size_t width,
    size_t *owed)
{
	static const char *const color[] = { [TONE_GOOD] = "\33[32m",
		[TONE_DOUBT] = "\33[33m",
		[TONE_BAD] = "\33[31m",
		[TONE_FAINT] = "\33[2m" };
	bool colored = rows->out->color && cell->tone != TONE_PLAIN;
	size_t columns = text_width(cell->text, cell->size);
	size_t size = cell->size;
	bool cut = columns > width;

	if (cut) {
		size = text_fit(cell->text, cell->size, width - 3);
		columns = text_width(cell->text, size) + 3;
	}
	if (columns > 0) {
		put_blanks(&rows->buf, *owed + (right ? width - columns : 0));
		*owed = 0;
	}
	if (colored)
		buf_add_text(&rows->buf, color[cell->tone]);
	buf_add(&rows->buf, cell->text, size);
	if (cut)
		buf_add_text(&rows->buf, "...");
	if (colored)
		buf_add_text(&rows->buf, "\33[0m");
	*owed += GAP + (right && columns > 0 ? 0 : width - columns);
}

static bool
is_right(const struct column *column)
{
	return column->field == NULL || column->field->right;
}

static void
put_names(struct rows *rows, const size_t *width, size_t shown)
{
	struct cell cell = { .tone = TONE_PLAIN };
	size_t i, owed = 0;

	if (rows->out->color)
		buf_add_text(&rows->buf, "\33[1m");
	for (i = 0; i < shown; i++) {
		cell.text = rows->column[i].name;
		cell.size = strlen(cell.text);
		put_cell(rows, &cell, is_right(&rows->column[i]), width[i],
		    &owed);
	}
	if (rows->out->color)
		buf_add_text(&rows->buf, "\33[0m");
	buf_add_char(&rows->buf, '\n');
}

static void
table_end(struct rows *rows)
{
	size_t width[ROWS_COLUMNS] = { 0 }, shown, row, i, owed;
	size_t row_count = (size_t)rows->given;
	struct cell cell;

	if (buf_error(&rows->buf) != 0)
		return;
	if (rows->title != NULL)
		buf_printf(&rows->buf, "%s\n\n", rows->title);
	measure(rows, row_count, width);
	shown = shown_columns(rows, width);
	put_names(rows, width, shown);
	for (row = 0; row < row_count; row++) {
		owed = 0;
		for (i = 0; i < shown; i++) {
			cell = cell_at(rows, row * rows->column_count + i);
			put_cell(rows, &cell, is_right(&rows->column[i]),
			    width[i], &owed);
		}
		buf_add_char(&rows->buf, '\n');
	}
	rows_footer(rows, "\n");
}

const struct report_format format_table = { table_begin, table_row, table_end };
