#include "base/num.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "test/unit/tap.h"

#define COUNT(cases) (sizeof(cases) / sizeof((cases)[0]))

static void
test_sums(void)
{
	size_t result = 7;
	uint64_t counter = UINT64_MAX - 1;

	tap_ok(num_add(2, 3, &result) && result == 5, "sum");
	tap_ok(!num_add(SIZE_MAX, 1, &result), "sum does not fit");
	tap_ok(num_mul(6, 7, &result) && result == 42, "product");
	tap_ok(!num_mul(SIZE_MAX / 2, 3, &result), "product does not fit");
	num_count(&counter, 1);
	tap_ok(counter == UINT64_MAX, "counter reaches its end");
	num_count(&counter, 5);
	tap_ok(counter == UINT64_MAX, "counter stays at its end");
	tap_ok(time_since_us(10, 4) == 6, "time passes");
	tap_ok(time_since_us(4, 10) == 0, "time never runs backwards");
}

static const struct {
	const char *text;
	uint64_t min, max;
	bool good;
	uint64_t value;
} whole[] = {
	{ "0", 0, 9, true, 0 },
	{ "007", 0, 9, true, 7 },
	{ "9", 0, 9, true, 9 },
	{ "10", 0, 9, false, 0 },
	{ "4", 5, 9, false, 0 },
	{ "5", 5, 9, true, 5 },
	{ "18446744073709551615", 0, UINT64_MAX, true, UINT64_MAX },
	{ "18446744073709551616", 0, UINT64_MAX, false, 0 },
	{ "99999999999999999999999", 0, UINT64_MAX, false, 0 },
	{ "", 0, 9, false, 0 },
	{ " 1", 0, 9, false, 0 },
	{ "1 ", 0, 9, false, 0 },
	{ "+1", 0, 9, false, 0 },
	{ "-1", 0, UINT64_MAX, false, 0 },
	{ "0x1", 0, 9, false, 0 },
	{ "1.0", 0, 9, false, 0 },
	{ "1\t", 0, 9, false, 0 },
};

static void
test_u64(void)
{
	uint64_t value;
	size_t i;
	bool good;

	for (i = 0; i < COUNT(whole); i++) {
		value = 4711;
		good = num_parse_u64(whole[i].text, whole[i].min, whole[i].max,
		    &value);
		tap_ok(good == whole[i].good &&
			value == (good ? whole[i].value : 4711),
		    "whole number '%s' of %" PRIu64 " to %" PRIu64,
		    whole[i].text, whole[i].min, whole[i].max);
	}
}

static const struct {
	const char *text;
	bool good;
	int64_t milli;
	const char *written; /* Null: as 'text'. */
} milli[] = {
	{ "0", true, 0 },
	{ "-0", true, 0, "0" },
	{ "1", true, 1000 },
	{ "-1.5", true, -1500 },
	{ "-0.001", true, -1 },
	{ "0.25", true, 250 },
	{ "12.300", true, 12300, "12.3" },
	{ "00012", true, 12000, "12" },
	{ "9223372036854775.807", true, INT64_MAX },
	{ "-9223372036854775.808", true, INT64_MIN },
	{ "9223372036854775.808", false },
	{ "-9223372036854775.809", false },
	{ "18446744073709552", false },
	{ "18446744073709551616", false },
	{ "1.2345", false },
	{ "1.0000", false },
	{ "1.", false },
	{ ".5", false },
	{ "-", false },
	{ "--1", false },
	{ "+1", false },
	{ "", false },
	{ "1e3", false },
	{ "1,5", false },
	{ " 1", false },
	{ "1 ", false },
};

static void
test_milli(void)
{
	char room[NUM_MILLI_SIZE];
	const char *want;
	int64_t value;
	size_t i, size;
	bool good;

	for (i = 0; i < COUNT(milli); i++) {
		value = 4711;
		good = num_parse_milli(milli[i].text, &value);
		tap_ok(good == milli[i].good &&
			value == (good ? milli[i].milli : 4711),
		    "decimal '%s'", milli[i].text);
		if (!good)
			continue;
		want = milli[i].written ? milli[i].written : milli[i].text;
		size = num_format_milli(value, room);
		tap_text(room, want, "is written without needless zeros");
		tap_int((long long)size, (long long)strlen(want), "its length");
	}
}

static const struct {
	const char *text;
	bool good;
	uint64_t us;
} times[] = {
	{ "1970-01-01T00:00:00Z", true, 0 },
	{ "1970-01-01", true, 0 },
	{ "2026-11-23T05:43:25.000001Z", true, UINT64_C(1795412605000001) },
	{ "2026-11-23 05:43:25Z", true, UINT64_C(1795412605000000) },
	{ "2026-11-23t05:43:25z", true, UINT64_C(1795412605000000) },
	{ "2026-11-23T06:43:25+01:00", true, UINT64_C(1795412605000000) },
	{ "2026-11-22T21:43:25-08:00", true, UINT64_C(1795412605000000) },
	{ "2026-11-23T11:28:25+05:45", true, UINT64_C(1795412605000000) },
	{ "2026-11-23T05:43:25-00:00", true, UINT64_C(1795412605000000) },
	{ "2026-11-23", true, UINT64_C(1795392000000000) },
	{ "2024-02-29", true, UINT64_C(1709164800000000) },
	{ "2000-02-29", true, UINT64_C(951782400000000) },
	{ "2100-02-28T23:59:59Z", true, UINT64_C(4107542399000000) },
	{ "2023-02-29", false, 0 },
	{ "2100-02-29", false, 0 },
	{ "2024-04-31", false, 0 },
	{ "2024-12-31", true, UINT64_C(1735603200000000) },
	{ "2016-12-31T23:59:60Z", true, UINT64_C(1483228800000000) },
	{ "2017-01-01T00:59:60+01:00", true, UINT64_C(1483228800000000) },
	{ "2016-12-31T23:58:60Z", false, 0 },
	{ "2016-12-31T22:59:60Z", false, 0 },
	{ "2016-12-31T23:59:61Z", false, 0 },
	{ "9999-12-31T23:59:59.999999Z", true, UINT64_C(253402300799999999) },
	{ "1969-12-31", false, 0 },
	{ "1969-12-31T23:59:59Z", false, 0 },
	{ "0000-01-01", false, 0 },
	{ "1970-01-01T00:00:00+00:01", false, 0 },
	{ "1969-12-31T23:59:00-00:01", true, 0 },
	{ "2026-11-23T05:43:25.9Z", true, UINT64_C(1795412605900000) },
	{ "2026-11-23T05:43:25.1234567Z", true, UINT64_C(1795412605123456) },
	{ "2026-11-23T05:43:25.Z", false, 0 },
	{ "2026-11-23T05:43:25", false, 0 },
	{ "2026-11-23T05:43Z", false, 0 },
	{ "2026-11-23T24:00:00Z", false, 0 },
	{ "2026-11-23T05:60:00Z", false, 0 },
	{ "2026-11-23T05:43:25+24:00", false, 0 },
	{ "2026-11-23T05:43:25+01:60", false, 0 },
	{ "2026-11-23T05:43:25+0100", false, 0 },
	{ "2026-11-23T05:43:25Zx", false, 0 },
	{ "2026-11-23T", false, 0 },
	{ "2026-11-23x", false, 0 },
	{ "2026-00-01", false, 0 },
	{ "2026-13-01", false, 0 },
	{ "2026-01-00", false, 0 },
	{ "2026-01-32", false, 0 },
	{ "2026-1-1", false, 0 },
	{ "20261123", false, 0 },
	{ "-026-01-01", false, 0 },
	{ " 2026-01-01", false, 0 },
	{ "", false, 0 },
	{ "now", false, 0 },
	{ "@0", true, 0 },
	{ "@1795412605", true, UINT64_C(1795412605000000) },
	{ "@1795412605.25", true, UINT64_C(1795412605250000) },
	{ "@18446744073708", true, UINT64_C(18446744073708000000) },
	{ "@18446744073709", false, 0 },
	{ "@18446744073709551616", false, 0 },
	{ "@", false, 0 },
	{ "@-1", false, 0 },
	{ "@1x", false, 0 },
};

static void
test_times(void)
{
	uint64_t value;
	size_t i;
	bool good;

	for (i = 0; i < COUNT(times); i++) {
		value = 4711;
		good = num_parse_time(times[i].text, &value);
		if (!tap_ok(good == times[i].good &&
			    value == (good ? times[i].us : 4711),
			"time '%s'", times[i].text))
			printf("# got %d %" PRIu64 "\n", good, value);
	}
}

/* The C library's calendar is the model. */
static bool
agrees(uint64_t us)
{
	time_t seconds = (time_t)(us / 1000000);
	char got[NUM_TIME_SIZE], want[64];
	struct tm date;
	uint64_t again = 0;
	size_t size;

	gmtime_r(&seconds, &date);
	strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%S", &date);
	snprintf(want + strlen(want), sizeof(want) - strlen(want), ".%06uZ",
	    (unsigned)(us % 1000000));
	size = num_format_time(us, got);
	if (strcmp(got, want) == 0 && size == strlen(want) &&
	    num_parse_time(got, &again) && again == us)
		return true;
	printf("# got %s want %s, read %" PRIu64 "\n", got, want, again);
	return false;
}

static void
test_calendar(void)
{
	const uint64_t day = UINT64_C(86400000000);
	char room[NUM_TIME_SIZE];
	uint64_t i;
	bool good = true;

	/* Every day from 1970 to 9999, each at another time of the day. */
	for (i = 0; i < 2932897 && good; i++)
		good = agrees(i * day + i * UINT64_C(7919000003) % day);
	tap_ok(good, "every day until 9999 is written and read");
	num_format_time(UINT64_C(253402300800000000), room);
	tap_text(room, "9999-12-31T23:59:59.999999Z", "later is clamped");
	num_format_time(UINT64_MAX, room);
	tap_text(room, "9999-12-31T23:59:59.999999Z", "the latest, too");
}

static const struct {
	const char *text;
	bool good;
	uint64_t us;
} spans[] = {
	{ "0s", true, 0 },
	{ "90s", true, UINT64_C(90000000) },
	{ "15m", true, UINT64_C(900000000) },
	{ "24h", true, UINT64_C(86400000000) },
	{ "7d", true, UINT64_C(604800000000) },
	{ "18446744073709s", true, UINT64_C(18446744073709000000) },
	{ "18446744073710s", false, 0 },
	{ "213503983d", false, 0 },
	{ "213503982d", true, UINT64_C(18446744044800000000) },
	{ "18446744073709551616s", false, 0 },
	{ "", false, 0 },
	{ "s", false, 0 },
	{ "7", false, 0 },
	{ "7w", false, 0 },
	{ "7D", false, 0 },
	{ "7 d", false, 0 },
	{ "7dd", false, 0 },
	{ "-7d", false, 0 },
	{ "1.5h", false, 0 },
	{ "1h30m", false, 0 },
};

static void
test_spans(void)
{
	uint64_t value;
	size_t i;
	bool good;

	for (i = 0; i < COUNT(spans); i++) {
		value = 4711;
		good = num_parse_span(spans[i].text, &value);
		tap_ok(good == spans[i].good &&
			value == (good ? spans[i].us : 4711),
		    "span '%s'", spans[i].text);
	}
}

static void
test_byte_counts(void)
{
	static const struct {
		const char *text;
		bool good;
		uint64_t bytes;
	} counts[] = {
		{ "0B", true, 0 },
		{ "512B", true, 512 },
		{ "64KB", true, 65536 },
		{ "3GB", true, 3ULL << 30 },
		{ "16777215TB", true, 16777215ULL << 40 },
		{ "16777216TB", false, 0 },
		{ "99999999999999999999B", false, 0 },
		{ "1", false, 0 },
		{ "MB", false, 0 },
		{ "1mb", false, 0 },
		{ "1MB ", false, 0 },
		{ "-1MB", false, 0 },
		{ "", false, 0 },
	};
	uint64_t value;
	size_t i;
	bool good;

	for (i = 0; i < COUNT(counts); i++) {
		value = 4711;
		good = num_parse_bytes(counts[i].text, &value);
		tap_ok(good == counts[i].good &&
			value == (good ? counts[i].bytes : 4711),
		    "bytes '%s'", counts[i].text);
	}
}

static void
test_differences(void)
{
	tap_ok(num_minus(3, 5) == -2, "3 - 5");
	tap_ok(num_minus(-1, INT64_MAX) == INT64_MIN, "the least that fits");
	tap_ok(num_minus(-2, INT64_MAX) == INT64_MIN, "less than fits");
	tap_ok(num_minus(-1, INT64_MIN) == INT64_MAX, "the most that fits");
	tap_ok(num_minus(0, INT64_MIN) == INT64_MAX, "more than fits");
	tap_ok(num_minus(INT64_MAX, INT64_MIN) == INT64_MAX, "far apart");
}

static void
test_bits(void)
{
	/* 8 of 0xff, 4 of 0x0f, 1 of 0x80: 13 a triple. */
	uint8_t bytes[19];
	size_t size, want = 0;

	tap_ok(num_bits(0) == 0 && num_bits(UINT64_MAX) == 64 &&
		num_bits(UINT64_C(1) << 63 | 1) == 2,
	    "none, all, the outermost");
	for (size = 0; size <= sizeof(bytes); size++) {
		uint8_t *exact;

		tap_ok(num_bits_of(bytes, size) == want, "%zu bytes", size);
		if (size == sizeof(bytes))
			break;
		bytes[size] = size % 3 == 0 ? 0xff
		    : size % 3 == 1         ? 0x0f
					    : 0x80;
		want += size % 3 == 0 ? 8 : size % 3 == 1 ? 4 : 1;
		exact = tap_exact(bytes, size + 1);
		tap_ok(num_bits_of(exact, size + 1) == want,
		    "%zu bytes and none behind", size + 1);
		free(exact);
	}
}

static void
test_printable(void)
{
	uint8_t bytes[256], *exact;
	size_t size, want = 0, i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 37);
	for (size = 0; size <= sizeof(bytes); size++) {
		exact = tap_exact(bytes, size);
		tap_ok(num_printable_of(exact, size) == want,
		    "printable of %zu bytes", size);
		free(exact);
		if (size < sizeof(bytes))
			want += bytes[size] >= 0x20 && bytes[size] <= 0x7e;
	}
}

int
main(void)
{
	test_sums();
	test_bits();
	test_byte_counts();
	test_printable();
	test_differences();
	test_u64();
	test_milli();
	test_times();
	test_calendar();
	test_spans();
	return tap_done();
}
