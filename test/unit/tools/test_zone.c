#include <string.h>

#include "../../../tools/zone.h"
#include "../tap.h"

static const uint64_t summer_us = 1783576800000000; /* 2026-07-09T06:00Z */

/* Zones that need no tables of the system. */
static const struct {
	const char *text;
	bool known;
	int minutes;
} zones[] = {
	{ "UTC", true, 0 },
	{ "+02:00", true, 120 },
	{ "-0330", true, -210 },
	{ "+24:00", false, 0 },
	{ "+02:60", false, 0 },
	{ "+02:00x", false, 0 },
	{ "", false, 0 },
	{ "Mars/Olympus", false, 0 },
	{ "../../../etc/passwd", false, 0 },
	{ "/etc/passwd", false, 0 },
};

int
main(void)
{
	struct fs_clock clock;
	struct zone zone;
	uint64_t wall_us;
	size_t i;

	for (i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		if (!tap_ok(zone_read(zones[i].text, &zone, &clock) ==
			    zones[i].known,
			"zone '%s' is %sknown", zones[i].text,
			zones[i].known ? "" : "un") ||
		    !zones[i].known)
			continue;
		wall_us = clock.to_wall(clock.ctx, summer_us);
		tap_int((long long)(wall_us - summer_us) / 60000000,
		    zones[i].minutes, "east of UTC by so many minutes");
		tap_ok(clock.to_utc(clock.ctx, wall_us) == summer_us,
		    "and back");
		tap_ok(clock.now_us > summer_us / 2, "it knows what day it is");
	}
	if (zone_read("Europe/Berlin", &zone, &clock)) {
		tap_int((long long)(clock.to_wall(clock.ctx, summer_us) -
			    summer_us) /
			60000000,
		    120, "summer in Berlin");
		tap_int((long long)(summer_us -
			    clock.to_utc(clock.ctx, summer_us)) /
			60000000,
		    120, "and back");
	}
	return tap_done();
}
