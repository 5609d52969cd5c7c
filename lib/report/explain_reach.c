#include "report/explain.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "report/text.h"
#include "signal/final.h"

/* Where the client could be, and what several sensors say of its place. */

enum {
	CITIES_SHOWN = 5,
	COUNTRIES_SHOWN = 8,
	FLOWS_ASKED = 2000,
	TOLERANCE_MILLI = 2000
};

/* ---- Gathering ---------------------------------------------------------- */

/* Whether a rule that counts found something: without that, a long round trip
 * is only a long round trip. */
static bool
has_finding(const struct explain *explain)
{
	uint32_t i;

	for (i = 0; i < explain->evidence_count; i++)
		if (!explain->evidence[i].shadow &&
		    explain->evidence[i].llr > 0)
			return true;
	return false;
}

void
explain_find_reach(struct explain *explain)
{
	if (explain->verdict->view != FS_VIEW_EXIT || !has_finding(explain))
		return;
	explain->ring_count = geo_reach_rings(explain->signals, explain->rings);
	explain->city_count = geo_reach_cities(explain->rings,
	    explain->ring_count, explain->cities);
}

/* Flows of one sensor at one place. */
static struct explain_sensor *
sensor_of(struct explain *explain, const struct store_flow *row)
{
	int64_t latitude = signals_milli(&row->signals, SIGNAL_SENSOR_LATITUDE);
	int64_t longitude =
	    signals_milli(&row->signals, SIGNAL_SENSOR_LONGITUDE);
	struct explain_sensor *sensor;
	size_t i;

	for (i = 0; i < explain->sensor_count; i++) {
		sensor = &explain->sensor[i];
		if (strcmp(sensor->name, row->flow.sensor) == 0 &&
		    sensor->latitude_milli == latitude &&
		    sensor->longitude_milli == longitude)
			return sensor;
	}
	if (explain->sensor_count == EXPLAIN_SENSORS)
		return NULL;
	sensor = &explain->sensor[explain->sensor_count++];
	memcpy(sensor->name, row->flow.sensor, sizeof(sensor->name));
	sensor->latitude_milli = latitude;
	sensor->longitude_milli = longitude;
	sensor->rtt_milli = INT64_MAX;
	return sensor;
}

static int
take_flow(void *ctx, const struct store_flow *row)
{
	int64_t rtt = signals_milli(&row->signals, SIGNAL_RTT_MIN_MS);
	struct explain_sensor *sensor;

	if (!signals_known(&row->signals, SIGNAL_RTT_MIN_MS) ||
	    !signals_known(&row->signals, SIGNAL_SENSOR_LATITUDE))
		return 0;
	sensor = sensor_of(ctx, row);
	if (sensor == NULL)
		return 0;
	sensor->flows++;
	if (rtt < sensor->rtt_milli)
		sensor->rtt_milli = rtt;
	return 0;
}

/* Measures the client's place against the disc that the sensor's least round
 * trip allows. */
static void
set_disc(const struct signals *signals, struct explain_sensor *sensor)
{
	double km = geo_distance_km((double)sensor->latitude_milli / 1000,
	    (double)sensor->longitude_milli / 1000,
	    (double)signals_milli(signals, SIGNAL_CLIENT_LATITUDE) / 1000,
	    (double)signals_milli(signals, SIGNAL_CLIENT_LONGITUDE) / 1000);
	double radius =
	    (double)signals_milli(signals, SIGNAL_GEO_RADIUS_KM) / 1000;

	sensor->least_km = km > radius ? km - radius : 0;
	sensor->most_km = (double)geo_reach_most(
			      num_minus(sensor->rtt_milli, -TOLERANCE_MILLI)) /
	    1000;
	sensor->outside = sensor->least_km > sensor->most_km;
}

int
explain_find_sensors(struct fs_store *store, struct store_query *query,
    struct fs_err *err, struct explain *explain)
{
	size_t i;
	int rc;

	if (!explain->is_client ||
	    !signals_known(explain->signals, SIGNAL_GEO_RADIUS_KM))
		return 0;
	query->filter.limit = FLOWS_ASKED;
	query->order = STORE_USUAL;
	rc = store_ask_flows(store, query, take_flow, explain, err, NULL);
	if (rc < 0)
		return rc;
	/* One sensor's disc is what 'measured' says already. */
	if (explain->sensor_count < 2)
		explain->sensor_count = 0;
	for (i = 0; i < explain->sensor_count; i++)
		set_disc(explain->signals, &explain->sensor[i]);
	return 0;
}

/* ---- For people --------------------------------------------------------- */

static void
add_km(struct buf *buf, double km)
{
	doc_count(buf, (uint64_t)(km + 0.5));
	buf_add_text(buf, " km");
}

static void
say_rings(struct doc *doc, const struct explain *explain)
{
	const struct geo_ring *ring = &explain->rings[0];

	buf_add_text(&doc->line, "What answers late would be at most ");
	add_km(&doc->line, ring->most_km);
	buf_add_text(&doc->line, " from the place of its address");
	if (ring->least_km > 0) {
		buf_add_text(&doc->line, ", and at least ");
		add_km(&doc->line, ring->least_km);
		buf_add_text(&doc->line,
		    " unless its path is slower than usual");
	}
	if (explain->ring_count > 1) {
		buf_add_text(&doc->line, "; at most ");
		add_km(&doc->line, explain->rings[1].most_km);
		buf_add_text(&doc->line, " from the sensor");
	}
	buf_add_char(&doc->line, '.');
	doc_text(doc, 1, TONE_PLAIN);
}

/* Adds each country once, in order of its nearest city. Returns how many. */
static size_t
add_countries(const struct explain *explain, struct buf *buf)
{
	size_t i, k, count = 0;

	for (i = 0; i < explain->city_count; i++) {
		const char *code = explain->cities[i].city->country;

		for (k = 0; k < i; k++)
			if (strcmp(explain->cities[k].city->country, code) == 0)
				break;
		if (k < i)
			continue;
		buf_printf(buf, "%s%s", count++ > 0 ? " " : "", code);
	}
	return count;
}

/* Says the countries of the cities, which come in order of distance: paths are
 * seldom much quicker than is usual, so the nearest are the likeliest. */
static void
say_countries(struct doc *doc, const struct explain *explain)
{
	size_t i, count, shown;
	struct buf codes;

	buf_init(&codes);
	count = add_countries(explain, &codes);
	shown = count > COUNTRIES_SHOWN ? COUNTRIES_SHOWN : count;
	doc_count(&doc->line, count);
	buf_add_text(&doc->line, count == 1 ? " country" : " countries");
	buf_add_text(&doc->line,
	    count > shown ? ", the nearest first: " : ": ");
	for (i = 0; i < shown; i++)
		buf_printf(&doc->line, "%s%.2s", i > 0 ? ", " : "",
		    buf_text(&codes) + i * 3);
	if (count > shown)
		buf_printf(&doc->line, " and %zu more (--format json has all)",
		    count - shown);
	doc_item(doc, 1, TONE_PLAIN);
	buf_fini(&codes);
}

static void
say_cities(struct doc *doc, const struct explain *explain)
{
	size_t i, shown = explain->city_count;

	if (shown > CITIES_SHOWN)
		shown = CITIES_SHOWN;
	buf_printf(&doc->line, "%zu of %d cities known here could be it",
	    explain->city_count, GEO_CITIES);
	if (explain->city_count * 2 > GEO_CITIES)
		buf_add_text(&doc->line, ", which says little");
	buf_add_text(&doc->line,
	    shown < explain->city_count ? "; the nearest: " : ": ");
	for (i = 0; i < shown; i++) {
		const struct geo_found *found = &explain->cities[i];

		buf_printf(&doc->line, "%s%s %s (", i > 0 ? ", " : "",
		    found->city->name, found->city->country);
		add_km(&doc->line, found->km);
		buf_add_char(&doc->line, ')');
	}
	buf_add_text(&doc->line, shown < explain->city_count ? ", ..." : "");
	doc_item(doc, 1, TONE_PLAIN);
	say_countries(doc, explain);
}

void
explain_say_reach(struct doc *doc, const struct explain *explain)
{
	if (explain->ring_count == 0)
		return;
	doc_section(doc, "Where it could be (possible, none of it proven)");
	say_rings(doc, explain);
	if (explain->city_count > 0) {
		say_cities(doc, explain);
		return;
	}
	buf_add_text(&doc->line, "None of the cities known here is there.");
	doc_item(doc, 1, TONE_PLAIN);
}

void
explain_say_sensors(struct doc *doc, const struct explain *explain)
{
	const struct explain_sensor *sensor;
	char ms[NUM_MILLI_SIZE];
	size_t i;

	if (explain->sensor_count == 0)
		return;
	doc_section(doc, "Its place, seen from several sensors");
	for (i = 0; i < explain->sensor_count; i++) {
		sensor = &explain->sensor[i];
		num_format_milli(sensor->rtt_milli, ms);
		text_escape(&doc->line, sensor->name, strlen(sensor->name));
		buf_printf(&doc->line, ": least round trip %s ms over ", ms);
		doc_counted(&doc->line, sensor->flows, "flow");
		buf_add_text(&doc->line, ", so at most ");
		add_km(&doc->line, sensor->most_km);
		buf_add_text(&doc->line, " away; the place is ");
		add_km(&doc->line, sensor->least_km);
		buf_add_text(&doc->line,
		    sensor->outside ? " away or more: it cannot be there"
				    : " away or more");
		doc_item(doc, 1, sensor->outside ? TONE_BAD : TONE_PLAIN);
	}
}

/* ---- As JSON ------------------------------------------------------------ */

static void
put_km(struct json *json, const char *key, double km)
{
	json_put_u64(json, key, (uint64_t)(km + 0.5));
}

static void
put_countries(const struct explain *explain, struct json *json)
{
	struct buf codes;
	const char *at;

	buf_init(&codes);
	add_countries(explain, &codes);
	json_key(json, "countries");
	json_array(json);
	for (at = buf_text(&codes); *at != '\0'; at += at[2] == ' ' ? 3 : 2)
		json_bytes(json, at, 2);
	json_array_end(json);
	buf_fini(&codes);
}

void
explain_put_reach(struct json *json, const struct explain *explain)
{
	size_t i;

	json_key(json, "reach");
	if (explain->ring_count == 0) {
		json_null(json);
		return;
	}
	json_object(json);
	json_key(json, "proven");
	json_bool(json, false);
	put_km(json, "least_km", explain->rings[0].least_km);
	put_km(json, "most_km", explain->rings[0].most_km);
	if (explain->ring_count > 1)
		put_km(json, "sensor_most_km", explain->rings[1].most_km);
	put_countries(explain, json);
	json_key(json, "cities");
	json_array(json);
	for (i = 0; i < explain->city_count; i++) {
		json_object(json);
		json_put_text(json, "city", explain->cities[i].city->name);
		json_put_text(json, "country",
		    explain->cities[i].city->country);
		put_km(json, "km", explain->cities[i].km);
		json_object_end(json);
	}
	json_array_end(json);
	json_object_end(json);
}

void
explain_put_sensors(struct json *json, const struct explain *explain)
{
	const struct explain_sensor *sensor;
	size_t i;

	json_key(json, "sensors");
	json_array(json);
	for (i = 0; i < explain->sensor_count; i++) {
		sensor = &explain->sensor[i];
		json_object(json);
		json_put_text(json, "sensor", sensor->name);
		json_put_u64(json, "flows", sensor->flows);
		json_key(json, "rtt_min_ms");
		json_milli(json, sensor->rtt_milli);
		put_km(json, "most_km", sensor->most_km);
		put_km(json, "place_km", sensor->least_km);
		json_key(json, "outside");
		json_bool(json, sensor->outside);
		json_object_end(json);
	}
	json_array_end(json);
}
