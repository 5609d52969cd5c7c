/* Rows on their way from thread to thread: flows and clients, without the
 * room that they do not use. */
#pragma once

#include "round.h"

enum { SHEAF_SIZE = 1 << 16 };

struct sheaf {
	struct round round; /* If it is the last one of its round. */
	bool last;
	struct sheaf *next; /* In a list of its owner's. */
	size_t size, count;
	uint8_t bytes[SHEAF_SIZE];
};

/* Returns null without memory. */
struct sheaf *sheaf_new(void);
void sheaf_free(struct sheaf *sheaf);

/* Return false when there is no room; an empty sheaf has room for one of
 * any size. */
bool sheaf_add_flow(struct sheaf *sheaf, const struct fs_observation *flow);
bool sheaf_add_client(struct sheaf *sheaf, const struct fs_client *client);

/* A row, without what it does not use. */
struct sheaf_row {
	bool is_client;
	union {
		struct fs_observation flow;
		struct fs_client client;
	};
};

/* Takes the row at '*at' (0: the first) and moves it on; false at the end. */
bool sheaf_next(const struct sheaf *sheaf, size_t *at, struct sheaf_row *row);

/* By what flows are merged. */
struct sheaf_key {
	uint64_t said_us;
	uint64_t order_us; /* Of those that ended with all others: when they
	                      began. Of the rest 0. */
	uint64_t flow_id;
	uint32_t rev;
	size_t size; /* From this row to the next. */
};

/* Looks at the flow at 'at'; false at the end. */
bool sheaf_peek(const struct sheaf *sheaf, size_t at, struct sheaf_key *key);
