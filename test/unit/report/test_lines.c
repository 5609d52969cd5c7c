#include "report/lines.h"

#include <stdlib.h>
#include <string.h>

#include "../tap.h"

static const struct {
	const char *list, *from, *want;
} cases[] = {
	{ "", "", "" },
	{ "", "a", "a" },
	{ "a", "a", "a" },
	{ "a", "b\na\nb", "a\nb" },
	{ "ab\nc", "a\nb\nc", "ab\nc\na\nb" },
	{ "a", "\n\nb\n", "a\nb" },
	/* Sixteen bytes of room: what is too long is left out. */
	{ "aaaaaaaa", "bbbbbbbb\ncc", "aaaaaaaa\ncc" },
	{ "aaaaaaaa", "bbbbbb", "aaaaaaaa\nbbbbbb" },
	{ "aaaaaaaa", "bbbbbbb", "aaaaaaaa" },
};

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *list = tap_exact("0123456789abcde", 16);

		memcpy(list, cases[i].list, strlen(cases[i].list) + 1);
		lines_add_new(list, 16, cases[i].from);
		tap_text(list, cases[i].want, cases[i].from);
		free(list);
	}
	tap_ok(lines_hold("a\nbc", "bcd", 2) && !lines_hold("abc", "ab", 2) &&
		!lines_hold("", "", 0),
	    "a whole line, or none");
	return tap_done();
}
