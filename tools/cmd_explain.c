#include "command.h"
#include "session.h"

static const struct options_kind kind = {
	.usage = "flowscan explain [OPTION]... FLOW|CLIENT",
	.about = "Why a flow (16 hex digits, or a Community ID) or a client "
		 "(its address) was\njudged as it was: what was measured, "
		 "what each piece of evidence weighs, what\nspeaks against "
		 "it, and what is not known.",
	.has_filter = true,
	.several = true,
	.operands = 1,
};

static int
ask(struct fs_store *store, const struct options *options,
    const struct fs_out *out, struct fs_err *err, uint64_t *matched)
{
	return fs_report_explain(store, &options->filter, options->operands[0],
	    out, err, matched);
}

int
cmd_explain(int argc, char **argv)
{
	struct options options;
	int code = options_read(argc, argv, &kind, &options);

	if (code >= 0)
		return code;
	return session_run(&options, ask);
}
