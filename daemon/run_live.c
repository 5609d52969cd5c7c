#include "run.h"

#include "log.h"

static void
on_timer(uv_timer_t *handle)
{
	struct run *run = handle->data;
	size_t i;
	int rc;

	rc = pipeline_tick(run->pipeline, pipeline_live_us());
	for (i = 0; i < run->tap_count && rc == 0; i++)
		rc = tap_tick(&run->taps[i]);
	if (rc == 0)
		rc = pipeline_commit(run->pipeline);
	if (rc < 0)
		run_fail(run, rc);
	log_tick();
}

/* Opens those that the command line names, else those of the config. */
static int
open_interfaces(struct run *run)
{
	const struct config *config = run->pipeline->config;
	const struct options *options = run->options;
	bool named = options->interface_count > 0;
	size_t i,
	    count = named ? options->interface_count : config->interface_count;
	struct fs_err err = { 0 };

	if (count > TAPS_MAX) {
		log_line("%zu interfaces are named; at most %d can be captured "
			 "on",
		    count, TAPS_MAX);
		return 2;
	}
	for (i = 0; i < count; i++) {
		const char *name =
		    named ? options->interfaces[i] : config->interfaces[i];

		run->tap_count++;
		if (tap_open(&run->taps[i], run, name, &err) < 0) {
			log_fault(NULL, false, &err);
			return 2;
		}
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

/* Returns 0 or a code of libuv. */
static int
start(struct run *run)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < run->tap_count && rc == 0; i++)
		rc = tap_start(&run->taps[i]);
	if (rc == 0)
		rc = uv_timer_init(&run->loop, &run->timer);
	if (rc == 0)
		rc = reload_begin(&run->reload, &run->loop, run->pipeline);
	if (rc == 0)
		rc = service_start(&run->service, run);
	run->timer.data = run;
	return rc < 0
	    ? rc
	    : uv_timer_start(&run->timer, on_timer, RUN_TICK_MS, RUN_TICK_MS);
}

static void
read_interfaces(struct run *run)
{
	size_t i;
	int rc;

	progress_begin(&run->progress, uv_hrtime());
	if ((rc = start(run)) < 0) {
		log_line("cannot watch the interfaces: %s", uv_strerror(rc));
		run->code = 2;
		return;
	}
	for (i = 0; i < run->tap_count; i++)
		log_line("capturing on %s into %s; stop with Ctrl-C",
		    run->taps[i].name, run->db);
	log_guard();
	uv_run(&run->loop, UV_RUN_DEFAULT);
	service_stop(&run->service);
	for (i = 0; i < run->tap_count && !run->failed; i++)
		if ((rc = tap_end(&run->taps[i])) < 0)
			run_fail(run, rc);
	run_finish(run);
}

int
run_live(struct pipeline *pipeline, const struct options *options)
{
	struct run run;
	int code = run_begin(&run, pipeline, options);

	if (code != 0)
		return code;
	/* Interfaces first: one that is not there stores nothing. */
	if ((run.code = open_interfaces(&run)) == 0 &&
	    (run.code = open_service(&run)) == 0 &&
	    (run.code = run_open_store(&run)) == 0)
		read_interfaces(&run);
	run_end(&run);
	return run.code;
}
