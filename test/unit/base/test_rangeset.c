#include "base/rangeset.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "test/unit/tap.h"

static struct fs_addr
addr_of(const char *text)
{
	struct fs_addr addr = { 0 };

	if (!addr_parse(text, &addr))
		tap_ok(false, "test address '%s'", text);
	return addr;
}

/* Ranges as a list has them, in order of addition; values count from 1. */
struct range {
	const char *first, *last; /* No last: a prefix. */
};

static struct rangeset *
set_of(const struct range *ranges)
{
	struct rangeset *set = rangeset_new();
	struct fs_prefix prefix;
	struct fs_addr first, last;
	uint32_t i;
	int rc;

	for (i = 0; ranges[i].first != NULL; i++) {
		if (ranges[i].last == NULL) {
			addr_parse_prefix(ranges[i].first, false, &prefix);
			rc = rangeset_add_prefix(set, &prefix, i + 1);
		} else {
			first = addr_of(ranges[i].first);
			last = addr_of(ranges[i].last);
			rc = rangeset_add(set, &first, &last, i + 1);
		}
		if (rc != 0)
			tap_int(rc, 0, "added");
	}
	tap_int((long long)rangeset_count(set), (long long)i, "all count");
	tap_int(rangeset_seal(set), 0, "sealed");
	return set;
}

static const struct range nested[] = { { "10.0.0.0/8" }, { "10.1.0.0/16" },
	{ "10.1.2.0/24" }, { "10.1.2.3" }, { "0.0.0.0/0" }, { NULL } };
static const struct range reversed[] = { { "10.1.2.3" }, { "10.1.2.0/24" },
	{ "10.1.0.0/16" }, { "10.0.0.0/8" }, { NULL } };
static const struct range twice[] = { { "10.0.0.0/24" }, { "10.0.0.0/24" },
	{ "10.0.0.0/24" }, { NULL } };
/* Both of 16 addresses: the one that was added last. */
static const struct range crossed[] = { { "10.0.0.0", "10.0.0.15" },
	{ "10.0.0.8", "10.0.0.23" }, { NULL } };
static const struct range shorter[] = { { "10.0.0.8", "10.0.0.15" },
	{ "10.0.0.0", "10.0.0.11" }, { "10.0.0.13", "10.0.0.13" }, { NULL } };
static const struct range edges[] = { { "0.0.0.0" }, { "255.255.255.255" },
	{ "::" }, { "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" }, { NULL } };
static const struct range whole[] = { { "::/0" }, { "ffff::/16" },
	{ "ffff:ffff:ffff:ffff::/64" }, { "0.0.0.0/0" }, { "128.0.0.0/1" },
	{ NULL } };
static const struct range none[] = { { NULL } };

static const struct {
	const char *name;
	const struct range *ranges;
	const char *addr;
	uint32_t want; /* 0: none. */
} finds[] = {
	{ "nothing is in no set", none, "10.0.0.1", 0 },
	{ "nothing of IPv6 either", none, "::1", 0 },
	{ "the address itself", nested, "10.1.2.3", 4 },
	{ "below it", nested, "10.1.2.2", 3 },
	{ "above it", nested, "10.1.2.4", 3 },
	{ "first of a prefix", nested, "10.1.2.0", 3 },
	{ "last of a prefix", nested, "10.1.2.255", 3 },
	{ "next prefix", nested, "10.1.3.0", 2 },
	{ "outer prefix", nested, "10.2.0.0", 1 },
	{ "everything else", nested, "11.0.0.0", 5 },
	{ "first of all", nested, "0.0.0.0", 5 },
	{ "last of all", nested, "255.255.255.255", 5 },
	{ "not of another family", nested, "::a01:203", 0 },
	{ "in any order", reversed, "10.1.2.3", 1 },
	{ "in any order, outer", reversed, "10.1.2.4", 2 },
	{ "in any order, outermost", reversed, "10.255.0.1", 4 },
	{ "in any order, outside", reversed, "9.255.255.255", 0 },
	{ "the last of equals", twice, "10.0.0.7", 3 },
	{ "outside equals", twice, "10.0.1.0", 0 },
	{ "crossed, left", crossed, "10.0.0.7", 1 },
	{ "crossed, both", crossed, "10.0.0.8", 2 },
	{ "crossed, both to the end", crossed, "10.0.0.15", 2 },
	{ "crossed, right", crossed, "10.0.0.23", 2 },
	{ "crossed, outside", crossed, "10.0.0.24", 0 },
	{ "the shorter one wins, though older", shorter, "10.0.0.8", 1 },
	{ "and to its end", shorter, "10.0.0.15", 1 },
	{ "the longer where it is alone", shorter, "10.0.0.7", 2 },
	{ "the shortest of all", shorter, "10.0.0.13", 3 },
	{ "what it interrupts goes on", shorter, "10.0.0.14", 1 },
	{ "first IPv4 address", edges, "0.0.0.0", 1 },
	{ "second IPv4 address", edges, "0.0.0.1", 0 },
	{ "last IPv4 address", edges, "255.255.255.255", 2 },
	{ "last but one", edges, "255.255.255.254", 0 },
	{ "first IPv6 address", edges, "::", 3 },
	{ "second IPv6 address", edges, "::1", 0 },
	{ "last IPv6 address", edges, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	    4 },
	{ "its neighbour", edges, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe",
	    0 },
	{ "all of IPv6", whole, "::", 1 },
	{ "up to the last prefix", whole, "fffe:ffff::1", 1 },
	{ "in the last prefix", whole, "ffff::1", 2 },
	{ "the end of all, several at once", whole,
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 3 },
	{ "all of IPv4", whole, "1.2.3.4", 4 },
	{ "the upper half", whole, "255.255.255.255", 5 },
};

static void
test_finds(void)
{
	struct rangeset *set = NULL;
	struct fs_addr addr;
	uint32_t value;
	bool found;
	size_t i;

	for (i = 0; i < sizeof(finds) / sizeof(finds[0]); i++) {
		if (i == 0 || finds[i].ranges != finds[i - 1].ranges) {
			rangeset_free(set);
			set = set_of(finds[i].ranges);
		}
		addr = addr_of(finds[i].addr);
		value = 0;
		found = rangeset_find(set, &addr, &value);
		tap_ok(found == (finds[i].want != 0) && value == finds[i].want,
		    "%s", finds[i].name);
	}
	addr = (struct fs_addr){ 0 };
	tap_ok(!rangeset_find(set, &addr, &value), "no address is nowhere");
	rangeset_free(set);
	rangeset_free(NULL);
}

static void
test_refused(void)
{
	struct rangeset *set = rangeset_new();
	struct fs_addr four = addr_of("10.0.0.1"), six = addr_of("::1");
	struct fs_addr five = addr_of("10.0.0.2"), none_at_all = { 0 };
	struct fs_prefix prefix = { four, 33 };

	tap_int(rangeset_add(set, &five, &four, 1), -EINVAL, "swapped ends");
	tap_int(rangeset_add(set, &four, &six, 1), -EINVAL, "two families");
	tap_int(rangeset_add(set, &none_at_all, &none_at_all, 1), -EINVAL,
	    "no family");
	tap_int(rangeset_add_prefix(set, &prefix, 1), -EINVAL,
	    "a prefix beyond its family");
	prefix = (struct fs_prefix){ 0 };
	tap_int(rangeset_add_prefix(set, &prefix, 1), -EINVAL,
	    "a prefix of no family");
	tap_int((long long)rangeset_count(set), 0, "nothing was added");
	tap_int(rangeset_seal(set), 0, "sealed");
	tap_ok(!rangeset_find(set, &four, &(uint32_t){ 0 }), "none is found");
	rangeset_free(set);
}

/* ---- Against a brute-force model --------------------------------------- */

enum { ROUNDS = 400, RANGES = 24, SPACE = 64 };

static unsigned
random_below(unsigned *state, unsigned limit)
{
	*state = *state * 1103515245 + 12345;
	return (*state >> 16) % limit;
}

/* The n-th of SPACE addresses around a place where numbers carry. */
static struct fs_addr
model_addr(unsigned family, unsigned n)
{
	struct fs_addr addr = { .family = (uint8_t)family };

	if (family == 4) {
		addr.bytes[2] = n < SPACE / 2 ? 0xff : 0;
		addr.bytes[1] = n < SPACE / 2 ? 0 : 1;
		addr.bytes[3] = (uint8_t)(n < SPACE / 2 ? 0x100 - SPACE / 2 + n
							: n - SPACE / 2);
		if (n < SPACE / 2)
			return addr;
		addr.bytes[2] = 0;
		return addr;
	}
	/* Across the 64-bit halves. */
	memset(addr.bytes + 8, n < SPACE / 2 ? 0xff : 0, 8);
	addr.bytes[7] = n < SPACE / 2 ? 1 : 2;
	addr.bytes[15] =
	    (uint8_t)(n < SPACE / 2 ? 0x100 - SPACE / 2 + n : n - SPACE / 2);
	return addr;
}

struct model {
	unsigned family, first, last, value;
};

/* The shortest, of equal ones the last added. Returns its value or 0. */
static unsigned
model_find(const struct model *model, size_t count, unsigned family, unsigned n)
{
	unsigned best = 0, size, best_size = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		if (model[i].family != family || n < model[i].first ||
		    n > model[i].last)
			continue;
		size = model[i].last - model[i].first;
		if (best == 0 || size <= best_size) {
			best = model[i].value;
			best_size = size;
		}
	}
	return best;
}

static void
model_fill(struct model *model, struct rangeset *set, unsigned *state)
{
	struct fs_addr first, last;
	unsigned a, b;
	size_t i;

	for (i = 0; i < RANGES; i++) {
		a = random_below(state, SPACE);
		b = random_below(state, SPACE);
		model[i].family = random_below(state, 2) ? 4 : 6;
		model[i].first = a < b ? a : b;
		model[i].last = a < b ? b : a;
		/* Few values, so that neighbours are joined, too. */
		model[i].value = 1 + random_below(state, 4);
		first = model_addr(model[i].family, model[i].first);
		last = model_addr(model[i].family, model[i].last);
		if (rangeset_add(set, &first, &last, model[i].value) != 0)
			abort();
	}
}

static bool
model_agrees(const struct model *model, const struct rangeset *set)
{
	struct fs_addr addr;
	unsigned family, n, want;
	uint32_t value;

	for (family = 4; family <= 6; family += 2)
		for (n = 0; n < SPACE; n++) {
			addr = model_addr(family, n);
			want = model_find(model, RANGES, family, n);
			value = 0;
			if (rangeset_find(set, &addr, &value) == (want != 0) &&
			    value == want)
				continue;
			printf("# IPv%u %u: got %u, want %u\n", family, n,
			    value, want);
			return false;
		}
	return true;
}

static void
test_model(void)
{
	struct model model[RANGES];
	struct rangeset *set;
	unsigned state = 7, round;
	bool good = true;

	for (round = 0; round < ROUNDS && good; round++) {
		set = rangeset_new();
		model_fill(model, set, &state);
		good = rangeset_seal(set) == 0 && model_agrees(model, set);
		rangeset_free(set);
	}
	tap_ok(good, "400 random sets are as the model has them");
}

int
main(void)
{
	test_finds();
	test_refused();
	test_model();
	return tap_done();
}
