#include "rule/age.h"

#include <time.h>

#include "rule/rule.h"
#include "test/unit/rule/files.h"
#include "test/unit/tap.h"

static const uint64_t day_us = UINT64_C(86400) * 1000000;

/* A list of day 100 that is good for a week. */
enum { MADE = 100, GOOD = 7 };

static const struct {
	const char *name;
	unsigned day;
	bool later; /* By a microsecond. */
	unsigned weight;
	const char *says;
} ages[] = {
	{ "before it was made", 3, false, 1000, "" },
	{ "when it was made", 100, false, 1000, "" },
	{ "on its last day", 107, false, 1000, "" },
	{ "a moment after", 107, true, 500,
	    "list 'l' is 7 days old, good for 7: it counts half" },
	{ "a week late", 114, false, 500,
	    "list 'l' is 14 days old, good for 7: it counts half" },
	{ "more than that", 114, true, 250,
	    "list 'l' is 14 days old, good for 7: it counts a quarter" },
	{ "three weeks late", 128, false, 125,
	    "list 'l' is 28 days old, good for 7: it counts an eighth" },
	{ "older", 128, true, 0,
	    "list 'l' is 28 days old, good for 7: it counts nothing" },
	{ "for ever", 40000, false, 0,
	    "list 'l' is 39900 days old, good for 7: it counts nothing" },
};

static void
test_weights(void)
{
	struct list_age age = { "l", MADE * day_us, GOOD * day_us };
	char room[120];
	uint64_t now_us;
	size_t i;

	for (i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
		now_us = ages[i].day * day_us + ages[i].later;
		tap_int(list_weight(&age, now_us), ages[i].weight,
		    ages[i].name);
		list_age_say(&age, now_us, room, sizeof(room));
		tap_text(room, ages[i].says, ages[i].name);
	}
	tap_ok(list_age_say(&age, 200 * day_us, room, 10) == 9,
	    "what it says is cut to fit");
	age.max_age_us = 0;
	tap_int(list_weight(&age, 40000 * day_us), 1000,
	    "a list without a greatest age does not age");
}

static const struct {
	const char *name, *text;
	uint64_t days; /* 0: none. */
} heads[] = {
	{ "a date", "# date: 1970-01-03\n5\n", 2 },
	{ "behind other lines", "# Exits.\n#\n#Date:1970-01-03\r\n5\n", 2 },
	{ "without an end", "# date: 1970-01-03", 2 },
	{ "behind the items", "5\n# date: 1970-01-03\n", 0 },
	{ "no date", "# dates: 1970-01-03\n", 0 },
	{ "no day", "# date: soon\n# date: 1970-01-03\n", 0 },
	{ "too long a day",
	    "# date: 1970-01-03 and many more words than a date can have\n",
	    0 },
	{ "nothing", "", 0 },
	{ "a bare sign", "#", 0 },
};

static void
test_heads(void)
{
	char *exact;
	size_t i, size;
	uint64_t date_us;

	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		for (size = 0; size <= strlen(heads[i].text); size++) {
			exact = tap_exact(heads[i].text, size);
			date_us = 0;
			(void)list_date(exact, size, &date_us);
			free(exact);
		}
		tap_ok(date_us == heads[i].days * day_us, "%s", heads[i].name);
	}
}

/* ---- In rules ------------------------------------------------------------ */

#define RULE(list, condition)                           \
	"- {list: l, file: list.txt" list "}\n"         \
	"- rule: r\n  desc: found\n  class: vpn\n"      \
	"  family: f\n  view: exit\n"                   \
	"  likelihood: {if_true: 0.9, if_false: 0.1}\n" \
	"  condition: " condition "\n"

static const struct {
	const char *name, *rules, *list;
	unsigned day;
	int llr; /* 0: it does not fire. */
	const char *says;
} cases[] = {
	{ "fresh", RULE(", date: 1970-04-11, max_age: 7d", "client.asn in l"),
	    "5\n", 105, 2197, "found" },
	{ "late", RULE(", date: 1970-04-11, max_age: 7d", "client.asn in l"),
	    "5\n", 110, 1098,
	    "found (list 'l' is 10 days old, good for 7: it counts half)" },
	{ "too late",
	    RULE(", date: 1970-04-11, max_age: 7d", "client.asn in l"), "5\n",
	    400, 0, NULL },
	{ "too late to know who is not on it",
	    RULE(", date: 1970-04-11, max_age: 7d", "not client.asn in l"),
	    "6\n", 400, 0, NULL },
	{ "the file's own date", RULE(", max_age: 7d", "client.asn in l"),
	    "# date: 1970-04-11\n5\n", 110, 1098,
	    "found (list 'l' is 10 days old, good for 7: it counts half)" },
	{ "that of the rule file goes before",
	    RULE(", date: 1970-04-20, max_age: 7d", "client.asn in l"),
	    "# date: 1970-04-11\n5\n", 110, 2197, "found" },
	{ "it does not age", RULE(", date: 1970-04-11", "client.asn in l"),
	    "5\n", 400, 2197, "found" },
};

static void
test_case(size_t i, struct signals *signals, struct fs_evidence *evidence)
{
	struct told told = { .show = true };
	struct fs_ruleset *rules = NULL;
	uint32_t count;

	if (files_load(cases[i].rules, cases[i].list, &told, &rules) < 0)
		abort();
	signals_clear(signals);
	signals_set_count(signals, SIGNAL_CLIENT_ASN, 5);
	count = rule_evaluate(rules, SCOPE_CLIENT, FS_VIEW_EXIT,
	    cases[i].day * day_us, signals, evidence);
	tap_int(count, cases[i].llr != 0, cases[i].name);
	if (count == 1) {
		tap_int(evidence->llr_full, cases[i].llr, cases[i].name);
		tap_text(evidence->text, cases[i].says, cases[i].name);
	}
	fs_ruleset_free(rules);
}

static void
test_info(void)
{
	struct told told = { .show = true };
	struct fs_ruleset *rules = NULL;
	struct fs_list_info info;
	char room[FS_TEXT_SIZE];

	if (files_load(RULE(", date: 1970-04-11, max_age: 7d, url: "
			    "\"https://x.example/l\", licence: CC0-1.0, "
			    "source: X",
			   "client.asn in l"),
		"5\n6\n", &told, &rules) < 0)
		abort();
	tap_int((long)fs_ruleset_list_count(rules), 1, "a set has its lists");
	fs_ruleset_list_info(rules, 0, &info);
	tap_text(info.name, "l", "by name");
	tap_text(info.url, "https://x.example/l", "with what they say");
	tap_text(info.licence, "CC0-1.0", "with what they say");
	tap_text(info.source, "X", "with what they say");
	tap_int((long)info.items, 2, "and how many items");
	tap_ok(info.date_us == 100 * day_us && info.max_age_us == 7 * day_us,
	    "and ages");
	tap_ok(fs_ruleset_list_stale(rules, 0, 110 * day_us, room,
		   sizeof(room)),
	    "of which they can be asked: %s", room);
	tap_ok(!fs_ruleset_list_stale(rules, 0, 105 * day_us, room,
		   sizeof(room)),
	    "at any time");
	fs_ruleset_free(rules);
}

static const struct {
	const char *name, *rules, *says;
} faults[] = {
	{ "no date at all", RULE(", max_age: 7d", "client.asn in l"),
	    "'max_age' needs a date" },
	{ "no span", RULE(", date: 1970-04-11, max_age: 7", "client.asn in l"),
	    "'max_age': expected a span such as 7d or 12h, found '7'" },
	{ "nothing at all",
	    RULE(", date: 1970-04-11, max_age: 0d", "client.asn in l"),
	    "'max_age': expected a span such as 7d or 12h, found '0d'" },
};

static void
test_faults(void)
{
	size_t i;

	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct told told = { 0 };
		struct fs_ruleset *rules = NULL;

		tap_int(files_load(faults[i].rules, "5\n", &told, &rules),
		    FS_ECONFIG, faults[i].name);
		tap_ok(strstr(told.first.text, faults[i].says) != NULL &&
			told.errors == 1 && told.first.line == 1,
		    "%u: %s", told.first.column, told.first.text);
		fs_ruleset_free(rules);
	}
}

int
main(void)
{
	struct signals *signals = malloc(sizeof(*signals));
	struct fs_evidence *evidence =
	    malloc(FS_EVIDENCE_MAX * sizeof(*evidence));
	size_t i;

	test_weights();
	test_heads();
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_case(i, signals, evidence);
	test_info();
	test_faults();
	free(evidence);
	free(signals);
	return tap_done();
}
