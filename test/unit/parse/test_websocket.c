/* WebSocket frames, whole and cut off. */
#include "parse/websocket.h"

#include <string.h>

#include "flowscan.h"
#include "test/unit/tap.h"

/* RFC 6455 section 5.7, and what it forbids. */
static const struct {
	const char *name;
	const char *bytes;
	size_t size;
	int rc;
	uint8_t opcode;
	const char *payload; /* Unmasked. */
} cases[] = {
	{ "text", "\x81\x05Hello", 7, 0, WEBSOCKET_TEXT, "Hello" },
	{ "masked text", "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11, 0,
	    WEBSOCKET_TEXT, "Hello" },
	{ "ping", "\x89\x05Hello", 7, 0, WEBSOCKET_PING, "Hello" },
	{ "nothing", "\x82\x00", 2, 0, WEBSOCKET_BINARY, "" },
	{ "a size of two bytes",
	    "\x82\x7e\x01\x00"
	    "abc",
	    7, 0, WEBSOCKET_BINARY, "abc" },
	{ "a size of eight bytes",
	    "\x82\x7f\0\0\0\0\0\1\0\0"
	    "abc",
	    13, 0, WEBSOCKET_BINARY, "abc" },
	{ "no such opcode", "\x83\x05Hello", 7, FS_EFORMAT, 0, NULL },
	{ "a long ping", "\x89\x7e\x01\x00", 4, FS_EFORMAT, 0, NULL },
	{ "a size in more bytes than it needs", "\x82\x7e\x00\x05Hello", 9,
	    FS_EFORMAT, 0, NULL },
	{ "so, too", "\x82\x7f\0\0\0\0\0\0\1\0", 10, FS_EFORMAT, 0, NULL },
	{ "a size of 64 bits", "\x82\x7f\xff\0\0\0\0\0\1\0", 10, FS_EFORMAT, 0,
	    NULL },
};

static void
test_cases(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cursor at = cursor_of(cases[i].bytes, cases[i].size);
		struct websocket_frame frame;
		uint8_t text[8] = { 0 };
		int rc = websocket_frame_read(&at, &frame);

		tap_int(rc, cases[i].rc, cases[i].name);
		if (rc < 0)
			continue;
		tap_int(frame.opcode, cases[i].opcode, "  opcode");
		websocket_payload(&frame, text, sizeof(text) - 1);
		tap_text((const char *)text, cases[i].payload, "  payload");
	}
}

static void
test_cut(void)
{
	static const char masked[] = "\x82\xff\0\0\0\0\0\1\0\0\1\2\3\4abc";
	struct websocket_frame frame;
	size_t size, wrong = 0;

	for (size = 0; size < sizeof(masked) - 1; size++) {
		struct cursor at = cursor_of(masked, size);
		int rc = websocket_frame_read(&at, &frame);

		wrong += size < 14 ? rc != FS_ETRUNC || at.left != size
				   : rc != 0 || frame.size != 65536;
	}
	tap_int((long long)wrong, 0, "cut at every byte");
}

int
main(void)
{
	test_cases();
	test_cut();
	return tap_done();
}
