/* TCP handshakes that a tunnel carries packet by packet. */
#include "signal/source.h"
#include "test/unit/signal/play.h"
#include "test/unit/tap.h"

#include <stdlib.h>

enum { UDP = 17, NONE = -1, ACTS = 12 };

/* Sizes of datagrams, the server's negative; the end is 0. */
static const struct {
	const char *name;
	int32_t sizes[ACTS];
	int want;
} cases[] = {
	{ "a SYN, its answer, and the acknowledgement", { 97, -97, 89, 0 }, 1 },
	{ "without timestamps", { 90, -90, 78, 0 }, 1 },
	{ "begun by the server's side", { 40, -97, 97, -89, 0 }, 1 },
	{ "two at once", { 97, 97, -97, 89, 306, -97, 89, 606, -1448, 89, 0 },
	    2 },
	{ "nothing was asked in that size", { 96, -97, 89, 0 }, NONE },
	{ "the answer alone", { -97, 89, 0 }, NONE },
	{ "another difference", { 97, -97, 88, 0 }, NONE },
	{ "more, not less", { 97, -97, 105, 0 }, NONE },
	{ "something between", { 97, -97, -300, 89, 0 }, NONE },
	{ "the same side again", { 97, -97, -89, 0 }, NONE },
	{ "the least size", { 70, -70, 62, 0 }, 1 },
	{ "smaller than a SYN", { 69, -69, 61, 0 }, NONE },
	{ "the greatest size", { 180, -180, 172, 0 }, 1 },
	{ "larger than a SYN", { 181, -181, 173, 0 }, NONE },
};

static int
handshakes_of(const int32_t *sizes, struct signals *signals)
{
	const struct play_options options = { .ip_proto = UDP };
	struct play_act acts[PLAY_ACTS] = { 0 };
	unsigned i;

	for (i = 0; sizes[i] != 0; i++) {
		acts[i].who = sizes[i] < 0 ? 's' : 'c';
		acts[i].at_us = (int32_t)i * 1000;
		acts[i].hex = "00";
		acts[i].size = (uint32_t)abs(sizes[i]);
	}
	play(&signal_carried, &options, acts, signals);
	return signals_known(signals, SIGNAL_INNER_HANDSHAKES)
	    ? (int)(signals_milli(signals, SIGNAL_INNER_HANDSHAKES) / 1000)
	    : NONE;
}

int
main(void)
{
	struct signals *signals = malloc(sizeof(*signals));
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		tap_int(handshakes_of(cases[i].sizes, signals), cases[i].want,
		    cases[i].name);
	free(signals);
	return tap_done();
}
