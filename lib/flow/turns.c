#include "flow/turns.h"

#include <string.h>

#include "base/num.h"

enum {
	/* A request: more than a file's name or a few keys, less than a file.
	 * The least ClientHello with a name has some 200 bytes, one with
	 * post-quantum keys less than 2,000. */
	REQUEST_MIN = 200,
	REQUEST_MAX = 2600,
	/* What follows may be as short as TLS's Finished. */
	FOLLOW_MIN = 100,
	ANSWER_MIN = 900,
	LAST_MIN = 200,
	SMALL_MAX = 80,
	/* An echo has the size of what it echoes, but for padding and for
	 * what a shell adds where lines end. */
	ECHO_LESS = 16,
	ECHO_MORE = 64,
	/* Programs go on within a round trip, people look first. */
	PAUSE_US = 1000 * 1000,
};

static bool
is_exchange(const struct turns *turns)
{
	const uint32_t *bytes = turns->bytes;

	return bytes[3] >= REQUEST_MIN && bytes[3] <= REQUEST_MAX &&
	    bytes[2] >= ANSWER_MIN && bytes[1] >= FOLLOW_MIN &&
	    bytes[1] <= REQUEST_MAX && bytes[0] >= LAST_MIN &&
	    (turns->slow >> 1 & 1) == 0 && (turns->echoes >> 2 & 1) == 0;
}

static bool
is_echo(uint32_t request, uint32_t size)
{
	return (uint64_t)size + ECHO_LESS >= request &&
	    size <= (uint64_t)request + ECHO_MORE;
}

/* The side that spoke has ended, and the other begins with 'size' bytes. */
static void
next_turn(struct turns *turns, unsigned dir, uint32_t size, bool slow)
{
	bool echo = is_echo(turns->bytes[0], size);

	/* The first turn may have begun before it was looked at. */
	if (turns->count >= TURNS_KEPT && is_exchange(turns))
		turns->exchanges[dir]++;
	if (turns->count > 0 && dir == 1 && turns->bytes[0] <= SMALL_MAX)
		turns->small++;
	memmove(turns->bytes + 1, turns->bytes,
	    (TURNS_KEPT - 1) * sizeof(turns->bytes[0]));
	turns->bytes[0] = 0;
	turns->slow = (uint8_t)(turns->slow << 1 | slow);
	turns->echoes = (uint8_t)(turns->echoes << 1 | echo);
	turns->dir = (uint8_t)dir;
	if (turns->count < UINT32_MAX)
		turns->count++;
}

void
turns_packet(struct turns *turns, unsigned dir, uint32_t size, uint64_t time_us)
{
	if (!turns->begun)
		turns->dir = (uint8_t)dir;
	else if (dir != turns->dir)
		next_turn(turns, dir, size,
		    time_since_us(time_us, turns->last_us) > PAUSE_US);
	turns->begun = true;
	turns->last_us = time_us;
	if (turns->bytes[0] + size >= turns->bytes[0])
		turns->bytes[0] += size;
}
