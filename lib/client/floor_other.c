/* What sensors in other places have measured of a client: its place has to
 * be within reach of each of them. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/text.h"
#include "client/floor_subject.h"
#include "signal/final.h"

enum {
	ROOM_FIRST = 64,
	LEAST_KM_PER_MS = 200, /* Light in fibre, there and back 100. */
	TOLERANCE_MILLI = 2000,
};

/* ---- Learning ---------------------------------------------------------- */

static int
grow(struct fs_floors *floors)
{
	uint32_t room =
	    floors->other_room ? 2 * floors->other_room : ROOM_FIRST;
	struct floor_other *others =
	    realloc(floors->others, room * sizeof(*others));

	if (others == NULL)
		return -ENOMEM;
	floors->others = others;
	floors->other_room = room;
	return 0;
}

int
floor_learn_other(struct fs_floors *floors, const struct fs_client *row,
    const struct signals *signals)
{
	struct floor_other *other;
	int rc;

	if (!signals_known(signals, SIGNAL_SENSOR_LATITUDE) ||
	    !signals_known(signals, SIGNAL_CLIENT_RTT_MIN_MS) ||
	    floors->other_count == FLOOR_OTHERS)
		return 0;
	if (floors->other_count == floors->other_room &&
	    (rc = grow(floors)) < 0)
		return rc;
	other = &floors->others[floors->other_count++];
	*other = (struct floor_other){
		.addr = row->addr,
		.latitude_milli =
		    (int32_t)signals_milli(signals, SIGNAL_SENSOR_LATITUDE),
		.longitude_milli =
		    (int32_t)signals_milli(signals, SIGNAL_SENSOR_LONGITUDE),
		.rtt_milli = signals_milli(signals, SIGNAL_CLIENT_RTT_MIN_MS),
		.last_us = row->last_us,
	};
	text_copy(other->sensor, sizeof(other->sensor), row->sensor);
	return 0;
}

/* ---- Freezing ---------------------------------------------------------- */

static int
by_address(const void *left, const void *right)
{
	const struct floor_other *a = left, *b = right;

	return addr_compare(&a->addr, &b->addr);
}

/* The latest of one client and sensor comes first. */
static int
by_all(const void *left, const void *right)
{
	const struct floor_other *a = left, *b = right;
	int order = by_address(a, b);

	if (order == 0)
		order = strcmp(a->sensor, b->sensor);
	if (order == 0)
		order = (a->last_us < b->last_us) - (a->last_us > b->last_us);
	return order
	    ? order
	    : (a->rtt_milli > b->rtt_milli) - (a->rtt_milli < b->rtt_milli);
}

int
floor_freeze_others(const struct fs_floors *floors, struct floor_frozen *frozen)
{
	struct floor_other *others;
	uint32_t i, kept = 0;

	if (floors->other_count == 0)
		return 0;
	others = malloc(floors->other_count * sizeof(*others));
	if (others == NULL)
		return -ENOMEM;
	memcpy(others, floors->others, floors->other_count * sizeof(*others));
	qsort(others, floors->other_count, sizeof(*others), by_all);
	for (i = 0; i < floors->other_count; i++)
		if (kept == 0 || by_address(&others[i], &others[kept - 1]) ||
		    strcmp(others[i].sensor, others[kept - 1].sensor) != 0)
			others[kept++] = others[i];
	frozen->others = others;
	frozen->other_count = kept;
	return 0;
}

/* ---- Asking ------------------------------------------------------------ */

/* How much sooner than light the client answered there, in thousandths of a
 * millisecond; below 0: not. */
static int64_t
too_fast(const struct floor_subject *subject, const struct floor_other *other,
    int64_t radius_milli)
{
	int64_t metres = llround(1000 *
	    geo_distance_km((double)subject->latitude_milli / 1000,
		(double)subject->longitude_milli / 1000,
		(double)other->latitude_milli / 1000,
		(double)other->longitude_milli / 1000));

	return (metres - radius_milli) * 2 / LEAST_KM_PER_MS - TOLERANCE_MILLI -
	    other->rtt_milli;
}

static uint32_t
first_of(const struct floor_frozen *frozen, const struct fs_addr *addr)
{
	uint32_t low = 0, high = frozen->other_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (addr_compare(&frozen->others[middle].addr, addr) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The sensor whose round trip allows the place least. */
void
floor_others(const struct floor_subject *subject, struct signals *signals)
{
	const struct floor_frozen *frozen = subject->frozen;
	const struct floor_other *other, *worst = NULL;
	uint32_t at = first_of(frozen, &subject->addr);
	int64_t radius = signals_milli(signals, SIGNAL_GEO_RADIUS_KM);
	int64_t fast, fastest = INT64_MIN;

	if (!subject->located || !signals_known(signals, SIGNAL_GEO_RADIUS_KM))
		return;
	for (; at < frozen->other_count; at++) {
		other = &frozen->others[at];
		if (addr_compare(&other->addr, &subject->addr) != 0)
			break;
		fast = too_fast(subject, other, radius);
		if (!floor_is_recent(subject, other->last_us) ||
		    fast <= fastest)
			continue;
		fastest = fast;
		worst = other;
	}
	if (worst == NULL)
		return;
	signals_set_string(signals, SIGNAL_CLIENT_OTHER_SENSOR, worst->sensor);
	signals_set_milli(signals, SIGNAL_CLIENT_OTHER_RTT_MS,
	    worst->rtt_milli);
	signals_set_milli(signals, SIGNAL_CLIENT_OTHER_TOO_FAST_MS,
	    fastest > 0 ? fastest : 0);
}
