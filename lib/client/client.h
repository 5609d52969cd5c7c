/* Stage 6: observations of one address over time -> client signals.
 *
 * Each client keeps what its flows said: per rule a decayed sum, the last
 * measured gaps, how many different fingerprints. Memory is bounded: arrays
 * grow only as far as the constants below, and a table that is full gives up
 * the client that was silent longest. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "flowscan.h"
#include "signal/signal.h"

enum {
	CLIENT_GAPS = 64,     /* Last gaps, for their median. */
	CLIENT_DISTINCT = 32, /* Fingerprints told apart; then "32 or more". */
	/* A mode of the gaps: so many flows, so far from others. */
	CLIENT_MODE_FLOWS = 3,
	CLIENT_MODE_MILLI = 20 * 1000,
};

struct client_table;
struct client;

/* 'half_life_s' is that of evidence. */
int client_table_new(uint32_t max, uint64_t seed, uint32_t half_life_s,
    struct client_table **table);
void client_table_free(struct client_table *table);

/* Finds or makes the client of an address (folded to its prefix already).
 * Returns 0 or -ENOMEM. '*client' stays owned by the table, valid until the
 * next call. */
int client_table_touch(struct client_table *table, const struct fs_addr *addr,
    struct client **client);

/* The client that touching 'addr' would give up, if it changed since it was
 * last taken; else null. */
struct client *client_table_next_evicted(struct client_table *table,
    const struct fs_addr *addr);

uint32_t client_table_count(const struct client_table *table);
uint64_t client_table_evicted(const struct client_table *table);

/* Takes the next changed client, in order of address; null after the last
 * one. What changes after client_table_sort() waits for the next round.
 *
 * Returns 0 or -ENOMEM. */
int client_table_sort(struct client_table *table);
struct client *client_table_next_changed(struct client_table *table);

/* Adds an observation, with its signals decoded. Of a later revision only
 * evidence with a count is new. Returns 0 or -ENOMEM. */
int client_fold(struct client_table *table, struct client *client,
    const struct fs_observation *observation, const struct signals *signals);

/* Takes what a store remembers of the client. Returns 0 or -ENOMEM. */
int client_recall(struct client_table *table, struct client *client,
    const struct fs_client *row, const struct signals *signals);

/* Sets client.flows, client.tls_gap_ms, ... of the client's own view. */
void client_signals(const struct client *client, struct signals *signals);

/* Sets what follows from the above and the client's place together:
 * client.quiet_local_hour. */
void client_local_signals(struct signals *signals);

/* Fills in address, revision (counted up), times, flows, the evidence of the
 * client's own view (decayed to its last packet) and its view and coverage;
 * the verdict is the caller's. Returns the protocol of its plain flows. */
const char *client_row(const struct client_table *table, struct client *client,
    struct fs_client *row);

/* Notes what was decided of the client. Returns what was decided before, or
 * -1. */
int client_decide(struct client *client, uint8_t decision);

/* The view that counts: exit if any flow to a service was seen. */
enum fs_view client_view(const struct client *client);
