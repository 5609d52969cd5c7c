/* Stored flows and clients, judged by two sets of rules. */
#pragma once

#include "report/change.h"
#include "store/store.h"

enum { GAINS_MAX = 1000000 };

/* A flow of a client in which a rule fires by one set only. */
struct gain {
	struct fs_addr client;
	const char *rule; /* The set's. */
	uint8_t view;
	int8_t by; /* 1: by the new set, -1: by the old one. */
};

/* What happened to one kind of row. */
struct tally {
	uint64_t rows[DECISIONS][DECISIONS], changed[DECISIONS][DECISIONS];
	uint64_t all, changes, moved, otherwise;
	uint64_t held[SIGNAL_COUNT];
};

struct change {
	const struct fs_ruleset *sets[CHANGE_SETS]; /* Borrowed. */
	const struct fs_out *out;
	struct fs_err *err;
	struct fs_settings settings;
	struct rows rows;
	uint64_t limit, differing; /* Rules that differ. */
	struct tally tally[2];     /* Flows, clients. */
	struct gain *gains;        /* Owned; sorted before clients. */
	size_t gain_count, gain_room;
	bool gains_full;
	struct change_evidence sides[CHANGE_SETS];
	struct signals signals;
};

/* Each judges a row twice and counts it, and gives it to 'rows' if it changes.
 * 'ctx' is a struct change; they are a store_flow_fn and a store_client_fn.
 * Clients come after all flows, and after change_sort(). */
int change_take_flow(void *ctx, const struct store_flow *stored);
int change_take_client(void *ctx, const struct store_client *stored);
void change_sort(struct change *change);
