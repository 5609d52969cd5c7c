#include "signal/final.h"

#include <math.h>

#include "signal/geo_db.h"
#include "signal/geo_reach.h"

/* A place that is known no better than this says nothing of distances. One
 * with a city but without a radius (DB-IP's city database has none) is taken
 * to be as far off as such databases are of mobile networks, half of the time:
 * 179 to 207 km (arXiv 2605.21937). Without a city it is a whole country's.
 * What is usual is told from the place itself: its 55 ms are kind enough. */
enum { RADIUS_MAX_MILLI = 500 * 1000, RADIUS_USUAL_MILLI = 200 * 1000 };

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

/* How far off the client's place may be. False when that is too far, or
 * nobody knows. */
static bool
find_radius(const struct signals *signals, int64_t *milli)
{
	if (signals_known(signals, SIGNAL_CLIENT_RADIUS_KM))
		*milli = signals_milli(signals, SIGNAL_CLIENT_RADIUS_KM);
	else if (signals_known(signals, SIGNAL_CLIENT_CITY))
		*milli = RADIUS_USUAL_MILLI;
	else
		return false;
	return *milli <= RADIUS_MAX_MILLI;
}

/* The distance between the places of sensor and client, and the least one that
 * they allow. */
static void
find_distance(const struct fs_settings *settings, const struct signals *signals,
    int64_t *least, int64_t *plain)
{
	int64_t radius = signals_milli(signals, SIGNAL_GEO_RADIUS_KM);
	int64_t milli = llround(1000 *
	    geo_distance_km(settings->latitude, settings->longitude,
		(double)signals_milli(signals, SIGNAL_CLIENT_LATITUDE) / 1000,
		(double)signals_milli(signals, SIGNAL_CLIENT_LONGITUDE) /
		    1000));

	*least = milli > radius ? milli - radius : 0;
	*plain = milli;
}

/* In whole kilometres: more would only look exact. */
static void
set_km(enum signal_id id, int64_t milli, struct signals *signals)
{
	signals_set_milli(signals, id, (milli + 500) / 1000 * 1000);
}

/* Compares a round trip with what the distance allows. All in thousandths,
 * so that every machine comes to the same. */
static void
set_bounds(int64_t nearest, int64_t plain, enum signal_id rtt_id,
    struct signals *signals)
{
	int64_t least = llround((double)nearest * 2 / LEAST_KM_PER_MS);
	int64_t usual = USUAL_MILLI + llround((double)plain / USUAL_KM_PER_MS);
	int64_t rtt, fast, slow;

	signals_set_milli(signals, SIGNAL_GEO_DISTANCE_KM, nearest);
	signals_set_milli(signals, SIGNAL_GEO_LEAST_RTT_MS, least);
	signals_set_milli(signals, SIGNAL_GEO_USUAL_RTT_MS, usual);
	if (!signals_known(signals, rtt_id))
		return;
	rtt = signals_milli(signals, rtt_id);
	fast = least - TOLERANCE_MILLI - rtt;
	slow = rtt - usual;
	signals_set_milli(signals, SIGNAL_GEO_TOO_FAST_MS, fast > 0 ? fast : 0);
	signals_set_milli(signals, SIGNAL_GEO_TOO_SLOW_MS, slow > 0 ? slow : 0);
	set_km(SIGNAL_GEO_DETOUR_KM, geo_reach_most(rtt - least), signals);
}

/* What is measured of a flow or of a client. */
struct measured {
	enum signal_id rtt, gap;
};

static void
set_reach(const struct fs_settings *settings, const struct measured *measured,
    struct signals *signals)
{
	int64_t nearest, plain, radius;

	if (signals_known(signals, measured->gap))
		set_km(SIGNAL_GEO_HIDDEN_LEG_KM,
		    geo_reach_most(signals_milli(signals, measured->gap)),
		    signals);
	if (!signals_known(signals, SIGNAL_CLIENT_LATITUDE) ||
	    !find_radius(signals, &radius))
		return;
	signals_set_milli(signals, SIGNAL_GEO_RADIUS_KM, radius);
	if (!settings->located)
		return;
	find_distance(settings, signals, &nearest, &plain);
	signals_set_milli(signals, SIGNAL_SENSOR_LATITUDE,
	    llround(settings->latitude * 1000));
	signals_set_milli(signals, SIGNAL_SENSOR_LONGITUDE,
	    llround(settings->longitude * 1000));
	set_bounds(nearest, plain, measured->rtt, signals);
}

void
geo_flow(const struct fs_geo *geo, const struct fs_settings *settings,
    const struct flow *flow, struct signals *signals)
{
	static const struct measured measured = { SIGNAL_RTT_MIN_MS,
		SIGNAL_RTT_TLS_GAP_MS };
	struct fs_addr client = flow_addr(flow, flow->client);
	struct fs_addr server = flow_addr(flow, !flow->client);

	if (geo != NULL) {
		look_up(geo, &client, &client_side, signals);
		look_up(geo, &server, &server_side, signals);
	}
	set_reach(settings, &measured, signals);
}

void
geo_client(const struct fs_geo *geo, const struct fs_settings *settings,
    const struct fs_addr *addr, struct signals *signals)
{
	static const struct measured measured = { SIGNAL_CLIENT_RTT_MIN_MS,
		SIGNAL_CLIENT_TLS_GAP_MS };

	if (geo != NULL)
		look_up(geo, addr, &client_side, signals);
	set_reach(settings, &measured, signals);
}
