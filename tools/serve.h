/* 'flowscan serve': answers of a database over HTTP, to be looked at only.
 *
 * tools/serve.c talks HTTP and keeps its limits; the table of routes stands
 * in tools/serve_routes.c, and each answer is a function of its own. */
#pragma once

#include <netinet/in.h>

#include "base/buf.h"
#include "flowscan.h"

enum {
	SERVE_CONNECTIONS = 64,
	SERVE_PER_ADDRESS = 16,
	SERVE_TIMEOUT_S = 10,
	/* Of a connection: the line and the headers of a request have to fit.
	 */
	SERVE_MEMORY = 32768,
	SERVE_TOKEN_MIN = 16,
	SERVE_TOKEN_MAX = 256,
};

/* What answers are made from. */
struct serve {
	const char *db;
	const char *socket; /* Of flowscand; null: it is not asked. */
	const char *token;  /* Null: whoever reaches the address may look. */
};

/* What was asked, as far as a route may know it. */
struct serve_request {
	const char *path; /* Without the query. */
	/* A parameter of the query, or null. */
	const char *(
	    *parameter)(const struct serve_request *request, const char *name);
	void *connection; /* Of tools/serve.c. */
};

struct serve_reply {
	unsigned status;  /* 200 at first. */
	const char *type; /* Of the body; static. */
	struct buf body;
};

struct serve_route {
	const char *path;
	/* Fills in the reply. Returns 0, or a negative code with 'err' set:
	 * then 500 is sent, and the fault logged. */
	int (*answer)(const struct serve *serve,
	    const struct serve_request *request, struct serve_reply *reply,
	    struct fs_err *err);
	bool is_open; /* Needs no token: it tells nothing. */
};

/* A null path ends them. */
extern const struct serve_route serve_routes[];

/* Reads "127.0.0.1:9477" or "[::1]:9477". */
bool serve_address_read(const char *text, struct sockaddr_storage *address);
bool serve_address_is_loopback(const struct sockaddr_storage *address);

/* Compares in a time that tells nothing of where they differ. */
bool serve_token_fits(const char *token, const char *header);
/* Whether a Host header names this machine, so that no page of a stranger's
 * name was led here. */
bool serve_host_is_local(const char *host);

/* Serves until SIGINT or SIGTERM. Returns the exit code. */
int serve_run(const struct serve *serve,
    const struct sockaddr_storage *address);

/* ---- Answers ------------------------------------------------------------ */

int serve_healthz(const struct serve *serve,
    const struct serve_request *request, struct serve_reply *reply,
    struct fs_err *err);
int serve_page(const struct serve *serve, const struct serve_request *request,
    struct serve_reply *reply, struct fs_err *err);
int serve_metrics(const struct serve *serve,
    const struct serve_request *request, struct serve_reply *reply,
    struct fs_err *err);
