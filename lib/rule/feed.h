/* Lists as others publish them: where in a file the items are. What an item
 * is (a network, a domain, a text), the list decides. */
#pragma once

#include "rule/fault.h"

enum feed_kind {
	FEED_ANY,     /* The file does not say. */
	FEED_ADDRESS, /* An address, a network, or a range "first-last". */
	FEED_DOMAIN,
	FEED_OTHER, /* Something that no list can hold. */
};

enum { FEED_VALUES = 64 };

/* How a file is to be read. All texts are borrowed. */
struct feed_spec {
	const struct feed_reader *reader;
	/* Of tables: the column of the item, by its name or its number from
	 * 1, and that of a range's end; or null. */
	const char *column, *end_column;
	/* Of tables: rows count only where this column has one of these
	 * values; or null. */
	const char *where;
	const char *values[FEED_VALUES];
	size_t value_count;
	/* When the file was made; what had expired by then is left out. 0:
	 * unknown. */
	uint64_t date_us;
};

/* An item, or a place where one was expected. */
struct feed_item {
	const char *text;
	size_t size;
	enum feed_kind kind;
	unsigned line, column; /* 0: the file is not read by lines. */
	size_t number;         /* From 1, where it is not. */
};

/* Who takes what is found. */
struct feed_sink {
	void *ctx;
	void (*item)(void *ctx, const struct feed_item *item);
	/* What could not be read as an item, and what was expected. */
	void (*reject)(void *ctx, const struct feed_item *item,
	    const char *expected);
};

struct feed_reader {
	const char *name;
	bool table; /* It needs a column. */
	/* Returns 0; or FS_EFORMAT or -ENOMEM, with 'err': the file as a
	 * whole cannot be read so. */
	int (*read)(const struct feed_spec *spec, const struct source *source,
	    const struct feed_sink *sink, struct fs_err *err);
};

/* "lines", "tor-exits", "csv", "json", "misp", "stix"; null at the end. */
extern const char *const feed_names[];
/* By the index in 'feed_names'. */
const struct feed_reader *feed_reader_of(int index);

int feed_csv(const struct feed_spec *spec, const struct source *source,
    const struct feed_sink *sink, struct fs_err *err);
int feed_json(const struct feed_spec *spec, const struct source *source,
    const struct feed_sink *sink, struct fs_err *err);
int feed_misp(const struct feed_spec *spec, const struct source *source,
    const struct feed_sink *sink, struct fs_err *err);
int feed_stix(const struct feed_spec *spec, const struct source *source,
    const struct feed_sink *sink, struct fs_err *err);

/* Gives the texts of one STIX pattern: comparisons by '=', 'ISSUBSET' or 'IN'
 * joined by OR alone. Returns whether it is such a pattern; if it is not,
 * nothing was given. 'sink' may be null. */
bool feed_pattern(const char *pattern, size_t number,
    const struct feed_sink *sink);

/* Whether a row counts: 'value' is that of the column 'where'. */
bool feed_counts(const struct feed_spec *spec, const char *value);
