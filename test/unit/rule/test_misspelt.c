/* One mistake is told once: a key that is misspelt is not missing, too. */
#include "test/unit/rule/files.h"
#include "test/unit/tap.h"

#define RULE(rest)                                      \
	"- rule: r\n"                                   \
	"  desc: d\n"                                   \
	"  class: vpn\n"                                \
	"  family: f\n"                                 \
	"  likelihood: {if_true: 0.9, if_false: 0.1}\n" \
	"  condition: tls.sni = x\n" rest

static const struct {
	const char *name, *text, *list;
	unsigned line, column;
	const char *says;
} cases[] = {
	{ "an unknown likelihood",
	    "- rule: r\n  desc: d\n  class: vpn\n  family: f\n"
	    "  condition: tls.sni = x\n"
	    "  likelihood: {if_true: 0.9, if_flase: 0.1}\n",
	    NULL, 6, 30, "did you mean 'if_false'?" },
	{ "an unknown key of a test",
	    RULE("  tests: [{match: true, capture: a}]\n"), NULL, 7, 12,
	    "did you mean 'matches'?" },
	{ "an unknown key of a list", "- {list: l, itmes: [a]}\n", NULL, 1, 13,
	    "did you mean 'items'?" },
	{ "a misspelt description",
	    "- rule: r\n  dsec: d\n  class: vpn\n  family: f\n"
	    "  condition: tls.sni = x\n"
	    "  likelihood: {if_true: 0.9, if_false: 0.1}\n",
	    NULL, 2, 3, "did you mean 'desc'?" },
	{ "a misspelt condition",
	    "- rule: r\n  desc: d\n  class: vpn\n  family: f\n"
	    "  conditoin: tls.sni = x\n"
	    "  likelihood: {if_true: 0.9, if_false: 0.1}\n",
	    NULL, 5, 3, "did you mean 'condition'?" },
	{ "a misspelt class",
	    "- rule: r\n  desc: d\n  clas: vpn\n  family: f\n"
	    "  condition: tls.sni = x\n"
	    "  likelihood: {if_true: 0.9, if_false: 0.1}\n",
	    NULL, 3, 3, "did you mean 'class'?" },
	{ "a misspelt family",
	    "- rule: r\n  desc: d\n  class: vpn\n  familly: f\n"
	    "  condition: tls.sni = x\n"
	    "  likelihood: {if_true: 0.9, if_false: 0.1}\n",
	    NULL, 4, 3, "did you mean 'family'?" },
	{ "a misspelt likelihood",
	    "- rule: r\n  desc: d\n  class: vpn\n  family: f\n"
	    "  condition: tls.sni = x\n"
	    "  likelyhood: {if_true: 0.9, if_false: 0.1}\n",
	    NULL, 6, 3, "did you mean 'likelihood'?" },
	{ "a misspelt protocol",
	    "- rule: r\n  desc: d\n  class: vpn\n  family: protocol\n"
	    "  protocoll: x\n  condition: tls.sni = x\n"
	    "  likelihood: {if_true: 0.9, if_false: 0.1}\n",
	    NULL, 5, 3, "did you mean 'protocol'?" },
	{ "a misspelt if_true",
	    "- rule: r\n  desc: d\n  class: vpn\n  family: f\n"
	    "  condition: tls.sni = x\n"
	    "  likelihood: {if_treu: 0.9, if_false: 0.1}\n",
	    NULL, 6, 16, "did you mean 'if_true'?" },
	{ "a misspelt condition of a macro",
	    "- {macro: m, conditon: flow.gaps = 0}\n", NULL, 1, 14,
	    "did you mean 'condition'?" },
	{ "a misspelt file of a list", "- {list: l, fiel: a.txt}\n", NULL, 1,
	    13, "did you mean 'file'?" },
	{ "a misspelt direction",
	    RULE(
		"  tests: [{matches: true, packets: [{dri: c2s, hex: 00}]}]\n"),
	    NULL, 7, 38, "did you mean 'dir'?" },
	{ "a misspelt capture",
	    RULE("  tests: [{matches: true, captrue: a}]\n"), NULL, 7, 27,
	    "did you mean 'capture'?" },
	{ "a misspelt reason of an exception",
	    RULE("  exceptions: [{name: e, raeson: w, condition: tls.sni = "
		 "y}]\n"),
	    NULL, 7, 26, "did you mean 'reason'?" },
	{ "a misspelt reason of an override",
	    RULE("- override: r\n  raeson: w\n  enabled: false\n"), NULL, 8, 3,
	    "did you mean 'reason'?" },
	/* More of YAML. */
	{ "a tab before a key", "- rule: r\n\tdesc: d\n", NULL, 2, 1, "tab" },
	{ "bytes that are no UTF-8", "- rule: \xff\n", NULL, 1, 9, "UTF-8" },
	{ "an alias", "- &a {list: l, items: [x]}\n- *a\n", NULL, 1, 3,
	    "anchor" },
	{ "an alias of nothing", "- *a\n", NULL, 1, 3, "alias" },
	{ "two documents", "- {list: l, items: [a]}\n---\n- x: y\n", NULL, 2, 1,
	    "document" },
	{ "a quote that is never closed", "- rule: \"r\n", NULL, 2, 1,
	    "found" },
};

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect(cases[i].name, cases[i].text, cases[i].list,
		    cases[i].line, cases[i].column, cases[i].says);
	return tap_done();
}
