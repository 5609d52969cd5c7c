/* Whom the process becomes once it has opened what needs root, and with
 * which capabilities. */
#pragma once

#include <sys/types.h>

#include "flowscan.h"

enum { PRIVILEGES_NAME_SIZE = 40 };

struct privileges {
	char user[PRIVILEGES_NAME_SIZE]; /* Whose name it runs in. */
	uid_t uid;
	gid_t gid;
	bool changes;   /* It is another user now. */
	bool overrides; /* Root that reads files keeps CAP_DAC_OVERRIDE. */
	bool missing;   /* The usual user is not there: root stays. */
};

/* Finds whom to become: 'user', or, when it is null, "flowscan" for a live
 * capture that root has started. Files are read in the name of whoever
 * started the program, unless 'user' says otherwise.
 *
 * Returns 0 or a negative code, with 'err' set. */
int privileges_find(const char *user, bool live, struct fs_err *err,
    struct privileges *privileges);

/* Becomes that user, for good: no capability (but see 'overrides'), no new
 * privileges.
 *
 * Returns 0 or a negative code, with 'err' set. */
int privileges_drop(const struct privileges *privileges, struct fs_err *err);
