#include <stdlib.h>

#include "base/addr.h"
#include "store/several.h"

/* Clients of several stores, merged in their order. */

/* The answers of all stores, each with its next row, or null. */
struct clients {
	struct several *several;
	enum store_order order;
	uint64_t limit, given;
	void **cursor; /* Owned. */
	const struct store_client **next;
	size_t last;             /* Whose row was given. */
	bool started;            /* All have their first row. */
	struct store_client row; /* That is given. */
};

void
several_clients_close(void *cursor)
{
	struct clients *clients = cursor;
	const struct fs_store *store;
	size_t i;

	if (clients == NULL)
		return;
	for (i = 0; clients->cursor != NULL && i < clients->several->count;
	     i++) {
		store = clients->several->store[i];
		if (clients->cursor[i] != NULL)
			store->ops->clients_close(clients->cursor[i]);
	}
	free(clients->cursor);
	free(clients->next);
	free(clients);
}

int
several_clients_open(void *state, const struct store_query *query,
    struct fs_err *err, void **cursor, uint64_t *matched)
{
	struct several *several = state;
	struct clients *clients = calloc(1, sizeof(*clients));
	const struct fs_store *store;
	struct store_query one;
	uint64_t sum = 0, count = 0;
	size_t i;
	int rc = 0;

	if (clients == NULL)
		return several_no_memory(err);
	clients->several = several;
	clients->order = query->order;
	clients->limit = query->filter.limit;
	clients->cursor = calloc(several->count, sizeof(void *));
	clients->next = calloc(several->count, sizeof(struct store_client *));
	if (clients->cursor == NULL || clients->next == NULL)
		rc = several_no_memory(err);
	for (i = 0; i < several->count && rc >= 0; i++) {
		store = several->store[i];
		one = several_query_of(several, query, i);
		rc = store->ops->clients_open(store->state, &one, err,
		    &clients->cursor[i], &count);
		sum += count;
	}
	if (rc < 0) {
		several_clients_close(clients);
		return rc;
	}
	*cursor = clients;
	*matched = sum;
	return 0;
}

static int
clients_pull(struct clients *clients, size_t index, struct fs_err *err)
{
	const struct fs_store *store = clients->several->store[index];
	int rc = store->ops->clients_next(clients->cursor[index], err,
	    &clients->next[index]);

	if (rc == 0)
		clients->next[index] = NULL;
	return rc;
}

static bool
client_is_before(enum store_order order, const struct fs_client *a,
    const struct fs_client *b)
{
	int rc;

	if (order == STORE_BY_LAST && a->last_us != b->last_us)
		return a->last_us < b->last_us;
	if (order != STORE_BY_LAST &&
	    a->verdict.score_ppm != b->verdict.score_ppm)
		return a->verdict.score_ppm > b->verdict.score_ppm;
	if (a->addr.family != b->addr.family)
		return a->addr.family < b->addr.family;
	rc = addr_compare(&a->addr, &b->addr);
	return rc != 0 ? rc < 0 : a->bits < b->bits;
}

/* The rows that were given last are replaced by the next ones. */
static int
clients_refill(struct clients *clients, struct fs_err *err)
{
	size_t i;
	int rc = 0;

	if (clients->started)
		return clients_pull(clients, clients->last, err);
	clients->started = true;
	for (i = 0; i < clients->several->count && rc >= 0; i++)
		rc = clients_pull(clients, i, err);
	return rc;
}

int
several_clients_next(void *cursor, struct fs_err *err,
    const struct store_client **row)
{
	struct clients *clients = cursor;
	const struct store_client *best = NULL;
	size_t i;
	int rc;

	if (clients->limit > 0 && clients->given == clients->limit)
		return 0;
	if ((rc = clients_refill(clients, err)) < 0)
		return rc;
	for (i = 0; i < clients->several->count; i++) {
		if (clients->next[i] == NULL ||
		    (best != NULL &&
			!client_is_before(clients->order,
			    &clients->next[i]->client, &best->client)))
			continue;
		best = clients->next[i];
		clients->last = i;
	}
	if (best == NULL)
		return 0;
	clients->row = *best;
	clients->row.client.generation = several_generation_of(clients->several,
	    best->client.generation, clients->last);
	clients->given++;
	*row = &clients->row;
	return 1;
}

/* Of several, the one that stands out most. */
int
several_find_client(void *state, const struct store_snapshot *snapshot,
    const struct fs_addr *addr, struct fs_err *err, struct store_client *row)
{
	const struct several *several = state;
	struct store_client *one = malloc(sizeof(*one));
	bool found = false;
	size_t i;
	int rc = 0;

	if (one == NULL)
		return several_no_memory(err);
	for (i = 0; i < several->count && rc >= 0; i++) {
		rc = store_ask_client(several->store[i],
		    several_snapshot_of(several, snapshot, i), addr, err, one);
		if (rc >= 0 &&
		    (!found ||
			one->client.verdict.score_ppm >
			    row->client.verdict.score_ppm)) {
			*row = *one;
			row->client.generation = several_generation_of(several,
			    one->client.generation, i);
			found = true;
		}
		if (rc == FS_EEND)
			rc = 0;
	}
	free(one);
	return rc < 0 ? rc : found ? 0 : FS_EEND;
}
