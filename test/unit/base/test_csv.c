#include "base/csv.h"

#include <stdlib.h>
#include <string.h>

#include "test/unit/tap.h"

static const struct {
	const char *line;
	size_t count; /* 0: refused. */
	const char *last;
} lines[] = {
	{ "", 1, "" },
	{ "a", 1, "a" },
	{ "a,b", 2, "b" },
	{ "a,", 2, "" },
	{ ",", 2, "" },
	{ "a,\"b,c\"", 2, "b,c" },
	{ "\"say \"\"so\"\"\"", 1, "say \"so\"" },
	{ "\"\",\"\"", 2, "" },
	{ "a b , c ", 2, " c " },
	{ "a\"b", 0, NULL },
	{ "\"a", 0, NULL },
	{ "\"a\"b", 0, NULL },
	{ "\"", 0, NULL },
	{ "\"a\"\"", 0, NULL },
};

static void
test_lines(struct csv_line *line)
{
	const char *fault;
	size_t i, size;
	char *exact;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		size = strlen(lines[i].line);
		exact = tap_exact(lines[i].line, size);
		fault = csv_split(cursor_of(exact, size), line);
		tap_ok((fault == NULL) == (lines[i].count > 0), "'%s': %s",
		    lines[i].line, fault ? fault : "fine");
		if (fault == NULL && lines[i].count > 0)
			tap_ok(line->count == lines[i].count &&
				strcmp(line->field[line->count - 1],
				    lines[i].last) == 0,
			    "'%s': %zu fields, the last '%s'", lines[i].line,
			    line->count, line->field[line->count - 1]);
		free(exact);
	}
	tap_ok(csv_split(cursor_of("a\0b", 3), line) != NULL, "a NUL byte");
}

static void
test_limits(struct csv_line *line)
{
	char *text = malloc(CSV_LINE_MAX + 1);
	size_t i;

	if (text == NULL)
		abort();
	memset(text, ',', CSV_LINE_MAX + 1);
	tap_ok(csv_split(cursor_of(text, CSV_FIELDS - 1), line) == NULL,
	    "64 fields");
	tap_ok(csv_split(cursor_of(text, CSV_FIELDS), line) != NULL,
	    "65 are refused");
	memset(text, 'x', CSV_LINE_MAX + 1);
	for (i = 0; i + 1 < CSV_FIELDS; i++)
		text[i * 2] = ',';
	tap_ok(csv_split(cursor_of(text, CSV_LINE_MAX), line) == NULL &&
		line->count == CSV_FIELDS,
	    "the longest line with the most fields");
	tap_ok(csv_split(cursor_of(text, CSV_LINE_MAX + 1), line) != NULL,
	    "a longer one is refused");
	free(text);
}

static void
test_text(void)
{
	static const char text[] = "\xef\xbb\xbf# c\r\n\r\na,b\r\n#d\nlast";
	struct cursor bytes = cursor_of(text, sizeof(text) - 1), line;
	unsigned number = 0;

	csv_begin(&bytes);
	tap_ok(csv_next(&bytes, &number, &line) && number == 3 &&
		line.left == 3,
	    "the first line behind comments");
	tap_ok(csv_next(&bytes, &number, &line) && number == 5 &&
		line.left == 4,
	    "the last has no break");
	tap_ok(!csv_next(&bytes, &number, &line), "and no more");
}

int
main(void)
{
	struct csv_line *line = malloc(sizeof(*line));

	if (line == NULL)
		abort();
	test_lines(line);
	test_limits(line);
	test_text();
	free(line);
	return tap_done();
}
