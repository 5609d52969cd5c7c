#include "store/store.h"

#include "ask.h"
#include "sample_rules.h"

/* Compares the parts of two rows that are plain values. */
static void
same_flow(const struct fs_observation *a, const struct fs_observation *b,
    const char *name)
{
	tap_ok(a->flow_id == b->flow_id && a->parent_id == b->parent_id &&
		a->first_us == b->first_us && a->last_us == b->last_us &&
		a->client_port == b->client_port &&
		a->server_port == b->server_port && a->rev == b->rev &&
		a->generation == b->generation && a->ip_proto == b->ip_proto &&
		a->icmp_type == b->icmp_type && a->icmp_code == b->icmp_code &&
		a->client_first == b->client_first && a->final == b->final,
	    "%s: numbers", name);
	tap_bytes(a->packets, sizeof(a->packets), b->packets,
	    sizeof(b->packets), "packets");
	tap_bytes(a->bytes, sizeof(a->bytes), b->bytes, sizeof(b->bytes),
	    "bytes");
	tap_ok(addr_compare(&a->client, &b->client) == 0 &&
		addr_compare(&a->server, &b->server) == 0,
	    "%s: addresses", name);
	tap_text(a->service, b->service, "service");
	tap_text(a->sensor, b->sensor, "sensor");
	tap_bytes(&a->verdict, sizeof(a->verdict), &b->verdict,
	    sizeof(b->verdict), "verdict");
	tap_int(a->evidence_count, b->evidence_count, "pieces of evidence");
	tap_bytes(a->evidence, a->evidence_count * sizeof(a->evidence[0]),
	    b->evidence, b->evidence_count * sizeof(b->evidence[0]),
	    "evidence");
}

/* A row's signals are those that were put. */
static void
same_signals(const struct store_flow *row, const struct fs_observation *put)
{
	uint8_t room[FS_SIGNALS_SIZE];
	size_t size = blob_encode(&row->signals, room, sizeof(room));

	tap_bytes(room, size, put->signals, put->signals_size, "signals");
}

static void
full_flow(struct fs_observation *flow)
{
	unsigned i;

	sample_flow(flow, 3);
	flow->flow_id = UINT64_MAX;
	flow->parent_id = 0x8000000000000001;
	flow->rev = UINT32_MAX;
	flow->generation = 4000000000;
	flow->client = sample_addr("2001:db8::1");
	flow->ip_proto = 58;
	flow->icmp_type = 128;
	flow->icmp_code = 255;
	flow->client_port = flow->server_port = -1;
	flow->client_first = flow->final = false;
	flow->packets[1] = INT64_MAX - 1;
	flow->service[0] = '\0';
	flow->evidence_count = FS_EVIDENCE_MAX;
	for (i = 0; i < FS_EVIDENCE_MAX; i++) {
		flow->evidence[i] = sample_evidence("r", "f", -5, "t");
		flow->evidence[i].shadow = i % 2;
	}
}

static void
test_flow_round_trip(const char *folder)
{
	static struct fs_observation plain, full, none;
	struct fs_store *store = sample_writer(folder);
	struct fs_filter filter = everything();

	sample_flow(&plain, 0);
	full_flow(&full);
	sample_flow(&none, 9);
	none.client = none.server = (struct fs_addr){ 0 };
	none.evidence_count = none.signals_size = 0;
	put_flow(store, &plain);
	put_flow(store, &full);
	put_flow(store, &none);
	commit(store);

	filter.limit = 1;
	tap_int((long long)ask_flows(store, &filter), 3, "three flows match");
	tap_int((long long)got.count, 1, "the limit lets one through");
	same_flow(&got.flow.flow, &plain, "a flow");
	same_signals(&got.flow, &plain);
	tap_int(signals_milli(&got.flow.signals, SIGNAL_RTT_TLS_MS), 146200,
	    "its signals are decoded");
	filter.limit = 2;
	ask_flows(store, &filter);
	same_flow(&got.flow.flow, &full, "a flow of extremes");
	same_signals(&got.flow, &full);
	filter.limit = 0;
	ask_flows(store, &filter);
	tap_int(got.flow.flow.client.family, 0, "no address stays none");
	tap_int(got.flow.flow.evidence_count, 0, "no evidence stays none");
	fs_store_close(store);
}

static void
test_client_round_trip(const char *folder)
{
	static struct fs_client client;
	struct fs_store *store = sample_writer(folder);
	struct fs_filter filter = everything();
	const struct fs_client *back = &got.client.client;

	sample_client(&client, "2001:db8:1:2::");
	put_client(store, &client);
	commit(store);
	tap_int((long long)ask_clients(store, &filter), 1, "one client");
	tap_ok(addr_compare(&back->addr, &client.addr) == 0, "address");
	tap_int(back->bits, 64, "bits");
	tap_ok(back->rev == client.rev &&
		back->generation == client.generation &&
		back->first_us == client.first_us &&
		back->last_us == client.last_us &&
		back->flows == client.flows &&
		back->flows_all == client.flows_all &&
		back->bytes == client.bytes,
	    "numbers");
	tap_text(back->sensor, client.sensor, "sensor");
	tap_bytes(&back->verdict, sizeof(back->verdict), &client.verdict,
	    sizeof(client.verdict), "verdict");
	tap_bytes(back->evidence, 2 * sizeof(back->evidence[0]),
	    client.evidence, 2 * sizeof(client.evidence[0]), "evidence");
	tap_bytes(back->signals, back->signals_size, client.signals,
	    client.signals_size, "signals");
	fs_store_close(store);
}

/* A later revision stands for its flow; a row that is written again stands
 * for the one before. Earlier rows stay. */
static void
test_revisions(const char *folder)
{
	static struct fs_observation flow;
	static struct fs_client client;
	struct fs_store *store = sample_writer(folder);
	struct fs_filter filter = everything();
	struct store_query before;
	struct fs_err err = { 0 };
	uint64_t matched = 0;

	sample_flow(&flow, 0);
	flow.final = false;
	put_flow(store, &flow);
	commit(store);
	before = query_of(store, &filter);
	flow.rev = 2;
	flow.packets[0] = 99;
	put_flow(store, &flow);
	flow.packets[0] = 100;
	put_flow(store, &flow);
	flow.rev = 1;
	flow.packets[0] = 1;
	put_flow(store, &flow);
	commit(store);
	tap_int((long long)ask_flows(store, &filter), 1, "one flow");
	tap_int((long long)got.flow.flow.packets[0], 100,
	    "the latest row of the highest revision");
	filter.client = (struct fs_prefix){ flow.client, 32 };
	tap_int((long long)ask_flows(store, &filter), 1,
	    "one flow by its client, too");

	memset(&got, 0, sizeof(got));
	store_ask_flows(store, &before, take_flow, NULL, &err, &matched);
	tap_int(got.flow.flow.rev, 1,
	    "a question asked before sees what was there then");

	sample_client(&client, "198.51.100.7");
	put_client(store, &client);
	client.rev = 2;
	client.flows = 77;
	put_client(store, &client);
	commit(store);
	filter = everything();
	tap_int((long long)ask_clients(store, &filter), 1, "one client");
	tap_int((long long)got.client.client.flows, 77, "its latest row");
	fs_store_close(store);
}

/* ---- One row ------------------------------------------------------------ */

static void
test_find(const char *folder)
{
	static struct store_flow flow;
	static struct store_client client;
	struct fs_store *store = sample_writer(folder);
	struct store_snapshot snapshot;
	struct fs_err err = { 0 };
	struct fs_addr addr = sample_addr("2001:db8::1234");

	put_various(store);
	store_ask_span(store, &err, &snapshot);
	tap_int(store_ask_flow(store, &snapshot, 0xf000000000000001, &err,
		    &flow),
	    0, "a flow by its identity");
	tap_text(flow.flow.verdict.protocol, "wireguard", "the right one");
	tap_int(store_ask_flow(store, &snapshot, 5, &err, &flow), FS_EEND,
	    "no such flow");
	tap_int(store_ask_client(store, &snapshot, &addr, &err, &client), 0,
	    "a client by an address of its network");
	tap_int(client.client.bits, 64, "the right one");
	addr = sample_addr("2001:db8:0:1::1234");
	tap_int(store_ask_client(store, &snapshot, &addr, &err, &client),
	    FS_EEND, "no client of another network");
	fs_store_close(store);
}

static void
test_span(const char *folder)
{
	struct fs_store *store = sample_writer(folder);
	struct store_snapshot snapshot;
	struct fs_freshness fresh;
	struct fs_err err = { 0 };
	const uint64_t newest_us = sample_start_us + 4 * day_us;

	store_ask_span(store, &err, &snapshot);
	tap_int((long long)snapshot.newest_us, 0, "nothing is newest");
	put_various(store);
	fs_store_close(store);
	/* It is kept over a restart. */
	store = sample_writer(folder);
	store_ask_span(store, &err, &snapshot);
	tap_int((long long)snapshot.oldest_us, (long long)sample_start_us,
	    "the oldest");
	tap_int((long long)snapshot.newest_us, (long long)newest_us,
	    "the newest");
	tap_int(fs_store_freshness(store, &err, &fresh), 0, "freshness");
	tap_int((long long)fresh.newest_us, (long long)snapshot.newest_us,
	    "of the newest row");
	tap_int((long long)fresh.rules_us, 0, "of no rules");
	fs_store_close(store);
}

/* ---- Events, generations, rules ----------------------------------------- */

static void
test_events(const char *folder)
{
	const struct fs_event drop = { .time_us = sample_start_us,
		.until_us = sample_start_us + 10,
		.kind = FS_EVENT_DROP,
		.count = 7,
		.bytes = 420,
		.subject = "truncated-ipv4",
		.text = "frames cut within the header",
		.sensor = "tap-1" };
	struct fs_event stop = { .time_us = sample_start_us + 100,
		.kind = FS_EVENT_STOP };
	struct fs_store *store = sample_writer(folder);
	struct fs_filter filter = everything();
	struct store_query query;
	struct fs_err err = { 0 };

	fs_store_put_event(store, &stop, &err);
	fs_store_put_event(store, &drop, &err);
	commit(store);
	query = query_of(store, &filter);
	tap_int(store_ask_events(store, &query, take_event, NULL, &err), 0,
	    "events");
	tap_int((long long)got.count, 2, "both");
	tap_bytes(&got.event[0], sizeof(drop), &drop, sizeof(drop),
	    "in order of time, as they were put");
	tap_int((long long)got.event[1].until_us, (long long)stop.time_us,
	    "a moment ends where it begins");
	filter.whole = false;
	filter.since_us = sample_start_us + 11;
	query = query_of(store, &filter);
	store_ask_events(store, &query, take_event, NULL, &err);
	tap_int((long long)got.count, 1, "those of a period");
	fs_store_close(store);
}

/* Runs that began, ended, were told to have been cut off: whether one is
 * left. */
static void
test_unfinished(const char *folder)
{
	static const struct {
		const char *name;
		uint8_t kind;
		bool unfinished;
	} steps[] = {
		{ "begun", FS_EVENT_START, true },
		{ "ended", FS_EVENT_STOP, false },
		{ "cut off", FS_EVENT_START, true },
		{ "and told", FS_EVENT_GAP, false },
		{ "begun anew", FS_EVENT_START, true },
		{ "and ended", FS_EVENT_STOP, false },
	};
	struct fs_store *store = sample_writer(folder);
	struct fs_event event = { .subject = FS_RUN_SUBJECT };
	struct fs_err err = { 0 };
	uint64_t newest_us;
	size_t i;

	tap_int(fs_store_unfinished(store, &err, &newest_us), 0, "no run");
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		event.kind = steps[i].kind;
		/* Later captures may be of an earlier time. */
		event.time_us = sample_start_us - i;
		fs_store_put_event(store, &event, &err);
		tap_int(fs_store_unfinished(store, &err, &newest_us),
		    steps[i].unfinished, steps[i].name);
	}
	fs_store_close(store);
}

static void
test_generations(const char *folder)
{
	static struct store_rule rule;
	struct fs_store *store = sample_writer(folder);
	struct fs_generation in = { .time_us = sample_start_us,
		.rules_digest = "aa",
		.geo_digest = "bb",
		.floors_digest = "ff",
		.version = "0.1.0",
		.geo_built_s = 1790000000 };
	struct fs_generation out, again;
	struct fs_freshness fresh;
	struct fs_err err = { 0 };

	tap_int(fs_store_put_generation(store, &sample_rules, &in, &err), 0,
	    "a generation is put");
	again = in;
	again.time_us += 1000;
	fs_store_put_generation(store, &sample_rules, &again, &err);
	tap_int(again.id, in.id, "the same things are the same generation");
	again.geo_digest[0] = 'c';
	fs_store_put_generation(store, NULL, &again, &err);
	tap_ok(again.id > in.id, "other things are another");
	again = in;
	again.floors_digest[0] = 'e';
	fs_store_put_generation(store, NULL, &again, &err);
	tap_ok(again.id > in.id, "other floors are, too");
	commit(store);
	tap_int(store_ask_generation(store, in.id, &err, &out), 0, "asked");
	tap_bytes(&out, sizeof(out), &in, sizeof(in), "as it was put");
	tap_int(store_ask_generation(store, 99, &err, &out), FS_EEND, "none");
	fs_store_freshness(store, &err, &fresh);
	tap_int((long long)fresh.geo_built_us, 1790000000000000,
	    "freshness of the geo databases");
	tap_int(store_ask_rule(store, again.id, "tls-ends-behind-tcp", &err,
		    &rule),
	    0, "a rule, by any generation with these rules");
	tap_text(rule.benign, "satellite operator\ncorporate proxy", "benign");
	tap_text(rule.condition, "rtt.tls_gap_ms > 40ms", "condition");
	tap_text(rule.file, "rules/timing.yaml", "file");
	tap_int(rule.line, 12, "line");
	tap_int(rule.llr_true, 5470, "llr_true");
	tap_int(store_ask_rule(store, in.id, "only-a-name", &err, &rule), 0,
	    "a rule that says nothing");
	tap_text(rule.desc, "", "has no text");
	tap_ok(rule.shadow && rule.client_scope && !rule.enabled, "flags");
	tap_int(store_ask_rule(store, in.id, "other", &err, &rule), FS_EEND,
	    "no such rule");
	fs_store_close(store);
}

static int
recall(void *ctx, const struct fs_client *client)
{
	unsigned *count = ctx;
	struct signals signals;

	signals_clear(&signals);
	if (blob_decode(client->signals, client->signals_size, &signals) == 0 &&
	    (client->addr.family == 6) == (*count == 2))
		++*count;
	return 0;
}

static void
test_recall(const char *folder)
{
	struct fs_store *store = sample_writer(folder);
	struct fs_err err = { 0 };
	unsigned count = 0;

	put_various(store);
	tap_int(fs_store_recall(store, recall, &count, &err), 0, "recall");
	tap_int(count, 3, "gives every client, the last seen one last");
	fs_store_close(store);
}

int
main(void)
{
	static void (*const tests[])(const char *folder) = {
		test_flow_round_trip,
		test_client_round_trip,
		test_revisions,
		test_find,
		test_span,
		test_events,
		test_unfinished,
		test_generations,
		test_recall,
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
