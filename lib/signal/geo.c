#include "signal/final.h"

#include <math.h>

#include "signal/geo_db.h"

/* A place that is known no better than this says nothing of distances. */
enum { RADIUS_MAX_MILLI = 500 * 1000 };

/* The least round trip: light in fibre makes 200 km in a millisecond. The
 * usual one at most: the slowest paths that were found plausible, 55 ms and
 * a millisecond for each 55 km (Weinberg et al., IMC 2018). */
enum {
	LEAST_KM_PER_MS = 200,
	USUAL_MILLI = 55 * 1000,
	USUAL_KM_PER_MS = 55,
	TOLERANCE_MILLI = 2 * 1000
};

/* The signals of one side. */
struct side_signals {
	int country, city, latitude, longitude, radius, asn, as_name;
};

static const struct side_signals client_side = {
	SIGNAL_CLIENT_COUNTRY,
	SIGNAL_CLIENT_CITY,
	SIGNAL_CLIENT_LATITUDE,
	SIGNAL_CLIENT_LONGITUDE,
	SIGNAL_CLIENT_RADIUS_KM,
	SIGNAL_CLIENT_ASN,
	SIGNAL_CLIENT_AS_NAME,
};
static const struct side_signals server_side = { SIGNAL_SERVER_COUNTRY, -1, -1,
	-1, -1, SIGNAL_SERVER_ASN, SIGNAL_SERVER_AS_NAME };

double
geo_distance_km(double lat1, double lon1, double lat2, double lon2)
{
	const double radius_km = 6371.0088, degree = M_PI / 180;
	double up = sin((lat2 - lat1) * degree / 2);
	double along = sin((lon2 - lon1) * degree / 2);
	double h =
	    up * up + cos(lat1 * degree) * cos(lat2 * degree) * along * along;

	/* Rounding can take it a little beyond the antipodes. */
	return 2 * radius_km * asin(sqrt(h < 1 ? h : 1));
}

static void
set_milli(struct signals *signals, int id, int64_t milli)
{
	if (id >= 0)
		signals_set_milli(signals, (enum signal_id)id, milli);
}

static void
set_text(struct signals *signals, int id, const char *text, size_t size)
{
	if (id >= 0 && size > 0)
		signals_set_text(signals, (enum signal_id)id, text, size);
}

static void
set_place(const struct side_signals *side, const struct geo_place *place,
    struct signals *signals)
{
	if (place->country[0] != '\0')
		set_text(signals, side->country, place->country, 2);
	set_text(signals, side->city, place->city, place->city_size);
	if (!place->located)
		return;
	set_milli(signals, side->latitude, place->latitude_milli);
	set_milli(signals, side->longitude, place->longitude_milli);
	if (place->has_radius)
		set_milli(signals, side->radius, place->radius_milli);
}

static void
look_up(const struct fs_geo *geo, const struct fs_addr *addr,
    const struct side_signals *side, struct signals *signals)
{
	struct geo_system system;
	struct geo_place place;

	if (geo_find_place(geo, addr, &place))
		set_place(side, &place, signals);
	if (geo_find_system(geo, addr, &system)) {
		set_milli(signals, side->asn, (int64_t)system.asn * 1000);
		set_text(signals, side->as_name, system.name, system.name_size);
	}
}

/* The least distance between sensor and client that their places allow.
 * False when it is unknown. */
static bool
least_distance(const struct fs_settings *settings,
    const struct signals *signals, int64_t *milli)
{
	int64_t radius = signals_milli(signals, SIGNAL_CLIENT_RADIUS_KM);
	double km;

	if (!settings->located ||
	    !signals_known(signals, SIGNAL_CLIENT_LATITUDE) ||
	    radius > RADIUS_MAX_MILLI)
		return false;
	km = geo_distance_km(settings->latitude, settings->longitude,
	    (double)signals_milli(signals, SIGNAL_CLIENT_LATITUDE) / 1000,
	    (double)signals_milli(signals, SIGNAL_CLIENT_LONGITUDE) / 1000);
	*milli = llround(km * 1000) - radius;
	if (*milli < 0)
		*milli = 0;
	return true;
}

/* Compares a round trip with what the distance allows. All in thousandths,
 * so that every machine comes to the same. */
static void
set_bounds(int64_t distance, enum signal_id rtt_id, struct signals *signals)
{
	int64_t least = llround((double)distance * 2 / LEAST_KM_PER_MS);
	int64_t usual =
	    USUAL_MILLI + llround((double)distance / USUAL_KM_PER_MS);
	int64_t rtt, fast, slow;

	signals_set_milli(signals, SIGNAL_GEO_DISTANCE_KM, distance);
	signals_set_milli(signals, SIGNAL_GEO_LEAST_RTT_MS, least);
	signals_set_milli(signals, SIGNAL_GEO_USUAL_RTT_MS, usual);
	if (!signals_known(signals, rtt_id))
		return;
	rtt = signals_milli(signals, rtt_id);
	fast = least - TOLERANCE_MILLI - rtt;
	slow = rtt - usual;
	signals_set_milli(signals, SIGNAL_GEO_TOO_FAST_MS, fast > 0 ? fast : 0);
	signals_set_milli(signals, SIGNAL_GEO_TOO_SLOW_MS, slow > 0 ? slow : 0);
}

void
geo_flow(const struct fs_geo *geo, const struct fs_settings *settings,
    const struct flow *flow, struct signals *signals)
{
	struct fs_addr client = flow_addr(flow, flow->client);
	struct fs_addr server = flow_addr(flow, !flow->client);
	int64_t distance;

	if (geo == NULL)
		return;
	look_up(geo, &client, &client_side, signals);
	look_up(geo, &server, &server_side, signals);
	if (least_distance(settings, signals, &distance))
		set_bounds(distance, SIGNAL_RTT_MIN_MS, signals);
}

void
geo_client(const struct fs_geo *geo, const struct fs_settings *settings,
    const struct fs_addr *addr, struct signals *signals)
{
	int64_t distance;

	if (geo == NULL)
		return;
	look_up(geo, addr, &client_side, signals);
	if (least_distance(settings, signals, &distance))
		set_bounds(distance, SIGNAL_CLIENT_RTT_MIN_MS, signals);
}
