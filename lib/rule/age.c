#include "rule/age.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/num.h"

enum { HALVINGS = 3, HEAD_LINES = 50 };

static const unsigned whole = AGE_WHOLE;

static const uint64_t day_us = UINT64_C(86400) * 1000000;

unsigned
list_weight(const struct list_age *age, uint64_t now_us)
{
	uint64_t old_us = time_since_us(now_us, age->date_us), times;

	if (age->max_age_us == 0 || old_us <= age->max_age_us)
		return AGE_WHOLE;
	times = (old_us - 1) / age->max_age_us;
	return times <= HALVINGS ? whole >> times : 0;
}

size_t
list_age_say(const struct list_age *age, uint64_t now_us, char *room,
    size_t size)
{
	static const char *const shares[] = { "whole", "half", "a quarter",
		"an eighth", "nothing" };
	unsigned weight = list_weight(age, now_us), share = 0;
	uint64_t days = time_since_us(now_us, age->date_us) / day_us;
	int length;

	room[0] = '\0';
	if (weight == AGE_WHOLE)
		return 0;
	while (share <= HALVINGS && weight != whole >> share)
		share++;
	length = snprintf(room, size,
	    "list '%s' is %" PRIu64 " days old, good for %" PRIu64
	    ": it counts %s",
	    age->name, days, age->max_age_us / day_us, shares[share]);
	if (length < 0)
		return 0;
	return (size_t)length < size ? (size_t)length : size - 1;
}

/* The part of a comment's line behind "# date:", or null. */
static const char *
behind_key(const char *line, size_t size, size_t *left)
{
	static const char key[] = "date:";
	size_t at = 1;

	while (at < size && line[at] == ' ')
		at++;
	if (size - at < sizeof(key) - 1 ||
	    strncasecmp(line + at, key, sizeof(key) - 1) != 0)
		return NULL;
	at += sizeof(key) - 1;
	while (at < size && line[at] == ' ')
		at++;
	*left = size - at;
	return line + at;
}

static bool
parse_date(const char *text, size_t size, uint64_t *date_us)
{
	char room[40];

	while (size > 0 && (text[size - 1] == '\r' || text[size - 1] == ' '))
		size--;
	if (size >= sizeof(room))
		return false;
	memcpy(room, text, size);
	room[size] = '\0';
	return num_parse_time(room, date_us);
}

bool
list_date(const char *text, size_t size, uint64_t *date_us)
{
	const char *at = text, *end = text + size, *next, *date;
	size_t length, left;
	unsigned line;

	for (line = 0; line < HEAD_LINES && at < end && *at == '#'; line++) {
		next = memchr(at, '\n', (size_t)(end - at));
		length = (size_t)((next != NULL ? next : end) - at);
		date = behind_key(at, length, &left);
		if (date != NULL)
			return parse_date(date, left, date_us);
		at = next != NULL ? next + 1 : end;
	}
	return false;
}
