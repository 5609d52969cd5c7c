/* Property: whatever the packets of a flow are, each span that is kept lies
 * within the flow's life, and those of a kind come in order, the least first.
 *
 * Input: packets of a byte (bit 0: from the server; bits 1 to 3: enum
 * flow_segment), TCP's flags, two bytes of milliseconds, four each of
 * sequence and acknowledgement number, one of the payload's size and the
 * payload. Sizes are in network order. */
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "flow/answers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint64_t START_US = 1000000;

struct play {
	struct flow flow;
	struct answers answers;
	bool begun;
	uint64_t now_us;
};

static bool
next(struct cursor *in, struct packet *packet, uint8_t *head, uint16_t *ms)
{
	uint8_t size;

	memset(packet, 0, sizeof(*packet));
	if (!cursor_u8(in, head) || !cursor_u8(in, &packet->tcp.flags) ||
	    !cursor_u16(in, ms) || !cursor_u32(in, &packet->tcp.seq) ||
	    !cursor_u32(in, &packet->tcp.ack) || !cursor_u8(in, &size))
		return false;
	packet->payload_size = size;
	return cursor_take(in, size < in->left ? size : in->left,
	    &packet->payload);
}

static void
give(struct play *play, const struct packet *packet, uint8_t head)
{
	unsigned from = head & 1;
	struct flow *flow = &play->flow;

	flow->segment = (uint8_t)(head >> 1 & 7);
	flow->side[from].next_seq = packet->tcp.seq + packet->payload_size;
	if (!play->begun && from == 1 && packet->payload_size > 0) {
		play->begun = true;
		answers_begin(&play->answers, flow);
	}
	if (play->begun)
		answers_packet(&play->answers, flow, packet, from,
		    play->now_us);
}

static void
check(const struct play *play)
{
	uint64_t life_us = play->now_us - play->flow.first_us;
	const struct answers_span *span;
	uint32_t i, count, kept;
	int kind;

	for (kind = 0; kind < ANSWERS_KINDS; kind++) {
		kept = answers_spans(&play->answers, (enum answers_kind)kind,
		    &span, &count);
		if (kept > count || kept > ANSWERS_KEPT)
			abort();
		for (i = 0; i < kept; i++)
			/* One that is shorter than can be told is told. */
			if ((span[i].us > 1 && span[i].us > life_us) ||
			    (i > 0 && span[i].us < span[i - 1].us))
				abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct play play = { .now_us = START_US };
	struct cursor in = cursor_of(data, size);
	struct packet packet;
	uint16_t ms;
	uint8_t head;

	play.flow.first_us = START_US;
	play.flow.side[0].has_isn = true;
	play.flow.side[0].rtt.min_us = 1000;
	while (next(&in, &packet, &head, &ms)) {
		play.now_us += (uint64_t)ms * 1000;
		give(&play, &packet, head);
		check(&play);
	}
	return 0;
}
