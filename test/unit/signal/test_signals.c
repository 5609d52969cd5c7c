#include "signal/blob.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tap.h"

static void
test_table(void)
{
	bool named = true, unique = true, dotted = true;
	int id;

	for (id = 0; id < SIGNAL_COUNT; id++) {
		const struct signal_info *info =
		    signal_info((enum signal_id)id);

		if (info->name == NULL || info->meaning == NULL ||
		    info->scope == 0 || info->views == 0) {
			named = false;
			printf("# number %d has a gap\n", id);
			continue;
		}
		unique = unique && signal_find(info->name) == id;
		dotted = dotted && strchr(info->name, '.') != NULL;
	}
	tap_ok(named, "every signal has a full row");
	tap_ok(unique, "every name leads back to its number");
	tap_ok(dotted, "every name has a group");
	tap_int(signal_find("no.such"), -1, "an unknown name is not found");
}

/* One value of each type. */
static void
fill(struct signals *signals)
{
	static const int32_t sizes[] = { 148, -92, 0, 65535, -65535 };
	static const uint8_t bytes[] = { 0x16, 3, 1, 0, 0xff };

	signals_clear(signals);
	signals_set_flag(signals, SIGNAL_FLOW_START_SEEN, true);
	signals_set_milli(signals, SIGNAL_CLIENT_LONGITUDE, -77490);
	signals_set_us(signals, SIGNAL_RTT_TCP_MS, 146200);
	signals_set_count(signals, SIGNAL_FLOW_PACKETS_C2S, UINT64_MAX);
	signals_set_string(signals, SIGNAL_TLS_SNI, "api.example.com");
	signals_set_bytes(signals, SIGNAL_C2S_BYTES, bytes, sizeof(bytes));
	signals_set_sizes(signals, SIGNAL_SEQ_SIZES, sizes, 5);
	signals_set_string(signals, SIGNAL_HTTP_HOST, "");
}

static void
test_format(const struct signals *signals)
{
	static const struct {
		enum signal_id id;
		const char *want;
	} cases[] = {
		{ SIGNAL_FLOW_START_SEEN, "yes" },
		{ SIGNAL_CLIENT_LONGITUDE, "-77.49 deg" },
		{ SIGNAL_RTT_TCP_MS, "146.2 ms" },
		{ SIGNAL_TLS_SNI, "api.example.com" },
		{ SIGNAL_C2S_BYTES, "16 03 01 00 ff" },
		{ SIGNAL_SEQ_SIZES, "148 -92 0 65535 -65535" },
		{ SIGNAL_HTTP_HOST, "" },
		{ SIGNAL_TLS_ALPN, "" },
	};
	char room[64], tiny[6];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		signals_format(signals, cases[i].id, true, room, sizeof(room));
		tap_text(room, cases[i].want, signal_info(cases[i].id)->name);
	}
	tap_int((long long)signals_format(signals, SIGNAL_TLS_SNI, true, tiny,
		    sizeof(tiny)),
	    5, "text is cut to the room");
	tap_text(tiny, "api.e", "and stays terminated");
}

static bool
same(const struct signals *a, const struct signals *b)
{
	uint8_t first[FS_SIGNALS_SIZE], second[FS_SIGNALS_SIZE];
	size_t n = blob_encode(a, first, sizeof(first));
	size_t m = blob_encode(b, second, sizeof(second));

	return n != 0 && n == m && memcmp(first, second, n) == 0;
}

static void
test_blob(const struct signals *signals)
{
	static struct signals got;
	uint8_t room[FS_SIGNALS_SIZE];
	int16_t map[SIGNAL_COUNT];
	size_t size, cut;
	bool sound = true;
	int i;

	size = blob_encode(signals, room, sizeof(room));
	tap_ok(size > 0, "a set is encoded (%zu bytes)", size);
	signals_clear(&got);
	tap_int(blob_decode(room, size, &got), 0, "and decoded");
	tap_ok(same(signals, &got), "to the same set");
	tap_int((long long)blob_encode(signals, room, size - 1), 0,
	    "too little room is told");

	size = blob_encode(signals, room, sizeof(room));
	for (cut = 0; cut < size; cut++) {
		uint8_t *part = tap_exact(room, cut);
		int rc;

		signals_clear(&got);
		rc = blob_decode(part, cut, &got);
		sound = sound && (rc == 0 || rc == FS_ETRUNC);
		free(part);
	}
	tap_ok(sound, "cut at every byte, it is read whole or told");
	room[0] = 9;
	tap_int(blob_decode(room, size, &got), FS_EUNSUP, "a later version");

	blob_encode(signals, room, sizeof(room));
	for (i = 0; i < SIGNAL_COUNT; i++)
		map[i] = -1;
	map[SIGNAL_RTT_TCP_MS] = SIGNAL_RTT_MIN_MS;
	signals_clear(&got);
	tap_int(blob_decode_mapped(room, size, map, SIGNAL_COUNT, &got), 0,
	    "with other numbers");
	tap_int(signals_milli(&got, SIGNAL_RTT_MIN_MS), 146200,
	    "a value gets its number here");
	tap_ok(!signals_known(&got, SIGNAL_TLS_SNI), "the rest is passed over");
	map[SIGNAL_RTT_TCP_MS] = SIGNAL_TLS_SNI;
	tap_int(blob_decode_mapped(room, size, map, SIGNAL_COUNT, &got),
	    FS_EFORMAT, "a value of another form is refused");
}

/* Of all that is known, a part. */
static void
test_span(const struct signals *signals)
{
	static struct signals got;
	static uint8_t room[8192];
	size_t size = blob_encode(signals, room, sizeof(room)), cut;
	bool sound = true;

	signals_clear(&got);
	tap_int(blob_decode_span(room, size, SIGNAL_TLS_SNI, SIGNAL_TLS_SNI,
		    &got),
	    0, "one signal alone");
	tap_ok(signals_known(&got, SIGNAL_TLS_SNI) &&
		!signals_known(&got, SIGNAL_RTT_TCP_MS),
	    "is all that is taken");
	signals_clear(&got);
	tap_int(blob_decode_span(room, size, (enum signal_id)0,
		    (enum signal_id)(SIGNAL_COUNT - 1), &got),
	    0, "all of them");
	tap_ok(same(signals, &got), "are the same set");
	for (cut = 0; cut < size; cut++) {
		uint8_t *part = tap_exact(room, cut);
		int rc = blob_decode_span(part, cut, SIGNAL_TLS_SNI,
		    SIGNAL_RTT_TCP_MS, &got);

		sound = sound && (rc == 0 || rc == FS_ETRUNC);
		free(part);
	}
	tap_ok(sound, "cut at every byte, a part is read or told");
	room[0] = 9;
	tap_int(blob_decode_span(room, size, SIGNAL_TLS_SNI, SIGNAL_TLS_SNI,
		    &got),
	    FS_EUNSUP, "of a later version, no part");
}

static void
test_room(void)
{
	static struct signals signals;
	char text[400];
	size_t size, i;

	memset(text, 'x', sizeof(text));
	/* A character of three bytes across the cut. */
	text[253] = '\xe2';
	text[254] = '\x82';
	text[255] = '\xac';
	signals_clear(&signals);
	signals_set_text(&signals, SIGNAL_TLS_SNI, text, sizeof(text));
	signals_bytes(&signals, SIGNAL_TLS_SNI, &size);
	tap_int((long long)size, 253, "text is cut between characters");
	for (i = 0; i < 40; i++)
		signals_set_text(&signals, SIGNAL_TLS_ALPN, text, 255);
	tap_ok(signals.room_used <= SIGNAL_ROOM, "the room is never exceeded");
	signals_forget(&signals, SIGNAL_TLS_SNI);
	tap_ok(!signals_known(&signals, SIGNAL_TLS_SNI) &&
		signals_known(&signals, SIGNAL_TLS_ALPN),
	    "one signal is forgotten, the others stay");
}

int
main(void)
{
	static struct signals signals;

	test_table();
	fill(&signals);
	test_format(&signals);
	test_blob(&signals);
	test_span(&signals);
	test_room();
	return tap_done();
}
