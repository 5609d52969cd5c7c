#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "rules.h"

static const struct rules_verb verbs[] = {
	{ "check", rules_check, "check [PATH]...",
	    "prints every fault with its place" },
	{ "test", rules_test, "test [--tap] [--rule RULE] [PATH]...",
	    "runs the tests that the rules bring" },
	{ "list", rules_list,
	    "list [--format FORMAT] [--fields LIST] [PATH]...",
	    "a line for each rule" },
	{ "lists", rules_lists,
	    "lists [--format FORMAT] [--fields LIST] [PATH]...",
	    "a line for each list" },
	{ "show", rules_show, "show RULE [PATH]...",
	    "one rule, what it asks for, and its tests" },
	{ "explain", rules_explain,
	    "explain [--format FORMAT] [--fields LIST] CONDITION [PATH]...",
	    "the parts of a condition, their types and what they cost" },
	{ "fmt", rules_fmt, "fmt [--check] FILE|-...",
	    "lays rule files out alike; what they say stays" },
	{ "try", rules_try, "try RULE -r CAPTURE|--db FILE [PATH]...",
	    "the flows of a capture or a database that a rule would hit" },
	{ "diff", rules_diff, "diff OLD NEW [--db FILE]",
	    "the stored verdicts that other rules would change" },
	{ "fit", rules_fit, "fit [--labels FILE] [--db FILE] [PATH]...",
	    "how often each rule holds of labelled clients and flows" },
};
enum { VERB_COUNT = sizeof(verbs) / sizeof(verbs[0]) };

static const struct rules_verb *
find_verb(const char *name)
{
	size_t i;

	for (i = 0; i < VERB_COUNT; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

int
rules_misused(const char *verb, const char *format, ...)
{
	const struct rules_verb *known = find_verb(verb);
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return complain("rules", CODE_USAGE, "%s: usage: flowscan rules %s",
	    text,
	    known ? known->usage
		  : "check|test|list|lists|show|explain|fmt|try|diff|fit ...");
}

static void
print_help(void)
{
	size_t i;

	for (i = 0; i < VERB_COUNT; i++)
		printf("%s flowscan rules %s\n",
		    i ? "      " : "usage:", verbs[i].usage);
	puts("");
	for (i = 0; i < VERB_COUNT; i++)
		printf("  %-8s%s\n", verbs[i].name, verbs[i].help);
	puts(
	    "\nA PATH is a rule file or a folder of them; by default " RULES_DIR
	    ".\n\nexit codes: 0 done, no error; 1 a test did not pass, or "
	    "'try' hit nothing, or\n'diff' changes a verdict, or 'fmt --check' "
	    "names a file;\n2 usage, or an "
	    "error in the rules; 5 a "
	    "capture could not be read to its end");
}

static bool
wants_help(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0 ||
		    strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

int
cmd_rules(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	const struct rules_verb *verb = find_verb(name);

	if (wants_help(argc, argv)) {
		print_help();
		return CODE_DONE;
	}
	if (name[0] == '\0')
		return rules_misused("", "what to do is missing");
	if (verb == NULL)
		return rules_misused("", "'%s' is unknown", name);
	return verb->run(argc - 1, argv + 1);
}
