/* How often messages of one kind may be told: so often in a span, and then
 * how many were held back. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	LOG_LIMIT_KINDS = 64,
	LOG_LIMIT_BURST = 10,  /* Messages of a kind */
	LOG_LIMIT_SPAN_S = 30, /* in so many seconds. */
	LOG_SAMPLE_SIZE = 100,
};

struct log_kind {
	const void *kind; /* What tells kinds apart; null: free. */
	uint64_t since_s;
	unsigned told;
	uint64_t held;                /* Since 'since_s'. */
	char sample[LOG_SAMPLE_SIZE]; /* The newest that was held back. */
};

/* Zeroed at first. When there are more kinds than room, the oldest makes
 * way, so a flood of kinds is not limited; ours are few. */
struct log_limit {
	struct log_kind kinds[LOG_LIMIT_KINDS];
};

/* Whether a message may be told now. If so, '*held' is how many of its kind
 * were held back since the last one. */
bool log_limit_take(struct log_limit *limit, const void *kind, const char *text,
    uint64_t now_s, uint64_t *held);

/* Gives a kind whose span is over with messages held back, and forgets it;
 * null when there is none. What is given is valid until the next call. */
const struct log_kind *log_limit_over(struct log_limit *limit, uint64_t now_s);
