#include "parse/dtls.h"

#include <stdio.h>

#include "flowscan.h"
#include "build.h"

#define HEAD "16 fefd 0000 000000000001 "
#define SEALED "17 fefd 0001 000000000001 "

/* What is said of a datagram, as text: "1#0 0+3/3" is a message of type 1,
 * number 0, whose bytes from 0 on are there, 3 of 3; "<20>" a record of
 * another type or sealed. */
static int
walk(const uint8_t *bytes, size_t size, char *text, size_t room)
{
	struct cursor datagram = cursor_of(bytes, size);
	struct dtls_record record;
	struct dtls_fragment fragment;
	size_t used = 0;
	int rc;

	text[0] = '\0';
	while ((rc = dtls_record_next(&datagram, &record)) > 0) {
		if (record.type != TLS_HANDSHAKE || record.epoch != 0) {
			used += (size_t)snprintf(text + used, room - used,
			    "<%u> ", record.type);
			continue;
		}
		while ((rc = dtls_fragment_next(&record.body, &fragment)) > 0)
			used += (size_t)snprintf(text + used, room - used,
			    "%u#%u %u+%zu/%u ", fragment.type, fragment.seq,
			    fragment.at, fragment.part.left, fragment.size);
		if (rc < 0)
			return rc;
	}
	return rc;
}

static const struct walk_case {
	const char *name, *hex, *want;
	int rc;
} walk_cases[] = {
	{ "nothing", "", "", 0 },
	{ "a message", HEAD "000f 01 000003 0000 000000 000003 a1a2a3",
	    "1#0 0+3/3 ", 0 },
	{ "DTLS 1.0",
	    "16 feff 0000 000000000001 000c 0e 000000 0005 000000"
	    "000000",
	    "14#5 0+0/0 ", 0 },
	{ "the form before the RFC",
	    "16 0100 0000 000000000001 000c 0e 000000 0005 000000 000000",
	    "14#5 0+0/0 ", 0 },
	{ "a piece", HEAD "000e 01 000003 0000 000001 000002 a2a3",
	    "1#0 1+2/3 ", 0 },
	{ "two pieces in a record",
	    HEAD "001b 01 000003 0000 000000 000001 a1"
		 "01 000003 0000 000001 000002 a2a3",
	    "1#0 0+1/3 1#0 1+2/3 ", 0 },
	{ "two records",
	    HEAD "000d 02 000001 0001 000000 000001 b1" HEAD
		 "000c 0e 000000 0002 000000 000000",
	    "2#1 0+1/1 14#2 0+0/0 ", 0 },
	{ "sealed records",
	    HEAD "000d 02 000001 0001 000000 000001 b1" SEALED "0002 eeee",
	    "2#1 0+1/1 <23> ", 0 },
	{ "DTLS 1.3 records end it",
	    HEAD "000d 02 000001 0001 000000 000001 b1 2f 1234", "2#1 0+1/1 ",
	    0 },
	{ "records with a connection ID end it",
	    HEAD "000d 02 000001 0001 000000 000001 b1 19 fefd 1234",
	    "2#1 0+1/1 ", 0 },
	{ "a piece beyond its message",
	    HEAD "000e 01 000003 0000 000002 000002 a2a3", "", FS_EFORMAT },
	{ "a piece beyond its record",
	    HEAD "000d 01 000003 0000 000000 000003 a1", "", FS_ETRUNC },
	{ "a record that is cut", HEAD "000f 01 000003 0000 000000", "",
	    FS_ETRUNC },
	{ "a record that is too large", HEAD "4801 01", "", FS_EFORMAT },
	{ "a version of TLS", "16 0303 0000 000000000001 0001 00", "",
	    FS_EFORMAT },
	{ "not DTLS", "00 0100", "", FS_EFORMAT },
	{ "RTP", "80 fefd 0000", "", FS_EFORMAT },
};

static void
test_walk(const struct walk_case *test)
{
	uint8_t room[256];
	char text[512], part_text[512];
	size_t cut, wrong = 0, size = tap_hex(test->hex, room, sizeof(room));
	uint8_t *bytes = tap_exact(room, size);
	int rc = walk(bytes, size, text, sizeof(text));

	tap_text(text, test->want, test->name);
	tap_int(rc, test->rc, "... and its end");
	free(bytes);
	for (cut = 0; cut < size; cut++) {
		bytes = tap_exact(room, cut);
		walk(bytes, cut, part_text, sizeof(part_text));
		if (strncmp(part_text, text, strlen(part_text)) != 0)
			wrong++;
		free(bytes);
	}
	tap_int((long long)wrong, 0, "... cut at every byte");
}

static int
add(struct dtls_message *message, unsigned seq, uint32_t at, const char *part,
    struct cursor *body)
{
	struct dtls_fragment fragment = { .type = 1,
		.seq = (uint16_t)seq,
		.size = 6,
		.at = at,
		.part = cursor_of(part, strlen(part)) };

	return dtls_message_add(message, &fragment, body);
}

static void
test_message(void)
{
	struct dtls_message message;
	struct dtls_fragment huge = { .type = 1,
		.size = 100000,
		.at = 90000,
		.part = cursor_of("x", 1) };
	struct cursor body = { 0 };

	dtls_message_init(&message);
	tap_int(add(&message, 0, 4, "ef", &body), 0, "the last piece first");
	tap_int(add(&message, 1, 0, "XYZ", &body), 0, "another message's");
	tap_int(add(&message, 0, 0, "abc", &body), 0, "the first piece");
	tap_int(add(&message, 0, 2, "cd", &body), 1, "the last one missing");
	tap_bytes(body.at, body.left, "abcdef", 6, "... and all is there");
	dtls_message_init(&message);
	tap_int(dtls_message_add(&message, &huge, &body), FS_EFULL,
	    "too large");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(walk_cases) / sizeof(walk_cases[0]); i++)
		test_walk(&walk_cases[i]);
	test_message();
	return tap_done();
}
