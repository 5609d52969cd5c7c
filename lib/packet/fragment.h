/* Remembers what the first fragments of IP packets said, so that later ones,
 * which have no transport header, find their flow. A bounded table: the
 * oldest entry makes room. Nothing is put together again. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "packet/packet.h"

enum {
	FRAGMENT_MAX = 4096,
	FRAGMENT_LIFE_S = 60, /* RFC 8200, 4.5: reassembly ends after 60 s. */
};

struct fragments;

/* Returns null without memory. */
struct fragments *fragments_new(uint64_t seed);
void fragments_free(struct fragments *fragments);

/* Of which packet a fragment is: RFC 791, 2.3; RFC 8200, 4.5. No padding, as
 * it is hashed. */
struct fragment_key {
	uint8_t src[16], dst[16];
	uint32_t id;
	uint32_t scope; /* Of the tunnel around it, else 0. */
	uint8_t family;
	uint8_t ip_proto; /* IPv4 only. */
	uint8_t zero[2];
};
_Static_assert(sizeof(struct fragment_key) == 44, "fragment_key has padding");

/* Keeps protocol, ports and ICMP type of a first fragment. */
void fragments_note(struct fragments *fragments, const struct fragment_key *key,
    uint64_t now_us, const struct packet *first);

/* Fills those into a later one; false when its first was not seen. */
bool fragments_find(const struct fragments *fragments,
    const struct fragment_key *key, uint64_t now_us, struct packet *later);
