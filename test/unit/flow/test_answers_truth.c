/* No answer is timed below the truth. A client talks through something that
 * ends TCP, a known round trip before it, over a link that delays, loses and
 * reorders; some of the worlds have no such hidden leg. */
#include "flow/answers.h"

#include <stdio.h>

#include "flow/rtt.h"
#include "test/unit/flow/build.h"
#include "test/unit/tap.h"

enum {
	MS = 1000,
	ACTS = 256,
	TURNS = 8,
	WORLDS = 200,
	RTO_US = 250 * MS,
	CLIENT = 0,
	SERVER = 1,
	REQUEST = 500, /* The first packet of two. */
	REQUEST_REST = 300,
	ANSWER = 700, /* Each packet of three. */
};

/* A packet as it passes the tap. */
struct act {
	int64_t at_us;
	unsigned who;
	uint8_t flags;
	uint32_t seq, ack, size;
};

struct world {
	uint32_t link_us, hidden_us; /* Round trips. */
	uint32_t jitter_us, loss_permille, reorder_permille;
	uint64_t random;
	struct act acts[ACTS];
	size_t count;
	uint32_t next[2]; /* What each side sends next. */
};

static uint32_t
draw(struct world *world, uint32_t below)
{
	world->random ^= world->random >> 12;
	world->random ^= world->random << 25;
	world->random ^= world->random >> 27;
	return (uint32_t)((world->random * 0x2545F4914F6CDD1DULL) >> 33) %
	    below;
}

static int64_t
link_of(struct world *world)
{
	return world->link_us + draw(world, world->jitter_us + 1);
}

static void
put(struct world *world, const struct act *act)
{
	if (world->count < ACTS)
		world->acts[world->count++] = *act;
}

/* The server answers from 'at_us' on; what ends TCP acknowledges. Returns
 * when the last packet that the client needs passed the tap. */
static int64_t
answer(struct world *world, int64_t at_us)
{
	int64_t last_us = at_us;
	unsigned i;

	for (i = 0; i < 3; i++) {
		uint32_t seq = world->next[SERVER];

		last_us = at_us + i * (int64_t)MS;
		world->next[SERVER] += ANSWER;
		put(world,
		    &(struct act){ last_us, SERVER, TCP_ACK, seq,
			world->next[CLIENT], ANSWER });
		/* Lost behind the tap: sent again, and then the last. */
		if (draw(world, 1000) < world->loss_permille) {
			at_us += RTO_US;
			last_us = at_us + i * (int64_t)MS;
			put(world,
			    &(struct act){ last_us, SERVER, TCP_ACK, seq,
				world->next[CLIENT], ANSWER });
		}
		put(world,
		    &(struct act){ last_us + link_of(world), CLIENT, TCP_ACK,
			world->next[CLIENT], world->next[SERVER], 0 });
	}
	return last_us;
}

/* The client asks; packets may be lost or reordered before the tap. Returns
 * when all of it has passed. */
static int64_t
ask(struct world *world, int64_t at_us)
{
	uint32_t seq = world->next[CLIENT], ack = world->next[SERVER];
	int64_t first_us = at_us, rest_us = at_us + 100;

	if (draw(world, 1000) < world->loss_permille)
		first_us += RTO_US;
	else if (draw(world, 1000) < world->reorder_permille)
		first_us += 300;
	put(world,
	    &(struct act){ first_us, CLIENT, TCP_ACK, seq, ack, REQUEST });
	put(world,
	    &(struct act){ rest_us, CLIENT, TCP_ACK, seq + REQUEST, ack,
		REQUEST_REST });
	world->next[CLIENT] += REQUEST + REQUEST_REST;
	at_us = first_us > rest_us ? first_us : rest_us;
	put(world,
	    &(struct act){ at_us + 20, SERVER, TCP_ACK, ack,
		world->next[CLIENT], 0 });
	return at_us;
}

static void
talk(struct world *world)
{
	int64_t at_us = 1000 + link_of(world);
	unsigned i;

	put(world, &(struct act){ 0, CLIENT, TCP_SYN, UINT32_MAX, 0, 0 });
	put(world,
	    &(struct act){ 1000, SERVER, TCP_SYN | TCP_ACK, UINT32_MAX, 0, 0 });
	put(world, &(struct act){ at_us, CLIENT, TCP_ACK, 0, 0, 0 });
	at_us = ask(world, at_us + 2000) + 5000;
	for (i = 0; i < TURNS; i++) {
		at_us = answer(world, at_us) + link_of(world);
		/* TLS's own turn is what ends TLS takes. */
		if (i > 0)
			at_us += world->hidden_us +
			    (i % 3 == 0 ? draw(world, 400 * MS) : 0);
		at_us = ask(world, at_us) + 30000;
	}
	put(world,
	    &(struct act){ at_us, SERVER, TCP_ACK | TCP_FIN,
		world->next[SERVER], world->next[CLIENT], 0 });
	put(world,
	    &(struct act){ at_us + link_of(world), CLIENT, TCP_ACK,
		world->next[CLIENT], world->next[SERVER] + 1, 0 });
	put(world,
	    &(struct act){ at_us + link_of(world) + world->hidden_us, CLIENT,
		TCP_ACK | TCP_FIN, world->next[CLIENT], world->next[SERVER] + 1,
		0 });
}

static int
by_time(const void *left, const void *right)
{
	const struct act *a = left, *b = right;

	if (a->at_us != b->at_us)
		return a->at_us < b->at_us ? -1 : 1;
	return a < b ? -1 : a > b;
}

struct sums {
	unsigned measured, below, exact;
};

static void
compare(const struct world *world, const struct answers *answers,
    enum answers_kind kind, uint32_t least_us, struct sums *sums)
{
	const struct answers_span *span;
	uint32_t count, truth_us = world->link_us + world->hidden_us;
	int64_t error_us;

	if (answers_spans(answers, kind, &span, &count) == 0)
		return;
	error_us = (int64_t)span->us - least_us - world->hidden_us;
	sums->measured++;
	sums->below += span->us < truth_us || least_us < world->link_us;
	sums->exact += error_us >= -MS && error_us <= MS;
}

static void
watch(struct world *world, struct sums *turns, struct sums *closes)
{
	struct flow_table *table = build_table(&build_limits);
	struct answers answers = { 0 };
	struct flow *flow = NULL;
	bool begun = false;
	unsigned from;
	size_t i;

	qsort(world->acts, world->count, sizeof(world->acts[0]), by_time);
	for (i = 0; i < world->count; i++) {
		const struct act *act = &world->acts[i];
		struct packet packet =
		    build_payload(build_numbered(TCP, 1, act->who == SERVER),
			act->size);

		packet = build_flags(packet, act->flags, act->seq + 1001,
		    act->ack + 1001);
		flow = build_touch(table, &packet, act->at_us, &from, NULL);
		if (!begun && act->who == SERVER && act->size > 0) {
			answers_begin(&answers, flow);
			begun = true;
		}
		if (begun)
			answers_packet(&answers, flow, &packet, from,
			    build_at(act->at_us));
	}
	if (begun) {
		uint32_t least_us = flow->side[flow->client].rtt.min_us;

		compare(world, &answers, ANSWERS_TURN, least_us, turns);
		compare(world, &answers, ANSWERS_CLOSE, least_us, closes);
	}
	flow_table_free(table);
}

static void
run(const char *name, struct world how, unsigned exact)
{
	static struct world world;
	struct sums turns = { 0 }, closes = { 0 };
	unsigned i;

	for (i = 0; i < WORLDS; i++) {
		world = how;
		world.random = 99 + i;
		world.link_us = 1000 + draw(&world, 299 * MS);
		world.hidden_us = i % 4 ? draw(&world, 300 * MS) : 0;
		talk(&world);
		watch(&world, &turns, &closes);
	}
	tap_int(turns.below + closes.below, 0, name);
	tap_ok(turns.measured > WORLDS * 3 / 4 && turns.exact >= exact,
	    "%s: %u of %u turns within 1 ms", name, turns.exact,
	    turns.measured);
	tap_ok(closes.measured > WORLDS * 3 / 4 && closes.exact >= exact,
	    "%s: %u of %u closes within 1 ms", name, closes.exact,
	    closes.measured);
}

int
main(void)
{
	run("steady link", (struct world){ 0 }, WORLDS);
	run("reordering", (struct world){ .reorder_permille = 300 }, 165);
	run("loss", (struct world){ .loss_permille = 30 }, 150);
	run("jitter", (struct world){ .jitter_us = 2 * MS }, 100);
	run("all of it",
	    (struct world){ .jitter_us = 5 * MS,
		.loss_permille = 30,
		.reorder_permille = 100 },
	    50);
	return tap_done();
}
