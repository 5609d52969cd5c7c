/* The policy in the config against the rules: a name that no rule uses is
 * most likely a slip, and would ignore nothing. */
#pragma once

#include "config.h"

/* Checks the names in policy.ignore.protocols. Known are those of the rules
 * and of the default policy; the defaults themselves are not looked at. Each
 * unknown one goes to 'fault' with its place and the nearest known name.
 *
 * Returns 0, FS_ECONFIG or -ENOMEM. */
int policy_check(const struct config *config, const struct fs_ruleset *rules,
    fs_fault_fn *fault, void *ctx);
