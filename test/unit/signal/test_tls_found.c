#include "signal/tls_found.h"

#include <stdio.h>

#include "../parse/build.h"

/* A message of one byte stands for one that is only counted. */
static bool
take(struct tls_found *found, bool client, unsigned type)
{
	struct tls_message message = { .type = (uint8_t)type,
		.body = cursor_of("x", 1) };

	return tls_found_message(found, CARRIED_BY_TCP, client, &message);
}

static void
take_hello(struct tls_found *found, const struct build_hello *from)
{
	struct build build = { 0 };
	struct tls_message message = { .type = TLS_CLIENT_HELLO };

	build_client_hello(&build, 0x0303, from);
	message.body = cursor_of(build.bytes, build.size);
	if (!tls_found_message(found, CARRIED_BY_TCP, true, &message))
		abort();
}

static void
test_asked(void)
{
	struct tls_found found = { 0 };

	take(&found, false, TLS_CERTIFICATE);
	tap_int(found.asked, TLS_ASKED_UNKNOWN,
	    "the server's certificate says nothing");
	take(&found, false, TLS_SERVER_DONE);
	tap_int(found.asked, TLS_ASKED_NOT, "the server was done");
	found = (struct tls_found){ 0 };
	take(&found, false, TLS_CERTIFICATE_REQUEST);
	take(&found, false, TLS_SERVER_DONE);
	tap_int(found.asked, TLS_ASKED, "the server asked before");
	found = (struct tls_found){ 0 };
	take(&found, true, TLS_CERTIFICATE);
	take(&found, true, TLS_CLIENT_KEY);
	tap_int(found.asked, TLS_ASKED, "the client answered");
	found = (struct tls_found){ 0 };
	take(&found, true, TLS_CLIENT_KEY);
	tap_int(found.asked, TLS_ASKED_NOT, "the client had nothing to answer");
}

static void
test_bad(void)
{
	struct tls_found found = { 0 };

	tap_ok(!take(&found, true, TLS_CLIENT_HELLO), "a hello that is none");
	tap_ok(!tls_found_has(&found, TLS_CLIENT_HELLO), "... is not taken");
	tap_ok(!take(&found, false, TLS_SERVER_HELLO), "nor the server's");
	tap_ok(take(&found, true, 254), "an unknown message is no fault");
	tap_ok(!tls_found_all(&found), "nothing was found");
}

static void
test_first_stays(void)
{
	struct tls_found found = { 0 };
	const struct build_hello first = { .ciphers = "1301",
		.extensions = { { 0, "0006 00 0003 612e62" } } };
	const struct build_hello second = { .ciphers = "1302" };

	take_hello(&found, &first);
	take_hello(&found, &second);
	tap_text(found.sni, "a.b", "the first hello stays");
}

/* Only whole names are kept. */
static void
test_names(void)
{
	struct build names = { 0 }, list = { 0 };
	struct tls_found found = { 0 };
	struct build_hello hello = { .ciphers = "1301" };
	char hex[1024];
	size_t i, open = build_open(&list, 2);

	for (i = 0; i < 3; i++) {
		build_number(&names, 40, 1);
		build_fill(&names, (uint8_t)('a' + i), 40);
	}
	build_bytes(&list, names.bytes, names.size);
	build_close(&list, open, 2);
	for (i = 0; i < list.size; i++)
		snprintf(hex + 2 * i, 3, "%02x", list.bytes[i]);
	hello.extensions[0].type = 16;
	hello.extensions[0].hex = hex;
	take_hello(&found, &hello);
	tap_int((long long)strlen(found.alpn), 81, "two of three long names");
	tap_int(found.alpn[80], 'b', "... up to the second's end");
}

int
main(void)
{
	test_asked();
	test_bad();
	test_first_stays();
	test_names();
	return tap_done();
}
