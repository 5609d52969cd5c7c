#include "parse/fingerprint.h"

#include "base/digest.h"
#include "flowscan.h"
#include "build.h"

/* Chrome's lists in JA4's specification, with GREASE as Chrome sends it. */
#define CHROME_CIPHERS                                                     \
	"7a7a 1301 1302 1303 c02b c02f c02c c030 cca9 cca8 c013 c014 009c" \
	"009d 002f 0035"
#define CHROME_SIGNATURES "0012 1a1a 0403 0804 0401 0503 0805 0501 0806 0601"

static const struct build_hello chrome = { .ciphers = CHROME_CIPHERS,
	.extensions = { { 0x5a5a, "" }, { 0, "0006 00 0003 612e62" },
	    { 0x17, "" }, { 0xff01, "00" },
	    { 0x0a, "0008 3a3a 001d 0017 0018" }, { 0x0b, "01 00" },
	    { 0x23, "" }, { 0x10, "000c 02 6832 08 687474702f312e31" },
	    { 0x05, "0100000000" }, { 0x0d, CHROME_SIGNATURES }, { 0x12, "" },
	    { 0x33, "0000" }, { 0x2d, "01 01" }, { 0x2b, "06 8a8a 0304 0303" },
	    { 0x1b, "02 0002" }, { 0x4469, "0003 02 6832" }, { 0x6a6a, "00" },
	    { 0x15, "00" } } };

static const struct build_hello empty = { 0 };

/* As published with JA3 (Salesforce, 2017). */
static const struct build_hello old = {
	.ciphers = "002f 0035 0005 000a c009 c00a c013 c014 0032 0038 0013"
		   "0004",
	.extensions = { { 0, "0006 00 0003 612e62" },
	    { 10, "0006 0017 0018 0019" }, { 11, "01 00" } }
};
static const struct build_hello older = {
	.ciphers = "0004 0005 000a 0009 0064 0062 0003 0006 0013 0012 0063"
};

static const struct ja3_case {
	const char *name;
	const struct build_hello *hello;
	unsigned version;
	const char *text, *hash;
} ja3_cases[] = {
	{ "ja3: published with extensions", &old, 0x0301,
	    "769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,"
	    "23-24-25,0",
	    "ada70206e40642a3e4461f35503241d5" },
	{ "ja3: published without extensions", &older, 0x0301,
	    "769,4-5-10-9-100-98-3-6-19-18-99,,,",
	    "de350869b8c85de67a350c8d186f11e6" },
	{ "ja3: GREASE is left out", &chrome, 0x0303,
	    "771,4865-4866-4867-49195-49199-49196-49200-52393-52392-49171-"
	    "49172-156-157-47-53,0-23-65281-10-11-35-16-5-13-18-51-45-43-27-"
	    "17513-21,29-23-24,0",
	    "cd08e31494f9531f560d64c695473da9" },
	{ "ja3: nothing", &empty, 0x0303, "771,,,,", NULL },
};

static void
read_hello(struct build *build, unsigned version,
    const struct build_hello *from, struct tls_client_hello *hello)
{
	build->size = 0;
	build_client_hello(build, version, from);
	if (tls_client_hello_read(cursor_of(build->bytes, build->size),
		from->datagrams, hello) != 0)
		abort();
}

static void
test_ja3(const struct ja3_case *test)
{
	struct build build;
	struct tls_client_hello hello;
	char text[JA3_TEXT_SIZE], hash[JA3_SIZE];

	read_hello(&build, test->version, test->hello, &hello);
	tap_int(fingerprint_ja3_text(&hello, text), 0, test->name);
	tap_text(text, test->text, "... text");
	tap_int(fingerprint_ja3(&hello, hash), 0, "... can be hashed");
	if (test->hash != NULL)
		tap_text(hash, test->hash, "... hash");
}

static const struct build_hello ip_only = { .ciphers = "1301 1302",
	.extensions = { { 0x2b, "02 0304" }, { 0x0d, "0004 0403 0804" } } };
static const struct build_hello no_signatures = { .ciphers = CHROME_CIPHERS,
	.extensions = { { 0x1b, "" }, { 0, "0006 00 0003 612e62" },
	    { 0x33, "" }, { 0x10, "" }, { 0x4469, "" }, { 0x17, "" },
	    { 0x2d, "" }, { 0x0d, "0000" }, { 0x05, "" }, { 0x23, "" },
	    { 0x12, "" }, { 0x2b, "04 0304 0303" }, { 0xff01, "" },
	    { 0x0b, "" }, { 0x0a, "" }, { 0x15, "" } } };
static const struct build_hello name_only = { .ciphers = "0a0a 1301",
	.extensions = { { 0, "0006 00 0003 612e62" },
	    { 16, "0003 02 6832" } } };
static const struct build_hello over_datagrams = { .ciphers = "1301",
	.datagrams = true,
	.extensions = { { 43, "04 fefd fefc" } } };

/* Hashes are of the texts behind them. */
static const struct ja4_case {
	const char *name;
	const struct build_hello *hello;
	unsigned version;
	enum fingerprint_carrier carrier;
	const char *start;
	const char *ciphers, *extensions; /* What is hashed; null: zeros. */
} ja4_cases[] = {
	{ "ja4: Chrome", &chrome, 0x0303, CARRIED_BY_TCP, "t13d1516h2",
	    "002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,"
	    "cca8,cca9",
	    "0005,000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,0033,4469,"
	    "ff01_0403,0804,0401,0503,0805,0501,0806,0601" },
	{ "ja4: QUIC", &ip_only, 0x0303, CARRIED_BY_QUIC, "q13i020200",
	    "1301,1302", "000d,002b_0403,0804" },
	{ "ja4: no signature algorithms", &no_signatures, 0x0303,
	    CARRIED_BY_TCP, "t13d151600",
	    "002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,"
	    "cca8,cca9",
	    "0005,000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,0033,4469,"
	    "ff01" },
	{ "ja4: only name and protocol", &name_only, 0x0303, CARRIED_BY_TCP,
	    "t12d0102h2", "1301", NULL },
	{ "ja4: nothing", &empty, 0x0301, CARRIED_BY_TCP, "t10i000000", NULL,
	    NULL },
	{ "ja4: greatest number of DTLS", &over_datagrams, 0xfefd,
	    CARRIED_BY_DTLS, "dd2i010100", "1301", "002b" },
};

static void
want_hash(const char *text, char *hash)
{
	uint8_t sum[DIGEST_SHA256_SIZE];
	char hex[DIGEST_HEX_SIZE];

	memcpy(hash, "000000000000", 13);
	if (text == NULL)
		return;
	if (!digest_sha256(text, strlen(text), sum))
		abort();
	digest_hex(sum, sizeof(sum), hex);
	memcpy(hash, hex, 12);
}

static void
test_ja4(const struct ja4_case *test)
{
	struct build build;
	struct tls_client_hello hello;
	char ja4[JA4_SIZE], want[JA4_SIZE], ciphers[13], extensions[13];

	read_hello(&build, test->version, test->hello, &hello);
	want_hash(test->ciphers, ciphers);
	want_hash(test->extensions, extensions);
	memcpy(want, test->start, 10);
	want[10] = want[23] = '_';
	memcpy(want + 11, ciphers, 12);
	memcpy(want + 24, extensions, 13);
	tap_int(fingerprint_ja4(&hello, test->carrier, ja4), 0, test->name);
	tap_text(ja4, want, "... text");
}

/* The fingerprints that JA4's specification names. */
static void
test_published(void)
{
	struct build build;
	struct tls_client_hello hello;
	char ja4[JA4_SIZE];

	read_hello(&build, 0x0303, &chrome, &hello);
	fingerprint_ja4(&hello, CARRIED_BY_TCP, ja4);
	tap_text(ja4, "t13d1516h2_8daaf6152771_e5627efa2ab1", "ja4: published");
	read_hello(&build, 0x0303, &no_signatures, &hello);
	fingerprint_ja4(&hello, CARRIED_BY_TCP, ja4);
	tap_text(ja4 + 24, "6d807ffa2a79", "ja4: published, no algorithms");
}

static const struct alpn_case {
	const char *name, *names, *want;
} alpn_cases[] = {
	{ "alpn: h2", "02 6832", "h2" },
	{ "alpn: http/1.1", "08 687474702f312e31", "h1" },
	{ "alpn: the first counts", "02 6833 02 6832", "h3" },
	{ "alpn: one character", "01 78", "xx" },
	{ "alpn: one byte that is none", "01 ab", "ab" },
	{ "alpn: two bytes", "02 abcd", "ad" },
	{ "alpn: last is none", "02 30ab", "3b" },
	{ "alpn: last of four is none", "04 3031abcd", "3d" },
	{ "alpn: those within do not matter", "04 30abcd31", "01" },
	{ "alpn: first is none", "02 2f61", "21" },
};

static void
test_alpn(const struct alpn_case *test)
{
	struct build build;
	struct tls_client_hello hello;
	char ja4[JA4_SIZE], alpn[3] = "";
	uint8_t names[32];
	size_t size = tap_hex(test->names, names, sizeof(names));

	read_hello(&build, 0x0303, &empty, &hello);
	hello.alpn = cursor_of(names, size);
	fingerprint_ja4(&hello, CARRIED_BY_TCP, ja4);
	memcpy(alpn, ja4 + 8, 2);
	tap_text(alpn, test->want, test->name);
}

static const struct {
	unsigned version;
	const char *want;
} version_cases[] = {
	{ 0x0304, "13" },
	{ 0x0303, "12" },
	{ 0x0302, "11" },
	{ 0x0301, "10" },
	{ 0x0300, "s3" },
	{ 0x0002, "s2" },
	{ 0xfeff, "d1" },
	{ 0xfefd, "d2" },
	{ 0xfefc, "d3" },
	{ 0x7f1c, "00" },
};

static void
test_versions(void)
{
	struct build build;
	struct tls_client_hello hello;
	char ja4[JA4_SIZE], version[3] = "";
	size_t i;

	for (i = 0; i < sizeof(version_cases) / sizeof(version_cases[0]); i++) {
		read_hello(&build, version_cases[i].version, &empty, &hello);
		fingerprint_ja4(&hello, CARRIED_BY_TCP, ja4);
		memcpy(version, ja4 + 1, 2);
		tap_text(version, version_cases[i].want, "ja4: version");
	}
}

/* Counts stop at 99; a list that was not kept whole has no fingerprint. */
static void
test_long_lists(void)
{
	struct build build;
	struct tls_client_hello hello;
	char ja4[JA4_SIZE], ja3[JA3_SIZE], count[3] = "";
	unsigned i;

	read_hello(&build, 0x0303, &empty, &hello);
	for (i = 0; i < TLS_CODES_MAX; i++) {
		hello.ciphers.code[i] = (uint16_t)(0xfe00 + i);
		hello.extensions.code[i] = (uint16_t)(0xfe00 + i);
		hello.groups.code[i] = (uint16_t)(0xfe00 + i);
		hello.signatures.code[i] = (uint16_t)(0xfe00 + i);
	}
	hello.ciphers.count = hello.extensions.count = TLS_CODES_MAX;
	hello.groups.count = hello.signatures.count = TLS_CODES_MAX;
	tap_int(fingerprint_ja4(&hello, CARRIED_BY_TCP, ja4), 0,
	    "long lists: ja4");
	memcpy(count, ja4 + 4, 2);
	tap_text(count, "99", "... ciphers stop at 99");
	memcpy(count, ja4 + 6, 2);
	tap_text(count, "99", "... extensions stop at 99");
	tap_int(fingerprint_ja3(&hello, ja3), 0, "long lists: ja3");
	hello.ciphers.count++;
	tap_int(fingerprint_ja4(&hello, CARRIED_BY_TCP, ja4), FS_EFULL,
	    "too long a list: no ja4");
	tap_int(fingerprint_ja3(&hello, ja3), FS_EFULL,
	    "too long a list: no ja3");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(ja3_cases) / sizeof(ja3_cases[0]); i++)
		test_ja3(&ja3_cases[i]);
	for (i = 0; i < sizeof(ja4_cases) / sizeof(ja4_cases[0]); i++)
		test_ja4(&ja4_cases[i]);
	test_published();
	for (i = 0; i < sizeof(alpn_cases) / sizeof(alpn_cases[0]); i++)
		test_alpn(&alpn_cases[i]);
	test_versions();
	test_long_lists();
	return tap_done();
}
