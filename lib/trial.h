/* Packets as a rule's test writes them -> frames, as a capture would give
 * them. */
#pragma once

#include "flowscan.h"
#include "rule/tests.h"

enum { TRIAL_FRAME_MAX = 14 + 40 + 20 + 4096 };

/* One conversation between two hosts. Unless its test names one, each has
 * another client address, so that what is known of flows between two hosts
 * does not mix. */
struct trial_talk {
	const struct rule_test *test; /* Borrowed. */
	uint32_t ordinal;
	uint64_t start_us;
	uint32_t seq[2];
	uint8_t bytes[TRIAL_FRAME_MAX];
};

/* Gives each frame of the test to 'take': for TCP, its handshake first.
 * Returns 0, or the first negative answer of 'take'. */
int trial_talk(struct trial_talk *talk,
    int (*take)(void *ctx, const struct fs_frame *frame), void *ctx);
