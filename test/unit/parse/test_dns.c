#include "parse/dns.h"

#include <stdlib.h>

#include "flowscan.h"
#include "test/unit/tap.h"

#define QUERY "12 34 01 00 00 01 00 00 00 00 00 00 "
#define ANSWER "12 34 81 80 00 01 00 01 00 00 00 00 "
#define NAME "03 61 62 63 01 74 07 65 78 61 6d 70 6c 65 03 6f 72 67 00 "
#define UK_NAME "03 61 62 63 01 74 02 63 6f 02 75 6b 00 "

static const struct dns_case {
	const char *name, *hex;
	int rc;
	uint16_t type;
	uint8_t labels;
	uint8_t zone;
	uint32_t bytes;
} cases[] = {
	{ "a question", QUERY NAME "00 10 00 01", 0, DNS_TXT, 4, 2, 0 },
	{ "a question in a country's zone", QUERY UK_NAME "00 01 00 01", 0,
	    DNS_A, 4, 3, 0 },
	{ "a question with options",
	    "12 34 01 20 00 01 00 00 00 00 00 01 " NAME
	    "00 0a 00 01 00 00 29 10 00 00 00 00 00 00 00",
	    0, DNS_NULL, 4, 2, 0 },
	{ "the root", QUERY "00 00 02 00 01", 0, DNS_NS, 0, 0, 0 },
	{ "a zone and nothing before it",
	    QUERY "07 65 78 61 6d 70 6c 65 03 6f 72 67 00 00 01 00 01", 0,
	    DNS_A, 2, 0, 0 },
	{ "a text",
	    ANSWER NAME "00 10 00 01 c0 0c 00 10 00 01 00 00 00 3c "
			"00 05 04 61 62 63 64",
	    0, DNS_TXT, 4, 2, 5 },
	{ "an address",
	    ANSWER NAME "00 01 00 01 c0 0c 00 01 00 01 00 00 00 3c "
			"00 04 c0 00 02 01",
	    0, DNS_A, 4, 2, 4 },
	{ "a name that goes on elsewhere",
	    ANSWER NAME "00 05 00 01 c0 0c 00 05 00 01 00 00 00 3c "
			"00 07 04 64 61 74 61 c0 10",
	    0, DNS_CNAME, 4, 2, 4 },
	{ "a mail server",
	    ANSWER NAME "00 0f 00 01 c0 0c 00 0f 00 01 00 00 00 3c "
			"00 08 00 0a 03 61 62 63 c0 10",
	    0, DNS_MX, 4, 2, 3 },
	{ "a service",
	    ANSWER NAME "00 21 00 01 c0 0c 00 21 00 01 00 00 00 3c "
			"00 0c 00 01 00 01 00 35 03 61 62 63 c0 10",
	    0, DNS_SRV, 4, 2, 3 },
	{ "a mail server without a preference",
	    ANSWER NAME "00 0f 00 01 c0 0c 00 0f 00 01 00 00 00 3c 00 01 00", 0,
	    DNS_MX, 4, 2, 0 },
	{ "a record with a label that is none",
	    ANSWER NAME "00 01 00 01 40 0c 00 01 00 01 00 00 00 3c "
			"00 04 c0 00 02 01",
	    0, DNS_A, 4, 2, 0 },
	{ "no such name",
	    "12 34 81 83 00 01 00 00 00 00 00 00 " NAME "00 01 00 01", 0, DNS_A,
	    4, 2, 0 },
	{ "two questions", "12 34 01 00 00 02 00 00 00 00 00 00 " NAME,
	    FS_EUNSUP },
	{ "an update", "12 34 28 00 00 01 00 00 00 00 00 00 " NAME, FS_EUNSUP },
	{ "a question with an answer",
	    "12 34 01 00 00 01 00 01 00 00 00 00 " NAME, FS_EFORMAT },
	{ "a reserved flag", "12 34 01 40 00 01 00 00 00 00 00 00 " NAME,
	    FS_EFORMAT },
	{ "a pointer in a question", QUERY "c0 0c 00 01 00 01", FS_EFORMAT },
	{ "a class that is none", QUERY NAME "00 01 00 09", FS_EFORMAT },
	{ "type 0", QUERY NAME "00 00 00 01", FS_EFORMAT },
};

static void
test_case(const struct dns_case *test)
{
	uint8_t bytes[256];
	size_t cut, wrong = 0, size = tap_hex(test->hex, bytes, sizeof(bytes));
	struct dns_message message;
	int rc = dns_read(cursor_of(bytes, size), &message);

	tap_int(rc, test->rc, test->name);
	if (rc == 0)
		tap_ok(message.type == test->type &&
			message.label_count == test->labels &&
			dns_zone_labels(&message) == test->zone &&
			dns_answer_bytes(&message) == test->bytes,
		    "... what it holds");
	for (cut = 0; cut < size; cut++) {
		uint8_t *part = tap_exact(bytes, cut);

		rc = dns_read(cursor_of(part, cut), &message);
		wrong += rc != FS_ETRUNC && rc != test->rc;
		if (rc == 0)
			wrong += dns_answer_bytes(&message) > test->bytes;
		free(part);
	}
	tap_int((long long)wrong, 0, "... cut at every byte");
}

/* Names as long as they may be, and longer. */
static void
test_long(void)
{
	uint8_t bytes[300] = { 0, 1, 1, 0, 0, 1 };
	struct dns_message message;
	size_t i, at = 12;

	for (i = 0; i < 127; i++) {
		bytes[at++] = 1;
		bytes[at++] = 'a';
	}
	bytes[at] = 0;
	bytes[at + 2] = bytes[at + 4] = 1;
	tap_int(dns_read(cursor_of(bytes, at + 5), &message), 0,
	    "a name of 255 bytes");
	tap_int(message.label_count, 127, "... its labels");
	bytes[at++] = 1;
	bytes[at++] = 'a';
	bytes[at] = 0;
	tap_int(dns_read(cursor_of(bytes, at + 5), &message), FS_EFORMAT,
	    "a name of 257 bytes");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_case(&cases[i]);
	test_long();
	return tap_done();
}
