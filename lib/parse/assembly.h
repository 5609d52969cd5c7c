/* Stage 4: pieces of a message in any order -> its bytes.
 *
 * For what datagrams carry in pieces: CRYPTO frames of QUIC, fragments of
 * DTLS messages. */
#pragma once

#include "base/cursor.h"

enum {
	ASSEMBLY_SIZE = 8192,
	ASSEMBLY_RANGES = 32, /* Pieces that do not touch. */
};

struct assembly {
	uint16_t count;
	struct {
		uint16_t at, end;
	} range[ASSEMBLY_RANGES]; /* In order, apart from each other. */
	uint8_t bytes[ASSEMBLY_SIZE];
};

void assembly_init(struct assembly *assembly);

/* Puts a piece in its place; of two pieces that overlap, the later bytes
 * stand.
 *
 * Returns 0, or FS_EFULL: beyond ASSEMBLY_SIZE, or too many holes. */
int assembly_add(struct assembly *assembly, uint64_t at, struct cursor piece);

/* The bytes from 0 on up to the first hole; valid until the next piece. */
struct cursor assembly_front(const struct assembly *assembly);
