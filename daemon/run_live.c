#include "run.h"

#include "log.h"

static void
on_readable(uv_poll_t *handle, int status, int events)
{
	struct run *run = handle->data;
	struct fs_frame frame;
	struct fs_err err = { 0 };
	int i, rc = 1, failed;

	(void)status;
	(void)events;
	for (i = 0; i < RUN_BATCH && rc > 0; i++) {
		rc = fs_capture_next(run->capture, &err, &frame);
		if (rc > 0 &&
		    (failed = pipeline_frame(run->pipeline, &frame)) < 0) {
			run_fail(run, failed);
			return;
		}
	}
	if (rc < 0) {
		log_fault(NULL, false, &err);
		run->code = 5;
		uv_stop(&run->loop);
	}
	if ((failed = pipeline_push(run->pipeline)) < 0)
		run_fail(run, failed);
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
		run_fail(run, rc);
	log_tick();
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

/* The socket through which the run is controlled, and the like. */
static int
open_service(struct run *run)
{
	struct fs_err err = { 0 };

	if (service_open(&run->service, run->pipeline->config,
		run->confine.privileges.uid, &err) == 0)
		return 0;
	log_fault(NULL, false, &err);
	return 2;
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
	if (rc == 0)
		rc = service_start(&run->service, run);
	if (rc < 0) {
		log_line("cannot watch %s: %s", run->subject, uv_strerror(rc));
		run->code = 2;
		return;
	}
	run->poll.data = run->timer.data = run;
	uv_poll_start(&run->poll, UV_READABLE, on_readable);
	uv_timer_start(&run->timer, on_timer, RUN_TICK_MS, RUN_TICK_MS);
	log_line("capturing on %s into %s; stop with Ctrl-C", run->subject,
	    run->db);
	log_guard();
	uv_run(&run->loop, UV_RUN_DEFAULT);
	service_stop(&run->service);
	if (!run->failed && (rc = note_drops(run)) < 0)
		run_fail(run, rc);
	if (!run->failed)
		run_tell_capture(run, NULL);
	run_finish(run);
}

int
run_live(struct pipeline *pipeline, const struct options *options)
{
	struct run run;
	int code = run_begin(&run, pipeline, options);

	if (code != 0)
		return code;
	/* The interface first: one that is not there stores nothing. */
	if ((run.code = open_interface(&run)) == 0 &&
	    (run.code = open_service(&run)) == 0 &&
	    (run.code = run_open_store(&run)) == 0)
		read_interface(&run);
	run_end(&run);
	return run.code;
}
