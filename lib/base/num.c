#include "base/num.h"

#include <stdio.h>
#include <string.h>

#define US_PER_S UINT64_C(1000000)

enum { DAY_S = 86400 };

uint64_t
num_bits_of(const uint8_t *bytes, size_t size)
{
	uint64_t word, bits = 0;
	size_t at;

	for (at = 0; size - at >= sizeof(word); at += sizeof(word)) {
		memcpy(&word, bytes + at, sizeof(word));
		bits += num_bits(word);
	}
	word = 0;
	if (size > at)
		memcpy(&word, bytes + at, size - at);
	return bits + num_bits(word);
}

/* Eight bytes at a time: the highest bit of each says whether it is
 * printable, and no sum reaches the next byte. */
static unsigned
printable_of_word(uint64_t word)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t low = word & ones * 0x7f;
	uint64_t is = (low + ones * 0x60) & ~(low + ones) & ~word;

	return (unsigned)(((is >> 7 & ones) * ones) >> 56);
}

uint64_t
num_printable_of(const uint8_t *bytes, size_t size)
{
	uint64_t word, count = 0;
	size_t at;

	for (at = 0; size - at >= sizeof(word); at += sizeof(word)) {
		memcpy(&word, bytes + at, sizeof(word));
		count += printable_of_word(word);
	}
	word = 0;
	if (size > at)
		memcpy(&word, bytes + at, size - at);
	return count + printable_of_word(word);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads the digits at '**at' and moves behind them; false without any, or
 * when they exceed 64 bits. */
static bool
take_digits(const char **at, uint64_t *value)
{
	uint64_t v = 0;

	if (!is_digit(**at))
		return false;
	for (; is_digit(**at); (*at)++)
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(**at - '0'), &v))
			return false;
	*value = v;
	return true;
}

/* Reads exactly 'count' digits, up to 'max'. */
static bool
take_field(const char **at, unsigned count, unsigned max, unsigned *value)
{
	unsigned v = 0, i;

	for (i = 0; i < count; i++, (*at)++) {
		if (!is_digit(**at))
			return false;
		v = v * 10 + (unsigned)(**at - '0');
	}
	if (v > max)
		return false;
	*value = v;
	return true;
}

static bool
take_char(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

/* Reads ".25" as a fraction of 'places' places; further digits must be
 * 'spare' or are refused. Nothing there is 0. */
static bool
take_fraction(const char **at, unsigned places, bool spare, unsigned *value)
{
	unsigned v = 0, i = 0;

	if (!take_char(at, '.')) {
		*value = 0;
		return true;
	}
	if (!is_digit(**at))
		return false;
	for (; is_digit(**at); (*at)++, i++) {
		if (i < places)
			v = v * 10 + (unsigned)(**at - '0');
		else if (!spare)
			return false;
	}
	for (; i < places; i++)
		v *= 10;
	*value = v;
	return true;
}

bool
num_parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	uint64_t v;

	if (!take_digits(&text, &v) || *text != '\0' || v < min || v > max)
		return false;
	*value = v;
	return true;
}

bool
num_parse_milli(const char *text, int64_t *milli)
{
	bool negative = take_char(&text, '-');
	uint64_t whole, limit = (uint64_t)INT64_MAX + negative;
	unsigned part;

	if (!take_digits(&text, &whole) ||
	    !take_fraction(&text, 3, false, &part) || *text != '\0')
		return false;
	if (__builtin_mul_overflow(whole, UINT64_C(1000), &whole) ||
	    __builtin_add_overflow(whole, part, &whole) || whole > limit)
		return false;
	/* The most negative value has no positive twin. */
	*milli = negative ? (int64_t)(0 - whole) : (int64_t)whole;
	return true;
}

size_t
num_format_milli(int64_t milli, char *room)
{
	uint64_t size = milli < 0 ? 0 - (uint64_t)milli : (uint64_t)milli;
	unsigned part = (unsigned)(size % 1000), places = 3;
	const char *sign = milli < 0 ? "-" : "";
	int length;

	for (; places > 0 && part % 10 == 0; places--)
		part /= 10;
	if (places == 0)
		length = snprintf(room, NUM_MILLI_SIZE, "%s%llu", sign,
		    (unsigned long long)(size / 1000));
	else
		length = snprintf(room, NUM_MILLI_SIZE, "%s%llu.%0*u", sign,
		    (unsigned long long)(size / 1000), (int)places, part);
	return (size_t)length;
}

/* Days since 1970-01-01 of a date of the Gregorian calendar. Years are taken
 * to begin in March, so that the leap day is the last: then the months'
 * lengths follow 153 days in 5 months. */
static int64_t
days_of(unsigned year, unsigned month, unsigned day)
{
	unsigned from_march = (month + 9) % 12;
	int64_t y = (int64_t)year - (month <= 2);
	int64_t leap = (y >= 0 ? y : y - 399) / 400; /* Rounded down. */
	int64_t in_era = y - leap * 400;
	int64_t in_year = (153 * (int64_t)from_march + 2) / 5 + day - 1;

	return leap * 146097 + in_era * 365 + in_era / 4 - in_era / 100 +
	    in_year - 719468;
}

struct date {
	unsigned year, month, day;
};

/* The inverse, for days from 1970 on. */
static struct date
date_of(uint64_t days)
{
	uint64_t shifted = days + 719468, era = shifted / 146097;
	uint64_t in_era = shifted % 146097;
	uint64_t y =
	    (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	uint64_t in_year = in_era - (365 * y + y / 4 - y / 100);
	uint64_t from_march = (5 * in_year + 2) / 153;
	struct date date;

	date.day = (unsigned)(in_year - (153 * from_march + 2) / 5 + 1);
	date.month =
	    (unsigned)(from_march < 10 ? from_march + 3 : from_march - 9);
	date.year = (unsigned)(y + era * 400 + (date.month <= 2));
	return date;
}

static void
put_digits(char *at, unsigned count, uint64_t value)
{
	for (; count > 0; value /= 10)
		at[--count] = (char)('0' + value % 10);
}

size_t
num_format_time(uint64_t time_us, char *room)
{
	const uint64_t last_us = UINT64_C(253402300799999999);
	uint64_t us = time_us < last_us ? time_us : last_us;
	uint64_t s = us / US_PER_S, in_day = s % DAY_S;
	struct date date = date_of(s / DAY_S);

	memcpy(room, "YYYY-MM-DDThh:mm:ss.uuuuuuZ", NUM_TIME_SIZE);
	put_digits(room, 4, date.year);
	put_digits(room + 5, 2, date.month);
	put_digits(room + 8, 2, date.day);
	put_digits(room + 11, 2, in_day / 3600);
	put_digits(room + 14, 2, in_day / 60 % 60);
	put_digits(room + 17, 2, in_day % 60);
	put_digits(room + 20, 6, us % US_PER_S);
	return NUM_TIME_SIZE - 1;
}

static unsigned
month_days(unsigned year, unsigned month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap ? 1U : 0U);
}

/* Reads YYYY-MM-DD as seconds. */
static bool
take_date(const char **at, int64_t *seconds)
{
	unsigned year, month, day;

	if (!take_field(at, 4, 9999, &year) || !take_char(at, '-') ||
	    !take_field(at, 2, 12, &month) || !take_char(at, '-') ||
	    !take_field(at, 2, 31, &day))
		return false;
	if (month == 0 || day == 0 || day > month_days(year, month))
		return false;
	*seconds = days_of(year, month, day) * DAY_S;
	return true;
}

/* Reads hh:mm:ss with a fraction. */
static bool
take_clock(const char **at, unsigned *seconds, unsigned *us, bool *leap)
{
	unsigned hour, minute, second;

	if (!take_field(at, 2, 23, &hour) || !take_char(at, ':') ||
	    !take_field(at, 2, 59, &minute) || !take_char(at, ':') ||
	    !take_field(at, 2, 60, &second) || !take_fraction(at, 6, true, us))
		return false;
	*seconds = hour * 3600 + minute * 60 + second;
	*leap = second == 60;
	return true;
}

/* Reads 'Z' or an offset as seconds to be taken off. */
static bool
take_offset(const char **at, int *seconds)
{
	bool west = **at == '-';
	unsigned hour, minute;

	*seconds = 0;
	if (take_char(at, 'Z') || take_char(at, 'z'))
		return true;
	if (!take_char(at, west ? '-' : '+') || !take_field(at, 2, 23, &hour) ||
	    !take_char(at, ':') || !take_field(at, 2, 59, &minute))
		return false;
	*seconds = (int)(hour * 3600 + minute * 60) * (west ? -1 : 1);
	return true;
}

static bool
time_from(int64_t seconds, unsigned us, uint64_t *time_us)
{
	if (seconds < 0)
		return false;
	*time_us = (uint64_t)seconds * US_PER_S + us;
	return true;
}

static bool
parse_epoch(const char *text, uint64_t *time_us)
{
	uint64_t seconds;
	unsigned us;

	if (!take_digits(&text, &seconds) ||
	    !take_fraction(&text, 6, true, &us) || *text != '\0' ||
	    seconds >= UINT64_MAX / US_PER_S)
		return false;
	*time_us = seconds * US_PER_S + us;
	return true;
}

bool
num_parse_time(const char *text, uint64_t *time_us)
{
	unsigned in_day, us;
	int64_t seconds;
	bool leap;
	int offset;

	if (*text == '@')
		return parse_epoch(text + 1, time_us);
	if (!take_date(&text, &seconds))
		return false;
	if (*text == '\0')
		return time_from(seconds, 0, time_us);
	if (!take_char(&text, 'T') && !take_char(&text, 't') &&
	    !take_char(&text, ' '))
		return false;
	if (!take_clock(&text, &in_day, &us, &leap) ||
	    !take_offset(&text, &offset) || *text != '\0')
		return false;
	seconds += (int64_t)in_day - offset;
	/* A leap second ends a day of UTC (RFC 3339, 5.7), and is counted as
	 * the second after it. */
	if (leap && seconds % DAY_S != 0)
		return false;
	return time_from(seconds, us, time_us);
}

bool
num_parse_span(const char *text, uint64_t *span_us)
{
	static const struct {
		char unit;
		uint32_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', DAY_S } };
	uint64_t value, us;
	size_t i;

	if (!take_digits(&text, &value))
		return false;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (text[0] != units[i].unit || text[1] != '\0')
			continue;
		if (__builtin_mul_overflow(value, units[i].seconds * US_PER_S,
			&us))
			return false;
		*span_us = us;
		return true;
	}
	return false;
}

bool
num_parse_bytes(const char *text, uint64_t *bytes)
{
	static const char *const units[] = { "B", "KB", "MB", "GB", "TB" };
	uint64_t value;
	unsigned i;

	if (!take_digits(&text, &value))
		return false;
	for (i = 0; i < 5; i++) {
		if (strcmp(text, units[i]) != 0)
			continue;
		if (value > UINT64_MAX >> (10 * i))
			return false;
		*bytes = value << (10 * i);
		return true;
	}
	return false;
}
