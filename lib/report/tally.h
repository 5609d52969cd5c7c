/* How often rules were right, by the labels of analysts. */
#pragma once

#include "report/rate.h"
#include "store/store.h"

/* Clients that a rule spoke against, by their label: a client counts once. */
struct tally {
	char rule[FS_NAME_SIZE];
	uint64_t label[FS_LABEL_COUNT];
};

struct tallies {
	struct tally *tally; /* Owned; in order of the rules' names. */
	size_t count;
};

/* Gathers over all labels that stand. Returns 0 or a negative code;
 * tallies_fini() frees whatever it returned. */
int tallies_gather(struct fs_store *store, struct fs_err *err,
    struct tallies *tallies);
void tallies_fini(struct tallies *tallies);
/* Of a rule, or null. */
const struct tally *tallies_find(const struct tallies *tallies,
    const char *rule);

/* Labels that say whether it was right: all but 'unsure'. */
uint64_t tally_count(const struct tally *tally);
struct rate tally_bounds(const struct tally *tally);
