#include "store/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "../tap.h"

static void
fill(struct fs_evidence *piece, unsigned number, char letter)
{
	*piece = (struct fs_evidence){ .llr = -1500 - (int32_t)number,
		.llr_full = INT32_MIN,
		.count = UINT32_MAX,
		.class = FS_CLASS_TOR,
		.shadow = number % 2 };
	memset(piece->rule, letter, sizeof(piece->rule) - 1);
	memset(piece->family, letter, sizeof(piece->family) - 1);
	memset(piece->protocol, letter, sizeof(piece->protocol) - 1);
	memset(piece->text, letter, sizeof(piece->text) - 1);
}

/* The largest evidence there can be comes back as it was. */
static void
test_round_trip(void)
{
	struct fs_evidence in[FS_EVIDENCE_MAX], out[FS_EVIDENCE_MAX];
	uint8_t room[EVIDENCE_ROOM];
	uint32_t i, count = 0;
	size_t size;

	memset(out, 0xff, sizeof(out));
	for (i = 0; i < FS_EVIDENCE_MAX; i++)
		fill(&in[i], i, (char)('a' + i));
	size = evidence_encode(in, FS_EVIDENCE_MAX, room);
	tap_ok(size <= sizeof(room), "the largest evidence has room");
	tap_int(evidence_decode(room, size, out, &count), 0, "it is read");
	tap_int(count, FS_EVIDENCE_MAX, "all pieces");
	for (i = 0; i < count; i++) {
		tap_int(out[i].llr, in[i].llr, "llr");
		tap_int(out[i].llr_full, in[i].llr_full, "llr_full");
		tap_int(out[i].count, in[i].count, "count");
		tap_int(out[i].class, in[i].class, "class");
		tap_int(out[i].shadow, in[i].shadow, "shadow");
		tap_text(out[i].rule, in[i].rule, "rule");
		tap_text(out[i].family, in[i].family, "family");
		tap_text(out[i].protocol, in[i].protocol, "protocol");
		tap_text(out[i].text, in[i].text, "text");
	}
}

/* Cut anywhere it is refused, and nothing beyond the end is read. */
static void
test_cuts(void)
{
	struct fs_evidence in[2], out[FS_EVIDENCE_MAX];
	uint8_t room[EVIDENCE_ROOM], *exact;
	uint32_t count = 77;
	size_t size, cut;

	fill(&in[0], 0, 'x');
	fill(&in[1], 1, 'y');
	size = evidence_encode(in, 2, room);
	for (cut = 0; cut < size; cut++) {
		exact = tap_exact(room, cut);
		if (evidence_decode(exact, cut, out, &count) != FS_ETRUNC)
			break;
		free(exact);
	}
	tap_int((long long)cut, (long long)size, "every cut is refused");
	tap_int(count, 77, "and gives no count");
}

static void
test_refused(void)
{
	static const struct {
		const char *name, *hex;
		int rc;
	} cases[] = {
		{ "no piece", "01 00", 0 },
		{ "an unknown version", "02 00", FS_EUNSUP },
		{ "more pieces than fit", "01 11", FS_EFORMAT },
		{ "bytes behind the last piece", "01 00 00", FS_EFORMAT },
		{ "a text longer than its room",
		    "01 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 40",
		    FS_EFORMAT },
	};
	struct fs_evidence out[FS_EVIDENCE_MAX];
	uint8_t bytes[64];
	uint32_t count;
	size_t i, size;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size = tap_hex(cases[i].hex, bytes, sizeof(bytes));
		tap_int(evidence_decode(bytes, size, out, &count), cases[i].rc,
		    cases[i].name);
	}
}

int
main(void)
{
	test_round_trip();
	test_cuts();
	test_refused();
	return tap_done();
}
