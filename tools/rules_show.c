/* One rule, for who has to defend or change it. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "command.h"
#include "rules.h"

/* Prints a text of one or more lines behind a name. */
static void
print_lines(const char *name, const char *text)
{
	const char *end;

	for (; text && text[0]; text = end[0] ? end + 1 : end, name = "") {
		end = strchrnul(text, '\n');
		printf("%-12s%.*s\n", name, (int)(end - text), text);
	}
}

/* Nats. */
static void
print_weight(const struct fs_rule_info *info)
{
	printf("%-12s%+.3f nats: seen of %g of the tunnelled, of %g of the "
	       "honest\n",
	    "weight", (double)info->llr_true / 1000,
	    (double)info->if_true / 1e9, (double)info->if_false / 1e9);
	print_lines("", info->measured);
}

static void
print_state(const struct fs_rule_info *info)
{
	time_t expires = (time_t)(info->expires_us / 1000000);
	char text[32];
	struct tm tm;

	print_lines("state",
	    !info->enabled ? "disabled: checked, never asked"
		: info->shadow
		? "shadow: asked, stored and shown, never counted"
		: "counts");
	if (info->expires_us == 0 || gmtime_r(&expires, &tm) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return;
	print_lines("expires", text);
}

static void
print_signals(const struct fs_ruleset *rules, size_t index)
{
	struct fs_signal_info info;
	size_t i;

	puts("\nasks for");
	for (i = 0; i < fs_signal_count(); i++) {
		if (!fs_ruleset_asks(rules, index, i))
			continue;
		fs_signal_info(i, &info);
		printf("  %-28s %-8s%-6s%s\n", info.name, info.type, info.unit,
		    info.meaning);
	}
}

static void
print_test(void *ctx, const struct fs_tested *test)
{
	(void)ctx;
	printf("  line %-5u %-9s%-18s%s%s%s\n", test->line,
	    test->passed ? "passes" : "FAILS",
	    test->matches ? "matches" : "does not match",
	    test->capture ? test->capture : test->kind,
	    test->source ? ", from " : "", test->source ? test->source : "");
	if (test->rc < 0)
		printf("    cannot be run: %s\n", test->err.text);
}

static int
print_tests(const struct fs_ruleset *rules, size_t index)
{
	struct fs_trial *trial;
	int rc;

	puts("\ntests");
	if (fs_trial_new(rules, &trial) < 0)
		return complain("rules", CODE_PARTLY, "no memory is left");
	rc = fs_trial_rule(trial, index, print_test, NULL);
	fs_trial_free(trial);
	return rc < 0 ? complain("rules", CODE_PARTLY, "%s", fs_strerror(rc))
	    : rc > 0  ? CODE_MATCHED
		      : CODE_DONE;
}

static int
show(const struct fs_ruleset *rules, size_t index)
{
	struct fs_rule_info info;

	fs_ruleset_info(rules, index, &info);
	printf("%s (%s:%u)\n", info.name, info.file, info.line);
	print_lines("", info.desc);
	puts("");
	print_lines("class", fs_class_name(info.class));
	print_lines("protocol", info.protocol);
	print_lines("family", info.family);
	print_lines("asked of", info.client_scope ? "clients" : "flows");
	print_weight(&info);
	print_state(&info);
	print_lines("says", info.says);
	print_lines("benign", info.benign);
	print_lines("tags", info.tags);
	print_lines("references", info.references);
	print_lines("untested", info.untested);
	print_lines("changed", info.changed);
	puts("\ncondition");
	printf("  %s\n", info.condition);
	if (info.exceptions) {
		puts("\nbut not");
		printf("  %s\n", info.exceptions);
	}
	print_signals(rules, index);
	return print_tests(rules, index);
}

int
rules_show(int argc, char **argv)
{
	struct fs_ruleset *rules;
	unsigned warnings;
	long index;
	int code;

	if (argc < 2 || argv[1][0] == '-')
		return rules_misused("show", "the name of a rule is missing");
	code = rules_load((const char *const *)(argv + 2), (size_t)argc - 2,
	    &rules, &warnings);
	if (code >= 0)
		return code;
	index = rules_find(rules, "show", argv[1]);
	code = index < 0 ? CODE_USAGE : show(rules, (size_t)index);
	fs_ruleset_free(rules);
	return code;
}
