#include "flow/pair.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"
#include "flow/pages.h"

enum {
	NOTES = 8,
	NONE = UINT32_MAX,
	PAIR_MAX = 1 << 24,
	SECOND_US = 1000 * 1000,
};

static const uint64_t recent_us = (uint64_t)600 * SECOND_US;

/* No padding, as it is hashed. */
struct pair_key {
	uint8_t addr[2][16];
	uint16_t scope;
	uint16_t family;
};
_Static_assert(sizeof(struct pair_key) == 36, "pair_key has padding");

struct note {
	uint64_t last_us;
	int64_t sum;   /* Of the scores. */
	uint16_t port; /* The server's. */
	uint8_t kind;
	uint8_t client; /* Endpoint of the key. */
	uint8_t scored;
};

/* In a chain of those with the same hash, and in a ring in the order of
 * noting. */
struct pair {
	struct pair_key key;
	uint32_t chain;
	uint32_t next, before;
	uint8_t note_count;
	struct note notes[NOTES];
};

struct pair_table {
	uint32_t max, used;
	uint32_t mask;
	uint64_t seed;
	uint32_t *heads;    /* Entry + 1, so that zeroes are an empty table. */
	struct pair *pairs; /* One more: the ring begins at pairs[max]. */
};

int
pair_table_new(uint32_t max, uint64_t seed, struct pair_table **out)
{
	struct pair_table *table = calloc(1, sizeof(*table));
	uint32_t heads = 8;

	if (table == NULL)
		return -ENOMEM;
	table->max = max == 0 ? 1 : max < PAIR_MAX ? max : PAIR_MAX;
	while (heads < table->max)
		heads *= 2;
	table->mask = heads - 1;
	table->seed = seed;
	table->heads = pages_take(heads * sizeof(*table->heads));
	table->pairs =
	    pages_take(((size_t)table->max + 1) * sizeof(*table->pairs));
	if (table->heads == NULL || table->pairs == NULL) {
		pair_table_free(table);
		return -ENOMEM;
	}
	table->pairs[table->max].next = table->max;
	table->pairs[table->max].before = table->max;
	*out = table;
	return 0;
}

void
pair_table_free(struct pair_table *table)
{
	if (table == NULL)
		return;
	pages_give(table->heads,
	    ((size_t)table->mask + 1) * sizeof(*table->heads));
	pages_give(table->pairs,
	    ((size_t)table->max + 1) * sizeof(*table->pairs));
	free(table);
}

/* ---- Finding ----------------------------------------------------------- */

static struct pair_key
key_of(const struct flow *flow)
{
	struct pair_key key = { .scope = flow->key.scope,
		.family = flow->key.family };

	memcpy(key.addr, flow->key.addr, sizeof(key.addr));
	return key;
}

static uint32_t *
head_of(const struct pair_table *table, const struct pair_key *key)
{
	return &table->heads[hash_seeded(key, sizeof(*key), table->seed) &
	    table->mask];
}

static struct pair *
find(const struct pair_table *table, const struct flow *flow)
{
	struct pair_key key = key_of(flow);
	uint32_t place = *head_of(table, &key);

	while (place != 0) {
		struct pair *pair = &table->pairs[place - 1];

		if (memcmp(&pair->key, &key, sizeof(key)) == 0)
			return pair;
		place = pair->chain;
	}
	return NULL;
}

/* ---- Coming and going -------------------------------------------------- */

static void
unlink_pair(struct pair_table *table, const struct pair *pair)
{
	table->pairs[pair->before].next = pair->next;
	table->pairs[pair->next].before = pair->before;
}

/* Puts the pair last in the order of noting. */
static void
link_pair(struct pair_table *table, struct pair *pair)
{
	struct pair *ring = &table->pairs[table->max];
	uint32_t entry = (uint32_t)(pair - table->pairs);

	pair->next = table->max;
	pair->before = ring->before;
	table->pairs[ring->before].next = entry;
	ring->before = entry;
}

static void
forget(struct pair_table *table, const struct pair *pair)
{
	uint32_t *link = head_of(table, &pair->key);
	uint32_t place = (uint32_t)(pair - table->pairs) + 1;

	while (*link != place)
		link = &table->pairs[*link - 1].chain;
	*link = pair->chain;
	unlink_pair(table, pair);
}

static struct pair *
add(struct pair_table *table, const struct flow *flow)
{
	struct pair *pair;
	uint32_t *head;

	if (table->used < table->max) {
		pair = &table->pairs[table->used++];
	} else {
		pair = &table->pairs[table->pairs[table->max].next];
		forget(table, pair);
	}
	pair->key = key_of(flow);
	pair->note_count = 0;
	head = head_of(table, &pair->key);
	pair->chain = *head;
	*head = (uint32_t)(pair - table->pairs) + 1;
	link_pair(table, pair);
	return pair;
}

/* The note of such flows, or the one that gives way to it. */
static struct note *
note_for(struct pair *pair, const struct flow *flow, enum pair_kind kind)
{
	struct note *oldest = &pair->notes[0];
	unsigned i;

	for (i = 0; i < pair->note_count; i++) {
		struct note *note = &pair->notes[i];

		if (note->kind == kind && note->client == flow->client &&
		    note->port == flow->key.port[!flow->client])
			return note;
		if (note->last_us < oldest->last_us)
			oldest = note;
	}
	if (pair->note_count < NOTES)
		oldest = &pair->notes[pair->note_count++];
	memset(oldest, 0, sizeof(*oldest));
	return oldest;
}

/* Notes the flow. What was scored too long ago is forgotten. */
static struct note *
note_flow(struct pair_table *table, const struct flow *flow,
    enum pair_kind kind)
{
	struct pair *pair = find(table, flow);
	struct note *note;

	if (pair == NULL) {
		pair = add(table, flow);
	} else {
		unlink_pair(table, pair);
		link_pair(table, pair);
	}
	note = note_for(pair, flow, kind);
	if (time_since_us(flow->first_us, note->last_us) >= recent_us) {
		note->sum = 0;
		note->scored = 0;
	}
	note->kind = (uint8_t)kind;
	note->client = flow->client;
	note->port = flow->key.port[!flow->client];
	if (flow->last_us > note->last_us)
		note->last_us = flow->last_us;
	return note;
}

void
pair_note(struct pair_table *table, const struct flow *flow,
    enum pair_kind kind)
{
	(void)note_flow(table, flow, kind);
}

void
pair_score(struct pair_table *table, const struct flow *flow, int32_t milli)
{
	struct note *note = note_flow(table, flow, PAIR_TLS);

	if (note->scored == PAIR_SCORES) {
		note->scored /= 2;
		note->sum /= 2;
	}
	note->scored++;
	note->sum += milli;
}

void
pair_table_clear(struct pair_table *table)
{
	struct pair *ring = &table->pairs[table->max];
	uint32_t i;

	for (i = 0; i < table->used; i++)
		*head_of(table, &table->pairs[i].key) = 0;
	ring->next = ring->before = table->max;
	table->used = 0;
}

/* ---- Asking ------------------------------------------------------------ */

uint32_t
pair_kinds(const struct pair_table *table, const struct flow *flow,
    bool same_server)
{
	const struct pair *pair = find(table, flow);
	uint32_t kinds = 0;
	unsigned i;

	for (i = 0; pair != NULL && i < pair->note_count; i++) {
		const struct note *note = &pair->notes[i];

		if (time_since_us(flow->first_us, note->last_us) >= recent_us)
			continue;
		if (!same_server ||
		    (note->client == flow->client &&
			note->port == flow->key.port[!flow->client]))
			kinds |= 1u << note->kind;
	}
	return kinds;
}

uint32_t
pair_scored(const struct pair_table *table, const struct flow *flow,
    int64_t *sum)
{
	const struct pair *pair = find(table, flow);
	unsigned i;

	for (i = 0; pair != NULL && i < pair->note_count; i++) {
		const struct note *note = &pair->notes[i];

		if (note->kind == PAIR_TLS && note->client == flow->client &&
		    note->port == flow->key.port[!flow->client] &&
		    time_since_us(flow->first_us, note->last_us) < recent_us) {
			*sum = note->sum;
			return note->scored;
		}
	}
	return 0;
}
