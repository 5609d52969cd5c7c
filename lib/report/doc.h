/* A page for people: sections, lines, items, tables, pictures; one const table
 * of functions a style (text for a terminal, Markdown, HTML). */
#pragma once

#include "base/buf.h"
#include "flowscan.h"
#include "report/rows.h"

struct doc;

/* How a page is written. Each function puts what stands in doc->line into
 * doc->buf; the line is emptied behind it. */
struct doc_style {
	void (*begin)(struct doc *doc); /* May be null, as 'end' may. */
	void (*title)(struct doc *doc);
	void (*section)(struct doc *doc, const char *name);
	void (*text)(struct doc *doc, unsigned level, enum datum_tone tone);
	void (*item)(struct doc *doc, unsigned level, enum datum_tone tone);
	void (*command)(struct doc *doc);
	void (*fixed)(struct doc *doc, enum datum_tone tone);
	void (*table)(struct doc *doc); /* One follows; may be null. */
	void (*end)(struct doc *doc);
	bool pictures; /* It shows SVG. */
};

extern const struct doc_style doc_style_text;
extern const struct doc_style doc_style_markdown;
extern const struct doc_style doc_style_html;

struct doc {
	const struct fs_out *out; /* Borrowed. */
	const struct doc_style *style;
	struct buf buf;  /* The page. */
	struct buf line; /* What is to be said next, escaped for a terminal. */
	/* Of HTML: what is open. */
	unsigned open;      /* enum doc_html_open, in doc_html.c */
	struct buf summary; /* An item that waits for what is below it. */
};

void doc_init(struct doc *doc, const struct fs_out *out);
void doc_fini(struct doc *doc);

/* Each takes what stands in 'line' and empties it. */
void doc_title(struct doc *doc);
void doc_section(struct doc *doc, const char *name);
/* A paragraph, and one item of a list, indented by 'level' (1: the least). */
void doc_text(struct doc *doc, unsigned level, enum datum_tone tone);
void doc_item(struct doc *doc, unsigned level, enum datum_tone tone);
/* Something to be typed, as it stands. */
void doc_command(struct doc *doc);
/* A line whose blanks matter. */
void doc_fixed(struct doc *doc, enum datum_tone tone);

/* A table of rows, which 'each' adds one by one until it returns 0. */
int doc_table(struct doc *doc, const struct row_kind *kind,
    const void *(*each)(const void *ctx, size_t index), const void *ctx,
    struct fs_err *err);

/* A picture that 'draw' adds as SVG, with words below it; nothing where the
 * style shows none. */
void doc_figure(struct doc *doc, const char *caption,
    void (*draw)(const void *ctx, struct buf *buf), const void *ctx);

/* Writes the page. Returns 0, -ENOMEM, or what 'write' returned. */
int doc_end(struct doc *doc);

/* "1,234,567" */
void doc_count(struct buf *buf, uint64_t count);
/* "1 flow", "2 flows" */
void doc_counted(struct buf *buf, uint64_t count, const char *what);
/* "7.2 GB" */
void doc_bytes(struct buf *buf, uint64_t bytes);
/* "2026-11-23T05:00:00Z" */
void doc_time(struct buf *buf, uint64_t time_us);
/* The first 12 digits of a digest, which a database may have wrong. */
void doc_digest(struct buf *buf, const char *digest);
/* "12.3 %" of a whole that is not 0. */
void doc_percent(struct buf *buf, uint64_t part, uint64_t whole);
/* Nats: "+4.000" */
void doc_nats(struct buf *buf, int64_t milli);
/* A command like the one that is running, with other words behind the name
 * of the program: "flowscan explain 198.51.100.7 --db x". */
void doc_like(struct buf *buf, const struct fs_out *out, const char *words);
