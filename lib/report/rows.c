#include "report/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/yaml.h"

enum { FLUSH_SIZE = 32768, FIELD_NAME_SIZE = 64 };

static const struct report_format *const formats[FS_FORMAT_COUNT] = {
	[FS_FORMAT_TABLE] = &format_table,
	[FS_FORMAT_JSON] = &format_json,
	[FS_FORMAT_JSONL] = &format_jsonl,
	[FS_FORMAT_CSV] = &format_csv,
	[FS_FORMAT_MARKDOWN] = &format_markdown,
	[FS_FORMAT_HTML] = &format_html,
};

/* ---- Columns ------------------------------------------------------------ */

static const char *
field_name(const struct rows *rows, size_t index)
{
	if (index == 0 && rows->key_name != NULL)
		return rows->key_name;
	return rows->kind->fields[index].name;
}

static bool
add_column(struct rows *rows, const char *name)
{
	struct column *column = &rows->column[rows->column_count];
	size_t i;
	int id;

	for (i = 0; i < rows->kind->field_count; i++) {
		if (strcmp(field_name(rows, i), name) != 0)
			continue;
		*column = (struct column){ &rows->kind->fields[i], 0,
			field_name(rows, i) };
		rows->column_count++;
		return true;
	}
	id = rows->kind->signals != NULL ? signal_find(name) : -1;
	if (id < 0)
		return false;
	*column = (struct column){ NULL, (enum signal_id)id,
		signal_info((enum signal_id)id)->name };
	rows->column_count++;
	return true;
}

/* Says which field is near to one that there is not. */
static int
no_field(const struct rows *rows, const char *name, struct fs_err *err)
{
	const char *names[ROWS_COLUMNS + SIGNAL_COUNT + 1], *nearest;
	size_t i, count = 0;

	for (i = 0; i < rows->kind->field_count; i++)
		names[count++] = field_name(rows, i);
	for (i = 0; i < SIGNAL_COUNT && rows->kind->signals != NULL; i++)
		names[count++] = signal_info((enum signal_id)i)->name;
	names[count] = NULL;
	nearest = yaml_nearest(name, names);
	if (nearest != NULL)
		return err_set(err, FS_ECONFIG,
		    "there is no field '%s': did you mean '%s'?", name,
		    nearest);
	return err_set(err, FS_ECONFIG,
	    "there is no field '%s': fields are those of --format json%s", name,
	    rows->kind->signals != NULL ? ", and the names of signals" : "");
}

/* Takes the columns that 'fields' names: "a,b,c". */
static int
name_columns(struct rows *rows, const char *fields, struct fs_err *err)
{
	char name[FIELD_NAME_SIZE];
	size_t size;

	for (;;) {
		size = strcspn(fields, ",");
		if (size >= sizeof(name))
			return err_set(err, FS_ECONFIG,
			    "there is no field '%.60s...'", fields);
		memcpy(name, fields, size);
		name[size] = '\0';
		if (rows->column_count == ROWS_COLUMNS)
			return err_set(err, FS_ECONFIG,
			    "more than %d fields are asked for", ROWS_COLUMNS);
		if (!add_column(rows, name))
			return no_field(rows, name, err);
		if (fields[size] == '\0')
			return 0;
		fields += size + 1;
	}
}

static void
usual_columns(struct rows *rows)
{
	const int format = rows->out->format;
	const bool people = format == FS_FORMAT_TABLE ||
	    format == FS_FORMAT_MARKDOWN || format == FS_FORMAT_HTML;
	const uint8_t use = people ? FIELD_TABLE : FIELD_DATA;
	size_t i;

	for (i = 0; i < rows->kind->field_count; i++)
		if (rows->kind->fields[i].use & use)
			add_column(rows, field_name(rows, i));
}

/* ---- Writing ------------------------------------------------------------ */

static int
flush(struct rows *rows)
{
	int rc = buf_error(&rows->buf);

	if (rc == 0 && rows->buf.size > 0)
		rc = rows->out->write(rows->out->ctx, rows->buf.bytes,
		    rows->buf.size);
	buf_clear(&rows->buf);
	return rc;
}

int
rows_begin(struct rows *rows, const struct row_kind *kind,
    const struct fs_out *out, struct fs_err *err)
{
	int rc;

	rows->out = out;
	rows->kind = kind;
	buf_init(&rows->buf);
	buf_init(&rows->cells);
	buf_init(&rows->cell_ends);
	rows->column_count = 0;
	rows->given = rows->matched = 0;
	rows->datum = NULL;
	if (out->format < 0 || out->format >= FS_FORMAT_COUNT)
		return err_set(err, FS_ECONFIG, "there is no format %d",
		    out->format);
	rows->format = formats[out->format];
	if (out->fields == NULL)
		usual_columns(rows);
	else if ((rc = name_columns(rows, out->fields, err)) < 0)
		return rc;
	rows->datum = calloc(ROWS_COLUMNS, sizeof(*rows->datum));
	if (rows->datum == NULL)
		return err_set(err, -ENOMEM, "no memory is left");
	json_init(&rows->json, &rows->buf, 0);
	rows->format->begin(rows);
	return 0;
}

int
rows_add(struct rows *rows, const void *row)
{
	const struct column *column;
	size_t i;

	for (i = 0; i < rows->column_count; i++) {
		column = &rows->column[i];
		if (column->field != NULL)
			column->field->get(row, &rows->datum[i]);
		else
			datum_signal(&rows->datum[i], rows->kind->signals(row),
			    column->signal);
	}
	rows->format->row(rows, rows->datum);
	rows->given++;
	return rows->buf.size >= FLUSH_SIZE ? flush(rows) : 0;
}

int
rows_end(struct rows *rows, uint64_t matched)
{
	rows->matched = matched;
	rows->format->end(rows);
	return flush(rows);
}

void
rows_footer(struct rows *rows, const char *before)
{
	unsigned long long given = rows->given, matched = rows->matched;

	if (rows->title == NULL)
		return;
	if (matched > given)
		buf_printf(&rows->buf,
		    "%s%llu of %llu %s are shown: --limit 0 shows all.\n",
		    before, given, matched, rows->kind->name);
	else
		buf_printf(&rows->buf, "%s%llu %s.\n", before, given,
		    given == 1 ? rows->kind->one : rows->kind->name);
}

void
rows_fini(struct rows *rows)
{
	free(rows->datum);
	rows->datum = NULL;
	buf_fini(&rows->buf);
	buf_fini(&rows->cells);
	buf_fini(&rows->cell_ends);
}

void
rows_put_fields(struct json *json, const struct row_kind *kind, const void *row)
{
	struct datum datum;
	size_t i;

	json_object(json);
	for (i = 0; i < kind->field_count; i++) {
		if (!(kind->fields[i].use & FIELD_DATA))
			continue;
		kind->fields[i].get(row, &datum);
		json_key(json, kind->fields[i].name);
		datum_json(&datum, json);
	}
	json_object_end(json);
}
