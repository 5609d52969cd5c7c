#include "parse/tls_hello.h"

#include <stdio.h>

#include "flowscan.h"
#include "build.h"

/* Text of everything that was read. */
struct summary {
	size_t used;
	char text[1024];
};

static void
add(struct summary *summary, const char *text)
{
	size_t size = strlen(text);

	if (summary->used + size >= sizeof(summary->text))
		abort();
	memcpy(summary->text + summary->used, text, size + 1);
	summary->used += size;
}

static void
add_number(struct summary *summary, const char *before, unsigned value)
{
	char text[64];

	snprintf(text, sizeof(text), "%s%04x", before, value);
	add(summary, text);
}

static void
add_codes(struct summary *summary, const char *before,
    const struct tls_codes *codes)
{
	unsigned i;

	if (codes->count > 0)
		add(summary, before);
	for (i = 0; i < codes->count && i < TLS_CODES_MAX; i++)
		add_number(summary, i > 0 ? "," : "", codes->code[i]);
}

static void
add_text(struct summary *summary, const char *before, struct cursor bytes)
{
	char text[64];

	if (bytes.left == 0)
		return;
	snprintf(text, sizeof(text), "%s%.*s", before, (int)bytes.left,
	    (const char *)bytes.at);
	add(summary, text);
}

static void
add_bytes(struct summary *summary, const char *before, struct cursor bytes)
{
	char text[8];
	uint8_t byte;

	if (bytes.left > 0)
		add(summary, before);
	while (cursor_u8(&bytes, &byte)) {
		snprintf(text, sizeof(text), "%02x", byte);
		add(summary, text);
	}
}

static void
add_flag(struct summary *summary, const char *name, bool set)
{
	if (set)
		add(summary, name);
}

static void
summarize_client(const struct tls_client_hello *hello, struct summary *summary)
{
	struct cursor names = hello->alpn, name;

	summary->used = 0;
	add_number(summary, "v=", hello->version);
	add_number(summary, " best=", tls_offered(hello));
	add_bytes(summary, " session=", hello->session);
	add_bytes(summary, " cookie=", hello->cookie);
	add_codes(summary, " ciphers=", &hello->ciphers);
	add_codes(summary, " ext=", &hello->extensions);
	add_codes(summary, " versions=", &hello->versions);
	add_codes(summary, " groups=", &hello->groups);
	add_codes(summary, " sigs=", &hello->signatures);
	add_codes(summary, " shares=", &hello->shares);
	add_bytes(summary, " points=", hello->points);
	add_bytes(summary, " modes=", hello->psk_modes);
	add_text(summary, " sni=", hello->sni);
	while (tls_alpn_next(&names, &name) > 0)
		add_text(summary, " alpn=", name);
	add_flag(summary, " psk", hello->psk);
	add_flag(summary, " early", hello->early_data);
	add_flag(summary, " ech", hello->ech);
	add_flag(summary, " ticket", hello->ticket);
	add_bytes(summary, " resumes=", hello->resumes);
	add_flag(summary, " malformed", hello->malformed);
}

#define SNI "0009 00 0006 666f6f2e6264"
#define BASE "v=0303 best=0303 ciphers=1301,c02f"

static const struct client_case {
	const char *name;
	struct build_hello hello;
	const char *want;
} client_cases[] = {
	{ "client: no extensions", { .ciphers = "1301c02f" }, BASE },
	{ "client: no ciphers", { 0 }, "v=0303 best=0303" },
	{ "client: session", { .ciphers = "1301", .session = "a1a2" },
	    "v=0303 best=0303 session=a1a2 ciphers=1301" },
	{ "client: DTLS without cookie",
	    { .ciphers = "1301", .datagrams = true },
	    "v=0303 best=0303 ciphers=1301" },
	{ "client: DTLS with cookie",
	    { .ciphers = "1301", .datagrams = true, .cookie = "c1c2" },
	    "v=0303 best=0303 cookie=c1c2 ciphers=1301" },
	{ "client: GREASE is kept",
	    { .ciphers = "1a1a1301",
		.extensions = { { 0x2a2a, "" }, { 43, "04 3a3a 0304" } } },
	    "v=0303 best=0304 ciphers=1a1a,1301 ext=2a2a,002b "
	    "versions=3a3a,0304" },
	{ "client: server name",
	    { .ciphers = "1301c02f", .extensions = { { 0, SNI } } },
	    BASE " ext=0000 sni=foo.bd" },
	{ "client: name of another type",
	    { .ciphers = "1301c02f",
		.extensions = { { 0, "0004 01 0001 61" } } },
	    BASE " ext=0000" },
	{ "client: empty server name extension",
	    { .ciphers = "1301c02f", .extensions = { { 0, "" } } },
	    BASE " ext=0000 malformed" },
	{ "client: server name beyond its list",
	    { .ciphers = "1301c02f",
		.extensions = { { 0, "0004 00 0006 61" } } },
	    BASE " ext=0000 malformed" },
	{ "client: bytes after the name list",
	    { .ciphers = "1301c02f",
		.extensions = { { 0, "0004 00 0001 61 00" } } },
	    BASE " ext=0000 malformed" },
	{ "client: two protocols",
	    { .ciphers = "1301c02f",
		.extensions = { { 16, "000c 02 6832 08 687474702f312e31" } } },
	    BASE " ext=0010 alpn=h2 alpn=http/1.1" },
	{ "client: empty protocol",
	    { .ciphers = "1301c02f",
		.extensions = { { 16, "0004 02683200" } } },
	    BASE " ext=0010 malformed" },
	{ "client: groups, formats, algorithms",
	    { .ciphers = "1301c02f",
		.extensions = { { 10, "0004 001d 0017" }, { 11, "02 0001" },
		    { 13, "0004 0403 0804" } } },
	    BASE " ext=000a,000b,000d groups=001d,0017 sigs=0403,0804 "
		 "points=0001" },
	{ "client: odd list of groups",
	    { .ciphers = "1301c02f", .extensions = { { 10, "0003 001d 00" } } },
	    BASE " ext=000a groups=001d malformed" },
	{ "client: key shares",
	    { .ciphers = "1301c02f",
		.extensions = { { 51, "000b 1a1a 0001 00 001d 0002 aabb" } } },
	    BASE " ext=0033 shares=1a1a,001d" },
	{ "client: resumption",
	    { .ciphers = "1301c02f",
		.extensions = { { 35, "aabb" }, { 45, "01 01" }, { 42, "" },
		    { 41, "0000" } } },
	    BASE " ext=0023,002d,002a,0029 modes=01 psk early ticket "
		 "resumes=aabb" },
	{ "client: identities of pre-shared keys",
	    { .ciphers = "1301c02f",
		.extensions = { { 41,
		    "000e 0002 c0c1 00000000 0000 "
		    "00000000" } } },
	    BASE " ext=0029 psk resumes=c0c1" },
	{ "client: a cut identity",
	    { .ciphers = "1301c02f",
		.extensions = { { 41, "000e 0004 c0c1" } } },
	    BASE " ext=0029 psk" },
	{ "client: empty ticket",
	    { .ciphers = "1301c02f", .extensions = { { 35, "" } } },
	    BASE " ext=0023" },
	{ "client: encrypted hello",
	    { .ciphers = "1301c02f", .extensions = { { 0xfe0d, "00" } } },
	    BASE " ext=fe0d ech" },
	{ "client: encrypted name",
	    { .ciphers = "1301c02f", .extensions = { { 0xffce, "00" } } },
	    BASE " ext=ffce ech" },
	{ "client: a draft is above 1.2",
	    { .ciphers = "1301", .extensions = { { 43, "04 0303 7f1c" } } },
	    "v=0303 best=7f1c ciphers=1301 ext=002b versions=0303,7f1c" },
	{ "client: DTLS 1.3 is above DTLS 1.2",
	    { .ciphers = "1301", .extensions = { { 43, "04 fefd fefc" } } },
	    "v=0303 best=fefc ciphers=1301 ext=002b versions=fefd,fefc" },
};

/* A cut hello is whole only where its extensions may be missing. */
static bool
cut_everywhere(const struct build *build, bool datagrams, size_t bare)
{
	struct tls_client_hello hello;
	size_t cut;
	int rc = FS_ETRUNC;

	for (cut = 0; cut < build->size; cut++) {
		uint8_t *part = tap_exact(build->bytes, cut);

		rc = tls_client_hello_read(cursor_of(part, cut), datagrams,
		    &hello);
		free(part);
		if (rc != (cut == bare ? 0 : FS_ETRUNC))
			return false;
	}
	return true;
}

static void
test_client(const struct client_case *test)
{
	struct build build = { 0 }, bare = { 0 };
	struct build_hello without = test->hello;
	struct tls_client_hello hello;
	struct summary summary;
	uint8_t *bytes;
	int rc;

	without.extensions[0].hex = NULL;
	build_client_hello(&bare, 0x0303, &without);
	build_client_hello(&build, 0x0303, &test->hello);
	bytes = tap_exact(build.bytes, build.size);
	rc = tls_client_hello_read(cursor_of(bytes, build.size),
	    test->hello.datagrams, &hello);
	tap_int(rc, 0, test->name);
	summarize_client(&hello, &summary);
	tap_text(summary.text, test->want, "... what it says");
	tap_ok(cut_everywhere(&build, test->hello.datagrams, bare.size),
	    "... cut at every byte");
	free(bytes);
}

#define RANDOM \
	"1111111111111111111111111111111111111111111111111111111111111111"

static const struct bad_case {
	const char *name, *hex;
	int rc;
} bad_cases[] = {
	{ "bad: session over 32 bytes",
	    "0303" RANDOM "21" RANDOM "00 0002 1301 01 00", FS_EFORMAT },
	{ "bad: odd list of ciphers", "0303" RANDOM "00 0003 130100 01 00",
	    FS_EFORMAT },
	{ "bad: no compression method", "0303" RANDOM "00 0002 1301 00",
	    FS_EFORMAT },
	{ "bad: bytes behind the extensions",
	    "0303" RANDOM "00 0002 1301 01 00 0000 00", FS_EFORMAT },
	{ "bad: extension beyond their block",
	    "0303" RANDOM "00 0002 1301 01 00 0004 0000 0001 00", FS_ETRUNC },
	{ "bad: a stray byte in their block",
	    "0303" RANDOM "00 0002 1301 01 00 0001 00", FS_ETRUNC },
};

static void
test_bad(const struct bad_case *test)
{
	uint8_t room[256];
	size_t size = tap_hex(test->hex, room, sizeof(room));
	uint8_t *bytes = tap_exact(room, size);
	struct tls_client_hello hello;

	tap_int(tls_client_hello_read(cursor_of(bytes, size), false, &hello),
	    test->rc, test->name);
	free(bytes);
}

/* More items than are kept are counted, and the first ones kept. */
static void
test_many(void)
{
	struct build build = { 0 };
	struct tls_client_hello hello;
	size_t open, i;

	build_number(&build, 0x0303, 2);
	build_fill(&build, 0x11, 32);
	build_number(&build, 0, 1);
	open = build_open(&build, 2);
	for (i = 0; i < TLS_CODES_MAX + 5; i++)
		build_number(&build, i, 2);
	build_close(&build, open, 2);
	build_block(&build, "00", 1);
	tap_int(tls_client_hello_read(cursor_of(build.bytes, build.size), false,
		    &hello),
	    0, "many ciphers");
	tap_int(hello.ciphers.count, TLS_CODES_MAX + 5, "... are counted");
	tap_int(hello.ciphers.code[TLS_CODES_MAX - 1], TLS_CODES_MAX - 1,
	    "... up to the last one kept");
}

#define RETRY "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"

static const struct server_case {
	const char *name, *hex;
	int rc;
	const char *want;
} server_cases[] = {
	{ "server: TLS 1.2", "0303" RANDOM "02 a1a2 c02f 00 0000", 0,
	    "v=0303 cipher=c02f session=a1a2" },
	{ "server: no extensions", "0301" RANDOM "00 002f 00", 0,
	    "v=0301 cipher=002f" },
	{ "server: TLS 1.3",
	    "0303" RANDOM "01 a1 1301 00 000c 002b 0002 0304 0033 0002 001d", 0,
	    "v=0304 cipher=1301 session=a1 ext=002b,0033" },
	{ "server: pre-shared key",
	    "0303" RANDOM "00 1301 00 000c 0029 0002 0000 002b 0002 0304", 0,
	    "v=0304 cipher=1301 ext=0029,002b psk" },
	{ "server: asks for another hello",
	    "0303" RETRY "00 1301 00 0006 002b 0002 0304", 0,
	    "v=0304 cipher=1301 ext=002b retry" },
	{ "server: protocol",
	    "0303" RANDOM "00 c02f 00 0009 0010 0005 0003 02 6832", 0,
	    "v=0303 cipher=c02f ext=0010 alpn=h2" },
	{ "server: two protocols",
	    "0303" RANDOM "00 c02f 00 000c 0010 0008 0006 02 6832 02 6833", 0,
	    "v=0303 cipher=c02f ext=0010 alpn=h2 malformed" },
	{ "server: half a version",
	    "0303" RANDOM "00 c02f 00 0005 002b 0001 03", 0,
	    "v=0303 cipher=c02f ext=002b malformed" },
	{ "server: draft without a session", "7f12" RANDOM "1301 0000",
	    FS_EUNSUP, "" },
	{ "server: bytes left", "0303" RANDOM "00 c02f 00 0000 00", FS_EFORMAT,
	    "" },
	{ "server: session over 32 bytes",
	    "0303" RANDOM "21" RANDOM "00 c02f 00", FS_EFORMAT, "" },
};

static void
summarize_server(const struct tls_server_hello *hello, struct summary *summary)
{
	summary->used = 0;
	add_number(summary, "v=", hello->version);
	add_number(summary, " cipher=", hello->cipher);
	add_bytes(summary, " session=", hello->session);
	add_codes(summary, " ext=", &hello->extensions);
	add_text(summary, " alpn=", hello->alpn);
	add_flag(summary, " psk", hello->psk);
	add_flag(summary, " retry", hello->retry);
	add_flag(summary, " malformed", hello->malformed);
}

static void
test_server(const struct server_case *test)
{
	uint8_t room[256];
	size_t cut, wrong = 0, size = tap_hex(test->hex, room, sizeof(room));
	struct tls_server_hello hello;
	struct summary summary = { 0 };
	int rc = FS_ETRUNC;

	for (cut = 0; cut <= size; cut++) {
		uint8_t *part = tap_exact(room, cut);

		rc = tls_server_hello_read(cursor_of(part, cut), &hello);
		if (rc == 0)
			summarize_server(&hello, &summary);
		/* Whole early only where the extensions may be missing. */
		if (rc == 0 && cut < size && hello.extensions.count > 0)
			wrong++;
		free(part);
	}
	tap_int(rc, test->rc, test->name);
	if (rc == 0)
		tap_text(summary.text, test->want, "... what it says");
	tap_int((long long)wrong, 0, "... cut at every byte");
}

static void
test_names(void)
{
	tap_ok(tls_grease(0x0a0a) && tls_grease(0xfafa), "GREASE");
	tap_ok(!tls_grease(0x0a1a) && !tls_grease(0x1301) &&
		!tls_grease(0xfafb),
	    "no GREASE");
	tap_text(tls_version_text(0x0304), "1.3", "version 1.3");
	tap_text(tls_version_text(0x7f1c), "1.3", "a draft of 1.3");
	tap_text(tls_version_text(0xfefd), "1.2", "DTLS 1.2");
	tap_text(tls_version_text(0x0300), "ssl3", "SSL 3.0");
	tap_ok(tls_version_text(0x0505) == NULL, "unknown version");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(client_cases) / sizeof(client_cases[0]); i++)
		test_client(&client_cases[i]);
	for (i = 0; i < sizeof(bad_cases) / sizeof(bad_cases[0]); i++)
		test_bad(&bad_cases[i]);
	test_many();
	for (i = 0; i < sizeof(server_cases) / sizeof(server_cases[0]); i++)
		test_server(&server_cases[i]);
	test_names();
	return tap_done();
}
