/* The staircase of the whole: observation -> client -> verdict. Owns the
 * clients. */
#include "flowscan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/text.h"
#include "client/client.h"
#include "client/floor.h"
#include "rule/rule.h"
#include "signal/blob.h"
#include "signal/final.h"
#include "verdict/verdict.h"

struct fs_judge {
	const struct fs_settings *settings; /* Borrowed, as all const here. */
	const struct fs_ruleset *rules;
	const struct fs_geo *geo;
	const struct fs_floors *floors;
	uint32_t generation;
	uint64_t decisions[FS_ANOMALOUS + 1];
	bool reloaded; /* Clients may hold what other rules said. */
	struct client_table *clients;
	fs_client_fn *sink;
	void *sink_ctx;
	struct signals signals;
	struct fs_client row;
	struct fs_observation bare; /* An observation without evidence. */
};

int
fs_judge_new(const struct fs_settings *settings, const struct fs_ruleset *rules,
    const struct fs_geo *geo, uint32_t generation, struct fs_err *err,
    struct fs_judge **out)
{
	struct fs_judge *judge = calloc(1, sizeof(*judge));
	int rc = -ENOMEM;

	if (judge != NULL)
		rc = client_table_new(settings->client_max, settings->hash_seed,
		    settings->scoring.half_life_s, &judge->clients);
	if (rc < 0) {
		free(judge);
		return err_set(err, rc, "no memory for the clients");
	}
	judge->settings = settings;
	judge->rules = rules;
	judge->geo = geo;
	judge->generation = generation;
	*out = judge;
	return 0;
}

void
fs_judge_free(struct fs_judge *judge)
{
	if (judge == NULL)
		return;
	client_table_free(judge->clients);
	free(judge);
}

void
fs_judge_reload(struct fs_judge *judge, const struct fs_ruleset *rules,
    uint32_t generation)
{
	judge->rules = rules;
	judge->generation = generation;
	judge->reloaded = true;
}

void
fs_judge_sink(struct fs_judge *judge, fs_client_fn *client, void *ctx)
{
	judge->sink = client;
	judge->sink_ctx = ctx;
}

void
fs_judge_floors(struct fs_judge *judge, const struct fs_floors *floors,
    uint32_t generation)
{
	judge->floors = floors;
	judge->generation = generation;
}

/* An IPv6 client is its /64: hosts change the rest at will. */
static unsigned
client_bits(const struct fs_judge *judge, const struct fs_addr *addr)
{
	return addr->family == 6 ? judge->settings->ipv6_client_bits : 32;
}

static struct fs_addr
fold_address(const struct fs_judge *judge, const struct fs_addr *addr)
{
	return addr_mask(addr, client_bits(judge, addr));
}

static int judge_client(struct fs_judge *judge, struct client *client);

/* Gives the row of the client that has to make room for another one: what
 * was not written of it would be lost. */
static int
give_evicted(struct fs_judge *judge, const struct fs_addr *addr)
{
	struct client *client = client_table_next_evicted(judge->clients, addr);

	return client != NULL && judge->sink != NULL
	    ? judge_client(judge, client)
	    : 0;
}

/* Whether the policy ignores this flow of a client that it does not ignore:
 * one to a known peer, or one host of a network. The client's verdict could
 * not tell its evidence from that of other flows. */
static bool
is_ignored(const struct fs_judge *judge,
    const struct fs_observation *observation, const struct fs_addr *client)
{
	const struct fs_policy *policy = &judge->settings->policy;
	const struct fs_addr nobody = { 0 };

	return !verdict_counts(policy, &observation->client,
		   &observation->server) &&
	    verdict_counts(policy, client, &nobody);
}

int
fs_judge_observe(struct fs_judge *judge,
    const struct fs_observation *observation)
{
	struct fs_addr addr = fold_address(judge, &observation->client);
	struct client *client;
	int rc;

	if (addr.family == 0)
		return 0;
	if ((rc = give_evicted(judge, &addr)) < 0)
		return rc;
	signals_clear(&judge->signals);
	rc = blob_decode(observation->signals, observation->signals_size,
	    &judge->signals);
	if (rc < 0 ||
	    (rc = client_table_touch(judge->clients, &addr, &client)) < 0)
		return rc;
	if (is_ignored(judge, observation, &addr)) {
		judge->bare = *observation;
		judge->bare.evidence_count = 0;
		observation = &judge->bare;
	}
	return client_fold(judge->clients, client, observation,
	    &judge->signals);
}

static bool
rule_is_active(const struct fs_ruleset *rules, const char *name)
{
	struct fs_rule_info info;
	size_t i;

	for (i = 0; i < fs_ruleset_count(rules); i++) {
		fs_ruleset_info(rules, i, &info);
		if (strcmp(info.name, name) == 0)
			return info.enabled;
	}
	return false;
}

/* Forgets what rules have said that are gone or switched off: a verdict
 * rests on the rules of today. */
static void
keep_active(const struct fs_judge *judge, struct fs_client *row)
{
	uint32_t i, kept = 0;

	for (i = 0; i < row->evidence_count; i++)
		if (rule_is_active(judge->rules, row->evidence[i].rule))
			row->evidence[kept++] = row->evidence[i];
	row->evidence_count = kept;
}

int
fs_judge_recall(struct fs_judge *judge, const struct fs_client *row)
{
	struct fs_addr addr = fold_address(judge, &row->addr);
	struct client *client;
	int rc;

	/* Of a network of another size: it is not the same client. */
	if (row->bits != client_bits(judge, &row->addr))
		return 0;
	signals_clear(&judge->signals);
	rc = blob_decode(row->signals, row->signals_size, &judge->signals);
	/* Whose it is cannot be known. */
	if (signals_known(&judge->signals, SIGNAL_CLIENT_HIDDEN))
		return 0;
	/* Round trips of another sensor are those to another place. */
	if (strcmp(row->sensor, judge->settings->sensor) != 0)
		signals_forget(&judge->signals, SIGNAL_CLIENT_RTT_MIN_MS);
	if (rc < 0 ||
	    (rc = client_table_touch(judge->clients, &addr, &client)) < 0)
		return rc;
	judge->row = *row;
	keep_active(judge, &judge->row);
	return client_recall(judge->clients, client, &judge->row,
	    &judge->signals);
}

/* Puts what the client's own rules say in front of what its flows said; the
 * weakest of the latter give way. */
static void
add_client_evidence(struct fs_judge *judge, struct fs_client *row)
{
	struct fs_evidence own[FS_EVIDENCE_MAX];
	uint32_t i, count, kept = row->evidence_count;

	/* A row has the address without the signals. */
	signals_set_addr(&judge->signals, SIGNAL_CLIENT_IP, &row->addr);
	count = rule_evaluate(judge->rules, SCOPE_CLIENT,
	    (enum fs_view)row->verdict.view, row->last_us, &judge->signals,
	    own);
	signals_forget(&judge->signals, SIGNAL_CLIENT_IP);
	if (kept > FS_EVIDENCE_MAX - count)
		kept = FS_EVIDENCE_MAX - count;
	memmove(row->evidence + count, row->evidence,
	    kept * sizeof(*row->evidence));
	memcpy(row->evidence, own, count * sizeof(*own));
	for (i = 0; i < count; i++)
		row->evidence[i].count = 0;
	row->evidence_count = count + kept;
}

/* A client counts as what it was judged to be last. */
static void
count_decision(struct fs_judge *judge, struct client *client, uint8_t decision)
{
	int before = client_decide(client, decision);

	if (before >= 0)
		judge->decisions[before]--;
	judge->decisions[decision]++;
}

/* Judges a client and gives its row. */
static int
judge_client(struct fs_judge *judge, struct client *client)
{
	struct fs_client *row = &judge->row;
	struct verdict_subject subject = { 0 };

	subject.protocol = client_row(judge->clients, client, row);
	if (judge->reloaded)
		keep_active(judge, row);
	row->bits = (uint8_t)client_bits(judge, &row->addr);
	row->generation = judge->generation;
	text_copy(row->sensor, sizeof(row->sensor), judge->settings->sensor);
	signals_clear(&judge->signals);
	client_signals(client, &judge->signals);
	geo_client(judge->geo, judge->settings, &row->addr, &judge->signals);
	client_local_signals(&judge->signals);
	if (row->verdict.view == FS_VIEW_EXIT)
		floor_signals(judge->floors, &row->addr, row->last_us,
		    &judge->signals);
	add_client_evidence(judge, row);
	subject.view = (enum fs_view)row->verdict.view;
	subject.coverage = (enum fs_coverage)row->verdict.coverage;
	subject.client = row->addr;
	verdict_decide(&judge->settings->scoring, &judge->settings->policy,
	    &subject, row->evidence, row->evidence_count, &row->verdict);
	count_decision(judge, client, row->verdict.decision);
	row->signals_size = (uint32_t)blob_encode(&judge->signals, row->signals,
	    sizeof(row->signals));
	return judge->sink(judge->sink_ctx, row);
}

int
fs_judge_flush(struct fs_judge *judge)
{
	struct client *client;
	int rc;

	if (judge->sink == NULL)
		return 0;
	if ((rc = client_table_sort(judge->clients)) < 0)
		return rc;
	while ((client = client_table_next_changed(judge->clients)) != NULL) {
		if ((rc = judge_client(judge, client)) < 0)
			return rc;
	}
	return 0;
}

uint64_t
fs_judge_clients(const struct fs_judge *judge)
{
	return client_table_count(judge->clients);
}

uint64_t
fs_judge_evicted(const struct fs_judge *judge)
{
	return client_table_evicted(judge->clients);
}

uint64_t
fs_judge_decisions(const struct fs_judge *judge, int decision)
{
	return decision >= FS_CLEAN && decision <= FS_ANOMALOUS
	    ? judge->decisions[decision]
	    : 0;
}
