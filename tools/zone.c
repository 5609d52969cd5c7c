#include "zone.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ZONE_FOLDER "/usr/share/zoneinfo"

static const int64_t us_per_s = 1000000;

/* What a clock shows there, or here when 'back', shifted by whole seconds. */
static uint64_t
shift(uint64_t time_us, int64_t seconds)
{
	uint64_t us = (uint64_t)llabs(seconds) * (uint64_t)us_per_s;

	if (seconds < 0)
		return time_us > us ? time_us - us : 0;
	return time_us > UINT64_MAX - us ? UINT64_MAX : time_us + us;
}

/* Seconds east of UTC at that time. */
static int64_t
named_offset(uint64_t time_us)
{
	time_t seconds = (time_t)(time_us / (uint64_t)us_per_s);
	struct tm tm;

	return localtime_r(&seconds, &tm) != NULL ? tm.tm_gmtoff : 0;
}

static uint64_t
to_wall(void *ctx, uint64_t time_us)
{
	const struct zone *zone = ctx;

	return shift(time_us,
	    zone->named ? named_offset(time_us) : zone->offset_s);
}

/* Where clocks are put forward the time before is meant, where they are put
 * back one of the two, as mktime() has it. */
static uint64_t
to_utc(void *ctx, uint64_t wall_us)
{
	const struct zone *zone = ctx;
	time_t wall = (time_t)(wall_us / (uint64_t)us_per_s), seconds;
	struct tm tm;

	if (!zone->named)
		return shift(wall_us, -zone->offset_s);
	if (gmtime_r(&wall, &tm) == NULL)
		return wall_us;
	tm.tm_isdst = -1;
	seconds = mktime(&tm);
	return seconds < 0 ? 0
			   : (uint64_t)seconds * (uint64_t)us_per_s +
		wall_us % (uint64_t)us_per_s;
}

/* Takes two digits, below 'limit'. */
static bool
take_two(const char **text, int64_t limit, int64_t *value)
{
	const char *at = *text;

	if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9')
		return false;
	*value = (int64_t)(at[0] - '0') * 10 + (at[1] - '0');
	*text += 2;
	return *value < limit;
}

/* "+02:00", "-0330". */
static bool
parse_offset(const char *text, int64_t *offset_s)
{
	const char sign = *text;
	int64_t hours, minutes;

	if (sign != '+' && sign != '-')
		return false;
	text++;
	if (!take_two(&text, 24, &hours))
		return false;
	text += *text == ':';
	if (!take_two(&text, 60, &minutes) || *text != '\0')
		return false;
	*offset_s = (hours * 60 + minutes) * (sign == '-' ? -60 : 60);
	return true;
}

/* Whether the system's tables have it. */
static bool
is_named(const char *text)
{
	char path[PATH_MAX];

	if (text[0] == '\0' || text[0] == '/' || strstr(text, "..") != NULL)
		return false;
	snprintf(path, sizeof(path), ZONE_FOLDER "/%s", text);
	return access(path, R_OK) == 0;
}

bool
zone_read(const char *text, struct zone *zone, struct fs_clock *clock)
{
	struct timespec now;

	*zone = (struct zone){ 0 };
	if (strcmp(text, "local") == 0) {
		zone->named = true;
	} else if (strcmp(text, "UTC") != 0 &&
	    !parse_offset(text, &zone->offset_s)) {
		zone->named = is_named(text) && setenv("TZ", text, 1) == 0;
		if (!zone->named)
			return false;
	}
	tzset();
	clock_gettime(CLOCK_REALTIME, &now);
	*clock = (struct fs_clock){ .now_us = (uint64_t)now.tv_sec * 1000000 +
		    (uint64_t)now.tv_nsec / 1000,
		.to_utc = to_utc,
		.to_wall = to_wall,
		.ctx = zone };
	return true;
}
