/* Stage 8: evidence -> verdict (DESIGN: score).
 *
 * log-odds = prior + sum over families of capped evidence; in a family the
 * strongest piece counts whole and the next one half. Integers in
 * thousandths of a nat, so that a sum never depends on its order. */
#pragma once

#include "flowscan.h"

/* Whom a verdict is about. */
struct verdict_subject {
	enum fs_view view;
	enum fs_coverage coverage;
	struct fs_addr client;
	struct fs_addr peer;  /* family 0: none. */
	const char *protocol; /* What it is when no rule names it. */
};

/* Sets each piece's 'llr' (what it counts), orders the evidence by what it
 * counts, and decides. */
void verdict_decide(const struct fs_scoring *scoring,
    const struct fs_policy *policy, const struct verdict_subject *subject,
    struct fs_evidence *evidence, uint32_t count, struct fs_verdict *verdict);

/* 1 / (1 + exp(-log_odds)) in millionths, from a table: the same on every
 * machine. */
int32_t verdict_score_ppm(int32_t log_odds);
