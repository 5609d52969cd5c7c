#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/num.h"
#include "base/yaml.h"
#include "flowscan.h"

/* Filters as a person writes them: one by one, or as one line. */

enum { QUERY_VALUE_SIZE = 256 };

/* One value while it is being read. */
struct reading {
	struct fs_filter *filter;
	const struct fs_clock *clock; /* Or null. */
	const char *expected;         /* What a value looks like. */
	struct fs_err *err;
};

static int
bad_value(const struct reading *now, const char *value)
{
	return err_set(now->err, FS_ECONFIG, "'%s': expected %s", value,
	    now->expected);
}

/* ---- Time --------------------------------------------------------------- */

static uint64_t
to_utc(const struct fs_clock *clock, uint64_t wall_us)
{
	return clock != NULL && clock->to_utc != NULL
	    ? clock->to_utc(clock->ctx, wall_us)
	    : wall_us;
}

/* "today", "yesterday", "now". */
static bool
parse_day(const struct fs_clock *clock, const char *text, uint64_t *time_us)
{
	const uint64_t day_us = 86400000000;
	uint64_t wall_us;

	if (clock == NULL || clock->now_us < 2 * day_us)
		return false;
	wall_us = clock->to_wall != NULL
	    ? clock->to_wall(clock->ctx, clock->now_us)
	    : clock->now_us;
	wall_us -= wall_us % day_us;
	if (strcmp(text, "now") == 0)
		*time_us = clock->now_us;
	else if (strcmp(text, "today") == 0)
		*time_us = to_utc(clock, wall_us);
	else if (strcmp(text, "yesterday") == 0)
		*time_us = to_utc(clock, wall_us - day_us);
	else
		return false;
	return true;
}

/* A time; one that names no zone is what the clock's zone shows. */
static bool
parse_time(const struct fs_clock *clock, const char *text, uint64_t *time_us)
{
	size_t size = strlen(text);
	char whole[32];
	uint64_t wall_us;

	if (parse_day(clock, text, time_us))
		return true;
	if (text[0] == '@' || (size != 10 && size != 16 && size != 19))
		return num_parse_time(text, time_us);
	snprintf(whole, sizeof(whole), "%s%s", text,
	    size == 10       ? ""
		: size == 16 ? ":00Z"
			     : "Z");
	if (!num_parse_time(whole, &wall_us))
		return false;
	*time_us = to_utc(clock, wall_us);
	return true;
}

static int
read_since(const struct reading *now, const char *value)
{
	if (parse_time(now->clock, value, &now->filter->since_us) ||
	    (num_parse_span(value, &now->filter->last_us) &&
		now->filter->last_us > 0))
		return 0;
	return bad_value(now, value);
}

static int
read_until(const struct reading *now, const char *value)
{
	if (parse_time(now->clock, value, &now->filter->until_us))
		return 0;
	return bad_value(now, value);
}

static int
read_last(const struct reading *now, const char *value)
{
	if (num_parse_span(value, &now->filter->last_us) &&
	    now->filter->last_us > 0)
		return 0;
	return bad_value(now, value);
}

/* A span: the same period so much earlier; or TIME..TIME. */
static int
read_compare(const struct reading *now, const char *value)
{
	const char *dots = strstr(value, "..");
	struct fs_filter *filter = now->filter;
	char from[40];

	if (dots == NULL) {
		if (num_parse_span(value, &filter->compare_back_us) &&
		    filter->compare_back_us > 0)
			return 0;
		return bad_value(now, value);
	}
	snprintf(from, sizeof(from), "%.*s", (int)(dots - value), value);
	if (!parse_time(now->clock, from, &filter->compare_since_us) ||
	    !parse_time(now->clock, dots + 2, &filter->compare_until_us) ||
	    filter->compare_since_us >= filter->compare_until_us)
		return bad_value(now, value);
	return 0;
}

/* ---- Other values ------------------------------------------------------- */

/* Finds a name of an enumeration, or says which is near. */
static int
find_name(const struct reading *now, const char *value,
    int (*find)(const char *name), const char *(*name_of)(int value),
    int *found)
{
	const char *names[32], *nearest;
	int i;

	if ((i = find(value)) >= 0) {
		*found = i;
		return 0;
	}
	for (i = 0; i < 31 && find(name_of(i)) == i; i++)
		names[i] = name_of(i);
	names[i] = NULL;
	nearest = yaml_nearest(value, names);
	if (nearest != NULL)
		return err_set(now->err, FS_ECONFIG,
		    "'%s' is unknown: did you mean '%s'?", value, nearest);
	return err_set(now->err, FS_ECONFIG, "'%s' is unknown: expected %s",
	    value, now->expected);
}

static int
read_client(const struct reading *now, const char *value)
{
	if (addr_parse_prefix(value, true, &now->filter->client))
		return 0;
	return bad_value(now, value);
}

static int
read_country(const struct reading *now, const char *value)
{
	if (strlen(value) != 2 || !isalpha((unsigned char)value[0]) ||
	    !isalpha((unsigned char)value[1]))
		return bad_value(now, value);
	now->filter->country[0] = (char)toupper((unsigned char)value[0]);
	now->filter->country[1] = (char)toupper((unsigned char)value[1]);
	return 0;
}

static int
read_asn(const struct reading *now, const char *value)
{
	const char *digits = value;
	uint64_t asn;

	if (strncasecmp(digits, "AS", 2) == 0)
		digits += 2;
	if (!num_parse_u64(digits, 1, UINT32_MAX, &asn))
		return bad_value(now, value);
	now->filter->asn = (uint32_t)asn;
	return 0;
}

static int
read_class(const struct reading *now, const char *value)
{
	return find_name(now, value, fs_class_find, fs_class_name,
	    &now->filter->class);
}

static int
read_verdict(const struct reading *now, const char *value)
{
	return find_name(now, value, fs_decision_find, fs_decision_name,
	    &now->filter->verdict);
}

static int
read_sort(const struct reading *now, const char *value)
{
	return find_name(now, value, fs_sort_find, fs_sort_name,
	    &now->filter->sort);
}

/* Reads a probability with at most six places after the point, as scores
 * are written, as millionths. */
static bool
parse_ppm(const char *text, int32_t *ppm)
{
	int32_t value, place = 1000000;

	if (text[0] != '0' && text[0] != '1')
		return false;
	value = (text[0] - '0') * place;
	text++;
	if (text[0] == '.' && text[1] != '\0')
		for (text++; isdigit((unsigned char)*text) && place > 1; text++)
			value += (*text - '0') * (place /= 10);
	if (*text != '\0' || value > 1000000)
		return false;
	*ppm = value;
	return true;
}

static int
read_score(const struct reading *now, const char *value)
{
	size_t sign = strncmp(value, ">=", 2) == 0 ? 2 : 0;

	if (parse_ppm(value + sign, &now->filter->min_score_ppm))
		return 0;
	return bad_value(now, value);
}

/* A name as rules, services and sensors have them. */
static int
copy_name(const struct reading *now, const char *value, char *room)
{
	size_t size = strlen(value);

	if (size == 0 || size >= FS_NAME_SIZE)
		return bad_value(now, value);
	memcpy(room, value, size + 1);
	return 0;
}

static int
read_service(const struct reading *now, const char *value)
{
	return copy_name(now, value, now->filter->service);
}

static int
read_sensor(const struct reading *now, const char *value)
{
	return copy_name(now, value, now->filter->sensor);
}

static int
read_rule(const struct reading *now, const char *value)
{
	return copy_name(now, value, now->filter->rule);
}

static int
read_limit(const struct reading *now, const char *value)
{
	if (num_parse_u64(value, 0, UINT64_MAX, &now->filter->limit))
		return 0;
	return bad_value(now, value);
}

/* ---- The table ---------------------------------------------------------- */

#define TIMES                                                         \
	"a time (2026-11-23, 2026-11-23T05:43:00Z, 2026-11-23T07:43:" \
	"00+02:00, today, yesterday, @1795412580)"
#define A_NAME "a name of at most 63 bytes"
#define A_SPAN "a span: 90s, 15m, 24h, 7d"

static const struct key {
	const char *name;
	int (*read)(const struct reading *now, const char *value);
	const char *expected;
} keys[] = {
	{ "since", read_since, TIMES " or a span (24h)" },
	{ "until", read_until, TIMES },
	{ "last", read_last, A_SPAN },
	{ "compare", read_compare,
	    "a span (7d: the same hours a week before) or two times "
	    "(2026-11-01..2026-11-08)" },
	{ "client", read_client,
	    "an address or a network: 203.0.113.7, 203.0.113.0/24, "
	    "2001:db8::/32" },
	{ "country", read_country, "a country's two letters: DE" },
	{ "asn", read_asn, "an AS number: 64500" },
	{ "class", read_class,
	    "unknown, direct, vpn, proxy, relay, tunnel, tor or "
	    "privacy-relay" },
	{ "verdict", read_verdict, "clean, review or anomalous" },
	{ "min-score", read_score,
	    "a probability from 0 to 1 with at most six decimal places: "
	    "0.95" },
	{ "score", read_score,
	    "the least probability, from 0 to 1 with at most six decimal "
	    "places: >=0.8" },
	{ "service", read_service, A_NAME },
	{ "sensor", read_sensor, A_NAME },
	{ "rule", read_rule, A_NAME },
	{ "sort", read_sort, "score or time" },
	{ "limit", read_limit, "a number of rows, 0 for all" },
};

enum { KEY_COUNT = sizeof(keys) / sizeof(keys[0]) };

static int
find_key(const char *name)
{
	int i;

	for (i = 0; i < KEY_COUNT; i++)
		if (strcmp(keys[i].name, name) == 0)
			return i;
	return -1;
}

int
fs_filter_set(struct fs_filter *filter, const struct fs_clock *clock,
    const char *name, const char *value, struct fs_err *err)
{
	int key = find_key(name);
	struct reading now = { filter, clock, NULL, err };

	if (key < 0)
		return err_set(err, FS_ECONFIG, "there is no filter '%s'",
		    name);
	now.expected = keys[key].expected;
	return keys[key].read(&now, value);
}

/* ---- One line ----------------------------------------------------------- */

/* A line while it is being read. */
struct line {
	const char *text, *at;
	bool seen[KEY_COUNT];
	struct reading now;
};

/* Says what is wrong at a place of the line, counted in bytes from 1. */
static int FS_PRINTF(3, 4)
    refuse(const struct line *line, const char *at, const char *format, ...)
{
	struct fs_err fault;
	va_list args;

	va_start(args, format);
	vsnprintf(fault.text, sizeof(fault.text), format, args);
	va_end(args);
	return err_set_at(line->now.err, FS_ECONFIG, "", 1,
	    (unsigned)(at - line->text) + 1, "%s", fault.text);
}

static int
unknown_key(const struct line *line, const char *at, const char *name)
{
	const char *names[KEY_COUNT + 1], *nearest;
	int i;

	for (i = 0; i < KEY_COUNT; i++)
		names[i] = keys[i].name;
	names[i] = NULL;
	if ((nearest = yaml_nearest(name, names)) == NULL)
		return refuse(line, at,
		    "'%s' is no filter: expected since, until, last, client, "
		    "country, asn, class, verdict, score, service, sensor, "
		    "rule, sort or limit",
		    name);
	return refuse(line, at, "'%s' is no filter: did you mean '%s'?", name,
	    nearest);
}

/* Copies a value: up to a blank, or between double quotes. */
static int
take_value(struct line *line, char value[QUERY_VALUE_SIZE])
{
	bool quoted = *line->at == '"';
	const char *from = line->at + quoted;
	size_t size = strcspn(from, quoted ? "\"" : " \t");

	if (quoted && from[size] == '\0')
		return refuse(line, line->at, "the quotation has no end");
	if (size == 0)
		return refuse(line, line->at, "a value is missing");
	if (size >= QUERY_VALUE_SIZE)
		return refuse(line, line->at, "the value is too long");
	memcpy(value, from, size);
	value[size] = '\0';
	line->at = from + size + quoted;
	if (*line->at != '\0' && *line->at != ' ' && *line->at != '\t')
		return refuse(line, line->at,
		    "expected a blank between filters");
	return 0;
}

/* Sets one filter, and puts the place of the value into what is wrong. */
static int
set_key(struct line *line, int key, const char *name_at)
{
	struct fs_err fault = { 0 };
	struct reading now = line->now;
	char value[QUERY_VALUE_SIZE];
	const char *at = line->at;
	int rc;

	if (line->seen[key])
		return refuse(line, name_at, "'%s' is given twice",
		    keys[key].name);
	line->seen[key] = true;
	if ((rc = take_value(line, value)) < 0)
		return rc;
	now.err = &fault;
	now.expected = keys[key].expected;
	if (keys[key].read(&now, value) < 0)
		return refuse(line, at, "%s", fault.text);
	return 0;
}

/* "name:value", or an address by itself. */
static int
take_filter(struct line *line)
{
	const char *at = line->at;
	size_t size = strspn(at, "abcdefghijklmnopqrstuvwxyz-");
	size_t word = strcspn(at, " \t");
	struct fs_prefix net;
	char name[64];

	if (word < sizeof(name)) {
		snprintf(name, sizeof(name), "%.*s", (int)word, at);
		if (addr_parse_prefix(name, true, &net))
			return set_key(line, find_key("client"), at);
	}
	if (size == 0 || size >= sizeof(name) || at[size] != ':')
		return refuse(line, at,
		    "expected a filter and its value, as in 'class:vpn "
		    "score:>=0.8 country:SG sort:score'");
	snprintf(name, sizeof(name), "%.*s", (int)size, at);
	if (find_key(name) < 0)
		return unknown_key(line, at, name);
	line->at = at + size + 1;
	return set_key(line, find_key(name), at);
}

int
fs_filter_query(struct fs_filter *filter, const struct fs_clock *clock,
    const char *text, struct fs_err *err)
{
	struct fs_filter whole = *filter;
	struct line line = { .text = text,
		.at = text,
		.now = { &whole, clock, NULL, err } };
	int rc;

	for (;;) {
		line.at += strspn(line.at, " \t");
		if (*line.at == '\0')
			break;
		if ((rc = take_filter(&line)) < 0)
			return rc;
	}
	*filter = whole;
	return 0;
}
