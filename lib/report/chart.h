/* Pictures of a report: traffic over time, the claimed places on a map, and
 * round trips against distance. Gathered, and then drawn as SVG. */
#pragma once

#include "base/addr.h"
#include "report/doc.h"
#include "store/store.h"

enum {
	CHART_BINS = 96,     /* Of time, at most. */
	CHART_POINTS = 1000, /* Clients, those with the highest scores. */
};

/* A client; numbers are thousandths, INT64_MIN where unknown. */
struct chart_point {
	char name[ADDR_TEXT_SIZE];
	int64_t latitude, longitude; /* Degrees. */
	int64_t distance, rtt;       /* km, ms */
	int64_t hidden;              /* km behind its place, at most. */
	int decision;
};

struct charts {
	uint64_t first_us, bin_us;
	size_t bin_count;
	uint64_t flows[CHART_BINS][FS_CLASS_COUNT];
	struct chart_point *point; /* Owned. */
	size_t point_count;
	int64_t sensor_latitude, sensor_longitude;
};

/* Gathers what is between 'first_us' and 'last_us' of the query;
 * charts_fini() frees, also after a failure. Returns 0 or a negative code. */
int charts_gather(struct fs_store *store, const struct store_query *query,
    uint64_t first_us, uint64_t last_us, struct fs_err *err,
    struct charts *charts);
void charts_fini(struct charts *charts);

/* Adds them to a page whose style shows pictures. Those without anything to
 * show are left out. */
void charts_say(const struct charts *charts, struct doc *doc);

/* The land as the data of an SVG path: see tools/map-land. */
extern const char chart_land[];

/* Each draws one; 'ctx' is the charts. */
void chart_traffic(const void *ctx, struct buf *buf);
void chart_map(const void *ctx, struct buf *buf);
void chart_distance(const void *ctx, struct buf *buf);
