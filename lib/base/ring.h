/* A ring of pointers between two threads, of which one puts and one takes,
 * and a bell to wait at for several rings. No locks: a thread sleeps only
 * when there is nothing to do, and is woken only when it sleeps.
 *
 * With base/snapshot the only place that knows atomics. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bell;

/* Returns null without memory. */
struct bell *bell_new(void);
void bell_free(struct bell *bell);

/* How often it rang. To wait: read it, then look for work, and when there is
 * none, wait with what was read: what comes in between is not missed. */
uint32_t bell_read(const struct bell *bell);
/* Waits until it has rung since 'seen' was read, or 'timeout_ms' has passed;
 * negative: without end. Returns early now and then. */
void bell_wait(struct bell *bell, uint32_t seen, int timeout_ms);
/* Any thread may ring. */
void bell_ring(struct bell *bell);

struct ring;

/* A ring with room for 'count' pointers, rounded up to a power of two.
 * 'filled' rings when something was put, 'drained' when something was taken;
 * both are borrowed and may be null. Returns null without memory. */
struct ring *ring_new(uint32_t count, struct bell *filled,
    struct bell *drained);
/* What is still in it is the caller's. */
void ring_free(struct ring *ring);

/* Puts a pointer, which is not null. Returns false when the ring is full. */
bool ring_put(struct ring *ring, void *item);
/* Takes the oldest, or null when the ring is empty. What the other thread
 * wrote before it put the pointer can be read. */
void *ring_take(struct ring *ring);
/* How many are in it, and how many could be, for whoever asks. */
uint32_t ring_count(const struct ring *ring);
uint32_t ring_room(const struct ring *ring);

/* Put and take that wait, at the ring's own bells. */
void ring_put_wait(struct ring *ring, void *item);
void *ring_take_wait(struct ring *ring);

/* A number that one thread changes and others read. */
struct gauge;

struct gauge *gauge_new(void);
void gauge_free(struct gauge *gauge);
void gauge_set(struct gauge *gauge, uint64_t value);
void gauge_add(struct gauge *gauge, uint64_t value);
uint64_t gauge_get(const struct gauge *gauge);
