/* The first bytes of one direction of a flow, and the memory that they are
 * in: a few bytes have little room, and more of it as they become more. */
#pragma once

#include "base/cursor.h"
#include "flow/flow.h"

enum {
	HEAD_RANGES = 8, /* Pieces of a stream's head that wait for others. */
	HEAD_ROOMS = 3,  /* Sizes of room. */
};

/* A piece of the head that has come, [from, to). */
struct head_range {
	uint32_t from, to;
};

/* For a stream, segments are laid at their place; 'ready' bytes are there
 * from the beginning on. All zero: nothing has come. */
struct head {
	uint8_t *bytes; /* The pool's; null as long as there are none. */
	uint16_t room;  /* Which of the sizes 'bytes' has. */
	uint16_t range_count;
	uint32_t ready;
	struct head_range range[HEAD_RANGES];
};

/* Rooms of one size. */
struct head_shelf {
	uint8_t *rooms; /* Pages that cost nothing until they are used. */
	uint32_t used;  /* Rooms that were ever taken. */
	uint8_t *free;  /* First of those given back; each holds the next. */
};

struct head_pool {
	uint32_t max; /* Heads. */
	struct head_shelf shelf[HEAD_ROOMS];
};

/* Returns 0 or -ENOMEM. */
int head_pool_init(struct head_pool *pool, uint32_t max);
void head_pool_fini(struct head_pool *pool);

/* Adds the packet's payload to the head of its direction, up to INSPECT_HEAD
 * bytes. No more than 'max' heads are in use at once.
 *
 * Returns whether more bytes are ready than before. */
bool head_add(struct head_pool *pool, struct head *head,
    const struct flow *flow, const struct packet *packet, unsigned endpoint);

/* Gives the head's memory back, and makes it empty. */
void head_give(struct head_pool *pool, struct head *head);
