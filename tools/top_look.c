/* What one look shows: the daemon in three lines, classes, clients. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "control.h"
#include "top.h"

enum { ASK_S = 2, FEWEST_CLIENTS = 3, MOST_CLIENTS = 1000 };

static int
write_buf(void *ctx, const char *bytes, size_t size)
{
	buf_add(ctx, bytes, size);
	return buf_error(ctx);
}

/* ---- The daemon ------------------------------------------------------------
 */

static int64_t
number(const struct json_node *tree, const char *one, const char *two)
{
	int64_t value = 0;

	(void)json_tree_i64(json_tree_member(json_tree_member(tree, one), two),
	    &value);
	return value;
}

static int64_t
drops_of(const struct json_node *stats)
{
	const struct json_node *all = json_tree_member(stats, "interfaces");
	int64_t sum = 0, value;
	size_t i;

	for (i = 0; i < json_tree_count(all); i++) {
		const struct json_node *one = json_tree_item(all, i);

		if (json_tree_i64(json_tree_member(one, "kernel_drops"),
			&value))
			sum += value;
		if (json_tree_i64(json_tree_member(one, "interface_drops"),
			&value))
			sum += value;
	}
	return sum;
}

/* "12.3 M" of a number. */
static const char *
short_of(int64_t value, char room[32])
{
	static const char units[] = " kMGTP";
	double left = (double)value;
	unsigned unit = 0;

	while (left >= 1000 && unit + 2 < sizeof(units)) {
		left /= 1000;
		unit++;
	}
	if (unit == 0)
		(void)snprintf(room, 32, "%" PRId64, value);
	else
		(void)snprintf(room, 32, "%.1f %c", left, units[unit]);
	return room;
}

static int64_t
rate(int64_t now, int64_t before, uint64_t span_us)
{
	return span_us > 0 && now >= before
	    ? (int64_t)((double)(now - before) * 1e6 / (double)span_us)
	    : 0;
}

static void
put_stats(struct top *top, const struct json_node *stats, uint64_t now_us,
    struct buf *buf)
{
	int64_t frames = number(stats, "packets", "frames");
	int64_t bytes = number(stats, "packets", "bytes");
	int64_t drops = drops_of(stats);
	uint64_t span_us = top->looked_us > 0 ? now_us - top->looked_us : 0;
	char a[32], b[32], c[32];

	if (span_us > 0)
		buf_printf(buf, "now      %s frames/s, %sbit/s, %s dropped/s\n",
		    short_of(rate(frames, top->frames, span_us), a),
		    short_of(rate(bytes, top->bytes, span_us) * 8, b),
		    short_of(rate(drops, top->drops, span_us), c));
	buf_printf(buf, "in all   %s frames, %sB, %s dropped\n",
	    short_of(frames, a), short_of(bytes, b), short_of(drops, c));
	buf_printf(buf, "held     %s flows, %s clients\n",
	    short_of(number(stats, "flows", "now"), a),
	    short_of(number(stats, "clients", "now"), b));
	top->looked_us = now_us;
	top->frames = frames;
	top->bytes = bytes;
	top->drops = drops;
}

static void
put_daemon(struct top *top, uint64_t now_us, struct buf *buf)
{
	struct json_node *stats = NULL;
	struct fs_err err = { 0 };

	if (control_ask_tree(top->socket, "stats", ASK_S, &err, &stats) == 0)
		put_stats(top, stats, now_us, buf);
	else
		buf_printf(buf, "flowscand cannot be asked: %s\n", err.text);
	json_tree_free(stats);
}

/* ---- The database
 * ------------------------------------------------------------ */

static int
put_answers(const struct top *top, struct fs_store *store, unsigned rows,
    const struct fs_out *out, struct fs_err *err)
{
	struct fs_filter filter;
	int rc;

	fs_filter_init(&filter);
	filter.last_us = top->last_us;
	buf_add_char(out->ctx, '\n');
	rc = fs_report_by(store, &filter, FS_BY_CLASS, out, err, NULL);
	if (rc < 0)
		return rc;
	filter.limit = rows;
	buf_add_char(out->ctx, '\n');
	return fs_report_clients(store, &filter, out, err, NULL);
}

int
top_look(struct top *top, uint64_t now_us, unsigned width, unsigned rows,
    struct buf *buf, struct fs_err *err)
{
	struct fs_out out = { .write = write_buf,
		.ctx = buf,
		.format = FS_FORMAT_TABLE,
		.width = width,
		.color = top->color };
	struct fs_store *store;
	int rc;

	if (rows < FEWEST_CLIENTS)
		rows = FEWEST_CLIENTS;
	if (rows > MOST_CLIENTS)
		rows = MOST_CLIENTS;
	put_daemon(top, now_us, buf);
	if ((rc = fs_store_open_read(top->db, err, &store)) < 0)
		return rc;
	rc = put_answers(top, store, rows, &out, err);
	fs_store_close(store);
	return rc < 0 ? rc : buf_error(buf);
}
