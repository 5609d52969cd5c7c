#include "base/addr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "test/unit/tap.h"

#define COUNT(cases) (sizeof(cases) / sizeof((cases)[0]))

static const struct {
	const char *text;
	const char *want; /* Null: refused. "": as 'text'. */
} texts[] = {
	{ "0.0.0.0", "" },
	{ "203.0.113.7", "" },
	{ "255.255.255.255", "" },
	{ "::", "" },
	{ "::1", "" },
	{ "1::", "" },
	{ "2001:db8::1", "" },
	{ "2001:DB8:0:0:0:0:0:1", "2001:db8::1" },
	{ "2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1" },
	/* RFC 5952: the longest run, of equal ones the first, never of one. */
	{ "2001:db8:0:1:1:1:1:1", "" },
	{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },
	{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
	{ "0:0:1:0:0:0:0:0", "0:0:1::" },
	{ "1:0:0:2:3:0:0:4", "1::2:3:0:0:4" },
	{ "0:1:2:3:4:5:6:7", "" },
	{ "1:2:3:4:5:6:7:0", "" },
	{ "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0" },
	{ "fe80::1:0:0:2", "" },
	{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "" },
	{ "2001:db8::192.0.2.33", "2001:db8::c000:221" },
	{ "64:ff9b::192.0.2.33", "64:ff9b::c000:221" },
	{ "::2:3", "" },
	{ "::192.0.2.1", "::c000:201" },
	/* A mapped one is the IPv4 address it stands for. */
	{ "::ffff:192.0.2.1", "192.0.2.1" },
	{ "::ffff:c000:201", "192.0.2.1" },
	{ "::fffe:c000:201", "" },
	{ "", NULL },
	{ "1.2.3", NULL },
	{ "1.2.3.4.5", NULL },
	{ "1.2.3.256", NULL },
	{ "1.2.3.04", NULL },
	{ "0x1.2.3.4", NULL },
	{ "1.2.3.4 ", NULL },
	{ " 1.2.3.4", NULL },
	{ "1.2.3.4/32", NULL },
	{ ":", NULL },
	{ ":::", NULL },
	{ "1::2::3", NULL },
	{ "1:2:3:4:5:6:7", NULL },
	{ "1:2:3:4:5:6:7:8:9", NULL },
	{ "12345::", NULL },
	{ "g::", NULL },
	{ "fe80::1%eth0", NULL },
	{ "[::1]", NULL },
	{ "1.2.3.4::", NULL },
	{ "localhost", NULL },
	{ "-", NULL },
};

static void
test_text(void)
{
	char room[ADDR_TEXT_SIZE];
	const char *want;
	struct fs_addr addr, again;
	size_t i, size;

	for (i = 0; i < COUNT(texts); i++) {
		memset(&addr, 0xee, sizeof(addr));
		if (texts[i].want == NULL) {
			tap_ok(!addr_parse(texts[i].text, &addr) &&
				addr.family == 0xee,
			    "'%s' is no address", texts[i].text);
			continue;
		}
		want = *texts[i].want ? texts[i].want : texts[i].text;
		if (!tap_ok(addr_parse(texts[i].text, &addr), "'%s' is one",
			texts[i].text))
			continue;
		size = addr_format(&addr, room);
		tap_text(room, want, "its text");
		tap_ok(size == strlen(want) && addr_parse(room, &again) &&
			memcmp(&addr, &again, sizeof(addr)) == 0,
		    "which reads as the same");
	}
	addr = (struct fs_addr){ 0 };
	tap_int((long long)addr_format(&addr, room), 1, "none");
	tap_text(room, "-", "none is a dash");
	inet_pton(AF_INET6, "::ffff:192.0.2.1", addr.bytes);
	addr = addr_v6(addr.bytes);
	addr_format(&addr, room);
	tap_text(room, "::ffff:192.0.2.1", "a mapped one from a packet");
}

/* Against the C library, on addresses with many zeros. */
static void
test_format(void)
{
	char room[ADDR_TEXT_SIZE], want[INET6_ADDRSTRLEN];
	uint8_t bytes[16];
	struct fs_addr addr;
	unsigned i, bit, state = 1;
	bool good = true;

	for (i = 0; i < 65536 && good; i++) {
		for (bit = 0; bit < 16; bit++) {
			state = state * 1103515245 + 12345;
			bytes[bit] = i >> bit & 1 ? (uint8_t)(state >> 16) : 0;
		}
		/* There the C library writes dots (::1.2.3.4). */
		bytes[0] |= 1;
		addr = addr_v6(bytes);
		inet_ntop(AF_INET6, bytes, want, sizeof(want));
		good = addr_format(&addr, room) == strlen(want) &&
		    strcmp(room, want) == 0;
	}
	if (!tap_ok(good, "65536 forms are as the C library has them"))
		printf("# got %s, want %s\n", room, want);
}

static const struct {
	const char *text;
	const char *want; /* Null: refused. */
	bool loose;
	unsigned bits;
} prefixes[] = {
	{ "203.0.113.0/24", "203.0.113.0", false, 24 },
	{ "203.0.113.7", "203.0.113.7", false, 32 },
	{ "203.0.113.7/32", "203.0.113.7", false, 32 },
	{ "203.0.113.7/24", NULL, false, 0 },
	{ "203.0.113.7/24", "203.0.113.0", true, 24 },
	{ "203.0.113.128/25", "203.0.113.128", false, 25 },
	{ "203.0.113.129/25", NULL, false, 0 },
	{ "203.0.113.255/31", "203.0.113.254", true, 31 },
	{ "0.0.0.0/0", "0.0.0.0", false, 0 },
	{ "1.2.3.4/0", "0.0.0.0", true, 0 },
	{ "1.2.3.4/0", NULL, false, 0 },
	{ "203.0.113.0/33", NULL, false, 0 },
	{ "203.0.113.0/", NULL, false, 0 },
	{ "203.0.113.0/-1", NULL, false, 0 },
	{ "203.0.113.0/+24", NULL, false, 0 },
	{ "203.0.113.0/ 24", NULL, false, 0 },
	{ "203.0.113.0/24 ", NULL, false, 0 },
	{ "203.0.113.0/24/24", NULL, false, 0 },
	{ "203.0.113.0/0024", NULL, false, 0 },
	{ "203.0.113.0/255.255.255.0", NULL, false, 0 },
	{ "203.0.113/24", NULL, false, 0 },
	{ "/24", NULL, false, 0 },
	{ "", NULL, false, 0 },
	{ "/", NULL, true, 0 },
	{ "::/0", "::", false, 0 },
	{ "2001:db8::/32", "2001:db8::", false, 32 },
	{ "2001:db8::1", "2001:db8::1", false, 128 },
	{ "2001:db8::1/128", "2001:db8::1", false, 128 },
	{ "2001:db8::1/127", NULL, false, 0 },
	{ "2001:db8::1/127", "2001:db8::", true, 127 },
	{ "2001:db8:ffff::/33", "2001:db8:8000::", true, 33 },
	{ "2001:db8::/129", NULL, false, 0 },
	{ "::ffff:203.0.113.0/120", "203.0.113.0", false, 24 },
	{ "::ffff:0:0/96", "0.0.0.0", false, 0 },
	{ "::ffff:203.0.113.7", "203.0.113.7", false, 32 },
	{ "::ffff:203.0.113.7/90", NULL, false, 0 },
	{ "::ffff:203.0.113.7/80", "::", true, 80 },
	{ "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/128",
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false, 128 },
	{ "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000/1", NULL, false,
	    0 },
};

static void
test_prefixes(void)
{
	char room[ADDR_TEXT_SIZE];
	struct fs_prefix prefix;
	size_t i;

	for (i = 0; i < COUNT(prefixes); i++) {
		memset(&prefix, 0xee, sizeof(prefix));
		if (prefixes[i].want == NULL) {
			tap_ok(!addr_parse_prefix(prefixes[i].text,
				   prefixes[i].loose, &prefix) &&
				prefix.bits == 0xee,
			    "'%s' is no prefix", prefixes[i].text);
			continue;
		}
		if (!tap_ok(addr_parse_prefix(prefixes[i].text,
				prefixes[i].loose, &prefix),
			"'%s' is a prefix", prefixes[i].text))
			continue;
		addr_format(&prefix.addr, room);
		tap_text(room, prefixes[i].want, "its address");
		tap_int(prefix.bits, prefixes[i].bits, "its bits");
	}
}

static struct fs_addr
addr_of(const char *text)
{
	struct fs_addr addr = { 0 };

	if (*text != '\0' && !addr_parse(text, &addr))
		tap_ok(false, "test address '%s'", text);
	return addr;
}

/* In order. */
static const char *const ordered[] = { "", "0.0.0.0", "1.2.3.4", "1.2.4.3",
	"255.0.0.0", "::", "::1", "1::", "ffff::" };

static void
test_order(void)
{
	struct fs_addr a, b;
	size_t i, j;
	bool good = true;
	int order;

	for (i = 0; i < COUNT(ordered); i++)
		for (j = 0; j < COUNT(ordered); j++) {
			a = addr_of(ordered[i]);
			b = addr_of(ordered[j]);
			order = addr_compare(&a, &b);
			good = good && (order < 0) == (i < j) &&
			    (order > 0) == (i > j);
		}
	tap_ok(good, "none, then IPv4, then IPv6, each by bytes");
}

/* Every length of prefix, against a walk over bits. */
static void
test_masks(void)
{
	static const char *const addrs[] = { "255.255.255.255",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" };
	struct fs_addr addr, masked, other;
	struct fs_prefix prefix;
	unsigned bits, bit, size;
	bool set, good, inside;
	size_t i;

	for (i = 0; i < COUNT(addrs); i++) {
		addr = addr_of(addrs[i]);
		size = addr.family == 4 ? 32 : 128;
		good = inside = true;
		for (bits = 0; bits <= size; bits++) {
			masked = addr_mask(&addr, bits);
			prefix = (struct fs_prefix){ masked, (uint8_t)bits };
			inside = inside && addr_in_prefix(&addr, &prefix);
			for (bit = 0; bit < size; bit++) {
				set =
				    masked.bytes[bit / 8] >> (7 - bit % 8) & 1;
				good = good && set == (bit < bits);
				other = masked;
				other.bytes[bit / 8] ^=
				    (uint8_t)(0x80 >> bit % 8);
				inside = inside &&
				    addr_in_prefix(&other, &prefix) ==
					(bit >= bits);
			}
		}
		tap_ok(good, "masks of %s", addrs[i]);
		tap_ok(inside, "prefixes of %s", addrs[i]);
	}
	masked = addr_mask(&addr, 255);
	tap_int(addr_compare(&masked, &addr), 0, "more bits than there are");
}

static const struct {
	const char *addr, *prefix;
	bool inside;
} inside[] = {
	{ "10.0.0.1", "10.0.0.0/8", true },
	{ "11.0.0.1", "10.0.0.0/8", false },
	{ "10.0.0.1", "0.0.0.0/0", true },
	{ "10.0.0.1", "::/0", false },
	{ "::1", "0.0.0.0/0", false },
	{ "", "0.0.0.0/0", false },
};

static void
test_inside(void)
{
	struct fs_prefix prefix = { 0 };
	struct fs_addr addr;
	size_t i;

	for (i = 0; i < COUNT(inside); i++) {
		addr = addr_of(inside[i].addr);
		tap_ok(addr_parse_prefix(inside[i].prefix, false, &prefix) &&
			addr_in_prefix(&addr, &prefix) == inside[i].inside,
		    "'%s' %s %s", inside[i].addr,
		    inside[i].inside ? "in" : "not in", inside[i].prefix);
	}
	prefix = (struct fs_prefix){ 0 };
	addr = (struct fs_addr){ 0 };
	tap_ok(!addr_in_prefix(&addr, &prefix), "no address in no prefix");
	addr = addr_of("1.2.3.4");
	prefix = (struct fs_prefix){ addr, 33 };
	tap_ok(!addr_in_prefix(&addr, &prefix), "a prefix beyond its family");
}

/* The first and last address of each special block, and their neighbours. */
static const struct {
	const char *before, *first, *last, *after;
} blocks[] = {
	{ "", "0.0.0.0", "0.255.255.255", "1.0.0.0" },
	{ "9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0" },
	{ "100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0" },
	{ "126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0" },
	{ "169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0" },
	{ "172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0" },
	{ "191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0" },
	{ "192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0" },
	{ "192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0" },
	{ "198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0" },
	{ "198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0" },
	{ "203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0" },
	{ "223.255.255.255", "224.0.0.0", "255.255.255.255", "" },
	{ "", "::", "::1", "::2" },
	{ "64:ff9b:0:ffff::", "64:ff9b:1::", "64:ff9b:1:ffff::",
	    "64:ff9b:2::" },
	{ "ff:ffff::", "100::", "100::ffff:ffff:ffff:ffff", "100:0:0:1::" },
	{ "2001:1:ffff::", "2001:2::", "2001:2:0:ffff::", "2001:2:1::" },
	{ "2001:f:ffff::", "2001:10::", "2001:2f:ffff::", "2001:30::" },
	{ "2001:db7:ffff::", "2001:db8::", "2001:db8:ffff::", "2001:db9::" },
	{ "3ffe:ffff::", "3fff::", "3fff:fff:ffff::", "3fff:1000::" },
	{ "5eff:ffff::", "5f00::", "5f00:ffff::", "5f01::" },
	{ "fbff:ffff::", "fc00::", "fdff:ffff::", "fe00::" },
	{ "fe7f:ffff::", "fe80::", "feff:ffff::", "" },
	{ "", "ff00::", "ffff:ffff::", "" },
	/* Teredo and 6to4 stand for public addresses. */
	{ "2001::1", "", "", "2002:102:304::" },
};

static void
test_special(void)
{
	struct fs_addr addr;
	size_t i, j;
	bool good;

	for (i = 0; i < COUNT(blocks); i++) {
		const char *const four[] = { blocks[i].before, blocks[i].first,
			blocks[i].last, blocks[i].after };

		good = true;
		for (j = 0; j < 4; j++) {
			addr = addr_of(four[j]);
			good = good &&
			    addr_is_special(&addr) ==
				(*four[j] && (j == 1 || j == 2));
		}
		tap_ok(good, "'%s' to '%s' is special, its neighbours are not",
		    blocks[i].first, blocks[i].last);
	}
}

int
main(void)
{
	test_text();
	test_format();
	test_prefixes();
	test_order();
	test_masks();
	test_inside();
	test_special();
	return tap_done();
}
