/* Property: whatever flows say, what is counted of their client stays within
 * its bounds, and it is the same a second time.
 *
 * Input: flows of a byte (bits 0 and 1: the client, bit 2: the view), two
 * bytes of seconds since the one before, two of seconds that it lasted, two
 * of the size of its signals, and the signals as they are stored. */
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "client/client.h"
#include "client/clocks.h"
#include "client/context.h"
#include "client/recent.h"
#include "signal/blob.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CLIENTS = 3 };

static bool
next(struct cursor *in, struct fs_observation *flow, struct signals *signals)
{
	uint16_t gap_s, span_s, size;
	struct cursor blob;
	uint8_t head;

	if (!cursor_u8(in, &head) || !cursor_u16(in, &gap_s) ||
	    !cursor_u16(in, &span_s) || !cursor_u16(in, &size) ||
	    !cursor_take(in, size < in->left ? size : in->left, &blob))
		return false;
	flow->client = (struct fs_addr){ { 192, 0, 2, head & 3 }, 4 };
	flow->verdict.view = head >> 2 & 1 ? FS_VIEW_EXIT : FS_VIEW_PATH;
	flow->first_us += (uint64_t)gap_s * 1000000;
	flow->last_us = flow->first_us + (uint64_t)span_s * 1000000;
	flow->bytes[0] = (uint64_t)gap_s * span_s;
	signals_clear(signals);
	(void)blob_decode(blob.at, blob.left, signals);
	return true;
}

static void
check_most(const struct signals *signals, enum signal_id id, int64_t most)
{
	int64_t milli = signals_milli(signals, id);

	if (milli < 0 || milli > most * 1000)
		abort();
}

static void
check(const struct client *client, struct signals *signals)
{
	signals_clear(signals);
	client_signals(client, signals);
	client_local_signals(signals);
	check_most(signals, SIGNAL_CLIENT_CONCURRENCY, RECENT_MAX);
	check_most(signals, SIGNAL_CLIENT_TS_CLOCKS, CLOCKS_MAX);
	check_most(signals, SIGNAL_CLIENT_MTU_DISTINCT, CONTEXT_MTUS);
	check_most(signals, SIGNAL_CLIENT_JA4_DISTINCT, CLIENT_DISTINCT);
	check_most(signals, SIGNAL_CLIENT_TLS_PROGRAMS, 4000);
	check_most(signals, SIGNAL_CLIENT_QUIET_LOCAL_HOUR, 24);
}

/* Folds all flows, and puts what their last client shows in 'blob'. */
static size_t
fold(struct cursor in, uint64_t seed, uint8_t blob[FS_SIGNALS_SIZE])
{
	static struct signals signals;
	struct fs_observation flow = { .rev = 1,
		.final = true,
		.first_us = 1700000000000000,
		.server = { { 203, 0, 113, 5 }, 4 } };
	struct client_table *table;
	struct client *client;
	size_t size = 0;

	if (client_table_new(CLIENTS, seed, 86400, &table) < 0)
		abort();
	while (next(&in, &flow, &signals)) {
		if (client_table_touch(table, &flow.client, &client) < 0 ||
		    client_fold(table, client, &flow, &signals) < 0)
			abort();
		check(client, &signals);
		size = blob_encode(&signals, blob, FS_SIGNALS_SIZE);
	}
	client_table_free(table);
	return size;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t first[FS_SIGNALS_SIZE], second[FS_SIGNALS_SIZE];
	struct cursor in = cursor_of(data, size);
	size_t used = fold(in, 1, first);

	if (fold(in, 0x1234567890abcdef, second) != used ||
	    memcmp(first, second, used) != 0)
		abort();
	return 0;
}
