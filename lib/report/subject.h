/* What a person names: a flow or a client. */
#pragma once

#include "store/store.h"

struct subject {
	bool is_client;
	/* One of the two, where it is wanted. */
	struct store_flow *flow;
	struct store_client *client;
};

/* Finds what 'text' names in the whole store, whatever the query says, which
 * is made to be so.
 *
 * Returns 0, FS_EEND (there is none) or FS_ECONFIG (it is nothing that could
 * be asked for); 'err' says which. */
int subject_find(struct fs_store *store, struct store_query *query,
    const char *text, struct fs_err *err, struct subject *subject);
