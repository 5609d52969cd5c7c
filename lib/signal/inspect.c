#include "signal/inspect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "flow/pages.h"
#include "signal/head.h"
#include "signal/source.h"

/* In the order in which they are shown a packet. */
static const struct signal_source *const sources[] = {
	&signal_shape,
	&signal_pace,
	&signal_noise,
	&signal_tls,
	&signal_tls_odd,
	&signal_http,
	&signal_http_odd,
	&signal_websocket,
	&signal_ssh,
	&signal_dns,
	&signal_echo,
	&signal_openvpn,
	&signal_mkcp,
	&signal_disguise,
	&signal_inner,
	&signal_carried,
	&signal_timing,
	&signal_quic_rtt,
	&signal_dpi,
};

enum { SOURCE_COUNT = sizeof(sources) / sizeof(sources[0]) };

/* State of one flow. Linked in order of taking. */
struct inspect {
	struct flow *flow; /* Null: free. */
	uint32_t older, newer;
	unsigned wanting; /* Bit n: sources[n] wants more packets. */
	unsigned packets; /* With payload. */
	struct head head[2];
	/* The sources' states follow, see inspect_pool.state_at. */
};

enum { NONE = UINT32_MAX };

struct inspect_pool {
	uint32_t max;
	uint32_t used; /* States that were ever taken. */
	uint32_t free; /* First of those given back, linked by 'older'. */
	uint32_t oldest, newest;
	size_t stride;
	size_t state_at[SOURCE_COUNT];
	void *shared[SOURCE_COUNT];
	bool opened[SOURCE_COUNT];
	uint8_t *states;
	struct head_pool heads;
};

static struct inspect *
state_of(struct inspect_pool *pool, uint32_t index)
{
	return (struct inspect *)(pool->states + index * pool->stride);
}

static uint32_t
index_of(const struct inspect_pool *pool, const struct inspect *state)
{
	return (uint32_t)((size_t)((const uint8_t *)state - pool->states) /
	    pool->stride);
}

static void *
source_state(const struct inspect_pool *pool, struct inspect *state,
    unsigned source)
{
	return (uint8_t *)state + pool->state_at[source];
}

static size_t
round_up(size_t size)
{
	return (size + 15) & ~(size_t)15;
}

static void
lay_out(struct inspect_pool *pool)
{
	size_t at = round_up(sizeof(struct inspect));
	unsigned i;

	for (i = 0; i < SOURCE_COUNT; i++) {
		pool->state_at[i] = at;
		at += round_up(sources[i]->state_size);
	}
	pool->stride = at;
}

int
inspect_pool_new(uint32_t max, struct fs_err *err, struct inspect_pool **out)
{
	struct inspect_pool *pool = calloc(1, sizeof(*pool));
	unsigned i;
	int rc = -ENOMEM;

	if (pool == NULL)
		return err_set(err, rc, "no memory for the inspection");
	pool->max = max ? max : 1;
	pool->free = pool->oldest = pool->newest = NONE;
	lay_out(pool);
	pool->states = pages_take(pool->max * pool->stride);
	if (pool->states == NULL || pool->max > UINT32_MAX / 2 ||
	    head_pool_init(&pool->heads, 2 * pool->max) < 0) {
		err_set(err, rc, "no memory to inspect %u flows at once", max);
		goto fail;
	}
	for (i = 0; i < SOURCE_COUNT; i++) {
		if (sources[i]->open != NULL &&
		    (rc = sources[i]->open(err, &pool->shared[i])) < 0)
			goto fail;
		pool->opened[i] = true;
	}
	*out = pool;
	return 0;
fail:
	inspect_pool_free(pool);
	return rc;
}

static void
fini_sources(struct inspect_pool *pool, struct inspect *state)
{
	unsigned i;

	for (i = 0; i < SOURCE_COUNT; i++)
		if (sources[i]->fini != NULL)
			sources[i]->fini(source_state(pool, state, i),
			    pool->shared[i]);
}

void
inspect_pool_free(struct inspect_pool *pool)
{
	uint32_t index;
	unsigned i;

	if (pool == NULL)
		return;
	for (index = 0; index < pool->used; index++)
		if (state_of(pool, index)->flow != NULL)
			fini_sources(pool, state_of(pool, index));
	for (i = 0; i < SOURCE_COUNT; i++)
		if (pool->opened[i] && sources[i]->close != NULL)
			sources[i]->close(pool->shared[i]);
	pages_give(pool->states, pool->max * pool->stride);
	head_pool_fini(&pool->heads);
	free(pool);
}

/* Appends the state to the order of taking. */
static void
link_newest(struct inspect_pool *pool, uint32_t index)
{
	struct inspect *state = state_of(pool, index);

	state->older = pool->newest;
	state->newer = NONE;
	if (pool->newest != NONE)
		state_of(pool, pool->newest)->newer = index;
	else
		pool->oldest = index;
	pool->newest = index;
}

static void
unlink_state(struct inspect_pool *pool, const struct inspect *state)
{
	if (state->older != NONE)
		state_of(pool, state->older)->newer = state->newer;
	else
		pool->oldest = state->newer;
	if (state->newer != NONE)
		state_of(pool, state->newer)->older = state->older;
	else
		pool->newest = state->older;
}

int
inspect_take(struct inspect_pool *pool, struct flow *flow,
    struct flow **given_up)
{
	struct inspect *state;
	uint32_t index;

	if (pool->free != NONE) {
		index = pool->free;
		pool->free = state_of(pool, index)->older;
	} else if (pool->used < pool->max) {
		index = pool->used++;
	} else {
		*given_up = state_of(pool, pool->oldest)->flow;
		return FS_EFULL;
	}
	state = state_of(pool, index);
	state->flow = flow;
	state->wanting = (1u << SOURCE_COUNT) - 1;
	state->packets = 0;
	memset(source_state(pool, state, 0), 0,
	    pool->stride - pool->state_at[0]);
	link_newest(pool, index);
	flow->inspect = state;
	return 0;
}

void
inspect_give(struct inspect_pool *pool, struct flow *flow)
{
	struct inspect *state = flow->inspect;

	if (state == NULL)
		return;
	fini_sources(pool, state);
	head_give(&pool->heads, &state->head[0]);
	head_give(&pool->heads, &state->head[1]);
	unlink_state(pool, state);
	state->flow = NULL;
	state->older = pool->free;
	pool->free = index_of(pool, state);
	flow->inspect = NULL;
}

/* Shows the packet to a source that wants it. */
static void
show(struct inspect_pool *pool, struct inspect *state, unsigned i,
    struct sighting *seen)
{
	void *own = source_state(pool, state, i);

	if (!sources[i]->packet(own, pool->shared[i], seen))
		state->wanting &= ~(1u << i);
	if (sources[i]->names != NULL && sources[i]->names(own, seen->flow))
		seen->named = true;
}

bool
inspect_packet(struct inspect_pool *pool, struct flow *flow,
    const struct packet *packet, unsigned endpoint, uint64_t time_us)
{
	struct inspect *state = flow->inspect;
	unsigned i, dir = flow_dir(flow, endpoint);
	struct sighting seen = {
		.flow = flow,
		.packet = packet,
		.time_us = time_us,
		.dir = dir,
		.datagrams = packet->ip_proto != 6,
	};

	seen.number = ++state->packets;
	/* Heads are kept by endpoint: the client's side may yet change. */
	seen.head_grew = head_add(&pool->heads, &state->head[endpoint], flow,
	    packet, endpoint);
	for (i = 0; i < 2; i++) {
		const struct head *head = &state->head[i];

		seen.head[flow_dir(flow, i)] =
		    cursor_of(head->bytes, head->ready);
	}
	for (i = 0; i < SOURCE_COUNT; i++)
		if (state->wanting >> i & 1)
			show(pool, state, i, &seen);
	return state->wanting == 0 || state->packets >= INSPECT_PACKETS;
}

void
inspect_collect(struct inspect_pool *pool, const struct flow *flow,
    struct signals *signals)
{
	struct inspect *state = flow->inspect;
	unsigned i;

	if (state == NULL)
		return;
	for (i = 0; i < SOURCE_COUNT; i++)
		sources[i]->collect(source_state(pool, state, i),
		    pool->shared[i], flow, signals);
}
