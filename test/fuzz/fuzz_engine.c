/* Property: whatever the frames hold, the engine goes on, and the weights of
 * each observation add up to its log-odds.
 *
 * Input: frames of a size byte pair (big-endian), a byte of milliseconds and
 * the bytes, as Ethernet. */
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "flowscan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
check(void *ctx, const struct fs_observation *observation)
{
	int32_t sum = observation->verdict.prior;
	uint32_t i;

	(void)ctx;
	for (i = 0; i < observation->evidence_count; i++)
		sum += observation->evidence[i].llr;
	if (sum != observation->verdict.log_odds)
		abort();
	return 0;
}

/* Made once: building nDPI's tables for each input would be all the work. */
static struct fs_engine *
engine_once(void)
{
	static struct fs_settings settings;
	static struct fs_engine *engine;
	static struct fs_ruleset *rules;
	static const char *const path = "rules";

	if (engine != NULL)
		return engine;
	fs_settings_init(&settings);
	settings.flow_max = 64;
	settings.detect_max = 16;
	if (fs_ruleset_load(&path, 1, NULL, NULL, NULL, &rules) < 0 ||
	    fs_engine_new(&settings, rules, NULL, 1, NULL, &engine) < 0)
		abort();
	fs_engine_sink(engine, check, NULL);
	return engine;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fs_engine *engine = engine_once();
	struct cursor in = cursor_of(data, size), bytes;
	struct fs_frame frame = { .link = 1, .time_us = 1000000 };
	uint16_t frame_size;
	uint8_t ms;

	while (cursor_u16(&in, &frame_size) && cursor_u8(&in, &ms) &&
	    cursor_take(&in, frame_size < in.left ? frame_size : in.left,
		&bytes)) {
		frame.bytes = bytes.at;
		frame.size = (uint32_t)bytes.left;
		frame.wire_size = frame.size;
		frame.time_us += (uint64_t)ms * 1000;
		if (fs_engine_frame(engine, &frame) < 0)
			abort();
	}
	if (fs_engine_flush(engine) < 0)
		abort();
	return 0;
}
