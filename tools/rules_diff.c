/* Which stored verdicts another set of rules would change. */
#include "command.h"
#include "rules.h"
#include "session.h"

static const struct options_kind kind = {
	.usage = "flowscan rules diff OLD NEW [OPTION]...",
	.about = "Which verdicts would change if NEW took the place of OLD, "
		 "each a rule file or a\nfolder: the rules that differ, the "
		 "flows and clients whose verdict, class or protocol\nchanges, "
		 "with the rules responsible, how many there are, and what "
		 "cannot be known.\nWithout a period, the newest 24 hours of "
		 "the database, 50 flows and 50 clients.\nA table or jsonl. "
		 "Exits 1 when a verdict changes.",
	.has_filter = true,
	.operands = 2,
};

/* 'options' comes first: whoever is given it finds the rest. */
struct diff {
	struct options options;
	struct fs_ruleset *before, *after;
};

static int
ask(struct fs_store *store, const struct options *options,
    const struct fs_out *out, struct fs_err *err, uint64_t *matched)
{
	const struct diff *diff = (const struct diff *)options;
	const struct fs_rule_sets sets = { diff->before, diff->after };

	return fs_report_diff(store, &options->filter, &sets, out, err,
	    matched);
}

int
rules_diff(int argc, char **argv)
{
	struct diff diff = { .before = NULL };
	struct options *options = &diff.options;
	unsigned warnings;
	char name[] = "rules diff";
	int code;

	argv[0] = name;
	code = options_read(argc, argv, &kind, options);
	if (code < 0)
		code = rules_load((const char *const *)options->operands, 1,
		    &diff.before, &warnings);
	if (code < 0)
		code = rules_load((const char *const *)(options->operands + 1),
		    1, &diff.after, &warnings);
	if (code < 0) {
		if (!options->has_limit)
			options->filter.limit = OPTIONS_LIMIT;
		options->fail_on_match = true;
		code = session_run(options, ask);
	}
	fs_ruleset_free(diff.before);
	fs_ruleset_free(diff.after);
	return code;
}
