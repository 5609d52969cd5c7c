#include "report/chart.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/num.h"

static const uint64_t hour_us = UINT64_C(3600) * 1000000;

/* ---- Gathering: time ---------------------------------------------------- */

struct gathering {
	struct charts *charts;
	int class;
};

static int
take_hour(void *ctx, const struct store_group *group)
{
	struct gathering *now = ctx;
	struct charts *charts = now->charts;
	uint64_t at = time_since_us(group->first_us, charts->first_us);

	at /= charts->bin_us;
	if (at < charts->bin_count)
		num_count(&charts->flows[at][now->class], group->flows);
	return 0;
}

/* Bins of whole hours. */
static void
make_bins(struct charts *charts, uint64_t first_us, uint64_t last_us)
{
	uint64_t hours;

	charts->first_us = first_us - first_us % hour_us;
	hours = time_since_us(last_us, charts->first_us) / hour_us + 1;
	charts->bin_us = hour_us * ((hours + CHART_BINS - 1) / CHART_BINS);
	charts->bin_count =
	    (size_t)((hours * hour_us + charts->bin_us - 1) / charts->bin_us);
}

static int
gather_time(struct fs_store *store, const struct store_query *query,
    struct fs_err *err, struct charts *charts)
{
	struct gathering now[FS_CLASS_COUNT];
	struct store_count count[FS_CLASS_COUNT];
	int class;

	for (class = 0; class < FS_CLASS_COUNT; class ++) {
		now[class] =
		    (struct gathering){ .charts = charts, .class = class };
		count[class] = (struct store_count){
			.since_us = query->since_us,
			.until_us = query->until_us,
			.dimension = FS_BY_HOUR,
			.one_class = true,
			.class = class,
			.fn = take_hour,
			.ctx = &now[class],
		};
	}
	return store_ask_counts(store, query, count, FS_CLASS_COUNT, err);
}

/* ---- Gathering: clients ------------------------------------------------- */

static int64_t
milli_of(const struct signals *signals, enum signal_id id)
{
	return signals_known(signals, id) ? signals_milli(signals, id)
					  : INT64_MIN;
}

static int
take_client(void *ctx, const struct store_client *row)
{
	struct charts *charts = ctx;
	const struct signals *signals = &row->signals;
	struct chart_point *point = &charts->point[charts->point_count];

	if (charts->point_count == CHART_POINTS)
		return 0;
	charts->point_count++;
	addr_format(&row->client.addr, point->name);
	point->latitude = milli_of(signals, SIGNAL_CLIENT_LATITUDE);
	point->longitude = milli_of(signals, SIGNAL_CLIENT_LONGITUDE);
	point->distance = milli_of(signals, SIGNAL_GEO_DISTANCE_KM);
	point->rtt = milli_of(signals, SIGNAL_CLIENT_RTT_MIN_MS);
	point->hidden = milli_of(signals, SIGNAL_GEO_HIDDEN_LEG_KM);
	point->decision = row->client.verdict.decision;
	if (signals_known(signals, SIGNAL_SENSOR_LATITUDE)) {
		charts->sensor_latitude =
		    milli_of(signals, SIGNAL_SENSOR_LATITUDE);
		charts->sensor_longitude =
		    milli_of(signals, SIGNAL_SENSOR_LONGITUDE);
	}
	return 0;
}

int
charts_gather(struct fs_store *store, const struct store_query *query,
    uint64_t first_us, uint64_t last_us, struct fs_err *err,
    struct charts *charts)
{
	struct store_query clients = *query;
	int rc;

	memset(charts, 0, sizeof(*charts));
	charts->sensor_latitude = charts->sensor_longitude = INT64_MIN;
	charts->point = calloc(CHART_POINTS, sizeof(*charts->point));
	if (charts->point == NULL)
		return err_set(err, -ENOMEM, "no memory is left");
	make_bins(charts, first_us, last_us);
	if ((rc = gather_time(store, query, err, charts)) < 0)
		return rc;
	clients.filter.limit = CHART_POINTS;
	return store_ask_clients(store, &clients, take_client, charts, err,
	    NULL);
}

void
charts_fini(struct charts *charts)
{
	free(charts->point);
	charts->point = NULL;
}

/* ---- On the page -------------------------------------------------------- */

static bool
has_places(const struct charts *charts)
{
	size_t i;

	for (i = 0; i < charts->point_count; i++)
		if (charts->point[i].latitude != INT64_MIN &&
		    charts->point[i].longitude != INT64_MIN)
			return true;
	return false;
}

static bool
has_distances(const struct charts *charts)
{
	size_t i;

	for (i = 0; i < charts->point_count; i++)
		if (charts->point[i].distance != INT64_MIN &&
		    charts->point[i].rtt != INT64_MIN)
			return true;
	return false;
}

void
charts_say(const struct charts *charts, struct doc *doc)
{
	if (!doc->style->pictures || charts->point_count == 0)
		return;
	doc_section(doc, "Pictures");
	doc_figure(doc, "Flows over time, by the class of each flow alone.",
	    chart_traffic, charts);
	if (has_places(charts))
		doc_figure(doc,
		    "Where addresses claim to be. A ring is as far as what "
		    "answers late could be behind its address: possible, not "
		    "proven. The square is the sensor.",
		    chart_map, charts);
	if (has_distances(charts))
		doc_figure(doc,
		    "Least round trip against the distance of the claimed "
		    "place. Nothing can be below the solid line, which is "
		    "light in fibre; the dashed one is as late as is usual.",
		    chart_distance, charts);
}
