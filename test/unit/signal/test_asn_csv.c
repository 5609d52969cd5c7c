#include "signal/asn_csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/buf.h"
#include "base/csv.h"
#include "test/unit/tap.h"

#define GOOD "192.0.2.0,192.0.2.255,64500,Example\n"

static const struct {
	const char *name, *text;
	unsigned line;     /* Of the fault; 0: none. */
	const char *fault; /* Its beginning; null: the table is good. */
} tables[] = {
	{ "one line", GOOD, 0, NULL },
	{ "no end of line", "192.0.2.0,192.0.2.255,64500,Example", 0, NULL },
	{ "CRLF", "192.0.2.0,192.0.2.255,64500,Example\r\n" GOOD, 0, NULL },
	{ "empty lines", "\n\n" GOOD "\r\n", 0, NULL },
	{ "quotes everywhere",
	    "\"192.0.2.0\",\"192.0.2.255\",\"64500\",\"Example\"\n", 0, NULL },
	{ "without names", "192.0.2.0,192.0.2.255,64500\n", 0, NULL },
	{ "AS before the number", "192.0.2.0,192.0.2.255,AS64500,x\n", 0,
	    NULL },
	{ "heading", "start,end,asn,name\n" GOOD, 0, NULL },
	{ "byte order mark", "\xef\xbb\xbf" GOOD, 0, NULL },
	{ "IPv6", "2001:db8::,2001:db8:ffff::,64500,x\n" GOOD, 0, NULL },
	{ "the largest number", "192.0.2.0,192.0.2.1,4294967295,x\n", 0, NULL },
	{ "overlapping", GOOD GOOD "192.0.2.9,192.0.2.9,64501,x\n", 0, NULL },
	{ "nothing", "", 0, "has no range" },
	{ "only a heading", "start,end,asn,name\n", 0, "has no range" },
	{ "only what is not announced", "192.0.2.0,192.0.2.1,0,x\n", 0,
	    "has no range" },
	{ "heading in the second line", GOOD "start,end,asn,name\n", 2,
	    "the first field is no address" },
	{ "too few fields", GOOD GOOD "192.0.2.0,192.0.2.255\n", 3,
	    "fewer than three fields" },
	{ "one field", "192.0.2.0\n", 1, "fewer than three fields" },
	{ "five fields", GOOD "192.0.2.0,192.0.2.1,1,a,b\n", 2,
	    "more than four fields" },
	{ "no first address", "x.y,192.0.2.1,1,a\n", 1,
	    "the first field is no address" },
	{ "a number as address", "3221225984,3221226239,1,a\n", 1,
	    "the first field is no address" },
	{ "no second address", "192.0.2.0,,1,a\n", 1,
	    "the second field is no address" },
	{ "blanks", "192.0.2.0, 192.0.2.1,1,a\n", 1,
	    "the second field is no address" },
	{ "two families", "192.0.2.0,2001:db8::,1,a\n", 1,
	    "the range begins in IPv4" },
	{ "ends swapped", "192.0.2.1,192.0.2.0,1,a\n", 1,
	    "the range ends before it begins" },
	{ "no number", "192.0.2.0,192.0.2.1,,a\n", 1,
	    "the third field is no AS number" },
	{ "number too large", "192.0.2.0,192.0.2.1,4294967296,a\n", 1,
	    "the third field is no AS number" },
	{ "negative number", "192.0.2.0,192.0.2.1,-1,a\n", 1,
	    "the third field is no AS number" },
	{ "quote not closed", GOOD "192.0.2.0,192.0.2.1,1,\"a\n" GOOD, 2,
	    "a quote that is not closed" },
	{ "quote within", "192.0.2.0,192.0.2.1,1,a\"b\n", 1,
	    "a quote within a field" },
	{ "text behind quotes", "192.0.2.0,192.0.2.1,1,\"a\"b\n", 1,
	    "text behind a quoted field" },
};

static void
test_tables(void)
{
	struct asn_csv *table;
	struct fs_err err;
	char *exact;
	size_t i, size;
	int rc;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		size = strlen(tables[i].text);
		exact = tap_exact(tables[i].text, size);
		err = (struct fs_err){ 0 };
		table = NULL;
		rc = asn_csv_read(cursor_of(exact, size), "as.csv", &err,
		    &table);
		free(exact);
		asn_csv_free(table);
		if (tables[i].fault == NULL) {
			tap_int(rc, 0, tables[i].name);
			continue;
		}
		tap_ok(rc == FS_EFORMAT && table == NULL &&
			err.line == tables[i].line &&
			strcmp(err.file, "as.csv") == 0 &&
			strncmp(err.text, tables[i].fault,
			    strlen(tables[i].fault)) == 0,
		    "%s: line %u, %s", tables[i].name, err.line, err.text);
	}
	table = NULL;
	rc = asn_csv_read(cursor_of("192.0.2.0,192.0.2.1,1,a\0b\n", 26),
	    "as.csv", NULL, &table);
	tap_int(rc, FS_EFORMAT, "NUL in a name, and nobody asks why");
}

/* Every beginning of a table is read or refused, and nothing beyond it is
 * looked at. */
static void
test_cuts(void)
{
	static const char text[] =
	    "start,end,asn,name\r\n" GOOD
	    "2001:db8::,2001:db8:ffff::,AS64501,\"A, \"\"B\"\", C\"\n";
	struct asn_csv *table;
	char *exact;
	size_t cut, good = 0;

	for (cut = 0; cut < sizeof(text); cut++) {
		exact = tap_exact(text, cut);
		table = NULL;
		if (asn_csv_read(cursor_of(exact, cut), "as.csv", NULL,
			&table) == 0)
			good++;
		asn_csv_free(table);
		free(exact);
	}
	/* The second line from its number's first digit on: five digits, a
	 * comma, seven letters, the end. The third one the same way, but
	 * where its quotes are open: five, one, twice between two quotes, the
	 * last quote, the end. */
	tap_int((long long)good, 14 + 10, "good beginnings");
}

static const char sample[] =
    "192.0.2.0,192.0.2.255,64500,Example\n"
    "192.0.2.128,192.0.2.255,64501,\"Commas, Inc.\"\n"
    "198.51.100.0,198.51.100.255,64500,Example\n"
    "198.51.101.0,198.51.101.255,64500,Another name\n"
    "203.0.113.0,203.0.113.255,64502,\"\"\"Quoted\"\"\"\n"
    "2001:db8::,2001:db8::ffff,64503,\n"
    "::ffff:10.0.0.0,::ffff:10.0.0.255,64504,mapped\n";

static const struct {
	const char *addr;
	uint32_t asn; /* 0: none. */
	const char *name;
} finds[] = {
	{ "192.0.2.1", 64500, "Example" },
	{ "192.0.2.200", 64501, "Commas, Inc." },
	{ "198.51.100.7", 64500, "Example" },
	{ "198.51.101.7", 64500, "Another name" },
	{ "203.0.113.255", 64502, "\"Quoted\"" },
	{ "2001:db8::1", 64503, "" },
	{ "2001:db8::1:0", 0, NULL },
	{ "10.0.0.9", 64504, "mapped" },
	{ "192.0.3.0", 0, NULL },
	{ "::", 0, NULL },
};

static void
test_finds(void)
{
	struct asn_csv *table = NULL;
	struct fs_addr addr;
	const char *name;
	uint32_t asn;
	size_t i;

	tap_int(asn_csv_read(cursor_of(sample, sizeof(sample) - 1), "as.csv",
		    NULL, &table),
	    0, "a table");
	tap_int((long long)asn_csv_ranges(table), 7, "its ranges");
	tap_int((long long)asn_csv_systems(table), 6,
	    "systems with one name are kept once");
	for (i = 0; i < sizeof(finds) / sizeof(finds[0]); i++) {
		asn = 0;
		name = NULL;
		if (!addr_parse(finds[i].addr, &addr) ||
		    asn_csv_find(table, &addr, &asn, &name) !=
			(finds[i].asn != 0))
			asn = UINT32_MAX;
		tap_int(asn, finds[i].asn, finds[i].addr);
		if (finds[i].name != NULL)
			tap_text(name, finds[i].name, "its name");
	}
	asn_csv_free(table);
	asn_csv_free(NULL);
}

/* More systems than the first tables hold, and a line that is too long. */
static void
test_many(void)
{
	struct asn_csv *table = NULL;
	struct fs_addr addr = { .bytes = { 10 }, .family = 4 };
	struct fs_err err;
	struct buf text;
	const char *name;
	char want[32];
	uint32_t asn;
	unsigned i;
	bool good = true;

	buf_init(&text);
	for (i = 0; i < 20000; i++)
		buf_printf(&text, "10.%u.%u.0,10.%u.%u.255,%u,Name %u\n",
		    i >> 8, i & 255, i >> 8, i & 255, 1 + i % 5000, i % 5000);
	tap_int(asn_csv_read(cursor_of(text.bytes, text.size), "as.csv", NULL,
		    &table),
	    0, "20,000 ranges");
	tap_int((long long)asn_csv_systems(table), 5000, "of 5,000 systems");
	for (i = 0; i < 20000 && good; i++) {
		addr.bytes[1] = (uint8_t)(i >> 8);
		addr.bytes[2] = (uint8_t)i;
		addr.bytes[3] = (uint8_t)i;
		snprintf(want, sizeof(want), "Name %u", i % 5000);
		good = asn_csv_find(table, &addr, &asn, &name) &&
		    asn == 1 + i % 5000 && strcmp(name, want) == 0;
	}
	tap_ok(good, "all are found");
	asn_csv_free(table);
	buf_clear(&text);
	buf_add_text(&text, GOOD "192.0.2.0,192.0.2.255,64500,");
	for (i = 0; i < CSV_LINE_MAX; i++)
		buf_add_char(&text, 'a');
	tap_int(asn_csv_read(cursor_of(text.bytes, text.size), "as.csv", &err,
		    &table),
	    FS_EFORMAT, "a line of more than 16,384 letters");
	tap_int(err.line, 2, "its number");
	buf_fini(&text);
}

int
main(void)
{
	test_tables();
	test_cuts();
	test_finds();
	test_many();
	return tap_done();
}
