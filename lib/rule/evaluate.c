/* Signals -> evidence. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "rule/rule.h"
#include "rule/set.h"

/* The rules that matched, in the order of the set. */
struct matches {
	const struct rule *rule[FS_EVIDENCE_MAX];
	uint32_t count;
};

/* Whether a rule is worth less than another: shadow rules first, then by
 * weight. */
static bool
is_weaker(const struct rule *a, const struct rule *b)
{
	if (a->info.shadow != b->info.shadow)
		return a->info.shadow;
	return abs(a->llr) < abs(b->llr);
}

/* Keeps the strongest; of equal ones those that come first. */
static void
keep(struct matches *matches, const struct rule *rule)
{
	uint32_t i, weakest = 0;

	if (matches->count < FS_EVIDENCE_MAX) {
		matches->rule[matches->count++] = rule;
		return;
	}
	for (i = 1; i < FS_EVIDENCE_MAX; i++)
		if (!is_weaker(matches->rule[weakest], matches->rule[i]))
			weakest = i;
	if (!is_weaker(matches->rule[weakest], rule))
		return;
	for (i = weakest; i + 1 < FS_EVIDENCE_MAX; i++)
		matches->rule[i] = matches->rule[i + 1];
	matches->rule[FS_EVIDENCE_MAX - 1] = rule;
}

/* The oldest list that the rule asks, if one is past its age; else null. */
static const struct list_age *
oldest_list(const struct rule *rule, uint64_t now_us)
{
	const struct list_age *age, *oldest = NULL;
	unsigned weight, least = AGE_WHOLE;
	size_t i;

	for (i = 0; i < rule->program.count; i++) {
		age = rule->program.steps[i].test->age;
		weight = age ? list_weight(age, now_us) : AGE_WHOLE;
		if (weight >= least)
			continue;
		least = weight;
		oldest = age;
	}
	return oldest;
}

/* Says what the list's age takes from the evidence; what has no room is left
 * out. */
static void
say_age(const struct list_age *age, uint64_t now_us, char *text)
{
	char says[FS_TEXT_SIZE];
	size_t used = strlen(text);

	if (list_age_say(age, now_us, says, sizeof(says)) + used + 4 <=
	    FS_TEXT_SIZE)
		snprintf(text + used, FS_TEXT_SIZE - used, " (%s)", says);
}

static void
write_evidence(const struct fs_ruleset *rules, const struct rule *rule,
    uint64_t now_us, const struct signals *signals,
    struct fs_evidence *evidence)
{
	const struct list_age *age = oldest_list(rule, now_us);
	const struct fs_rule_info *info = &rule->info;

	/* Loading has seen to it that they fit. */
	text_copy(evidence->rule, sizeof(evidence->rule), info->name);
	text_copy(evidence->family, sizeof(evidence->family), info->family);
	text_copy(evidence->protocol, sizeof(evidence->protocol),
	    info->protocol);
	says_write(&rule->says, &rules->privacy, signals, evidence->text);
	evidence->llr = 0;
	evidence->llr_full = rule->llr;
	if (age != NULL) {
		evidence->llr_full =
		    rule->llr * (int32_t)list_weight(age, now_us) / AGE_WHOLE;
		say_age(age, now_us, evidence->text);
	}
	evidence->count = 0;
	evidence->class = (uint8_t)info->class;
	evidence->shadow = info->shadow;
}

bool
rule_holds(const struct rule *rule, uint64_t now_us,
    const struct signals *signals)
{
	const struct exception *exception;

	if (!program_fires(&rule->program, now_us, signals))
		return false;
	for (exception = rule->exceptions; exception;
	     exception = exception->next)
		if (program_fires(&exception->program, now_us, signals))
			return false;
	return true;
}

/* What is not known may be any. */
static unsigned
transport_of(const struct signals *signals)
{
	size_t size;
	const uint8_t *name;

	if (!signals_known(signals, SIGNAL_FLOW_TRANSPORT))
		return TRANSPORT_ANY;
	name = signals_bytes(signals, SIGNAL_FLOW_TRANSPORT, &size);
	return program_transport((const char *)name, size);
}

uint32_t
rule_evaluate(const struct fs_ruleset *rules, enum signal_scope scope,
    enum fs_view view, uint64_t now_us, const struct signals *signals,
    struct fs_evidence *evidence)
{
	unsigned s = scope == SCOPE_CLIENT, v = view == FS_VIEW_EXIT;
	unsigned transport = transport_of(signals);
	struct matches matches = { .count = 0 };
	uint32_t i;
	size_t at;

	for (at = 0; at < rules->ready_count[s][v]; at++) {
		const struct ready *ready = &rules->ready[s][v][at];
		const struct rule *rule = ready->rule;

		if ((ready->transports & transport) != 0 &&
		    program_can_fire(ready->needs, signals) &&
		    (rule->info.expires_us == 0 ||
			now_us < rule->info.expires_us) &&
		    rule_holds(rule, now_us, signals))
			keep(&matches, rule);
	}
	for (i = 0; i < matches.count; i++)
		write_evidence(rules, matches.rule[i], now_us, signals,
		    &evidence[i]);
	return matches.count;
}
