#include "packet/fragment.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"

enum { NONE = UINT16_MAX, BUCKETS = 4096 };
_Static_assert((int)FRAGMENT_MAX < (int)NONE, "an index does not fit");
_Static_assert((BUCKETS & (BUCKETS - 1)) == 0, "BUCKETS is a mask");

struct entry {
	struct fragment_key key;
	uint64_t time_us;
	uint16_t src_port, dst_port;
	uint8_t ip_proto;
	uint8_t icmp_type, icmp_code;
	bool has_ports;
	uint16_t bucket;
	uint16_t next; /* In its bucket. */
};

struct fragments {
	uint64_t seed;
	uint32_t count;  /* Entries in use. */
	uint32_t oldest; /* Overwritten next, once all are in use. */
	uint16_t bucket[BUCKETS];
	struct entry entry[FRAGMENT_MAX];
};

struct fragments *
fragments_new(uint64_t seed)
{
	struct fragments *fragments = calloc(1, sizeof(*fragments));

	if (fragments == NULL)
		return NULL;
	fragments->seed = seed;
	memset(fragments->bucket, 0xff, sizeof(fragments->bucket));
	return fragments;
}

void
fragments_free(struct fragments *fragments)
{
	free(fragments);
}

static uint16_t
bucket_of(const struct fragments *fragments, const struct fragment_key *key)
{
	return (uint16_t)(hash_seeded(key, sizeof(*key), fragments->seed) &
	    (BUCKETS - 1));
}

static uint16_t
find(const struct fragments *fragments, uint16_t bucket,
    const struct fragment_key *key)
{
	uint16_t at = fragments->bucket[bucket];

	while (at != NONE &&
	    memcmp(&fragments->entry[at].key, key, sizeof(*key)) != 0)
		at = fragments->entry[at].next;
	return at;
}

static void
unlink_entry(struct fragments *fragments, uint16_t index)
{
	const struct entry *entry = &fragments->entry[index];
	uint16_t *link = &fragments->bucket[entry->bucket];

	while (*link != index)
		link = &fragments->entry[*link].next;
	*link = entry->next;
}

/* Takes a new entry, or the oldest one, and links it into its bucket. */
static uint16_t
take(struct fragments *fragments, uint16_t bucket)
{
	uint16_t index;

	if (fragments->count < FRAGMENT_MAX) {
		index = (uint16_t)fragments->count++;
	} else {
		index = (uint16_t)fragments->oldest;
		fragments->oldest = (fragments->oldest + 1) % FRAGMENT_MAX;
		unlink_entry(fragments, index);
	}
	fragments->entry[index].bucket = bucket;
	fragments->entry[index].next = fragments->bucket[bucket];
	fragments->bucket[bucket] = index;
	return index;
}

void
fragments_note(struct fragments *fragments, const struct fragment_key *key,
    uint64_t now_us, const struct packet *first)
{
	uint16_t bucket = bucket_of(fragments, key);
	uint16_t at = find(fragments, bucket, key);
	struct entry *entry;

	if (at == NONE)
		at = take(fragments, bucket);
	entry = &fragments->entry[at];
	entry->key = *key;
	entry->time_us = now_us;
	entry->ip_proto = first->ip_proto;
	entry->src_port = first->src_port;
	entry->dst_port = first->dst_port;
	entry->icmp_type = first->icmp_type;
	entry->icmp_code = first->icmp_code;
	entry->has_ports = first->has_ports;
}

bool
fragments_find(const struct fragments *fragments,
    const struct fragment_key *key, uint64_t now_us, struct packet *later)
{
	uint16_t at = find(fragments, bucket_of(fragments, key), key);
	const struct entry *entry;

	if (at == NONE)
		return false;
	entry = &fragments->entry[at];
	if (time_since_us(now_us, entry->time_us) >
	    FRAGMENT_LIFE_S * UINT64_C(1000000))
		return false;
	later->ip_proto = entry->ip_proto;
	later->src_port = entry->src_port;
	later->dst_port = entry->dst_port;
	later->icmp_type = entry->icmp_type;
	later->icmp_code = entry->icmp_code;
	later->has_ports = entry->has_ports;
	return true;
}
