#include "run.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "log.h"

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
	run_tell_capture(run, text);
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
		run_fail(run, rc);
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

/* Whoever kills a run loses its last second of flows at most. */
static void
save_in_time(struct run *run)
{
	uint64_t now_ns = uv_hrtime();

	if (now_ns - run->saved_ns < (uint64_t)RUN_TICK_MS * 1000000)
		return;
	run->saved_ns = now_ns;
	pipeline_save(run->pipeline);
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
	for (i = 0; i < RUN_BATCH && rc > 0; i++) {
		rc = fs_capture_next(run->capture, &err, &frame);
		if (rc > 0 &&
		    (failed = pipeline_frame(run->pipeline, &frame)) < 0) {
			run_fail(run, failed);
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
	run->saved_ns = uv_hrtime();
	progress_begin(&run->progress, run->saved_ns);
	uv_idle_init(&run->loop, &run->idle);
	run->idle.data = run;
	uv_idle_start(&run->idle, on_idle);
	uv_run(&run->loop, UV_RUN_DEFAULT);
	if (run->capture != NULL && !run->failed)
		close_file(run, "stopped before its end");
	run_finish(run);
}

int
run_files(struct pipeline *pipeline, const struct options *options)
{
	struct run run;
	int code = run_begin(&run, pipeline, options);

	if (code != 0)
		return code;
	if ((run.code = try_files(options)) == 0 &&
	    (run.code = run_open_store(&run)) == 0)
		read_files(&run);
	run_end(&run);
	return run.code;
}
