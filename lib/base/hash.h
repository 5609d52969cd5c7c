/* Keyed hashes (XXH3 by libxxhash; the only user of it). */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* For tables whose keys strangers choose: 'seed' is secret to them. */
uint64_t hash_seeded(const void *bytes, size_t size, uint64_t seed);

/* For identities, which must be the same everywhere and always. */
uint64_t hash_identity(const void *bytes, size_t size);
