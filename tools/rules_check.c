#include <stdio.h>

#include "command.h"
#include "rules.h"

static void
print_summary(const struct fs_ruleset *rules, unsigned warnings)
{
	size_t i, count = fs_ruleset_count(rules), disabled = 0, shadow = 0;
	struct fs_rule_info info;

	for (i = 0; i < count; i++) {
		fs_ruleset_info(rules, i, &info);
		disabled += !info.enabled;
		shadow += info.enabled && info.shadow;
	}
	printf("%zu rules", count);
	if (shadow > 0)
		printf(", %zu of them shadow", shadow);
	if (disabled > 0)
		printf(", %zu disabled", disabled);
	if (warnings > 0)
		printf(", %u warning%s", warnings, warnings == 1 ? "" : "s");
	printf(": ok (%.12s)\n", fs_ruleset_digest(rules));
}

int
rules_check(int argc, char **argv)
{
	struct fs_ruleset *rules;
	unsigned warnings;
	int i, code;

	for (i = 1; i < argc; i++)
		if (argv[i][0] == '-')
			return rules_misused("check", "unknown option '%s'",
			    argv[i]);
	code = rules_load((const char *const *)(argv + 1), (size_t)argc - 1,
	    &rules, &warnings);
	if (code >= 0)
		return code;
	print_summary(rules, warnings);
	fs_ruleset_free(rules);
	return CODE_DONE;
}
