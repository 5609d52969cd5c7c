#include "parse/x509.h"

#include <stdio.h>

#include "flowscan.h"
#include "build.h"

/* Names: commonName a.b, organizationName Org, and others. */
#define CN_AB "310c 300a 0603550403 0c03612e62"
#define CN_CD "310c 300a 0603550403 1303632e64"
#define CN_WIDE "310d 300b 0603550403 1e0400610062"
#define ORG "310c 300a 060355040a 16034f7267"
#define COUNTRY "310b 3009 0603550406 13025553"
#define TWO_IN_A_SET \
	"3118 300a 0603550403 0c03612e62 300a 060355040a 0c034f7267"
/* Times: 2020-02-29 and 2021-01-01 00:00:00, 2050-01-01, 1970-01-01. */
#define T2020 "170d 3230303232393030303030305a"
#define T2021 "170d 3231303130313030303030305a"
#define T2050 "180f 32303530303130313030303030305a"
#define T1970 "170d 3730303130313030303030305a"
#define T_ZONE "1711 3231303130313030303030302b30313030"
#define T_MINUTES "170b 323130313031303030305a"
#define T_MONTH "170d 3231313330313030303030305a"
/* What stands between the subject and the extensions. */
#define KEY "3003 020101"
/* subjectAltName: x.y, an address, *.z. */
#define NAMES "3010 8203782e79 870401020304 82032a2e7a"
#define ALT "3019 0603551d11 0412" NAMES
#define ALT_CRITICAL "301c 0603551d11 0101ff 0412" NAMES
#define BASIC "300c 0603551d13 0101ff 04023000"

/* Bodies, in hex; extensions are wrapped when there are any. */
struct parts {
	const char *version, *serial, *issuer, *validity, *subject, *extensions;
};

static const struct good_case {
	const char *name;
	struct parts parts;
	const char *want;
} good_cases[] = {
	{ "whole", { "020102", "0102", CN_AB ORG, T2020 T2021, CN_CD, ALT },
	    "serial 2, a.b/Org for c.d/, 1582934400-1609459200, x.y *.z" },
	{ "version 1", { "", "01", CN_AB, T2020 T2021, CN_CD, "" },
	    "serial 1, a.b/ for c.d/, 1582934400-1609459200," },
	{ "self-issued", { "020102", "01", CN_AB, T2020 T2021, CN_AB, BASIC },
	    "serial 1, a.b/ for a.b/, itself, 1582934400-1609459200," },
	{ "a critical extension, and one behind it",
	    { "020102", "01", CN_AB, T2020 T2021, "", ALT_CRITICAL BASIC },
	    "serial 1, a.b/ for /, 1582934400-1609459200, x.y *.z" },
	{ "the last of two names counts",
	    { "", "01", CN_AB CN_CD, T2020 T2021, CN_CD CN_AB, "" },
	    "serial 1, c.d/ for a.b/, 1582934400-1609459200," },
	{ "two attributes in a set",
	    { "", "01", TWO_IN_A_SET, T2020 T2021, COUNTRY ORG, "" },
	    "serial 1, a.b/Org for /Org, 1582934400-1609459200," },
	{ "UTF-16 is no text", { "", "01", CN_WIDE, T2020 T2021, CN_AB, "" },
	    "serial 1, / for a.b/, 1582934400-1609459200," },
	{ "both forms of time", { "", "01", CN_AB, T1970 T2050, CN_CD, "" },
	    "serial 1, a.b/ for c.d/, 0-2524608000," },
	{ "it ends before it begins",
	    { "", "01", CN_AB, T2021 T2020, CN_CD, "" },
	    "serial 1, a.b/ for c.d/, undated," },
	{ "a zone", { "", "01", CN_AB, T2020 T_ZONE, CN_CD, "" },
	    "serial 1, a.b/ for c.d/, undated," },
	{ "no seconds", { "", "01", CN_AB, T_MINUTES T2021, CN_CD, "" },
	    "serial 1, a.b/ for c.d/, undated," },
	{ "a thirteenth month", { "", "01", CN_AB, T2020 T_MONTH, CN_CD, "" },
	    "serial 1, a.b/ for c.d/, undated," },
	{ "one time", { "", "01", CN_AB, T2020, CN_CD, "" },
	    "serial 1, a.b/ for c.d/, undated," },
	{ "three times", { "", "01", CN_AB, T2020 T2021 T2021, CN_CD, "" },
	    "serial 1, a.b/ for c.d/, undated," },
	{ "no names at all", { "020102", "01", "", T2020 T2021, "", BASIC },
	    "serial 1, / for /, itself, 1582934400-1609459200," },
};

static const struct parts_case {
	const char *name;
	struct parts parts;
} bad_parts[] = {
	{ "a name that is no set", { "", "01", "3000", T2020, CN_AB, "" } },
	{ "a set of no attributes",
	    { "", "01", "31020500", T2020, CN_AB, "" } },
	{ "an attribute without a value",
	    { "", "01", "3107 3005 0603550403", T2020, CN_AB, "" } },
	{ "an attribute with two values",
	    { "", "01", "310b 3009 0603550403 0500 0500", T2020, CN_AB, "" } },
	{ "an attribute beyond its set",
	    { "", "01", "310b 300a 0603550403 0c03612e62", T2020, CN_AB, "" } },
	{ "an extension without a type",
	    { "", "01", CN_AB, T2020, CN_AB, "3002 0400" } },
	{ "an extension without a value",
	    { "", "01", CN_AB, T2020, CN_AB, "3005 0603551d11" } },
	{ "an extension that is only critical",
	    { "", "01", CN_AB, T2020, CN_AB, "3008 0603551d11 0101ff" } },
	{ "an extension with a rest",
	    { "", "01", CN_AB, T2020, CN_AB, "3009 0603551d13 0400 0500" } },
	{ "domains that are no list",
	    { "", "01", CN_AB, T2020, CN_AB, "3009 0603551d11 0402 0500" } },
	{ "a domain beyond the list",
	    { "", "01", CN_AB, T2020, CN_AB,
		"300c 0603551d11 0405 3003 820278" } },
	{ "domains with a rest",
	    { "", "01", CN_AB, T2020, CN_AB,
		"300b 0603551d11 0404 3000 0500" } },
};

static const struct bytes_case {
	const char *name, *hex;
	int rc;
} bad_bytes[] = {
	{ "nothing", "", FS_ETRUNC },
	{ "no size", "30", FS_ETRUNC },
	{ "half a size", "3082 01", FS_ETRUNC },
	{ "an end that is not seen", "3003 3000", FS_ETRUNC },
	{ "empty", "3000", FS_EFORMAT },
	{ "not a sequence", "3102 3000", FS_EFORMAT },
	{ "an empty content", "3002 3000", FS_EFORMAT },
	{ "a rest", "3002 3000 00", FS_EFORMAT },
	{ "a long tag", "3f8101 00", FS_EFORMAT },
	{ "a size without an end", "3080 3000 0000", FS_EFORMAT },
	{ "a size of four bytes", "3084 01000000", FS_EFORMAT },
	{ "a size that begins with zero", "3082 0080", FS_EFORMAT },
	{ "a long form of a short size", "3081 02 3000", FS_EFORMAT },
};

/* ---- Making ------------------------------------------------------------ */

static void
build_element(struct build *to, unsigned tag, const struct build *body)
{
	build_number(to, tag, 1);
	if (body->size >= 256)
		build_number(to, 0x82, 1);
	else if (body->size >= 128)
		build_number(to, 0x81, 1);
	build_number(to, body->size, body->size >= 256 ? 2 : 1);
	build_bytes(to, body->bytes, body->size);
}

static void
build_part(struct build *to, unsigned tag, const char *hex)
{
	static struct build body;

	body.size = 0;
	build_hex(&body, hex);
	build_element(to, tag, &body);
}

static void
build_extensions(struct build *to, const char *hex)
{
	static struct build list;

	list.size = 0;
	build_part(&list, 0x30, hex);
	build_element(to, 0xa3, &list);
}

static void
build_certificate(struct build *to, const struct parts *parts)
{
	static struct build content, whole;

	content.size = whole.size = to->size = 0;
	if (parts->version[0] != '\0')
		build_part(&content, 0xa0, parts->version);
	build_part(&content, 0x02, parts->serial);
	build_part(&content, 0x30, "06022a03");
	build_part(&content, 0x30, parts->issuer);
	build_part(&content, 0x30, parts->validity);
	build_part(&content, 0x30, parts->subject);
	build_hex(&content, KEY);
	if (parts->extensions[0] != '\0')
		build_extensions(&content, parts->extensions);
	build_element(&whole, 0x30, &content);
	build_part(&whole, 0x30, "06022a03");
	build_part(&whole, 0x03, "00ff");
	build_element(to, 0x30, &whole);
}

/* ---- Asking ------------------------------------------------------------ */

#define TEXT(cursor) (int)(cursor).left, (const char *)(cursor).at

static void
describe(const struct x509 *found, char *text, size_t room)
{
	size_t i,
	    used = (size_t)snprintf(text, room,
		"serial %zu, %.*s/%.*s for %.*s/%.*s,%s", found->serial_size,
		TEXT(found->issuer.common), TEXT(found->issuer.organisation),
		TEXT(found->subject.common), TEXT(found->subject.organisation),
		found->self_issued ? " itself," : "");

	if (found->dated)
		used += (size_t)snprintf(text + used, room - used,
		    " %lld-%lld,", (long long)found->not_before,
		    (long long)found->not_after);
	else
		used += (size_t)snprintf(text + used, room - used, " undated,");
	for (i = 0; i < found->name_count && i < X509_NAMES_MAX; i++)
		used += (size_t)snprintf(text + used, room - used, " %.*s",
		    TEXT(found->name[i]));
}

/* Reads the first 'size' bytes, in a room of just that size. */
static int
read_exact(const struct build *build, size_t size, char *text, size_t room)
{
	uint8_t *bytes = tap_exact(build->bytes, size);
	struct x509 found = { 0 };
	int rc = x509_read(cursor_of(bytes, size), &found);

	text[0] = '\0';
	if (rc == 0)
		describe(&found, text, room);
	free(bytes);
	return rc;
}

static size_t
wrong_cuts(const struct build *build)
{
	char text[512];
	size_t cut, wrong = 0;

	for (cut = 0; cut < build->size; cut++)
		wrong +=
		    read_exact(build, cut, text, sizeof(text)) != FS_ETRUNC;
	return wrong;
}

static void
test_good(const struct good_case *test)
{
	static struct build build;
	char text[512];

	build_certificate(&build, &test->parts);
	tap_int(read_exact(&build, build.size, text, sizeof(text)), 0,
	    test->name);
	tap_text(text, test->want, "... what it says");
	tap_int((long long)wrong_cuts(&build), 0, "... cut at every byte");
	build_number(&build, 0, 1);
	tap_int(read_exact(&build, build.size, text, sizeof(text)), FS_EFORMAT,
	    "... with a byte behind it");
}

/* Each byte of a good one in turn takes each value: it is read or refused,
 * and what is read lies within. */
static void
test_changed(void)
{
	static struct build build;
	char text[1024];
	size_t at;
	unsigned value, read = 0;

	build_certificate(&build, &good_cases[0].parts);
	for (at = 0; at < build.size; at++) {
		uint8_t before = build.bytes[at];

		for (value = 0; value < 256; value++) {
			build.bytes[at] = (uint8_t)value;
			read += read_exact(&build, build.size, text,
				    sizeof(text)) == 0;
		}
		build.bytes[at] = before;
	}
	tap_ok(read > build.size && read < build.size * 256,
	    "each byte with each value: %u are read", read);
}

static void
test_bad_parts(const struct parts_case *test)
{
	static struct build build;
	char text[512];

	build_certificate(&build, &test->parts);
	tap_int(read_exact(&build, build.size, text, sizeof(text)), FS_EFORMAT,
	    test->name);
}

static void
test_bad_bytes(const struct bytes_case *test)
{
	static struct build build;
	char text[512];

	build.size = 0;
	build_hex(&build, test->hex);
	tap_int(read_exact(&build, build.size, text, sizeof(text)), test->rc,
	    test->name);
}

/* More domains than there is room for are counted. */
static void
test_many_names(void)
{
	static struct build names, list, value, extension, extensions, all;
	static struct build content, certificate;
	struct x509 found;
	unsigned i;

	for (i = 0; i < X509_NAMES_MAX + 3; i++)
		build_hex(&names, "820178");
	build_element(&list, 0x30, &names);
	build_hex(&value, "0603551d11");
	build_element(&value, 0x04, &list);
	build_element(&extension, 0x30, &value);
	build_element(&extensions, 0x30, &extension);
	build_hex(&content, "020101 3000 3000 3000 3000");
	build_element(&content, 0xa3, &extensions);
	build_element(&all, 0x30, &content);
	build_element(&certificate, 0x30, &all);
	tap_int(x509_read(cursor_of(certificate.bytes, certificate.size),
		    &found),
	    0, "many domains");
	tap_int((long long)found.name_count, X509_NAMES_MAX + 3,
	    "... are counted");
	tap_int((long long)found.name[X509_NAMES_MAX - 1].left, 1,
	    "... and the last one kept is whole");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(good_cases) / sizeof(good_cases[0]); i++)
		test_good(&good_cases[i]);
	for (i = 0; i < sizeof(bad_parts) / sizeof(bad_parts[0]); i++)
		test_bad_parts(&bad_parts[i]);
	for (i = 0; i < sizeof(bad_bytes) / sizeof(bad_bytes[0]); i++)
		test_bad_bytes(&bad_bytes[i]);
	test_changed();
	test_many_names();
	return tap_done();
}
