/* Our names for what nDPI names. */
#pragma once

#include "flowscan.h"

/* How a protocol stands to another that nDPI names with it. */
enum dpi_rank {
	DPI_RANK_NONE,    /* Not a protocol, or one that it gets wrong. */
	DPI_RANK_PLAIN,   /* Alone it counts; within another it is a brand. */
	DPI_RANK_CARRIER, /* Names within it are those of hosts. */
	DPI_RANK_TUNNEL,  /* Counts more than what it is within, but a carrier.
	                   */
	DPI_RANK_INSIDE,  /* Counts more than any that it is within. */
};

struct dpi_protocol {
	char name[FS_PROTOCOL_SIZE];
	enum dpi_rank rank;
};

/* Finds our name and rank for one of theirs, in letters of any size. */
void dpi_name(const char *theirs, struct dpi_protocol *protocol);

/* Which of the two that were named for a flow says what it is; each may be
 * null, and so may be the answer. */
const struct dpi_protocol *dpi_choose(const struct dpi_protocol *master,
    const struct dpi_protocol *app);
