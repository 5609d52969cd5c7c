#include "flowscan.h"

#include <stdio.h>
#include <string.h>

#include "../tap.h"

static const uint64_t hour_us = 3600000000;

/* A clock two hours east of UTC, at 2026-11-23T05:43:00Z. */
static uint64_t
to_utc(void *ctx, uint64_t wall_us)
{
	(void)ctx;
	return wall_us - 2 * hour_us;
}

static uint64_t
to_wall(void *ctx, uint64_t time_us)
{
	(void)ctx;
	return time_us + 2 * hour_us;
}

static const struct fs_clock east = { .now_us = 1795412580000000,
	.to_utc = to_utc,
	.to_wall = to_wall };

/* What a filter came to, in words. */
static void
describe(const struct fs_filter *filter, char *text, size_t size)
{
	snprintf(text, size,
	    "%llu %llu %llu %u/%d %s %u %d %d %d '%s' '%s' '%s' %s %llu",
	    (unsigned long long)filter->since_us / 1000000,
	    (unsigned long long)filter->until_us / 1000000,
	    (unsigned long long)filter->last_us / 1000000,
	    filter->client.addr.family, filter->client.bits, filter->country,
	    filter->asn, filter->class, filter->verdict, filter->min_score_ppm,
	    filter->service, filter->sensor, filter->rule,
	    fs_sort_name(filter->sort), (unsigned long long)filter->limit);
}

/* Lines that are understood. */
static const struct {
	const char *text, *want;
} good[] = {
	{ "", "0 0 0 0/0  0 -1 -1 0 '' '' '' usual 0" },
	{ " \t ", "0 0 0 0/0  0 -1 -1 0 '' '' '' usual 0" },
	{ "class:vpn score:>=0.8 country:sg sort:score",
	    "0 0 0 0/0 SG 0 2 -1 800000 '' '' '' score 0" },
	{ "score:0.8\tlimit:7 verdict:review",
	    "0 0 0 0/0  0 -1 1 800000 '' '' '' usual 7" },
	{ "198.51.100.0/24 asn:AS64500",
	    "0 0 0 4/24  64500 -1 -1 0 '' '' '' usual 0" },
	{ "2001:db8::/32", "0 0 0 6/32  0 -1 -1 0 '' '' '' usual 0" },
	{ "client:2001:db8::1", "0 0 0 6/128  0 -1 -1 0 '' '' '' usual 0" },
	{ "service:\"my api\" sensor:tap:1 rule:a-b sort:time",
	    "0 0 0 0/0  0 -1 -1 0 'my api' 'tap:1' 'a-b' time 0" },
	{ "since:today until:now",
	    "1795384800 1795412580 0 0/0  0 -1 -1 0 '' '' '' usual 0" },
	{ "since:yesterday until:today",
	    "1795298400 1795384800 0 0/0  0 -1 -1 0 '' '' '' usual 0" },
	{ "since:2026-11-23 until:2026-11-23T07:43",
	    "1795384800 1795412580 0 0/0  0 -1 -1 0 '' '' '' usual 0" },
	{ "since:\"2026-11-23 07:43:01\" until:2026-11-23T05:43:02Z",
	    "1795412581 1795412582 0 0/0  0 -1 -1 0 '' '' '' usual 0" },
	{ "since:2026-11-23T08:43:00+03:00 last:1h",
	    "1795412580 0 3600 0/0  0 -1 -1 0 '' '' '' usual 0" },
	{ "since:24h", "0 0 86400 0/0  0 -1 -1 0 '' '' '' usual 0" },
};

/* Lines that are not, and where. */
static const struct {
	const char *text;
	unsigned column;
	const char *says;
} bad[] = {
	{ "clas:vpn", 1, "'clas' is no filter: did you mean 'class'?" },
	{ "class:vpn  scor:1", 12, "did you mean 'score'?" },
	{ "xyzzy:1", 1, "'xyzzy' is no filter: expected since" },
	{ "class:vnp", 7, "did you mean 'vpn'?" },
	{ "verdict:xyzzy", 9, "expected clean, review or anomalous" },
	{ "class:", 7, "a value is missing" },
	{ "class: vpn", 7, "a value is missing" },
	{ "class:vpn class:tor", 11, "'class' is given twice" },
	{ "198.51.100.7 client:198.51.100.8", 14, "'client' is given twice" },
	{ "service:\"api", 9, "the quotation has no end" },
	{ "service:\"\"", 9, "a value is missing" },
	{ "service:\"a\"b", 12, "expected a blank" },
	{ "vpn", 1, "expected a filter and its value" },
	{ ":vpn", 1, "expected a filter and its value" },
	{ "CLASS:vpn", 1, "expected a filter and its value" },
	{ "score:<0.8", 7, "'<0.8': expected the least probability" },
	{ "score:>=1.1", 7, "from 0 to 1" },
	{ "score:>=0.1234567", 7, "at most six" },
	{ "country:DEU", 9, "two letters" },
	{ "since:tomorrow", 7, "expected a time" },
	{ "until:24h", 7, "expected a time" },
	{ "last:0s", 6, "expected a span" },
	{ "compare:2026-11-02..2026-11-01", 9, "two times" },
	{ "limit:-1", 7, "a number of rows" },
	{ "1.2.3.4/33", 1, "expected a filter" },
};

static void
test_bad(size_t i)
{
	char now[512], before[512];
	struct fs_filter filter;
	struct fs_err err = { 0 };
	int rc;

	fs_filter_init(&filter);
	filter.limit = 3;
	describe(&filter, before, sizeof(before));
	rc = fs_filter_query(&filter, &east, bad[i].text, &err);
	describe(&filter, now, sizeof(now));
	tap_ok(rc == FS_ECONFIG && strcmp(now, before) == 0,
	    "refused whole: %s", bad[i].text);
	tap_int(err.column, bad[i].column, "its column");
	tap_ok(strstr(err.text, bad[i].says) != NULL, "%s", err.text);
}

static void
test_compare(void)
{
	struct fs_filter filter;
	struct fs_err err;

	fs_filter_init(&filter);
	tap_int(fs_filter_set(&filter, NULL, "compare", "7d", &err), 0,
	    "a span to compare with");
	tap_int((long long)(filter.compare_back_us / hour_us), 168,
	    "a week before");
	tap_int(fs_filter_set(&filter, NULL, "compare",
		    "2026-11-01..2026-11-02T12:00", &err),
	    0, "a period to compare with");
	tap_int((long long)((filter.compare_until_us -
				filter.compare_since_us) /
		    hour_us),
	    36, "of a day and a half");
	tap_int(fs_filter_set(&filter, NULL, "since", "today", &err),
	    FS_ECONFIG, "without a clock there is no today");
	tap_int(fs_filter_set(&filter, NULL, "colour", "red", &err), FS_ECONFIG,
	    "an unknown filter");
}

int
main(void)
{
	struct fs_filter filter;
	struct fs_err err;
	char text[512];
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		fs_filter_init(&filter);
		err.text[0] = '\0';
		tap_ok(fs_filter_query(&filter, &east, good[i].text, &err) == 0,
		    "understood: %s %s", good[i].text, err.text);
		describe(&filter, text, sizeof(text));
		tap_text(text, good[i].want, "what it came to");
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		test_bad(i);
	test_compare();
	return tap_done();
}
