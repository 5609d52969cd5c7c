/* What must hold of every stack, whatever the frame. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "packet/packet.h"

static inline bool
check_within(const struct cursor *inner, const struct cursor *outer)
{
	return inner->at >= outer->at &&
	    inner->at + inner->left <= outer->at + outer->left;
}

static inline bool
check_level(const struct packet *packet, const struct cursor *frame)
{
	return check_within(&packet->ip, frame) &&
	    check_within(&packet->payload, &packet->ip) &&
	    packet->ip.left <= packet->ip_size &&
	    packet->payload.left <= packet->payload_size &&
	    packet->payload_size <= packet->ip_size &&
	    (packet->src.family == 4 || packet->src.family == 6) &&
	    packet->dst.family == packet->src.family &&
	    packet->carries < CARRIER_COUNT &&
	    packet->tcp.option_count <= PACKET_OPTIONS_SIZE &&
	    (!packet->later_fragment || packet->payload.left == 0);
}

/* 'rc' is what packet_decode() returned. */
static inline bool
check_stack(const struct fs_frame *frame, const struct packet_stack *stack,
    int rc)
{
	struct cursor bytes = cursor_of(frame->bytes, frame->size);
	unsigned i;

	if ((rc == 0) != (stack->count > 0) || stack->count > PACKET_LEVELS ||
	    stack->drop >= DROP_COUNT)
		return false;
	if (rc != 0 && rc != FS_ETRUNC && rc != FS_EFORMAT && rc != FS_EUNSUP)
		return false;
	if (rc != 0 && stack->drop == DROP_NONE)
		return false;
	for (i = 0; i < stack->count; i++)
		if (!check_level(&stack->level[i], &bytes))
			return false;
	/* Every level but the last one is a tunnel. */
	for (i = 0; i + 1 < stack->count; i++)
		if (stack->level[i].carries == CARRIER_NONE)
			return false;
	return true;
}
