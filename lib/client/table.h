/* Stage 6, inside: what a client's record holds, and the table of them. */
#pragma once

#include "client/client.h"
#include "client/context.h"
#include "client/elsewhere.h"

enum { CLIENT_SUMS = 2 * FS_EVIDENCE_MAX };

/* What one rule has said of the client's flows in one view. */
struct client_sum {
	struct fs_evidence evidence; /* The latest; its count is of all. */
	int64_t sum;                 /* Decayed to 'at_us'. */
	uint64_t at_us;
	uint8_t view;
};

struct client_distinct {
	uint64_t *hashes; /* Owned; room is the next power of two. */
	uint32_t count;
};

/* The last values of one kind. */
struct client_gaps {
	uint64_t count; /* Ever measured. */
	int64_t *gaps;  /* Owned; CLIENT_GAPS, or null. */
};

enum client_gap {
	CLIENT_GAP_TLS,
	CLIENT_GAP_HELLO,
	CLIENT_GAP_SETTINGS,
	CLIENT_GAP_WINDOW,
	CLIENT_GAP_CLOSE,
	CLIENT_GAP_ACK,
	CLIENT_GAP_UPLOAD,
	CLIENT_GAP_KINDS, /* Of one value a flow. */
	CLIENT_GAP_TURN = CLIENT_GAP_KINDS,
	CLIENT_GAP_ALL,
};

/* What was measured on the client's flows of one view. */
struct client_measures {
	struct client_gaps gaps[CLIENT_GAP_ALL];
	int64_t rtt_min; /* Thousandths of a ms; -1: none. */
	struct client_distinct ja4, syn;
	struct client_context *context; /* Owned; null: nothing to say. */
};

struct client {
	struct fs_addr addr;
	bool changed;
	bool decided; /* Once at least, lately as: */
	uint8_t decision;
	uint8_t coverage[2]; /* By view, as all pairs here. */
	char protocol[2][FS_PROTOCOL_SIZE];
	uint32_t rev;
	uint32_t sum_count, sum_room;
	uint32_t older, newer; /* In order of the last touch. */
	uint32_t next;         /* In its hash bucket. */
	uint64_t first_us, last_us;
	uint64_t flows[2];
	uint64_t bytes;
	struct client_measures measures[2];
	struct client_sum *sums; /* Owned. */
};

struct client_table {
	uint32_t max, count;
	uint32_t room;         /* Of 'clients'. */
	uint32_t bucket_count; /* A power of two. */
	uint32_t oldest, newest;
	uint32_t half_life_s;
	uint32_t order_count, order_at;
	uint64_t seed;
	uint64_t evicted;
	/* Where revisions of a new client begin: above those of clients given
	 * up, as it may be one of them, and the highest one is the latest. */
	uint32_t rev_least;
	struct client *clients; /* Owned, and what they own. */
	uint32_t *buckets;      /* Owned; first client, or CLIENT_NONE. */
	struct elsewhere elsewhere;
	uint32_t *order; /* Owned; changed clients by address. */
};

enum { CLIENT_NONE = UINT32_MAX };
