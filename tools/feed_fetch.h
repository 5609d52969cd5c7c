/* Getting a file over HTTPS (libcurl; the only user of it). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { FEED_TAG_SIZE = 256, FEED_FAULT_SIZE = 256 };

/* What a server says of the file, to be asked with the next time. */
struct feed_tags {
	char etag[FEED_TAG_SIZE];     /* Or "". */
	char modified[FEED_TAG_SIZE]; /* Last-Modified, or "". */
};

struct feed_reply {
	char *bytes; /* Owned by the caller. */
	size_t size;
	bool unchanged; /* It is still the one that 'known' is about. */
	struct feed_tags tags;
	char fault[FEED_FAULT_SIZE]; /* Why it failed. */
};

struct feed_fetch;

/* 'authority' is a file of certificates to trust instead of the system's, or
 * null. Returns null without memory. */
struct feed_fetch *feed_fetch_new(const char *authority, unsigned timeout_s);
void feed_fetch_free(struct feed_fetch *fetch);

/* Gets a file of at most 64 MiB. 'known' may be null: then it comes in any
 * case. Returns whether it came, or is unchanged; 'fault' says why not. */
bool feed_fetch_get(struct feed_fetch *fetch, const char *url,
    const struct feed_tags *known, struct feed_reply *reply);
