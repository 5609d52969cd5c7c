/* flowscand: captures packets, or reads them from files, and stores a verdict
 * on every flow and client. */
#include <stdlib.h>

#include "config.h"
#include "confine.h"
#include "log.h"
#include "options.h"
#include "pipeline.h"
#include "run.h"

static int
check_input(const struct options *options, const struct config *config)
{
	if (options->capture_count == 0 && options->interface_count == 0 &&
	    config->interface_count == 0) {
		log_line("nothing to read: name a capture with -r, or an "
			 "interface with -i");
		return 2;
	}
	return -1;
}

static int
run(const struct options *options, const struct config *config)
{
	struct pipeline pipeline;
	int code = pipeline_load(&pipeline, config) < 0 ? 2 : -1;

	if (code < 0 && options->check) {
		log_line("config, %zu rules and the databases are fine",
		    fs_ruleset_count(pipeline.rules));
		code = options->explain
		    ? confine_explain(config, options, pipeline.rules)
		    : 0;
	}
	if (code < 0)
		code = check_input(options, config);
	if (code < 0)
		code = options->capture_count > 0
		    ? run_files(&pipeline, options)
		    : run_live(&pipeline, options);
	pipeline_fini(&pipeline);
	return code;
}

int
main(int argc, char **argv)
{
	struct options options;
	struct config config;
	int code = options_read(argc, argv, &options);

	if (code < 0 &&
	    config_read(options.config, log_fault, NULL, NULL, &config) < 0)
		code = 2;
	else if (code < 0) {
		code = run(&options, &config);
		config_fini(&config);
	}
	options_fini(&options);
	return code;
}
