#include "verdict/verdict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/text.h"

enum {
	/* Less than this from a family is no second opinion. */
	FAMILY_MIN = 500,
	LOG_ODDS_MAX = 60000,
};

int32_t
verdict_score_ppm(int32_t log_odds)
{
	return (int32_t)llround(1e6 / (1 + exp(-log_odds / 1000.0)));
}

static bool
in_prefixes(const struct fs_addr *addr, const struct fs_prefix *prefixes,
    size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (addr_in_prefix(addr, &prefixes[i]))
			return true;
	return false;
}

bool
verdict_counts(const struct fs_policy *policy, const struct fs_addr *client,
    const struct fs_addr *peer)
{
	return !in_prefixes(client, policy->ignored_clients,
		   policy->ignored_client_count) &&
	    !in_prefixes(peer, policy->ignored_peers,
		policy->ignored_peer_count);
}

static bool
evidence_counts(const struct fs_policy *policy,
    const struct fs_evidence *evidence)
{
	size_t i;

	if (evidence->shadow || !policy->class_counts[evidence->class])
		return false;
	for (i = 0; i < policy->ignored_protocol_count; i++)
		if (strcmp(policy->ignored_protocols[i], evidence->protocol) ==
		    0)
			return false;
	return true;
}

static int
by_full_weight(const void *left, const void *right)
{
	const struct fs_evidence *a = left, *b = right;
	int32_t x = abs(a->llr_full), y = abs(b->llr_full);

	return x != y ? (x < y) - (x > y) : strcmp(a->rule, b->rule);
}

static int
by_weight(const void *left, const void *right)
{
	const struct fs_evidence *a = left, *b = right;
	int32_t x = abs(a->llr), y = abs(b->llr);

	return x != y ? (x < y) - (x > y) : by_full_weight(left, right);
}

static int32_t
clamp(int32_t value, int32_t cap)
{
	return value > cap ? cap : value < -cap ? -cap : value;
}

/* What is summed of one family so far. */
struct family {
	const char *name;
	unsigned pieces;
	int32_t whole; /* Before the cap. */
	int32_t sum;   /* Within it. */
};

static struct family *
family_of(struct family *families, unsigned *count, const char *name)
{
	unsigned i;

	for (i = 0; i < *count; i++)
		if (strcmp(families[i].name, name) == 0)
			return &families[i];
	families[i] = (struct family){ name, 0, 0, 0 };
	(*count)++;
	return &families[i];
}

/* The first piece counts whole, the second half, further ones repeat what
 * the family has said. The cap is put on what they say together: on each
 * step it would let a weaker contrary piece outweigh a stronger one. */
static void
weigh(struct fs_evidence *piece, struct family *family, int32_t cap)
{
	int32_t full = clamp(piece->llr_full, LOG_ODDS_MAX);
	int32_t share = family->pieces == 0 ? full
	    : family->pieces == 1           ? full / 2
					    : 0;
	int32_t sum;

	family->pieces++;
	family->whole += share;
	sum = clamp(family->whole, cap);
	piece->llr = sum - family->sum;
	family->sum = sum;
}

/* What the families say together. */
struct outcome {
	int32_t sum;
	unsigned agreeing; /* Families that speak for it. */
	bool from_bytes;
};

static struct outcome
add_up(const struct fs_scoring *scoring, const struct fs_policy *policy,
    bool counts, struct fs_evidence *evidence, uint32_t count)
{
	struct family families[FS_EVIDENCE_MAX];
	struct outcome outcome = { 0, 0, false };
	unsigned i, family_count = 0;

	for (i = 0; i < count; i++) {
		struct fs_evidence *piece = &evidence[i];
		bool bytes =
		    strcmp(piece->family, VERDICT_PROTOCOL_FAMILY) == 0;

		piece->llr = 0;
		if (!counts || !evidence_counts(policy, piece))
			continue;
		weigh(piece, family_of(families, &family_count, piece->family),
		    bytes ? scoring->protocol_cap : scoring->family_cap);
		if (bytes && piece->llr > 0)
			outcome.from_bytes = true;
	}
	for (i = 0; i < family_count; i++) {
		outcome.sum += families[i].sum;
		outcome.agreeing += families[i].sum >= FAMILY_MIN;
	}
	return outcome;
}

static enum fs_decision
decide(const struct fs_scoring *scoring, const struct outcome *outcome,
    int32_t score_ppm)
{
	if (score_ppm >= scoring->anomalous_ppm &&
	    (outcome->from_bytes || outcome->agreeing >= 2))
		return FS_ANOMALOUS;
	return score_ppm >= scoring->review_ppm ? FS_REVIEW : FS_CLEAN;
}

/* What it is called: by the class that most of the weight speaks for. What
 * the policy ignores is named by its full weight when nothing else is. */
static enum fs_class
name_class(const struct fs_evidence *evidence, uint32_t count, bool ignored)
{
	int64_t sums[FS_CLASS_COUNT] = { 0 };
	int best = FS_CLASS_UNKNOWN;
	uint32_t i;

	for (i = 0; i < count; i++) {
		int32_t llr = ignored ? evidence[i].llr_full : evidence[i].llr;

		if (llr > 0 && !evidence[i].shadow)
			sums[evidence[i].class] += llr;
	}
	sums[FS_CLASS_DIRECT] = sums[FS_CLASS_UNKNOWN] = 0;
	/* Of equal classes, that of the strongest piece, which comes first. */
	for (i = 0; i < count; i++)
		if (sums[evidence[i].class] > sums[best])
			best = evidence[i].class;
	return (enum fs_class)best;
}

/* Whether 'a' says better than 'b' what a verdict is about: what counts goes
 * before what the policy ignores, however much there is of it. */
static bool
names_better(const struct fs_evidence *a, const struct fs_evidence *b)
{
	if ((a->llr > 0) != (b->llr > 0))
		return a->llr > 0;
	return a->llr_full > b->llr_full;
}

/* The protocol of the strongest piece that names one. */
static const char *
name_protocol(const struct fs_evidence *evidence, uint32_t count)
{
	const struct fs_evidence *best = NULL;
	uint32_t i;

	for (i = 0; i < count; i++)
		if (evidence[i].protocol[0] && !evidence[i].shadow &&
		    evidence[i].llr_full > 0 &&
		    (best == NULL || names_better(&evidence[i], best)))
			best = &evidence[i];
	return best ? best->protocol : NULL;
}

/* The strongest class that the policy ignores (a privacy relay) and that
 * would be for review if it did not. */
static enum fs_class
ignored_class(const struct fs_scoring *scoring, const struct fs_policy *policy,
    const struct fs_evidence *evidence, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++)
		if (!evidence[i].shadow &&
		    !policy->class_counts[evidence[i].class] &&
		    verdict_score_ppm(scoring->prior +
			clamp(evidence[i].llr_full, scoring->family_cap)) >=
			scoring->review_ppm)
			return (enum fs_class)evidence[i].class;
	return FS_CLASS_UNKNOWN;
}

/* Evidence from the bytes names the class also of a clean verdict, and so
 * does 'ignored'; weak evidence of other families does not make a client a
 * proxy. */
static enum fs_class
final_class(const struct fs_verdict *verdict,
    const struct fs_evidence *evidence, uint32_t count, const char *named,
    enum fs_class ignored)
{
	enum fs_class class = ignored;

	if (verdict->decision != FS_CLEAN)
		class = name_class(evidence, count, false);
	else if (named != NULL)
		class = name_class(evidence, count, true);
	if (class != FS_CLASS_UNKNOWN)
		return class;
	if (verdict->coverage == FS_COVERAGE_NONE ||
	    (verdict->view == FS_VIEW_PATH &&
		strcmp(verdict->protocol, "unknown") == 0))
		return FS_CLASS_UNKNOWN;
	return FS_CLASS_DIRECT;
}

void
verdict_decide(const struct fs_scoring *scoring, const struct fs_policy *policy,
    const struct verdict_subject *subject, struct fs_evidence *evidence,
    uint32_t count, struct fs_verdict *verdict)
{
	struct outcome outcome;
	const char *named;

	if (count)
		qsort(evidence, count, sizeof(*evidence), by_full_weight);
	outcome = add_up(scoring, policy,
	    verdict_counts(policy, &subject->client, &subject->peer), evidence,
	    count);
	verdict->view = (uint8_t)subject->view;
	verdict->coverage = (uint8_t)subject->coverage;
	verdict->prior = scoring->prior;
	verdict->log_odds = scoring->prior + outcome.sum;
	verdict->score_ppm = verdict_score_ppm(verdict->log_odds);
	verdict->decision =
	    (uint8_t)decide(scoring, &outcome, verdict->score_ppm);
	named = name_protocol(evidence, count);
	text_copy(verdict->protocol, sizeof(verdict->protocol),
	    named ? named : subject->protocol);
	verdict->class = (uint8_t)final_class(verdict, evidence, count, named,
	    ignored_class(scoring, policy, evidence, count));
	if (count)
		qsort(evidence, count, sizeof(*evidence), by_weight);
}
