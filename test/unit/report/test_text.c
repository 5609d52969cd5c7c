#include "report/text.h"

#include <stdlib.h>
#include <string.h>

#include "../tap.h"

typedef void write_fn(struct buf *buf, const char *text, size_t size);

static void
check(write_fn *write, const char *in, size_t size, const char *want,
    const char *name)
{
	struct buf buf;
	char *exact = tap_exact(in, size);

	buf_init(&buf);
	write(&buf, exact, size);
	tap_text(buf_text(&buf), want, name);
	buf_fini(&buf);
	free(exact);
}

struct text_case {
	const char *name, *in, *want;
};

static const struct text_case escapes[] = {
	{ "plain text", "api.example.com", "api.example.com" },
	{ "nothing", "", "" },
	{ "other letters", "Z\xc3\xbcrich \xe6\x9d\xb1\xe4\xba\xac",
	    "Z\xc3\xbcrich \xe6\x9d\xb1\xe4\xba\xac" },
	{ "an escape sequence", "\33[2J\33]0;x\a", "\\x1b[2J\\x1b]0;x\\x07" },
	{ "a new line and a tab", "a\nb\tc\rd", "a\\nb\\tc\\x0dd" },
	{ "delete", "a\x7f", "a\\x7f" },
	{ "C1 controls",
	    "\xc2\x9b"
	    "31m",
	    "\\u009b31m" },
	{ "a C1 control as one byte",
	    "\x9b"
	    "31m",
	    "\\x9b31m" },
	{ "right to left",
	    "\xe2\x80\xae"
	    "moc",
	    "\\u202emoc" },
	{ "isolates", "\xe2\x81\xa6x\xe2\x81\xa9", "\\u2066x\\u2069" },
	{ "joiners", "a\xe2\x80\x8d\xe2\x80\x8b", "a\\u200d\\u200b" },
	{ "a byte order mark", "\xef\xbb\xbf", "\\ufeff" },
	{ "tags", "\xf3\xa0\x81\x81", "\\U000e0041" },
	{ "no UTF-8", "\xc3(\xff", "\\xc3(\\xff" },
	{ "an overlong slash", "\xc0\xaf", "\\xc0\\xaf" },
	{ "a surrogate", "\xed\xa0\x80", "\\xed\\xa0\\x80" },
	{ "cut within a character", "\xe6\x9d", "\\xe6\\x9d" },
};

static const struct text_case csv[] = {
	{ "plain", "abc", "abc" },
	{ "nothing", "", "" },
	{ "a comma", "a,b", "\"a,b\"" },
	{ "a quote", "a\"b", "\"a\"\"b\"" },
	{ "a line", "a\nb", "\"a\nb\"" },
	{ "a blank", "a b", "\"a b\"" },
	{ "a formula", "=1+1", "\"'=1+1\"" },
	{ "a sum", "+1", "\"'+1\"" },
	{ "a difference", "-1", "\"'-1\"" },
	{ "a function", "@SUM(A1)", "\"'@SUM(A1)\"" },
	{ "behind blanks", "  =1", "\"'  =1\"" },
	{ "in wide letters",
	    "\xef\xbc\x9d"
	    "1",
	    "\"'\xef\xbc\x9d"
	    "1\"" },
	{ "with quotes", "=HYPERLINK(\"http://x\")",
	    "\"'=HYPERLINK(\"\"http://x\"\")\"" },
	{ "a sign within", "a=b", "a=b" },
	{ "another separator", "a;b", "\"a;b\"" },
};

static const struct text_case markdown[] = {
	{ "plain", "abc", "abc" },
	{ "a cell's end", "a|b", "a\\|b" },
	{ "a link", "[x](http://y)", "\\[x\\](http\\://y)" },
	{ "HTML", "<script>", "\\<script\\>" },
	{ "an entity", "&lt;", "\\&lt;" },
	{ "code", "`x`", "\\`x\\`" },
	{ "stress", "*a* _b_ ~c~", "\\*a\\* \\_b\\_ \\~c\\~" },
	{ "a page's address", "www.example.com", "www\\.example.com" },
	{ "a mailbox", "a@b.c", "a\\@b.c" },
	{ "a time", "05:43:00", "05:43:00" },
	{ "a backslash", "a\\b", "a\\\\b" },
};

static void
check_all(write_fn *write, const struct text_case *cases, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		check(write, cases[i].in, strlen(cases[i].in), cases[i].want,
		    cases[i].name);
}

static const struct {
	const char *name, *text;
	size_t width, cut_5; /* Bytes that fit in 5 columns. */
} widths[] = {
	{ "nothing", "", 0, 0 },
	{ "letters", "abcdef", 6, 5 },
	{ "accents", "Z\xc3\xbcrich", 6, 6 },
	{ "wide", "\xe6\x9d\xb1\xe4\xba\xac\xe6\x9d\xb1", 6, 6 },
	{ "combining",
	    "e\xcc\x81"
	    "a",
	    2, 4 },
	{ "an emoji", "\xf0\x9f\x98\x80!", 3, 5 },
	{ "Hangul", "\xea\xb0\x80", 2, 3 },
	{ "fullwidth", "\xef\xbc\xa1", 2, 3 },
	{ "no UTF-8", "\xff\xff", 2, 2 },
};

static void
test_widths(void)
{
	size_t i, size;

	for (i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		size = strlen(widths[i].text);
		tap_int((long long)text_width(widths[i].text, size),
		    (long long)widths[i].width, widths[i].name);
		tap_int((long long)text_fit(widths[i].text, size, 5),
		    (long long)widths[i].cut_5, "what fits");
	}
}

int
main(void)
{
	check_all(text_escape, escapes, sizeof(escapes) / sizeof(escapes[0]));
	check(text_escape, "a\0b", 3, "a\\x00b", "a NUL");
	check_all(text_csv, csv, sizeof(csv) / sizeof(csv[0]));
	check_all(text_markdown, markdown,
	    sizeof(markdown) / sizeof(markdown[0]));
	test_widths();
	return tap_done();
}
