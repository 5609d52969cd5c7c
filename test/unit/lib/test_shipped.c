/* The rules of rules/: they load without a word, and their own tests say
 * what they must. */
#include "flowscan.h"
#include "test/unit/tap.h"

enum { RULES_LEAST = 80 };

struct seen {
	bool matches[2]; /* A test for a non-match, a match. */
};

static void
take_fault(void *ctx, bool warning, const struct fs_err *err)
{
	(void)ctx;
	tap_ok(false, "%s:%u:%u: %s: %s", err->file, err->line, err->column,
	    warning ? "warning" : "error", err->text);
}

static void
take_test(void *ctx, const struct fs_tested *test)
{
	struct seen *seen = ctx;

	seen->matches[test->matches] = true;
	tap_ok(test->passed, "%s, line %u: %s%s%s", test->rule, test->line,
	    test->matches ? "matches" : "does not match",
	    test->rc < 0 ? ": " : "", test->rc < 0 ? test->err.text : "");
}

static void
run_rule(const struct fs_ruleset *rules, struct fs_trial *trial, size_t index)
{
	struct seen seen = { { false, false } };
	struct fs_rule_info info;

	fs_ruleset_info(rules, index, &info);
	tap_ok(fs_trial_rule(trial, index, take_test, &seen) >= 0, "%s",
	    info.name);
	if ((!seen.matches[0] || !seen.matches[1]) && info.untested == NULL)
		tap_ok(false, "%s has a match and a non-match", info.name);
	if (info.says == NULL || info.benign == NULL || info.references == NULL)
		tap_ok(false, "%s has a sentence, benign cases, references",
		    info.name);
}

/* The same files give the same digest. */
static void
test_digest(const struct fs_ruleset *rules)
{
	static const char *const paths[] = { "rules" };
	struct fs_ruleset *again = NULL;

	if (fs_ruleset_load(paths, 1, NULL, NULL, NULL, &again) == 0)
		tap_text(fs_ruleset_digest(again), fs_ruleset_digest(rules),
		    "loaded twice, the digest is the same");
	fs_ruleset_free(again);
}

int
main(void)
{
	static const char *const paths[] = { "rules" };
	struct fs_ruleset *rules = NULL;
	struct fs_trial *trial = NULL;
	size_t i;

	tap_int(fs_ruleset_load(paths, 1, take_fault, NULL, NULL, &rules), 0,
	    "the shipped rules load");
	if (rules == NULL)
		return tap_done();
	tap_ok(fs_ruleset_count(rules) >= RULES_LEAST, "there are %zu of them",
	    fs_ruleset_count(rules));
	tap_int(fs_trial_new(rules, &trial), 0, "a trial begins");
	for (i = 0; i < fs_ruleset_count(rules); i++)
		run_rule(rules, trial, i);
	test_digest(rules);
	fs_trial_free(trial);
	fs_ruleset_free(rules);
	return tap_done();
}
