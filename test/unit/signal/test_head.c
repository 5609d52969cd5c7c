#include "signal/head.h"

#include <stdlib.h>
#include <string.h>

#include "signal/inspect.h"
#include "test/unit/tap.h"

enum { HEADS = 4, STREAM = 6000, TCP = 6, UDP = 17 };

static uint8_t stream[STREAM];

struct piece {
	uint32_t from, to;
	uint32_t ready; /* Then. */
};

enum { PIECES = 5 };

static const struct head_case {
	const char *name;
	struct piece pieces[PIECES];
} cases[] = {
	{ "in order, into ever more room",
	    { { 0, 100, 100 }, { 100, 700, 700 }, { 700, 2100, 2100 },
		{ 2100, 6000, INSPECT_HEAD }, { 0, 50, INSPECT_HEAD } } },
	{ "a later piece first",
	    { { 400, 500, 0 }, { 1400, 1600, 0 }, { 0, 400, 500 },
		{ 500, 1400, 1600 }, { 1600, 1601, 1601 } } },
	{ "all behind a hole",
	    { { 3000, 3500, 0 }, { 10, 20, 0 }, { 0, 10, 20 },
		{ 15, 3000, 3500 }, { 3500, 3501, 3501 } } },
	{ "beyond what is kept",
	    { { 4096, 5000, 0 }, { 4000, 5000, 0 }, { 0, 600, 600 },
		{ 600, 4000, INSPECT_HEAD }, { 1, 2, INSPECT_HEAD } } },
};

/* Adds a piece of the stream; a datagram when it is not TCP's. */
static bool
add(struct head_pool *pool, struct head *head, unsigned ip_proto, uint32_t from,
    uint32_t to)
{
	struct flow flow = { .side = { { .isn = 76, .has_isn = true } } };
	uint8_t *exact = tap_exact(stream + from, to - from);
	struct packet packet = { .ip_proto = (uint8_t)ip_proto,
		.payload = cursor_of(exact, to - from),
		.tcp = { .seq = 77 + from } };
	bool grew = head_add(pool, head, &flow, &packet, 0);

	free(exact);
	return grew;
}

static void
test_case(const struct head_case *test)
{
	struct head_pool pool;
	struct head head = { 0 };
	uint32_t before = 0;
	unsigned i;

	if (head_pool_init(&pool, HEADS) < 0)
		abort();
	for (i = 0; i < PIECES; i++) {
		const struct piece *piece = &test->pieces[i];
		bool grew = add(&pool, &head, TCP, piece->from, piece->to);

		tap_ok(head.ready == piece->ready &&
			grew == (head.ready > before) &&
			(head.ready == 0 ||
			    memcmp(head.bytes, stream, head.ready) == 0),
		    "%s: piece %u", test->name, i);
		before = head.ready;
	}
	head_give(&pool, &head);
	tap_ok(head.bytes == NULL && head.ready == 0, "%s: given back",
	    test->name);
	head_pool_fini(&pool);
}

/* As many as there may be, over and over, and none in another's room. */
static void
test_many(void)
{
	struct head heads[HEADS] = { { 0 } };
	struct head_pool pool;
	bool same = true;
	unsigned round, i;

	if (head_pool_init(&pool, HEADS) < 0)
		abort();
	for (round = 0; round < 3; round++) {
		for (i = 0; i < HEADS; i++)
			(void)add(&pool, &heads[i], UDP, i, 600 * (i + 1));
		for (i = 0; i < HEADS; i++) {
			same = same && heads[i].ready == 600 * (i + 1) - i &&
			    memcmp(heads[i].bytes, stream + i,
				heads[i].ready) == 0;
			head_give(&pool, &heads[i]);
		}
	}
	tap_ok(same, "all at once, three times");
	head_pool_fini(&pool);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < STREAM; i++)
		stream[i] = (uint8_t)(i * 31 + i / 251);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_case(&cases[i]);
	test_many();
	return tap_done();
}
