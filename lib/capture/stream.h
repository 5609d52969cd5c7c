/* A stream whose first bytes can be looked at and whose position is known,
 * also where it comes from a pipe or is decompressed. */
#pragma once

#include <stdint.h>
#include <stdio.h>

enum { STREAM_HEAD_SIZE = 512 };

/* Reads the first bytes of 'inner' into 'head' and gives a stream that begins
 * with them again; ftello() tells its position. 'inner' belongs to '*stream'
 * afterwards.
 *
 * Returns 0 or a negated errno; 'inner' is closed then. */
int stream_peek(FILE *inner, uint8_t head[STREAM_HEAD_SIZE], size_t *head_size,
    FILE **stream);
