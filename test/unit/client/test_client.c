#include "client/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "base/addr.h"
#include "signal/blob.h"

enum { HOUR = 3600, DAY = 24 * HOUR };
static const uint64_t SECOND_US = 1000000;

static struct fs_addr
address(unsigned number)
{
	uint8_t bytes[4] = { 198, 51, (uint8_t)(number >> 8), (uint8_t)number };

	return addr_v4(bytes);
}

/* A flow of one piece of evidence that ends at 'at_s'. */
static struct fs_observation *
observation(const char *rule, int32_t llr, uint64_t at_s)
{
	static struct fs_observation out;

	memset(&out, 0, offsetof(struct fs_observation, signals));
	out.client = address(7);
	out.rev = 1;
	out.final = true;
	out.first_us = out.last_us = at_s * SECOND_US;
	out.verdict.view = FS_VIEW_EXIT;
	out.verdict.coverage = FS_COVERAGE_PARTIAL;
	snprintf(out.verdict.protocol, sizeof(out.verdict.protocol), "tls");
	if (rule == NULL)
		return &out;
	out.evidence_count = 1;
	snprintf(out.evidence[0].rule, FS_NAME_SIZE, "%s", rule);
	out.evidence[0].llr_full = llr;
	out.evidence[0].count = 1;
	return &out;
}

static struct client *
touch(struct client_table *table, unsigned number)
{
	struct fs_addr addr = address(number);
	struct client *client;

	if (client_table_touch(table, &addr, &client) < 0)
		abort();
	return client;
}

static void
test_decay(void)
{
	static struct signals none;
	static struct fs_client row;
	struct client_table *table;
	struct client *client;

	signals_clear(&none);
	client_table_new(16, 1, DAY, &table);
	client = touch(table, 7);
	client_fold(table, client, observation("gap", 4000, DAY), &none);
	client_fold(table, client, observation("gap", 1000, 2ULL * DAY), &none);
	client_fold(table, client, observation(NULL, 0, 3ULL * DAY), &none);
	tap_text(client_row(table, client, &row), "tls", "plain protocol");
	tap_int(row.evidence_count, 1, "one rule is one piece");
	tap_int(row.evidence[0].llr_full, 1500,
	    "4000 after two half-lives and 1000 after one");
	tap_int(row.evidence[0].count, 2, "in two flows");
	tap_int((long long)row.flows, 3, "of three");
	tap_int(row.rev, 1, "first revision");
	tap_int(row.verdict.view, FS_VIEW_EXIT, "view");
	tap_int(row.verdict.coverage, FS_COVERAGE_PARTIAL, "best coverage");
	client_row(table, client, &row);
	tap_int(row.rev, 2, "second revision");
	client_table_free(table);
}

static void
test_views(void)
{
	static struct signals none;
	static struct fs_client row;
	struct client_table *table;
	struct client *client;
	struct fs_observation *path;

	signals_clear(&none);
	client_table_new(16, 1, DAY, &table);
	client = touch(table, 7);
	path = observation("wireguard", 9000, 1);
	path->verdict.view = FS_VIEW_PATH;
	client_fold(table, client, path, &none);
	client_row(table, client, &row);
	tap_int(row.verdict.view, FS_VIEW_PATH, "only path flows: path");
	client_fold(table, client, observation("gap", 100, 2), &none);
	client_row(table, client, &row);
	tap_int(row.verdict.view, FS_VIEW_EXIT, "one exit flow: exit");
	tap_int(row.evidence_count, 1, "evidence of its own view only");
	tap_text(row.evidence[0].rule, "gap", "which is the exit's");
	tap_int((long long)row.flows, 1, "flows of its own view");
	tap_int((long long)row.flows_all, 2, "flows of both");
	client_table_free(table);
}

/* A client whose first flow was a tunnel is no tunnel for good. */
static void
test_protocol(void)
{
	static struct signals none;
	static struct fs_client row;
	struct client_table *table;
	struct client *client;
	struct fs_observation *flow;

	signals_clear(&none);
	client_table_new(16, 1, DAY, &table);
	client = touch(table, 7);
	flow = observation("wireguard", 9000, 1);
	snprintf(flow->evidence[0].protocol, FS_PROTOCOL_SIZE, "wireguard");
	snprintf(flow->verdict.protocol, FS_PROTOCOL_SIZE, "wireguard");
	client_fold(table, client, flow, &none);
	tap_text(client_row(table, client, &row), "unknown",
	    "what a rule names is not the plain protocol");
	client_fold(table, client, observation(NULL, 0, 2), &none);
	tap_text(client_row(table, client, &row), "tls",
	    "that of a plain flow is");
	client_table_free(table);
}

/* Whoever comes back after having been given up goes on in the store. */
static void
test_return(void)
{
	static struct signals none;
	static struct fs_client row;
	struct client_table *table;
	unsigned i;

	signals_clear(&none);
	client_table_new(1, 1, DAY, &table);
	for (i = 0; i < 5; i++)
		client_row(table, touch(table, 7), &row);
	tap_int(row.rev, 5, "five revisions");
	client_row(table, touch(table, 8), &row);
	client_row(table, touch(table, 7), &row);
	tap_ok(row.rev > 5, "the next one is later, after an eviction, too");
	client_table_free(table);
}

/* What path flows measured says nothing about those to a service. */
static void
test_measures(void)
{
	static struct signals path, exit, out;
	struct client_table *table;
	struct client *client;
	struct fs_observation *flow;

	signals_clear(&path);
	signals_set_us(&path, SIGNAL_RTT_MIN_MS, 300);
	signals_set_us(&path, SIGNAL_RTT_TLS_GAP_MS, 90000);
	signals_set_string(&path, SIGNAL_TLS_JA4, "one");
	signals_clear(&exit);
	signals_set_us(&exit, SIGNAL_RTT_MIN_MS, 80000);
	signals_set_string(&exit, SIGNAL_TLS_JA4, "two");
	client_table_new(16, 1, DAY, &table);
	client = touch(table, 7);
	flow = observation(NULL, 0, 1);
	flow->verdict.view = FS_VIEW_PATH;
	client_fold(table, client, flow, &path);
	client_fold(table, client, observation(NULL, 0, 2), &exit);
	signals_clear(&out);
	client_signals(client, &out);
	tap_int(signals_milli(&out, SIGNAL_CLIENT_RTT_MIN_MS), 80000,
	    "round trips of its own view only");
	tap_int(signals_milli(&out, SIGNAL_CLIENT_JA4_DISTINCT), 1000,
	    "fingerprints of its own view only");
	tap_int(signals_milli(&out, SIGNAL_CLIENT_TLS_GAP_FLOWS), 0,
	    "gaps of its own view only");
	client_table_free(table);
}

static void
test_revisions(void)
{
	static struct signals none;
	static struct fs_client row;
	struct client_table *table;
	struct client *client;
	struct fs_observation *flow;

	signals_clear(&none);
	client_table_new(16, 1, DAY, &table);
	client = touch(table, 7);
	flow = observation("gap", 2000, 1);
	flow->final = false;
	client_fold(table, client, flow, &none);
	flow = observation("gap", 2000, 1);
	flow->rev = 2;
	flow->evidence[0].count = 0;
	client_fold(table, client, flow, &none);
	client_row(table, client, &row);
	tap_int((long long)row.flows, 1, "a later revision is no new flow");
	tap_int(row.evidence[0].llr_full, 2000, "and weighs nothing again");
	client_table_free(table);
}

static void
test_signals(void)
{
	static struct signals in, out;
	struct client_table *table;
	struct client *client;
	static const int gaps[] = { 90, 1, 80, 2, 85 };
	char ja4[16];
	unsigned i;

	client_table_new(16, 1, DAY, &table);
	client = touch(table, 7);
	for (i = 0; i < 5; i++) {
		signals_clear(&in);
		signals_set_us(&in, SIGNAL_RTT_TLS_GAP_MS,
		    (uint64_t)gaps[i] * 1000);
		signals_set_us(&in, SIGNAL_RTT_MIN_MS, 100000 - i * 1000);
		signals_set_string(&in, SIGNAL_TLS_JA4, "same");
		client_fold(table, client, observation(NULL, 0, i), &in);
	}
	for (i = 0; i < 100; i++) {
		signals_clear(&in);
		snprintf(ja4, sizeof(ja4), "ja4-%u", i);
		signals_set_string(&in, SIGNAL_TLS_JA4, ja4);
		client_fold(table, client, observation(NULL, 0, i), &in);
	}
	signals_clear(&out);
	client_signals(client, &out);
	tap_int(signals_milli(&out, SIGNAL_CLIENT_TLS_GAP_MS), 80000,
	    "median of the gaps");
	tap_int(signals_milli(&out, SIGNAL_CLIENT_TLS_GAP_FLOWS), 5000,
	    "in five flows");
	tap_int(signals_milli(&out, SIGNAL_CLIENT_RTT_MIN_MS), 96000,
	    "least round trip");
	tap_int(signals_milli(&out, SIGNAL_CLIENT_JA4_DISTINCT),
	    CLIENT_DISTINCT * 1000LL, "fingerprints are counted up to a bound");
	tap_ok(!signals_known(&out, SIGNAL_CLIENT_SYN_DISTINCT),
	    "what was never seen is unknown");
	client_table_free(table);
}

static void
test_table(void)
{
	static struct signals none;
	static struct fs_client row;
	struct client_table *table;
	struct client *client;
	unsigned i, rows = 0;
	struct fs_addr last = { 0 };
	bool ordered = true;

	signals_clear(&none);
	client_table_new(1000, 1, DAY, &table);
	for (i = 0; i < 3000; i++)
		client_fold(table, touch(table, i * 7919 % 3000),
		    observation("gap", 10, i), &none);
	tap_int(client_table_count(table), 1000, "the table is bounded");
	tap_int((long long)client_table_evicted(table), 2000,
	    "what was given up is counted");
	client_table_sort(table);
	while ((client = client_table_next_changed(table)) != NULL) {
		client_row(table, client, &row);
		ordered = ordered &&
		    (rows == 0 || addr_compare(&last, &row.addr) < 0);
		last = row.addr;
		rows++;
	}
	tap_int(rows, 1000, "every changed client is given once");
	tap_ok(ordered, "in order of address");
	client_table_sort(table);
	tap_ok(client_table_next_changed(table) == NULL,
	    "what did not change is not given again");
	tap_ok(touch(table, 2999 * 7919 % 3000) != NULL,
	    "the latest client is still there");
	tap_int((long long)client_table_evicted(table), 2000,
	    "without another eviction");
	client_table_free(table);
}

static void
test_rules_bound(void)
{
	static struct signals none;
	static struct fs_client row;
	struct client_table *table;
	struct client *client;
	char rule[16];
	unsigned i;

	signals_clear(&none);
	client_table_new(4, 1, DAY, &table);
	client = touch(table, 7);
	for (i = 0; i < 100; i++) {
		snprintf(rule, sizeof(rule), "rule-%u", i);
		client_fold(table, client,
		    observation(rule, i == 20 ? 5000 : 10, 5), &none);
	}
	client_row(table, client, &row);
	tap_int(row.evidence_count, FS_EVIDENCE_MAX, "evidence is bounded");
	tap_text(row.evidence[0].rule, "rule-20", "the strongest goes first");
	client_table_free(table);
}

/* Rules change while clients are remembered. */
static void
test_rule_changes(void)
{
	static struct signals none;
	static struct fs_client row;
	struct client_table *table;
	struct client *client;
	struct fs_observation *flow;

	signals_clear(&none);
	client_table_new(4, 1, DAY, &table);
	client = touch(table, 7);
	flow = observation("gap", 4000, DAY);
	flow->evidence[0].shadow = true;
	flow->evidence[0].class = FS_CLASS_VPN;
	client_fold(table, client, flow, &none);
	flow = observation("gap", 1000, DAY);
	flow->evidence[0].class = FS_CLASS_PROXY;
	flow->evidence[0].count = UINT32_MAX;
	client_fold(table, client, flow, &none);
	client_row(table, client, &row);
	tap_ok(!row.evidence[0].shadow, "a rule comes out of the shadow");
	tap_int(row.evidence[0].class, FS_CLASS_PROXY, "with its new class");
	tap_int(row.evidence[0].llr_full, 1000, "and nothing said before");
	flow = observation("gap", 1000, DAY);
	client_fold(table, client, flow, &none);
	client_row(table, client, &row);
	tap_int(row.evidence[0].count, UINT32_MAX, "counts do not turn over");
	client_table_free(table);
}

static void
test_recall(void)
{
	static struct signals signals;
	static struct fs_client row, again;
	struct client_table *table, *later;
	struct client *client;

	signals_clear(&signals);
	signals_set_us(&signals, SIGNAL_RTT_MIN_MS, 50000);
	client_table_new(4, 1, DAY, &table);
	client_table_new(4, 2, DAY, &later);
	client = touch(table, 7);
	client_fold(table, client, observation("gap", 4000, DAY), &signals);
	client_row(table, client, &row);
	signals_clear(&signals);
	client_signals(client, &signals);

	client = touch(later, 7);
	client_recall(later, client, &row, &signals);
	client_table_sort(later);
	tap_ok(client_table_next_changed(later) == NULL,
	    "what is remembered is no change");
	client_row(later, client, &again);
	tap_int(again.rev, 2, "revisions go on");
	tap_int(again.evidence[0].llr_full, 4000, "with the same weight");
	tap_int((long long)again.flows, 1, "and the same flows");
	signals_clear(&signals);
	client_signals(client, &signals);
	tap_int(signals_milli(&signals, SIGNAL_CLIENT_RTT_MIN_MS), 50000,
	    "and the same least round trip");
	client_table_free(table);
	client_table_free(later);
}

/* A flow whose turns took so many milliseconds. */
static void
fold_turns(struct client_table *table, struct client *client,
    const int32_t *turns_ms, size_t count)
{
	static struct signals signals;
	int32_t gaps[SIGNAL_SIZES_MAX];
	size_t i;

	signals_clear(&signals);
	for (i = 0; i < count; i++)
		gaps[i] = turns_ms[i] * 1000;
	signals_set_sizes(&signals, SIGNAL_RTT_TURN_GAPS, gaps, count);
	client_fold(table, client, observation(NULL, 0, DAY), &signals);
}

static void
test_turns(void)
{
	static const struct {
		const char *name;
		int32_t ms[8];
		size_t count;
		int quick, least, floor; /* -1: unknown. */
	} cases[] = {
		{ "one that goes on at once", { 2, 300, 1, 3, 40 }, 5, 3, 1,
		    1 },
		{ "one behind a hidden leg", { 190, 186, 188, 400, 187, 900 },
		    6, 0, 186, 186 },
		{ "one by chance below the floor", { 40, 61, 59, 60, 92 }, 5, 0,
		    40, 59 },
		{ "one that thinks", { 13, 23, 39, 52, 64, 112 }, 6, 0, 13,
		    -1 },
		{ "two are no floor", { 50, 51 }, 2, 0, 50, -1 },
	};
	static struct signals signals;
	struct client_table *table;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct client *client;

		client_table_new(16, 1, DAY, &table);
		client = touch(table, 7);
		/* Of two flows. */
		fold_turns(table, client, cases[i].ms, 2);
		fold_turns(table, client, cases[i].ms + 2, cases[i].count - 2);
		signals_clear(&signals);
		client_signals(client, &signals);
		tap_int(signals_milli(&signals, SIGNAL_CLIENT_TURNS) / 1000,
		    (long long)cases[i].count, cases[i].name);
		tap_int(signals_milli(&signals, SIGNAL_CLIENT_QUICK_TURNS) /
			1000,
		    cases[i].quick, "quick ones");
		tap_int(signals_milli(&signals, SIGNAL_CLIENT_TURN_GAP_MS) /
			1000,
		    cases[i].least, "the least");
		tap_int(signals_known(&signals, SIGNAL_CLIENT_TURN_FLOOR_MS)
			? signals_milli(&signals, SIGNAL_CLIENT_TURN_FLOOR_MS) /
			    1000
			: -1,
		    cases[i].floor, "the floor");
		client_table_free(table);
	}
}

static void
test_medians(void)
{
	static struct signals signals;
	struct client_table *table;
	struct client *client;
	unsigned i;

	client_table_new(16, 1, DAY, &table);
	client = touch(table, 7);
	for (i = 0; i < 3; i++) {
		signals_clear(&signals);
		signals_set_us(&signals, SIGNAL_RTT_CLOSE_GAP_MS, i + 1000ULL);
		signals_set_us(&signals, SIGNAL_RTT_ACK_GAP_MS, i + 4000ULL);
		signals_set_us(&signals, SIGNAL_RTT_H2_WINDOW_GAP_MS,
		    (3ULL - i) * 50000);
		client_fold(table, client, observation(NULL, 0, DAY), &signals);
	}
	signals_clear(&signals);
	client_signals(client, &signals);
	tap_ok(signals_milli(&signals, SIGNAL_CLIENT_CLOSE_GAP_MS) == 1001 &&
		signals_milli(&signals, SIGNAL_CLIENT_ACK_GAP_FLOWS) == 3000 &&
		signals_milli(&signals, SIGNAL_CLIENT_ACK_GAP_MS) == 4001,
	    "medians of the closes and acknowledgements of three flows");
	tap_int(signals_milli(&signals, SIGNAL_CLIENT_WINDOW_GAP_MS), 100000,
	    "median of the WINDOW_UPDATEs");
	tap_ok(!signals_known(&signals, SIGNAL_CLIENT_SETTINGS_GAP_MS) &&
		!signals_known(&signals, SIGNAL_CLIENT_TURNS),
	    "what was not measured is not known");
	client_table_free(table);
}

int
main(void)
{
	test_decay();
	test_views();
	test_measures();
	test_protocol();
	test_return();
	test_turns();
	test_medians();
	test_revisions();
	test_signals();
	test_table();
	test_rules_bound();
	test_rule_changes();
	test_recall();
	return tap_done();
}
