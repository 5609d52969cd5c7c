/* Which files the process may still reach once it is confined: the folders of
 * what it reads and writes. */
#pragma once

#include <stddef.h>

#include "config.h"
#include "options.h"

enum { REACH_MAX = 128 };

enum reach_kind {
	REACH_READ,
	REACH_WRITE,  /* Reads, makes, changes and removes files. */
	REACH_REMOVE, /* Removes files: the control socket. */
};

struct reach_place {
	char *path; /* Owned. */
	enum reach_kind kind;
	const char *why; /* Static. */
};

struct reach {
	size_t count;
	struct reach_place places[REACH_MAX];
	bool full; /* There was no room for all. */
};

/* Gathers the places of a run; 'rules' may be null. Places that are not
 * there yet are among them.
 *
 * Returns 0 or -ENOMEM. */
int reach_gather(const struct config *config, const struct options *options,
    const struct fs_ruleset *rules, struct reach *reach);
void reach_fini(struct reach *reach);
