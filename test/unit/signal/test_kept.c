#include "signal/kept.h"

#include <stdio.h>
#include <string.h>

#include "test/unit/tap.h"

static const struct {
	const char *name, *text;
	size_t size; /* Of the text. */
	const char *want;
} cases[] = {
	{ "nothing", "", 0, "" },
	{ "what fits", "abcdefg", 7, "abcdefg" },
	{ "what does not", "abcdefgh", 8, "abcdefg" },
	{ "NUL", "a\0b", 3, "a?b" },
	{ "a character that fits", "abcde\xc3\xa4", 7, "abcde\xc3\xa4" },
	{ "a character that is cut", "abcdef\xc3\xa4", 8, "abcdef" },
	{ "three bytes that are cut", "abcde\xe2\x82\xac", 8, "abcde" },
	{ "no character at all", "\x80\x80\x80\x80\x80\x80\x80\x80", 8,
	    "\x80\x80\x80\x80\x80\x80\x80" },
};

static void
test_names(void)
{
	static const char *const names[] = { "a", "bc", "def" };
	static const char *const want[] = { "", "a", "bc", "a,bc", "def",
		"a,def", "bc,def", "a,bc,def" };
	struct signals signals;
	char room[16];
	const uint8_t *text;
	size_t size;
	unsigned found;

	for (found = 0; found < 8; found++) {
		signals_clear(&signals);
		kept_set_names(&signals, SIGNAL_TLS_SNI, names, 3, found);
		text = signals_bytes(&signals, SIGNAL_TLS_SNI, &size);
		snprintf(room, sizeof(room), "%.*s", (int)size,
		    size ? (const char *)text : "");
		tap_text(room, want[found], "names");
	}
}

int
main(void)
{
	struct signals signals;
	char room[8];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(room, 'x', sizeof(room));
		kept_text(room, sizeof(room),
		    cursor_of(cases[i].text, cases[i].size));
		tap_text(room, cases[i].want, cases[i].name);
	}
	signals_clear(&signals);
	kept_set(&signals, SIGNAL_TLS_SNI, "");
	tap_ok(!signals_known(&signals, SIGNAL_TLS_SNI), "nothing is unknown");
	kept_set(&signals, SIGNAL_TLS_SNI, "a");
	tap_ok(signals_known(&signals, SIGNAL_TLS_SNI), "something is known");
	test_names();
	return tap_done();
}
