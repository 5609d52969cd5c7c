/* Feeds that are tables of comma-separated values, with their columns named
 * in a first line (a comment's '#' before it, as abuse.ch has it, is passed
 * over) or counted. */
#include "rule/feed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/csv.h"
#include "base/err.h"
#include "base/num.h"

/* The columns that are asked for, from 0; -1 for none. */
struct columns {
	int item, end, where;
};

struct table {
	const struct feed_spec *spec;
	const struct feed_sink *sink;
	struct columns columns;
	struct csv_line line;
	char range[2 * ADDR_TEXT_SIZE];
};

/* A column's number: given as such, or by its name in the heading. */
static int
find_column(const struct csv_line *heading, const char *name)
{
	uint64_t number;
	size_t i;

	if (name == NULL)
		return -1;
	if (num_parse_u64(name, 1, CSV_FIELDS, &number))
		return (int)number - 1;
	for (i = 0; heading != NULL && i < heading->count; i++)
		if (strcmp(heading->field[i], name) == 0)
			return (int)i;
	return -1;
}

/* Whether all columns that are asked for are known. */
static bool
find_columns(struct table *table, const struct csv_line *heading)
{
	const struct feed_spec *spec = table->spec;
	struct columns *columns = &table->columns;

	columns->item = find_column(heading, spec->column);
	columns->end = find_column(heading, spec->end_column);
	columns->where = find_column(heading, spec->where);
	return columns->item >= 0 &&
	    (columns->end >= 0 || spec->end_column == NULL) &&
	    (columns->where >= 0 || spec->where == NULL);
}

/* Looks for the heading among the comments and the first line. */
static bool
read_heading(struct table *table, struct cursor *bytes, unsigned *number)
{
	struct cursor line, rest = *bytes;
	bool comment;

	if (find_columns(table, NULL))
		return true;
	while (cursor_line(&rest, &line)) {
		(*number)++;
		comment = cursor_begins(&line, "#", 1) && cursor_skip(&line, 1);
		while (comment && cursor_begins(&line, " ", 1) &&
		    cursor_skip(&line, 1))
			continue;
		*bytes = rest;
		if (csv_split(line, &table->line) == NULL &&
		    find_columns(table, &table->line))
			return true;
		if (!comment && line.left > 0)
			return false;
	}
	return false;
}

static const char *
field(const struct csv_line *line, int column)
{
	if (column < 0 || (size_t)column >= line->count)
		return "";
	return line->field[column];
}

static void
take_row(struct table *table, struct feed_item *item)
{
	const struct csv_line *line = &table->line;
	const char *first = field(line, table->columns.item);
	const char *last = field(line, table->columns.end);
	int size;

	if (!feed_counts(table->spec, field(line, table->columns.where)) ||
	    first[0] == '\0')
		return;
	item->text = first;
	item->size = strlen(first);
	if (table->columns.end >= 0) {
		size = snprintf(table->range, sizeof(table->range), "%s-%s",
		    first, last);
		if (size < 0 || (size_t)size >= sizeof(table->range)) {
			table->sink->reject(table->sink->ctx, item,
			    "the first and last address of a range");
			return;
		}
		item->text = table->range;
		item->size = (size_t)size;
	}
	table->sink->item(table->sink->ctx, item);
}

static int
read_table(struct table *table, const struct source *source, struct fs_err *err)
{
	struct cursor bytes = cursor_of(source->text, source->size), line;
	struct feed_item item = { .kind = FEED_ANY, .column = 1 };
	const char *fault;

	csv_begin(&bytes);
	if (!read_heading(table, &bytes, &item.line))
		return err_set_at(err, FS_EFORMAT, source->name, 1, 1,
		    "no heading names the column '%s'%s%s%s: name it as the "
		    "file does, or give its number",
		    table->spec->column, table->spec->where ? " and '" : "",
		    table->spec->where ? table->spec->where : "",
		    table->spec->where ? "'" : "");
	while (csv_next(&bytes, &item.line, &line)) {
		fault = csv_split(line, &table->line);
		item.text = (const char *)line.at;
		item.size = line.left;
		if (fault != NULL)
			table->sink->reject(table->sink->ctx, &item,
			    "fields between commas");
		else
			take_row(table, &item);
	}
	return 0;
}

int
feed_csv(const struct feed_spec *spec, const struct source *source,
    const struct feed_sink *sink, struct fs_err *err)
{
	struct table *table = malloc(sizeof(*table));
	int rc;

	if (table == NULL)
		return err_set_at(err, -ENOMEM, source->name, 0, 0,
		    "no memory left");
	table->spec = spec;
	table->sink = sink;
	rc = read_table(table, source, err);
	free(table);
	return rc;
}
