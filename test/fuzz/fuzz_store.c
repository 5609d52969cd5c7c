/* Whatever a database holds, every question ends, and nothing in an answer or
 * a refusal acts in a terminal.
 *
 * The first byte says what follows: a whole database file, or what a flow
 * and a client of a store of ours rest on. The second byte of the latter says
 * where one value ends and the other begins, or that all of it is a kind of
 * flows, or a chunk of them. The rest of the first byte picks a format. */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flowscan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PATH_SIZE = 128, EXPLAINED = 4, SHARED_KIND = 1, SHARED_CHUNK = 2 };

/* A file of this process, on a disk in memory where there is one. */
static void
path_of(const char *name, char path[PATH_SIZE])
{
	const char *folder =
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

	snprintf(path, PATH_SIZE, "%s/flowscan-fuzz-%d-%s", folder,
	    (int)getpid(), name);
}

/* ---- Asking ------------------------------------------------------------- */

/* Aborts on bytes that would act: our own new lines apart. */
static int
look_at(void *ctx, const char *bytes, size_t size)
{
	size_t i;
	uint8_t byte;

	(void)ctx;
	for (i = 0; i < size; i++) {
		byte = (uint8_t)bytes[i];
		if ((byte < 0x20 && byte != '\n' && byte != '\r') ||
		    byte == 0x7f)
			abort();
		/* C1 controls, and what turns the direction of writing. */
		if (i + 1 < size && byte == 0xc2 &&
		    (uint8_t)bytes[i + 1] < 0xa0)
			abort();
		if (i + 2 < size && byte == 0xe2 &&
		    (uint8_t)bytes[i + 1] == 0x80 &&
		    (uint8_t)bytes[i + 2] >= 0xaa &&
		    (uint8_t)bytes[i + 2] <= 0xae)
			abort();
	}
	return 0;
}

static int
take_client(void *ctx, const struct fs_client *client)
{
	(void)ctx;
	(void)client;
	return 0;
}

/* What one filter lets through, in each way that rows are looked up. */
static void
ask_lists(struct fs_store *store, const struct fs_filter *filter,
    const struct fs_out *out)
{
	struct fs_err err = { 0 };
	uint64_t matched;

	(void)fs_report_flows(store, filter, out, &err, &matched);
	(void)fs_report_clients(store, filter, out, &err, &matched);
	(void)fs_report_summary(store, filter, out, &err, &matched);
	(void)look_at(NULL, err.text, strlen(err.text));
}

static void
ask_filtered(struct fs_store *store, const struct fs_out *out)
{
	struct fs_filter filter;

	fs_filter_init(&filter);
	filter.limit = 1;
	ask_lists(store, &filter, out);
	filter.whole = true;
	filter.client = (struct fs_prefix){ { { 198, 51, 100, 7 }, 4 }, 32 };
	ask_lists(store, &filter, out);
	fs_filter_init(&filter);
	filter.whole = true;
	snprintf(filter.service, sizeof(filter.service), "api");
	snprintf(filter.rule, sizeof(filter.rule), "socks5-greeting");
	filter.min_score_ppm = 1;
	ask_lists(store, &filter, out);
}

static void
ask_all(struct fs_store *store, int format)
{
	static const char *const subjects[EXPLAINED] = { "f000000000000000",
		"198.51.100.7", "2001:db8::1",
		"1:LqVcxHsLMuuObeK6ukkdnYV+JyU=" };
	struct fs_out out = { .write = look_at,
		.format = format,
		.width = 80,
		.command = "flowscan" };
	struct fs_freshness fresh;
	struct fs_filter filter;
	struct fs_err err = { 0 };
	uint64_t matched;
	int i;

	fs_filter_init(&filter);
	filter.whole = true;
	ask_lists(store, &filter, &out);
	ask_filtered(store, &out);
	for (i = 0; i < FS_BY_COUNT; i++)
		(void)fs_report_by(store, &filter, i, &out, &err, &matched);
	for (i = 0; i < EXPLAINED; i++)
		(void)fs_report_explain(store, &filter, subjects[i], &out, &err,
		    &matched);
	(void)fs_store_freshness(store, &err, &fresh);
	(void)fs_store_recall(store, take_client, NULL, &err);
	(void)look_at(NULL, err.text, strlen(err.text));
}

/* ---- A whole file ------------------------------------------------------- */

static void
try_file(const uint8_t *data, size_t size, int format)
{
	char path[PATH_SIZE];
	struct fs_store *store = NULL;
	struct fs_err err = { 0 };
	FILE *file;

	path_of("file", path);
	file = fopen(path, "wb");
	if (file == NULL || fwrite(data, 1, size, file) != size ||
	    fclose(file) != 0)
		abort();
	if (fs_store_open_read(path, &err, &store) >= 0)
		ask_all(store, format);
	else if (err.text[0] == '\0' ||
	    look_at(NULL, err.text, strlen(err.text)) != 0)
		abort(); /* A refusal says why. */
	fs_store_close(store);
	(void)unlink(path);
	path_of("file-wal", path);
	(void)unlink(path);
	path_of("file-shm", path);
	(void)unlink(path);
}

/* ---- Rows --------------------------------------------------------------- */

/* A store of ours with one flow and one client, whose bytes are changed by
 * another program. It is made once and kept open. */
struct target {
	struct fs_store *reader;
	sqlite3 *db;
	sqlite3_stmt *flows, *clients, *places, *kinds, *chunks;
};

static void
fill(struct fs_store *writer)
{
	struct fs_observation *flow = calloc(1, sizeof(*flow));
	struct fs_client *client = calloc(1, sizeof(*client));
	struct fs_err err;

	flow->flow_id = 0xf000000000000000;
	flow->first_us = flow->last_us = 1795410000000000;
	flow->client = (struct fs_addr){ { 198, 51, 100, 7 }, 4 };
	flow->server = (struct fs_addr){ { 203, 0, 113, 10 }, 4 };
	flow->verdict.decision = FS_ANOMALOUS;
	client->addr = flow->client;
	client->bits = 32;
	client->first_us = client->last_us = flow->first_us;
	client->verdict.decision = FS_ANOMALOUS;
	if (fs_store_put_flow(writer, flow, &err) < 0 ||
	    fs_store_put_client(writer, client, &err) < 0 ||
	    fs_store_commit(writer, &err) < 0)
		abort();
	free(flow);
	free(client);
}

/* Leaves nothing behind. */
static void
remove_rows(void)
{
	static const char *const names[] = { "rows", "rows-wal", "rows-shm",
		"rows.lock" };
	char path[PATH_SIZE];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		path_of(names[i], path);
		(void)unlink(path);
	}
}

static void
target_open(struct target *target)
{
	char path[PATH_SIZE];
	struct fs_store *writer;
	struct fs_err err;

	path_of("rows", path);
	remove_rows();
	(void)atexit(remove_rows);
	if (fs_store_open(path, &err, &writer) < 0)
		abort();
	fill(writer);
	fs_store_close(writer);
	if (fs_store_open_read(path, &err, &target->reader) < 0 ||
	    sqlite3_open(path, &target->db) != SQLITE_OK ||
	    sqlite3_exec(target->db, "PRAGMA synchronous = off", NULL, NULL,
		NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(target->db,
		"UPDATE flows_1 SET basis = ?1, server = ?2", -1,
		&target->flows, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(target->db,
		"UPDATE clients SET evidence = ?1, signals = ?2,"
		" sensor = CAST(?2 AS TEXT)",
		-1, &target->clients, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(target->db, "UPDATE kinds SET bytes = ?1", -1,
		&target->kinds, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(target->db,
		"UPDATE places SET city = CAST(?1 AS TEXT),"
		" as_name = CAST(?2 AS TEXT)",
		-1, &target->places, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(target->db,
		"INSERT OR REPLACE INTO chunks_1"
		" SELECT 1, 1, 0, 9e18, 9e18, ?1",
		-1, &target->chunks, NULL) != SQLITE_OK ||
	    sqlite3_exec(target->db,
		"CREATE TEMP TABLE kept AS SELECT bytes FROM kinds;"
		"CREATE TEMP TRIGGER pack AFTER INSERT ON chunks_1 BEGIN"
		" UPDATE partitions SET packed = 1; END",
		NULL, NULL, NULL) != SQLITE_OK)
		abort();
}

static void
set_row(sqlite3_stmt *stmt, const uint8_t *data, size_t first, size_t size)
{
	sqlite3_bind_blob64(stmt, 1, data, first, SQLITE_STATIC);
	sqlite3_bind_blob64(stmt, 2, data + first, size - first, SQLITE_STATIC);
	if (sqlite3_step(stmt) != SQLITE_DONE)
		abort();
	sqlite3_reset(stmt);
}

/* Asks one who has not read any of it yet. */
static void
ask_anew(int format)
{
	char path[PATH_SIZE];
	struct fs_store *reader;
	struct fs_err err;

	path_of("rows", path);
	if (fs_store_open_read(path, &err, &reader) < 0)
		abort();
	ask_all(reader, format);
	fs_store_close(reader);
}

/* What stands once for many rows: noise for one round. */
static void
try_shared(const struct target *target, sqlite3_stmt *stmt, const uint8_t *data,
    size_t size, int format)
{
	set_row(stmt, data, size, size);
	ask_anew(format);
	if (sqlite3_exec(target->db,
		"UPDATE kinds SET bytes = (SELECT bytes FROM temp.kept);"
		"DELETE FROM chunks_1; UPDATE partitions SET packed = 0",
		NULL, NULL, NULL) != SQLITE_OK)
		abort();
}

static void
try_rows(const uint8_t *data, size_t size, int format)
{
	static struct target target;
	size_t first;

	if (size == 0)
		return;
	if (target.db == NULL)
		target_open(&target);
	if (data[0] == SHARED_KIND || data[0] == SHARED_CHUNK) {
		try_shared(&target,
		    data[0] == SHARED_KIND ? target.kinds : target.chunks,
		    data + 1, size - 1, format);
		return;
	}
	first = (size - 1) * data[0] / UINT8_MAX;
	set_row(target.flows, data + 1, first, size - 1);
	set_row(target.clients, data + 1, first, size - 1);
	set_row(target.places, data + 1, first, size - 1);
	ask_all(target.reader, format);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int format;

	if (size == 0)
		return 0;
	format = (data[0] >> 1) % FS_FORMAT_COUNT;
	if (data[0] & 1)
		try_rows(data + 1, size - 1, format);
	else
		try_file(data + 1, size - 1, format);
	return 0;
}
