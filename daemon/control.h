/* The control socket: 'flowscan ctl' asks, flowscand answers, in JSON.
 *
 * A connection is one request and one answer, each bounded in size and time,
 * and so is the number of connections; nothing here waits for a peer. */
#pragma once

#include <sys/types.h>
#include <uv.h>

#include "base/json.h"
#include "control_request.h"

enum { CONTROL_PEERS = 8 };

/* A listening socket that nobody is served on yet. */
struct control_socket {
	int fd;           /* -1: none. */
	gid_t group;      /* (gid_t)-1: none was asked for. */
	const char *path; /* Borrowed. */
};

/* Who may do what with it. */
struct control_access {
	const char *path;
	const char *group; /* Null: that of the process. */
	unsigned mode;
	uid_t owner; /* Whom the process will be. */
};

/* Makes the socket; the folder, too, when it is missing. One that a dead
 * process has left is replaced, one that is served is not.
 *
 * Returns 0 or a negative code, with 'err' set. */
int control_socket_open(const struct control_access *access, struct fs_err *err,
    struct control_socket *made);
/* Removes it, too. */
void control_socket_close(struct control_socket *made);

/* Who answers. Each writes members of the object that is the answer. */
struct control_ops {
	void (*status)(void *ctx, struct json *json);
	void (*stats)(void *ctx, struct json *json);
	/* Returns the number of the load whose end is to be waited for; see
	 * control_loaded(). */
	uint64_t (*reload)(void *ctx);
	/* Returns 0 or a negative code. */
	int (*rotate)(void *ctx, struct fs_err *err);
	void (*stop)(void *ctx);
};

struct control;

/* Serves a socket, which stays the caller's, as 'ops'. Returns 0 or a
 * negative code. */
int control_start(uv_loop_t *loop, const struct control_socket *made,
    const struct control_ops *ops, void *ctx, struct control **control);
/* Answers those who wait for a load up to this number: 'err' says what was
 * wrong, or has no text; 'digest' is that of the rules in force. */
void control_loaded(struct control *control, uint64_t load,
    const struct fs_err *err, const char *digest);
/* Closes all handles; control_free() once the loop has ended. */
void control_stop(struct control *control);
void control_free(struct control *control);
