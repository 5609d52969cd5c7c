/* Why a flow or a client was judged as it was, gathered and then written. */
#pragma once

#include "report/doc.h"
#include "report/marks.h"
#include "signal/geo_reach.h"
#include "signal/times.h"
#include "store/store.h"

enum {
	EXPLAIN_FLOWS = 5,
	EXPLAIN_MEASURED = 8,
	EXPLAIN_UNKNOWN = 16,
	EXPLAIN_SENSORS = 8,
	EXPLAIN_SIMILAR = 2, /* Of the same AS, and of the same rule. */
	EXPLAIN_OTHERS = 5
};

/* What was measured, against what would be expected. */
struct explain_measured {
	const char *what;     /* "TLS round trip" */
	const char *expected; /* "as long as that of TCP" */
	int64_t measured_milli, expected_milli;
	int64_t gap_milli; /* By how much it is beyond that. */
};

/* What could not be measured. */
struct explain_unknown {
	const char *what; /* "TCP round trip (rtt.tcp_ms)" */
	const char *why;
};

/* What one sensor says of how far away the client can be. */
struct explain_sensor {
	char name[FS_NAME_SIZE];
	int64_t latitude_milli, longitude_milli, rtt_milli;
	uint64_t flows;
	double most_km;  /* As far as light comes in the least round trip. */
	double least_km; /* To the place of its address, less its radius. */
	bool outside;    /* The place is farther away than that. */
};

/* A client that is like this one. */
struct explain_other {
	struct fs_prefix client;
	int decision, class;
	int32_t score_ppm;
};

/* The other clients that have one thing in common with it, by what: "asn",
 * "rule". */
struct explain_similar {
	const char *by;
	char key[FS_NAME_SIZE];
	uint64_t clients, standing_out;
	struct explain_other other[EXPLAIN_OTHERS];
	size_t shown;
};

struct explain {
	bool is_client;
	struct store_flow flow; /* One of the two. */
	struct store_client client;
	/* What both have: borrowed from that one. */
	const struct fs_verdict *verdict;
	const struct fs_evidence *evidence;
	uint32_t evidence_count;
	const struct signals *signals;
	uint32_t generation_id;
	bool has_generation;
	struct fs_generation generation;
	/* Of each piece of evidence; an empty name where the store has no
	 * text of the rule. */
	struct store_rule rule[FS_EVIDENCE_MAX];
	struct explain_measured measured[EXPLAIN_MEASURED];
	size_t measured_count;
	struct explain_unknown unknown[EXPLAIN_UNKNOWN];
	size_t unknown_count;
	/* Of a client: the flows with the highest scores. */
	struct store_flow related[EXPLAIN_FLOWS];
	size_t related_count;
	uint64_t related_in_all;
	/* All of those with what analysts say of them. */
	struct marked_flow marked_flow, marked_related[EXPLAIN_FLOWS];
	struct marked_client marked_client;
	/* Where it could be; no rings where nothing is behind the address. */
	struct geo_ring rings[GEO_RINGS];
	struct geo_found cities[GEO_CITIES];
	size_t ring_count, city_count;
	/* Of a client that several sensors saw. */
	struct explain_sensor sensor[EXPLAIN_SENSORS];
	size_t sensor_count;
	struct explain_similar similar[EXPLAIN_SIMILAR];
	size_t similar_count;
	/* The packets between which samples of that flow lie; borrowed from
	 * it. */
	struct times_sample timed[TIMES_MAX];
	size_t timed_count;
	const struct store_flow *timed_flow;
	/* Log-odds that no stored piece explains. */
	int64_t rest_milli;
};

/* Finds the subject and gathers. Returns 0, FS_EEND (there is none), or
 * FS_ECONFIG (it is nothing that could be asked for). */
int explain_gather(struct fs_store *store, const struct fs_filter *filter,
    const char *subject, struct fs_err *err, struct explain *explain);

/* Fill in 'measured' and 'unknown' from the signals. */
void explain_measure(struct explain *explain);
void explain_find_unknown(struct explain *explain);
/* Fills in 'rings' and 'cities', and with a client's flows (of which 'query'
 * is) 'sensor'. */
void explain_find_reach(struct explain *explain);
int explain_find_sensors(struct fs_store *store, struct store_query *query,
    struct fs_err *err, struct explain *explain);

/* Fills in 'similar' of a client. */
int explain_find_similar(struct fs_store *store, struct store_query *query,
    struct fs_err *err, struct explain *explain);

/* Fills in 'timed', from the flow or from the client's flows. */
void explain_find_times(struct explain *explain);

/* Those parts of the page and of the JSON. */
void explain_say_times(struct doc *doc, const struct explain *explain);
void explain_put_times(struct json *json, const struct explain *explain);
void explain_say_reach(struct doc *doc, const struct explain *explain);
void explain_say_sensors(struct doc *doc, const struct explain *explain);
void explain_say_similar(struct doc *doc, const struct explain *explain);
void explain_put_similar(struct json *json, const struct explain *explain);
void explain_put_reach(struct json *json, const struct explain *explain);
void explain_put_sensors(struct json *json, const struct explain *explain);

/* The part of the page on what analysts say. */
void explain_say_said(struct doc *doc, const struct explain *explain);

int explain_page(const struct explain *explain, const struct fs_out *out,
    struct fs_err *err);
void explain_json(const struct explain *explain, const struct fs_out *out,
    struct json *json);
/* A line a piece of evidence. */
int explain_csv(const struct explain *explain, const struct fs_out *out,
    struct fs_err *err);
