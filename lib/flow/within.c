#include "flow/within.h"

#include <stddef.h>

enum {
	/* A SYN of 52 bytes in the leanest tunnel, one of 80 in the fattest. */
	SYN_MIN = 70,
	SYN_MAX = 180,
	WORD = 64,
	/* The least request: a ClientHello without a name has 120 bytes. */
	HELLO_MORE = 120,
};

/* How much longer than an acknowledgement a SYN and its answer are. */
static const uint8_t syn_more[] = { 8, 12, 20, 24 };
static const uint8_t answer_more[] = { 8, 12 };

static bool
can_be_syn(uint32_t size)
{
	return size >= SYN_MIN && size <= SYN_MAX;
}

static bool
was_sent(const struct within *within, uint32_t size)
{
	uint32_t bit = size - SYN_MIN;

	return can_be_syn(size) &&
	    (within->sent[bit / WORD] >> (bit % WORD) & 1) != 0;
}

static void
note_sent(struct within *within, uint32_t size)
{
	uint32_t bit = size - SYN_MIN;

	if (can_be_syn(size))
		within->sent[bit / WORD] |= (uint64_t)1 << (bit % WORD);
}

/* Whether the client's packet of this size can acknowledge the answer to a
 * SYN, which the packet before it would be. */
static bool
ends_handshake(const struct within *within, uint32_t size)
{
	bool answered = false, asked = false;
	size_t i;

	if (within->last_dir != 1)
		return false;
	for (i = 0; i < sizeof(answer_more); i++)
		answered |= within->last == size + answer_more[i];
	for (i = 0; i < sizeof(syn_more); i++)
		asked |= was_sent(within, size + syn_more[i]);
	return answered && asked;
}

/* A connection begins, with acknowledgements of this size. Those of a tunnel
 * are all as long: the first of two that differ was an accident. */
static void
begin_connection(struct within *within, uint16_t ack)
{
	if (within->ack == ack) {
		within->connections++;
	} else if (within->connections <= 1) {
		within->ack = ack;
		within->connections = 1;
		within->acks[0] = within->acks[1] = 0;
		within->packets_by[0] = within->packets_by[1] = 0;
	}
}

static void
hear_client(struct within *within, uint32_t size)
{
	if (within->waits != 0 && size > (uint32_t)within->waits + HELLO_MORE)
		begin_connection(within, within->waits);
	within->waits = 0;
	if (ends_handshake(within, size))
		within->waits = (uint16_t)size;
	note_sent(within, size);
}

void
within_packet(struct within *within, unsigned dir, uint32_t size)
{
	if (within->packets == WITHIN_PACKETS)
		return;
	within->packets++;
	if (within->connections > 0) {
		within->packets_by[dir]++;
		within->acks[dir] =
		    (uint8_t)(within->acks[dir] + (size == within->ack));
	}
	if (dir == 0)
		hear_client(within, size);
	else
		within->waits = 0;
	within->last = size <= UINT16_MAX ? (uint16_t)size : 0;
	within->last_dir = (uint8_t)dir;
}
