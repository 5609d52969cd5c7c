/* Runs over capture files: exit codes, and what is in the store then. */
#include "../../../daemon/run.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../tap.h"
#include "signal/blob.h"
#include "store/store.h"

enum { PATH_SIZE = 256, EVENTS = 32 };

static char folder[] = "/tmp/flowscan-run-XXXXXX";
static const char sample[] = "test/data/http.pcap";

struct events {
	unsigned count;
	struct fs_event event[EVENTS];
};

static int
on_event(void *ctx, const struct fs_event *event)
{
	struct events *events = ctx;

	if (events->count < EVENTS)
		events->event[events->count++] = *event;
	return 0;
}

static int
on_client(void *ctx, const struct fs_client *client)
{
	unsigned *clients = ctx;

	(void)client;
	(*clients)++;
	return 0;
}

/* Runs over 'count' captures without rules, as the program does. */
static int
run_over(const char *db, const char **captures, size_t count)
{
	struct options options = { .db = db,
		.captures = captures,
		.capture_count = count };
	struct pipeline pipeline;
	struct config config = { 0 };
	int code;

	fs_settings_init(&config.settings);
	config.settings.flow_max = config.settings.detect_max = 64;
	if (pipeline_load(&pipeline, &config) < 0)
		abort();
	code = run_files(&pipeline, &options);
	pipeline_fini(&pipeline);
	fs_settings_fini(&config.settings);
	return code;
}

static const struct fs_event *
find_event(const struct events *events, enum fs_event_kind kind)
{
	unsigned i;

	for (i = 0; i < events->count; i++)
		if (events->event[i].kind == kind)
			return &events->event[i];
	return NULL;
}

static struct fs_store *
open_db(const char *db)
{
	struct fs_store *store;
	struct fs_err err = { 0 };

	if (fs_store_open_read(db, &err, &store) < 0) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	return store;
}

static void
read_events(const char *db, struct events *events)
{
	struct fs_store *store = open_db(db);
	struct store_query query = { 0 };

	events->count = 0;
	fs_filter_init(&query.filter);
	store_ask_span(store, NULL, &query.snapshot);
	store_query_whole(&query);
	store_ask_events(store, &query, on_event, events, NULL);
	fs_store_close(store);
}

static void
test_events(void)
{
	static struct events events;
	char db[PATH_SIZE];
	const char *captures[] = { sample };
	const struct fs_event *start, *load, *capture, *stop;
	struct fs_freshness freshness = { 0 };
	struct fs_store *store;

	snprintf(db, sizeof(db), "%s/events.db", folder);
	tap_int(run_over(db, captures, 1), 0, "a capture is read");
	read_events(db, &events);
	start = find_event(&events, FS_EVENT_START);
	load = find_event(&events, FS_EVENT_LOAD);
	capture = find_event(&events, FS_EVENT_CAPTURE);
	stop = find_event(&events, FS_EVENT_STOP);
	tap_ok(start && load && stop, "start, load and stop are rows");
	tap_ok(load && strlen(load->text) == 64,
	    "with the digest of the rules");
	tap_ok(start && start->time_us > 0, "by the capture's clock");
	tap_ok(capture && start && stop && capture->count > 0 &&
		capture->time_us == start->time_us &&
		capture->until_us == stop->time_us &&
		capture->until_us > capture->time_us,
	    "a capture's row spans it");
	store = open_db(db);
	fs_store_freshness(store, NULL, &freshness);
	tap_ok(freshness.rules_us > 0, "when the rules were loaded is known");
	fs_store_close(store);
}

/* Writes the sample into a pipe. */
static pid_t
feed(const char *path)
{
	pid_t child = fork();
	char bytes[4096];
	ssize_t size;
	int from, to;

	if (child != 0)
		return child;
	from = open(sample, O_RDONLY);
	to = open(path, O_WRONLY);
	while ((size = read(from, bytes, sizeof(bytes))) > 0)
		if (write(to, bytes, (size_t)size) != size)
			_exit(1);
	_exit(0);
}

static void
test_pipe(void)
{
	char db[PATH_SIZE], path[PATH_SIZE];
	const char *captures[] = { path };
	pid_t child;

	snprintf(db, sizeof(db), "%s/pipe.db", folder);
	snprintf(path, sizeof(path), "%s/pipe", folder);
	mkfifo(path, 0600);
	alarm(20);
	child = feed(path);
	tap_int(run_over(db, captures, 1), 0,
	    "a pipe is opened once, and read whole");
	waitpid(child, NULL, 0);
	alarm(0);
}

/* A pipe shows only when it is opened that it brings no capture: what was
 * read before stays. */
static void
test_late_refusal(void)
{
	char db[PATH_SIZE];
	const char *captures[] = { sample, "/dev/null" };
	struct fs_store *store;
	unsigned clients = 0;

	snprintf(db, sizeof(db), "%s/late.db", folder);
	tap_int(run_over(db, captures, 2), 2, "no capture: usage");
	store = open_db(db);
	fs_store_recall(store, on_client, &clients, NULL);
	tap_ok(clients > 0, "the clients of the first capture are stored");
	fs_store_close(store);
}

/* Copies records of the sample, from 'first' up to 'end', into a capture of
 * its own. */
static void
cut_sample(const char *path, unsigned first, unsigned end)
{
	uint8_t header[24], record[16], bytes[2048];
	FILE *from = fopen(sample, "r"), *to = fopen(path, "w");
	uint32_t size;
	unsigned i;

	if (from == NULL || to == NULL || fread(header, 24, 1, from) != 1)
		abort();
	fwrite(header, 24, 1, to);
	for (i = 0; i < end && fread(record, 16, 1, from) == 1; i++) {
		memcpy(&size, record + 8, 4);
		if (size > sizeof(bytes) || fread(bytes, size, 1, from) != 1)
			abort();
		if (i < first)
			continue;
		fwrite(record, 16, 1, to);
		fwrite(bytes, size, 1, to);
	}
	fclose(from);
	fclose(to);
}

/* Captures of a ring follow each other; the other way round they do not. */
static void
test_ring(void)
{
	char db[PATH_SIZE], first[PATH_SIZE], second[PATH_SIZE];
	const char *forth[] = { first, second }, *back[] = { second, first };
	struct store_snapshot snapshot;
	struct fs_store *store;

	snprintf(first, sizeof(first), "%s/first.pcap", folder);
	snprintf(second, sizeof(second), "%s/second.pcap", folder);
	cut_sample(first, 0, 8);
	cut_sample(second, 8, 100);
	snprintf(db, sizeof(db), "%s/forth.db", folder);
	tap_int(run_over(db, forth, 2), 0, "two captures");
	store = open_db(db);
	store_ask_span(store, NULL, &snapshot);
	tap_int(snapshot.flow_top, 1, "a flow goes on in the next one");
	fs_store_close(store);
	snprintf(db, sizeof(db), "%s/back.db", folder);
	tap_int(run_over(db, back, 2), 0, "the other way round");
	store = open_db(db);
	store_ask_span(store, NULL, &snapshot);
	tap_int(snapshot.flow_top, 2, "a clock that goes back ends it");
	fs_store_close(store);
}

/* The signals of a client with a TLS gap. */
static uint32_t
gap_signals(uint8_t *room, size_t size)
{
	static struct signals signals;

	signals_clear(&signals);
	signals_set_count(&signals, SIGNAL_CLIENT_TLS_GAP_FLOWS, 3);
	signals_set_milli(&signals, SIGNAL_CLIENT_TLS_GAP_MS, 2000);
	return (uint32_t)blob_encode(&signals, room, size);
}

/* Live, what was learned counts after an hour, and that is another
 * generation; before, nothing changes. The store has no client yet, so one is
 * put in by hand. */
static void
test_floors(void)
{
	static struct fs_client row;
	const uint64_t now_us = 1700000000000000, hour_us = 3600000000;
	struct pipeline pipeline;
	struct config config = { 0 };
	char db[PATH_SIZE];
	uint32_t first;

	snprintf(db, sizeof(db), "%s/floors.db", folder);
	fs_settings_init(&config.settings);
	config.settings.flow_max = config.settings.detect_max = 64;
	if (pipeline_load(&pipeline, &config) < 0 ||
	    pipeline_open(&pipeline, db, &pipeline.err) < 0 ||
	    pipeline_start(&pipeline, &pipeline.err) < 0)
		abort();
	first = pipeline.generation.id;
	tap_int(pipeline_tick(&pipeline, now_us), 0, "live");
	row.addr.family = 4;
	row.addr.bytes[0] = 192;
	row.verdict.view = FS_VIEW_EXIT;
	row.last_us = now_us;
	row.signals_size = gap_signals(row.signals, sizeof(row.signals));
	tap_int(fs_floors_learn(pipeline.floors, &row), 0, "a client");
	pipeline_tick(&pipeline, now_us + hour_us - 1);
	tap_int(pipeline.generation.id, first, "within the hour");
	tap_int((long long)fs_floors_clients(pipeline.floors), 0,
	    "nothing is new");
	tap_int(pipeline_tick(&pipeline, now_us + hour_us), 0, "after it");
	tap_int((long long)fs_floors_clients(pipeline.floors), 1,
	    "the client is known");
	tap_ok(pipeline.generation.id > first, "which is a new generation");
	pipeline_finish(&pipeline);
	pipeline_fini(&pipeline);
	fs_settings_fini(&config.settings);
}

int
main(void)
{
	if (mkdtemp(folder) == NULL)
		abort();
	test_events();
	test_pipe();
	test_late_refusal();
	test_ring();
	test_floors();
	if (fork() == 0)
		execlp("rm", "rm", "-rf", folder, (char *)NULL);
	return tap_done();
}
