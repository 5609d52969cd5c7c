/* Asks a store and keeps what it gave: for the tests of one program. */
#pragma once

#include <errno.h>

#include "../tap.h"
#include "sample.h"
#include "store/store.h"

/* ---- Asking ------------------------------------------------------------- */

enum { ROWS_MAX = 4096 };

/* What a question gave. */
static struct {
	struct store_flow flow;
	struct store_client client;
	struct store_group group[64];
	struct fs_event event[16];
	uint64_t flow_id[ROWS_MAX];
	char addr[64][ADDR_TEXT_SIZE];
	size_t count;
	size_t stop; /* After how many the answer is cut off; 0: never. */
} got;

static inline int
take_flow(void *ctx, const struct store_flow *row)
{
	(void)ctx;
	got.flow = *row;
	if (got.count < ROWS_MAX)
		got.flow_id[got.count] = row->flow.flow_id;
	got.count++;
	return got.stop > 0 && got.count >= got.stop ? -ECANCELED : 0;
}

static inline int
take_client(void *ctx, const struct store_client *row)
{
	(void)ctx;
	got.client = *row;
	if (got.count < 64)
		addr_format(&row->client.addr, got.addr[got.count]);
	got.count++;
	return 0;
}

static inline int
take_group(void *ctx, const struct store_group *group)
{
	(void)ctx;
	if (got.count < 64)
		got.group[got.count] = *group;
	got.count++;
	return 0;
}

static inline int
take_event(void *ctx, const struct fs_event *event)
{
	(void)ctx;
	if (got.count < 16)
		got.event[got.count] = *event;
	got.count++;
	return 0;
}

static inline struct store_query
query_of(struct fs_store *store, const struct fs_filter *filter)
{
	struct store_query query = { 0 };
	struct fs_err err = { 0 };

	if (store_query(store, filter, &err, &query) < 0)
		tap_ok(false, "%s", err.text);
	memset(&got, 0, sizeof(got));
	return query;
}

static inline struct fs_filter
everything(void)
{
	struct fs_filter filter;

	fs_filter_init(&filter);
	filter.whole = true;
	return filter;
}

/* Asks for flows; returns how many match, and fills in 'got'. */
static inline uint64_t
ask_flows(struct fs_store *store, const struct fs_filter *filter)
{
	struct store_query query = query_of(store, filter);
	struct fs_err err = { 0 };
	uint64_t matched = 0;

	if (store_ask_flows(store, &query, take_flow, NULL, &err, &matched) < 0)
		tap_ok(false, "%s", err.text);
	return matched;
}

static inline uint64_t
ask_clients(struct fs_store *store, const struct fs_filter *filter)
{
	struct store_query query = query_of(store, filter);
	struct fs_err err = { 0 };
	uint64_t matched = 0;

	if (store_ask_clients(store, &query, take_client, NULL, &err,
		&matched) < 0)
		tap_ok(false, "%s", err.text);
	return matched;
}

static inline uint64_t
ask_groups(struct fs_store *store, const struct fs_filter *filter,
    int dimension)
{
	struct store_query query = query_of(store, filter);
	struct fs_err err = { 0 };
	uint64_t matched = 0;

	query.dimension = dimension;
	if (store_ask_by(store, &query, take_group, NULL, &err, &matched) < 0)
		tap_ok(false, "%s", err.text);
	return matched;
}

/* ---- Putting ------------------------------------------------------------ */

static inline void
put_flow(struct fs_store *store, const struct fs_observation *flow)
{
	struct fs_err err = { 0 };

	if (fs_store_put_flow(store, flow, &err) < 0)
		tap_ok(false, "%s", err.text);
}

static inline void
put_client(struct fs_store *store, const struct fs_client *client)
{
	struct fs_err err = { 0 };

	if (fs_store_put_client(store, client, &err) < 0)
		tap_ok(false, "%s", err.text);
}

static inline void
commit(struct fs_store *store)
{
	struct fs_err err = { 0 };

	if (fs_store_commit(store, &err) < 0)
		tap_ok(false, "%s", err.text);
}

static const uint64_t day_us = 86400000000;

/* ---- Filters ------------------------------------------------------------ */

/* Flows that differ in one thing each. */
static inline void
put_various(struct fs_store *store)
{
	static struct fs_observation flow;
	static struct fs_client client;

	sample_flow(&flow, 0);
	put_flow(store, &flow);
	sample_flow(&flow, 1);
	flow.client = sample_addr("198.51.100.200");
	flow.verdict.class = FS_CLASS_VPN;
	flow.verdict.decision = FS_REVIEW;
	flow.verdict.score_ppm = 600000;
	snprintf(flow.verdict.protocol, FS_PROTOCOL_SIZE, "wireguard");
	put_flow(store, &flow);
	sample_flow(&flow, 2);
	flow.client = sample_addr("2001:db8::aaaa");
	flow.evidence_count = flow.signals_size = 0;
	flow.verdict.class = FS_CLASS_DIRECT;
	flow.verdict.decision = FS_CLEAN;
	flow.verdict.score_ppm = 10000;
	snprintf(flow.verdict.protocol, FS_PROTOCOL_SIZE, "tls");
	snprintf(flow.service, FS_NAME_SIZE, "web");
	snprintf(flow.sensor, FS_NAME_SIZE, "tap-2");
	put_flow(store, &flow);
	sample_flow(&flow, 3 * 24 * 60);
	flow.client = sample_addr("2001:db8::bbbb");
	flow.verdict = (struct fs_verdict){ .coverage = FS_COVERAGE_NONE };
	flow.evidence_count = flow.signals_size = 0;
	flow.service[0] = '\0';
	put_flow(store, &flow);

	sample_client(&client, "198.51.100.7");
	put_client(store, &client);
	sample_client(&client, "198.51.100.200");
	client.verdict.decision = FS_REVIEW;
	client.verdict.class = FS_CLASS_VPN;
	client.verdict.score_ppm = 600000;
	client.evidence_count = 1;
	put_client(store, &client);
	sample_client(&client, "2001:db8::");
	client.verdict = (struct fs_verdict){ .class = FS_CLASS_DIRECT,
		.score_ppm = 10000,
		.coverage = FS_COVERAGE_FULL };
	client.last_us = sample_start_us + 4 * day_us;
	client.evidence_count = client.signals_size = 0;
	put_client(store, &client);
	commit(store);
}
