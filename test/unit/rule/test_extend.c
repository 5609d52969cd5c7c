/* What narrows and changes a rule: exceptions, overrides, versions. */
#include "rule/rule.h"
#include "test/unit/rule/files.h"
#include "test/unit/tap.h"

#define GAP_RULE                               \
	"- rule: late\n"                       \
	"  desc: late\n"                       \
	"  condition: rtt.tls_gap_ms > 50ms\n" \
	"  class: proxy\n"                     \
	"  family: cross-layer\n"              \
	"  likelihood: {if_true: 0.9, if_false: 0.1}\n"

static const struct {
	const char *name, *text;
	uint32_t fires;
	int32_t llr;
} changes[] = {
	{ "a rule", GAP_RULE, 1, 2197 },
	{ "an exception that is true",
	    GAP_RULE "  exceptions:\n"
		     "    - {name: e, reason: w, condition: client.country = "
		     "DE}\n",
	    0, 0 },
	{ "one that is false",
	    GAP_RULE "  exceptions:\n"
		     "    - {name: e, reason: w, condition: client.country = "
		     "FR}\n",
	    1, 2197 },
	{ "one that is not known",
	    GAP_RULE
	    "  exceptions:\n"
	    "    - {name: e, reason: w, condition: client.asn = 64500}\n",
	    1, 2197 },
	{ "the second of two",
	    GAP_RULE
	    "  exceptions:\n"
	    "    - {name: e, reason: w, condition: client.asn = 64500}\n"
	    "    - {name: f, reason: w, condition: flow.gaps = 0}\n",
	    0, 0 },
	{ "a version that is here", GAP_RULE "  requires: 0.1\n", 1, 2197 },
	{ "an override that disables",
	    "- {override: late, reason: w, enabled: false}\n" GAP_RULE, 0, 0 },
	{ "an override of the weight",
	    GAP_RULE "- override: late\n  reason: w\n"
		     "  likelihood: {if_true: 0.5, if_false: 0.1}\n",
	    1, 1609 },
	{ "an override of the condition",
	    GAP_RULE "- override: late\n  reason: w\n"
		     "  condition: rtt.tls_gap_ms > 90ms\n",
	    0, 0 },
	{ "an override adds exceptions",
	    GAP_RULE "- override: late\n  reason: w\n  exceptions:\n"
		     "    - {name: e, reason: w, condition: flow.gaps = 0}\n",
	    0, 0 },
};

static void
test_changes(void)
{
	struct signals *signals = calloc(1, sizeof(*signals));
	struct fs_evidence evidence[FS_EVIDENCE_MAX];
	size_t i;

	if (signals == NULL)
		abort();
	signals_set_count(signals, SIGNAL_FLOW_GAPS, 0);
	signals_set_milli(signals, SIGNAL_RTT_TLS_GAP_MS, 74500);
	signals_set_string(signals, SIGNAL_CLIENT_COUNTRY, "DE");
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct fs_ruleset *rules = NULL;
		uint32_t count = 0;

		if (files_load(changes[i].text, NULL, NULL, &rules) == 0)
			count = rule_evaluate(rules, SCOPE_FLOW, FS_VIEW_EXIT,
			    1, signals, evidence);
		tap_ok(rules != NULL, "it loads");
		tap_int(count, changes[i].fires, changes[i].name);
		if (count > 0)
			tap_int(evidence[0].llr_full, changes[i].llr,
			    "its weight");
		fs_ruleset_free(rules);
	}
	free(signals);
}

static void
test_second_exception(void)
{
	const char *own =
	    GAP_RULE "  exceptions:\n"
		     "    - {name: e, reason: w, condition: flow.gaps = 0}\n"
		     "    - {name: e, reason: w, condition: flow.gaps = 1}\n";
	const char *override =
	    GAP_RULE "  exceptions:\n"
		     "    - {name: e, reason: w, condition: flow.gaps = 0}\n"
		     "- override: late\n  reason: w\n  exceptions:\n"
		     "    - {name: e, reason: w, condition: flow.gaps = 1}\n";

	expect("two exceptions of one name", own, NULL, 9, 14,
	    "a second exception 'e'");
	expect("and one in an override", override, NULL, 12, 14,
	    "a second exception 'e'");
}

static void
test_empty_override(void)
{
	struct told told = { 0 };
	struct fs_ruleset *rules = NULL;

	tap_int(files_load(GAP_RULE "- {override: late, reason: w}\n", NULL,
		    &told, &rules),
	    0, "an override of nothing loads");
	tap_int(told.warnings, 1, "with a warning");
	tap_int(told.first.line, 7, "at its line");
	tap_ok(strstr(told.first.text, "changes nothing") != NULL, "%s",
	    told.first.text);
	fs_ruleset_free(rules);
}

int
main(void)
{
	test_changes();
	test_second_exception();
	test_empty_override();
	return tap_done();
}
