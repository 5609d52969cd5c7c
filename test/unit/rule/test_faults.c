#include "base/buf.h"
#include "test/unit/rule/files.h"
#include "test/unit/tap.h"

/* ---- Whole files ------------------------------------------------------- */

#define RULE(rest)                                      \
	"- rule: r\n"                                   \
	"  desc: d\n"                                   \
	"  class: vpn\n"                                \
	"  family: f\n"                                 \
	"  likelihood: {if_true: 0.9, if_false: 0.1}\n" \
	"  condition: tls.sni = x\n" rest

/* What a rule needs beside its name. */
#define REST                                            \
	"  desc: d\n"                                   \
	"  class: vpn\n"                                \
	"  family: f\n"                                 \
	"  likelihood: {if_true: 0.9, if_false: 0.1}\n" \
	"  condition: tls.sni = x\n"

static const struct {
	const char *name, *text, *list;
	unsigned line, column;
	const char *says;
} files[] = {
	/* YAML. */
	{ "no YAML", "- rule: [\n", NULL, 2, 1, "expected" },
	{ "a duplicate key", RULE("  desc: e\n"), NULL, 7, 3, "duplicate" },
	{ "no list", "rule: r\n", NULL, 1, 1, "expected a list" },
	{ "a text", "hello\n", NULL, 1, 1, "expected a list" },
	{ "an unknown kind", "- ruel: r\n", NULL, 1, 3,
	    "did you mean 'rule'?" },
	{ "a text as a definition", "- hello\n", NULL, 1, 3, "'rule'" },
	/* Keys of rules. */
	{ "an unknown key", RULE("  conditon: x\n"), NULL, 7, 3,
	    "did you mean 'condition'?" },
	{ "an unknown key, near none", RULE("  qqqqqqqq: x\n"), NULL, 7, 3,
	    "expected rule, desc" },
	{ "a bad name", "- rule: a b\n" REST, NULL, 1, 9, "no name" },
	{ "an empty name", "- rule: ''\n" REST, NULL, 1, 9, "empty" },
	{ "a list as a name", "- rule: [a]\n" REST, NULL, 1, 9, "single text" },
	{ "an operator as a name", "- rule: and\n" REST, NULL, 1, 9,
	    "operator" },
	{ "a long name",
	    "- rule: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaa\n" REST,
	    NULL, 1, 9, "at most 63 bytes" },
	{ "no description",
	    "- rule: r\n  class: vpn\n  family: f\n  condition: tls.sni = x\n"
	    "  likelihood: {if_true: 0.9, if_false: 0.1}\n",
	    NULL, 1, 3, "'desc' is missing" },
	{ "no condition",
	    "- rule: r\n  desc: d\n  class: vpn\n  family: f\n"
	    "  likelihood: {if_true: 0.9, if_false: 0.1}\n",
	    NULL, 1, 3, "'condition' is missing" },
	{ "an empty condition",
	    "- rule: r\n  desc: d\n  class: vpn\n  family: f\n"
	    "  condition:\n  likelihood: {if_true: 0.9, if_false: 0.1}\n",
	    NULL, 5, 13, "empty" },
	{ "a blank condition",
	    "- rule: r\n  desc: d\n  class: vpn\n  family: f\n"
	    "  condition: ' '\n  likelihood: {if_true: 0.9, if_false: 0.1}\n",
	    NULL, 5, 14, "'condition' is empty" },
	{ "a mapping as a condition",
	    "- rule: r\n  desc: d\n  class: vpn\n  family: f\n"
	    "  condition: {a: b}\n"
	    "  likelihood: {if_true: 0.9, if_false: 0.1}\n",
	    NULL, 5, 14, "single text" },
	{ "no class",
	    "- rule: r\n  desc: d\n  family: f\n  condition: tls.sni = x\n"
	    "  likelihood: {if_true: 0.9, if_false: 0.1}\n",
	    NULL, 1, 3, "'class' is missing" },
	{ "an unknown class",
	    "- rule: r\n  desc: d\n  class: vnp\n  family: f\n"
	    "  condition: tls.sni = x\n"
	    "  likelihood: {if_true: 0.9, if_false: 0.1}\n",
	    NULL, 3, 10, "one of unknown, direct, vpn" },
	{ "no family",
	    "- rule: r\n  desc: d\n  class: vpn\n  condition: tls.sni = x\n"
	    "  likelihood: {if_true: 0.9, if_false: 0.1}\n",
	    NULL, 1, 3, "'family' is missing" },
	{ "family protocol without protocol",
	    "- rule: r\n  desc: d\n  class: vpn\n  family: protocol\n"
	    "  condition: tls.sni = x\n"
	    "  likelihood: {if_true: 0.9, if_false: 0.1}\n",
	    NULL, 1, 3, "needs the key 'protocol'" },
	{ "a long protocol", RULE("  protocol: aaaaaaaaaaaaaaaaaaaaaaaa\n"),
	    NULL, 7, 13, "at most 23 bytes" },
	{ "no likelihood",
	    "- rule: r\n  desc: d\n  class: vpn\n  family: f\n"
	    "  condition: tls.sni = x\n",
	    NULL, 1, 3, "'likelihood' is missing" },
	{ "likelihood as a number",
	    "- rule: r\n  desc: d\n  class: vpn\n  family: f\n"
	    "  condition: tls.sni = x\n  likelihood: 0.9\n",
	    NULL, 6, 15, "if_true" },
	{ "half a likelihood",
	    "- rule: r\n  desc: d\n  class: vpn\n  family: f\n"
	    "  condition: tls.sni = x\n  likelihood: {if_true: 0.9}\n",
	    NULL, 6, 15, "'likelihood.if_false' is missing" },
	{ "a likelihood of 1",
	    "- rule: r\n  desc: d\n  class: vpn\n  family: f\n"
	    "  condition: tls.sni = x\n"
	    "  likelihood: {if_true: 1.0, if_false: 0.1}\n",
	    NULL, 6, 25, "between 0 and 1" },
	{ "a likelihood of 0",
	    "- rule: r\n  desc: d\n  class: vpn\n  family: f\n"
	    "  condition: tls.sni = x\n"
	    "  likelihood: {if_true: 0.9, if_false: 0.000}\n",
	    NULL, 6, 40, "between 0 and 1" },
	{ "a likelihood in percent",
	    "- rule: r\n  desc: d\n  class: vpn\n  family: f\n"
	    "  condition: tls.sni = x\n"
	    "  likelihood: {if_true: 90%, if_false: 0.1}\n",
	    NULL, 6, 25, "between 0 and 1" },
	{ "evidence that lowers the odds",
	    "- rule: r\n  desc: d\n  class: vpn\n  family: f\n"
	    "  condition: tls.sni = x\n"
	    "  likelihood: {if_true: 0.1, if_false: 0.9}\n",
	    NULL, 6, 15, "'if_true' above 'if_false'" },
	{ "direct that raises the odds",
	    "- rule: r\n  desc: d\n  class: direct\n  family: f\n"
	    "  condition: tls.sni = x\n"
	    "  likelihood: {if_true: 0.9, if_false: 0.1}\n",
	    NULL, 6, 15, "'if_true' below 'if_false'" },
	{ "an unknown placeholder", RULE("  says: \"a %tls.snii b\"\n"), NULL,
	    7, 12, "did you mean '%tls.sni'?" },
	{ "an unknown placeholder, near none",
	    RULE("  says: 'a %qqqqqqqqqq'\n"), NULL, 7, 12, "percent sign" },
	{ "a placeholder of the wrong scope",
	    RULE("  says: 'a %client.flows'\n"), NULL, 7, 12,
	    "not known when a rule of a flow is asked" },
	{ "a placeholder in a folded text",
	    RULE("  says: >\n    one two\n    three %nosuch.\n"), NULL, 9, 11,
	    "unknown signal" },
	{ "says as a list", RULE("  says: [a]\n"), NULL, 7, 9, "single text" },
	{ "enabled: yes", RULE("  enabled: yes\n"), NULL, 7, 12,
	    "true or false" },
	{ "shadow: 1", RULE("  shadow: 1\n"), NULL, 7, 11, "true or false" },
	{ "a bad date", RULE("  expires: tomorrow\n"), NULL, 7, 12,
	    "expected a date" },
	{ "a bad view", RULE("  view: wire\n"), NULL, 7, 9,
	    "one of path, exit, any" },
	{ "a mapping as tags", RULE("  tags: {a: b}\n"), NULL, 7, 9,
	    "list of texts" },
	{ "a mapping among tags", RULE("  tags: [a, {b: c}]\n"), NULL, 7, 13,
	    "expected a text" },
	{ "a signal that its view does not measure",
	    "- rule: r\n  desc: d\n  class: relay\n  family: f\n"
	    "  condition: tls.sni_is_service_elsewhere\n  view: exit\n"
	    "  likelihood: {if_true: 0.9, if_false: 0.1}\n",
	    NULL, 5, 14, "not measured in the exit view" },
	{ "a second rule", RULE("") RULE(""), NULL, 7, 9,
	    "a second rule 'r', the first is at" },
	{ "too many questions",
	    "- {macro: a, condition: 'tls.sni = a or tls.sni = b or tls.sni = "
	    "c or tls.sni = d or tls.sni = e or tls.sni = f or tls.sni = g or "
	    "tls.sni = h'}\n"
	    "- {macro: b, condition: a or a or a or a or a or a or a or a}\n"
	    "- {macro: c, condition: b or b or b or b or b or b or b or b}\n"
	    "- {macro: d, condition: c or c or c or c or c or c or c or c}\n"
	    "- {macro: e, condition: d or d or d or d or d or d or d or d}\n"
	    "- rule: r\n  desc: d\n  class: vpn\n  family: f\n"
	    "  condition: e\n  likelihood: {if_true: 0.9, if_false: 0.1}\n",
	    NULL, 10, 14, "more than 4096 questions" },
	/* Lists. */
	{ "a list without items", "- list: l\n", NULL, 1, 3,
	    "one of 'items' and 'file'" },
	{ "a list with both", "- {list: l, items: [a], file: list.txt}\n", "a",
	    1, 3, "one of 'items' and 'file'" },
	{ "items that are no list", "- {list: l, items: a}\n", NULL, 1, 20,
	    "expected a list such as" },
	{ "an address to fetch items from",
	    "- {list: l, items: [a], url: 'https://example.org/l'}\n", NULL, 1,
	    30, "'url' is about a 'file'" },
	{ "an unknown format", "- {list: l, items: [a], format: cidrs}\n", NULL,
	    1, 33, "one of text, number, cidr, suffix" },
	{ "a missing file", "- {list: l, file: nosuch.txt}\n", NULL, 1, 19,
	    "No such file" },
	{ "a folder as a list", "- {list: l, file: .}\n", NULL, 1, 19,
	    "Is a directory" },
	{ "a device as a list", "- {list: l, file: /dev/zero}\n", NULL, 1, 19,
	    "no regular file" },
	{ "an empty list", "- {list: l, items: [], format: text}\n", NULL, 1,
	    10, "is empty" },
	{ "a file of comments", "- {list: l, file: list.txt, format: text}\n",
	    "# a\n\n; b\n", 1, 10, "is empty" },
	{ "a list among items", "- {list: l, items: [a, [b]], format: text}\n",
	    NULL, 1, 24, "a single item" },
	{ "a bad network",
	    "- {list: l, items: [10.0.0.0/8, x], format: cidr}\n", NULL, 1, 33,
	    "expected a network" },
	{ "a bad network in a file",
	    "- {list: l, file: list.txt, format: cidr}\n",
	    "10.0.0.0/8 # ten\n\n  300.0.0.0/8\n", 3, 3,
	    "'300.0.0.0/8' in list 'l': expected a network" },
	{ "bits behind a prefix", "- {list: l, file: list.txt, format: cidr}\n",
	    "10.0.0.1/8", 1, 1, "no bits behind the prefix" },
	{ "a bad number", "- {list: l, items: [1, 2ms], format: number}\n",
	    NULL, 1, 24, "a number without a unit" },
	{ "a bad domain", "- {list: l, file: list.txt, format: suffix}\n",
	    "a.org\r\n*.b.org\r\na b\r\n", 3, 1, "expected a domain" },
	{ "a bad item where the list is used",
	    "- {list: l, items: [x]}\n"
	    "- rule: r\n  desc: d\n  class: vpn\n  family: f\n"
	    "  condition: flow.server_port in l\n"
	    "  likelihood: {if_true: 0.9, if_false: 0.1}\n",
	    NULL, 1, 21, "a number without a unit" },
	{ "a second list", "- {list: l, items: [a]}\n- {list: l, items: [a]}\n",
	    NULL, 2, 10, "a second list 'l'" },
	/* Macros. */
	{ "a macro without a condition", "- macro: m\n", NULL, 1, 3,
	    "'condition' is missing" },
	{ "a macro named as a signal",
	    "- {macro: tls.sni, condition: flow.gaps = 0}\n", NULL, 1, 11,
	    "is a signal" },
	{ "a second macro",
	    "- {macro: m, condition: flow.gaps = 0}\n"
	    "- {macro: m, condition: flow.gaps = 0}\n",
	    NULL, 2, 11, "a second macro 'm'" },
	{ "a macro of itself", "- {macro: m, condition: flow.gaps = 0 and m}\n",
	    NULL, 1, 43, "leads back to itself" },
	{ "a circle of macros",
	    "- {macro: a, condition: b}\n- {macro: b, condition: c}\n"
	    "- {macro: c, condition: flow.gaps = 0 or a}\n"
	    "- rule: r\n  desc: d\n  class: vpn\n  family: f\n"
	    "  condition: a\n  likelihood: {if_true: 0.9, if_false: 0.1}\n",
	    NULL, 3, 42, "macro 'a' leads back to itself" },
	{ "a fault in a macro",
	    "- {macro: a, condition: tls.snii = x}\n"
	    "- rule: r\n  desc: d\n  class: vpn\n  family: f\n"
	    "  condition: a\n  likelihood: {if_true: 0.9, if_false: 0.1}\n",
	    NULL, 1, 25, "tls.sni" },
	/* Exceptions. */
	{ "exceptions that are no list", RULE("  exceptions: yes\n"), NULL, 7,
	    15, "expected a list" },
	{ "an exception without a reason",
	    RULE("  exceptions: [{name: e, condition: tls.sni = y}]\n"), NULL,
	    7, 16, "'reason' is missing" },
	{ "an exception without a name",
	    RULE("  exceptions: [{reason: w, condition: tls.sni = y}]\n"), NULL,
	    7, 16, "'name' is missing" },
	{ "an unknown key of an exception",
	    RULE("  exceptions: [{name: e, values: [x], reason: w}]\n"), NULL,
	    7, 26, "expected name, condition, reason" },
	{ "a fault in an exception",
	    RULE("  exceptions: [{name: e, reason: w, condition: tls.snii = "
		 "y}]\n"),
	    NULL, 7, 48, "tls.sni" },
	{ "an exception of another scope",
	    RULE("  exceptions: [{name: e, reason: w, condition: client.flows "
		 "> 1}]\n"),
	    NULL, 7, 48, "when a rule of a flow is asked" },
	/* Versions. */
	{ "no version", RULE("  requires: new\n"), NULL, 7, 13,
	    "such as 0.2 or 0.2.1" },
	{ "a version and more", RULE("  requires: 0.1.x\n"), NULL, 7, 13,
	    "such as 0.2 or 0.2.1" },
	{ "four parts of a version", RULE("  requires: 0.1.0.0\n"), NULL, 7, 13,
	    "such as 0.2 or 0.2.1" },
	{ "a version without a point", RULE("  requires: '1'\n"), NULL, 7, 13,
	    "such as 0.2 or 0.2.1" },
	{ "a later version", RULE("  requires: 99.1\n"), NULL, 7, 13,
	    "needs flowscan 99.1 or newer" },
	/* Overrides. */
	{ "an override of nothing",
	    RULE("- override: s\n  reason: w\n  enabled: false\n"), NULL, 7, 13,
	    "no rule 's' to override; did you mean 'r'?" },
	{ "an override of a list", RULE("- override: [r]\n"), NULL, 7, 13,
	    "the name of a rule" },
	{ "an override without a reason",
	    RULE("- override: r\n  enabled: false\n"), NULL, 7, 3,
	    "'reason' is missing" },
	{ "an override of what cannot be changed",
	    RULE("- override: r\n  reason: w\n  class: proxy\n"), NULL, 9, 3,
	    "unknown key 'class'" },
	{ "an override of the view alone",
	    RULE("- override: r\n  reason: w\n  view: path\n"), NULL, 9, 9,
	    "together with 'condition'" },
	{ "a second override",
	    RULE("- {override: r, reason: w}\n- {override: r, reason: v}\n"),
	    NULL, 8, 14, "a second override of 'r'" },
	{ "a fault in an override",
	    RULE("- override: r\n  reason: w\n  condition: tls.snii = y\n"),
	    NULL, 9, 14, "tls.sni" },
	/* Tests. */
	{ "tests that are no list", RULE("  tests: yes\n"), NULL, 7, 10,
	    "expected a list" },
	{ "a test that is no mapping", RULE("  tests: [a]\n"), NULL, 7, 11,
	    "'matches'" },
	{ "a test without a result", RULE("  tests: [{capture: a}]\n"), NULL, 7,
	    11, "'matches' is missing" },
	{ "a test of nothing", RULE("  tests: [{matches: true}]\n"), NULL, 7,
	    11, "one of 'capture', 'packets' and 'signals'" },
	{ "a test of two things",
	    RULE("  tests: [{matches: true, capture: a, signals: {}}]\n"), NULL,
	    7, 11, "one of" },
	{ "no packets", RULE("  tests: [{matches: true, packets: []}]\n"), NULL,
	    7, 36, "1 to 64 packets" },
	{ "a packet without a direction",
	    RULE("  tests: [{matches: true, packets: [{hex: 00}]}]\n"), NULL, 7,
	    37, "'dir' is missing" },
	{ "a bad direction",
	    RULE("  tests: [{matches: true, packets: [{dir: up, hex: 00}]}]\n"),
	    NULL, 7, 43, "one of c2s, s2c" },
	{ "bad hex",
	    RULE("  tests: [{matches: true, packets: [{dir: c2s, hex: "
		 "\"00 0x\"}]}]\n"),
	    NULL, 7, 57, "bytes in hex" },
	{ "no hex", RULE("  tests: [{matches: true, packets: [{dir: c2s}]}]\n"),
	    NULL, 7, 37, "expected 'hex'" },
	{ "a bad time",
	    RULE("  tests: [{matches: true, packets: [{dir: c2s, at: 5km, "
		 "hex: 00}]}]\n"),
	    NULL, 7, 52, "such as 20ms" },
	{ "a short length",
	    RULE("  tests: [{matches: true, packets: [{dir: c2s, len: 1, "
		 "hex: 0000}]}]\n"),
	    NULL, 7, 53, "from 2 to 65535" },
	{ "a bad port",
	    RULE("  tests: [{matches: true, port: 0, packets: [{dir: c2s, "
		 "hex: 00}]}]\n"),
	    NULL, 7, 33, "from 1 to 65535" },
	{ "a bad client's port",
	    RULE("  tests: [{matches: true, client_port: 70000, packets: "
		 "[{dir: c2s, hex: 00}]}]\n"),
	    NULL, 7, 40, "from 1 to 65535" },
	{ "a bad address",
	    RULE("  tests: [{matches: true, server: 192.0.2.256, packets: "
		 "[{dir: c2s, hex: 00}]}]\n"),
	    NULL, 7, 35, "'server': expected an IP address" },
	{ "addresses of two families",
	    RULE("  tests: [{matches: true, client: 192.0.2.1, server: "
		 "'2001:db8::1', packets: [{dir: c2s, hex: 00}]}]\n"),
	    NULL, 7, 54, "both of IPv4" },
	{ "a signal's bad address",
	    RULE("  tests: [{matches: true, signals: {server.ip: here}}]\n"),
	    NULL, 7, 48, "expected an IP address" },
	{ "an unknown signal",
	    RULE("  tests: [{matches: true, signals: {tls.snii: x}}]\n"), NULL,
	    7, 37, "unknown signal" },
	{ "a bad value",
	    RULE("  tests: [{matches: true, signals: {rtt.tcp_ms: 5km}}]\n"),
	    NULL, 7, 49, "in the unit of 'rtt.tcp_ms'" },
	{ "a bad flag",
	    RULE("  tests: [{matches: true, signals: {flow.start_seen: 1}}]\n"),
	    NULL, 7, 54, "true or false" },
	{ "bad sizes",
	    RULE("  tests: [{matches: true, signals: {seq.sizes: [1, x]}}]\n"),
	    NULL, 7, 52, "expected a size" },
};

static void
test_files(void)
{
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		expect(files[i].name, files[i].text, files[i].list,
		    files[i].line, files[i].column, files[i].says);
}

/* ---- Warnings ---------------------------------------------------------- */

static const struct {
	const char *name, *text;
	unsigned line, column;
	const char *says;
} warnings[] = {
	{ "an unused list", "- {list: l, items: [a]}\n", 1, 10,
	    "list 'l' is never used" },
	{ "an unused macro", "- {macro: m, condition: flow.gaps = 0}\n", 1, 11,
	    "macro 'm' is never used" },
	{ "a text near a signal", BEFORE "tls.sni = tls.alp\n", 6, 24,
	    "did you mean the signal 'tls.alpn'?" },
	{ "the largest number",
	    BEFORE "rtt.tcp_ms > 9223372036854.775807s and rtt.tcp_ms < 1\n", 6,
	    64, "never true together" },
	{ "no signal, true", BEFORE "1 + 1 = 2\n", 6, 20, "always true" },
	{ "no signal, false", BEFORE "1 > 2\n", 6, 16, "never true" },
	{ "a negative count", BEFORE "flow.gaps < 0\n", 6, 24, "never true" },
	{ "a country in small letters", BEFORE "client.country = de\n", 6, 29,
	    "no such country" },
	{ "no negative count", BEFORE "flow.gaps >= 0\n", 6, 24,
	    "always true" },
	{ "two values at once", BEFORE "flow.gaps > 5 and flow.gaps < 3\n", 6,
	    42, "never true together" },
	{ "two texts at once",
	    BEFORE "tls.sni = a and flow.gaps = 1 and tls.sni = b\n", 6, 56,
	    "never true together" },
	{ "a signal unknown in one of two views",
	    "- rule: r\n  desc: d\n  class: relay\n  family: f\n"
	    "  condition: tls.sni_is_service_elsewhere\n  view: any\n"
	    "  likelihood: {if_true: 0.9, if_false: 0.1}\n",
	    5, 14, "not measured in the exit view" },
};

static void
test_warnings(void)
{
	size_t i;

	for (i = 0; i < sizeof(warnings) / sizeof(warnings[0]); i++) {
		struct told told = { 0 };
		struct fs_ruleset *rules = NULL;
		int rc = files_load(warnings[i].text, NULL, &told, &rules);

		if (!tap_ok(rc == 0 && rules && told.errors == 0 &&
			    told.warnings == 1 &&
			    told.first.line == warnings[i].line &&
			    told.first.column == warnings[i].column &&
			    strstr(told.first.text, warnings[i].says),
			"warning: %s", warnings[i].name))
			printf("# %d, %u warnings, %u:%u: %s\n", rc,
			    told.warnings, told.first.line, told.first.column,
			    told.first.text);
		fs_ruleset_free(rules);
	}
}

/* ---- More than one fault ----------------------------------------------- */

/* A folder without rules is not taken for a folder of rules in silence. */
static void
test_no_files(void)
{
	char folder[] = "/tmp/test-rules-XXXXXX", path[64];
	const char *paths[] = { folder };
	struct told told = { 0 };
	struct fs_ruleset *rules = NULL;

	if (mkdtemp(folder) == NULL)
		abort();
	files_write(folder, "rules.yml", BEFORE "flow.gaps = 0\n");
	tap_int(fs_ruleset_load(paths, 1, files_tell, &told, NULL, &rules), 0,
	    "a folder with a file of another name");
	tap_ok(told.warnings == 1 && strstr(told.first.text, "'.yaml'") &&
		strcmp(told.first.file, folder) == 0,
	    "says: %s", told.first.text);
	fs_ruleset_free(rules);
	snprintf(path, sizeof(path), "%s/rules.yml", folder);
	unlink(path);
	rmdir(folder);
}

static void
test_many(void)
{
	struct told told = { 0 };
	struct fs_ruleset *rules = NULL;
	struct buf text;
	unsigned i;

	tap_int(files_load("- ruel: a\n- list: l\n- rule: and\n", NULL, &told,
		    &rules),
	    FS_ECONFIG, "a file with three bad definitions");
	tap_int(told.first.line, 1, "tells the first first");
	tap_ok(told.errors > 3, "and goes on: %u", told.errors);
	buf_init(&text);
	for (i = 0; i < 1000; i++)
		buf_add_text(&text, "- x: y\n");
	told = (struct told){ 0 };
	tap_int(files_load(buf_text(&text), NULL, &told, &rules), FS_ECONFIG,
	    "a file with 1,000 faults");
	tap_int(told.errors, 100, "tells a hundred");
	tap_int(told.warnings, 1, "and that there are more");
	buf_clear(&text);
	for (i = 0; i < 150; i++)
		buf_printf(&text,
		    "- {rule: r%u, desc: d, class: vpn, family: f,"
		    " likelihood: {if_true: 0.9, if_false: 0.1},"
		    " condition: flow.gaps >= 0}\n",
		    i);
	told = (struct told){ 0 };
	tap_int(files_load(buf_text(&text), NULL, &told, &rules), 0,
	    "150 rules with a warning each");
	tap_int(told.warnings, 101, "tells a hundred, and that there are more");
	tap_ok(rules != NULL && fs_ruleset_count(rules) == 150,
	    "and has all rules");
	fs_ruleset_free(rules);
	rules = NULL;
	buf_fini(&text);
	tap_int(files_load("- x: y\n", NULL, NULL, &rules), FS_ECONFIG,
	    "nobody needs to listen");
	tap_ok(rules == NULL, "the output is untouched");
	fs_ruleset_free(NULL);
}

int
main(void)
{
	test_files();
	test_warnings();
	test_many();
	test_no_files();
	return tap_done();
}
