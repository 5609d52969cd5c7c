#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

#include "test/unit/tap.h"

static const struct {
	const char *name, *hex;
	size_t size;
	uint32_t code;
} cases[] = {
	{ "nothing", "", 0, 0 },
	{ "NUL", "00", 1, 0 },
	{ "last of one byte", "7f", 1, 0x7f },
	{ "first of two", "c2 80", 2, 0x80 },
	{ "last of two", "df bf", 2, 0x7ff },
	{ "first of three", "e0 a0 80", 3, 0x800 },
	{ "last before the surrogates", "ed 9f bf", 3, 0xd7ff },
	{ "first behind them", "ee 80 80", 3, 0xe000 },
	{ "last of three", "ef bf bf", 3, 0xffff },
	{ "first of four", "f0 90 80 80", 4, 0x10000 },
	{ "last of all", "f4 8f bf bf", 4, 0x10ffff },
	{ "more behind it", "41 42", 1, 0x41 },
	{ "continuation first", "80", 0, 0 },
	{ "overlong of two", "c0 af", 0, 0 },
	{ "overlong of two, highest", "c1 bf", 0, 0 },
	{ "overlong of three", "e0 9f bf", 0, 0 },
	{ "overlong of four", "f0 8f bf bf", 0, 0 },
	{ "first surrogate", "ed a0 80", 0, 0 },
	{ "last surrogate", "ed bf bf", 0, 0 },
	{ "beyond the last", "f4 90 80 80", 0, 0 },
	{ "five bytes", "f8 88 80 80 80", 0, 0 },
	{ "no byte at all", "ff", 0, 0 },
	{ "broken off by a letter", "e2 82 41", 0, 0 },
	{ "broken off by a lead", "e2 c2 80", 0, 0 },
};

/* Of every case, and of every beginning of it. */
static void
test_next(void)
{
	uint8_t bytes[8], *exact;
	size_t i, size, cut, want;
	uint32_t code;
	bool good;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size = tap_hex(cases[i].hex, bytes, sizeof(bytes));
		good = true;
		for (cut = 0; cut <= size; cut++) {
			exact = tap_exact(bytes, cut);
			want = cut >= cases[i].size ? cases[i].size : 0;
			code = 0xdead;
			good = good && utf8_next(exact, cut, &code) == want &&
			    code == (want > 0 ? cases[i].code : 0xdead);
			free(exact);
		}
		tap_ok(good, "%s", cases[i].name);
	}
}

static const struct {
	const char *name, *text;
	size_t size, want;
} cuts[] = {
	{ "fits", "abc", 3, 3 },
	{ "fits with room", "abc", 9, 3 },
	{ "letters", "abcdef", 3, 3 },
	{ "to nothing", "abc", 0, 0 },
	{ "before a character", "ab\xe2\x82\xac", 2, 2 },
	{ "after its first byte", "ab\xe2\x82\xac", 3, 2 },
	{ "after its second byte", "ab\xe2\x82\xac", 4, 2 },
	{ "behind it",
	    "ab\xe2\x82\xac"
	    "c",
	    5, 5 },
	{ "four bytes",
	    "a\xf0\x9f\x8c\x8d"
	    "b",
	    4, 1 },
	{ "first character is too large", "\xf0\x9f\x8c\x8d", 3, 0 },
	{ "no UTF-8 is cut anywhere", "\x80\x80\x80\x80\x80\x80\x80\x80", 6,
	    6 },
};

static void
test_cut(void)
{
	size_t i;

	for (i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++)
		tap_int((long long)utf8_cut(cuts[i].text, strlen(cuts[i].text),
			    cuts[i].size),
		    (long long)cuts[i].want, cuts[i].name);
}

static const struct {
	uint32_t code;
	bool acts;
} actors[] = {
	{ 0, true },
	{ 0x1f, true },
	{ ' ', false },
	{ '~', false },
	{ 0x7f, true },
	{ 0x9f, true },
	{ 0xa0, false },
	{ 0xad, true },
	{ 0xe4, false },
	{ 0x61c, true },
	{ 0x200a, false },
	{ 0x200b, true },
	{ 0x2027, false },
	{ 0x2028, true },
	{ 0x202e, true },
	{ 0x202f, false },
	{ 0x2066, true },
	{ 0x2070, false },
	{ 0x20ac, false },
	{ 0xfeff, true },
	{ 0xfffd, false },
	{ 0x1f30d, false },
	{ 0xe0041, true },
	{ 0x10ffff, false },
};

static void
test_acts(void)
{
	size_t i;

	for (i = 0; i < sizeof(actors) / sizeof(actors[0]); i++)
		tap_ok(utf8_acts(actors[i].code) == actors[i].acts, "U+%04X",
		    (unsigned)actors[i].code);
}

int
main(void)
{
	test_acts();
	test_next();
	test_cut();
	return tap_done();
}
