/* What one rule would hit in a store. */
#pragma once

#include "flowscan.h"

/* A flow or a client that the rule hits. Borrowed, as the row it is of. */
struct attempt_row {
	const char *of;   /* "flow" or "client" */
	uint64_t flow_id; /* 0: a client. */
	uint64_t first_us;
	struct fs_addr client, server; /* A client has no server. */
	int32_t server_port;           /* -1: none. */
	const struct fs_verdict *verdict;
	const char *says; /* The rule's sentence. */
	const char *also; /* Other rules that it was judged by. */
};
