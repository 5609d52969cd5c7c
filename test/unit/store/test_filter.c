#include "ask.h"
#include "sample_rules.h"

/* One thing that a filter asks for. */
struct filter_case {
	const char *name;
	struct fs_filter filter;
	const char *client; /* A prefix. */
	unsigned flows, clients;
};

#define ANY .class = -1, .verdict = -1
#define WHOLE ANY, .whole = true

static const struct filter_case filter_cases[] = {
	{ "everything", { WHOLE }, NULL, 4, 3 },
	{ "the newest day", { ANY }, NULL, 1, 1 },
	{ "the newest four days", { ANY, .last_us = 345600000000 }, NULL, 4,
	    3 },
	{ "since the second flow's last packet",
	    { ANY, .since_us = 1795410000000000 + 61500000 }, NULL, 3, 3 },
	{ "since just after that",
	    { ANY, .since_us = 1795410000000000 + 61500001 }, NULL, 2, 3 },
	{ "until the second flow",
	    { ANY, .until_us = 1795410000000000 + 60000000 }, NULL, 1, 3 },
	{ "until just after its first packet",
	    { ANY, .until_us = 1795410000000000 + 60000001 }, NULL, 2, 3 },
	{ "an address", { WHOLE }, "198.51.100.7", 1, 1 },
	{ "a network", { WHOLE }, "198.51.100.0/24", 2, 2 },
	{ "half a network", { WHOLE }, "198.51.100.128/25", 1, 1 },
	{ "a wide network", { WHOLE }, "198.0.0.0/8", 2, 2 },
	{ "an IPv6 address", { WHOLE }, "2001:db8::aaaa", 1, 1 },
	{ "an IPv6 network", { WHOLE }, "2001:db8::/32", 2, 1 },
	{ "a network of nobody", { WHOLE }, "192.0.2.0/24", 0, 0 },
	{ "all of IPv4", { WHOLE }, "0.0.0.0/0", 2, 2 },
	{ "a country", { WHOLE, .country = "DE" }, NULL, 2, 2 },
	{ "another country", { WHOLE, .country = "FR" }, NULL, 0, 0 },
	{ "an AS", { WHOLE, .asn = 64500 }, NULL, 2, 2 },
	{ "another AS", { WHOLE, .asn = 64501 }, NULL, 0, 0 },
	{ "a class", { .class = FS_CLASS_VPN, .verdict = -1, .whole = true },
	    NULL, 1, 1 },
	{ "a verdict", { .class = -1, .verdict = FS_CLEAN, .whole = true },
	    NULL, 2, 1 },
	{ "a score", { WHOLE, .min_score_ppm = 600000 }, NULL, 2, 2 },
	{ "a higher score", { WHOLE, .min_score_ppm = 600001 }, NULL, 1, 1 },
	{ "a service", { WHOLE, .service = "web" }, NULL, 1, 1 },
	{ "a sensor", { WHOLE, .sensor = "tap-2" }, NULL, 1, 0 },
	{ "a rule", { WHOLE, .rule = "plain-stack" }, NULL, 2, 0 },
	{ "another rule", { WHOLE, .rule = "place-is-too-near" }, NULL, 2, 1 },
	{ "a rule of nobody", { WHOLE, .rule = "plain" }, NULL, 0, 0 },
	{ "a quote is text", { WHOLE, .rule = "' OR 1=1 --" }, NULL, 0, 0 },
	{ "two things at once",
	    { WHOLE, .country = "DE", .asn = 64500, .service = "api",
		.sensor = "tap-1" },
	    "198.51.100.7", 1, 1 },
};

static void
test_filters(const char *folder)
{
	struct fs_store *store = sample_writer(folder);
	struct fs_filter filter;
	size_t i;

	put_various(store);
	for (i = 0; i < sizeof(filter_cases) / sizeof(filter_cases[0]); i++) {
		const struct filter_case *c = &filter_cases[i];

		filter = c->filter;
		if (c->client != NULL &&
		    !addr_parse_prefix(c->client, false, &filter.client))
			abort();
		tap_int((long long)ask_flows(store, &filter), c->flows,
		    c->name);
		tap_int((long long)got.count, c->flows, "as many rows");
		tap_int((long long)ask_clients(store, &filter), c->clients,
		    "clients");
	}
	fs_store_close(store);
}

/* Flows come in order of time and identity, also many at one moment, and
 * whatever order they were stored in. */
static void
test_order(const char *folder)
{
	static struct fs_observation flow;
	struct fs_store *store = sample_writer(folder);
	struct fs_filter filter = everything();
	const unsigned count = 2500;
	bool ordered = true;
	unsigned i;

	for (i = 0; i < count; i++) {
		sample_flow(&flow, 0);
		/* Identities on both sides of 2^63. */
		flow.flow_id =
		    (uint64_t)((i * 7919 + 13) % count) * (UINT64_MAX / count);
		put_flow(store, &flow);
	}
	commit(store);
	tap_int((long long)ask_flows(store, &filter), count,
	    "all of one moment, each once");
	tap_int((long long)got.count, count, "as many rows");
	for (i = 1; i < count; i++)
		ordered &= got.flow_id[i - 1] < got.flow_id[i];
	tap_ok(ordered, "in order of their identities");
	filter.limit = 1500;
	tap_int((long long)ask_flows(store, &filter), count,
	    "a limit does not change how many match");
	tap_int((long long)got.count, 1500, "but how many are given");
	fs_store_close(store);
}

static void
test_client_order(const char *folder)
{
	static const char *const want[] = { "198.51.100.7", "198.51.100.200",
		"2001:db8::" };
	struct fs_store *store = sample_writer(folder);
	struct fs_filter filter = everything();
	size_t i;

	put_various(store);
	ask_clients(store, &filter);
	for (i = 0; i < 3; i++)
		tap_text(got.addr[i], want[i], "clients by score");
	fs_store_close(store);
}

static void
test_callback_ends(const char *folder)
{
	struct fs_store *store = sample_writer(folder);
	struct fs_filter filter = everything();
	struct store_query query;
	struct fs_err err = { 0 };

	put_various(store);
	query = query_of(store, &filter);
	got.stop = 2;
	tap_int(store_ask_flows(store, &query, take_flow, NULL, &err, NULL),
	    -ECANCELED, "what a callback returns ends the answer");
	tap_int((long long)got.count, 2, "at once");
	fs_store_close(store);
}

/* ---- Totals and groups -------------------------------------------------- */

static void
test_totals(const char *folder)
{
	struct fs_store *store = sample_writer(folder);
	struct fs_filter filter = everything();
	struct store_query query;
	struct store_totals totals;
	struct fs_err err = { 0 };

	put_various(store);
	query = query_of(store, &filter);
	tap_int(store_ask_totals(store, &query, &err, &totals), 0, "totals");
	tap_int((long long)totals.all.flows, 4, "flows");
	tap_int((long long)totals.all.clients, 3, "clients");
	tap_int((long long)totals.all.packets, 104, "packets");
	tap_int((long long)totals.all.bytes, 44000, "bytes");
	tap_int((long long)totals.judged[FS_CLASS_PROXY][FS_ANOMALOUS].flows, 1,
	    "a proxy");
	tap_int((long long)totals.judged[FS_CLASS_VPN][FS_REVIEW].flows, 1,
	    "a vpn to review");
	tap_int((long long)totals.judged[FS_CLASS_DIRECT][FS_CLEAN].clients, 1,
	    "a direct client");
	tap_int((long long)totals.judged[FS_CLASS_UNKNOWN][FS_CLEAN].flows, 0,
	    "what could not be judged is not clean");
	tap_int((long long)totals.unjudged.flows, 1, "but counted apart");
	tap_int((long long)totals.why[STORE_WHY_SHORT], 1, "and why");
	tap_int((long long)totals.sensor_count, 2, "sensors");
	tap_text(totals.sensor[0].key, "tap-1", "the one with most flows");
	tap_int((long long)totals.sensor[0].flows, 3, "its flows");
	tap_int((long long)totals.protocol_count, 4, "protocols");
	fs_store_close(store);
}

static const struct {
	int dimension;
	const char *first;
	unsigned groups, flows;
} group_cases[] = {
	{ FS_BY_CLIENT, "2001:db8::", 3, 2 },
	{ FS_BY_ASN, "", 2, 2 },
	{ FS_BY_COUNTRY, "", 2, 2 },
	{ FS_BY_CLASS, "unknown", 4, 1 },
	{ FS_BY_PROTOCOL, "", 4, 1 },
	{ FS_BY_RULE, "place-is-too-near", 3, 2 },
	{ FS_BY_SERVICE, "api", 3, 2 },
	{ FS_BY_HOUR, "2026-11-23T05:00Z", 2, 3 },
};

static void
test_groups(const char *folder)
{
	struct fs_store *store = sample_writer(folder);
	struct fs_filter filter = everything();
	size_t i;

	put_various(store);
	for (i = 0; i < sizeof(group_cases) / sizeof(group_cases[0]); i++) {
		tap_int((long long)ask_groups(store, &filter,
			    group_cases[i].dimension),
		    group_cases[i].groups,
		    fs_dimension_name(group_cases[i].dimension));
		tap_text(got.group[0].key, group_cases[i].first, "its first");
		tap_int((long long)got.group[0].flows, group_cases[i].flows,
		    "flows of it");
	}
	ask_groups(store, &filter, FS_BY_ASN);
	tap_text(got.group[1].key, "AS64500", "an AS");
	tap_text(got.group[1].name, "Example Hosting", "has its name");
	tap_int((long long)got.group[1].anomalous, 1, "anomalous flows");
	tap_int((long long)got.group[1].review, 1, "flows to review");
	tap_int((long long)got.group[0].unjudged, 1, "flows not judged");
	tap_int(got.group[1].score_ppm, 962673, "the highest score");
	ask_groups(store, &filter, FS_BY_RULE);
	tap_int((long long)got.group[2].clients, 2, "clients of a rule");
	filter.limit = 1;
	tap_int((long long)ask_groups(store, &filter, FS_BY_CLASS), 4,
	    "a limit does not change how many match");
	tap_int((long long)got.count, 1, "but how many are given");
	fs_store_close(store);
}

int
main(void)
{
	static void (*const tests[])(const char *folder) = {
		test_filters,
		test_order,
		test_client_order,
		test_callback_ends,
		test_totals,
		test_groups,
	};
	char folder[SAMPLE_PATH];
	size_t i;

	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		sample_folder(folder);
		tests[i](folder);
		sample_remove(folder);
	}
	return tap_done();
}
