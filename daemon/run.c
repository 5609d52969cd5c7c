#include "run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <uv.h>

#include "log.h"
#include "progress.h"
#include "reload.h"

enum {
	BATCH = 1024,   /* Frames between two looks at the loop. */
	TICK_MS = 1000, /* Between two commits. */
	SIGNALS = 3,
};

/* One run of the loop. */
struct run {
	struct pipeline *pipeline;
	const struct options *options;
	const char *db;
	uv_loop_t loop;
	uv_signal_t signals[SIGNALS];
	uv_idle_t idle;       /* Files. */
	uv_poll_t poll;       /* Live. */
	uv_timer_t timer;     /* Live. */
	struct reload reload; /* Live. */
	struct fs_capture *capture;
	size_t capture_at; /* Next of options->captures. */
	const char *subject;
	uint64_t saved_ns;            /* Files: of the last commit. */
	struct fs_capture_stats seen; /* Live: as last told. */
	struct progress progress;
	bool failed; /* Nothing more can be stored. */
	int code;    /* Exit code so far. */
};

/* ---- Start and stop ---------------------------------------------------- */

static void
on_signal(uv_signal_t *handle, int number)
{
	struct run *run = handle->data;

	if (number == SIGHUP) {
		if (run->reload.pipeline != NULL)
			reload_ask(&run->reload);
		else
			log_line("SIGHUP: files are judged by the rules that "
				 "were there at the start");
		return;
	}
	progress_clear(&run->progress);
	log_line("%s: finishing",
	    number == SIGINT ? "interrupted" : "terminated");
	/* Files are then read in part; a live capture ends no other way. */
	if (run->options->capture_count > 0)
		run->code = 5;
	uv_stop(&run->loop);
}

static int
watch_signals(struct run *run)
{
	static const int numbers[SIGNALS] = { SIGINT, SIGTERM, SIGHUP };
	int i, rc = 0;

	for (i = 0; i < SIGNALS && rc == 0; i++) {
		rc = uv_signal_init(&run->loop, &run->signals[i]);
		run->signals[i].data = run;
		if (rc == 0)
			rc = uv_signal_start(&run->signals[i], on_signal,
			    numbers[i]);
	}
	return rc;
}

/* A failure that ends the run: the store's, or a lack of memory. */
static void
fail(struct run *run, int rc)
{
	progress_clear(&run->progress);
	if (run->pipeline->err.text[0])
		log_fault(NULL, false, &run->pipeline->err);
	else
		log_line("stopped: %s", fs_strerror(rc));
	run->failed = true;
	run->code = run->pipeline->store_failed ? 3 : 2;
	uv_stop(&run->loop);
}

static void
on_walk(uv_handle_t *handle, void *ctx)
{
	(void)ctx;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

static void
end(struct run *run)
{
	reload_stop(&run->reload);
	uv_walk(&run->loop, on_walk, NULL);
	uv_run(&run->loop, UV_RUN_DEFAULT);
	uv_loop_close(&run->loop);
	reload_end(&run->reload);
	fs_capture_close(run->capture);
}

/* Writes what was read. 'text' says why it ends before its end, or is
 * null. */
static void
tell_capture(struct run *run, const char *text)
{
	struct fs_capture_stats stats;
	int rc;

	fs_capture_stats(run->capture, &stats);
	rc = pipeline_event(run->pipeline, FS_EVENT_CAPTURE,
	    run->pipeline->first_us, run->subject, stats.frames, text);
	if (rc < 0)
		fail(run, rc);
}

/* Returns 0, and the run is to be ended; or an exit code. */
static int
begin(struct run *run, struct pipeline *pipeline, const struct options *options)
{
	int rc;

	memset(run, 0, sizeof(*run));
	run->pipeline = pipeline;
	run->options = options;
	run->db = options->db ? options->db : pipeline->config->store_path;
	if (run->db == NULL) {
		log_line("no database: name one with --db FILE, or with "
			 "store.path in the config");
		return 2;
	}
	if ((rc = uv_loop_init(&run->loop)) < 0) {
		log_line("cannot start: %s", uv_strerror(rc));
		return 2;
	}
	if ((rc = watch_signals(run)) < 0) {
		log_line("cannot watch signals: %s", uv_strerror(rc));
		end(run);
		return 2;
	}
	return 0;
}

/* Opens the store, once there is something to read. Returns the exit code. */
static int
open_store(struct run *run)
{
	struct pipeline *pipeline = run->pipeline;
	struct fs_err err = { 0 };
	int rc = pipeline_start(pipeline, run->db, &err);

	if (rc == 0)
		return 0;
	if (err.text[0])
		log_fault(NULL, false, &err);
	else
		log_line("%s: cannot start: %s", run->db, fs_strerror(rc));
	return pipeline->store_failed ? 3 : 2;
}

/* Flushes and tells, unless the run has failed, or refused all its input. */
static void
finish(struct run *run)
{
	int rc;

	if (run->failed || (run->code == 2 && !run->pipeline->started))
		return;
	if ((rc = pipeline_finish(run->pipeline)) < 0) {
		fail(run, rc);
		return;
	}
	progress_summary(&run->progress, uv_hrtime(), run->pipeline, run->db);
}

/* ---- Files ------------------------------------------------------------- */

/* What can be read once only. */
static bool
is_stream(const char *path)
{
	struct stat status;

	return strcmp(path, "-") == 0 ||
	    (stat(path, &status) == 0 &&
		(S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode)));
}

/* Every file must open before the first is read: a mistyped name then costs
 * nothing and stores nothing. */
static int
try_files(const struct options *options)
{
	struct fs_capture *capture;
	struct fs_err err = { 0 };
	size_t i;

	for (i = 0; i < options->capture_count; i++) {
		if (is_stream(options->captures[i]))
			continue;
		if (fs_capture_open_file(options->captures[i], &err, &capture) <
		    0) {
			log_fault(NULL, false, &err);
			return 2;
		}
		fs_capture_close(capture);
	}
	return 0;
}

static void
close_file(struct run *run, const char *text)
{
	tell_capture(run, text);
	fs_capture_close(run->capture);
	run->capture = NULL;
}

/* A damaged file is read up to the damage. */
static void
note_damage(struct run *run, const struct fs_err *err)
{
	int rc;

	progress_clear(&run->progress);
	log_fault(NULL, false, err);
	run->code = 5;
	rc = pipeline_event(run->pipeline, FS_EVENT_DAMAGE,
	    run->pipeline->last_us, run->subject, 0, err->text);
	if (rc < 0)
		fail(run, rc);
}

static void
open_next(struct run *run)
{
	struct fs_err err = { 0 };

	if (run->capture_at == run->options->capture_count) {
		uv_stop(&run->loop);
		return;
	}
	run->subject = run->options->captures[run->capture_at++];
	pipeline_capture(run->pipeline);
	if (fs_capture_open_file(run->subject, &err, &run->capture) < 0) {
		progress_clear(&run->progress);
		log_fault(NULL, false, &err);
		run->code = 2;
		uv_stop(&run->loop);
	}
}

/* Whoever kills a run loses its last second at most. */
static void
save_in_time(struct run *run)
{
	uint64_t now_ns = uv_hrtime();
	int rc;

	if (now_ns - run->saved_ns < (uint64_t)TICK_MS * 1000000)
		return;
	run->saved_ns = now_ns;
	if (run->pipeline->uncommitted > 0 &&
	    (rc = pipeline_save(run->pipeline)) < 0)
		fail(run, rc);
}

static void
on_idle(uv_idle_t *handle)
{
	struct run *run = handle->data;
	struct fs_capture_stats stats;
	struct fs_frame frame;
	struct fs_err err = { 0 };
	int i, rc = 1, failed;

	if (run->capture == NULL) {
		open_next(run);
		return;
	}
	for (i = 0; i < BATCH && rc > 0; i++) {
		rc = fs_capture_next(run->capture, &err, &frame);
		if (rc > 0 &&
		    (failed = pipeline_frame(run->pipeline, &frame)) < 0) {
			fail(run, failed);
			return;
		}
	}
	fs_capture_stats(run->capture, &stats);
	progress_draw(&run->progress, uv_hrtime(), run->subject, &stats);
	save_in_time(run);
	if (rc < 0 && !run->failed)
		note_damage(run, &err);
	if (rc <= 0 && !run->failed)
		close_file(run, NULL);
}

static void
read_files(struct run *run)
{
	progress_begin(&run->progress, uv_hrtime());
	uv_idle_init(&run->loop, &run->idle);
	run->idle.data = run;
	uv_idle_start(&run->idle, on_idle);
	uv_run(&run->loop, UV_RUN_DEFAULT);
	if (run->capture != NULL && !run->failed)
		close_file(run, "stopped before its end");
	finish(run);
}

int
run_files(struct pipeline *pipeline, const struct options *options)
{
	struct run run;
	int code = begin(&run, pipeline, options);

	if (code != 0)
		return code;
	if ((run.code = try_files(options)) == 0 &&
	    (run.code = open_store(&run)) == 0)
		read_files(&run);
	end(&run);
	return run.code;
}

/* ---- Live -------------------------------------------------------------- */

static void
on_readable(uv_poll_t *handle, int status, int events)
{
	struct run *run = handle->data;
	struct fs_frame frame;
	struct fs_err err = { 0 };
	int i, rc = 1, failed;

	(void)status;
	(void)events;
	for (i = 0; i < BATCH && rc > 0; i++) {
		rc = fs_capture_next(run->capture, &err, &frame);
		if (rc > 0 &&
		    (failed = pipeline_frame(run->pipeline, &frame)) < 0) {
			fail(run, failed);
			return;
		}
	}
	if (rc < 0) {
		log_fault(NULL, false, &err);
		run->code = 5;
		uv_stop(&run->loop);
	}
}

/* Writes what the kernel dropped since the last look. */
static int
note_drops(struct run *run)
{
	struct fs_capture_stats now;
	uint64_t kernel, iface;
	int rc = 0;

	fs_capture_stats(run->capture, &now);
	kernel = now.kernel_drops - run->seen.kernel_drops;
	iface = now.iface_drops - run->seen.iface_drops;
	run->seen = now;
	if (kernel > 0)
		rc = pipeline_event(run->pipeline, FS_EVENT_DROP,
		    run->pipeline->last_us, "kernel-ring", kernel,
		    "the capture ring was full");
	if (rc == 0 && iface > 0)
		rc = pipeline_event(run->pipeline, FS_EVENT_DROP,
		    run->pipeline->last_us, "interface", iface,
		    "dropped by the interface");
	return rc;
}

static void
on_timer(uv_timer_t *handle)
{
	struct run *run = handle->data;
	int rc;

	rc = pipeline_tick(run->pipeline, pipeline_live_us());
	if (rc == 0)
		rc = note_drops(run);
	if (rc == 0)
		rc = pipeline_commit(run->pipeline);
	if (rc < 0)
		fail(run, rc);
}

/* Opens the one interface that was named. */
static int
open_interface(struct run *run)
{
	const struct config *config = run->pipeline->config;
	size_t count = run->options->interface_count;
	struct fs_err err = { 0 };

	if (count == 0)
		count = config->interface_count;
	if (count != 1) {
		log_line("%zu interfaces are named; this version captures on "
			 "one",
		    count);
		return 2;
	}
	run->subject = run->options->interface_count
	    ? run->options->interfaces[0]
	    : config->interfaces[0];
	if (fs_capture_open_live(run->subject, config->ring_size, &err,
		&run->capture) < 0) {
		log_fault(NULL, false, &err);
		return 2;
	}
	return 0;
}

static void
read_interface(struct run *run)
{
	int rc;

	progress_begin(&run->progress, uv_hrtime());
	rc = uv_poll_init(&run->loop, &run->poll, fs_capture_fd(run->capture));
	if (rc == 0)
		rc = uv_timer_init(&run->loop, &run->timer);
	if (rc == 0)
		rc = reload_begin(&run->reload, &run->loop, run->pipeline);
	if (rc < 0) {
		log_line("cannot watch %s: %s", run->subject, uv_strerror(rc));
		run->code = 2;
		return;
	}
	run->poll.data = run->timer.data = run;
	uv_poll_start(&run->poll, UV_READABLE, on_readable);
	uv_timer_start(&run->timer, on_timer, TICK_MS, TICK_MS);
	log_line("capturing on %s into %s; stop with Ctrl-C", run->subject,
	    run->db);
	uv_run(&run->loop, UV_RUN_DEFAULT);
	if (!run->failed && (rc = note_drops(run)) < 0)
		fail(run, rc);
	if (!run->failed)
		tell_capture(run, NULL);
	finish(run);
}

int
run_live(struct pipeline *pipeline, const struct options *options)
{
	struct run run;
	int code = begin(&run, pipeline, options);

	if (code != 0)
		return code;
	/* The interface first: one that is not there stores nothing. */
	if ((run.code = open_interface(&run)) == 0 &&
	    (run.code = open_store(&run)) == 0)
		read_interface(&run);
	end(&run);
	return run.code;
}
