/* Names in policy.ignore.protocols that no rule uses are refused. */
#include "daemon/policy.h"

#include <stdio.h>
#include <string.h>

#include "../tap.h"

/* What was reported. */
struct heard {
	unsigned count;
	struct fs_err first;
};

static void
hear(void *ctx, bool warning, const struct fs_err *err)
{
	struct heard *heard = ctx;

	(void)warning;
	if (heard->count++ == 0)
		heard->first = *err;
}

static const struct {
	const char *name, *text;
	unsigned count, line, column;
	const char *says; /* A part of the message. */
} cases[] = {
	{ "a slip", "policy: {ignore: {protocols: [ssh, wiregard]}}\n", 1, 1,
	    36, "'wiregard'; did you mean 'wireguard'?" },
	{ "a slip on a line of its own",
	    "policy:\n  ignore:\n    protocols:\n      - gre\n"
	    "      - opnevpn\n",
	    1, 5, 9, "did you mean 'openvpn'?" },
	{ "two slips", "policy: {ignore: {protocols: [sssh, gree]}}\n", 2, 1,
	    31, "did you mean 'ssh'?" },
	{ "nothing is near", "policy: {ignore: {protocols: [quidditch]}}\n", 1,
	    1, 31, "no rule names a protocol 'quidditch'" },
	{ "names of rules", "policy: {ignore: {protocols: [wireguard, tor]}}\n",
	    0, 0, 0, "" },
	{ "no name", "policy: {ignore: {protocols: []}}\n", 0, 0, 0, "" },
	{ "another part of the policy", "policy: {ignore: {classes: [tor]}}\n",
	    0, 0, 0, "" },
};

static void
test_case(size_t i, const struct fs_ruleset *rules)
{
	struct heard heard = { 0 };
	struct config config = { 0 };
	int rc;

	rc = config_parse(cases[i].text, strlen(cases[i].text), "a.yaml", NULL,
	    NULL, &config);
	if (!tap_ok(rc == 0, "%s: the config is read", cases[i].name))
		return;
	rc = policy_check(&config, rules, hear, &heard);
	tap_ok(rc == (cases[i].count > 0 ? FS_ECONFIG : 0), "%s: result %d",
	    cases[i].name, rc);
	tap_ok(heard.count == cases[i].count, "%s: %u faults", cases[i].name,
	    heard.count);
	if (cases[i].count > 0) {
		tap_ok(heard.first.line == cases[i].line &&
			heard.first.column == cases[i].column,
		    "%s: line %u, column %u", cases[i].name, heard.first.line,
		    heard.first.column);
		tap_text(heard.first.file, "a.yaml", cases[i].name);
		tap_ok(strstr(heard.first.text, cases[i].says) != NULL,
		    "%s: says %s", cases[i].name, heard.first.text);
	}
	config_fini(&config);
}

/* The default policy ignores only what the shipped rules can name. */
static void
test_defaults(const struct fs_ruleset *rules)
{
	struct fs_settings usual;
	struct fs_rule_info info;
	size_t i, j, count = fs_ruleset_count(rules);

	if (fs_settings_init(&usual) < 0)
		return;
	for (i = 0; i < usual.policy.ignored_protocol_count; i++) {
		const char *name = usual.policy.ignored_protocols[i];

		for (j = 0; j < count; j++) {
			fs_ruleset_info(rules, j, &info);
			if (info.protocol != NULL &&
			    strcmp(info.protocol, name) == 0)
				break;
		}
		tap_ok(j < count, "a rule names %s", name);
	}
	fs_settings_fini(&usual);
}

int
main(void)
{
	static const char *const paths[] = { "rules" };
	struct fs_ruleset *rules = NULL;
	size_t i;

	if (!tap_int(fs_ruleset_load(paths, 1, NULL, NULL, NULL, &rules), 0,
		"the shipped rules load"))
		return tap_done();
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_case(i, rules);
	test_defaults(rules);
	fs_ruleset_free(rules);
	return tap_done();
}
