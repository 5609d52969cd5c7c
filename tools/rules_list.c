#include <string.h>

#include "command.h"
#include "rules.h"
#include "session.h"

typedef int report_fn(const struct fs_ruleset *rules, const struct fs_out *out,
    struct fs_err *err, uint64_t *matched);

/* Loads the rules and writes a report of them; 'name' stands in messages. */
static int
report(int argc, char **argv, const struct options_kind *kind, char *name,
    report_fn *fn)
{
	struct fs_ruleset *rules;
	struct options options;
	struct output output;
	struct fs_err err = { 0 };
	unsigned warnings;
	int code;
	int rc, closed;

	argv[0] = name;
	code = options_read(argc, argv, kind, &options);
	if (code < 0)
		code = rules_load((const char *const *)options.operands,
		    (size_t)options.operand_count, &rules, &warnings);
	if (code >= 0)
		return code;
	rc = output_open(&options, kind->usage, &output);
	if (rc < 0) {
		fs_ruleset_free(rules);
		return complain("rules", CODE_USAGE, "%s: %s", output.name,
		    strerror(-rc));
	}
	rc = fn(rules, &output.out, &err, NULL);
	closed = output_close(&output);
	fs_ruleset_free(rules);
	if (rc < 0 && err.text[0] != '\0')
		return complain("rules", CODE_USAGE, "%s", err.text);
	if (rc < 0 || closed < 0)
		return session_write_fault(&options, &output,
		    rc < 0 ? rc : closed);
	return CODE_DONE;
}

int
rules_list(int argc, char **argv)
{
	static const struct options_kind kind = {
		.usage = "flowscan rules list [OPTION]... [PATH]...",
		.about = "A line for each rule: what it says of what, and how "
			 "much it weighs in nats.",
		.operands = -1,
	};
	char name[] = "rules list";

	return report(argc, argv, &kind, name, fs_report_rules);
}

int
rules_lists(int argc, char **argv)
{
	static const struct options_kind kind = {
		.usage = "flowscan rules lists [OPTION]... [PATH]...",
		.about = "A line for each list: how much is on it, of what "
			 "date, how long it is good for\n(hours), and whose it "
			 "is.",
		.operands = -1,
	};
	char name[] = "rules lists";

	return report(argc, argv, &kind, name, fs_report_lists);
}
