/* Stage 7: signals -> evidence. Rule files, compiled.
 *
 * 'struct fs_ruleset' is read-only after loading: several threads may share
 * it. */
#pragma once

#include "signal/signal.h"

/* Evaluates every enabled rule of one scope (SCOPE_FLOW or SCOPE_CLIENT) and
 * view on 'signals', in the order of the set. 'now_us' is the capture's
 * time, for rules and lists that expire. Fills in rule, family, protocol,
 * class, text, llr_full and shadow; 'llr' and 'count' are the verdict's.
 *
 * Returns how many pieces of evidence were written, at most
 * FS_EVIDENCE_MAX; the strongest stay when more match. */
uint32_t rule_evaluate(const struct fs_ruleset *rules, enum signal_scope scope,
    enum fs_view view, uint64_t now_us, const struct signals *signals,
    struct fs_evidence *evidence);
