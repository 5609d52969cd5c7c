#include "client/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/hash.h"

enum { ROOM_FIRST = 256 };

int
client_table_new(uint32_t max, uint64_t seed, uint32_t half_life_s,
    struct client_table **out)
{
	struct client_table *table = calloc(1, sizeof(*table));

	if (table == NULL)
		return -ENOMEM;
	if (elsewhere_init(&table->elsewhere) < 0) {
		free(table);
		return -ENOMEM;
	}
	table->max = max ? max : 1;
	table->seed = seed;
	table->half_life_s = half_life_s ? half_life_s : 1;
	table->oldest = table->newest = CLIENT_NONE;
	*out = table;
	return 0;
}

/* Frees what a client owns. */
static void
client_fini(struct client *client)
{
	unsigned view, i;

	free(client->sums);
	for (view = 0; view < 2; view++) {
		for (i = 0; i < CLIENT_GAP_ALL; i++)
			free(client->measures[view].gaps[i].gaps);
		free(client->measures[view].ja4.hashes);
		free(client->measures[view].syn.hashes);
		context_free(client->measures[view].context);
	}
}

void
client_table_free(struct client_table *table)
{
	uint32_t i;

	if (table == NULL)
		return;
	for (i = 0; i < table->count; i++)
		client_fini(&table->clients[i]);
	elsewhere_fini(&table->elsewhere);
	free(table->clients);
	free(table->buckets);
	free(table->order);
	free(table);
}

static uint32_t
bucket_of(const struct client_table *table, const struct fs_addr *addr)
{
	uint8_t key[17];

	memcpy(key, addr->bytes, 16);
	key[16] = addr->family;
	return (uint32_t)hash_seeded(key, sizeof(key), table->seed) &
	    (table->bucket_count - 1);
}

/* Rebuilds the buckets for twice the clients. */
static int
grow(struct client_table *table)
{
	uint32_t room = table->room ? table->room * 2 : ROOM_FIRST;
	struct client *clients;
	uint32_t *buckets;
	uint32_t i, bucket;

	clients = realloc(table->clients, room * sizeof(*clients));
	if (clients == NULL)
		return -ENOMEM;
	table->clients = clients;
	buckets = malloc(room * sizeof(*buckets));
	if (buckets == NULL)
		return -ENOMEM;
	free(table->buckets);
	table->buckets = buckets;
	table->room = table->bucket_count = room;
	memset(buckets, 0xff, room * sizeof(*buckets));
	for (i = 0; i < table->count; i++) {
		bucket = bucket_of(table, &clients[i].addr);
		clients[i].next = buckets[bucket];
		buckets[bucket] = i;
	}
	return 0;
}

static void
order_unlink(struct client_table *table, const struct client *client)
{
	if (client->older != CLIENT_NONE)
		table->clients[client->older].newer = client->newer;
	else
		table->oldest = client->newer;
	if (client->newer != CLIENT_NONE)
		table->clients[client->newer].older = client->older;
	else
		table->newest = client->older;
}

static void
order_append(struct client_table *table, uint32_t index)
{
	struct client *client = &table->clients[index];

	client->older = table->newest;
	client->newer = CLIENT_NONE;
	if (table->newest != CLIENT_NONE)
		table->clients[table->newest].newer = index;
	else
		table->oldest = index;
	table->newest = index;
}

static uint32_t
find(const struct client_table *table, const struct fs_addr *addr)
{
	uint32_t i;

	if (table->bucket_count == 0)
		return CLIENT_NONE;
	i = table->buckets[bucket_of(table, addr)];
	while (i != CLIENT_NONE &&
	    addr_compare(&table->clients[i].addr, addr) != 0)
		i = table->clients[i].next;
	return i;
}

static void
bucket_remove(struct client_table *table, uint32_t index)
{
	uint32_t *link =
	    &table->buckets[bucket_of(table, &table->clients[index].addr)];

	while (*link != index)
		link = &table->clients[*link].next;
	*link = table->clients[index].next;
}

struct client *
client_table_next_evicted(struct client_table *table,
    const struct fs_addr *addr)
{
	struct client *oldest;

	if (table->count < table->max || find(table, addr) != CLIENT_NONE)
		return NULL;
	oldest = &table->clients[table->oldest];
	return oldest->changed ? oldest : NULL;
}

/* Gives up the client that was silent longest; returns its place. */
static uint32_t
evict(struct client_table *table)
{
	uint32_t index = table->oldest;

	order_unlink(table, &table->clients[index]);
	bucket_remove(table, index);
	if (table->clients[index].rev > table->rev_least)
		table->rev_least = table->clients[index].rev;
	client_fini(&table->clients[index]);
	table->evicted++;
	return index;
}

static int
add(struct client_table *table, const struct fs_addr *addr, uint32_t *index)
{
	uint32_t bucket;
	int rc;

	if (table->count == table->max) {
		*index = evict(table);
	} else {
		if (table->count == table->room && (rc = grow(table)) < 0)
			return rc;
		*index = table->count++;
	}
	bucket = bucket_of(table, addr);
	table->clients[*index] = (struct client){ .addr = *addr,
		.rev = table->rev_least,
		.measures = { { .rtt_min = -1 }, { .rtt_min = -1 } },
		.next = table->buckets[bucket] };
	table->buckets[bucket] = *index;
	return 0;
}

int
client_table_touch(struct client_table *table, const struct fs_addr *addr,
    struct client **client)
{
	uint32_t index = find(table, addr);
	int rc;

	if (index != CLIENT_NONE)
		order_unlink(table, &table->clients[index]);
	else if ((rc = add(table, addr, &index)) < 0)
		return rc;
	order_append(table, index);
	*client = &table->clients[index];
	return 0;
}

uint32_t
client_table_count(const struct client_table *table)
{
	return table->count;
}

uint64_t
client_table_evicted(const struct client_table *table)
{
	return table->evicted;
}

static int
by_address(const void *left, const void *right, void *ctx)
{
	const struct client_table *table = ctx;

	return addr_compare(&table->clients[*(const uint32_t *)left].addr,
	    &table->clients[*(const uint32_t *)right].addr);
}

int
client_table_sort(struct client_table *table)
{
	uint32_t i, *order;

	table->order_count = table->order_at = 0;
	if (table->count == 0)
		return 0;
	order = realloc(table->order, table->count * sizeof(*order));
	if (order == NULL)
		return -ENOMEM;
	table->order = order;
	for (i = 0; i < table->count; i++)
		if (table->clients[i].changed)
			order[table->order_count++] = i;
	qsort_r(order, table->order_count, sizeof(*order), by_address, table);
	return 0;
}

struct client *
client_table_next_changed(struct client_table *table)
{
	struct client *client;

	if (table->order_at == table->order_count)
		return NULL;
	client = &table->clients[table->order[table->order_at++]];
	client->changed = false;
	return client;
}

int
client_decide(struct client *client, uint8_t decision)
{
	int before = client->decided ? client->decision : -1;

	client->decided = true;
	client->decision = decision;
	return before;
}
