#include "base/addr.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/num.h"

enum { MAPPED_BITS = 96 };

static const uint8_t mapped_prefix[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff,
	0xff };

struct fs_addr
addr_v4(const uint8_t *bytes)
{
	struct fs_addr addr = { .family = 4 };

	memcpy(addr.bytes, bytes, 4);
	return addr;
}

struct fs_addr
addr_v6(const uint8_t *bytes)
{
	struct fs_addr addr = { .family = 6 };

	memcpy(addr.bytes, bytes, 16);
	return addr;
}

static bool
is_mapped(const struct fs_addr *addr)
{
	return addr->family == 6 &&
	    memcmp(addr->bytes, mapped_prefix, sizeof(mapped_prefix)) == 0;
}

static struct fs_addr
unmap(const struct fs_addr *addr)
{
	return addr_v4(addr->bytes + sizeof(mapped_prefix));
}

/* Reads an address and leaves a mapped one as it is. */
static bool
parse_raw(const char *text, struct fs_addr *addr)
{
	struct fs_addr a = { 0 };

	if (inet_pton(AF_INET, text, a.bytes) == 1)
		a.family = 4;
	else if (inet_pton(AF_INET6, text, a.bytes) == 1)
		a.family = 6;
	else
		return false;
	*addr = a;
	return true;
}

bool
addr_parse(const char *text, struct fs_addr *addr)
{
	struct fs_addr a;

	if (!parse_raw(text, &a))
		return false;
	*addr = is_mapped(&a) ? unmap(&a) : a;
	return true;
}

static unsigned
family_bits(const struct fs_addr *addr)
{
	return addr->family == 4 ? 32 : addr->family == 6 ? 128 : 0;
}

bool
addr_parse_prefix(const char *text, bool loose, struct fs_prefix *prefix)
{
	char room[ADDR_TEXT_SIZE];
	const char *slash = strchr(text, '/');
	size_t size = slash != NULL ? (size_t)(slash - text) : strlen(text);
	struct fs_addr addr, masked;
	uint64_t bits;

	if (size >= sizeof(room))
		return false;
	memcpy(room, text, size);
	room[size] = '\0';
	if (!parse_raw(room, &addr))
		return false;
	bits = family_bits(&addr);
	if (slash != NULL &&
	    (strlen(slash) > 4 || !num_parse_u64(slash + 1, 0, bits, &bits)))
		return false;
	masked = addr_mask(&addr, (unsigned)bits);
	if (!loose && addr_compare(&masked, &addr) != 0)
		return false;
	if (is_mapped(&masked) && bits >= MAPPED_BITS) {
		masked = unmap(&masked);
		bits -= MAPPED_BITS;
	}
	*prefix = (struct fs_prefix){ masked, (uint8_t)bits };
	return true;
}

/* Writes a number without leading zeros and returns where it ends. */
static char *
put_number(char *at, unsigned value, unsigned base)
{
	char digits[5];
	unsigned count = 0;

	do {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value > 0);
	while (count > 0)
		*at++ = digits[--count];
	return at;
}

static char *
put_v4(char *at, const uint8_t *bytes)
{
	unsigned i;

	for (i = 0; i < 4; i++) {
		if (i > 0)
			*at++ = '.';
		at = put_number(at, bytes[i], 10);
	}
	return at;
}

static unsigned
group_at(const uint8_t *bytes, size_t index)
{
	return (unsigned)bytes[2 * index] << 8 | bytes[2 * index + 1];
}

/* The first of the longest runs of zero groups, of two at least (RFC 5952,
 * 4.2). */
static void
find_zeros(const uint8_t *bytes, unsigned *first, unsigned *count)
{
	unsigned i, run;

	*first = *count = 0;
	for (i = 0; i < 8; i += run + 1) {
		for (run = 0; i + run < 8 && group_at(bytes, i + run) == 0;
		     run++)
			continue;
		if (run > *count && run > 1) {
			*first = i;
			*count = run;
		}
	}
}

static char *
put_v6(char *at, const uint8_t *bytes)
{
	unsigned first, count, i = 0;

	find_zeros(bytes, &first, &count);
	while (i < 8) {
		if (count > 0 && i == first) {
			*at++ = ':';
			*at++ = ':';
			i += count;
			continue;
		}
		if (i > 0 && at[-1] != ':')
			*at++ = ':';
		at = put_number(at, group_at(bytes, i), 16);
		i++;
	}
	return at;
}

size_t
addr_format(const struct fs_addr *addr, char *room)
{
	char *at = room;

	if (is_mapped(addr)) {
		memcpy(at, "::ffff:", 7);
		at = put_v4(at + 7, addr->bytes + sizeof(mapped_prefix));
	} else if (addr->family == 6) {
		at = put_v6(at, addr->bytes);
	} else if (addr->family == 4) {
		at = put_v4(at, addr->bytes);
	} else {
		*at++ = '-';
	}
	*at = '\0';
	return (size_t)(at - room);
}

int
addr_compare(const struct fs_addr *a, const struct fs_addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

struct fs_addr
addr_mask(const struct fs_addr *addr, unsigned bits)
{
	struct fs_addr masked = *addr;
	unsigned i;

	for (i = 0; i < sizeof(masked.bytes); i++) {
		if (bits >= 8) {
			bits -= 8;
			continue;
		}
		masked.bytes[i] &= (uint8_t)(0xff00 >> bits);
		bits = 0;
	}
	return masked;
}

bool
addr_in_prefix(const struct fs_addr *addr, const struct fs_prefix *prefix)
{
	unsigned whole = prefix->bits / 8, rest = prefix->bits % 8;
	uint8_t mask = (uint8_t)(0xff00 >> rest);

	if (addr->family == 0 || addr->family != prefix->addr.family ||
	    prefix->bits > family_bits(addr))
		return false;
	if (memcmp(addr->bytes, prefix->addr.bytes, whole) != 0)
		return false;
	return rest == 0 ||
	    ((addr->bytes[whole] ^ prefix->addr.bytes[whole]) & mask) == 0;
}

/* IANA's special-purpose registries as far as the addresses are reachable
 * from nowhere else, and multicast. Teredo and 6to4 stand for public IPv4
 * addresses, so they are not here. */
static const struct fs_prefix special[] = {
	{ { { 0 }, 4 }, 8 },                  /* This network. */
	{ { { 10 }, 4 }, 8 },                 /* Private. */
	{ { { 100, 64 }, 4 }, 10 },           /* Shared (carriers' NAT). */
	{ { { 127 }, 4 }, 8 },                /* Loopback. */
	{ { { 169, 254 }, 4 }, 16 },          /* Link-local. */
	{ { { 172, 16 }, 4 }, 12 },           /* Private. */
	{ { { 192, 0, 0 }, 4 }, 24 },         /* IETF protocols. */
	{ { { 192, 0, 2 }, 4 }, 24 },         /* Documentation. */
	{ { { 192, 168 }, 4 }, 16 },          /* Private. */
	{ { { 198, 18 }, 4 }, 15 },           /* Benchmarks. */
	{ { { 198, 51, 100 }, 4 }, 24 },      /* Documentation. */
	{ { { 203, 0, 113 }, 4 }, 24 },       /* Documentation. */
	{ { { 224 }, 4 }, 4 },                /* Multicast. */
	{ { { 240 }, 4 }, 4 },                /* Reserved, broadcast. */
	{ { { 0 }, 6 }, 127 },                /* Unspecified, loopback. */
	{ { { [10] = 0xff, 0xff }, 6 }, 96 }, /* IPv4-mapped. */
	{ { { 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01 }, 6 }, 48 }, /* NAT64. */
	{ { { 0x01 }, 6 }, 64 },                               /* Discard. */
	{ { { 0x20, 0x01, 0x00, 0x02 }, 6 }, 48 },             /* Benchmarks. */
	{ { { 0x20, 0x01, 0x00, 0x10 }, 6 }, 28 },             /* ORCHID. */
	{ { { 0x20, 0x01, 0x00, 0x20 }, 6 }, 28 },             /* ORCHIDv2. */
	{ { { 0x20, 0x01, 0x0d, 0xb8 }, 6 }, 32 }, /* Documentation. */
	{ { { 0x3f, 0xff }, 6 }, 20 },             /* Documentation. */
	{ { { 0x5f }, 6 }, 16 },                   /* Segment identifiers. */
	{ { { 0xfc }, 6 }, 7 },                    /* Unique local. */
	{ { { 0xfe, 0x80 }, 6 }, 10 },             /* Link-local. */
	{ { { 0xfe, 0xc0 }, 6 }, 10 },             /* Site-local. */
	{ { { 0xff }, 6 }, 8 },                    /* Multicast. */
};

bool
addr_is_special(const struct fs_addr *addr)
{
	size_t i;

	for (i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if (addr_in_prefix(addr, &special[i]))
			return true;
	return false;
}
