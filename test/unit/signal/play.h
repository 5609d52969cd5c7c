/* Plays hand-made packets through a flow table to one source of signals, as
 * the inspection does. */
#pragma once

#include "flow/flow.h"
#include "signal/source.h"

enum { PLAY_ACTS = 24 };

/* One packet: from whom ('c', 's', 0: the end) and when, numbers counted from
 * the ISN of their side, and a payload: 'hex', and zeros up to 'size'. */
struct play_act {
	char who;
	int32_t at_us;
	uint8_t flags;
	uint32_t seq, ack;
	const char *hex; /* Null: none. */
	uint32_t size;   /* 0: as long as 'hex'. */
};

struct play_options {
	uint8_t ip_proto;
	uint32_t captured; /* Of a payload at most; 0: all of it. */
	uint32_t first;    /* Acts before this one are not seen. */
	bool fragments;    /* More of each packet follows. */
};

/* Leaves what 'source' collected in 'signals', which is cleared before. The
 * client's address is 198.51.100.1, its port 40000, the server's 443. */
void play(const struct signal_source *source,
    const struct play_options *options, const struct play_act *acts,
    struct signals *signals);
