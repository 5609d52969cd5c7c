/* What questions count of flows: totals, or groups by one dimension. One pass
 * over the rows of a store fills in several; passes over several stores add
 * up. */
#pragma once

#include "store/chunk.h"
#include "store/kind.h"
#include "store/store.h"

struct counting;

/* 'asked' must live as long. Returns null without memory. */
struct counting *counting_new(const struct store_count *asked, uint64_t seed);
void counting_free(struct counting *counting);
const struct store_count *counting_asked(const struct counting *counting);

/* A store begins and ends: its kinds and places have numbers of their own,
 * and an IPv6 client has so many bits. */
void counting_begin(struct counting *counting, unsigned v6_bits);
void counting_end(struct counting *counting);
/* Counts a flow, if it is in the period. Returns 0 or a negative code. */
int counting_add(struct counting *counting, const struct brief *row,
    const struct kind *kind, const struct place *place, struct fs_err *err);
/* Counts a client by its row: for totals, by its verdict; for rules, by its
 * evidence. */
void counting_add_verdict(struct counting *counting, unsigned class,
    unsigned decision, unsigned coverage);
int counting_add_rule(struct counting *counting, const char *rule,
    struct fs_err *err);

/* Gives the answer; '*matched' (may be null) counts groups. */
int counting_give(struct counting *counting, uint64_t *matched);
