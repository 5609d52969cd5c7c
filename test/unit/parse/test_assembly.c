#include "parse/assembly.h"

#include <stdio.h>

#include "flowscan.h"
#include "build.h"

static const struct assembly_case {
	const char *name;
	const char *pieces; /* Letters in the order of coming; 'a' is byte 0,
	                       a space ends a piece. */
	const char *front;
} cases[] = {
	{ "nothing", "", "" },
	{ "one piece", "abc", "abc" },
	{ "in order", "ab cd ef", "abcdef" },
	{ "backwards", "ef cd ab", "abcdef" },
	{ "a hole", "ab ef", "ab" },
	{ "the beginning is missing", "bc de", "" },
	{ "a hole is closed", "ab ef cd", "abcdef" },
	{ "twice the same", "ab ab cd", "abcd" },
	{ "within another", "abcdef cd", "abcdef" },
	{ "around another", "cd abcdef", "abcdef" },
	{ "over two others", "ab ef bcde", "abcdef" },
	{ "single bytes, every other first", "b d f a c e", "abcdef" },
};

static void
test_pieces(const struct assembly_case *test)
{
	struct assembly assembly;
	struct cursor front;
	const char *at = test->pieces;

	assembly_init(&assembly);
	while (*at != '\0') {
		size_t size = strcspn(at, " ");

		assembly_add(&assembly, (uint64_t)(at[0] - 'a'),
		    cursor_of(at, size));
		at += size + (at[size] == ' ');
	}
	front = assembly_front(&assembly);
	tap_bytes(front.at, front.left, test->front, strlen(test->front),
	    test->name);
}

static void
test_bounds(void)
{
	static const uint8_t bytes[ASSEMBLY_SIZE + 1];
	struct assembly assembly;
	unsigned i;

	assembly_init(&assembly);
	tap_int(assembly_add(&assembly, 0, cursor_of(bytes, ASSEMBLY_SIZE)), 0,
	    "all the room");
	tap_int(assembly_add(&assembly, ASSEMBLY_SIZE, cursor_of(bytes, 0)), 0,
	    "nothing at the end");
	tap_int(assembly_add(&assembly, ASSEMBLY_SIZE, cursor_of(bytes, 1)),
	    FS_EFULL, "a byte beyond the end");
	tap_int(assembly_add(&assembly, 1, cursor_of(bytes, ASSEMBLY_SIZE)),
	    FS_EFULL, "over the end");
	tap_int(assembly_add(&assembly, UINT64_MAX, cursor_of(bytes, 2)),
	    FS_EFULL, "an offset that wraps");
	assembly_init(&assembly);
	for (i = 0; i < ASSEMBLY_RANGES; i++)
		if (assembly_add(&assembly, 4ull * i + 2, cursor_of(bytes, 2)) <
		    0)
			break;
	tap_int(i, ASSEMBLY_RANGES, "as many holes as may be");
	tap_int(assembly_add(&assembly, 4000, cursor_of(bytes, 1)), FS_EFULL,
	    "one hole too many");
	tap_int(assembly_add(&assembly, 4, cursor_of(bytes, 2)), 0,
	    "closing a hole is allowed");
	tap_int(assembly_add(&assembly, 4000, cursor_of(bytes, 1)), 0,
	    "... and makes room");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_pieces(&cases[i]);
	test_bounds();
	return tap_done();
}
