/* Evidence as compact bytes: one column of a row.
 *
 * Version 1: a version byte, a count, then for each piece: class, flags, llr,
 * llr_full and count (big-endian), and rule, family, protocol and text, each
 * behind a byte of length. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flowscan.h"

/* Room for FS_EVIDENCE_MAX pieces of any content. */
enum {
	EVIDENCE_ROOM = 2 +
	    FS_EVIDENCE_MAX *
		(18 + FS_NAME_SIZE + FS_FAMILY_SIZE + FS_PROTOCOL_SIZE +
		    FS_TEXT_SIZE)
};

/* Encodes 'count' pieces, at most FS_EVIDENCE_MAX. 'room' has EVIDENCE_ROOM
 * bytes. Returns the size. */
size_t evidence_encode(const struct fs_evidence *evidence, uint32_t count,
    uint8_t *room);

/* Decodes into 'evidence' of FS_EVIDENCE_MAX pieces, which may hold anything
 * after a failure.
 *
 * Returns 0, FS_ETRUNC, FS_EFORMAT or FS_EUNSUP (a version that we do not
 * know). */
int evidence_decode(const uint8_t *bytes, size_t size,
    struct fs_evidence *evidence, uint32_t *count);
