/* Signals as compact bytes: what a flow keeps, what goes between threads and
 * into the store.
 *
 * Version 1: a version byte, then for each known signal its number (u16, the
 * form of its value in the two highest bits) and its value: 0 an integer as
 * a zigzag varint, 1 a varint size and the bytes, 2 a varint count and as
 * many zigzag varints. A reader can pass over what it does not know. */
#pragma once

#include "signal/signal.h"

/* Encodes every known signal. Returns the size, or 0 when 'room' is too
 * small. */
size_t blob_encode(const struct signals *signals, uint8_t *room, size_t size);

/* Adds the encoded signals to 'signals'. Returns 0, FS_ETRUNC, FS_EFORMAT or
 * FS_EUNSUP (a version that we do not know). */
int blob_decode(const uint8_t *bytes, size_t size, struct signals *signals);

/* The same of the signals 'from' to 'to' alone, in what this program has
 * encoded: values come in order there. What is not asked for is hardly looked
 * at. */
int blob_decode_span(const uint8_t *bytes, size_t size, enum signal_id from,
    enum signal_id to, struct signals *signals);

/* The same with other numbers: 'map[number]' is the id of this program, or
 * -1 for one that it does not know (skipped by its form). */
int blob_decode_mapped(const uint8_t *bytes, size_t size, const int16_t *map,
    size_t map_count, struct signals *signals);
