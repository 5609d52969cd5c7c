#include "report/change.h"

#include <stdio.h>
#include <string.h>

#include "../tap.h"

/* Pieces of evidence as "name weight": what is said of two sides. */
struct piece {
	const char *rule;
	int32_t llr;
	bool shadow;
};

static const struct {
	const char *name;
	struct piece before[3], after[3];
	const char *says;
} cases[] = {
	{ "nothing of nothing", { { 0 } }, { { 0 } }, "" },
	{ "the same", { { "a", 1, false } }, { { "a", 1, false } }, "" },
	{ "in another order", { { "a", 1, false }, { "b", 2, false } },
	    { { "b", 2, false }, { "a", 1, false } }, "" },
	{ "one more", { { "a", 1, false } },
	    { { "a", 1, false }, { "b", 2, false } }, "+b" },
	{ "one less", { { "a", 1, false }, { "b", 2, false } },
	    { { "a", 1, false } }, "-b" },
	{ "weighs otherwise", { { "a", 1, false } }, { { "a", 2, false } },
	    "~a" },
	{ "now a shadow", { { "a", 1, false } }, { { "a", 1, true } }, "~a" },
	{ "all of it", { { "a", 1, false }, { "b", 2, false } },
	    { { "c", 1, false }, { "b", 3, false } }, "+c ~b -a" },
};

static void
fill(const struct piece *pieces, struct change_evidence *evidence)
{
	struct fs_evidence piece;
	size_t i;

	evidence->count = 0;
	for (i = 0; i < 3 && pieces[i].rule != NULL; i++) {
		memset(&piece, 0, sizeof(piece));
		snprintf(piece.rule, sizeof(piece.rule), "%s", pieces[i].rule);
		piece.llr_full = pieces[i].llr;
		piece.shadow = pieces[i].shadow;
		change_add_piece(evidence, &piece);
	}
}

/* More pieces than there is room for: the weakest give way. */
static void
test_room(void)
{
	static struct change_evidence evidence;
	struct fs_evidence piece = { .llr_full = 0 };
	int i;

	for (i = 1; i <= FS_EVIDENCE_MAX + 2; i++) {
		snprintf(piece.rule, sizeof(piece.rule), "r%d", i);
		piece.llr_full = i % 2 ? i : -i;
		change_add_piece(&evidence, &piece);
	}
	tap_ok(evidence.count == FS_EVIDENCE_MAX &&
		change_piece(&evidence, "r1") == NULL &&
		change_piece(&evidence, "r2") == NULL &&
		change_piece(&evidence, "r3") != NULL &&
		change_piece(&evidence, "r18") != NULL,
	    "the weakest pieces give way");
	piece.llr_full = 1;
	snprintf(piece.rule, sizeof(piece.rule), "weak");
	change_add_piece(&evidence, &piece);
	tap_ok(change_piece(&evidence, "weak") == NULL,
	    "a weaker one does not come in");
}

int
main(void)
{
	static struct change_evidence sides[CHANGE_SETS];
	char text[DATUM_ROOM];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fill(cases[i].before, &sides[CHANGE_BEFORE]);
		fill(cases[i].after, &sides[CHANGE_AFTER]);
		change_name_rules(sides, text);
		tap_ok(strcmp(text, cases[i].says) == 0, "%s: '%s'",
		    cases[i].name, text);
	}
	test_room();
	return tap_done();
}
