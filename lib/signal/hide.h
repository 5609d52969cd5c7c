/* What a row may keep of a client's address, of names and of excerpts: pure
 * functions from what was seen to what is kept. They come after judging, so
 * that no verdict depends on them. */
#pragma once

#include "signal/signal.h"

/* Whether anything is kept back. */
bool hide_is_on(const struct fs_privacy *privacy);

/* A client's address as it is kept, and how many of its bits count. A
 * pseudonym is an address of fc00::/8, which no network may use, with 120
 * bits of the keyed hash of the client (an IPv4 address, or an IPv6
 * network). */
struct fs_prefix hide_client(const struct fs_privacy *privacy,
    const struct fs_addr *addr);

/* A flow's identity, which is a hash of its addresses: a keyed hash of it
 * where they are hidden. 0 stays 0. */
uint64_t hide_flow_id(const struct fs_privacy *privacy, uint64_t flow_id);

/* Takes out of the signals what is not kept, and says so. */
void hide_signals(const struct fs_privacy *privacy, struct signals *signals);

/* As signals_format(), with units, of what is kept: the rest reads
 * "(hidden)". */
size_t hide_format(const struct fs_privacy *privacy,
    const struct signals *signals, enum signal_id id, char *room, size_t size);
