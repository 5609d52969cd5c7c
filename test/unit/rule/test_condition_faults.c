#include <time.h>

#include "base/buf.h"
#include "test/unit/rule/files.h"
#include "test/unit/tap.h"

/* ---- Faults of conditions ---------------------------------------------- */

static const struct {
	const char *condition;
	unsigned offset; /* In the condition, from 0. */
	const char *says;
} conditions[] = {
	/* Signs and words. */
	{ "flow.gaps == 0", 10, "write '='" },
	{ "flow.start_seen && flow.one_sided", 16, "write 'and'" },
	{ "flow.start_seen || flow.one_sided", 16, "write 'or'" },
	{ "flow.start_seen ! x", 16, "write 'not'" },
	{ "flow.start_seen ? x", 16, "means nothing" },
	{ "flow.start_seen and $x", 20, "means nothing" },
	{ "tls.sni = x'abc", 11, "never closed" },
	{ "flow.start_seen AND flow.one_sided", 16, "did you mean 'and'?" },
	{ "flow.start_seen adn flow.one_sided", 16, "did you mean 'and'?" },
	{ "flow.start_seen flow.one_sided", 16,
	    "expected 'and', 'or' or the end, found 'flow.one_sided'" },
	{ "flow.start_seen and", 19, "found the end" },
	{ "and flow.start_seen", 0, "found 'and'" },
	{ "not", 3, "found the end" },
	{ "(flow.start_seen", 16, "expected 'and', 'or' or ')'" },
	{ "flow.start_seen)", 15, "found ')'" },
	{ "()", 1, "found ')'" },
	{ "flow.gaps =", 11, "found the end" },
	{ "flow.gaps = = 1", 12, "found '='" },
	{ "flow.gaps 3", 10, "expected 'and', 'or' or the end" },
	{ "1 < flow.gaps < 3", 14, "do not chain" },
	{ "flow.gaps exists exists", 17, "do not chain" },
	{ "flow.server_port in ()", 21, "expected an item" },
	{ "flow.server_port in (1, )", 24, "expected an item" },
	{ "flow.server_port in (1 2)", 23, "expected ',' or ')'" },
	{ "flow.server_port in (1", 22, "expected ',' or ')'" },
	{ "flow.server_port in (1, (2))", 24, "expected an item" },
	{ "c2s.bytes[0 = 1", 12, "expected ':' or ']'" },
	{ "c2s.bytes[] = 1", 10, "expected a number" },
	{ "c2s.bytes[0:4:8] = 1", 13, "expected ']'" },
	{ "u16(c2s.bytes, 0 = 1", 17, "expected ')'" },
	{ "u16(c2s.bytes, 0, 1) = 1", 16, "expected ')'" },
	/* Names. */
	{ "tls.snii = x", 0, "did you mean 'tls.sni'?" },
	{ "flow.gaps = 0 and rtt.tls_gap > 40ms", 18,
	    "did you mean 'rtt.tls_gap_ms'?" },
	{ "nothing_like_it", 0, "unknown signal or macro" },
	{ "macro_a", 0, "did you mean 'macro_1'?" },
	{ "flow.server_port in port", 20, "did you mean 'ports'?" },
	{ "flow.server_port in nothing-like-it", 20, "unknown list" },
	{ "tls.sni suffix domain", 15, "unknown list 'domain'" },
	{ "http.forwarded cidr network", 20, "unknown list 'network'" },
	{ "client.ip = 300.1.1.1", 12, "expected an address" },
	{ "client.ip cidr 10.0.0.0/33", 15, "a network such as" },
	{ "u17(c2s.bytes, 0) = 1", 0, "did you mean 'u16'?" },
	{ "sum(c2s.bytes, 0) = 1", 0, "unknown function 'sum'" },
	/* Types. */
	{ "client.country > 5", 15, "a text" },
	{ "client.country = 5", 17,
	    "'5' is a number, but 'client.country' is a text: quote it" },
	{ "client.country in (DE, 5)", 23, "quote it" },
	{ "rtt.tcp_ms = fast", 13, "unknown signal or macro 'fast'" },
	{ "rtt.tcp_ms > \"40\"", 13, "expected a number" },
	{ "rtt.tcp_ms > tls.sni", 13, "'tls.sni' is a text" },
	{ "rtt.tcp_ms > macro_1", 13, "'macro_1' is a macro" },
	{ "rtt.tcp_ms > 40km", 13, "compares milliseconds with kilometres" },
	{ "client.flows > 40ms", 15, "compares no unit with milliseconds" },
	{ "rtt.tcp_ms > 40kg", 13, "unknown unit: expected us, ms" },
	{ "rtt.tcp_ms > 4.0.0", 13, "is no number" },
	{ "rtt.tcp_ms > 0.0000001", 13, "finer than a thousandth" },
	{ "rtt.tcp_ms > 99999999999999999999", 13, "too large" },
	{ "rtt.tcp_ms contains 5", 11, "use = != < <= > >= or in" },
	{ "rtt.tcp_ms + tls.sni > 5", 13, "expected a number" },
	{ "rtt.tcp_ms + geo.distance_km > 5", 11, "sum of different units" },
	{ "rtt.tcp_ms * rtt.tls_ms > 5", 11, "product of two units" },
	{ "rtt.tcp_ms in (40ms)", 15, "without a unit" },
	{ "flow.server_port in (a)", 21, "expected a number, found 'a'" },
	{ "flow.server_port in \"ports\"", 20, "expected a list's name" },
	{ "flow.server_port in 443", 20, "unknown list" },
	{ "rtt.tcp_ms > flow.gaps = 1", 23, "do not chain" },
	{ "tls.sni", 0, "'tls.sni' is a text, so compare it" },
	{ "rtt.tcp_ms", 0, "'rtt.tcp_ms' is a number" },
	{ "\"text\"", 0, "expected a condition, found a text" },
	{ "rtt.tcp_ms + 1", 11, "expected a condition" },
	{ "flow.start_seen = 1", 18, "expected true or false" },
	{ "flow.start_seen > 1", 16, "use it alone" },
	{ "seq.sizes = 5", 10, "compare one of it" },
	{ "seq.sizes contains x", 19, "expected a number" },
	{ "seq.sizes contains 5ms", 19, "without a unit" },
	{ "seq.sizes[0:2] = 5", 12, "only bytes have slices" },
	{ "seq.sizes[32] = 5", 10, "only the first 32" },
	{ "c2s.bytes[256] = 5", 10, "from 0 to 255" },
	{ "c2s.bytes[x] = 5", 10, "'x' is no place" },
	{ "c2s.bytes[4:4] = \"00\"", 12, "an empty slice" },
	{ "tls.sni[0] = 5", 0, "expected bytes" },
	{ "macro_1[0] = 5", 0, "expected bytes" },
	{ "u16(tls.sni, 0) = 5", 4, "expected bytes" },
	{ "u16(seq.sizes, 0) = 5", 4, "'seq.sizes' is a row of sizes" },
	{ "u16(c2s.bytes) = 5", 0, "takes bytes and a place" },
	{ "u16(c2s.bytes, tls.sni) = 5", 15, "expected a number" },
	{ "len(rtt.tcp_ms) = 5", 4, "'rtt.tcp_ms' is a number" },
	{ "len(tls.sni, 1) = 5", 13, "takes one signal" },
	{ "macro_1 = 5", 0, "expected a signal on the left" },
	{ "(flow.gaps = 0) = 5", 16, "do not chain" },
	{ "\"x\" = tls.sni", 0, "expected a signal on the left" },
	{ "macro_1 exists", 0, "only signals exist" },
	{ "\"x\" exists", 0, "only signals exist" },
	{ "(flow.start_seen and flow.gaps = 0) exists", 17,
	    "only signals exist" },
	/* Texts. */
	{ "tls.sni < tls.alpn", 8, "no order" },
	{ "tls.sni contains tls.alpn", 17, "only = and != compare two" },
	{ "tls.sni = rtt.tcp_ms", 10, "'rtt.tcp_ms' is a number" },
	{ "tls.sni contains \"\"", 17, "empty part" },
	{ "tls.sni = -5", 10, "expected a text" },
	{ "tls.sni matches abc", 16, "in quotes" },
	{ "tls.sni matches \"a(b\"", 20, "bad expression" },
	{ "tls.sni matches (\"a\", \"[b\")", 25, "bad expression" },
	{ "tls.sni suffix \"bad domain\"", 15, "expected a domain" },
	{ "tls.sni suffix (a.org, \"b c\")", 23, "expected a domain" },
	{ "http.forwarded cidr 10.0.0.1/8", 20, "no bits behind the prefix" },
	{ "http.forwarded cidr (10.0.0.0/8, x)", 33, "expected a network" },
	{ "http.forwarded cidr \"10.0.0.0/33\"", 20, "expected a network" },
	/* Bytes. */
	{ "c2s.bytes = 16", 12, "in hex and in quotes" },
	{ "c2s.bytes startswith \"16 3\"", 25, "bytes in hex" },
	{ "c2s.bytes startswith \"16 zz\"", 25, "ascii(" },
	{ "c2s.bytes startswith \"\"", 21, "at least one byte" },
	{ "c2s.bytes startswith ascii(x)", 21, "one text in quotes" },
	{ "c2s.bytes startswith ascii(\"a\\q\")", 29, "unknown escape" },
	{ "c2s.bytes[0:4] = \"16 03 01\"", 17,
	    "the slice has 4 bytes, this has 3" },
	{ "c2s.bytes[0:4] = s2c.bytes[0:5]", 17,
	    "the slice has 4 bytes, this has 5" },
	{ "c2s.bytes = tls.sni", 12, "'tls.sni' is a text" },
	{ "c2s.bytes in c2s.bytes", 10, "items in parentheses" },
	{ "c2s.bytes > 5", 10, "use =, !=, in" },
	{ "c2s.bytes endswith \"00\"", 10, "use =, !=, in" },
	{ "c2s.bytes[0:4] matches \"x\"", 15, "use =, !=, in" },
	/* Lists in the wrong form. */
	{ "flow.server_port in names", 20, "has the format text" },
	{ "tls.sni suffix nets", 15, "has the format cidr" },
	/* Scope. */
	{ "client.flows > 3 and tls.sni = x", 21,
	    "'tls.sni' is of one flow and 'client.flows' of a client" },
	{ "tls.sni = x and client.flows > 3", 16,
	    "'tls.sni' is of one flow and 'client.flows' of a client" },
};

/* The lists and macros stand behind the rule, so that its lines count from
 * 1. */
static const char definitions[] =
    "- {list: ports, items: [80, 443]}\n"
    "- {list: names, items: [a, b], format: text}\n"
    "- {list: nets, items: [10.0.0.0/8], format: cidr}\n"
    "- {macro: macro_1, condition: flow.gaps = 0}\n";

static void
test_conditions(void)
{
	struct told told;
	struct fs_ruleset *rules;
	char text[1024];
	size_t i;

	for (i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
		snprintf(text, sizeof(text), "%s|\n    %s\n%s", BEFORE,
		    conditions[i].condition, definitions);
		expect(conditions[i].condition, text, NULL, 7,
		    conditions[i].offset + 5, conditions[i].says);
		told = (struct told){ 0 };
		rules = NULL;
		if (files_load(text, NULL, &told, &rules) != FS_ECONFIG ||
		    told.errors != 1)
			tap_ok(false, "one error only: %s (%u)",
			    conditions[i].condition, told.errors);
		fs_ruleset_free(rules);
	}
}

/* ---- Places within scalars --------------------------------------------- */

/* The same fault, a signal 'nosuch', in all ways of writing. */
static const struct {
	const char *name, *condition;
	unsigned line, column;
} writings[] = {
	{ "plain", "nosuch\n", 6, 14 },
	{ "plain, later", "flow.gaps = 0 and nosuch\n", 6, 32 },
	{ "plain, next line", "flow.gaps = 0\n    and nosuch\n", 7, 9 },
	{ "plain, after an empty line", "flow.gaps = 0\n\n    and nosuch\n", 8,
	    9 },
	{ "double quotes", "\"flow.gaps = 0 and nosuch\"\n", 6, 33 },
	{ "double quotes, escapes", "\"tls.sni = \\\"a\\\" and \\x6eosuch\"\n",
	    6, 35 },
	{ "double quotes, unicode escapes",
	    "\"tls.sni = \\\"\\u00e4\\\" and nosuch\"\n", 6, 40 },
	{ "double quotes, blank escapes", "\"flow.gaps = 0\\tand\\n nosuch\"\n",
	    6, 36 },
	{ "double quotes, next line", "\"flow.gaps = 0\n     and nosuch\"\n", 7,
	    10 },
	{ "double quotes, joined lines",
	    "\"flow.gaps = 0 \\\n     and nosuch\"\n", 7, 10 },
	{ "single quotes", "'flow.gaps = 0 and nosuch'\n", 6, 33 },
	{ "single quotes, doubled", "'tls.sni = ''a'' and nosuch'\n", 6, 35 },
	{ "a block", "|\n    flow.gaps = 0\n    and nosuch\n", 8, 9 },
	{ "a folded block", ">\n    flow.gaps = 0\n\n    and nosuch\n", 9, 9 },
	{ "a block with a comment",
	    "|- # why\n    flow.gaps = 0\n      and nosuch\n", 8, 11 },
	{ "carriage returns", "|\r\n    flow.gaps = 0\r\n    and nosuch\r\n", 8,
	    9 },
	{ "characters beyond ASCII", "\"tls.sni = '\xc3\xa4' and nosuch\"\n", 6,
	    33 },
	{ "with a tag", "!!str nosuch\n", 6, 14 },
};

static void
test_writings(void)
{
	char text[512];
	size_t i;

	for (i = 0; i < sizeof(writings) / sizeof(writings[0]); i++) {
		snprintf(text, sizeof(text), "%s%s", BEFORE,
		    writings[i].condition);
		expect(writings[i].name, text, NULL, writings[i].line,
		    writings[i].column, "'nosuch'");
	}
}

/* ---- Hostile conditions ------------------------------------------------ */

static void
test_bomb(const char *name, const char *head, const char *pattern,
    unsigned times, const char *tail)
{
	struct timespec start, end;
	struct fs_ruleset *rules = NULL;
	struct buf text;
	double spent;
	unsigned i;

	buf_init(&text);
	buf_add_text(&text, BEFORE);
	buf_add_text(&text, head);
	for (i = 0; i < times; i++)
		buf_add_text(&text, pattern);
	buf_add_text(&text, tail);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	(void)files_load(buf_text(&text), NULL, NULL, &rules);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	spent = (double)(end.tv_sec - start.tv_sec) +
	    (double)(end.tv_nsec - start.tv_nsec) / 1e9;
	if (!tap_ok(spent < 5, "%u times '%s' in time", times, name))
		printf("# %.2f s\n", spent);
	fs_ruleset_free(rules);
	buf_fini(&text);
}

static void
test_bombs(void)
{
	test_bomb("(", "|\n    ", "(", 200000, "\n");
	test_bomb("(", "|\n    ", "(", 60000, "\n");
	test_bomb("not", "|\n    ", "not ", 16000, "flow.start_seen\n");
	test_bomb("-", "|\n    flow.gaps = ", "- ", 30000, "1\n");
	test_bomb("+ 1", "|\n    flow.gaps = 1", " + 1", 16000, "\n");
	test_bomb("and", "|\n    flow.start_seen", " and flow.gaps=1", 4000,
	    "\n");
	test_bomb("or", "|\n    flow.start_seen", " or flow.gaps=1", 4000,
	    "\n");
	test_bomb(",1", "|\n    flow.server_port in (1", ",1", 30000, ")\n");
	test_bomb("x", "|\n    tls.sni = \"", "x", 65000, "\"\n");
	test_bomb("[0", "|\n    c2s.bytes", "[0", 30000, "\n");
	test_bomb("u8(", "|\n    ", "u8(c2s.bytes, ", 4000, "\n");
	test_bomb("'", "'", "''", 60000, "'\n");
	test_bomb("\\t", "\"", "\\t", 30000, "x\"\n");
}

int
main(void)
{
	test_conditions();
	test_writings();
	test_bombs();
	return tap_done();
}
