/* What questions count of many flows, packed: one blob for some thousand
 * rows, so that a store of millions is counted without reading their
 * evidence and signals.
 *
 * Version 1: a version byte, how many addresses (u16) and rows (u16), the
 * addresses (a byte of size, then 0, 4 or 16 bytes), then CHUNK_ROW bytes a
 * row: flow_id (u64), first_us (u64), last_us less that (u48), address (u16),
 * kind (u32), place (u32), packets (u48), bytes (u48), score (u24). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "flowscan.h"

enum { CHUNK_ROWS = 16384, CHUNK_ROW = 47 };

/* A flow as questions count it. */
struct brief {
	int64_t seq;
	uint64_t flow_id;
	uint64_t first_us, last_us;
	uint64_t packets, bytes;
	uint32_t kind, place;
	int32_t score_ppm;
	struct fs_addr client;
};

/* Bounds of the rows of a chunk. */
struct chunk_span {
	int64_t seq, count;
	uint64_t first_min_us, first_max_us, last_max_us;
};

void chunk_span_of(const struct brief *row, size_t count,
    struct chunk_span *span);

/* Packs 1 to CHUNK_ROWS rows, whose 'seq' rise by one. Counters that are too
 * large are cut to the largest that fits. Returns 0 or -ENOMEM. */
int chunk_pack(const struct brief *row, size_t count, struct buf *buf);

/* Unpacks into 'row' of CHUNK_ROWS; the first row's number is 'seq'.
 *
 * Returns 0, FS_ETRUNC, FS_EFORMAT or FS_EUNSUP. */
int chunk_unpack(const void *bytes, size_t size, int64_t seq, struct brief *row,
    size_t *count);
