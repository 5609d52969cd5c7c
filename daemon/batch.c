#include "batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FRAME_MAX = 1 << 18 }; /* As libpcap's. */

struct parcel {
	uint64_t time_us, clock_us;
	uint32_t size, wire_size;
	int32_t link;
	uint32_t engine, outer_count;
	uint32_t zero;
};
_Static_assert(sizeof(struct parcel) % sizeof(uint64_t) == 0,
    "what follows a parcel is not aligned");

static size_t
round_up(size_t size)
{
	return (size + sizeof(uint64_t) - 1) / sizeof(uint64_t) *
	    sizeof(uint64_t);
}

struct batch *
batch_new(void)
{
	struct batch *batch = calloc(1, sizeof(*batch));
	size_t head = sizeof(struct parcel) + FS_OUTER_MAX * sizeof(uint64_t) +
	    sizeof(uint64_t);

	if (batch == NULL)
		return NULL;
	batch->room = ROUND_BYTES + FRAME_MAX + (ROUND_FRAMES + 1) * head;
	batch->bytes = malloc(batch->room);
	if (batch->bytes == NULL) {
		free(batch);
		return NULL;
	}
	return batch;
}

void
batch_free(struct batch *batch)
{
	if (batch == NULL)
		return;
	free(batch->bytes);
	free(batch);
}

int
batch_add(struct batch *batch, const struct fs_frame *frame,
    const struct fs_deal *deal)
{
	const struct parcel parcel = {
		.time_us = frame->time_us,
		.clock_us = deal->clock_us,
		.size = frame->size,
		.wire_size = frame->wire_size,
		.link = frame->link,
		.engine = deal->engine,
		.outer_count = deal->outer_count,
	};
	size_t ids = deal->outer_count * sizeof(deal->outer_id[0]);
	size_t size = sizeof(parcel) + ids + round_up(frame->size);
	uint8_t *at = batch->bytes + batch->size;

	if (size > batch->room - batch->size)
		return -EMSGSIZE;
	memcpy(at, &parcel, sizeof(parcel));
	memcpy(at + sizeof(parcel), deal->outer_id, ids);
	memcpy(at + sizeof(parcel) + ids, frame->bytes, frame->size);
	batch->size += size;
	return 0;
}

bool
batch_next(const struct batch *batch, size_t *at, struct fs_frame *frame,
    struct fs_deal *deal)
{
	const uint8_t *from = batch->bytes + *at;
	struct parcel parcel;
	size_t ids;

	if (*at >= batch->size)
		return false;
	memcpy(&parcel, from, sizeof(parcel));
	ids = parcel.outer_count * sizeof(deal->outer_id[0]);
	memcpy(deal->outer_id, from + sizeof(parcel), ids);
	deal->outer_count = parcel.outer_count;
	deal->engine = parcel.engine;
	deal->clock_us = parcel.clock_us;
	*frame = (struct fs_frame){
		.bytes = from + sizeof(parcel) + ids,
		.size = parcel.size,
		.wire_size = parcel.wire_size,
		.time_us = parcel.time_us,
		.link = parcel.link,
	};
	*at += sizeof(parcel) + ids + round_up(parcel.size);
	return true;
}
