#include "report/subject.h"

#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "report/community.h"

enum { ID_DIGITS = 16 };

/* 16 hex digits. */
static bool
parse_id(const char *text, uint64_t *id)
{
	if (strlen(text) != ID_DIGITS ||
	    strspn(text, "0123456789abcdefABCDEF") != ID_DIGITS)
		return false;
	*id = strtoull(text, NULL, 16);
	return true;
}

/* The search for a Community ID, which no index knows. */
struct community_search {
	const char *id;
	struct store_flow *flow;
	bool found;
};

static int
compare_community(void *ctx, const struct store_flow *row)
{
	struct community_search *search = ctx;
	char id[COMMUNITY_ID_SIZE];

	community_of(row, id);
	if (strcmp(id, search->id) == 0) {
		*search->flow = *row;
		search->found = true;
	}
	return 0;
}

/* Finds the latest flow with a Community ID: other flows of the same tuple
 * have the same one. */
static int
find_community(struct fs_store *store, const struct store_query *query,
    const char *id, struct fs_err *err, struct store_flow *flow)
{
	struct community_search search = { id, flow, false };
	int rc;

	rc = store_ask_flows(store, query, compare_community, &search, err,
	    NULL);
	return rc < 0 ? rc : search.found ? 0 : FS_EEND;
}

static int
find_any(struct fs_store *store, struct store_query *query, const char *text,
    struct fs_err *err, struct subject *subject)
{
	struct fs_addr addr;
	struct fs_prefix net;
	uint64_t id;

	store_query_whole(query);
	query->filter.limit = 0;
	if (parse_id(text, &id))
		return store_ask_flow(store, &query->snapshot, id, err,
		    subject->flow);
	if (addr_parse(text, &addr) ||
	    (addr_parse_prefix(text, true, &net) &&
		((addr = net.addr), true))) {
		subject->is_client = true;
		return store_ask_client(store, &query->snapshot, &addr, err,
		    subject->client);
	}
	if (strncmp(text, "1:", 2) == 0)
		return find_community(store, query, text, err, subject->flow);
	return err_set(err, FS_ECONFIG,
	    "'%s' is neither a flow (16 hex digits, or a Community ID) nor "
	    "an address",
	    text);
}

int
subject_find(struct fs_store *store, struct store_query *query,
    const char *text, struct fs_err *err, struct subject *subject)
{
	int rc = find_any(store, query, text, err, subject);

	if (rc != FS_EEND)
		return rc;
	return err_set(err, FS_EEND,
	    subject->is_client
		? "no client %s is stored: 'flowscan clients' lists those that "
		  "are"
		: "no flow %s is stored: 'flowscan flows' lists those that are",
	    text);
}
