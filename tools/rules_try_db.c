/* Which stored flows and clients a rule would hit. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "rules.h"
#include "session.h"

static const struct options_kind kind = {
	.usage = "flowscan rules try RULE --db FILE [OPTION]... [PATH]...",
	.about = "The stored flows or clients that one rule hits, what they "
		 "were judged to be, and by\nwhat. The rule is asked of the "
		 "signals that the rows hold. Without a period, the\nnewest "
		 "24 hours of the database, 50 hits. Exits 1 when there is "
		 "none.",
	.has_filter = true,
	.operands = -1,
};

/* 'options' comes first: whoever is given it finds the rest. */
struct attempt {
	struct options options;
	struct fs_rule_choice choice;
	struct fs_tried *tried;
};

static int
ask(struct fs_store *store, const struct options *options,
    const struct fs_out *out, struct fs_err *err, uint64_t *matched)
{
	const struct attempt *attempt = (const struct attempt *)options;
	struct fs_tried *tried = attempt->tried;
	int rc = fs_report_try(store, &options->filter, &attempt->choice, out,
	    err, tried);

	if (rc < 0)
		return rc;
	*matched = tried->hit;
	if (tried->unheld_count > 0)
		(void)fprintf(stderr,
		    "flowscan rules try: none of the %llu rows holds %s: "
		    "what the rule asks of that is unknown, and 'not' of it, "
		    "too\n",
		    (unsigned long long)tried->asked, tried->unheld);
	return 0;
}

/* Asks the store, once the rule is found. */
static int
run(struct attempt *attempt, struct fs_ruleset *rules)
{
	struct fs_tried tried = { 0 };
	long index = rules_find(rules, "try", attempt->options.operands[0]);
	int code;

	if (index < 0)
		return CODE_USAGE;
	attempt->choice = (struct fs_rule_choice){ rules, (size_t)index };
	attempt->tried = &tried;
	if (!attempt->options.has_limit)
		attempt->options.filter.limit = OPTIONS_LIMIT;
	code = session_run(&attempt->options, ask);
	return code == CODE_DONE && tried.hit == 0 ? CODE_MATCHED : code;
}

int
rules_try_db(int argc, char **argv)
{
	struct attempt attempt = { .tried = NULL };
	struct options *options = &attempt.options;
	struct fs_ruleset *rules = NULL;
	unsigned warnings;
	char name[] = "rules try";
	int code;

	argv[0] = name;
	code = options_read(argc, argv, &kind, options);
	if (code < 0 && options->operand_count == 0)
		code = rules_misused("try", "the name of a rule is missing");
	if (code < 0)
		code = rules_load((const char *const *)(options->operands + 1),
		    (size_t)options->operand_count - 1, &rules, &warnings);
	if (code < 0)
		code = run(&attempt, rules);
	fs_ruleset_free(rules);
	return code;
}
