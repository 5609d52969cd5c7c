#include "report/rows.h"

static void
put_row(struct rows *rows, const struct datum *datum)
{
	size_t i;

	json_object(&rows->json);
	for (i = 0; i < rows->column_count; i++) {
		json_key(&rows->json, rows->column[i].name);
		datum_json(&datum[i], &rows->json);
	}
	json_object_end(&rows->json);
}

/* ---- JSON lines: each row is a document --------------------------------- */

static void
jsonl_begin(struct rows *rows)
{
	(void)rows;
}

static void
jsonl_row(struct rows *rows, const struct datum *datum)
{
	json_init(&rows->json, &rows->buf, 0);
	put_row(rows, datum);
	buf_add_char(&rows->buf, '\n');
}

static void
jsonl_end(struct rows *rows)
{
	(void)rows;
}

const struct report_format format_jsonl = { jsonl_begin, jsonl_row, jsonl_end };

/* ---- JSON: one document, rows as they come ------------------------------ */

static void
json_begin(struct rows *rows)
{
	struct json *json = &rows->json;

	json_object(json);
	json_put_u64(json, "schema", 1);
	if (rows->until_us != 0) {
		json_put_time(json, "since", rows->since_us);
		json_put_time(json, "until", rows->until_us);
	}
	json_key(json, rows->kind->name);
	json_array(json);
}

static void
json_row(struct rows *rows, const struct datum *datum)
{
	buf_add_text(&rows->buf, rows->given > 0 ? ",\n" : "\n");
	/* The separator is written here, so that each row has its line. */
	rows->json.started[rows->json.depth] = false;
	put_row(rows, datum);
}

static void
json_end(struct rows *rows)
{
	struct json *json = &rows->json;

	if (rows->given > 0)
		buf_add_char(&rows->buf, '\n');
	json_array_end(json);
	json_put_u64(json, "given", rows->given);
	json_put_u64(json, "matched", rows->matched);
	json_object_end(json);
	buf_add_char(&rows->buf, '\n');
}

const struct report_format format_json = { json_begin, json_row, json_end };
