#include "rule/literal.h"

#include <ctype.h>
#include <string.h>

#include "signal/signal.h"

enum { MILLION = 1000000 };

/* What one of it is in thousandths of the signals' unit. */
static const struct {
	const char *name;
	uint8_t unit;
	int64_t milli;
} units[] = {
	{ "", UNIT_NONE, 1000 },
	{ "us", UNIT_MS, 1 },
	{ "ms", UNIT_MS, 1000 },
	{ "s", UNIT_MS, 1000000 },
	{ "min", UNIT_MS, 60000000 },
	{ "h", UNIT_MS, 3600000000 },
	{ "km", UNIT_KM, 1000 },
	{ "B", UNIT_BYTES, 1000 },
	{ "KB", UNIT_BYTES, 1000000 },
	{ "MB", UNIT_BYTES, 1000000000 },
	{ "GB", UNIT_BYTES, 1000000000000 },
	{ "KiB", UNIT_BYTES, 1024000 },
	{ "MiB", UNIT_BYTES, 1048576000 },
	{ "deg", UNIT_DEGREES, 1000 },
};

const char *const number_units =
    "us, ms, s, min, h, km, B, KB, MB, GB, KiB, MiB or deg";

static enum number_fault
scale(int64_t millionths, const char *name, int64_t *scaled, uint8_t *unit)
{
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		__int128 exact = (__int128)millionths * units[i].milli;

		if (strcmp(units[i].name, name) != 0)
			continue;
		if (exact % MILLION != 0 || exact / MILLION > INT64_MAX)
			return NUMBER_RANGE;
		*scaled = (int64_t)(exact / MILLION);
		*unit = units[i].unit;
		return NUMBER_FINE;
	}
	return NUMBER_UNIT;
}

/* Reads "12.5" as millionths and moves behind it. */
static enum number_fault
read_decimal(const char **at, int64_t *millionths)
{
	int64_t value = 0, place = MILLION;
	bool point = false;

	for (; isdigit((unsigned char)**at) || **at == '.'; (*at)++) {
		if (**at == '.') {
			if (point || !isdigit((unsigned char)(*at)[1]))
				return NUMBER_NONE;
			point = true;
			continue;
		}
		if (point && place == 1)
			return NUMBER_RANGE;
		place = point ? place / 10 : place;
		if (__builtin_mul_overflow(value, point ? 1 : 10, &value) ||
		    __builtin_add_overflow(value, (**at - '0') * place, &value))
			return NUMBER_RANGE;
	}
	*millionths = value;
	return NUMBER_FINE;
}

static enum number_fault
read_hex_number(const char *digits, int64_t *milli)
{
	int64_t value = 0;
	size_t i;

	for (i = 0; digits[i]; i++) {
		int c = tolower((unsigned char)digits[i]);

		if (!isxdigit(c))
			return NUMBER_UNIT;
		if (i >= 12)
			return NUMBER_RANGE;
		value = value * 16 + (isdigit(c) ? c - '0' : c - 'a' + 10);
	}
	if (i == 0)
		return NUMBER_UNIT;
	*milli = value * 1000;
	return NUMBER_FINE;
}

enum number_fault
number_read(const char *text, int64_t *milli, uint8_t *unit)
{
	enum number_fault fault;
	int64_t millionths;

	*unit = UNIT_NONE;
	if (text[0] == '0' && text[1] == 'x')
		return read_hex_number(text + 2, milli);
	if (text[0] == 'A' && text[1] == 'S' && isdigit((unsigned char)text[2]))
		text += 2;
	if (!isdigit((unsigned char)text[0]))
		return NUMBER_NONE;
	fault = read_decimal(&text, &millionths);
	return fault ? fault : scale(millionths, text, milli, unit);
}

static int
nibble(char c)
{
	if (!isxdigit((unsigned char)c))
		return -1;
	return isdigit((unsigned char)c) ? c - '0'
					 : tolower((unsigned char)c) - 'a' + 10;
}

int
hex_read(const char *text, uint8_t *bytes, uint8_t *mask, size_t *offset)
{
	const char *at = text;
	int size = 0, high, low;

	for (;;) {
		at += strspn(at, " \t\n");
		if (*at == '\0')
			return size;
		high = nibble(at[0]);
		low = at[1] ? nibble(at[1]) : -1;
		if (mask && at[0] == '?' && at[1] == '?') {
			bytes[size] = mask[size] = 0;
		} else if (high < 0 || low < 0) {
			*offset = (size_t)(at - text);
			return -1;
		} else {
			bytes[size] = (uint8_t)(high << 4 | low);
			if (mask)
				mask[size] = 0xff;
		}
		size++;
		at += 2;
	}
}

/* Reads what stands behind a backslash; returns its size in the text, 0 for
 * a fault. */
static size_t
read_escape(const char *text, size_t left, uint8_t *byte)
{
	static const char names[] = "rnt0\\\"'", values[] = "\r\n\t\0\\\"'";
	const char *name;
	int high, low;

	if (left == 0)
		return 0;
	if (text[0] == 'x') {
		high = left > 2 ? nibble(text[1]) : -1;
		low = left > 2 ? nibble(text[2]) : -1;
		if (high < 0 || low < 0)
			return 0;
		*byte = (uint8_t)(high << 4 | low);
		return 3;
	}
	name = text[0] ? strchr(names, text[0]) : NULL;
	if (name == NULL)
		return 0;
	*byte = (uint8_t)values[name - names];
	return 1;
}

int
ascii_read(const char *text, size_t size, uint8_t *bytes, size_t *offset)
{
	size_t at = 0, step;
	int used = 0;

	while (at < size) {
		if (text[at] != '\\') {
			bytes[used++] = (uint8_t)text[at++];
			continue;
		}
		step = read_escape(text + at + 1, size - at - 1, &bytes[used]);
		if (step == 0) {
			*offset = at;
			return -1;
		}
		used++;
		at += 1 + step;
	}
	return used;
}
