/* What the writer of flows keeps in memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "store/sqlite.h"

/* Which flows have rows in the open partition. */
struct seen {
	uint64_t flow_id;
	int64_t seq; /* Of its latest row; 0: a free slot. */
};

struct sqlite_writer {
	struct sqlite_part *part; /* Owned: all partitions. */
	size_t part_count;
	struct sqlite_part *open; /* The last one, or null. */
	struct brief *brief;      /* Owned: rows that are not packed yet. */
	size_t brief_count;
	struct seen *seen; /* Owned. */
	size_t seen_count, seen_room;
	struct names *kinds, *places; /* Owned. */
	struct sqlite3_stmt *put;     /* Owned: into the open partition. */
	struct buf buf;
	uint8_t *basis; /* Owned: BASIS_ROOM. */
	bool known;     /* The above is that of the database. */
};

/* The slot of a flow, or the free one where it belongs; there must be room. */
struct seen *seen_slot(const struct sqlite_writer *w, uint64_t flow_id);
/* Returns 0 or -ENOMEM. */
int seen_set(struct sqlite_writer *w, uint64_t flow_id, int64_t seq);

/* Makes sure that a partition is open for a row of that time, with its
 * statement. */
int writer_choose_part(struct sqlite_store *store, uint64_t last_us,
    struct fs_err *err);
/* Counts a row that is in the table now. */
int writer_count(struct sqlite_store *store, const struct brief *row,
    struct fs_err *err);
/* The first partition is gone. */
void writer_forget_first(struct sqlite_writer *w);
