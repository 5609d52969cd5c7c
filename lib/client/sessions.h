/* Stage 6: one TLS session taken up from two addresses (SIGNALS: E3).
 *
 * A ticket is kept by one program on one machine. From two addresses within
 * an hour it comes from somebody who moved, or who has two ways to the
 * service, one of them a tunnel. How far the places of the addresses are
 * apart tells which. A fixed table: of two sessions that fall on one place,
 * the later one is kept. */
#pragma once

#include <stdint.h>

#include "client/sighting.h"

enum {
	SESSIONS_MAX = 16384,
	SESSIONS_SPAN_S = 3600,
};

struct sessions;

/* Returns null without memory (768 KB). */
struct sessions *sessions_new(void);
void sessions_free(struct sessions *sessions);

/* Takes in a flow of 'client' (the folded address). Returns how far the other
 * address is that took up the same session (sighting_apart()). */
int64_t sessions_note(struct sessions *sessions, const struct fs_addr *client,
    uint64_t time_us, const struct signals *signals);
