#include "service.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "run.h"
#include "status.h"

static uint64_t
wall_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* ---- What is told ---------------------------------------------------------
 */

static uint64_t
size_of_file(const char *path, const char *suffix)
{
	struct stat status;
	char name[4096];

	(void)snprintf(name, sizeof(name), "%s%s", path, suffix);
	return stat(name, &status) == 0 ? (uint64_t)status.st_size : 0;
}

static void
fill_memory(const struct run *run, struct status *status)
{
	struct mallinfo2 heap = mallinfo2();

	status_add_part(status, "heap", heap.uordblks);
	status_add_part(status, "heap_unused", heap.fordblks);
	/* The tables of flows and clients are mapped. */
	status_add_part(status, "tables", heap.hblkhd);
	status_add_part(status, "ring", run->pipeline->config->ring_size);
}

static void
fill_queues(const struct reader *reader, struct status *status)
{
	struct status_queue rows = { .name = "rows",
		.room = ring_room(reader->judging.rows),
		.waiting = ring_count(reader->judging.rows) };
	struct status_queue batches = { .name = "batches" };
	struct status_queue said = { .name = "observations" };
	unsigned i;

	for (i = 0; i < reader->worker_count; i++) {
		const struct worker *worker = &reader->workers[i];

		said.waiting += ring_count(worker->sheaves);
		said.room += ring_room(worker->sheaves);
		if (!worker->threaded)
			continue;
		batches.waiting += ring_count(worker->batches);
		batches.room += ring_room(worker->batches);
	}
	status_add_queue(status, &batches);
	status_add_queue(status, &said);
	status_add_queue(status, &rows);
}

static void
fill_run(const struct service *service, struct status *status)
{
	const struct run *run = service->run;
	struct pipeline *pipeline = run->pipeline;
	struct judging_counts counts;
	size_t i;

	status->sensor = pipeline->config->settings.sensor;
	status->store = run->db;
	status->privileges = run->confine.text;
	status->interface_count = run->tap_count;
	for (i = 0; i < run->tap_count; i++) {
		status->interfaces[i].name = run->taps[i].name;
		fs_capture_stats(run->taps[i].capture,
		    &status->interfaces[i].stats);
	}
	pipeline_stats(pipeline, &status->engine);
	judging_count(&pipeline->reader.judging, &counts);
	status->clients = counts.clients;
	status->clients_evicted = counts.evicted;
	for (i = 0; i < 3; i++)
		status->decisions[i] = counts.decisions[i];
	fill_queues(&pipeline->reader, status);
	status->store_bytes =
	    size_of_file(run->db, "") + size_of_file(run->db, "-wal");
	status->rules = pipeline->rules;
	status->generation = pipeline->generation;
	status->loads = run->reload.loads;
	status->refusals = run->reload.refusals;
	fill_memory(run, status);
}

/* 'error' is room for the newest message. */
static void
fill(const struct service *service, char error[LOG_LINE_SIZE],
    struct status *status)
{
	memset(status, 0, sizeof(*status));
	status->now_us = wall_us();
	status->started_us = service->started_us;
	status->refused_us = service->refused_us;
	status->refused = service->refused;
	status->error_us = log_last_error(error);
	status->error = error;
	fill_run(service, status);
}

/* ---- The control socket -----------------------------------------------------
 */

static void
on_status(void *ctx, struct json *json)
{
	char error[LOG_LINE_SIZE];
	struct status status;

	fill(ctx, error, &status);
	status_write(&status, json);
}

static void
on_stats(void *ctx, struct json *json)
{
	char error[LOG_LINE_SIZE];
	struct status status;

	fill(ctx, error, &status);
	status_write_stats(&status, json);
}

static uint64_t
on_reload(void *ctx)
{
	struct service *service = ctx;

	return reload_ask(&service->run->reload);
}

/* What was seen so far is written and committed. */
static int
on_rotate(void *ctx, struct fs_err *err)
{
	struct service *service = ctx;
	struct pipeline *pipeline = service->run->pipeline;
	int rc = pipeline_commit(pipeline);

	if (rc == 0)
		rc = pipeline_rest(pipeline);
	if (rc < 0) {
		*err = pipeline->err;
		run_fail(service->run, rc);
	}
	return rc;
}

static void
on_stop(void *ctx)
{
	struct service *service = ctx;

	log_line("stopped by flowscan ctl: finishing");
	uv_stop(&service->run->loop);
}

static const struct control_ops ops = { on_status, on_stats, on_reload,
	on_rotate, on_stop };

/* ---- Reloads
 * ------------------------------------------------------------------ */

static void
on_begun(void *ctx)
{
	const struct service *service = ctx;

	notify_reloading(&service->notify);
}

static void
on_loaded(void *ctx, const struct fs_err *err)
{
	struct service *service = ctx;
	const struct reload *reload = &service->run->reload;

	if (err->text[0] != '\0') {
		service->refused = *err;
		service->refused_us = wall_us();
	}
	notify_send(&service->notify,
	    err->text[0] != '\0'
		? "READY=1\nSTATUS=Capturing; the newest rules were refused"
		: "READY=1\nSTATUS=Capturing");
	control_loaded(service->control, reload->begun, err,
	    fs_ruleset_digest(service->run->pipeline->rules));
}

/* ---- Start and end
 * ------------------------------------------------------------- */

static void
on_watchdog(uv_timer_t *timer)
{
	const struct service *service = timer->data;

	notify_send(&service->notify, "WATCHDOG=1");
}

int
service_open(struct service *service, const struct config *config, uid_t owner,
    struct fs_err *err)
{
	const struct control_access access = {
		.path = config->control_path,
		.group = config->control_group,
		.mode = config->control_mode,
		.owner = owner,
	};

	*service = (struct service){ .socket.fd = -1 };
	/* Whoever asks, or reads the log, may go away at any time. */
	(void)signal(SIGPIPE, SIG_IGN);
	notify_open(&service->notify);
	if (access.path == NULL)
		return 0;
	return control_socket_open(&access, err, &service->socket);
}

int
service_start(struct service *service, struct run *run)
{
	struct reload *reload = &run->reload;
	int rc;

	service->run = run;
	service->started_us = wall_us();
	reload->confined = run->confine.on;
	reload->on_begun = on_begun;
	reload->on_loaded = on_loaded;
	reload->ctx = service;
	if (service->socket.fd >= 0 &&
	    (rc = control_start(&run->loop, &service->socket, &ops, service,
		 &service->control)) < 0)
		return rc;
	if (service->notify.watchdog_ms > 0) {
		if ((rc = uv_timer_init(&run->loop, &service->watchdog)) < 0)
			return rc;
		service->watchdog.data = service;
		(void)uv_timer_start(&service->watchdog, on_watchdog, 0,
		    service->notify.watchdog_ms);
	}
	notify_send(&service->notify, "READY=1\nSTATUS=Capturing");
	return 0;
}

void
service_stop(struct service *service)
{
	if (service->run == NULL)
		return;
	notify_send(&service->notify, "STOPPING=1\nSTATUS=Writing the rest");
	control_stop(service->control);
	control_socket_close(&service->socket);
}

void
service_end(struct service *service)
{
	control_socket_close(&service->socket);
	control_free(service->control);
	notify_close(&service->notify);
}
