/* Where a client could be, and what several sensors say of its place. */
#include "answer.h"
#include "signal/signal.h"

/* A client in Frankfurt by its address. */
static void
set_place(struct signals *signals)
{
	signals_clear(signals);
	signals_set_string(signals, SIGNAL_CLIENT_CITY, "Frankfurt am Main");
	signals_set_string(signals, SIGNAL_CLIENT_COUNTRY, "DE");
	signals_set_milli(signals, SIGNAL_CLIENT_LATITUDE, 50110);
	signals_set_milli(signals, SIGNAL_CLIENT_LONGITUDE, 8680);
	signals_set_milli(signals, SIGNAL_GEO_RADIUS_KM, 200000);
}

static const struct {
	const char *sensor;
	int32_t latitude, longitude, rtt;
} flows[] = {
	{ "iad", 39040, -77490, 95000 },
	{ "iad", 39040, -77490, 92000 },
	{ "sin", 1350, 103820, 40000 },
};

static void
put_flows(struct fs_store *store, size_t count)
{
	struct fs_observation *flow = malloc(sizeof(*flow));
	struct signals *signals = malloc(sizeof(*signals));
	struct fs_err err;
	unsigned i;

	for (i = 0; i < count; i++) {
		sample_flow(flow, i);
		set_place(signals);
		signals_set_milli(signals, SIGNAL_SENSOR_LATITUDE,
		    flows[i].latitude);
		signals_set_milli(signals, SIGNAL_SENSOR_LONGITUDE,
		    flows[i].longitude);
		signals_set_milli(signals, SIGNAL_RTT_MIN_MS, flows[i].rtt);
		snprintf(flow->sensor, FS_NAME_SIZE, "%s", flows[i].sensor);
		flow->signals_size = sample_encode(signals, flow->signals);
		if (fs_store_put_flow(store, flow, &err) < 0)
			tap_ok(false, "%s", err.text);
	}
	free(signals);
	free(flow);
}

static void
put_client(struct fs_store *store, int64_t gap, bool finding)
{
	struct fs_client *client = malloc(sizeof(*client));
	struct signals *signals = malloc(sizeof(*signals));
	struct fs_err err;

	sample_client(client, "198.51.100.7");
	set_place(signals);
	signals_set_milli(signals, SIGNAL_CLIENT_RTT_MIN_MS, 92000);
	signals_set_milli(signals, SIGNAL_CLIENT_TLS_GAP_MS, gap);
	client->signals_size = sample_encode(signals, client->signals);
	client->verdict.view = FS_VIEW_EXIT;
	if (!finding)
		client->evidence_count = 0;
	if (fs_store_put_client(store, client, &err) < 0 ||
	    fs_store_commit(store, &err) < 0)
		tap_ok(false, "%s", err.text);
	free(signals);
	free(client);
}

static const struct {
	const char *name;
	size_t flows;
	int64_t gap;
	bool finding;
	const char *has, *has_not; /* Of the page; null: nothing. */
	const char *json;
} cases[] = {
	{ "behind a proxy", 2, 90000, true,
	    "at most 9,200 km from the place of its address, and at least "
	    "1,725 km",
	    "several sensors", "\"proven\":false,\"least_km\":1725," },
	{ "countries", 2, 90000, true, " more (--format json has all)",
	    "Berlin", "\"countries\":[\"" },
	{ "nothing behind it", 2, 3000, true, "Measured", "it could be",
	    "\"reach\":null,\"sensors\":[]" },
	{ "no rule found anything", 2, 90000, false, "Measured", "it could be",
	    "\"reach\":null" },
	{ "a second sensor nearer than light", 3, 3000, true,
	    "sin: least round trip 40 ms over 1 flow, so at most 4,200 km "
	    "away; "
	    "the place is 10,0",
	    NULL,
	    "\"sensor\":\"sin\",\"flows\":1,\"rtt_min_ms\":40,"
	    "\"most_km\":4200," },
	{ "the first one is not", 3, 3000, true,
	    "iad: least round trip 92 ms over 2 flows, so at most 9,400 km "
	    "away",
	    NULL, "\"outside\":false" },
};

static void
answer(struct fs_store *store, int format, struct buf *got)
{
	struct fs_out out = { .write = answer_write,
		.ctx = got,
		.format = format };
	struct fs_filter filter;
	struct fs_err err = { 0 };

	fs_filter_init(&filter);
	filter.whole = true;
	buf_clear(got);
	if (fs_report_explain(store, &filter, "198.51.100.7", &out, &err,
		NULL) < 0)
		tap_ok(false, "%s", err.text);
}

static void
test_case(size_t i, struct buf *got)
{
	char folder[SAMPLE_PATH];
	struct fs_store *store;

	sample_folder(folder);
	store = sample_writer(folder);
	put_flows(store, cases[i].flows);
	put_client(store, cases[i].gap, cases[i].finding);
	answer(store, FS_FORMAT_TABLE, got);
	tap_ok(strstr(buf_text(got), cases[i].has) != NULL &&
		(cases[i].has_not == NULL ||
		    strstr(buf_text(got), cases[i].has_not) == NULL),
	    "%s", cases[i].name);
	answer(store, FS_FORMAT_JSONL, got);
	tap_ok(strstr(buf_text(got), cases[i].json) != NULL, "%s, as JSON",
	    cases[i].name);
	fs_store_close(store);
	sample_remove(folder);
}

int
main(void)
{
	struct buf got;
	size_t i;

	buf_init(&got);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_case(i, &got);
	buf_fini(&got);
	return tap_done();
}
