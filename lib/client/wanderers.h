/* Stage 6: one machine's timestamp clock seen from two addresses (SIGNALS:
 * E3).
 *
 * A system that draws the start of its TCP timestamps for each pair of
 * addresses, as Linux does, keeps it while it has the same address of its own:
 * behind another exit of its tunnel it is on the same line as before. Two
 * machines come as near to each other as TOLERANCE once in some ten million
 * pairs. A fixed table: of two clocks that fall on one place, the later one
 * is kept. */
#pragma once

#include <stdint.h>

#include "client/sighting.h"

enum {
	WANDERERS_MAX = 16384,
	WANDERERS_SPAN_S = 3600,
	/* Paths that differ by more each way, and drift in that time. */
	WANDERERS_TOLERANCE_MS = 100,
};

/* A timestamp on a line that is known (clocks_rate()). */
struct wanderer {
	uint64_t server; /* Hash of its address. */
	uint32_t value, rate_hz;
	uint64_t time_us; /* When it was sent: half a round trip ago. */
};

struct wanderers;

/* Returns null without memory (1 MB). */
struct wanderers *wanderers_new(void);
void wanderers_free(struct wanderers *wanderers);

/* Takes in a timestamp of 'client' (the folded address). Returns how far the
 * other address is that was on the same line within the hour
 * (sighting_apart()). */
int64_t wanderers_note(struct wanderers *wanderers, const struct wanderer *seen,
    const struct fs_addr *client, const struct signals *signals);
