/* Runs the tests that rules bring: a table of what did not pass, or TAP. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "rules.h"

struct tally {
	bool tap;
	unsigned tests, failed, without;
	bool matches[2]; /* Of one rule: a test for a non-match, a match. */
};

static void
print_tap(const struct tally *tally, const struct fs_tested *test)
{
	printf("%sok %u - %s %s: %s %s:%u\n", test->passed ? "" : "not ",
	    tally->tests, test->rule,
	    test->matches ? "matches" : "does not match",
	    test->capture ? test->capture : test->kind, test->file, test->line);
}

static void
take_test(void *ctx, const struct fs_tested *test)
{
	struct tally *tally = ctx;

	tally->tests++;
	tally->failed += !test->passed;
	tally->matches[test->matches] = true;
	if (tally->tap)
		print_tap(tally, test);
	if (test->passed)
		return;
	if (test->rc < 0)
		(void)complain("rules", CODE_PARTLY,
		    "%s:%u: %s: its test cannot be run: %s: %s", test->file,
		    test->line, test->rule,
		    test->capture ? test->capture : test->kind,
		    test->err.text[0] ? test->err.text : fs_strerror(test->rc));
	else
		(void)complain("rules", CODE_MATCHED,
		    "%s:%u: %s: expected %s, but it %s", test->file, test->line,
		    test->rule, test->matches ? "a match" : "no match",
		    test->fired ? "fires" : "does not fire");
}

/* A rule that was not tried both ways is not known to do what it says. */
static void
check_both(struct tally *tally, const struct fs_rule_info *info)
{
	bool whole = (tally->matches[0] && tally->matches[1]) || info->untested;

	if (tally->tap)
		printf("%sok %u - %s has a match and a non-match%s%s\n",
		    whole ? "" : "not ", ++tally->tests, info->name,
		    info->untested ? " # SKIP " : "",
		    info->untested ? info->untested : "");
	if (whole)
		return;
	tally->without++;
	(void)complain("rules", CODE_MATCHED,
	    "%s:%u: %s has no test for %s: add one, or say in 'untested' why "
	    "there is none",
	    info->file, info->line, info->name,
	    !tally->matches[1] ? "a match" : "a non-match");
}

/* Returns -1, or what the program ends with. */
static int
test_rule(const struct fs_ruleset *rules, struct fs_trial *trial, size_t index,
    struct tally *tally)
{
	struct fs_rule_info info;
	int rc;

	fs_ruleset_info(rules, index, &info);
	tally->matches[0] = tally->matches[1] = false;
	rc = fs_trial_rule(trial, index, take_test, tally);
	if (rc < 0)
		return complain("rules", CODE_PARTLY, "%s: %s", info.name,
		    fs_strerror(rc));
	check_both(tally, &info);
	return -1;
}

static int
test_rules(const struct fs_ruleset *rules, long only, struct tally *tally)
{
	size_t i = only < 0 ? 0 : (size_t)only;
	size_t end = only < 0 ? fs_ruleset_count(rules) : i + 1;
	const size_t count = end - i;
	struct fs_trial *trial;
	int code = -1;

	if (fs_trial_new(rules, &trial) < 0)
		return complain("rules", CODE_PARTLY, "no memory is left");
	for (; i < end && code < 0; i++)
		code = test_rule(rules, trial, i, tally);
	fs_trial_free(trial);
	if (code >= 0)
		return code;
	if (tally->tap)
		printf("1..%u\n", tally->tests);
	else
		printf("%zu rule%s, %u tests: %u failed, %u rule%s without "
		       "both a match and a non-match (%.12s)\n",
		    count, count == 1 ? "" : "s", tally->tests, tally->failed,
		    tally->without, tally->without == 1 ? "" : "s",
		    fs_ruleset_digest(rules));
	return tally->failed || tally->without ? CODE_MATCHED : CODE_DONE;
}

struct asked {
	const char *rule;
	int first_path;
};

/* Returns -1, or what the program ends with. */
static int
read_options(int argc, char **argv, struct tally *tally, struct asked *asked)
{
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "--tap") == 0)
			tally->tap = true;
		else if (strcmp(argv[i], "--rule") == 0 && i + 1 < argc)
			asked->rule = argv[++i];
		else
			return rules_misused("test", "unknown option '%s'",
			    argv[i]);
	}
	asked->first_path = i;
	return -1;
}

int
rules_test(int argc, char **argv)
{
	struct tally tally = { 0 };
	struct asked asked = { NULL, 1 };
	struct fs_ruleset *rules;
	unsigned warnings;
	long only = -1;
	int code = read_options(argc, argv, &tally, &asked);

	if (code < 0)
		code =
		    rules_load((const char *const *)(argv + asked.first_path),
			(size_t)(argc - asked.first_path), &rules, &warnings);
	if (code >= 0)
		return code;
	if (asked.rule && (only = rules_find(rules, "test", asked.rule)) < 0)
		code = CODE_USAGE;
	else
		code = test_rules(rules, only, &tally);
	fs_ruleset_free(rules);
	return code;
}
