#include <stdio.h>
#include <time.h>

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

/* Lists that are past their age today: what they name may have changed. */
static unsigned
print_stale(const struct fs_ruleset *rules)
{
	uint64_t now_us = (uint64_t)time(NULL) * 1000000;
	char text[FS_TEXT_SIZE];
	struct fs_list_info info;
	unsigned stale = 0;
	size_t i;

	for (i = 0; i < fs_ruleset_list_count(rules); i++) {
		if (!fs_ruleset_list_stale(rules, i, now_us, text,
			sizeof(text)))
			continue;
		fs_ruleset_list_info(rules, i, &info);
		(void)fprintf(stderr, "warning: %s%s%s\n", text,
		    info.url ? "; fetch it again from " : "",
		    info.url ? info.url : "");
		stale++;
	}
	return stale;
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
	warnings += print_stale(rules);
	print_summary(rules, warnings);
	fs_ruleset_free(rules);
	return CODE_DONE;
}
