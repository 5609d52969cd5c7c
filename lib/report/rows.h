/* Stage 10: answers -> text. Rows of one kind, in any format: one const table
 * of functions a format. */
#pragma once

#include "base/buf.h"
#include "base/json.h"
#include "flowscan.h"
#include "report/datum.h"

enum { ROWS_COLUMNS = 160 };

/* Where a field stands when nobody asks for fields. */
enum field_use {
	FIELD_DATA = 1,  /* JSON and CSV. */
	FIELD_TABLE = 2, /* Tables, for people. */
	FIELD_BOTH = 3,
};

/* One field of a kind of row; its name is a contract. */
struct field {
	const char *name;
	void (*get)(const void *row, struct datum *datum);
	uint8_t use;   /* enum field_use */
	bool right;    /* Numbers, in a table. */
	bool flexible; /* May be cut to fit a terminal. */
};

/* What rows have in common. 'signals' gives a row's signals, whose names are
 * then fields, too; it may be null. */
struct row_kind {
	const char *name; /* "flows": the key in JSON. */
	const char *one;  /* "flow" */
	const struct field *fields;
	size_t field_count;
	const struct signals *(*signals)(const void *row);
};

struct column {
	const struct field *field; /* Or null: a signal. */
	enum signal_id signal;
	const char *name;
};

struct rows;

/* A format. Each writes to rows->buf; what stands there after a row or at the
 * end goes out. */
struct report_format {
	void (*begin)(struct rows *rows);
	void (*row)(struct rows *rows, const struct datum *datum);
	void (*end)(struct rows *rows);
};

extern const struct report_format format_table;
extern const struct report_format format_json;
extern const struct report_format format_jsonl;
extern const struct report_format format_csv;
extern const struct report_format format_markdown;
extern const struct report_format format_html;

struct rows {
	const struct fs_out *out;
	const struct row_kind *kind;
	const struct report_format *format;
	struct column column[ROWS_COLUMNS];
	size_t column_count;
	struct datum *datum; /* Owned: one row's. */
	struct buf buf;
	struct json json;
	/* Of a table, which is held until its widths are known. */
	struct buf cells;     /* Their text, one behind another. */
	struct buf cell_ends; /* struct cell_end */
	/* What the answer is about. Each may be null. */
	const char *key_name; /* The first field's, instead of its own. */
	const char *title;
	bool within;                 /* The rows stand within a page. */
	uint64_t since_us, until_us; /* 0 and 0: not of a period. */
	uint64_t given, matched;
};

/* Begins an answer, zeroed but for what it is about. 'fields' of 'out' names
 * the columns.
 *
 * Returns 0, FS_ECONFIG (an unknown field or format), -ENOMEM or what
 * 'write' returned. Whatever it returns, rows_fini() frees. */
int rows_begin(struct rows *rows, const struct row_kind *kind,
    const struct fs_out *out, struct fs_err *err);
int rows_add(struct rows *rows, const void *row);
/* Ends the answer; 'matched' is how many rows there are in all. */
int rows_end(struct rows *rows, uint64_t matched);
void rows_fini(struct rows *rows);

/* One row with all fields of machines, as an object of JSON. */
void rows_put_fields(struct json *json, const struct row_kind *kind,
    const void *row);

/* Adds, behind 'before', how many rows there are, and what shows the rest. */
void rows_footer(struct rows *rows, const char *before);
