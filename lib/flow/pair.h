/* Stage 3: what kinds of flows were lately between the same two hosts.
 *
 * A tunnel may use several flows side by side, of which none says what it
 * is: TLS for control and DTLS for data, say. All flows of two hosts are in
 * one worker, so what is remembered here does not depend on the number of
 * workers. Bounded: the pair that was noted longest ago gives way. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "flow/flow.h"

enum pair_kind {
	PAIR_TLS,
	PAIR_DTLS,
	PAIR_DTLS_SESSION, /* DTLS that begins with a known session. */
	PAIR_QUIC,
	PAIR_SSH,
	PAIR_ESP,
	PAIR_GRE,
	PAIR_KIND_COUNT,
};

enum { PAIR_SCORES = 32 };

struct pair_table;

/* Returns 0 or -ENOMEM. All memory is taken here. */
int pair_table_new(uint32_t max, uint64_t seed, struct pair_table **table);
void pair_table_free(struct pair_table *table);
/* Forgets all. */
void pair_table_clear(struct pair_table *table);

/* Remembers that 'flow' is of that kind and spoke last at its last_us. Of one
 * pair's kinds, clients' sides and servers' ports, eight are remembered. */
void pair_note(struct pair_table *table, const struct flow *flow,
    enum pair_kind kind);

/* Adds to the pair what the sizes within a TLS flow scored, in thousandths;
 * once a flow. It is noted as TLS, too. Newer flows count more: before more
 * than PAIR_SCORES are added, those known are made half as many. */
void pair_score(struct pair_table *table, const struct flow *flow,
    int32_t milli);

/* How many flows were scored from the same client to the same address and
 * port, without a pause of ten minutes since; their sum is in '*sum'. */
uint32_t pair_scored(const struct pair_table *table, const struct flow *flow,
    int64_t *sum);

/* Kinds of flows between the two hosts of 'flow', one bit each, that spoke
 * less than ten minutes before its first packet, or since; its own if that
 * was noted.
 * With 'same_server', only those from the same client to the same address
 * and port. */
uint32_t pair_kinds(const struct pair_table *table, const struct flow *flow,
    bool same_server);
