/* Stage 8: evidence -> verdict (DESIGN: score).
 *
 * log-odds = prior + sum over families of capped evidence; in a family the
 * strongest piece counts whole and the next one half. Integers in
 * thousandths of a nat, so that a sum never depends on its order. */
#pragma once

#include <stdbool.h>

#include "flowscan.h"

/* The family of what was read from the bytes themselves: the one family on
 * which a verdict above 'review' may rest alone. */
#define VERDICT_PROTOCOL_FAMILY "protocol"

/* Whom a verdict is about. */
struct verdict_subject {
	enum fs_view view;
	enum fs_coverage coverage;
	struct fs_addr client;
	struct fs_addr peer;  /* family 0: none. */
	const char *protocol; /* What it is when no rule names it. */
};

/* Whether the policy lets anything count against this client or peer. */
bool verdict_counts(const struct fs_policy *policy,
    const struct fs_addr *client, const struct fs_addr *peer);

/* Decides. Each piece of evidence gets its 'llr', what it counts: 0 for a
 * shadow rule and for what the policy ignores. The evidence is put in order
 * of what it counts, then of what it would count, then of its name.
 *
 * 'anomalous' needs the score, and a protocol read from the bytes or two
 * families of at least half a nat each. */
void verdict_decide(const struct fs_scoring *scoring,
    const struct fs_policy *policy, const struct verdict_subject *subject,
    struct fs_evidence *evidence, uint32_t count, struct fs_verdict *verdict);

/* 1 / (1 + exp(-log_odds)) in millionths. */
int32_t verdict_score_ppm(int32_t log_odds);
