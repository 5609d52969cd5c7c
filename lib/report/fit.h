/* How often each rule holds of what is labelled. */
#pragma once

#include "flowscan.h"

/* One rule, counted over labels. */
struct fit_row {
	struct fs_rule_info info;
	/* Labels of which its signals were looked at, and of which it held:
	 * [0] of honest ones, [1] of tunnelled ones. */
	uint64_t of[2], hits[2];
};
