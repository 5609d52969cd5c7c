#include "store/chunk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/cursor.h"
#include "base/hash.h"

enum { CHUNK_VERSION = 1, SLOTS = CHUNK_ROWS * 4 };

void
chunk_span_of(const struct brief *row, size_t count, struct chunk_span *span)
{
	size_t i;

	*span = (struct chunk_span){ row[0].seq, (int64_t)count,
		row[0].first_us, row[0].first_us, row[0].last_us };
	for (i = 1; i < count; i++) {
		if (row[i].first_us < span->first_min_us)
			span->first_min_us = row[i].first_us;
		if (row[i].first_us > span->first_max_us)
			span->first_max_us = row[i].first_us;
		if (row[i].last_us > span->last_max_us)
			span->last_max_us = row[i].last_us;
	}
}

/* ---- Packing ------------------------------------------------------------ */

/* The addresses of a chunk: slots hold an address's index and one more. */
struct addresses {
	uint16_t slot[SLOTS];
	uint16_t of[CHUNK_ROWS]; /* Each row's address. */
	const struct fs_addr *addr[CHUNK_ROWS];
	size_t count;
};

static size_t
addr_size(const struct fs_addr *addr)
{
	return addr->family == 4 ? 4 : addr->family == 6 ? 16 : 0;
}

static void
number_addresses(const struct brief *row, size_t count, struct addresses *all)
{
	size_t i, at;

	for (i = 0; i < count; i++) {
		/* Whoever picks addresses that meet in one slot makes this
		 * slower, within the bound of a chunk. */
		at = (size_t)hash_seeded(&row[i].client, sizeof(row[i].client),
			 (uint64_t)row[0].seq) %
		    SLOTS;
		while (all->slot[at] != 0 &&
		    addr_compare(all->addr[all->slot[at] - 1],
			&row[i].client) != 0)
			at = (at + 1) % SLOTS;
		if (all->slot[at] == 0) {
			all->addr[all->count++] = &row[i].client;
			all->slot[at] = (uint16_t)all->count;
		}
		all->of[i] = (uint16_t)(all->slot[at] - 1);
	}
}

static uint8_t *
put(uint8_t *at, uint64_t value, unsigned size)
{
	unsigned i;

	if (size < 8 && value >> (8 * size) != 0)
		value = UINT64_MAX;
	for (i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> (8 * (size - 1 - i)) & 0xff);
	return at + size;
}

static void
pack_row(const struct brief *row, uint16_t address, struct buf *buf)
{
	uint8_t bytes[CHUNK_ROW], *at = bytes;

	at = put(at, row->flow_id, 8);
	at = put(at, row->first_us, 8);
	at = put(at,
	    row->last_us > row->first_us ? row->last_us - row->first_us : 0, 6);
	at = put(at, address, 2);
	at = put(at, row->kind, 4);
	at = put(at, row->place, 4);
	at = put(at, row->packets, 6);
	at = put(at, row->bytes, 6);
	put(at, row->score_ppm > 0 ? (uint64_t)row->score_ppm : 0, 3);
	buf_add(buf, bytes, sizeof(bytes));
}

int
chunk_pack(const struct brief *row, size_t count, struct buf *buf)
{
	struct addresses *all = calloc(1, sizeof(*all));
	uint8_t head[5] = { CHUNK_VERSION };
	size_t i;

	if (all == NULL)
		return -ENOMEM;
	number_addresses(row, count, all);
	put(put(head + 1, all->count, 2), count, 2);
	buf_add(buf, head, sizeof(head));
	for (i = 0; i < all->count; i++) {
		buf_add_char(buf, (char)addr_size(all->addr[i]));
		buf_add(buf, all->addr[i]->bytes, addr_size(all->addr[i]));
	}
	for (i = 0; i < count; i++)
		pack_row(&row[i], all->of[i], buf);
	free(all);
	return buf_error(buf);
}

/* ---- Unpacking ---------------------------------------------------------- */

static int
take_address(struct cursor *in, struct fs_addr *addr)
{
	uint8_t size, bytes[16];

	if (!cursor_u8(in, &size))
		return FS_ETRUNC;
	if (size != 0 && size != 4 && size != 16)
		return FS_EFORMAT;
	if (!cursor_copy(in, bytes, size))
		return FS_ETRUNC;
	*addr = (struct fs_addr){ 0 };
	if (size > 0)
		*addr = size == 4 ? addr_v4(bytes) : addr_v6(bytes);
	return 0;
}

static bool
take_u48(struct cursor *in, uint64_t *value)
{
	uint16_t high;
	uint32_t low;

	if (!cursor_u16(in, &high) || !cursor_u32(in, &low))
		return false;
	*value = (uint64_t)high << 32 | low;
	return true;
}

static int
take_row(struct cursor *in, const struct fs_addr *addr, size_t addr_count,
    struct brief *row)
{
	uint64_t span_us;
	uint32_t score;
	uint16_t address;

	if (!cursor_u64(in, &row->flow_id) || !cursor_u64(in, &row->first_us) ||
	    !take_u48(in, &span_us) || !cursor_u16(in, &address) ||
	    !cursor_u32(in, &row->kind) || !cursor_u32(in, &row->place) ||
	    !take_u48(in, &row->packets) || !take_u48(in, &row->bytes) ||
	    !cursor_u24(in, &score))
		return FS_ETRUNC;
	if (address >= addr_count || score > 1000000 ||
	    row->first_us > INT64_MAX)
		return FS_EFORMAT;
	row->client = addr[address];
	row->last_us = row->first_us + span_us;
	row->score_ppm = (int32_t)score;
	return 0;
}

static int
take_rows(struct cursor *in, size_t addr_count, int64_t seq, struct brief *row,
    size_t count)
{
	struct fs_addr *addr = calloc(addr_count, sizeof(*addr));
	size_t i;
	int rc = addr != NULL ? 0 : -ENOMEM;

	for (i = 0; i < addr_count && rc >= 0; i++)
		rc = take_address(in, &addr[i]);
	for (i = 0; i < count && rc >= 0; i++) {
		rc = take_row(in, addr, addr_count, &row[i]);
		row[i].seq = seq + (int64_t)i;
	}
	free(addr);
	return rc;
}

int
chunk_unpack(const void *bytes, size_t size, int64_t seq, struct brief *row,
    size_t *count)
{
	struct cursor in = cursor_of(bytes, size);
	uint16_t addresses, rows;
	uint8_t version;
	int rc;

	if (!cursor_u8(&in, &version))
		return FS_ETRUNC;
	if (version != CHUNK_VERSION)
		return FS_EUNSUP;
	if (!cursor_u16(&in, &addresses) || !cursor_u16(&in, &rows))
		return FS_ETRUNC;
	if (addresses == 0 || addresses > rows || rows > CHUNK_ROWS ||
	    seq > INT64_MAX - CHUNK_ROWS)
		return FS_EFORMAT;
	if ((rc = take_rows(&in, addresses, seq, row, rows)) < 0)
		return rc;
	if (in.left > 0)
		return FS_EFORMAT;
	*count = rows;
	return 0;
}
