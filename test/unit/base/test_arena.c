#include "base/arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/tap.h"

enum { PIECES = 3000 };

static bool
is_filled(const uint8_t *bytes, size_t size, uint8_t with)
{
	size_t i;

	for (i = 0; i < size; i++)
		if (bytes[i] != with)
			return false;
	return true;
}

/* Sizes around the borders of alignment and of blocks. */
static size_t
size_of(unsigned n)
{
	static const size_t sizes[] = { 1, 15, 16, 17, 100, 4095, 4096, 4097,
		16384, 100000 };

	return n % 50 ? n % 40 : sizes[n / 50 % 10];
}

static void
test_pieces(void)
{
	uint8_t *pieces[PIECES];
	struct arena arena;
	bool zeroed = true, aligned = true, kept = true;
	size_t sum = 0;
	unsigned i;

	arena_init(&arena);
	for (i = 0; i < PIECES; i++) {
		pieces[i] = arena_take(&arena, size_of(i));
		if (pieces[i] == NULL)
			abort();
		sum += size_of(i);
		zeroed = zeroed && is_filled(pieces[i], size_of(i), 0);
		aligned =
		    aligned && (uintptr_t)pieces[i] % alignof(max_align_t) == 0;
		memset(pieces[i], (int)(i & 255), size_of(i));
	}
	tap_ok(zeroed, "zeroed");
	tap_ok(aligned, "aligned");
	for (i = 0; i < PIECES; i++)
		kept = kept && is_filled(pieces[i], size_of(i), (uint8_t)i);
	tap_ok(kept, "none lies in another");
	tap_ok(arena.taken >= sum && arena.taken < sum + 16UL * PIECES,
	    "they are counted");
	arena_fini(&arena);
	tap_ok(arena.blocks == NULL && arena.taken == 0, "nothing is left");
	arena_fini(&arena);
}

static void
test_others(void)
{
	struct arena arena;
	char *text;
	int *array;

	arena_init(&arena);
	tap_ok(arena_take(&arena, 0) != NULL, "nothing is something");
	text = arena_text(&arena, "abcdef", 3);
	tap_text(text, "abc", "text is cut and terminated");
	tap_text(arena_text(&arena, NULL, 0), "", "no text");
	array = arena_array(&arena, 7, sizeof(*array));
	tap_ok(array != NULL && array[0] == 0 && array[6] == 0, "an array");
	tap_ok(arena_array(&arena, SIZE_MAX / 2, 3) == NULL,
	    "a product that does not fit");
	tap_ok(arena_take(&arena, SIZE_MAX) == NULL &&
		arena_take(&arena, SIZE_MAX - 15) == NULL,
	    "sums that do not fit");
	tap_ok(arena_text(&arena, "x", SIZE_MAX) == NULL,
	    "text that does not fit");
	tap_text(text, "abc", "what was given stays");
	arena_fini(&arena);
}

int
main(void)
{
	test_pieces();
	test_others();
	return tap_done();
}
