/* A time wheel: slots of one second, entries linked by index, so that a flow
 * costs 8 bytes. Entries are named by the caller's indices below 'count'. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wheel;

enum { WHEEL_NONE = UINT32_MAX };

/* Makes a wheel for entries 0 .. count-1. Returns null without memory. */
struct wheel *wheel_new(uint32_t count);
void wheel_free(struct wheel *wheel);

/* Sets (or moves) an entry's alarm, in seconds of any clock; alarms further
 * ahead than the wheel's span (4,096 s) ring at its end and are to be set
 * again. */
void wheel_set(struct wheel *wheel, uint32_t index, uint64_t due_s);
void wheel_unset(struct wheel *wheel, uint32_t index);

/* Advances the wheel to 'now_s' and takes off one entry that is due, the
 * earliest first, then in the order in which they were set.
 *
 * Returns its index, or WHEEL_NONE when no more is due. A clock that runs
 * backwards does nothing while alarms are set; an empty wheel follows it. */
uint32_t wheel_due(struct wheel *wheel, uint64_t now_s);

/* The second of the alarm that wheel_due() took last. */
uint64_t wheel_at(const struct wheel *wheel);
