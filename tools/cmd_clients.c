#include "command.h"
#include "session.h"

static const struct options_kind kind = {
	.usage = "flowscan clients [OPTION]...",
	.about =
	    "A line for each client, highest score first. Without a period, "
	    "the newest 24 hours of\nthe database, 50 clients; with "
	    "--format jsonl everything.",
	.has_filter = true,
	.several = true,
};

static int
ask(struct fs_store *store, const struct options *options,
    const struct fs_out *out, struct fs_err *err, uint64_t *matched)
{
	return fs_report_clients(store, &options->filter, out, err, matched);
}

int
cmd_clients(int argc, char **argv)
{
	struct options options;
	int code = options_read(argc, argv, &kind, &options);

	if (code >= 0)
		return code;
	options_for_list(&options);
	return session_run(&options, ask);
}
