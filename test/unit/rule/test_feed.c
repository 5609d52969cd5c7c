#include "rule/feed.h"

#include "base/buf.h"
#include "rule/list.h"
#include "test/unit/rule/files.h"

/* ---- Readers ----------------------------------------------------------- */

static const char *const tor_exits =
    "ExitNode 63BA28370F543D175173E414D5450590D73E22DC\n"
    "Published 2026-11-22 01:03:10\n"
    "LastStatus 2026-11-23 02:02:02\n"
    "ExitAddress 192.0.2.7 2026-11-23 02:10:11\n"
    "ExitAddress 2001:db8::7 2026-11-23 02:10:11\n"
    "what is this\n";
static const char *const ja4_csv =
    "Application,Library,ja4,Notes\r\n"
    "Chrome,,t13d1516h2_8daaf6152771_02713d6af862,\"a, b\"\r\n"
    "Firefox,NSS,t13d1715h2_5b57614c22b0_3d5424432f57,\r\n"
    "curl,OpenSSL,,none\r\n"
    "\"broken,x,y\r\n";
static const char *const abuse_csv = "# abuse.ch SSLBL\n"
				     "#\n"
				     "# Listingdate,DstIP,DstPort\n"
				     "2026-11-23 01:02:03,192.0.2.9,443\n"
				     "2026-11-23 01:02:03,192.0.2.10,8443\n";
static const char *const asn_csv = "start,end,asn,name\n"
				   "192.0.2.0,192.0.2.255,64500,\"One, Inc.\"\n"
				   "2001:db8::,2001:db8::ffff,64501,Two\n";
static const char *const ja4db =
    "[{\"application\": \"curl\", \"ja4_fingerprint\": \"t13d_a_b\"},\n"
    " {\"application\": null, \"ja4_fingerprint\": \"t13d_c_d\"},\n"
    " {\"application\": \"x\", \"ja4_fingerprint\": null},\n"
    " {\"application\": \"y\", \"ja4_fingerprint\": 5},\n"
    " 7]\n";
static const char *const misp =
    "{\"name\": \"VPN\", \"version\": 20261101, \"type\": \"cidr\",\n"
    " \"list\": [\"192.0.2.0/24\", \"2001:db8::/32\", 5]}\n";
static const char *const stix =
    "{\"type\": \"bundle\", \"id\": \"bundle--1\", \"objects\": [\n"
    "{\"type\": \"identity\", \"name\": \"x\"},\n"
    "{\"type\": \"indicator\", \"pattern_type\": \"stix\", \"pattern\":"
    " \"[ipv4-addr:value = '192.0.2.1' OR domain-name:value = 'a.example']\"},"
    "{\"type\": \"indicator\", \"pattern_type\": \"stix\", \"pattern\":"
    " \"[file:hashes.MD5 = 'x']\"},"
    "{\"type\": \"indicator\", \"pattern_type\": \"stix\", \"pattern\":"
    " \"[ipv4-addr:value = '192.0.2.2' AND url:value = 'x']\"},"
    "{\"type\": \"indicator\", \"pattern_type\": \"stix\", \"pattern\":"
    " \"[ipv4-addr:value = '192.0.2.3']\", \"revoked\": true},"
    "{\"type\": \"indicator\", \"pattern_type\": \"stix\", \"pattern\":"
    " \"[ipv4-addr:value = '192.0.2.4']\","
    " \"valid_until\": \"2026-01-01T00:00:00Z\"},"
    "{\"type\": \"indicator\", \"pattern_type\": \"sigma\", \"pattern\": \"x\"}"
    "]}\n";

/* What is found, as "item|item", refused ones as "!item". */
static const struct {
	const char *name, *reader, *const *text, *column, *end, *where, *value;
	const char *want; /* Null: the file is refused. */
} files[] = {
	{ "Tor's exits", "tor-exits", &tor_exits, NULL, NULL, NULL, NULL,
	    "192.0.2.7|2001:db8::7|!what is this" },
	{ "a column by name", "csv", &ja4_csv, "ja4", NULL, NULL, NULL,
	    "t13d1516h2_8daaf6152771_02713d6af862|"
	    "t13d1715h2_5b57614c22b0_3d5424432f57|!\"broken,x,y" },
	{ "some rows of it", "csv", &ja4_csv, "ja4", NULL, "Application",
	    "Firefox", "t13d1715h2_5b57614c22b0_3d5424432f57|!\"broken,x,y" },
	{ "a heading in a comment", "csv", &abuse_csv, "DstIP", NULL, "DstPort",
	    "443", "192.0.2.9" },
	{ "a column by number", "csv", &abuse_csv, "2", NULL, NULL, NULL,
	    "192.0.2.9|192.0.2.10" },
	{ "a column that is not there", "csv", &ja4_csv, "ja3", NULL, NULL,
	    NULL, NULL },
	{ "a filter that is not there", "csv", &ja4_csv, "ja4", NULL, "asn",
	    "1", NULL },
	{ "ranges of an AS", "csv", &asn_csv, "start", "end", "asn", "64500",
	    "192.0.2.0-192.0.2.255" },
	{ "records", "json", &ja4db, "ja4_fingerprint", NULL, NULL, NULL,
	    "t13d_a_b|t13d_c_d|!|!" },
	{ "some records", "json", &ja4db, "ja4_fingerprint", NULL,
	    "application", "curl", "t13d_a_b|!|!" },
	{ "no records", "json", &misp, "x", NULL, NULL, NULL, NULL },
	{ "a warning list", "misp", &misp, NULL, NULL, NULL, NULL,
	    "192.0.2.0/24|2001:db8::/32|!" },
	{ "not a warning list", "misp", &ja4db, NULL, NULL, NULL, NULL, NULL },
	{ "not JSON", "misp", &ja4_csv, NULL, NULL, NULL, NULL, NULL },
	{ "indicators", "stix", &stix, NULL, NULL, NULL, NULL,
	    "192.0.2.1|a.example|x|"
	    "![ipv4-addr:value = '192.0.2.2' AND url:value = 'x']|!x" },
	{ "not a bundle", "stix", &misp, NULL, NULL, NULL, NULL, NULL },
};

static void
note(void *ctx, const struct feed_item *item)
{
	struct buf *found = ctx;

	buf_printf(found, "%s%.*s", found->size ? "|" : "", (int)item->size,
	    item->text ? item->text : "");
}

static void
note_reject(void *ctx, const struct feed_item *item, const char *expected)
{
	struct buf *found = ctx;

	(void)expected;
	buf_printf(found, "%s!%.*s", found->size ? "|" : "", (int)item->size,
	    item->text ? item->text : "");
}

static const struct feed_reader *
find_reader(const char *name)
{
	int i;

	for (i = 0; feed_names[i] != NULL; i++)
		if (strcmp(feed_names[i], name) == 0)
			return feed_reader_of(i);
	abort();
}

static void
test_files(void)
{
	struct buf found;
	const struct feed_sink sink = { &found, note, note_reject };
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const char *text = *files[i].text;
		struct feed_spec spec = { .reader =
					      find_reader(files[i].reader),
			.column = files[i].column,
			.end_column = files[i].end,
			.where = files[i].where,
			.values = { files[i].value },
			.value_count = files[i].value != NULL,
			/* 2026-06-01. */
			.date_us = UINT64_C(1780272000000000) };
		char *exact = tap_exact(text, strlen(text));
		struct source source = { "feed", exact, strlen(text) };
		struct fs_err err = { 0 };
		int rc;

		buf_init(&found);
		rc = spec.reader->read(&spec, &source, &sink, &err);
		if (files[i].want != NULL)
			tap_text(buf_text(&found), files[i].want,
			    files[i].name);
		else
			tap_ok(rc == FS_EFORMAT && err.line > 0 && err.text[0],
			    "%s: %s", files[i].name, err.text);
		buf_fini(&found);
		free(exact);
	}
}

/* ---- Patterns of STIX -------------------------------------------------- */

static const struct {
	const char *pattern, *want; /* Null: refused. */
} patterns[] = {
	{ "[ipv4-addr:value = '192.0.2.1']", "192.0.2.1" },
	{ "[ipv4-addr:value='192.0.2.1']", "192.0.2.1" },
	{ " [ ipv6-addr:value ISSUBSET '2001:db8::/32' ] ", "2001:db8::/32" },
	{ "[domain-name:value IN ('a.example', 'b.example')]",
	    "a.example|b.example" },
	{ "[a:b = 'x'] OR [a:b = 'y' OR a:b = 'z']", "x|y|z" },
	{ "[a:b = 'it\\'s \\\\']", "it's \\" },
	{ "[a:b != 'x']", NULL },
	{ "[a:b LIKE 'x%']", NULL },
	{ "[a:b MATCHES 'x']", NULL },
	{ "[NOT a:b = 'x']", NULL },
	{ "[a:b = 'x'] AND [a:b = 'y']", NULL },
	{ "[a:b = 'x'] FOLLOWEDBY [a:b = 'y']", NULL },
	{ "[a:b = 'x'] WITHIN 5 SECONDS", NULL },
	{ "[a:b = 'x'] ORx [a:b = 'y']", NULL },
	{ "[a:b = 5]", NULL },
	{ "[a:b = 'x", NULL },
	{ "[a:b = 'x\\", NULL },
	{ "[a:b = 'x'", NULL },
	{ "[a:b IN ()]", NULL },
	{ "[= 'x']", NULL },
	{ "[]", NULL },
	{ "", NULL },
};

static void
test_patterns(void)
{
	struct buf found;
	const struct feed_sink sink = { &found, note, note_reject };
	size_t i;
	bool fine;

	for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		char *exact = tap_exact(patterns[i].pattern,
		    strlen(patterns[i].pattern) + 1);

		buf_init(&found);
		fine = feed_pattern(exact, 1, &sink);
		tap_ok(fine == (patterns[i].want != NULL) &&
			strcmp(buf_text(&found),
			    patterns[i].want ? patterns[i].want : "") == 0,
		    "'%s': %s", patterns[i].pattern, buf_text(&found));
		buf_fini(&found);
		free(exact);
	}
}

/* ---- In rules ---------------------------------------------------------- */

#define RULE BEFORE "client.ip cidr l\n"

static const struct {
	const char *name, *rules, *list;
	unsigned line; /* Of what is told first, in the list; 0: nothing. */
	bool fine;
	const char *says;
} sets[] = {
	{ "a bad line of ours is an error",
	    "- {list: l, file: list.txt, format: cidr}\n" RULE,
	    "192.0.2.1\nx\n192.0.2.2\n", 2, false, "expected a network" },
	{ "one of others' is left out and told",
	    "- {list: l, file: list.txt, format: cidr, url: "
	    "'https://x'}\n" RULE,
	    "192.0.2.1\nx\n192.0.2.2\n", 2, true, "1 of 3 items are left out" },
	{ "unless they are the most",
	    "- {list: l, file: list.txt, format: cidr, url: "
	    "'https://x'}\n" RULE,
	    "192.0.2.1\nx\ny\n", 2, false, "2 items are refused and 1 taken" },
	{ "a range", "- {list: l, file: list.txt, format: cidr}\n" RULE,
	    "192.0.2.1-192.0.2.9\n2001:db8::-2001:db8::5\n", 0, true, "" },
	{ "a range of two families",
	    "- {list: l, file: list.txt, format: cidr}\n" RULE,
	    "192.0.2.1-2001:db8::5\n", 1, false, "expected a range" },
	{ "a table",
	    "- {list: l, file: list.txt, reader: csv, column: ip}\n" RULE,
	    "ip,x\n192.0.2.1,7\n", 0, true, "" },
	{ "a table without its column",
	    "- {list: l, file: list.txt, reader: csv, column: addr}\n" RULE,
	    "ip,x\n192.0.2.1,7\n", 1, false,
	    "no heading names the column 'addr'" },
	{ "nothing fits",
	    "- {list: l, file: list.txt, reader: csv, column: ip, "
	    "where: {x: 9}}\n" RULE,
	    "ip,x\n192.0.2.1,7\n", 1, false, "is empty" },
};

static const struct {
	const char *name, *rules;
	unsigned line, column;
	const char *says;
} faults[] = {
	{ "an unknown reader", "- {list: l, file: list.txt, reader: cvs}\n", 1,
	    37, "expected one of lines, tor-exits, csv, json, misp, stix" },
	{ "a table needs a column",
	    "- {list: l, file: list.txt, reader: csv}\n", 1, 37,
	    "needs the key 'column'" },
	{ "three columns",
	    "- {list: l, file: list.txt, reader: csv, column: [a, b, c]}\n", 1,
	    50, "expected a column's name, or two" },
	{ "a column without a table",
	    "- {list: l, file: list.txt, column: a}\n", 1, 37,
	    "expected 'reader: csv' or 'reader: json'" },
	{ "where without a table",
	    "- {list: l, file: list.txt, where: {a: b}}\n", 1, 36,
	    "is about tables" },
	{ "where of two columns",
	    "- {list: l, file: list.txt, reader: csv, column: a, "
	    "where: {a: b, c: d}}\n",
	    1, 60, "expected one column" },
	{ "a reader without a file",
	    "- {list: l, items: [a], reader: csv, "
	    "column: a}\n",
	    1, 33, "'reader' is about a 'file'" },
};

static void
test_sets(void)
{
	struct fs_ruleset *rules;
	struct told told;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		told = (struct told){ 0 };
		rules = NULL;
		rc = files_load(sets[i].rules, sets[i].list, &told, &rules);
		tap_ok((rc == 0) == sets[i].fine &&
			told.first.line == sets[i].line &&
			strstr(told.first.text, sets[i].says) != NULL,
		    "%s: %u: %s", sets[i].name, told.first.line,
		    told.first.text);
		fs_ruleset_free(rules);
	}
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		expect(faults[i].name, faults[i].rules, "a,b\n1,2\n",
		    faults[i].line, faults[i].column, faults[i].says);
}

/* ---- From one set to the next ------------------------------------------ */

#define FEED "- {list: l, file: list.txt, format: cidr, url: 'https://x'"

static const struct {
	const char *name, *now, *next, *more;
	bool shrunk;
} changes[] = {
	{ "the same", "192.0.2.1\n192.0.2.2\n", "192.0.2.1\n192.0.2.2\n", "",
	    false },
	{ "half of it", "192.0.2.1\n192.0.2.2\n", "192.0.2.1\n", "", false },
	{ "less than half", "192.0.2.1\n192.0.2.2\n192.0.2.3\n192.0.2.4\n",
	    "192.0.2.1\n", "", true },
	{ "and it may", "192.0.2.1\n192.0.2.2\n192.0.2.3\n192.0.2.4\n",
	    "192.0.2.1\n", ", may_shrink: true", false },
	{ "more", "192.0.2.1\n", "192.0.2.1\n192.0.2.2\n192.0.2.3\n", "",
	    false },
};

static void
test_changes(void)
{
	struct fs_ruleset *now, *next;
	char text[512], says[FS_TEXT_SIZE];
	bool shrunk;
	size_t i;

	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		snprintf(text, sizeof(text), FEED "%s}\n" RULE,
		    changes[i].more);
		if (files_load(text, changes[i].now, NULL, &now) < 0 ||
		    files_load(text, changes[i].next, NULL, &next) < 0)
			abort();
		shrunk = fs_ruleset_shrunk(now, next, says, sizeof(says));
		tap_ok(shrunk == changes[i].shrunk &&
			shrunk == (strstr(says, "list 'l' has 1") != NULL),
		    "%s: %s", changes[i].name, says);
		fs_ruleset_free(now);
		fs_ruleset_free(next);
	}
}

int
main(void)
{
	test_files();
	test_patterns();
	test_sets();
	test_changes();
	return tap_done();
}
