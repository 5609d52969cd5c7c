#include "run.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "log.h"

/* ---- Start and stop ---------------------------------------------------- */

static void
on_signal(uv_signal_t *handle, int number)
{
	struct run *run = handle->data;

	if (number == SIGHUP) {
		if (run->reload.pipeline != NULL)
			(void)reload_ask(&run->reload);
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
	static const int numbers[RUN_SIGNALS] = { SIGINT, SIGTERM, SIGHUP };
	int i, rc = 0;

	for (i = 0; i < RUN_SIGNALS && rc == 0; i++) {
		rc = uv_signal_init(&run->loop, &run->signals[i]);
		run->signals[i].data = run;
		if (rc == 0)
			rc = uv_signal_start(&run->signals[i], on_signal,
			    numbers[i]);
	}
	return rc;
}

void
run_fail(struct run *run, int rc)
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

void
run_end(struct run *run)
{
	reload_stop(&run->reload);
	service_stop(&run->service);
	uv_walk(&run->loop, on_walk, NULL);
	uv_run(&run->loop, UV_RUN_DEFAULT);
	uv_loop_close(&run->loop);
	reload_end(&run->reload);
	service_end(&run->service);
	fs_capture_close(run->capture);
	while (run->tap_count > 0)
		tap_close(&run->taps[--run->tap_count]);
}

void
run_tell_capture(struct run *run, const char *text)
{
	struct fs_capture_stats stats;
	int rc;

	fs_capture_stats(run->capture, &stats);
	rc = pipeline_event(run->pipeline, FS_EVENT_CAPTURE,
	    run->pipeline->first_us, run->subject, stats.frames, text);
	if (rc < 0)
		run_fail(run, rc);
}

/* A worker a core: the other threads have little to do. */
static unsigned
choose_workers(const struct options *options, const struct config *config)
{
	enum { USUAL_MAX = 8 };
	unsigned cores = uv_available_parallelism();

	if (options->workers > 0)
		return options->workers;
	if (config->workers > 0)
		return config->workers;
	return cores < USUAL_MAX ? cores : USUAL_MAX;
}

int
run_begin(struct run *run, struct pipeline *pipeline,
    const struct options *options)
{
	struct fs_err err = { 0 };
	int rc;

	memset(run, 0, sizeof(*run));
	run->service.socket.fd = run->service.notify.fd = -1;
	run->pipeline = pipeline;
	run->options = options;
	pipeline->workers = choose_workers(options, pipeline->config);
	pipeline->live = options->capture_count == 0;
	run->db = options->db ? options->db : pipeline->config->store_path;
	if (run->db == NULL) {
		log_line("no database: name one with --db FILE, or with "
			 "store.path in the config");
		return 2;
	}
	log_open((enum log_target)pipeline->config->log_target,
	    pipeline->config->log_level, "/dev/log");
	if (confine_begin(&run->confine, pipeline->config, options, &err) < 0) {
		log_fault(NULL, false, &err);
		return 2;
	}
	if ((rc = uv_loop_init(&run->loop)) < 0) {
		log_line("cannot start: %s", uv_strerror(rc));
		return 2;
	}
	if ((rc = watch_signals(run)) < 0) {
		log_line("cannot watch signals: %s", uv_strerror(rc));
		run_end(run);
		return 2;
	}
	return 0;
}

static int
open_store(struct run *run)
{
	struct pipeline *pipeline = run->pipeline;
	struct fs_err err = { 0 };
	int rc = pipeline_open(pipeline, run->db, &err);

	if (rc == 0)
		return 0;
	if (err.text[0])
		log_fault(NULL, false, &err);
	else
		log_line("%s: cannot start: %s", run->db, fs_strerror(rc));
	if (rc == -EACCES && run->confine.privileges.changes)
		log_line("it is opened as user '%s': give that user the folder "
			 "and what is in it (chown -R)",
		    run->confine.privileges.user);
	return pipeline->store_failed ? 3 : 2;
}

int
run_open_store(struct run *run)
{
	struct fs_err err = { 0 };
	int code;

	if (confine_drop(&run->confine, &err) < 0) {
		log_fault(NULL, false, &err);
		return 2;
	}
	if ((code = open_store(run)) != 0)
		return code;
	if (confine_enter(&run->confine, run->pipeline, run->options, &err) <
	    0) {
		log_fault(NULL, false, &err);
		return 2;
	}
	if (pipeline_start(run->pipeline, &err) < 0) {
		if (err.text[0])
			log_fault(NULL, false, &err);
		else
			log_line("the threads cannot be started");
		return 2;
	}
	return 0;
}

void
run_finish(struct run *run)
{
	int rc;

	if (run->failed || (run->code == 2 && !run->pipeline->started))
		return;
	if ((rc = pipeline_finish(run->pipeline)) < 0) {
		run_fail(run, rc);
		return;
	}
	progress_summary(&run->progress, uv_hrtime(), run->pipeline, run->db);
}
