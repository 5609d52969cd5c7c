/* A condition, before it is in a rule. */
#include <string.h>

#include "command.h"
#include "rules.h"
#include "session.h"

static const char *const usual[] = { RULES_DIR };

/* The first operand is the condition, the rest are files. */
static int
explain(const struct options *options, const struct options_kind *kind)
{
	struct fs_condition condition = { .text = options->operands[0],
		.paths = (const char *const *)options->operands + 1,
		.path_count = (size_t)options->operand_count - 1 };
	struct rules_faults faults = { .text = condition.text };
	struct fs_err err = { 0 };
	struct output output;
	int rc, closed;

	if (condition.path_count == 0) {
		condition.paths = usual;
		condition.path_count = 1;
	}
	condition.fault_ctx = &faults;
	rc = output_open(options, kind->usage, &output);
	if (rc < 0)
		return complain("rules", CODE_USAGE, "%s: %s", output.name,
		    strerror(-rc));
	rc = fs_report_condition(&condition, rules_take_fault, &output.out,
	    &err, NULL);
	closed = output_close(&output);
	if (faults.errors > 0)
		return CODE_USAGE;
	if (rc < 0 && err.text[0] != '\0')
		return complain("rules", CODE_USAGE, "%s", err.text);
	if (rc < 0 || closed < 0)
		return session_write_fault(options, &output,
		    rc < 0 ? rc : closed);
	return CODE_DONE;
}

int
rules_explain(int argc, char **argv)
{
	static const struct options_kind kind = {
		.usage = "flowscan rules explain [OPTION]... CONDITION "
			 "[PATH]...",
		.about = "The parts of a condition in the order in which they "
			 "are asked, what each takes,\nand the types of its "
			 "signals. Lists and macros are those of the PATHs.",
		.operands = -1,
	};
	struct options options;
	char name[] = "rules explain";
	int code;

	argv[0] = name;
	code = options_read(argc, argv, &kind, &options);
	if (code >= 0)
		return code;
	if (options.operand_count == 0)
		return rules_misused("explain", "the condition is missing");
	return explain(&options, &kind);
}
