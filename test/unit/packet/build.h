/* Builds frames from the inside out, so that lengths and types are right by
 * themselves: a row of a test names its layers from the outside in.
 *
 *	const struct piece frame[] = { { ETH }, { IP4, 1 }, { UDP, 0, 53 },
 *		{ DATA, 0, 5 }, { END } };
 */
#pragma once

#include "flowscan.h"
#include "packet/packet.h"
#include "test/unit/packet/pieces.h"

static inline void
build_piece(struct frame_build *b, const struct piece *piece)
{
	uint8_t zeros[2048] = { 0 };

	if (piece->kind == DATA)
		build_put(b, zeros, piece->number);
	else if (piece->kind == HEX)
		build_hex(b, piece->hex);
	else if (piece->kind == IP4 || piece->kind == IP4_OPTIONS)
		build_ip4(b, piece, piece->kind == IP4_OPTIONS);
	else if (piece->kind == IP6 || piece->kind == IP6_TEREDO)
		build_ip6(b, piece, piece->kind == IP6_TEREDO);
	else if (piece->kind >= VLAN && piece->kind <= META)
		build_tag(b, piece);
	else if (piece->kind <= NULL_BIG || piece->kind == HDLC)
		build_link(b, piece);
	else if (piece->kind <= PPP_SHORT)
		build_label(b, piece);
	else if (piece->kind <= FRAGMENT)
		build_extension(b, piece);
	else if (piece->kind <= ESP)
		build_transport(b, piece);
	else if (piece->kind <= ERSPAN3)
		build_gre_like(b, piece);
	else
		build_udp_tunnel(b, piece);
	/* ERSPAN's first type has no header: GRE tells it by its type. */
	b->above = piece->kind;
	b->above_number = piece->number;
}

/* Builds the pieces up to the first END. */
static inline void
build_frame(struct frame_build *b, const struct piece *pieces)
{
	size_t count = 0;

	b->at = FRAME_SIZE;
	b->above = END;
	b->above_number = 0;
	while (pieces[count].kind != END)
		count++;
	while (count > 0)
		build_piece(b, &pieces[--count]);
}

static inline struct fs_frame
build_as(const struct frame_build *b, int link)
{
	return (struct fs_frame){ .bytes = b->bytes + b->at,
		.size = (uint32_t)build_size(b),
		.wire_size = (uint32_t)build_size(b),
		.time_us = 1000000,
		.link = link };
}
