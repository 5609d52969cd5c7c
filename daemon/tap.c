#include "tap.h"

#include "log.h"
#include "run.h"

int
tap_open(struct tap *tap, struct run *run, const char *name, struct fs_err *err)
{
	*tap = (struct tap){ .run = run, .name = name };
	return fs_capture_open_live(name, run->pipeline->config->ring_size, err,
	    &tap->capture);
}

void
tap_close(struct tap *tap)
{
	fs_capture_close(tap->capture);
	tap->capture = NULL;
}

/* ---- While it is there --------------------------------------------------- */

static void
go_away(struct tap *tap, const struct fs_err *err)
{
	uint64_t last_us = tap->run->pipeline->last_us;

	(void)uv_poll_stop(&tap->poll);
	/* Before the first frame and tick, nothing has a time yet. */
	tap->away_us = last_us > 0 ? last_us : pipeline_live_us();
	log_at(LOG_WARNING, "%s; waiting for it to come back",
	    err->text[0] ? err->text : tap->name);
}

static void
on_readable(uv_poll_t *handle, int status, int events)
{
	struct tap *tap = handle->data;
	struct run *run = tap->run;
	struct fs_frame frame;
	struct fs_err err = { 0 };
	int i, rc = 1, failed = 0;

	(void)events;
	for (i = 0; i < RUN_BATCH && rc > 0 && failed == 0; i++) {
		rc = fs_capture_next(tap->capture, &err, &frame);
		if (rc > 0)
			failed = pipeline_frame(run->pipeline, &frame);
	}
	if (rc < 0 || status < 0)
		go_away(tap, &err);
	if (failed == 0)
		failed = pipeline_push(run->pipeline);
	if (failed < 0)
		run_fail(run, failed);
}

int
tap_start(struct tap *tap)
{
	int rc = uv_poll_init(&tap->run->loop, &tap->poll,
	    fs_capture_fd(tap->capture));

	tap->poll.data = tap;
	return rc < 0 ? rc
		      : uv_poll_start(&tap->poll, UV_READABLE, on_readable);
}

/* ---- While it is not ------------------------------------------------------
 */

static int
look_for_it(struct tap *tap)
{
	struct run *run = tap->run;
	struct fs_err err = { 0 };
	uint64_t since_us = tap->away_us;
	int rc = fs_capture_again(tap->capture, &err);

	if (rc == 0)
		return 0;
	if (rc < 0) {
		/* Whoever looks after this process starts it again. */
		log_fault(NULL, false, &err);
		run->code = 5;
		uv_stop(&run->loop);
		return 0;
	}
	tap->away_us = 0;
	log_line("interface %s: is back", tap->name);
	(void)uv_poll_start(&tap->poll, UV_READABLE, on_readable);
	return pipeline_event(run->pipeline, FS_EVENT_GAP, since_us, tap->name,
	    0, "the interface was down or gone");
}

/* Writes what the kernel dropped since the last look. */
static int
note_drops(struct tap *tap)
{
	struct pipeline *pipeline = tap->run->pipeline;
	struct fs_capture_stats now;
	uint64_t kernel, iface;
	int rc = 0;

	fs_capture_stats(tap->capture, &now);
	kernel = now.kernel_drops - tap->seen.kernel_drops;
	iface = now.iface_drops - tap->seen.iface_drops;
	tap->seen = now;
	if (kernel > 0)
		rc = pipeline_event(pipeline, FS_EVENT_DROP, pipeline->last_us,
		    "kernel-ring", kernel, "the capture ring was full");
	if (rc == 0 && iface > 0)
		rc = pipeline_event(pipeline, FS_EVENT_DROP, pipeline->last_us,
		    "interface", iface, "dropped by the interface");
	return rc;
}

int
tap_tick(struct tap *tap)
{
	int rc = note_drops(tap);

	return rc == 0 && tap->away_us > 0 ? look_for_it(tap) : rc;
}

int
tap_end(struct tap *tap)
{
	struct pipeline *pipeline = tap->run->pipeline;
	int rc = note_drops(tap);

	return rc < 0
	    ? rc
	    : pipeline_event(pipeline, FS_EVENT_CAPTURE, pipeline->first_us,
		  tap->name, tap->seen.frames, NULL);
}
