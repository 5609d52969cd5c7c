#include "parse/tls.h"

#include <stdio.h>

#include "flowscan.h"
#include "build.h"

static const struct record_case {
	const char *name, *hex;
	int rc;
	unsigned type, version, size, seen;
} record_cases[] = {
	{ "record: nothing", "", 0, 0, 0, 0, 0 },
	{ "record: handshake", "16 0301 0002 aabb", 1, 22, 0x0301, 2, 2 },
	{ "record: its end not seen", "16 0303 0004 aabb", 1, 22, 0x0303, 4,
	    2 },
	{ "record: its body not seen", "16 0303 0004", 1, 22, 0x0303, 4, 0 },
	{ "record: empty data", "17 0303 0000", 1, 23, 0x0303, 0, 0 },
	{ "record: the largest", "17 0303 4800 00", 1, 23, 0x0303, 0x4800, 1 },
	{ "record: too large", "17 0303 4801 00", FS_EFORMAT, 0, 0, 0, 0 },
	{ "record: empty handshake", "16 0303 0000", FS_EFORMAT, 0, 0, 0, 0 },
	{ "record: unknown type", "19 0303 0001 00", FS_EFORMAT, 0, 0, 0, 0 },
	{ "record: type too low", "13 0303 0001 00", FS_EFORMAT, 0, 0, 0, 0 },
	{ "record: unknown major", "16 0203 0001 00", FS_EFORMAT, 0, 0, 0, 0 },
	{ "record: unknown minor", "16 0305 0001 00", FS_EFORMAT, 0, 0, 0, 0 },
	{ "record: only a type", "16", FS_ETRUNC, 0, 0, 0, 0 },
	{ "record: half a version", "16 03", FS_ETRUNC, 0, 0, 0, 0 },
	{ "record: no size", "16 0303", FS_ETRUNC, 0, 0, 0, 0 },
	{ "record: half a size", "16 0303 00", FS_ETRUNC, 0, 0, 0, 0 },
	{ "record: a wrong version in two bytes", "16 47", FS_EFORMAT, 0, 0, 0,
	    0 },
};

static void
test_record(const struct record_case *test)
{
	uint8_t room[64];
	size_t size = tap_hex(test->hex, room, sizeof(room));
	uint8_t *bytes = tap_exact(room, size);
	struct cursor stream = cursor_of(bytes, size);
	struct tls_record record = { 0 };
	int rc = tls_record_next(&stream, &record);

	tap_ok(rc == test->rc && record.type == test->type &&
		record.version == test->version && record.size == test->size &&
		record.body.left == test->seen &&
		stream.left == (rc == 1 ? 0 : size),
	    "%s", test->name);
	free(bytes);
}

/* What a reader says, as text: "1:5" is a message of type 1 and 5 bytes, its
 * first and last byte behind it, "<20>" a record of another type. */
static int
walk(const uint8_t *bytes, size_t size, char *text, size_t room)
{
	struct tls_reader reader;
	struct tls_message message;
	size_t used = 0;
	int rc;

	text[0] = '\0';
	tls_reader_init(&reader, cursor_of(bytes, size));
	while ((rc = tls_reader_next(&reader, &message)) >= 0) {
		if (used > room - 40)
			abort();
		if (rc == 0)
			used += (size_t)snprintf(text + used, room - used,
			    "<%u> ", reader.type);
		else if (message.body.left == 0)
			used += (size_t)snprintf(text + used, room - used,
			    "%u:0 ", message.type);
		else
			used += (size_t)snprintf(text + used, room - used,
			    "%u:%zu=%02x-%02x ", message.type,
			    message.body.left, message.body.at[0],
			    message.body.at[message.body.left - 1]);
	}
	return rc;
}

static const struct reader_case {
	const char *name, *hex, *want;
	int rc;
} reader_cases[] = {
	{ "reader: nothing", "", "", FS_ETRUNC },
	{ "reader: a message in a record", "16 0301 0007 01 000003 a1a2a3",
	    "1:3=a1-a3 ", FS_ETRUNC },
	{ "reader: two messages in a record",
	    "16 0303 000b 02 000002 b1b2 0e 000001 c1", "2:2=b1-b2 14:1=c1-c1 ",
	    FS_ETRUNC },
	{ "reader: a message without a body", "16 0303 0004 0e 000000", "14:0 ",
	    FS_ETRUNC },
	{ "reader: a body over two records",
	    "16 0301 0005 01 000003 a1  16 0301 0002 a2a3", "1:3=a1-a3 ",
	    FS_ETRUNC },
	{ "reader: a header over two records",
	    "16 0301 0002 0100  16 0301 0005 0003 a1a2a3", "1:3=a1-a3 ",
	    FS_ETRUNC },
	{ "reader: a record for each byte",
	    "16 0301 0001 01 16 0301 0001 00 16 0301 0001 00 16 0301 0001 02"
	    "16 0301 0001 a1 16 0301 0001 a2",
	    "1:2=a1-a2 ", FS_ETRUNC },
	{ "reader: the next message begins in the same record",
	    "16 0303 0005 02 000002 b1  16 0303 0006 b2 0e 000001 c1",
	    "2:2=b1-b2 14:1=c1-c1 ", FS_ETRUNC },
	{ "reader: a message in a record whose end is not seen",
	    "16 0303 0400 02 000002 b1b2 0b 0003f0 30", "2:2=b1-b2 ",
	    FS_ETRUNC },
	{ "reader: other records are told",
	    "16 0303 0005 02 000001 b1"
	    "14 0303 0001 01 17 0303 0002 eeee",
	    "2:1=b1-b1 <20> <23> ", FS_ETRUNC },
	{ "reader: a handshake goes on behind another record",
	    "16 0303 0005 02 000001 b1 14 0303 0001 01 16 0303 0005 02 000001"
	    "b2",
	    "2:1=b1-b1 <20> 2:1=b2-b2 ", FS_ETRUNC },
	{ "reader: another record within a message",
	    "16 0303 0005 02 000002 b1 14 0303 0001 01", "", FS_EFORMAT },
	{ "reader: a message too large for the room",
	    "16 0303 0005 0b 001001 30 16 0303 0001 82", "", FS_EFULL },
	{ "reader: a size that no message has", "16 0303 0004 01 ffffff", "",
	    FS_EFORMAT },
	{ "reader: not TLS", "474554202f", "", FS_EFORMAT },
	{ "reader: good, then not TLS", "16 0303 0005 02 000001 b1 00",
	    "2:1=b1-b1 ", FS_EFORMAT },
};

/* The more bytes there are, the more is said: what a cut input says is the
 * beginning of what the whole one says. */
static bool
cut_everywhere(const uint8_t *bytes, size_t size, const char *whole)
{
	char text[512];
	size_t cut;
	bool good = true;

	for (cut = 0; cut < size && good; cut++) {
		uint8_t *part = tap_exact(bytes, cut);

		walk(part, cut, text, sizeof(text));
		good = strncmp(text, whole, strlen(text)) == 0;
		free(part);
	}
	return good;
}

static void
test_reader(const struct reader_case *test)
{
	uint8_t room[256];
	char text[512];
	size_t size = tap_hex(test->hex, room, sizeof(room));
	uint8_t *bytes = tap_exact(room, size);
	int rc = walk(bytes, size, text, sizeof(text));

	tap_text(text, test->want, test->name);
	tap_int(rc, test->rc, "... and its end");
	tap_ok(cut_everywhere(bytes, size, text), "... cut at every byte");
	free(bytes);
}

/* A message that just fits into the room, in records of 100 bytes. */
static void
test_largest(void)
{
	struct build build = { 0 }, body = { 0 };
	char text[512];
	size_t at, part;

	build_number(&body, 11, 1);
	build_number(&body, TLS_SPAN_MAX, 3);
	build_fill(&body, 0x55, TLS_SPAN_MAX);
	for (at = 0; at < body.size; at += part) {
		part = body.size - at < 100 ? body.size - at : 100;
		build_hex(&build, "160303");
		build_number(&build, part, 2);
		build_bytes(&build, body.bytes + at, part);
	}
	walk(build.bytes, build.size, text, sizeof(text));
	tap_text(text, "11:4096=55-55 ", "reader: the largest message");
}

/* What was seen of a message when more bytes are needed. */
static const struct begun_case {
	const char *name, *hex, *begun;
	int rc;
	unsigned type;
} begun_cases[] = {
	{ "begun: nothing", "", "", FS_ETRUNC, 0 },
	{ "begun: half a header", "16 0303 0400 0b 0003", "", FS_ETRUNC, 0 },
	{ "begun: a header", "16 0303 0400 0b 000300", "", FS_ETRUNC, 11 },
	{ "begun: some bytes", "16 0303 0400 0b 000300 a1a2", "a1a2", FS_ETRUNC,
	    11 },
	{ "begun: over two records",
	    "16 0303 0005 0b 000300 a1 16 0303 0400 a2a3", "a1a2a3", FS_ETRUNC,
	    11 },
	{ "begun: behind another message",
	    "16 0303 0400 02 000001 b1 0b 000300 a1", "a1", FS_ETRUNC, 11 },
	{ "begun: too large", "16 0303 0400 0b 001001 a1a2", "a1a2", FS_EFULL,
	    11 },
	{ "begun: all was read", "16 0303 0005 0b 000001 a1", "", FS_ETRUNC,
	    0 },
	{ "begun: torn", "16 0303 0005 0b 000002 a1 17 0303 0001 00", "",
	    FS_EFORMAT, 0 },
};

static void
test_begun(const struct begun_case *test)
{
	static struct tls_reader reader;
	uint8_t room[64], want[64];
	size_t size = tap_hex(test->hex, room, sizeof(room));
	size_t want_size = tap_hex(test->begun, want, sizeof(want));
	uint8_t *bytes = tap_exact(room, size);
	struct tls_message message;
	int rc;

	tls_reader_init(&reader, cursor_of(bytes, size));
	do
		rc = tls_reader_next(&reader, &message);
	while (rc >= 0);
	tap_ok(rc == test->rc && reader.begun.type == test->type, "%s",
	    test->name);
	tap_bytes(reader.begun.body.at, reader.begun.body.left, want, want_size,
	    "... and its bytes");
	free(bytes);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(record_cases) / sizeof(record_cases[0]); i++)
		test_record(&record_cases[i]);
	for (i = 0; i < sizeof(reader_cases) / sizeof(reader_cases[0]); i++)
		test_reader(&reader_cases[i]);
	for (i = 0; i < sizeof(begun_cases) / sizeof(begun_cases[0]); i++)
		test_begun(&begun_cases[i]);
	test_largest();
	return tap_done();
}
