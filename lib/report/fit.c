#include "report/fit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "report/fields.h"
#include "rule/rule.h"
#include "rule/tests.h"

enum { IPV6_CLIENT_BITS = 64 };

/* What was seen of a label: per scope (flow, client) and view. */
enum { SEEN_KINDS = 4 };

struct sample {
	struct fs_label label;
	bool seen[SEEN_KINDS];
	uint8_t *hit; /* A bit a rule; of the fit's array. */
};

struct fit {
	struct rows rows;
	struct store_query query;
	struct fs_store *store; /* Borrowed, as the rules. */
	const struct fs_ruleset *rules;
	size_t rule_count;
	struct sample *samples; /* Sorted. */
	size_t count, clients;  /* Those of clients come first. */
	uint8_t *hits;
	struct fs_err *err;
	/* The generation that was asked for last. */
	uint32_t generation_id;
	bool same_rules;
	struct signals signals;
};

/* ---- Labels ------------------------------------------------------------- */

/* Labels of clients before those of flows. */
static int
by_label(const void *left, const void *right)
{
	const struct fs_label *a = left, *b = right;

	if ((a->flow_id != 0) != (b->flow_id != 0))
		return a->flow_id != 0 ? 1 : -1;
	if (a->flow_id != b->flow_id)
		return a->flow_id < b->flow_id ? -1 : 1;
	return addr_compare(&a->client, &b->client);
}

static struct fs_addr
fold(const struct fs_addr *addr)
{
	return addr->family == 6 ? addr_mask(addr, IPV6_CLIENT_BITS) : *addr;
}

static int
add_labels(struct fit *fit, const struct fs_label *labels, size_t count)
{
	size_t i, bytes = fit->rule_count / 8 + 1;
	struct sample *sample;

	fit->samples = calloc(count + 1, sizeof(*fit->samples));
	fit->hits = calloc(count + 1, bytes);
	if (fit->samples == NULL || fit->hits == NULL)
		return err_set(fit->err, -ENOMEM, "no memory is left");
	for (i = 0; i < count; i++) {
		fit->samples[i].label = labels[i];
		fit->samples[i].label.client = labels[i].flow_id == 0
		    ? fold(&labels[i].client)
		    : (struct fs_addr){ 0 };
	}
	qsort(fit->samples, count, sizeof(*fit->samples), by_label);
	for (i = 0; i < count; i++) {
		sample = &fit->samples[fit->count];
		/* The same twice counts once. */
		if (i > 0 && by_label(sample - 1, &fit->samples[i]) == 0) {
			if (sample[-1].label.tunnelled !=
			    fit->samples[i].label.tunnelled)
				return err_set(fit->err, FS_ECONFIG,
				    "a client or a flow is labelled both "
				    "ways");
			continue;
		}
		*sample = fit->samples[i];
		sample->hit = fit->hits + fit->count++ * bytes;
		fit->clients += sample->label.flow_id == 0;
	}
	return 0;
}

static struct sample *
find_label(struct fit *fit, const struct fs_addr *client, uint64_t flow_id)
{
	struct sample key = { .label = { .client = fold(client),
				  .flow_id = flow_id } };

	if (flow_id != 0)
		key.label.client = (struct fs_addr){ 0 };
	return bsearch(&key, fit->samples, fit->count, sizeof(key), by_label);
}

/* ---- Counting ----------------------------------------------------------- */

/* Whether a row was judged by the same rules: then its evidence says what
 * held. */
static int
same_rules(struct fit *fit, uint32_t id, bool *same)
{
	struct fs_generation generation;
	int rc;

	if (id != fit->generation_id || id == 0) {
		rc =
		    store_ask_generation(fit->store, id, fit->err, &generation);
		if (rc < 0 && rc != FS_EEND)
			return rc;
		fit->generation_id = id;
		fit->same_rules = rc == 0 &&
		    strcmp(generation.rules_digest,
			fs_ruleset_digest(fit->rules)) == 0;
	}
	*same = fit->same_rules;
	return 0;
}

static bool
has_evidence(const struct fs_evidence *evidence, uint32_t count,
    const char *rule)
{
	uint32_t i;

	for (i = 0; i < count; i++)
		if (strcmp(evidence[i].rule, rule) == 0)
			return true;
	return false;
}

/* A flow or a client, as far as rules ask. */
struct subject {
	enum signal_scope scope;
	uint8_t view;
	uint32_t generation, evidence_count;
	const struct fs_evidence *evidence;
	uint64_t last_us;
};

static int
count_hits(struct fit *fit, const struct subject *subject,
    struct sample *sample)
{
	struct fs_rule_info info;
	bool same, hit;
	size_t i;
	int rc = same_rules(fit, subject->generation, &same);

	if (rc < 0)
		return rc;
	sample->seen[(subject->scope == SCOPE_CLIENT) * 2 + subject->view] =
	    true;
	for (i = 0; i < fit->rule_count; i++) {
		if (!rule_is_asked(fit->rules, i, subject->scope,
			(enum fs_view)subject->view))
			continue;
		fs_ruleset_info(fit->rules, i, &info);
		hit = same ? has_evidence(subject->evidence,
				 subject->evidence_count, info.name)
			   : rule_fires(fit->rules, i, subject->last_us,
				 &fit->signals);
		if (hit)
			sample->hit[i / 8] |= (uint8_t)(1 << i % 8);
	}
	return 0;
}

static int
take_client(void *ctx, const struct store_client *row)
{
	struct fit *fit = ctx;
	const struct fs_client *client = &row->client;
	const struct subject subject = { SCOPE_CLIENT, client->verdict.view,
		client->generation, client->evidence_count, client->evidence,
		client->last_us };
	struct sample *sample = find_label(fit, &client->addr, 0);

	if (sample == NULL || subject.view > FS_VIEW_EXIT)
		return 0;
	fit->signals = row->signals;
	signals_set_addr(&fit->signals, SIGNAL_CLIENT_IP, &client->addr);
	return count_hits(fit, &subject, sample);
}

/* Of a flow both its own label and that of its client count. */
static int
take_flow(void *ctx, const struct store_flow *row)
{
	struct fit *fit = ctx;
	const struct fs_observation *flow = &row->flow;
	const struct subject subject = { SCOPE_FLOW, flow->verdict.view,
		flow->generation, flow->evidence_count, flow->evidence,
		flow->last_us };
	struct sample *sample[2] = { find_label(fit, &flow->client, 0),
		find_label(fit, &flow->client, flow->flow_id) };
	int i, rc = 0;

	if (subject.view > FS_VIEW_EXIT)
		return 0;
	for (i = 0; i < 2 && rc == 0; i++) {
		if (sample[i] == NULL)
			continue;
		fit->signals = row->signals;
		signals_set_addr(&fit->signals, SIGNAL_CLIENT_IP,
		    &flow->client);
		signals_set_addr(&fit->signals, SIGNAL_SERVER_IP,
		    &flow->server);
		rc = count_hits(fit, &subject, sample[i]);
	}
	return rc;
}

/* ---- The answer --------------------------------------------------------- */

/* Whether a rule was asked of a sample at all. */
static bool
was_asked(const struct fit *fit, size_t rule, const struct sample *sample)
{
	static const enum signal_scope scopes[] = { SCOPE_FLOW, SCOPE_CLIENT };
	int kind;

	for (kind = 0; kind < SEEN_KINDS; kind++)
		if (sample->seen[kind] &&
		    rule_is_asked(fit->rules, rule, scopes[kind / 2],
			(enum fs_view)(kind % 2)))
			return true;
	return false;
}

static int
give_rule(struct fit *fit, size_t rule)
{
	struct fit_row row = { .of = { 0 } };
	size_t i;

	fs_ruleset_info(fit->rules, rule, &row.info);
	for (i = 0; i < fit->count; i++) {
		const struct sample *sample = &fit->samples[i];

		if (!was_asked(fit, rule, sample))
			continue;
		row.of[sample->label.tunnelled]++;
		row.hits[sample->label.tunnelled] +=
		    sample->hit[rule / 8] >> rule % 8 & 1;
	}
	return row.info.enabled ? rows_add(&fit->rows, &row) : 0;
}

static int
answer(struct fit *fit, const struct fs_out *out, uint64_t *matched)
{
	size_t i, enabled = 0;
	struct fs_rule_info info;
	int rc = rows_begin(&fit->rows, &fit_rows, out, fit->err);

	for (i = 0; i < fit->rule_count && rc >= 0; i++) {
		fs_ruleset_info(fit->rules, i, &info);
		enabled += info.enabled;
		rc = give_rule(fit, i);
	}
	if (rc >= 0)
		rc = rows_end(&fit->rows, enabled);
	for (i = 0, *matched = 0; i < fit->count; i++)
		*matched +=
		    memchr(fit->samples[i].seen, true, SEEN_KINDS) != NULL;
	return rc;
}

int
fs_report_fit(struct fs_store *store, const struct fs_filter *filter,
    const struct fs_fit *of, const struct fs_out *out, struct fs_err *err,
    uint64_t *matched)
{
	struct fit *fit = calloc(1, sizeof(*fit));
	uint64_t seen = 0;
	int rc;

	if (fit == NULL)
		return err_set(err, -ENOMEM, "no memory is left");
	fit->store = store;
	fit->rules = of->rules;
	fit->rule_count = fs_ruleset_count(of->rules);
	fit->err = err;
	if ((rc = add_labels(fit, of->label, of->count)) < 0 ||
	    (rc = store_query(store, filter, err, &fit->query)) < 0 ||
	    (rc = store_ask_clients(store, &fit->query, take_client, fit, err,
		 NULL)) < 0 ||
	    (rc = store_ask_flows(store, &fit->query, take_flow, fit, err,
		 NULL)) < 0 ||
	    (rc = answer(fit, out, &seen)) < 0)
		goto out;
	if (matched != NULL)
		*matched = seen;
out:
	rows_fini(&fit->rows);
	free(fit->samples);
	free(fit->hits);
	free(fit);
	return rc;
}
