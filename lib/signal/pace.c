/* How the first packets follow each other: bursts of one direction, the
 * longest pause, and numbers that count the datagrams of a side. */
#include "signal/source.h"

#include <limits.h>

enum {
	PACKETS_MAX = 30,
	BURSTS_MAX = 30,
	COUNTED_MIN = 4, /* Datagrams that agree: chance is 2^-96 then. */
	COUNTED_MAX = 8,
	WINDOW = 28, /* Bytes at the beginning that may hold a number. */
	PLACES = WINDOW - 4 + 1,
};
_Static_assert((int)PLACES <= 32, "a bit for each place");
_Static_assert((int)BURSTS_MAX <= (int)SIGNAL_SIZES_MAX,
    "seq.bursts does not fit");

/* Of one side's datagrams. */
struct counting {
	uint32_t big[PLACES], little[PLACES]; /* Of the one before. */
	uint32_t left;                        /* Places that still count. */
	uint8_t seen;
};

struct pace {
	uint32_t packets, bursts;
	int32_t burst[BURSTS_MAX];
	uint64_t last_us, pause_us;
	struct counting counting[2];
};

static void
add_to_burst(struct pace *pace, unsigned dir, uint32_t size)
{
	int32_t sized = size <= INT_MAX / PACKETS_MAX ? (int32_t)size : 0;
	bool same = pace->bursts > 0 &&
	    (pace->burst[pace->bursts - 1] < 0) == (dir == 1);

	if (size == 0)
		return;
	if (!same && pace->bursts == BURSTS_MAX)
		return;
	if (!same)
		pace->burst[pace->bursts++] = 0;
	pace->burst[pace->bursts - 1] += dir == 0 ? sized : -sized;
}

static uint32_t
swap(uint32_t value)
{
	return value >> 24 | (value >> 8 & 0xff00) | (value & 0xff00) << 8 |
	    value << 24;
}

/* Keeps the places at which a number, of either byte order, is one more than
 * in the datagram before. */
static void
count_datagram(struct counting *counting, struct cursor payload)
{
	struct cursor at;
	uint32_t kept = 0, big;
	unsigned place;

	if (counting->seen == COUNTED_MAX)
		return;
	for (place = 0; place < PLACES; place++) {
		at = payload;
		if (!cursor_skip(&at, place) || !cursor_u32(&at, &big))
			break;
		if (counting->seen == 0 || big == counting->big[place] + 1 ||
		    swap(big) == counting->little[place] + 1)
			kept |= (uint32_t)1 << place;
		counting->big[place] = big;
		counting->little[place] = swap(big);
	}
	counting->left = counting->seen ? counting->left & kept : kept;
	counting->seen++;
}

static bool
pace_packet(void *state, void *shared, const struct sighting *seen)
{
	struct pace *pace = state;

	(void)shared;
	if (seen->flow->segment == SEGMENT_AGAIN ||
	    seen->flow->segment == SEGMENT_PROBE)
		return true;
	if (pace->packets > 0 && seen->time_us > pace->last_us &&
	    seen->time_us - pace->last_us > pace->pause_us)
		pace->pause_us = seen->time_us - pace->last_us;
	pace->last_us = seen->time_us;
	add_to_burst(pace, seen->dir, seen->packet->payload_size);
	if (seen->datagrams)
		count_datagram(&pace->counting[seen->dir],
		    seen->packet->payload);
	return ++pace->packets < PACKETS_MAX;
}

static void
collect_counter(const struct counting *counting, enum signal_id id,
    struct signals *signals)
{
	unsigned place;

	if (counting->seen < COUNTED_MIN)
		return;
	for (place = 0; place < PLACES; place++)
		if (counting->left >> place & 1)
			break;
	if (place < PLACES)
		signals_set_count(signals, id, place);
}

static void
pace_collect(void *state, void *shared, const struct flow *flow,
    struct signals *signals)
{
	const struct pace *pace = state;

	(void)shared;
	(void)flow;
	if (pace->bursts > 0)
		signals_set_sizes(signals, SIGNAL_SEQ_BURSTS, pace->burst,
		    pace->bursts);
	if (pace->packets > 1)
		signals_set_milli(signals, SIGNAL_SEQ_PAUSE_MS,
		    (int64_t)pace->pause_us);
	collect_counter(&pace->counting[0], SIGNAL_C2S_COUNTER_AT, signals);
	collect_counter(&pace->counting[1], SIGNAL_S2C_COUNTER_AT, signals);
}

const struct signal_source signal_pace = {
	.name = "pace",
	.state_size = sizeof(struct pace),
	.packet = pace_packet,
	.collect = pace_collect,
};
