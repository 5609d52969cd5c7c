/* A set of rules that needs no rule files: what the store asks of one. Defines
 * functions: for one file of a program. */
#pragma once

#include "flowscan.h"

struct fs_ruleset {
	size_t count;
	const struct fs_rule_info *rules;
};

static const struct fs_rule_info sample_rule_list[] = {
	{ .name = "tls-ends-behind-tcp",
	    .desc = "TLS answers later than TCP does",
	    .condition = "rtt.tls_gap_ms > 40ms",
	    .family = "cross-layer",
	    .says = "TLS takes %rtt.tls_ms where TCP takes %rtt.tcp_ms",
	    .benign = "satellite operator\ncorporate proxy",
	    .references = "https://example.com/a",
	    .tags = "attack.t1090.002",
	    .file = "rules/timing.yaml",
	    .line = 12,
	    .class = FS_CLASS_PROXY,
	    .llr_true = 5470,
	    .enabled = true },
	{ .name = "only-a-name",
	    .file = "rules/other.yaml",
	    .line = 1,
	    .class = FS_CLASS_VPN,
	    .client_scope = true,
	    .shadow = true },
};

static const struct fs_ruleset sample_rules = { 2, sample_rule_list };

size_t
fs_ruleset_count(const struct fs_ruleset *set)
{
	return set->count;
}

void
fs_ruleset_info(const struct fs_ruleset *set, size_t index,
    struct fs_rule_info *info)
{
	*info = set->rules[index];
}

size_t
fs_ruleset_list_count(const struct fs_ruleset *set)
{
	(void)set;
	return 0;
}

void
fs_ruleset_list_info(const struct fs_ruleset *set, size_t index,
    struct fs_list_info *info)
{
	(void)set;
	(void)index;
	*info = (struct fs_list_info){ 0 };
}
