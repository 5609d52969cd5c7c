/* Stage 6, inside: when and where something of a client's was seen. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "flowscan.h"
#include "signal/signal.h"

enum { SIGHTING_NOT_ELSEWHERE = -1 };

struct sighting {
	uint64_t time_us;
	int64_t latitude, longitude; /* Thousandths of degrees. */
	struct fs_addr client;
	bool located;
};

struct sighting sighting_of(const struct fs_addr *client, uint64_t time_us,
    const struct signals *signals);

/* Returns SIGHTING_NOT_ELSEWHERE when both are of one address or more than
 * 'span_us' apart, else how far their places are from each other, in
 * thousandths of a kilometre: 0 when one is unknown. */
int64_t sighting_apart(const struct sighting *a, const struct sighting *b,
    uint64_t span_us);
