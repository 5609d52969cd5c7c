/* Stage 5: the likelihood that a row of packet sizes begins with a TLS
 * handshake that something else carries. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
	INNER_SIZES = 25, /* Packets looked at. */
	INNER_LEAST = 6,  /* Fewer say nothing. */
};

enum inner_carrier {
	INNER_IN_TLS,
	INNER_IN_NOISE,
	INNER_CARRIERS,
};

/* Packets in a row, of one size class and direction each. */
enum { INNER_GRAMS = 512 };
/* What one side sent before the other answers: its place in the row, and its
 * bytes. */
enum { INNER_TURNS = 6, INNER_TURN_BINS = 15 };
/* What the client asks, the server answers, the size of the packet with which
 * the client goes on, and what comes behind that. */
enum { INNER_ASKS = 625 };

/* Weights in thousandths, made by test/lab/train.py. */
struct inner_model {
	int32_t bias;
	int16_t grams[INNER_GRAMS];
	int16_t turns[2 * INNER_TURNS * INNER_TURN_BINS];
	int16_t asks[INNER_ASKS];
};

extern const struct inner_model inner_models[INNER_CARRIERS];

/* Thousandths of the log of the ratio: a TLS handshake within, over none.
 * Sizes of the server are negative; 'count' is at most INNER_SIZES. */
int64_t inner_score(const struct inner_model *model, const int32_t *sizes,
    size_t count);
