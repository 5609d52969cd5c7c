#include "parse/mkcp.h"

#include <stdio.h>
#include <stdlib.h>

#include "flowscan.h"
#include "test/unit/tap.h"

#define X16 "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"
#define X64 X16 X16 X16 X16
/* Datagrams of V2Ray 4.34; the others were sealed by hand. */
#define ACKNOWLEDGES "81c16e9881d4655581d4655580e2655580e2655580e2645580e264"
#define ASKS "3c40c26d3c50c9a03f50c9a03f51c9a03f51c9a03f35"

static const struct mkcp_case {
	const char *name, *hex;
	int rc;
	unsigned header, conversation, command, option;
} cases[] = {
	{ "acknowledges", ACKNOWLEDGES, 0, 0, 0x0bcd, 0, 0 },
	{ "asks", ASKS, 0, 0, 0x0bcd, 3, 0 },
	{ "data of a side that closes",
	    "a7c27324a7d7d296a6d6d296a6d3d296a6d4d296a6dcd295e79e91", 0, 0,
	    0xa1b2, 1, 1 },
	{ "the shortest", "a5d358d2a5dff960a7dff960a7daf960a7dd", 0, 0, 0xa1b2,
	    2, 0 },
	{ "behind a video call", "a1080000f2cb00101118302230" ASKS, 0, 13,
	    0x0bcd, 3, 0 },
	{ "behind DTLS",
	    "17fefd33140000000000000011"
	    "a381b0a5a394527ea394527ea2a2527ea2a2527ea2a2537ea2a253",
	    0, 13, 0xe2db, 0, 0 },
	{ "behind the largest header", X64 ASKS, 0, 64, 0x0bcd, 3, 0 },
	{ "behind a larger one", X64 "00" ASKS, FS_EFORMAT },
	{ "behind two sizes that fit by accident",
	    "00000000001c001a00000000" ASKS, 0, 12, 0x0bcd, 3, 0 },
	{ "behind three, which are none", "00000000001c001a00040000" ASKS,
	    FS_EFORMAT },
	{ "a command that is not known",
	    "d680189cd690b92ed290b92ed295b92ed292b92ed2f6", FS_EFORMAT },
	{ "an option that is not known",
	    "536fcfc5537f6e77507d6e7750786e77507f6e77501b", FS_EFORMAT },
	{ "another hash", "3d40c26d3d50c9a03e50c9a03e51c9a03e51c9a03e35",
	    FS_EFORMAT },
	{ "another size", "3c40c26d3c51c9a03f51c9a03f50c9a03f50c9a03f34",
	    FS_EFORMAT },
	{ "another byte at the end",
	    "3c40c26d3c50c9a03f50c9a03f51c9a03f51c9a03f34", FS_EFORMAT },
	{ "zeros", "000000000000000000000000000000000000", FS_EFORMAT },
	{ "a byte less than the shortest", "db38bb42db331af0d9331af0d9361af0d9",
	    FS_ETRUNC },
	{ "nothing", "", FS_ETRUNC },
};

static int
read_exact(const uint8_t *bytes, size_t size, struct mkcp_datagram *found)
{
	uint8_t *exact = tap_exact(bytes, size);
	int rc = mkcp_read(cursor_of(exact, size), found);

	free(exact);
	return rc;
}

static void
test_case(const struct mkcp_case *test)
{
	uint8_t bytes[128];
	struct mkcp_datagram found = { 0 };
	size_t cut, whole = 0;
	size_t size = tap_hex(test->hex, bytes, sizeof(bytes));

	tap_int(read_exact(bytes, size, &found), test->rc, test->name);
	tap_ok(found.header == test->header &&
		found.conversation == test->conversation &&
		found.command == test->command && found.option == test->option,
	    "... and what it tells");
	for (cut = 0; cut < size; cut++)
		whole += read_exact(bytes, cut, &found) == 0;
	tap_int((long long)whole, 0, "... and cut, nothing");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_case(&cases[i]);
	return tap_done();
}
