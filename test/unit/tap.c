#include "tap.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int count, failed;

bool
tap_ok(bool passed, const char *format, ...)
{
	va_list args;

	count++;
	if (!passed)
		failed++;
	printf("%sok %d - ", passed ? "" : "not ", count);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
	return passed;
}

bool
tap_int(long long got, long long want, const char *name)
{
	if (!tap_ok(got == want, "%s", name))
		printf("# got %lld, want %lld\n", got, want);
	return got == want;
}

bool
tap_text(const char *got, const char *want, const char *name)
{
	bool same = got != NULL && strcmp(got, want) == 0;

	if (!tap_ok(same, "%s", name))
		printf("# got  '%s'\n# want '%s'\n", got ? got : "(null)",
		    want);
	return same;
}

static void
show_bytes(const char *what, const uint8_t *bytes, size_t size)
{
	size_t i;

	printf("# %s %zu:", what, size);
	for (i = 0; i < size && i < 64; i++)
		printf(" %02x", bytes[i]);
	putchar('\n');
}

bool
tap_bytes(const void *got, size_t got_size, const void *want, size_t want_size,
    const char *name)
{
	bool same = got_size == want_size &&
	    (want_size == 0 || memcmp(got, want, want_size) == 0);

	if (!tap_ok(same, "%s", name)) {
		show_bytes("got ", got, got_size);
		show_bytes("want", want, want_size);
	}
	return same;
}

void
tap_skip(const char *name, const char *why)
{
	count++;
	printf("ok %d - %s # SKIP %s\n", count, name, why);
}

int
tap_done(void)
{
	printf("1..%d\n", count);
	return failed != 0;
}

void *
tap_exact(const void *bytes, size_t size)
{
	void *copy = malloc(size);

	/* Of no bytes, the C library gives a block of no bytes. */
	if (copy == NULL)
		abort();
	if (size)
		memcpy(copy, bytes, size);
	return copy;
}

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t
tap_hex(const char *hex, uint8_t *bytes, size_t room)
{
	size_t size = 0;

	while (*hex) {
		int high, low;

		if (isspace((unsigned char)*hex)) {
			hex++;
			continue;
		}
		high = nibble(hex[0]);
		low = high < 0 ? -1 : nibble(hex[1]);
		if (low < 0 || size == room)
			abort();
		bytes[size++] = (uint8_t)(high << 4 | low);
		hex += 2;
	}
	return size;
}
