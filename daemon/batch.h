/* Frames of a round on their way from the reader to a worker: copies, as the
 * capture's own do not last. */
#pragma once

#include "round.h"

enum {
	ROUND_FRAMES = 2048, /* Dealt to all workers together. */
	ROUND_BYTES = 1 << 19,
};

struct batch {
	struct round round;
	size_t size;
	uint8_t *bytes; /* Owned. */
	size_t room;
};

/* Room for any round. Returns null without memory. */
struct batch *batch_new(void);
void batch_free(struct batch *batch);

/* Copies a frame into the batch. There is room for a round's frames, and for
 * one more, of any size up to BATCH_FRAME_MAX. Returns 0 or -EMSGSIZE. */
int batch_add(struct batch *batch, const struct fs_frame *frame,
    const struct fs_deal *deal);

/* Takes the frame at '*at' (0: the first) and moves it on; false at the
 * end. The frame's bytes are the batch's. */
bool batch_next(const struct batch *batch, size_t *at, struct fs_frame *frame,
    struct fs_deal *deal);
