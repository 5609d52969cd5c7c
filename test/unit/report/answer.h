/* A store and what is asked of it, as text: for the tests of one program. */
#pragma once

#include "../store/sample.h"
#include "../store/sample_rules.h"
#include "../tap.h"
#include "base/buf.h"

static inline int
answer_write(void *ctx, const char *bytes, size_t size)
{
	buf_add(ctx, bytes, size);
	return buf_error(ctx);
}

/* Two hours of traffic: a proxied client, one to review, a direct one, flows
 * that could not be judged, drops, and text of strangers who mean harm. */
static inline void
answer_flows(struct fs_store *store, uint32_t generation)
{
	struct fs_observation *flow = malloc(sizeof(*flow));
	struct fs_err err;
	unsigned i;

	for (i = 0; i < 6; i++) {
		sample_flow(flow, i);
		flow->generation = generation;
		if (i == 3) {
			flow->client = sample_addr("2001:db8:1::99");
			flow->server = sample_addr("2001:db8:ffff::10");
			flow->evidence_count = 0;
			flow->verdict =
			    (struct fs_verdict){ .class = FS_CLASS_DIRECT,
				    .prior = -3000,
				    .log_odds = -3000,
				    .score_ppm = 47426,
				    .view = FS_VIEW_EXIT,
				    .coverage = FS_COVERAGE_FULL,
				    .protocol = "tls" };
		}
		if (i == 4) {
			flow->ip_proto = 47;
			flow->client_port = flow->server_port = -1;
			flow->evidence_count = 0;
			flow->service[0] = '\0';
			flow->parent_id = 0xf000000000000001;
			flow->verdict = (struct fs_verdict){ .prior = -3000,
				.log_odds = -3000,
				.score_ppm = 47426 };
		}
		if (fs_store_put_flow(store, flow, &err) < 0)
			tap_ok(false, "%s", err.text);
	}
	free(flow);
}

static inline void
answer_clients(struct fs_store *store, uint32_t generation)
{
	struct fs_client *client = malloc(sizeof(*client));
	struct fs_err err;

	sample_client(client, "198.51.100.7");
	client->generation = generation;
	(void)fs_store_put_client(store, client, &err);
	sample_client(client, "2001:db8:1::");
	client->generation = generation;
	client->verdict.decision = FS_REVIEW;
	client->verdict.score_ppm = 700000;
	client->verdict.log_odds = 1000;
	client->evidence[1].shadow = true;
	client->flows = 1;
	(void)fs_store_put_client(store, client, &err);
	sample_client(client, "192.0.2.1");
	client->generation = generation;
	client->verdict = (struct fs_verdict){ .class = FS_CLASS_DIRECT,
		.coverage = FS_COVERAGE_PARTIAL,
		.prior = -3000,
		.log_odds = -3000,
		.score_ppm = 47426 };
	client->evidence_count = client->signals_size = 0;
	(void)fs_store_put_client(store, client, &err);
	free(client);
}

static inline void
answer_events(struct fs_store *store)
{
	struct fs_event events[] = {
		{ .kind = FS_EVENT_CAPTURE,
		    .count = 4172,
		    .bytes = 818686,
		    .subject = "demo.pcap",
		    .text = "read to its end" },
		{ .kind = FS_EVENT_DROP,
		    .count = 12,
		    .subject = "truncated-ipv4" },
		{ .kind = FS_EVENT_DROP,
		    .count = 3,
		    .subject = "truncated-ipv4" },
		{ .kind = FS_EVENT_DAMAGE,
		    .subject = "bad.pcap",
		    .text = "a record of 77777777 bytes at byte 2400" },
		{ .kind = FS_EVENT_EVICT, .count = 5, .subject = "flows" },
	};
	struct fs_err err;
	size_t i;

	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		events[i].time_us = events[i].until_us = sample_start_us;
		(void)fs_store_put_event(store, &events[i], &err);
	}
}

static inline struct fs_store *
answer_store(const char *folder)
{
	struct fs_store *store = sample_writer(folder);
	struct fs_generation generation = {
		.time_us = sample_start_us - 86400000000,
		.rules_digest = "4be673c9d5142222222222222222222222222222222222"
				"222222222222222222",
		.geo_digest = "00000000000000000000000000000000000000000000000"
			      "00000000000000000",
		.floors_digest = "00000000000000000000000000000000000000000000"
				 "00000000000000000000",
		.version = "0.1.0",
	};
	struct fs_err err;

	(void)fs_store_put_generation(store, &sample_rules, &generation, &err);
	answer_flows(store, generation.id);
	answer_clients(store, generation.id);
	answer_events(store);
	if (fs_store_commit(store, &err) < 0)
		tap_ok(false, "%s", err.text);
	return store;
}
