#include "signal/inner.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
	CLASS_BITS = 3, /* Four sizes, two directions. */
	GRAM_MASK = INNER_GRAMS - 1,
	ASK_BINS = 5,
};

/* Upper ends of bins; what is larger falls into the last. A full packet is
 * more than 1000 bytes on every path that carries IPv6. */
static const int32_t class_ends[] = { 160, 600, 1000 };
static const int32_t turn_ends[INNER_TURN_BINS - 1] = { 60, 85, 110, 160, 300,
	480, 620, 900, 1400, 2000, 3200, 5000, 8000, 16000 };
static const int32_t ask_ends[] = { 199, 700, 1399, 2400 };
static const int32_t answer_ends[] = { 399, 1199, 2500, 6000 };
static const int32_t reply_ends[] = { 69, 110, 170, 400 };
static const int32_t sequel_ends[] = { 110, 350 };

/* What one side sent before the other did. */
struct turn {
	int32_t bytes;
	int32_t first; /* The first packet's. */
	size_t at;     /* That packet's place. */
	bool server;
};

static unsigned
bin_of(const int32_t *ends, size_t count, int32_t value)
{
	unsigned bin = 0;

	while (bin < count && value > ends[bin])
		bin++;
	return bin;
}

#define BIN(ends, value) bin_of(ends, sizeof(ends) / sizeof((ends)[0]), value)

static int32_t
sum_grams(const struct inner_model *model, const int32_t *sizes, size_t count)
{
	uint64_t met[INNER_GRAMS / 64] = { 0 };
	unsigned gram = 0;
	int32_t sum = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		unsigned size = BIN(class_ends, abs(sizes[i]));

		gram = (gram << CLASS_BITS | size << 1 | (sizes[i] < 0)) &
		    GRAM_MASK;
		if (i < 2 || (met[gram / 64] >> gram % 64 & 1))
			continue;
		met[gram / 64] |= UINT64_C(1) << gram % 64;
		sum += model->grams[gram];
	}
	return sum;
}

static unsigned
take_turns(const int32_t *sizes, size_t count, struct turn *turns)
{
	unsigned turn_count = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		bool server = sizes[i] < 0;
		int32_t bytes = abs(sizes[i]);
		struct turn *turn;

		if (turn_count == 0 || turns[turn_count - 1].server != server) {
			if (turn_count == INNER_TURNS)
				break;
			turns[turn_count++] =
			    (struct turn){ 0, bytes, i, server };
		}
		turn = &turns[turn_count - 1];
		turn->bytes += bytes;
	}
	return turn_count;
}

static int32_t
sum_turns(const struct inner_model *model, const struct turn *turns,
    unsigned count)
{
	int32_t sum = 0;
	unsigned i;

	for (i = 0; i < count; i++)
		sum +=
		    model->turns[(i * 2 + turns[i].server) * INNER_TURN_BINS +
			BIN(turn_ends, turns[i].bytes)];
	return sum;
}

/* What comes behind a packet: one of five things. */
static unsigned
sequel(const int32_t *sizes, size_t count, size_t at)
{
	if (at + 1 >= count)
		return 0;
	if (sizes[at + 1] > 0)
		return 1;
	return 2 + BIN(sequel_ends, -sizes[at + 1]);
}

static int32_t
sum_asks(const struct inner_model *model, const int32_t *sizes, size_t count,
    const struct turn *turns, unsigned turn_count)
{
	bool met[INNER_ASKS] = { false };
	int32_t sum = 0;
	unsigned i, ask;

	for (i = 0; i + 2 < turn_count; i++) {
		if (turns[i].server)
			continue;
		ask = BIN(ask_ends, turns[i].bytes) * ASK_BINS +
		    BIN(answer_ends, turns[i + 1].bytes);
		ask = ask * ASK_BINS + BIN(reply_ends, turns[i + 2].first);
		ask = ask * ASK_BINS + sequel(sizes, count, turns[i + 2].at);
		if (!met[ask])
			sum += model->asks[ask];
		met[ask] = true;
	}
	return sum;
}

int64_t
inner_score(const struct inner_model *model, const int32_t *sizes, size_t count)
{
	struct turn turns[INNER_TURNS];
	unsigned turn_count = take_turns(sizes, count, turns);

	return (int64_t)model->bias + sum_grams(model, sizes, count) +
	    sum_turns(model, turns, turn_count) +
	    sum_asks(model, sizes, count, turns, turn_count);
}
