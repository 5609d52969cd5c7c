/* Stage 6, inside: whom a question to the floors is about, and the parts of
 * the answer. */
#pragma once

#include "client/floor.h"

struct floor_subject {
	const struct floor_frozen *frozen;
	struct fs_addr addr;
	bool located;
	char country[2];
	int32_t latitude_milli, longitude_milli;
	uint32_t asn;
	uint64_t net;
	uint64_t last_us;
	int64_t rtt_milli; /* -1: not measured. */
};

/* Whether what was seen then may speak of the subject: not of another time. */
bool floor_is_recent(const struct floor_subject *subject, uint64_t last_us);
/* Whether a sample may: it is another client's, too. */
bool floor_may_speak(const struct floor_subject *subject,
    const struct floor_sample *sample);
/* The first index of an AS, in 'by_as', and of a network, in 'by_net'. */
uint32_t floor_first_of_as(const struct floor_frozen *frozen, uint32_t asn);
uint32_t floor_first_of_net(const struct floor_frozen *frozen, uint64_t net);

/* Set client.as_gap_*, client.net_gap_*, client.as_mtu_* (floor_share.c), and
 * client.other_* (floor_other.c). */
void floor_shares(const struct floor_subject *subject, struct signals *signals);
void floor_others(const struct floor_subject *subject, struct signals *signals);

/* Learns what another sensor measured. Returns 0 or -ENOMEM. */
int floor_learn_other(struct fs_floors *floors, const struct fs_client *row,
    const struct signals *signals);
/* Copies what was learned, a client and sensor once. Returns 0 or -ENOMEM. */
int floor_freeze_others(const struct fs_floors *floors,
    struct floor_frozen *frozen);

/* Writes 64 hexadecimal digits. Returns 0 or -ENOMEM. */
int floor_digest(const struct floor_frozen *frozen, char *text);
