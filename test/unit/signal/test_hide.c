#include "signal/hide.h"

#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "test/unit/tap.h"

static const struct fs_privacy keyed = { .clients = FS_CLIENT_PSEUDONYM,
	.no_excerpts = true,
	.ipv4 = 24,
	.ipv6 = 48,
	.ipv6_client_bits = 64,
	.key = "one key" };

static const struct {
	const char *name, *suffix;
} names[] = {
	{ "api.example.com", "example.com" },
	{ "example.com", "example.com" },
	{ "a.b.c.example.com.", "example.com" },
	{ "www.example.co.uk", "co.uk" },
	{ "api.example.com:8443", "example.com" },
	{ "*.example.com", "example.com" },
	{ "*.com", "" },
	{ "localhost", "" },
	{ "203.0.113.77", "" },
	{ "203.0.113.77:80", "" },
	{ "[2001:db8::1]:80", "" },
	{ "2001:db8::1", "" },
	{ "Jane Doe", "" },
	{ "a.example.com b.example.com c.test.org", "example.com test.org" },
	{ ".", "" },
	{ "..", "" },
	{ "", "" },
};

static void
test_names(void)
{
	struct fs_privacy privacy = { .names = FS_NAMES_SUFFIX };
	static struct signals signals;
	char text[300];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		signals_clear(&signals);
		signals_set_string(&signals, SIGNAL_TLS_SNI, names[i].name);
		(void)hide_format(&privacy, &signals, SIGNAL_TLS_SNI, text,
		    sizeof(text));
		tap_text(text,
		    names[i].suffix[0] ? names[i].suffix : "(hidden)",
		    names[i].name);
		hide_signals(&privacy, &signals);
		(void)signals_format(&signals, SIGNAL_TLS_SNI, false, text,
		    sizeof(text));
		tap_text(text, names[i].suffix, "as a signal");
	}
}

static struct fs_prefix
hidden(const struct fs_privacy *privacy, const char *text)
{
	struct fs_addr addr = { 0 };

	tap_ok(addr_parse(text, &addr), "%s is an address", text);
	return hide_client(privacy, &addr);
}

static bool
same(const struct fs_prefix *a, const struct fs_prefix *b)
{
	return a->bits == b->bits && addr_compare(&a->addr, &b->addr) == 0;
}

static void
test_pseudonyms(void)
{
	struct fs_prefix a = hidden(&keyed, "198.51.100.7"),
			 b = hidden(&keyed, "198.51.100.7"),
			 c = hidden(&keyed, "198.51.100.8"), d;
	struct fs_privacy other = keyed;
	uint64_t id;

	tap_ok(same(&a, &b), "one client has one pseudonym");
	tap_ok(!same(&a, &c), "another has another");
	tap_ok(a.addr.family == 6 && a.addr.bytes[0] == 0xfc && a.bits == 128,
	    "it cannot be an address in use");
	a = hidden(&keyed, "2001:db8:1:2::3");
	b = hidden(&keyed, "2001:db8:1:2::4");
	c = hidden(&keyed, "2001:db8:1:3::4");
	tap_ok(same(&a, &b) && !same(&a, &c), "IPv6 by its /64");
	other.key[0] ^= 1;
	d = hidden(&other, "2001:db8:1:2::3");
	tap_ok(!same(&a, &d), "another key, another pseudonym");
	id = hide_flow_id(&keyed, 7);
	tap_ok(id != 7 && hide_flow_id(&keyed, 7) == id &&
		hide_flow_id(&other, 7) != id && hide_flow_id(&keyed, 0) == 0,
	    "flows are named by the key");
}

static void
test_prefixes(void)
{
	struct fs_privacy privacy = keyed;
	struct fs_prefix a;
	char text[ADDR_TEXT_SIZE];

	privacy.clients = FS_CLIENT_PREFIX;
	a = hidden(&privacy, "198.51.100.7");
	addr_format(&a.addr, text);
	tap_text(text, "198.51.100.0", "the network");
	tap_int(a.bits, 24, "and its size");
	a = hidden(&privacy, "2001:db8:1:2::3");
	addr_format(&a.addr, text);
	tap_text(text, "2001:db8:1::", "of IPv6");
	tap_int(a.bits, 48, "and its size");
}

/* What is kept stays, the rest goes. */
static void
test_signals(void)
{
	const struct fs_privacy none = { 0 };
	static struct signals signals, before;
	struct fs_addr addr = { .bytes = { 198, 51, 100, 7 }, .family = 4 };
	char text[300];

	signals_clear(&signals);
	signals_set_string(&signals, SIGNAL_TLS_JA4, "t13d");
	signals_set_string(&signals, SIGNAL_TLS_SNI, "a.example.com");
	signals_set_string(&signals, SIGNAL_HTTP_FORWARDED, "198.51.100.7");
	signals_set_bytes(&signals, SIGNAL_C2S_BYTES, (const uint8_t *)"x", 1);
	signals_set_bytes(&signals, SIGNAL_TLS_SESSION, (const uint8_t *)"x",
	    1);
	signals_set_addr(&signals, SIGNAL_CLIENT_IP, &addr);
	before = signals;
	tap_ok(!hide_is_on(&none) && hide_is_on(&keyed), "on or off");
	hide_signals(&none, &signals);
	tap_bytes(signals.known, sizeof(signals.known), before.known,
	    sizeof(before.known), "zeros keep everything");
	(void)hide_format(&keyed, &signals, SIGNAL_CLIENT_IP, text,
	    sizeof(text));
	tap_ok(strncmp(text, "fc", 2) == 0, "%s: a pseudonym", text);
	hide_signals(&keyed, &signals);
	tap_ok(signals_known(&signals, SIGNAL_TLS_JA4) &&
		signals_known(&signals, SIGNAL_TLS_SNI),
	    "what may stay stays");
	tap_ok(!signals_known(&signals, SIGNAL_HTTP_FORWARDED) &&
		!signals_known(&signals, SIGNAL_C2S_BYTES) &&
		!signals_known(&signals, SIGNAL_TLS_SESSION),
	    "the rest goes");
	(void)signals_format(&signals, SIGNAL_CLIENT_HIDDEN, false, text,
	    sizeof(text));
	tap_text(text, "pseudonym", "and it is said");
}

int
main(void)
{
	test_names();
	test_pseudonyms();
	test_prefixes();
	test_signals();
	return tap_done();
}
