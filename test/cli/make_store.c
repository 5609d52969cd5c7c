/* Makes a small store to ask 'flowscan' about.
 *
 * usage: make_store FILE
 *
 * Twelve flows of three clients, one a minute: a proxied client with text of
 * strangers who mean harm, one of IPv6 to review, a direct one; one flow of
 * four days before. */
#include "../unit/store/sample.h"
#include "../unit/store/sample_rules.h"

#define HARM "=cmd|' /C x'!A1\33[31m\xe2\x80\xae<b>\n"

static struct fs_err err;

static void
check(int rc)
{
	if (rc >= 0)
		return;
	(void)fprintf(stderr, "make_store: %s\n", err.text);
	exit(1);
}

/* A flow of the direct client, and one that could not be judged. */
static void
make_direct(struct fs_observation *flow, unsigned number)
{
	flow->client = sample_addr("192.0.2.1");
	flow->evidence_count = 0;
	flow->verdict = (struct fs_verdict){ .class = FS_CLASS_DIRECT,
		.prior = -3000,
		.log_odds = -3000,
		.score_ppm = 47426,
		.view = FS_VIEW_EXIT,
		.coverage = number == 4 ? FS_COVERAGE_NONE : FS_COVERAGE_FULL,
		.protocol = "tls" };
}

static void
put_flows(struct fs_store *store, uint32_t generation)
{
	const uint64_t four_days_us = 4 * 86400000000;
	struct fs_observation *flow = malloc(sizeof(*flow));
	unsigned i;

	for (i = 0; i < 12; i++) {
		sample_flow(flow, i);
		flow->generation = generation;
		if (i % 4 == 0)
			make_direct(flow, i);
		if (i == 3) {
			flow->client = sample_addr("2001:db8:1::99");
			flow->server = sample_addr("2001:db8:ffff::10");
			flow->verdict.decision = FS_REVIEW;
			flow->verdict.score_ppm = 700000;
		}
		if (i == 5)
			snprintf(flow->service, FS_NAME_SIZE, "%s", HARM);
		if (i == 0) {
			flow->first_us -= four_days_us;
			flow->last_us -= four_days_us;
		}
		check(fs_store_put_flow(store, flow, &err));
	}
	free(flow);
}

static void
put_clients(struct fs_store *store, uint32_t generation)
{
	static const char *const addrs[] = { "198.51.100.7",
		"2001:db8:1::", "192.0.2.1" };
	struct fs_client *client = malloc(sizeof(*client));
	int i;

	for (i = 0; i < 3; i++) {
		sample_client(client, addrs[i]);
		client->generation = generation;
		client->verdict.decision = (uint8_t)(FS_ANOMALOUS - i);
		client->verdict.score_ppm -= i * 270000;
		if (i == 0)
			client->evidence[1] =
			    sample_evidence("harm", "geo", 2500, HARM);
		check(fs_store_put_client(store, client, &err));
	}
	free(client);
}

int
main(int argc, char **argv)
{
	struct fs_event drop = { .time_us = sample_start_us,
		.until_us = sample_start_us + 1,
		.kind = FS_EVENT_DROP,
		.count = 12,
		.subject = "truncated-ipv4" };
	struct fs_generation generation = { .time_us = sample_start_us,
		.rules_digest = "4be673c9d514",
		.geo_digest = "0",
		.version = "0.1.0" };
	struct fs_store *store;

	if (argc != 2) {
		(void)fputs("usage: make_store FILE\n", stderr);
		return 2;
	}
	check(fs_store_open(argv[1], &err, &store));
	check(fs_store_put_generation(store, &sample_rules, &generation, &err));
	put_flows(store, generation.id);
	put_clients(store, generation.id);
	check(fs_store_put_event(store, &drop, &err));
	check(fs_store_commit(store, &err));
	fs_store_close(store);
	return 0;
}
