#include <time.h>

#include "base/buf.h"
#include "rule/rule.h"
#include "rule/tests.h"
#include "test/unit/rule/files.h"
#include "test/unit/tap.h"

enum { NOW_S = 1780000000 };

static const uint64_t now_us = (uint64_t)NOW_S * 1000000;

static struct fs_ruleset *
load(const char *text)
{
	struct told told = { .show = true };
	struct fs_ruleset *rules = NULL;

	if (files_load(text, NULL, &told, &rules) < 0)
		abort();
	return rules;
}

static struct signals *
some_signals(void)
{
	struct signals *signals = calloc(1, sizeof(*signals));

	if (signals == NULL)
		abort();
	signals_set_string(signals, SIGNAL_FLOW_TRANSPORT, "udp");
	signals_set_string(signals, SIGNAL_TLS_SNI, "api.example.com");
	signals_set_count(signals, SIGNAL_FLOW_GAPS, 0);
	signals_set_milli(signals, SIGNAL_RTT_TLS_GAP_MS, 74500);
	signals_set_count(signals, SIGNAL_CLIENT_FLOWS, 12);
	signals_set_string(signals, SIGNAL_CLIENT_COUNTRY, "DE");
	return signals;
}

/* ---- What becomes evidence --------------------------------------------- */

static void
test_fields(void)
{
	static const char text[] =
	    "- rule: late-tls\n"
	    "  desc: late\n"
	    "  condition: rtt.tls_gap_ms > 50ms\n"
	    "  class: proxy\n"
	    "  protocol: socks5\n"
	    "  family: cross-layer\n"
	    "  likelihood: {if_true: 0.95, if_false: 0.004}\n"
	    "  says: 'TLS is %rtt.tls_gap_ms late for %tls.sni.'\n";
	struct fs_ruleset *rules = load(text);
	struct signals *signals = some_signals();
	struct fs_evidence evidence[FS_EVIDENCE_MAX];

	memset(evidence, 0xff, sizeof(evidence));
	tap_int(rule_evaluate(rules, SCOPE_FLOW, FS_VIEW_EXIT, now_us, signals,
		    evidence),
	    1, "one rule matches");
	tap_text(evidence->rule, "late-tls", "rule");
	tap_text(evidence->family, "cross-layer", "family");
	tap_text(evidence->protocol, "socks5", "protocol");
	tap_text(evidence->text, "TLS is 74.5 ms late for api.example.com.",
	    "text");
	tap_int(evidence->class, FS_CLASS_PROXY, "class");
	tap_int(evidence->llr_full, 5470, "ln(0.95 / 0.004) in millinats");
	tap_int(evidence->shadow, false, "no shadow");
	tap_int(rule_evaluate(rules, SCOPE_CLIENT, FS_VIEW_EXIT, now_us,
		    signals, evidence),
	    0, "none of the other scope");
	free(signals);
	fs_ruleset_free(rules);
}

static const char head[] = "  family: f\n"
			   "  desc: d\n"
			   "  condition: flow.gaps = 0\n";

static void
test_no_protocol(void)
{
	struct fs_evidence evidence[FS_EVIDENCE_MAX];
	struct signals *signals = some_signals();
	struct fs_ruleset *rules;
	struct buf text;

	buf_init(&text);
	buf_printf(&text,
	    "- rule: r\n%s  class: direct\n"
	    "  likelihood: {if_true: 0.1, if_false: 0.9}\n",
	    head);
	rules = load(buf_text(&text));
	memset(evidence, 0xff, sizeof(evidence));
	tap_int(rule_evaluate(rules, SCOPE_FLOW, FS_VIEW_PATH, now_us, signals,
		    evidence),
	    1, "evidence for direct");
	tap_int(evidence->llr_full, -2197, "weighs against");
	tap_text(evidence->protocol, "", "no protocol is an empty one");
	tap_text(evidence->text, "d", "without a sentence, the description");
	fs_ruleset_free(rules);
	buf_fini(&text);
	free(signals);
}

/* ---- Which rules are asked --------------------------------------------- */

static const struct {
	const char *name, *keys;
	enum signal_scope scope;
	enum fs_view view;
	unsigned matches;
} askings[] = {
	{ "a flow rule in the path view", "flow.gaps = 0\n", SCOPE_FLOW,
	    FS_VIEW_PATH, 1 },
	{ "a flow rule in the exit view", "flow.gaps = 0\n", SCOPE_FLOW,
	    FS_VIEW_EXIT, 1 },
	{ "a flow rule of a client", "flow.gaps = 0\n", SCOPE_CLIENT,
	    FS_VIEW_PATH, 0 },
	{ "a path rule in the exit view", "flow.gaps = 0\n  view: path\n",
	    SCOPE_FLOW, FS_VIEW_EXIT, 0 },
	{ "an exit rule in the path view", "flow.gaps = 0\n  view: exit\n",
	    SCOPE_FLOW, FS_VIEW_PATH, 0 },
	{ "an exit rule in the exit view", "flow.gaps = 0\n  view: exit\n",
	    SCOPE_FLOW, FS_VIEW_EXIT, 1 },
	{ "a rule of its transport", "flow.transport = udp\n", SCOPE_FLOW,
	    FS_VIEW_PATH, 1 },
	{ "a rule of another transport", "flow.transport = tcp\n", SCOPE_FLOW,
	    FS_VIEW_PATH, 0 },
	{ "a rule of a transport unlike both", "flow.transport = gre\n",
	    SCOPE_FLOW, FS_VIEW_PATH, 0 },
	{ "either transport", "flow.transport = tcp or flow.transport = udp\n",
	    SCOPE_FLOW, FS_VIEW_PATH, 1 },
	{ "another transport, or something else",
	    "flow.transport = tcp or flow.gaps = 0\n", SCOPE_FLOW, FS_VIEW_PATH,
	    1 },
	{ "not another transport", "not flow.transport = tcp\n", SCOPE_FLOW,
	    FS_VIEW_PATH, 1 },
	{ "neither of two",
	    "not (flow.transport = tcp or flow.transport = gre)\n", SCOPE_FLOW,
	    FS_VIEW_PATH, 1 },
	{ "not its transport", "not (flow.gaps = 1 or flow.transport = udp)\n",
	    SCOPE_FLOW, FS_VIEW_PATH, 0 },
	{ "not both", "not (flow.gaps = 0 and flow.transport = tcp)\n",
	    SCOPE_FLOW, FS_VIEW_PATH, 1 },
	{ "a client rule", "client.flows > 3\n", SCOPE_CLIENT, FS_VIEW_PATH,
	    1 },
	{ "a client rule of a flow", "client.flows > 3\n", SCOPE_FLOW,
	    FS_VIEW_PATH, 0 },
	{ "a rule of both scopes is a client's", "client.country = DE\n",
	    SCOPE_CLIENT, FS_VIEW_PATH, 1 },
	{ "and not a flow's", "client.country = DE\n", SCOPE_FLOW, FS_VIEW_PATH,
	    0 },
	{ "both scopes with a flow's is a flow's",
	    "client.country = DE and flow.gaps = 0\n", SCOPE_FLOW, FS_VIEW_PATH,
	    1 },
	{ "a disabled rule", "flow.gaps = 0\n  enabled: false\n", SCOPE_FLOW,
	    FS_VIEW_PATH, 0 },
	{ "a shadow rule", "flow.gaps = 0\n  shadow: true\n", SCOPE_FLOW,
	    FS_VIEW_PATH, 1 },
	{ "a rule that has expired", "flow.gaps = 0\n  expires: 2026-01-01\n",
	    SCOPE_FLOW, FS_VIEW_PATH, 0 },
	{ "a rule that will expire", "flow.gaps = 0\n  expires: 2026-12-31\n",
	    SCOPE_FLOW, FS_VIEW_PATH, 1 },
};

static void
test_askings(void)
{
	struct fs_evidence evidence[FS_EVIDENCE_MAX];
	struct signals *signals = some_signals();
	size_t i;

	for (i = 0; i < sizeof(askings) / sizeof(askings[0]); i++) {
		char text[512];
		struct fs_ruleset *rules;

		snprintf(text, sizeof(text), "%s%s", BEFORE, askings[i].keys);
		rules = load(text);
		tap_int(rule_evaluate(rules, askings[i].scope, askings[i].view,
			    now_us, signals, evidence),
		    askings[i].matches, askings[i].name);
		fs_ruleset_free(rules);
	}
	free(signals);
}

/* ---- More than fit ----------------------------------------------------- */

/* Rule i weighs ln(0.9 / (0.01 * (i + 1))); every seventh is a shadow. */
static void
test_strongest(void)
{
	struct fs_evidence evidence[FS_EVIDENCE_MAX];
	struct signals *signals = some_signals();
	struct fs_ruleset *rules;
	struct buf text;
	bool sorted = true, strong = true, shadows = false;
	unsigned i, count;

	buf_init(&text);
	for (i = 0; i < 40; i++)
		buf_printf(&text,
		    "- rule: r%02u\n%s  class: vpn\n"
		    "  likelihood: {if_true: 0.9, if_false: "
		    "0.%02u}\n%s",
		    i, head, (i * 7) % 40 + 1,
		    i % 7 == 0 ? "  shadow: true\n" : "");
	rules = load(buf_text(&text));
	count = rule_evaluate(rules, SCOPE_FLOW, FS_VIEW_PATH, now_us, signals,
	    evidence);
	tap_int(count, FS_EVIDENCE_MAX, "of 40 matches, 16 stay");
	for (i = 0; i < count; i++) {
		shadows |= evidence[i].shadow;
		strong &= evidence[i].llr_full > 1400;
		sorted &= i == 0 ||
		    strcmp(evidence[i - 1].rule, evidence[i].rule) < 0;
	}
	tap_ok(strong, "the strongest");
	tap_ok(!shadows, "those that count first");
	tap_ok(sorted, "in the order of the set");
	fs_ruleset_free(rules);
	buf_fini(&text);
	free(signals);
}

/* ---- Sentences --------------------------------------------------------- */

static const struct {
	const char *name, *says, *sni, *want;
} sentences[] = {
	{ "values", "'%tls.sni after %rtt.tls_gap_ms'", "a.org",
	    "a.org after 74.5 ms" },
	{ "a full stop behind", "'to %tls.sni.'", "a.org", "to a.org." },
	{ "a comma behind", "'to %tls.sni, late'", "a.org", "to a.org, late" },
	{ "an unknown value", "'by %dpi.protocol'", "a.org", "by unknown" },
	{ "percent signs", "'100%% of %tls.sni, 5 %'", "a.org",
	    "100% of a.org, 5 %" },
	{ "percent signs in a row", "'%%%tls.sni%%'", "a.org", "%a.org%" },
	{ "a percent sign at the end", "'%'", "a.org", "%" },
	{ "no placeholder", "plain", "a.org", "plain" },
	{ "control characters", "'%tls.sni'", "a\x1b[31mb\nc\x7f",
	    "a.[31mb.c." },
	{ "C1 controls", "'%tls.sni'",
	    "a\xc2\x9b"
	    "b",
	    "a.b" },
	{ "no UTF-8", "'%tls.sni'", "a\xff\xc3(b",
	    "a\xef\xbf\xbd\xef\xbf\xbd(b" },
	{ "UTF-8", "'%tls.sni'", "m\xc3\xbcnchen.de", "m\xc3\xbcnchen.de" },
	{ "a mark of direction", "'%tls.sni'", "a\xd8\x9cgro.b", "a.gro.b" },
	{ "direction of writing", "'%tls.sni'", "a\xe2\x80\xaegro.b",
	    "a.gro.b" },
	{ "folded lines", ">\n    one\n    %tls.sni\n", "a.org", "one a.org" },
};

static void
test_sentences(void)
{
	struct fs_evidence evidence[FS_EVIDENCE_MAX];
	size_t i;

	for (i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
		struct signals *signals = some_signals();
		struct fs_ruleset *rules;
		char text[1024];

		signals_set_string(signals, SIGNAL_TLS_SNI, sentences[i].sni);
		snprintf(text, sizeof(text), "%sflow.gaps = 0\n  says: %s\n",
		    BEFORE, sentences[i].says);
		rules = load(text);
		memset(evidence, 0xff, sizeof(evidence));
		rule_evaluate(rules, SCOPE_FLOW, FS_VIEW_PATH, now_us, signals,
		    evidence);
		tap_text(evidence->text, sentences[i].want, sentences[i].name);
		fs_ruleset_free(rules);
		free(signals);
	}
}

/* A rule without a sentence says what it is, word by word. */
static void
test_no_sentence(void)
{
	struct fs_evidence evidence[FS_EVIDENCE_MAX];
	struct signals *signals = some_signals();
	struct fs_ruleset *rules =
	    load("- rule: r\n"
		 "  desc: in 90%of flows, with %tls.sni\n"
		 "  class: vpn\n"
		 "  family: f\n"
		 "  likelihood: {if_true: 0.9, if_false: 0.1}\n"
		 "  condition: flow.gaps = 0\n");

	signals_set_string(signals, SIGNAL_TLS_SNI, "a.org");
	rule_evaluate(rules, SCOPE_FLOW, FS_VIEW_PATH, now_us, signals,
	    evidence);
	tap_text(evidence->text, "in 90%of flows, with a.org",
	    "a percent sign stays");
	fs_ruleset_free(rules);
	free(signals);
}

/* A value is cut between characters, at every length before it. */
static void
test_cut(void)
{
	struct fs_evidence evidence[FS_EVIDENCE_MAX];
	struct signals *signals = some_signals();
	char text[2048], before[256], name[256];
	unsigned i, k, bad = 0;

	for (i = 0; i < sizeof(name); i++)
		name[i] = i % 2 ? '\xa4' : '\xc3';
	signals_set_text(signals, SIGNAL_TLS_SNI, name, 250);
	for (i = 0; i < 239; i++) {
		struct fs_ruleset *rules;
		size_t size;

		memset(before, 'x', i);
		before[i] = '\0';
		snprintf(text, sizeof(text),
		    "%sflow.gaps = 0\n  says: '%s%%tls.sni'\n", BEFORE, before);
		rules = load(text);
		memset(evidence, 0xff, sizeof(evidence[0]));
		rule_evaluate(rules, SCOPE_FLOW, FS_VIEW_PATH, now_us, signals,
		    evidence);
		size = strlen(evidence->text);
		bad += size > FS_TEXT_SIZE - 1 || size + 2 < FS_TEXT_SIZE - 1;
		for (k = i; k < size; k += 2)
			bad += memcmp(evidence->text + k, "\xc3\xa4", 2) != 0;
		fs_ruleset_free(rules);
	}
	tap_int(bad, 0, "long sentences are cut between characters");
	free(signals);
}

/* ---- What a set tells of itself ---------------------------------------- */

static void
check_tests(const struct fs_ruleset *rules)
{
	const struct rule_test *tests;
	size_t count;

	tests = rule_tests(rules, 0, &count);
	tap_int((long long)count, 4, "four tests");
	tap_ok(tests[0].matches && tests[0].value_count == 1 &&
		tests[0].values[0].signal == SIGNAL_CLIENT_FLOWS &&
		tests[0].values[0].milli == 5000,
	    "one by signals");
	tap_text(tests[1].capture, "x.pcap", "one by a capture");
	tap_text(tests[1].source, "lab", "with its source");
	tap_ok(tests[2].packet_count == 1 && tests[2].ip_proto == 17 &&
		tests[2].port == 53 && tests[2].packets[0].dir == 1 &&
		tests[2].packets[0].at_us == 1500 &&
		tests[2].packets[0].size == 3 &&
		tests[2].packets[0].wire_size == 20,
	    "one by packets");
	tap_ok(tests[2].client.family == 0 && tests[2].server.family == 0 &&
		tests[2].client_port == 49152,
	    "which are anybody's");
	tap_ok(tests[3].client.family == 6 && tests[3].client.bytes[15] == 7 &&
		tests[3].server.family == 6 && tests[3].client_port == 4001,
	    "and one by packets of two hosts");
}

static void
test_info(void)
{
	static const char text[] =
	    "# first\n"
	    "- rule: r-1\n"
	    "  desc: what it is\n"
	    "  class: tunnel\n"
	    "  family: f\n"
	    "  protocol: p\n"
	    "  likelihood: {if_true: 0.5, if_false: 0.1, measured: here}\n"
	    "  condition: client.flows > 3\n"
	    "  says: the sentence\n"
	    "  benign: [one, two]\n"
	    "  tags: attack.t1090\n"
	    "  references: ['https://a', 'https://b']\n"
	    "  author: somebody\n"
	    "  date: 2026-11-23\n"
	    "  shadow: true\n"
	    "  tests:\n"
	    "    - {signals: {client.flows: 5}, matches: true}\n"
	    "    - {capture: x.pcap, matches: false, source: lab}\n"
	    "    - packets:\n"
	    "        - {dir: s2c, at: 1.5ms, hex: '00 01 02', len: 20}\n"
	    "      transport: udp\n"
	    "      port: 53\n"
	    "      matches: true\n"
	    "    - packets: [{dir: c2s, hex: '00'}]\n"
	    "      client: 2001:db8::7\n"
	    "      client_port: 4001\n"
	    "      server: 2001:db8::9\n"
	    "      matches: false\n";
	struct fs_ruleset *rules = load(text);
	struct fs_rule_info info;

	tap_int((long long)fs_ruleset_count(rules), 1, "one rule");
	fs_ruleset_info(rules, 0, &info);
	tap_text(info.name, "r-1", "name");
	tap_text(info.desc, "what it is", "desc");
	tap_text(info.condition, "client.flows > 3", "condition");
	tap_text(info.family, "f", "family");
	tap_text(info.protocol, "p", "protocol");
	tap_text(info.says, "the sentence", "says");
	tap_text(info.benign, "one\ntwo", "benign");
	tap_text(info.references, "https://a\nhttps://b", "references");
	tap_text(info.tags, "attack.t1090", "tags");
	tap_ok(strstr(info.file, "/case.yaml") != NULL, "file");
	tap_int(info.line, 2, "line");
	tap_int(info.class, FS_CLASS_TUNNEL, "class");
	tap_int(info.llr_true, 1609, "llr_true");
	tap_ok(info.client_scope && info.enabled && info.shadow, "flags");
	check_tests(rules);
	fs_ruleset_free(rules);
}

static void
test_digest(void)
{
	static const char list[] = "- {list: l, file: list.txt}\n";
	struct fs_ruleset *a = NULL, *b = NULL, *c = NULL, *empty = NULL;

	files_load(list, "x\n", NULL, &a);
	files_load(list, "x\n", NULL, &b);
	files_load(list, "y\n", NULL, &c);
	files_load("", NULL, NULL, &empty);
	if (!a || !b || !c || !empty)
		abort();
	tap_text(fs_ruleset_digest(a), fs_ruleset_digest(b),
	    "the digest does not depend on the folder");
	tap_ok(strcmp(fs_ruleset_digest(a), fs_ruleset_digest(c)) != 0,
	    "but on what a list holds");
	tap_int((long long)strlen(fs_ruleset_digest(empty)), 64,
	    "that of an empty file has 64 digits");
	tap_int((long long)fs_ruleset_count(empty), 0, "and it has no rules");
	fs_ruleset_free(a);
	fs_ruleset_free(b);
	fs_ruleset_free(c);
	fs_ruleset_free(empty);
}

int
main(void)
{
	test_fields();
	test_no_protocol();
	test_askings();
	test_strongest();
	test_sentences();
	test_no_sentence();
	test_cut();
	test_info();
	test_digest();
	return tap_done();
}
