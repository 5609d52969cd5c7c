#include <time.h>

#include "base/buf.h"
#include "rule/list.h"
#include "rule/strmap.h"
#include "rule/tests.h"
#include "test/unit/rule/files.h"
#include "test/unit/tap.h"

/* ---- Items ------------------------------------------------------------- */

static const struct {
	const char *item;
	enum list_form form;
	bool fine;
} items[] = {
	{ "a b", LIST_TEXT, true },
	{ "1", LIST_NUMBER, true },
	{ "1.5", LIST_NUMBER, true },
	{ "0xff", LIST_NUMBER, true },
	{ "AS13335", LIST_NUMBER, true },
	{ "13335AS", LIST_NUMBER, false },
	{ "1ms", LIST_NUMBER, false },
	{ "", LIST_NUMBER, false },
	{ "-1", LIST_NUMBER, false },
	{ "203.0.113.0/24", LIST_CIDR, true },
	{ "203.0.113.1", LIST_CIDR, true },
	{ "2001:db8::/32", LIST_CIDR, true },
	{ "203.0.113.1/24", LIST_CIDR, false },
	{ "203.0.113.0/33", LIST_CIDR, false },
	{ "example.com", LIST_CIDR, false },
	{ "example.com", LIST_SUFFIX, true },
	{ ".example.com", LIST_SUFFIX, true },
	{ "*.example.com", LIST_SUFFIX, true },
	{ "+.example.com", LIST_SUFFIX, true },
	{ "com", LIST_SUFFIX, true },
	{ "m\xc3\xbcnchen.de", LIST_SUFFIX, true },
	{ "example.com.", LIST_SUFFIX, false },
	{ "exa mple.com", LIST_SUFFIX, false },
	{ "*", LIST_SUFFIX, false },
	{ ".", LIST_SUFFIX, false },
	{ "http://example.com", LIST_SUFFIX, false },
};

static void
test_items(void)
{
	size_t i;

	for (i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		struct list list = { 0 };
		struct arena arena;
		const char *expected;

		arena_init(&arena);
		expected = list_add(&list, items[i].form, &arena, items[i].item,
		    strlen(items[i].item));
		tap_ok((expected == NULL) == items[i].fine, "'%s' as %s: %s",
		    items[i].item, list_form_names[items[i].form],
		    expected ? expected : "fine");
		rangeset_free(list.ranges);
		arena_fini(&arena);
	}
}

static void
test_item_sizes(void)
{
	char item[300];
	struct list list = { 0 };
	struct arena arena;

	memset(item, 'x', sizeof(item));
	arena_init(&arena);
	tap_ok(list_add(&list, LIST_TEXT, &arena, item, 255) == NULL,
	    "an item of 255 bytes");
	tap_ok(list_add(&list, LIST_TEXT, &arena, item, 256) != NULL,
	    "one of 256 is refused");
	tap_ok(list_add(&list, LIST_TEXT, &arena, "a\0b", 3) != NULL,
	    "one with a NUL is refused");
	arena_fini(&arena);
}

/* ---- Suffixes ---------------------------------------------------------- */

static const struct {
	const char *name;
	bool found;
} names[] = {
	{ "example.com", true },
	{ "a.b.example.com", true },
	{ "A.Example.COM", true },
	{ "example.com.", true },
	{ "badexample.com", false },
	{ "com", false },
	{ "example.com.org", false },
	{ "", false },
	{ ".", false },
	{ "..", false },
	{ "example.com..", false },
	{ "deep.x.net", true },
	{ "x.net", false },
};

static void
test_suffixes(void)
{
	struct list list = { 0 };
	struct arena arena;
	char text[400], *exact;
	size_t i;

	arena_init(&arena);
	(void)list_add(&list, LIST_SUFFIX, &arena, "*.Example.com", 13);
	(void)list_add(&list, LIST_SUFFIX, &arena, "deep.x.net", 10);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		exact = tap_exact(names[i].name, strlen(names[i].name));
		tap_ok(list_has_suffix(&list.suffixes, exact,
			   strlen(names[i].name)) == names[i].found,
		    "'%s' is %sbelow", names[i].name,
		    names[i].found ? "" : "not ");
		free(exact);
	}
	memset(text, '.', sizeof(text));
	tap_ok(!list_has_suffix(&list.suffixes, text, sizeof(text)),
	    "a long text is below none");
	arena_fini(&arena);
}

/* ---- Files ------------------------------------------------------------- */

static const char file_rules[] =
    "- {list: l, file: list.txt}\n"
    "- rule: r\n  desc: d\n  class: vpn\n  family: f\n"
    "  condition: client.asn in l\n"
    "  likelihood: {if_true: 0.9, if_false: 0.1}\n";

static const struct {
	const char *name, *list;
	unsigned asn;
	bool fires;
} lists[] = {
	{ "a line", "5\n", 5, true },
	{ "another", "5\n", 6, false },
	{ "no line break at the end", "4\n5", 5, true },
	{ "comments", "# all\n5 # five\n6 ; six\n;7\n", 6, true },
	{ "a comment's number", "5 # 7\n", 7, false },
	{ "empty lines", "\n\n  \n5\n", 5, true },
	{ "blanks", "  5\t\n", 5, true },
	{ "carriage returns", "4\r\n5\r\n", 5, true },
	{ "the same twice", "5\n5\n", 5, true },
	{ "out of order", "9\n1\n5\n7\n3\n", 7, true },
};

static void
test_files(void)
{
	struct signals *signals = calloc(1, sizeof(*signals));
	size_t i;

	if (signals == NULL)
		abort();
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct told told = { .show = true };
		struct fs_ruleset *rules = NULL;

		signals_set_count(signals, SIGNAL_CLIENT_ASN, lists[i].asn);
		if (files_load(file_rules, lists[i].list, &told, &rules) < 0)
			abort();
		tap_ok(rule_fires(rules, 0, 0, signals) == lists[i].fires, "%s",
		    lists[i].name);
		fs_ruleset_free(rules);
	}
	free(signals);
}

/* 100,000 entries of each form. */
static void
test_large(enum list_form form, const char *condition, const char *format)
{
	struct timespec start, end;
	struct fs_ruleset *rules = NULL;
	struct told told = { .show = true };
	struct buf list;
	char text[512];
	double spent;
	unsigned i;

	buf_init(&list);
	for (i = 0; i < 100000; i++) {
		buf_printf(&list, format, i & 255, i >> 8 & 255, i >> 16);
		buf_add_char(&list, '\n');
	}
	snprintf(text, sizeof(text),
	    "- {list: l, file: list.txt, format: %s}\n%s%s\n",
	    list_form_names[form], BEFORE, condition);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	tap_int(files_load(text, buf_text(&list), &told, &rules), 0,
	    list_form_names[form]);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	spent = (double)(end.tv_sec - start.tv_sec) +
	    (double)(end.tv_nsec - start.tv_nsec) / 1e9;
	tap_ok(spent < 5, "100,000 entries in %.2f s", spent);
	fs_ruleset_free(rules);
	buf_fini(&list);
}

/* ---- The map ----------------------------------------------------------- */

static void
test_map(void)
{
	struct strmap map = { 0 };
	struct arena arena;
	char text[16];
	uint32_t i, value, bad = 0;

	arena_init(&arena);
	tap_ok(!strmap_find(&map, "x", 1, &value), "an empty map holds none");
	for (i = 0; i < 5000; i++) {
		int size = snprintf(text, sizeof(text), "%u", i);

		bad += strmap_add(&map, &arena,
			   arena_text(&arena, text, (size_t)size), (size_t)size,
			   i) != 1;
	}
	for (i = 0; i < 10000; i++) {
		int size = snprintf(text, sizeof(text), "%u", i);
		bool found = strmap_find(&map, text, (size_t)size, &value);

		bad += found != (i < 5000) || (found && value != i);
	}
	tap_int(bad, 0, "5,000 texts are found, 5,000 others are not");
	tap_int(strmap_add(&map, &arena, "17", 2, 99), 0, "one is there");
	tap_ok(strmap_find(&map, "17", 2, &value) && value == 17,
	    "and stays as it was");
	tap_int(strmap_add(&map, &arena, "", 0, 7), 1, "the empty text, too");
	tap_ok(strmap_find(&map, "", 0, NULL), "can be held");
	arena_fini(&arena);
}

int
main(void)
{
	test_items();
	test_item_sizes();
	test_suffixes();
	test_files();
	test_large(LIST_TEXT, "tls.sni in l", "a%u.%u.%u");
	test_large(LIST_NUMBER, "client.asn in l", "%u%03u%03u");
	test_large(LIST_SUFFIX, "tls.sni suffix l", "a%u.b%u.c%u.org");
	test_large(LIST_CIDR, "http.forwarded cidr l", "10.%u.%u.%u");
	test_map();
	return tap_done();
}
