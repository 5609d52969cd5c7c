/* How the first packets follow each other. */
#include "signal/source.h"

#include <stdio.h>
#include <string.h>

#include "test/unit/signal/play.h"
#include "test/unit/tap.h"

enum { NONE = -1, TCP = 6, UDP = 17 };

static const struct {
	const char *name;
	struct play_options options;
	struct play_act acts[PLAY_ACTS];
	int pause, counter[2]; /* Thousandths. */
	const char *bursts;
} cases[] = {
	{ "one datagram has no pause", { .ip_proto = UDP },
	    { { 'c', 0, 0, 0, 0, "01", 0 } }, NONE, { NONE, NONE }, "1" },
	{ "runs of one direction", { .ip_proto = UDP },
	    { { 'c', 0, 0, 0, 0, "01", 100 }, { 'c', 10, 0, 0, 0, "01", 50 },
		{ 's', 30, 0, 0, 0, "01", 900 },
		{ 's', 7030, 0, 0, 0, "01", 100 },
		{ 'c', 7040, 0, 0, 0, "01", 1 } },
	    7000, { NONE, NONE }, "150,-1000,1" },
	{ "what is sent again is passed over", { .ip_proto = TCP },
	    { { 'c', 0, TCP_SYN, 0, 0, NULL, 0 },
		{ 's', 100, TCP_SYN | TCP_ACK, 0, 1, NULL, 0 },
		{ 'c', 200, TCP_ACK, 1, 1, NULL, 0 },
		{ 'c', 300, TCP_ACK, 1, 1, "41", 10 },
		{ 'c', 400300, TCP_ACK, 1, 1, "41", 10 },
		{ 's', 400400, TCP_ACK, 1, 11, "41", 5 } },
	    400100, { NONE, NONE }, "10,-5" },
	{ "a number that counts, behind two bytes", { .ip_proto = UDP },
	    { { 'c', 0, 0, 0, 0, "aa 01 00 00 00 ff 17", 0 },
		{ 'c', 1, 0, 0, 0, "bb 02 00 00 01 00 99", 0 },
		{ 'c', 2, 0, 0, 0, "ac 09 00 00 01 01 03", 0 },
		{ 'c', 3, 0, 0, 0, "ab 00 00 00 01 02 5a", 0 } },
	    1, { 2000, NONE }, "28" },
	{ "the other byte order, around its end", { .ip_proto = UDP },
	    { { 's', 0, 0, 0, 0, "fe ff ff ff 07", 0 },
		{ 's', 1, 0, 0, 0, "ff ff ff ff 01", 0 },
		{ 's', 2, 0, 0, 0, "00 00 00 00 93", 0 },
		{ 's', 3, 0, 0, 0, "01 00 00 00 55", 0 } },
	    1, { NONE, 0 }, "-20" },
	{ "three are not enough", { .ip_proto = UDP },
	    { { 'c', 0, 0, 0, 0, "00 00 00 01", 0 },
		{ 'c', 1, 0, 0, 0, "00 00 00 02", 0 },
		{ 'c', 2, 0, 0, 0, "00 00 00 03", 0 } },
	    1, { NONE, NONE }, "12" },
	{ "one that stands still", { .ip_proto = UDP },
	    { { 'c', 0, 0, 0, 0, "00 00 00 01", 0 },
		{ 'c', 1, 0, 0, 0, "00 00 00 02", 0 },
		{ 'c', 2, 0, 0, 0, "00 00 00 02", 0 },
		{ 'c', 3, 0, 0, 0, "00 00 00 03", 0 } },
	    1, { NONE, NONE }, "16" },
	{ "a short datagram holds no number", { .ip_proto = UDP },
	    { { 'c', 0, 0, 0, 0, "00 00 00 01", 0 },
		{ 'c', 1, 0, 0, 0, "00 00 00 02", 0 },
		{ 'c', 2, 0, 0, 0, "00 00", 0 },
		{ 'c', 3, 0, 0, 0, "00 00 00 04", 0 } },
	    1, { NONE, NONE }, "14" },
};

static int
milli_of(const struct signals *signals, enum signal_id id)
{
	return signals_known(signals, id) ? (int)signals_milli(signals, id)
					  : NONE;
}

static void
bursts_text(const struct signals *signals, char *text, size_t room)
{
	int32_t sizes[SIGNAL_SIZES_MAX];
	size_t count = signals_sizes(signals, SIGNAL_SEQ_BURSTS, sizes);
	size_t i, at = 0;

	text[0] = '\0';
	for (i = 0; i < count && at < room; i++)
		at += (size_t)snprintf(text + at, room - at, "%s%d",
		    i > 0 ? "," : "", sizes[i]);
}

int
main(void)
{
	static struct signals signals;
	char text[256];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		play(&signal_pace, &cases[i].options, cases[i].acts, &signals);
		bursts_text(&signals, text, sizeof(text));
		tap_text(text, cases[i].bursts, cases[i].name);
		tap_int(milli_of(&signals, SIGNAL_SEQ_PAUSE_MS), cases[i].pause,
		    "... the longest pause");
		tap_int(milli_of(&signals, SIGNAL_C2S_COUNTER_AT),
		    cases[i].counter[0], "... what counts");
		tap_int(milli_of(&signals, SIGNAL_S2C_COUNTER_AT),
		    cases[i].counter[1], "... what counts at the server");
	}
	return tap_done();
}
