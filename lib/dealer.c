/* Which of several engines a frame is for. Most frames are dealt at a glance;
 * what may be a tunnel is taken apart, and the tunnels' flows are followed
 * here as far as their identities need it: an inner flow names the outer one,
 * which another engine has. */
#include "dealer.h"

#include <errno.h>
#include <stdlib.h>

#include "flow/flow.h"
#include "flow/key.h"
#include "packet/quick.h"

enum { BACKWARD_MAX_US = 5 * 1000 * 1000 };

struct fs_dealer {
	const struct fs_settings *settings; /* Borrowed. */
	unsigned engines;
	uint64_t now_us;
	/* Owned; null until the first frame that is not dealt at a glance. */
	struct packet_decoder *decoder;
	struct flow_table *tunnels;
	struct packet_stack stack;
};

unsigned
dealer_engine(const struct fs_settings *settings, unsigned engines,
    const uint8_t one[16], const uint8_t other[16])
{
	uint64_t hash = key_pair(one, other, settings->hash_seed);

	return (unsigned)((hash >> 32) * engines >> 32);
}

unsigned
dealer_strip_mirror(const struct fs_settings *settings,
    struct packet_stack *stack)
{
	unsigned level = 0;
	size_t i = 0;

	while (level + 1 < stack->count && i < settings->mirror_count) {
		const struct fs_mirror *mirror = &settings->mirrors[i];
		struct packet *packet = &stack->level[level];

		if (packet->carries == packet_carrier_find(mirror->kind) &&
		    (mirror->id < 0 || mirror->id == packet->carrier_id)) {
			packet->carries = CARRIER_NONE;
			level++;
			i = 0;
		} else {
			i++;
		}
	}
	return level;
}

int
fs_dealer_new(const struct fs_settings *settings, unsigned engines,
    struct fs_dealer **out)
{
	struct fs_dealer *dealer;

	if (engines == 0 || engines > FS_ENGINES_MAX)
		return -EINVAL;
	dealer = calloc(1, sizeof(*dealer));
	if (dealer == NULL)
		return -ENOMEM;
	dealer->settings = settings;
	dealer->engines = engines;
	*out = dealer;
	return 0;
}

void
fs_dealer_free(struct fs_dealer *dealer)
{
	if (dealer == NULL)
		return;
	packet_decoder_free(dealer->decoder);
	flow_table_free(dealer->tunnels);
	free(dealer);
}

/* ---- Tunnels ------------------------------------------------------------- */

static int
make_tables(struct fs_dealer *dealer)
{
	const struct fs_settings *settings = dealer->settings;
	/* As the engines', or identities would differ. */
	const struct flow_limits limits = {
		.flow_max = settings->flow_max,
		.tcp_idle_s = settings->tcp_idle_s,
		.udp_idle_s = settings->udp_idle_s,
		.closed_idle_s = settings->closed_idle_s,
		.seed = settings->hash_seed,
	};

	dealer->decoder = packet_decoder_new(settings->hash_seed);
	if (dealer->decoder == NULL)
		return -ENOMEM;
	return flow_table_new(&limits, &dealer->tunnels);
}

static void
end_due(struct fs_dealer *dealer)
{
	struct flow *flow;
	uint64_t at_us;
	enum flow_end end;

	while ((flow = flow_table_due(dealer->tunnels, dealer->now_us, &end,
		    &at_us)) != NULL)
		flow_table_end(dealer->tunnels, flow);
}

/* The identity of the flow that this level belongs to, where its engine
 * follows it. */
static uint64_t
tunnel_id(struct fs_dealer *dealer, unsigned level)
{
	struct flow *flow;
	unsigned from;
	int rc;

	for (;;) {
		rc = flow_table_touch(dealer->tunnels, &dealer->stack, level,
		    &flow, &from);
		if (rc == 0)
			return flow->id;
		if (rc == FS_EFULL)
			flow = flow_table_oldest(dealer->tunnels);
		flow_table_end(dealer->tunnels, flow);
	}
}

static unsigned
engine_of(const struct fs_dealer *dealer, unsigned level)
{
	const struct packet *packet = &dealer->stack.level[level];

	return dealer_engine(dealer->settings, dealer->engines,
	    packet->src.bytes, packet->dst.bytes);
}

static void
deal_levels(struct fs_dealer *dealer, struct fs_deal *deal)
{
	unsigned level = dealer_strip_mirror(dealer->settings, &dealer->stack);
	unsigned last = dealer->stack.count - 1;

	if (dealer->settings->outer_flows) {
		for (; level < last; level++) {
			deal->outer_id[deal->outer_count++] =
			    tunnel_id(dealer, level);
			deal->engines |= UINT64_C(1)
			    << engine_of(dealer, level);
		}
		if (quick_may_carry(&dealer->stack.level[last]))
			(void)tunnel_id(dealer, last);
	}
	deal->engine = engine_of(dealer, last);
}

/* Frames without a packet are counted by the first engine. */
static int
deal_apart(struct fs_dealer *dealer, const struct fs_frame *frame,
    struct fs_deal *deal)
{
	int rc;

	if (dealer->tunnels == NULL && (rc = make_tables(dealer)) < 0)
		return rc;
	end_due(dealer);
	if (packet_decode(dealer->decoder, frame, &dealer->stack) == 0)
		deal_levels(dealer, deal);
	return 0;
}

/* ---- Frames -------------------------------------------------------------- */

void
fs_dealer_flush(struct fs_dealer *dealer)
{
	struct flow *flow;

	if (dealer->tunnels == NULL)
		return;
	while ((flow = flow_table_first(dealer->tunnels)) != NULL)
		flow_table_end(dealer->tunnels, flow);
}

void
fs_dealer_tick(struct fs_dealer *dealer, uint64_t now_us)
{
	if (now_us > dealer->now_us)
		dealer->now_us = now_us;
}

int
fs_dealer_frame(struct fs_dealer *dealer, const struct fs_frame *frame,
    struct fs_deal *deal)
{
	struct quick quick;
	int rc = 0;

	deal->restart = frame->time_us + BACKWARD_MAX_US < dealer->now_us;
	if (deal->restart) {
		fs_dealer_flush(dealer);
		dealer->now_us = frame->time_us;
	}
	fs_dealer_tick(dealer, frame->time_us);
	deal->clock_us = dealer->now_us;
	deal->engines = 0;
	deal->outer_count = 0;
	deal->engine = 0;
	if (dealer->engines == 1)
		;
	else if (quick_addresses(frame, &quick))
		deal->engine = dealer_engine(dealer->settings, dealer->engines,
		    quick.addr[0], quick.addr[1]);
	else
		rc = deal_apart(dealer, frame, deal);
	deal->engines |= UINT64_C(1) << deal->engine;
	return rc;
}
