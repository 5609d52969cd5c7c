#include "command.h"
#include "session.h"

static const struct options_kind kind = {
	.usage = "flowscan report [--by WHAT] [OPTION]...",
	.about = "The front page: what was watched and missed, what the "
		 "traffic is, who\nshould be looked at and why. With --by, a "
		 "line for each value.",
	.has_by = true,
	.has_filter = true,
	.several = true,
};

static int
ask(struct fs_store *store, const struct options *options,
    const struct fs_out *out, struct fs_err *err, uint64_t *matched)
{
	if (options->by >= 0)
		return fs_report_by(store, &options->filter, options->by, out,
		    err, matched);
	return fs_report_summary(store, &options->filter, out, err, matched);
}

int
cmd_report(int argc, char **argv)
{
	struct options options;
	int code = options_read(argc, argv, &kind, &options);

	if (code >= 0)
		return code;
	if (options.by >= 0 && !options.has_limit)
		options.filter.limit = OPTIONS_LIMIT;
	return session_run(&options, ask);
}
