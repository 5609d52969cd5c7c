#include "client/client.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"
#include "base/text.h"
#include "client/table.h"

enum {
	/* Thousandths of a ms. A program that goes on at once needs less. */
	TURN_QUICK = 10000,
	/* How far three turns of a floor lie apart, and a part of it. */
	TURN_SPREAD = 4000,
	TURN_SPREAD_PART = 25,
};

/* ---- Evidence over time ------------------------------------------------ */

/* What is left of a weight after a while. */
static int64_t
decay(const struct client_table *table, int64_t sum, uint64_t span_us)
{
	double halves = (double)span_us / (1e6 * (double)table->half_life_s);

	return halves == 0 ? sum : llround((double)sum * exp2(-halves));
}

static struct client_sum *
sum_find(struct client *client, const char *rule, enum fs_view view)
{
	uint32_t i;

	for (i = 0; i < client->sum_count; i++)
		if (client->sums[i].view == view &&
		    strcmp(client->sums[i].evidence.rule, rule) == 0)
			return &client->sums[i];
	return NULL;
}

static struct client_sum *
sum_weakest(struct client *client)
{
	struct client_sum *weakest = &client->sums[0];
	uint32_t i;

	for (i = 1; i < client->sum_count; i++)
		if (llabs(client->sums[i].sum) < llabs(weakest->sum))
			weakest = &client->sums[i];
	return weakest;
}

/* Makes room for one more rule; a client that has met very many gives up
 * the weakest. Returns null without memory. */
static struct client_sum *
sum_add(struct client *client)
{
	uint32_t room = client->sum_room;
	struct client_sum *sums;

	if (client->sum_count == CLIENT_SUMS)
		return sum_weakest(client);
	if (client->sum_count == room) {
		room = room ? room * 2 : 2;
		sums = realloc(client->sums, room * sizeof(*sums));
		if (sums == NULL)
			return NULL;
		client->sums = sums;
		client->sum_room = room;
	}
	return &client->sums[client->sum_count++];
}

/* Takes what the rule is now: a rule that came out of the shadow begins
 * anew, as nothing counts that was said there. */
static void
sum_renew(struct client_sum *sum, const struct fs_evidence *evidence)
{
	uint32_t count = sum->evidence.count;

	if (sum->evidence.shadow != evidence->shadow)
		sum->sum = count = 0;
	sum->evidence = *evidence;
	if (__builtin_add_overflow(count, evidence->count,
		&sum->evidence.count))
		sum->evidence.count = UINT32_MAX;
}

static int
fold_evidence(const struct client_table *table, struct client *client,
    const struct fs_evidence *evidence, enum fs_view view, uint64_t now_us)
{
	struct client_sum *sum = sum_find(client, evidence->rule, view);

	if (sum == NULL) {
		if ((sum = sum_add(client)) == NULL)
			return -ENOMEM;
		*sum = (struct client_sum){ .evidence = *evidence,
			.view = (uint8_t)view,
			.at_us = now_us };
		sum->evidence.count = 0;
	}
	sum->sum = decay(table, sum->sum, time_since_us(now_us, sum->at_us));
	if (now_us > sum->at_us)
		sum->at_us = now_us;
	sum_renew(sum, evidence);
	sum->sum += evidence->llr_full;
	return 0;
}

/* ---- What is counted --------------------------------------------------- */

static int
distinct_add(struct client_distinct *distinct, const uint8_t *text, size_t size)
{
	uint64_t hash = hash_identity(text, size);
	uint64_t *hashes;
	uint32_t i;

	for (i = 0; i < distinct->count; i++)
		if (distinct->hashes[i] == hash)
			return 0;
	if (distinct->count == CLIENT_DISTINCT)
		return 0;
	if ((distinct->count & (distinct->count - 1)) == 0) {
		hashes = realloc(distinct->hashes,
		    (distinct->count ? distinct->count * 2 : 1) *
			sizeof(*hashes));
		if (hashes == NULL)
			return -ENOMEM;
		distinct->hashes = hashes;
	}
	distinct->hashes[distinct->count++] = hash;
	return 0;
}

static int
fold_distinct(struct client_distinct *distinct, const struct signals *signals,
    enum signal_id id)
{
	size_t size;
	const uint8_t *text = signals_bytes(signals, id, &size);

	return size ? distinct_add(distinct, text, size) : 0;
}

/* Signals of a flow, of which the client has the median, and its number. */
static const struct {
	enum signal_id flow, median, flows;
} gap_signals[CLIENT_GAP_KINDS] = {
	[CLIENT_GAP_TLS] = { SIGNAL_RTT_TLS_GAP_MS, SIGNAL_CLIENT_TLS_GAP_MS,
	    SIGNAL_CLIENT_TLS_GAP_FLOWS },
	[CLIENT_GAP_HELLO] = { SIGNAL_RTT_HELLO_DWELL_MS,
	    SIGNAL_CLIENT_HELLO_DWELL_MS, SIGNAL_CLIENT_HELLO_DWELL_FLOWS },
	[CLIENT_GAP_WINDOW] = { SIGNAL_RTT_H2_WINDOW_GAP_MS,
	    SIGNAL_CLIENT_WINDOW_GAP_MS, SIGNAL_CLIENT_WINDOW_GAP_FLOWS },
	[CLIENT_GAP_SETTINGS] = { SIGNAL_RTT_H2_SETTINGS_GAP_MS,
	    SIGNAL_CLIENT_SETTINGS_GAP_MS, SIGNAL_CLIENT_SETTINGS_GAP_FLOWS },
	[CLIENT_GAP_CLOSE] = { SIGNAL_RTT_CLOSE_GAP_MS,
	    SIGNAL_CLIENT_CLOSE_GAP_MS, SIGNAL_CLIENT_CLOSE_GAP_FLOWS },
	[CLIENT_GAP_ACK] = { SIGNAL_RTT_ACK_GAP_MS, SIGNAL_CLIENT_ACK_GAP_MS,
	    SIGNAL_CLIENT_ACK_GAP_FLOWS },
	[CLIENT_GAP_UPLOAD] = { SIGNAL_RTT_UPLOAD_STEP_MS,
	    SIGNAL_CLIENT_UPLOAD_STEP_MS, SIGNAL_CLIENT_UPLOAD_STEP_FLOWS },
};

static int
gap_add(struct client_gaps *gaps, int64_t gap)
{
	if (gaps->gaps == NULL) {
		gaps->gaps = calloc(CLIENT_GAPS, sizeof(*gaps->gaps));
		if (gaps->gaps == NULL)
			return -ENOMEM;
	}
	gaps->gaps[gaps->count % CLIENT_GAPS] = gap;
	gaps->count++;
	return 0;
}

static int
fold_gaps(struct client_measures *measures, const struct signals *signals)
{
	int32_t turns[SIGNAL_SIZES_MAX];
	size_t i, count = signals_sizes(signals, SIGNAL_RTT_TURN_GAPS, turns);
	int rc;

	for (i = 0; i < CLIENT_GAP_KINDS; i++)
		if (signals_known(signals, gap_signals[i].flow) &&
		    (rc = gap_add(&measures->gaps[i],
			 signals_milli(signals, gap_signals[i].flow))) < 0)
			return rc;
	for (i = 0; i < count; i++)
		if ((rc = gap_add(&measures->gaps[CLIENT_GAP_TURN], turns[i])) <
		    0)
			return rc;
	return 0;
}

/* What a flow that is over has measured. */
static int
fold_measures(struct client_measures *measures, const struct signals *signals)
{
	int64_t rtt = signals_milli(signals, SIGNAL_RTT_MIN_MS);
	int rc;

	if (signals_known(signals, SIGNAL_RTT_MIN_MS) &&
	    (measures->rtt_min < 0 || rtt < measures->rtt_min))
		measures->rtt_min = rtt;
	if ((rc = fold_gaps(measures, signals)) < 0 ||
	    (rc = fold_distinct(&measures->ja4, signals, SIGNAL_TLS_JA4)) < 0)
		return rc;
	return fold_distinct(&measures->syn, signals, SIGNAL_TCP_SYN_SIGNATURE);
}

/* Whether a rule gave the flow its protocol. */
static bool
is_named(const struct fs_observation *observation)
{
	uint32_t i;

	for (i = 0; i < observation->evidence_count; i++)
		if (observation->evidence[i].protocol[0] &&
		    !observation->evidence[i].shadow &&
		    strcmp(observation->evidence[i].protocol,
			observation->verdict.protocol) == 0)
			return true;
	return false;
}

static void
fold_counters(struct client *client, const struct fs_observation *observation)
{
	enum fs_view view = (enum fs_view)observation->verdict.view;
	uint64_t bytes = observation->bytes[0] + observation->bytes[1];

	if (client->first_us == 0 || observation->first_us < client->first_us)
		client->first_us = observation->first_us;
	if (observation->last_us > client->last_us)
		client->last_us = observation->last_us;
	if (observation->rev == 1)
		client->flows[view]++;
	if (observation->final)
		num_count(&client->bytes, bytes);
	if (observation->verdict.coverage > client->coverage[view])
		client->coverage[view] = observation->verdict.coverage;
	if (!is_named(observation) &&
	    (client->protocol[view][0] == '\0' ||
		strcmp(client->protocol[view], "unknown") == 0))
		text_copy(client->protocol[view],
		    sizeof(client->protocol[view]),
		    observation->verdict.protocol);
}

int
client_fold(struct client_table *table, struct client *client,
    const struct fs_observation *observation, const struct signals *signals)
{
	struct client_measures *measures =
	    &client->measures[observation->verdict.view];
	uint32_t i;
	int rc;

	client->changed = true;
	fold_counters(client, observation);
	for (i = 0; i < observation->evidence_count; i++)
		if (observation->evidence[i].count > 0 &&
		    (rc = fold_evidence(table, client,
			 &observation->evidence[i],
			 (enum fs_view)observation->verdict.view,
			 observation->last_us)) < 0)
			return rc;
	if (!observation->final)
		return 0;
	if ((rc = fold_measures(measures, signals)) < 0)
		return rc;
	if ((rc = context_fold(&measures->context, observation, signals)) < 0)
		return rc;
	elsewhere_fold(&table->elsewhere, measures->context, &client->addr,
	    observation, signals);
	return 0;
}

int
client_recall(struct client_table *table, struct client *client,
    const struct fs_client *row, const struct signals *signals)
{
	enum fs_view view =
	    row->verdict.view == FS_VIEW_EXIT ? FS_VIEW_EXIT : FS_VIEW_PATH;
	uint32_t i;
	int rc;

	client->rev = row->rev;
	client->first_us = row->first_us;
	client->last_us = row->last_us;
	client->flows[view] = row->flows;
	client->flows[!view] = time_since_us(row->flows_all, row->flows);
	client->bytes = row->bytes;
	if (row->verdict.coverage <= FS_COVERAGE_FULL)
		client->coverage[view] = row->verdict.coverage;
	if (signals_known(signals, SIGNAL_CLIENT_RTT_MIN_MS))
		client->measures[view].rtt_min =
		    signals_milli(signals, SIGNAL_CLIENT_RTT_MIN_MS);
	for (i = 0; i < row->evidence_count && i < FS_EVIDENCE_MAX; i++)
		/* Client rules are evaluated anew and carry no flows. */
		if (row->evidence[i].count > 0 &&
		    row->evidence[i].class < FS_CLASS_COUNT &&
		    (rc = fold_evidence(table, client, &row->evidence[i], view,
			 row->last_us)) < 0)
			return rc;
	return 0;
}

/* ---- Reading ----------------------------------------------------------- */

static int
by_value(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a > b) - (a < b);
}

/* Copies what is kept in order; returns how many. */
static size_t
sort_gaps(const struct client_gaps *gaps, int64_t sorted[CLIENT_GAPS])
{
	size_t count =
	    gaps->count < CLIENT_GAPS ? (size_t)gaps->count : CLIENT_GAPS;

	if (count == 0)
		return 0;
	memcpy(sorted, gaps->gaps, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), by_value);
	return count;
}

/* The median is the lower one: a value that was measured. */
static void
set_medians(const struct client_measures *measures, struct signals *signals)
{
	int64_t sorted[CLIENT_GAPS];
	size_t i, count;

	for (i = 0; i < CLIENT_GAP_KINDS; i++) {
		count = sort_gaps(&measures->gaps[i], sorted);
		if (count == 0 && i != CLIENT_GAP_TLS)
			continue;
		signals_set_count(signals, gap_signals[i].flows,
		    measures->gaps[i].count);
		if (count > 0)
			signals_set_milli(signals, gap_signals[i].median,
			    sorted[(count - 1) / 2]);
	}
}

/* Groups of neighbours, CLIENT_MODE_FLOWS or more each, that are
 * CLIENT_MODE_MILLI apart from others. */
static void
set_modes(const struct client_gaps *gaps, struct signals *signals)
{
	int64_t sorted[CLIENT_GAPS];
	size_t i, start = 0, modes = 0, count = sort_gaps(gaps, sorted);

	if (count == 0)
		return;
	for (i = 1; i <= count; i++) {
		if (i < count &&
		    num_minus(sorted[i], sorted[i - 1]) < CLIENT_MODE_MILLI)
			continue;
		modes += i - start >= CLIENT_MODE_FLOWS;
		start = i;
	}
	signals_set_count(signals, SIGNAL_CLIENT_TLS_GAP_MODES, modes);
}

/* A program that asks again as soon as it has the answer does so after one
 * round trip, again and again: that is the floor of its turns. One that came
 * by chance may lie below. */
static void
set_turns(const struct client_gaps *turns, struct signals *signals)
{
	int64_t sorted[CLIENT_GAPS];
	size_t i, quick = 0, count = sort_gaps(turns, sorted);

	if (count == 0)
		return;
	while (quick < count && sorted[quick] <= TURN_QUICK)
		quick++;
	signals_set_count(signals, SIGNAL_CLIENT_TURNS, count);
	signals_set_count(signals, SIGNAL_CLIENT_QUICK_TURNS, quick);
	signals_set_milli(signals, SIGNAL_CLIENT_TURN_GAP_MS, sorted[0]);
	for (i = 0; i < 2 && i + 3 <= count; i++)
		if (sorted[i + 2] - sorted[i] <=
		    TURN_SPREAD + sorted[i] / TURN_SPREAD_PART) {
			signals_set_milli(signals, SIGNAL_CLIENT_TURN_FLOOR_MS,
			    sorted[i]);
			return;
		}
}

void
client_signals(const struct client *client, struct signals *signals)
{
	const struct client_measures *measures =
	    &client->measures[client_view(client)];

	signals_set_count(signals, SIGNAL_CLIENT_FLOWS,
	    client->flows[client_view(client)]);
	set_medians(measures, signals);
	set_modes(&measures->gaps[CLIENT_GAP_TLS], signals);
	set_turns(&measures->gaps[CLIENT_GAP_TURN], signals);
	if (measures->rtt_min >= 0)
		signals_set_milli(signals, SIGNAL_CLIENT_RTT_MIN_MS,
		    measures->rtt_min);
	if (measures->ja4.count > 0)
		signals_set_count(signals, SIGNAL_CLIENT_JA4_DISTINCT,
		    measures->ja4.count);
	if (measures->syn.count > 0)
		signals_set_count(signals, SIGNAL_CLIENT_SYN_DISTINCT,
		    measures->syn.count);
	context_signals(measures->context, signals);
}

enum fs_view
client_view(const struct client *client)
{
	return client->flows[FS_VIEW_EXIT] > 0 ? FS_VIEW_EXIT : FS_VIEW_PATH;
}

static int32_t
to_llr(int64_t sum)
{
	return sum > INT32_MAX ? INT32_MAX
	    : sum < -INT32_MAX ? -INT32_MAX
			       : (int32_t)sum;
}

/* Shadow rules give way first, then the weakest; of equal ones, by name. */
static int
by_strength(const void *left, const void *right)
{
	const struct fs_evidence *a = left, *b = right;
	int64_t x = llabs((long long)a->llr_full);
	int64_t y = llabs((long long)b->llr_full);

	if (a->shadow != b->shadow)
		return a->shadow ? 1 : -1;
	return x != y ? (x < y) - (x > y) : strcmp(a->rule, b->rule);
}

/* The client's strongest pieces of its view, strongest first, at most
 * FS_EVIDENCE_MAX. */
static void
copy_evidence(const struct client_table *table, const struct client *client,
    struct fs_client *row)
{
	enum fs_view view = client_view(client);
	struct fs_evidence pieces[CLIENT_SUMS];
	uint32_t i, count = 0;

	for (i = 0; i < client->sum_count; i++) {
		const struct client_sum *sum = &client->sums[i];

		if (sum->view != view)
			continue;
		pieces[count] = sum->evidence;
		pieces[count++].llr_full = to_llr(decay(table, sum->sum,
		    time_since_us(client->last_us, sum->at_us)));
	}
	if (count > 1)
		qsort(pieces, count, sizeof(*pieces), by_strength);
	if (count > FS_EVIDENCE_MAX)
		count = FS_EVIDENCE_MAX;
	memcpy(row->evidence, pieces, count * sizeof(*pieces));
	row->evidence_count = count;
}

const char *
client_row(const struct client_table *table, struct client *client,
    struct fs_client *row)
{
	enum fs_view view = client_view(client);

	row->addr = client->addr;
	row->rev = ++client->rev;
	row->first_us = client->first_us;
	row->last_us = client->last_us;
	row->flows = client->flows[view];
	row->flows_all =
	    client->flows[FS_VIEW_PATH] + client->flows[FS_VIEW_EXIT];
	row->bytes = client->bytes;
	row->verdict.view = (uint8_t)view;
	row->verdict.coverage = client->coverage[view];
	copy_evidence(table, client, row);
	return client->protocol[view][0] ? client->protocol[view] : "unknown";
}
