/* rtt.times: between which packets the samples of a flow lie, so that an
 * analyst finds them in a capture. Three numbers a sample: its kind, when the
 * first packet passed, in microseconds since the flow began, and how much
 * later the second one did. */
#pragma once

#include "signal/signal.h"

/* Stored: numbers are added at the end. */
enum times_kind {
	TIMES_HANDSHAKE = 1,
	TIMES_LEAST,
	TIMES_HELLO,
	TIMES_TLS,
	TIMES_SETTINGS,
	TIMES_WINDOW,
	TIMES_TURN,
	TIMES_UPLOAD,
	TIMES_CLOSE,
	TIMES_QUIC,
	TIMES_ACK,
	TIMES_KINDS,
};

struct times_sample {
	const char *from, *to; /* What the packets are. */
	int32_t from_us, span_us;
};

enum { TIMES_MAX = SIGNAL_SIZES_MAX / 3 };

/* Adds a sample; what lasts too long for its number is left out. */
void times_add(struct signals *signals, enum times_kind kind, uint64_t from_us,
    uint64_t span_us);

/* Reads all samples of known kinds. Returns how many. */
size_t times_read(const struct signals *signals,
    struct times_sample samples[TIMES_MAX]);
