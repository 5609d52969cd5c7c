#include <stdlib.h>
#include <string.h>

#include "../../../daemon/batch.h"
#include "../tap.h"

enum { BIGGEST = 1 << 18 };

static void
test_frames(void)
{
	static uint8_t bytes[BIGGEST];
	struct batch *batch = batch_new();
	struct fs_frame frame = { .bytes = bytes, .link = 1 }, got;
	struct fs_deal deal = { .engine = 3 }, dealt = { 0 };
	size_t at = 0;
	unsigned i;
	bool same = true, ends;

	for (i = 0; i < ROUND_FRAMES; i++) {
		memset(bytes, (int)i, 64);
		frame.size = i % 64;
		frame.wire_size = i;
		frame.time_us = 1000 + i;
		deal.clock_us = 2000 + i;
		deal.outer_count = i % (FS_OUTER_MAX + 1);
		deal.outer_id[deal.outer_count ? deal.outer_count - 1 : 0] = i;
		same &= batch_add(batch, &frame, &deal) == 0;
	}
	tap_ok(same, "a round's frames fit");
	for (i = 0; i < ROUND_FRAMES; i++) {
		same &= batch_next(batch, &at, &got, &dealt) &&
		    got.size == i % 64 && got.wire_size == i &&
		    got.time_us == 1000 + i && dealt.clock_us == 2000 + i &&
		    dealt.engine == 3 && got.link == 1 &&
		    dealt.outer_count == i % (FS_OUTER_MAX + 1) &&
		    (dealt.outer_count == 0 ||
			dealt.outer_id[dealt.outer_count - 1] == i) &&
		    (got.size == 0 || got.bytes[got.size - 1] == (uint8_t)i);
	}
	tap_ok(same, "and come out as they were");
	ends = !batch_next(batch, &at, &got, &dealt);
	tap_ok(ends, "then it ends");
	batch_free(batch);
}

static void
test_room(void)
{
	static uint8_t bytes[BIGGEST];
	struct batch *batch = batch_new();
	struct fs_frame frame = { .bytes = bytes, .size = ROUND_BYTES / 8 };
	struct fs_deal deal = { .outer_count = FS_OUTER_MAX };
	unsigned i;
	int rc = 0;

	for (i = 0; i < 7 && rc == 0; i++)
		rc = batch_add(batch, &frame, &deal);
	frame.size = BIGGEST;
	tap_int(rc == 0 ? batch_add(batch, &frame, &deal) : rc, 0,
	    "the biggest frame fits into a round that is nearly full");
	for (i = 0; i < 4 && rc == 0; i++)
		rc = batch_add(batch, &frame, &deal);
	tap_ok(rc < 0, "what nobody deals is refused");
	batch_free(batch);
}

int
main(void)
{
	test_frames();
	test_room();
	return tap_done();
}
