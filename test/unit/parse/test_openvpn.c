#include "parse/openvpn.h"

#include "flowscan.h"
#include "build.h"

#define A "a174184024 8085ad"
#define B "160fbe2d95 69475f"
#define HMAC_20 "dbc6c571caba389aa11e3e84d0878d365fdd1701"
#define TAG HMAC_20 "dbc6c571caba389aa11e3e84"

static const struct control_case {
	const char *name, *hex;
	enum openvpn_layout layout;
	int rc;
	unsigned opcode, key_id;
	uint32_t packet_id, time, message_id;
	unsigned ack_count, last_ack;
	bool remote;
	size_t encrypted, payload;
} cases[] = {
	{ "plain: client's reset", "38" A "00 00000000", OPENVPN_PLAIN, 0, 7, 0,
	    0, 0, 0, 0, 0, false, 0, 0 },
	{ "plain: server's reset", "40" B "01 00000000" A "00000000",
	    OPENVPN_PLAIN, 0, 8, 0, 0, 0, 0, 1, 0, true, 0, 0 },
	{ "plain: control", "21" A "02 00000004 00000005" B "00000007 160301",
	    OPENVPN_PLAIN, 0, 4, 1, 0, 0, 7, 2, 5, true, 0, 3 },
	{ "plain: acknowledgement", "28" A "01 00000003" B, OPENVPN_PLAIN, 0, 5,
	    0, 0, 0, 0, 1, 3, true, 0, 0 },
	{ "plain: as many acknowledgements as fit",
	    "28" A "08 00000001 00000002 00000003 00000004 00000005 00000006"
	    "00000007 00000008" B,
	    OPENVPN_PLAIN, 0, 5, 0, 0, 0, 0, 8, 8, true, 0, 0 },
	{ "plain: one more",
	    "28" A "09 00000001 00000002 00000003 00000004 00000005 00000006"
	    "00000007 00000008 00000009" B,
	    OPENVPN_PLAIN, FS_EFORMAT },
	{ "plain: an acknowledgement of nothing", "28" A "00", OPENVPN_PLAIN,
	    FS_EFORMAT },
	{ "tls-auth: client's reset",
	    "38" A HMAC_20 "00000001 6b03bc37 00 00000000", OPENVPN_AUTH_20, 0,
	    7, 0, 1, 0x6b03bc37, 0, 0, 0, false, 0, 0 },
	{ "tls-auth: another size of HMAC",
	    "20" A HMAC_20 "dbc6c571caba389a 00000002 6b03bc37 01 00000001" B
	    "00000001 1603",
	    OPENVPN_AUTH_28, 0, 4, 0, 2, 0x6b03bc37, 1, 1, 1, true, 0, 2 },
	{ "tls-crypt: client's reset",
	    "38" A "00000001 6b03bc47" TAG "a0a1a2a3a4", OPENVPN_CRYPT, 0, 7, 0,
	    1, 0x6b03bc47, 0, 0, 0, false, 5, 0 },
	{ "tls-crypt: nothing encrypted", "38" A "00000001 6b03bc47" TAG,
	    OPENVPN_CRYPT, FS_ETRUNC },
	{ "data has no session", "48 000000 00000001", OPENVPN_PLAIN,
	    FS_EFORMAT },
	{ "no opcode", "00" A, OPENVPN_PLAIN, FS_EFORMAT },
	{ "an opcode too high", "60" A, OPENVPN_PLAIN, FS_EFORMAT },
	{ "nothing", "", OPENVPN_PLAIN, FS_ETRUNC },
};

static int
read_case(const struct control_case *test, const uint8_t *bytes, size_t size,
    struct openvpn_head *head, struct openvpn_control *control)
{
	int rc = openvpn_head_read(cursor_of(bytes, size), head);

	return rc < 0 ? rc : openvpn_control_read(head, test->layout, control);
}

static void
check_control(const struct control_case *test, const uint8_t *bytes,
    const struct openvpn_head *head, const struct openvpn_control *control)
{
	tap_int(head->opcode, test->opcode, "... opcode");
	tap_int(head->key_id, test->key_id, "... key id");
	tap_ok(control->session == bytes + 1, "... session");
	tap_ok(control->protected == (test->layout != OPENVPN_PLAIN),
	    "... whether it is protected");
	tap_int(control->packet_id, test->packet_id, "... packet id");
	tap_int(control->time, test->time, "... time");
	tap_int(control->message_id, test->message_id, "... message id");
	tap_int(control->ack_count, test->ack_count, "... acknowledgements");
	if (test->ack_count > 0)
		tap_int(control->acks[test->ack_count - 1], test->last_ack,
		    "... the last of them");
	tap_ok((control->remote != NULL) == test->remote,
	    "... the other side's session");
	tap_int((long long)control->encrypted.left, (long long)test->encrypted,
	    "... what is encrypted");
	tap_int((long long)control->payload.left, (long long)test->payload,
	    "... payload");
}

static void
test_control(const struct control_case *test)
{
	uint8_t room[128];
	size_t cut, wrong = 0, size = tap_hex(test->hex, room, sizeof(room));
	size_t free_tail =
	    test->payload + (test->encrypted > 0 ? test->encrypted - 5 : 0);
	struct openvpn_head head;
	struct openvpn_control control;
	uint8_t *bytes = tap_exact(room, size);
	int rc = read_case(test, bytes, size, &head, &control);

	tap_int(rc, test->rc, test->name);
	if (rc == 0)
		check_control(test, bytes, &head, &control);
	free(bytes);
	for (cut = 0; cut < size; cut++) {
		bytes = tap_exact(room, cut);
		rc = read_case(test, bytes, cut, &head, &control);
		if (test->rc == 0)
			wrong +=
			    rc != (cut >= size - free_tail ? 0 : FS_ETRUNC);
		else
			wrong += rc != FS_ETRUNC && rc != test->rc;
		free(bytes);
	}
	tap_int((long long)wrong, 0, "... cut at every byte");
}

static void
test_frames(void)
{
	static const uint8_t bytes[] = { 0, 2, 0x38, 1, 0, 1, 0x40, 0, 3, 1 };
	struct cursor stream = cursor_of(bytes, sizeof(bytes)), packet;

	tap_int(openvpn_frame_next(&stream, &packet), 1, "frame: first");
	tap_bytes(packet.at, packet.left, bytes + 2, 2, "... its packet");
	tap_int(openvpn_frame_next(&stream, &packet), 1, "frame: second");
	tap_bytes(packet.at, packet.left, bytes + 6, 1, "... its packet");
	tap_int(openvpn_frame_next(&stream, &packet), FS_ETRUNC, "frame: cut");
	tap_int((long long)stream.left, 3, "... stays where it is");
	stream = cursor_of(bytes, 1);
	tap_int(openvpn_frame_next(&stream, &packet), FS_ETRUNC,
	    "frame: half a size");
	stream = cursor_of(bytes, 0);
	tap_int(openvpn_frame_next(&stream, &packet), 0, "frame: the end");
	stream = cursor_of("\0\0\0", 3);
	tap_int(openvpn_frame_next(&stream, &packet), FS_EFORMAT,
	    "frame: empty");
}

/* A wrapped key of 'wrapped' bytes, said to be of 'said', behind 'before'
 * encrypted ones. */
static const struct wrapped_case {
	const char *name;
	size_t before, wrapped, said, want;
} wrapped_cases[] = {
	{ "wrapped key: the least", 5, 290, 290, 290 },
	{ "wrapped key: with a time", 5, 299, 299, 299 },
	{ "wrapped key: behind a message", 300, 299, 299, 299 },
	{ "wrapped key: too small", 6, 289, 289, 0 },
	{ "wrapped key: too large", 5, 1025, 1025, 0 },
	{ "wrapped key: larger than what is there", 5, 299, 300, 0 },
	{ "wrapped key: none", 5, 0, 0, 0 },
};

static void
test_wrapped(const struct wrapped_case *test)
{
	struct openvpn_control control = { 0 };
	struct build build = { 0 };
	uint8_t *bytes;

	build_fill(&build, 0xcc, test->before + test->wrapped);
	if (test->wrapped > 0) {
		build.size -= 2;
		build_number(&build, test->said, 2);
	}
	bytes = tap_exact(build.bytes, build.size);
	control.encrypted = cursor_of(bytes, build.size);
	tap_int((long long)openvpn_wrapped_size(&control),
	    (long long)test->want, test->name);
	free(bytes);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_control(&cases[i]);
	test_frames();
	for (i = 0; i < sizeof(wrapped_cases) / sizeof(wrapped_cases[0]); i++)
		test_wrapped(&wrapped_cases[i]);
	tap_int((long long)openvpn_hmac_size(OPENVPN_AUTH_64), 64,
	    "SHA-512's size");
	tap_int((long long)openvpn_hmac_size(OPENVPN_CRYPT), 0,
	    "tls-crypt has no HMAC");
	return tap_done();
}
