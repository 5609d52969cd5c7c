/* mKCP: datagrams that bear its keyless seal. */
#include "signal/source.h"
#include "test/unit/signal/play.h"
#include "test/unit/tap.h"

#include <stdio.h>
#include <stdlib.h>

#include "feed.h"

enum { TCP = 6, UDP = 17 };

/* Datagrams of V2Ray 4.34: conversations 0bcd and a1b2, and one behind a
 * header. */
#define MINE "3c40c26d3c50c9a03f50c9a03f51c9a03f51c9a03f35"
#define ANSWER "81c16e9881d4655581d4655580e2655580e2655580e2645580e264"
#define OTHER "de690312de79a2a0dc79a2a0dc7ca2a0dc7ba2a0dc1f"
#define BEHIND "04000000" MINE
#define STRANGE "f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0"

static const struct mkcp_case {
	const char *name;
	struct play_options options;
	struct play_act acts[PLAY_ACTS];
	const char *want;
} cases[] = {
	{ "both sides", { UDP, 0, 0 },
	    { { 'c', 0, 0, 0, 0, MINE, 0 }, { 's', 1, 0, 0, 0, ANSWER, 0 },
		{ 's', 2, 0, 0, 0, MINE, 0 }, { 0 } },
	    "mkcp.sealed_c2s=1 mkcp.sealed_s2c=2 mkcp.header=0" },
	{ "one side", { UDP, 0, 0 },
	    { { 'c', 0, 0, 0, 0, MINE, 0 }, { 'c', 1, 0, 0, 0, ANSWER, 0 },
		{ 0 } },
	    "mkcp.sealed_c2s=2 mkcp.sealed_s2c=0 mkcp.header=0" },
	{ "behind a header", { UDP, 0, 0 },
	    { { 'c', 0, 0, 0, 0, BEHIND, 0 }, { 's', 1, 0, 0, 0, BEHIND, 0 },
		{ 0 } },
	    "mkcp.sealed_c2s=1 mkcp.sealed_s2c=1 mkcp.header=4" },
	{ "another header", { UDP, 0, 0 },
	    { { 'c', 0, 0, 0, 0, BEHIND, 0 }, { 's', 1, 0, 0, 0, MINE, 0 },
		{ 0 } },
	    "mkcp.sealed_c2s=1 mkcp.sealed_s2c=0 mkcp.header=4" },
	{ "another conversation", { UDP, 0, 0 },
	    { { 'c', 0, 0, 0, 0, MINE, 0 }, { 's', 1, 0, 0, 0, OTHER, 0 },
		{ 0 } },
	    "mkcp.sealed_c2s=1 mkcp.sealed_s2c=0 mkcp.header=0" },
	{ "something else first", { UDP, 0, 0 },
	    { { 'c', 0, 0, 0, 0, STRANGE, 0 }, { 's', 1, 0, 0, 0, STRANGE, 0 },
		{ 'c', 2, 0, 0, 0, MINE, 0 }, { 's', 3, 0, 0, 0, ANSWER, 0 },
		{ 0 } },
	    "mkcp.sealed_c2s=1 mkcp.sealed_s2c=1 mkcp.header=0" },
	{ "too much of it", { UDP, 0, 0 },
	    { { 'c', 0, 0, 0, 0, STRANGE, 0 }, { 's', 1, 0, 0, 0, STRANGE, 0 },
		{ 'c', 2, 0, 0, 0, STRANGE, 0 }, { 's', 3, 0, 0, 0, MINE, 0 },
		{ 0 } },
	    "" },
	{ "cut short by the capture", { UDP, 21, 0 },
	    { { 'c', 0, 0, 0, 0, MINE, 0 }, { 's', 1, 0, 0, 0, MINE, 0 },
		{ 0 } },
	    "" },
	{ "a stream", { TCP, 0, 0 },
	    { { 'c', 0, 0, 1, 1, MINE, 0 }, { 's', 1, 0, 1, 1, MINE, 0 },
		{ 0 } },
	    "" },
};

int
main(void)
{
	static struct signals signals;
	char text[256];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		play(&signal_mkcp, &cases[i].options, cases[i].acts, &signals);
		feed_summary(&signals, NULL, text, sizeof(text));
		tap_text(text, cases[i].want, cases[i].name);
	}
	return tap_done();
}
