#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "report/text.h"
#include "store/store.h"

/* What was read with SQL, as it comes. */

enum { COLUMNS = 256 };

struct sql {
	const struct fs_out *out;
	struct buf names; /* Terminated, one after the other. */
	size_t at[COLUMNS];
	uint64_t rows;
};

static void
json_row(const struct sql *sql, const char *const *cell, size_t count,
    struct buf *buf)
{
	struct json json;
	size_t i;

	json_init(&json, buf, 0);
	json_object(&json);
	for (i = 0; i < count; i++) {
		json_key(&json, sql->names.bytes + sql->at[i]);
		if (cell[i] != NULL)
			json_text(&json, cell[i]);
		else
			json_null(&json);
	}
	json_object_end(&json);
}

static void
csv_cell(const char *cell, struct buf *buf)
{
	struct buf escaped;

	buf_init(&escaped);
	text_escape(&escaped, cell, strlen(cell));
	if (buf_error(&escaped) == 0)
		text_csv(buf, escaped.bytes != NULL ? escaped.bytes : "",
		    escaped.size);
	else
		buf->error = buf_error(&escaped);
	buf_fini(&escaped);
}

/* Cells behind tabs, or as CSV has them. */
static void
text_row(const struct sql *sql, const char *const *cell, size_t count,
    struct buf *buf)
{
	const bool csv = sql->out->format == FS_FORMAT_CSV;
	size_t i;

	for (i = 0; i < count; i++) {
		if (i > 0)
			buf_add_char(buf, csv ? ',' : '\t');
		if (cell[i] != NULL && csv)
			csv_cell(cell[i], buf);
		else if (cell[i] != NULL)
			text_escape(buf, cell[i], strlen(cell[i]));
	}
}

static int
keep_names(struct sql *sql, const char *const *cell, size_t count)
{
	size_t i;

	for (i = 0; i < count && i < COLUMNS; i++) {
		sql->at[i] = sql->names.size;
		buf_add_text(&sql->names, cell[i] != NULL ? cell[i] : "");
		buf_add_char(&sql->names, '\0');
	}
	return buf_error(&sql->names);
}

static bool
is_json(const struct sql *sql)
{
	return sql->out->format == FS_FORMAT_JSON ||
	    sql->out->format == FS_FORMAT_JSONL;
}

static int
take_row(void *ctx, bool names, const char *const *cell, size_t count)
{
	struct sql *sql = ctx;
	struct buf buf;
	int rc;

	if (names && ((rc = keep_names(sql, cell, count)) < 0 || is_json(sql)))
		return rc;
	buf_init(&buf);
	if (sql->out->format == FS_FORMAT_JSON)
		buf_add_text(&buf, sql->rows == 0 ? "[\n" : ",\n");
	if (is_json(sql))
		json_row(sql, cell, count, &buf);
	else
		text_row(sql, cell, count, &buf);
	if (sql->out->format != FS_FORMAT_JSON)
		buf_add_char(&buf, '\n');
	if ((rc = buf_error(&buf)) == 0)
		rc = sql->out->write(sql->out->ctx, buf.bytes, buf.size);
	sql->rows += !names;
	buf_fini(&buf);
	return rc;
}

int
fs_report_sql(struct fs_store *store, const char *text,
    const struct fs_out *out, struct fs_err *err, uint64_t *matched)
{
	struct sql sql = { .out = out };
	uint64_t rows = 0;
	const char *end;
	int rc;

	if (out->format == FS_FORMAT_MARKDOWN || out->fields != NULL)
		return err_set(err, FS_ECONFIG,
		    "expected a table, json, jsonl or csv, and all fields");
	buf_init(&sql.names);
	rc = fs_store_select(store, text, take_row, &sql, err, &rows);
	buf_fini(&sql.names);
	if (rc >= 0 && out->format == FS_FORMAT_JSON) {
		end = rows > 0 ? "\n]\n" : "[]\n";
		rc = out->write(out->ctx, end, strlen(end));
	}
	if (rc >= 0 && matched != NULL)
		*matched = rows;
	return rc;
}
