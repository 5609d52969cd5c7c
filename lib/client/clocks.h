/* Stage 6, inside: the timestamp clocks behind one address (SIGNALS: E3).
 *
 * A host's TCP timestamps lie on one line over time: TSval = f * t + b with f
 * of 100, 250 or 1000 Hz. Linux draws b anew for each pair of addresses, but
 * not for each port, so that to one server a host has one line, and hosts
 * behind a NAT have one each. Stacks that draw b for each connection never
 * have a second flow on a line and are not counted. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
	CLOCKS_MAX = 16,
	CLOCKS_FLOWS = 3, /* So many flows make a line a clock. */
};

struct clock_line {
	uint64_t first_us, last_us; /* Of its flows' SYNs. */
	uint64_t server;            /* Hash of its address. */
	uint32_t value;             /* Timestamp at 'last_us'. */
	uint16_t flows;
	uint8_t rates; /* Bit n: rate n fits all of them. */
};

/* Zeroed before the first one. */
struct clocks {
	struct clock_line *lines; /* Owned. */
	uint32_t count, room;
};

/* Takes in the timestamp of a SYN. Returns 0 or -ENOMEM. */
int clocks_add(struct clocks *clocks, uint64_t server, uint32_t value,
    uint64_t time_us);
void clocks_fini(struct clocks *clocks);

/* The rate (Hz) of the one clock on whose line a SYN's timestamp lies; 0 when
 * it lies on none that CLOCKS_FLOWS flows have, or several rates fit. */
uint32_t clocks_rate(const struct clocks *clocks, uint64_t server,
    uint32_t value, uint64_t time_us);

/* The most clocks that ran at once, to one server. */
uint32_t clocks_count(const struct clocks *clocks);
