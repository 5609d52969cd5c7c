/* Charts as SVG: numbers go in whole units, so that the same data give the
 * same bytes anywhere. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "report/chart.h"
#include "report/html.h"

enum {
	WIDE = 960,
	HIGH = 260,
	LEFT = 56,
	BOTTOM = 28,
	TOP = 26,
	PLOT_WIDE = WIDE - LEFT - 10,
	PLOT_HIGH = HIGH - BOTTOM - TOP,
	RINGS = 12, /* On the map. */
	RING_STEPS = 72,
	MAP_WIDE = 720, /* Half degrees. */
	MAP_HIGH = 300,
};

static const double earth_km = 6371.0;

static void
begin(struct buf *buf, int wide, int high, const char *label)
{
	buf_printf(buf,
	    "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n",
	    wide, high, label);
}

static void
put_label(struct buf *buf, int x, int y, const char *anchor, const char *text)
{
	buf_printf(buf, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">", x, y,
	    anchor);
	html_text(buf, text, strlen(text));
	buf_add_text(buf, "</text>\n");
}

static void
put_axes(struct buf *buf)
{
	buf_printf(buf, "<path class=\"axis\" d=\"M%d,%dv%dh%d\"/>\n", LEFT,
	    TOP, PLOT_HIGH, PLOT_WIDE);
}

static const char *
decision_class(int decision)
{
	return fs_decision_name(decision);
}

/* A round number of at least 'value': 1, 2 or 5 and zeros. */
static uint64_t
round_up(uint64_t value)
{
	static const uint64_t steps[] = { 1, 2, 5 };
	uint64_t ten;
	size_t i;

	for (ten = 1; ten < UINT64_MAX / 100; ten *= 10)
		for (i = 0; i < 3; i++)
			if (steps[i] * ten >= value)
				return steps[i] * ten;
	return value;
}

/* ---- Traffic ------------------------------------------------------------ */

static uint64_t
bin_sum(const struct charts *charts, size_t bin)
{
	uint64_t sum = 0;
	int class;

	for (class = 0; class < FS_CLASS_COUNT; class ++)
		num_count(&sum, charts->flows[bin][class]);
	return sum;
}

/* The height of a part of a bar, in tenths. */
static int
scaled(uint64_t part, uint64_t most)
{
	return (int)((double)part / (double)most * PLOT_HIGH * 10);
}

static void
put_bar(const struct charts *charts, size_t bin, uint64_t most, struct buf *buf)
{
	int wide = PLOT_WIDE * 10 / (int)charts->bin_count, class, high;
	int x = LEFT * 10 + (int)bin * wide, y = (TOP + PLOT_HIGH) * 10;
	char time[NUM_TIME_SIZE];

	num_format_time(charts->first_us + bin * charts->bin_us, time);
	for (class = 0; class < FS_CLASS_COUNT; class ++) {
		if (charts->flows[bin][class] == 0)
			continue;
		high = scaled(charts->flows[bin][class], most);
		if (high == 0)
			high = 1;
		y -= high;
		buf_printf(buf,
		    "<rect class=\"c%d\" x=\"%d.%d\" y=\"%d.%d\" "
		    "width=\"%d.%d\" height=\"%d.%d\"><title>%.16s "
		    "%s: %" PRIu64 "</title></rect>\n",
		    class, x / 10, x % 10, y / 10, y % 10, (wide * 9 / 10) / 10,
		    (wide * 9 / 10) % 10, high / 10, high % 10, time,
		    fs_class_name(class), charts->flows[bin][class]);
	}
}

/* The classes that are there, each with its colour. */
static void
put_legend(const struct charts *charts, struct buf *buf)
{
	int class, x = LEFT;
	uint64_t sum;
	size_t bin;

	for (class = 0; class < FS_CLASS_COUNT; class ++) {
		for (bin = 0, sum = 0; bin < charts->bin_count; bin++)
			num_count(&sum, charts->flows[bin][class]);
		if (sum == 0)
			continue;
		buf_printf(buf,
		    "<rect class=\"c%d\" x=\"%d\" y=\"6\" width=\"10\" "
		    "height=\"10\"/>\n",
		    class, x);
		put_label(buf, x + 14, 15, "start", fs_class_name(class));
		x += 26 + 7 * (int)strlen(fs_class_name(class));
	}
}

void
chart_traffic(const void *ctx, struct buf *buf)
{
	const struct charts *charts = ctx;
	char text[NUM_TIME_SIZE];
	uint64_t most = 1, sum;
	size_t bin;

	for (bin = 0; bin < charts->bin_count; bin++) {
		sum = bin_sum(charts, bin);
		most = sum > most ? sum : most;
	}
	most = round_up(most);
	begin(buf, WIDE, HIGH, "flows over time by class");
	put_axes(buf);
	put_legend(charts, buf);
	for (bin = 0; bin < charts->bin_count; bin++)
		put_bar(charts, bin, most, buf);
	buf_printf(buf,
	    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%" PRIu64 "</text>\n",
	    LEFT - 6, TOP + 8, most);
	put_label(buf, LEFT - 6, TOP + PLOT_HIGH, "end", "0");
	num_format_time(charts->first_us, text);
	text[16] = '\0';
	put_label(buf, LEFT, HIGH - 8, "start", text);
	num_format_time(charts->first_us + charts->bin_count * charts->bin_us,
	    text);
	text[16] = '\0';
	put_label(buf, LEFT + PLOT_WIDE, HIGH - 8, "end", text);
	buf_add_text(buf, "</svg>\n");
}

/* ---- Map ---------------------------------------------------------------- */

/* Degrees to half degrees of the map. */
static int
map_x(double longitude)
{
	return (int)lround((longitude + 180) * 2);
}

static int
map_y(double latitude)
{
	return (int)lround((90 - latitude) * 2);
}

/* The circle of 'km' around a place, as a line that may leave the map at one
 * side and come back at the other. */
static void
put_ring(struct buf *buf, double latitude, double longitude, double km)
{
	const double degree = M_PI / 180, angle = km / earth_km;
	double phi = latitude * degree, theta, lat, lon, before = 0;
	int i;

	buf_add_text(buf, "<path class=\"ring\" d=\"");
	for (i = 0; i <= RING_STEPS; i++) {
		theta = 2 * M_PI * i / RING_STEPS;
		lat = asin(fmax(-1,
		    fmin(1,
			sin(phi) * cos(angle) +
			    cos(phi) * sin(angle) * cos(theta))));
		lon = longitude +
		    atan2(sin(theta) * sin(angle) * cos(phi),
			cos(angle) - sin(phi) * sin(lat)) /
			degree;
		lon = remainder(lon, 360);
		buf_printf(buf, "%c%d,%d",
		    i == 0 || fabs(lon - before) > 180 ? 'M' : 'L', map_x(lon),
		    map_y(lat / degree));
		before = lon;
	}
	buf_add_text(buf, "\"/>\n");
}

static bool
has_place(const struct chart_point *point)
{
	return point->latitude != INT64_MIN && point->longitude != INT64_MIN;
}

static void
put_rings(const struct charts *charts, struct buf *buf)
{
	const struct chart_point *point;
	int rings = 0;
	size_t i;

	for (i = 0; i < charts->point_count && rings < RINGS; i++) {
		point = &charts->point[i];
		if (!has_place(point) || point->decision == FS_CLEAN ||
		    point->hidden <= 0)
			continue;
		put_ring(buf, (double)point->latitude / 1000,
		    (double)point->longitude / 1000,
		    fmin((double)point->hidden / 1000, earth_km * M_PI));
		rings++;
	}
}

static void
put_place(struct buf *buf, const struct chart_point *point)
{
	if (!has_place(point))
		return;
	buf_printf(buf,
	    "<circle class=\"%s\" cx=\"%d\" cy=\"%d\" r=\"3\"><title>",
	    decision_class(point->decision),
	    map_x((double)point->longitude / 1000),
	    map_y((double)point->latitude / 1000));
	html_text(buf, point->name, strlen(point->name));
	buf_printf(buf, ": %s", decision_class(point->decision));
	if (point->hidden > 0)
		buf_printf(buf, ", up to %" PRId64 " km behind its place",
		    point->hidden / 1000);
	buf_add_text(buf, "</title></circle>\n");
}

void
chart_map(const void *ctx, struct buf *buf)
{
	const struct charts *charts = ctx;
	size_t i;

	begin(buf, MAP_WIDE, MAP_HIGH, "map of claimed places");
	buf_printf(buf, "<path class=\"land\" d=\"%s\"/>\n", chart_land);
	put_rings(charts, buf);
	/* The most suspect last, so that they are on top. */
	for (i = charts->point_count; i-- > 0;)
		put_place(buf, &charts->point[i]);
	if (charts->sensor_latitude != INT64_MIN)
		buf_printf(buf,
		    "<rect class=\"sensor\" x=\"%d\" y=\"%d\" width=\"6\" "
		    "height=\"6\"><title>sensor</title></rect>\n",
		    map_x((double)charts->sensor_longitude / 1000) - 3,
		    map_y((double)charts->sensor_latitude / 1000) - 3);
	buf_add_text(buf, "</svg>\n");
}

/* ---- Round trips against distance --------------------------------------- */

/* What the axes reach to. */
struct scale {
	int64_t km, ms;
};

static int
plot_x(const struct scale *scale, int64_t km)
{
	return LEFT + (int)(km * PLOT_WIDE / scale->km);
}

static int
plot_y(const struct scale *scale, int64_t ms)
{
	int64_t high = ms < scale->ms ? ms : scale->ms;

	return TOP + PLOT_HIGH - (int)(high * PLOT_HIGH / scale->ms);
}

static bool
has_distance(const struct chart_point *point)
{
	return point->distance >= 0 && point->rtt >= 0;
}

static void
find_scale(const struct charts *charts, struct scale *scale)
{
	int64_t km = 1000, ms = 100;
	size_t i;

	for (i = 0; i < charts->point_count; i++) {
		if (!has_distance(&charts->point[i]))
			continue;
		if (charts->point[i].distance / 1000 > km)
			km = charts->point[i].distance / 1000;
		if (charts->point[i].rtt / 1000 > ms)
			ms = charts->point[i].rtt / 1000;
	}
	scale->km = (km + 1999) / 2000 * 2000;
	scale->ms = ms < 1000 ? (ms + 99) / 100 * 100 : 1000;
}

/* From 0 km to the right end: 'base_ms' and a millisecond each 'km_per_ms'. */
static void
put_line(struct buf *buf, const struct scale *scale, const char *class,
    int64_t base_ms, int64_t km_per_ms)
{
	buf_printf(buf, "<path class=\"%s\" d=\"M%d,%dL%d,%d\"/>\n", class,
	    LEFT, plot_y(scale, base_ms), LEFT + PLOT_WIDE,
	    plot_y(scale, base_ms + scale->km / km_per_ms));
}

static void
put_point(struct buf *buf, const struct scale *scale,
    const struct chart_point *point)
{
	if (!has_distance(point))
		return;
	buf_printf(buf,
	    "<circle class=\"%s\" cx=\"%d\" cy=\"%d\" r=\"3.5\"><title>",
	    decision_class(point->decision),
	    plot_x(scale, point->distance / 1000),
	    plot_y(scale, point->rtt / 1000));
	html_text(buf, point->name, strlen(point->name));
	buf_printf(buf, ": %s, %" PRId64 " km, %" PRId64 " ms",
	    decision_class(point->decision), point->distance / 1000,
	    point->rtt / 1000);
	buf_add_text(buf, "</title></circle>\n");
}

void
chart_distance(const void *ctx, struct buf *buf)
{
	const struct charts *charts = ctx;
	struct scale scale;
	size_t i;

	find_scale(charts, &scale);
	begin(buf, WIDE, HIGH, "round trips against distance");
	put_axes(buf);
	/* There and back at 200 km/ms; and IMC'18's slowest plausible path. */
	put_line(buf, &scale, "light", 0, 100);
	put_line(buf, &scale, "usual", 55, 55);
	for (i = charts->point_count; i-- > 0;)
		put_point(buf, &scale, &charts->point[i]);
	buf_printf(buf,
	    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%" PRId64
	    " ms</text>\n",
	    LEFT - 4, TOP + 8, scale.ms);
	buf_printf(buf,
	    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%" PRId64
	    " km</text>\n",
	    LEFT + PLOT_WIDE, HIGH - 8, scale.km);
	put_label(buf, LEFT, HIGH - 8, "start", "0");
	buf_add_text(buf, "</svg>\n");
}
