/* What analysts say of clients and flows: labels and suppressions, in
 * 'labels.db' beside the store. A file of its own, as the store has one
 * writer; small, and so read whole. */
#pragma once

#include "flowscan.h"

enum {
	DESK_ID = 0x666c736c, /* application_id: "flsl" */
	DESK_VERSION = 1,     /* user_version */
	DESK_MAX = 1000000,   /* Labels, and suppressions. */
};

struct sqlite3;

struct fs_desk {
	char *path;         /* Owned. */
	struct sqlite3 *db; /* Owned; null when there is no file yet. */
	/* All that was ever said, in order of time. */
	struct fs_note *note; /* Owned. */
	size_t note_count;
	/* By subject, then by time: what is in force is the last one. */
	const struct fs_note **by_subject; /* Owned; of 'note_count'. */
	/* Those that were not removed, by identity. */
	struct fs_suppression *suppression; /* Owned. */
	size_t suppression_count;
};

/* What is in force of a client, and of a flow; or null. */
const struct fs_note *desk_client_note(const struct fs_desk *desk,
    const struct fs_addr *addr, unsigned bits);
const struct fs_note *desk_flow_note(const struct fs_desk *desk,
    uint64_t flow_id);

/* Whether note 'index' is what is in force of its subject. */
bool desk_note_stands(const struct fs_desk *desk, size_t index);
/* Whether a suppression is past its time. */
bool desk_expired(const struct fs_suppression *suppression, uint64_t now_us);

/* Says what SQLite has to complain of. Returns FS_EDB, or -EACCES where the
 * file cannot be written. */
int desk_fault(const struct fs_desk *desk, struct fs_err *err);
