/* The line itself, apart from the TAPs at its ends: what it does to frames,
 * and those under way, by the time they are due. Times are nanoseconds of
 * any clock that never runs backwards. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One direction: what it does to frames, and what it has done. */
struct way {
	uint64_t delay_ns;
	uint64_t jitter_ns; /* Uniform, on top of the delay. */
	uint64_t hold_ns;   /* What a reordered frame waits more. */
	uint64_t loss_ppm;
	uint64_t reorder_ppm;
	uint64_t rate_bps; /* 0: no limit. */
	uint64_t queue_bytes;
	uint64_t hops; /* Taken from the TTL. */

	uint64_t random;  /* State of the generator. */
	uint64_t free_ns; /* When the line has sent what waits for it. */
	uint64_t last_due_ns;

	uint64_t frames;
	uint64_t lost;    /* On purpose. */
	uint64_t dropped; /* No room. */
	uint64_t late;
	uint64_t worst_ns;
};

struct slot {
	uint64_t due_ns;
	uint64_t order; /* Of arrival: decides between equals. */
	size_t size;
	uint8_t *bytes; /* Room for 'frame_size', owned by the wire. */
	uint8_t way;
};

/* 'heap' names slots: a binary heap in its first 'used' places, the free
 * slots behind them. */
struct wire {
	struct way ways[2]; /* Way 0 leads from end 0 to end 1. */
	struct slot *slots;
	uint32_t *heap;
	uint8_t *bytes;
	uint32_t slot_count;
	uint32_t used;
	size_t frame_size;
	uint64_t arrivals;
};

/* Makes room for 'slot_count' frames of 'frame_size' bytes, both set by the
 * caller, as are the settings of the ways. Returns 0 or -ENOMEM. */
int wire_init(struct wire *wire, uint64_t seed);
void wire_fini(struct wire *wire);

/* Returns the free slot that wire_take() will use, or null. */
struct slot *wire_room(struct wire *wire);

/* Takes the frame of 'size' bytes that came to end 'from' at 'now_ns' and
 * lies in wire_room(); there may be none. */
void wire_take(struct wire *wire, uint8_t from, size_t size, uint64_t now_ns);

/* Returns the frame that is due next, or null. */
const struct slot *wire_next(const struct wire *wire);

/* Forgets that frame, which was sent at 'now_ns'. */
void wire_sent(struct wire *wire, uint64_t now_ns);
