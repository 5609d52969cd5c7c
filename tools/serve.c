#include "serve.h"

#include <errno.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "command.h"

/* ---- Replies ------------------------------------------------------------- */

static enum MHD_Result
send_reply(struct MHD_Connection *connection, unsigned status, const char *type,
    const struct buf *body)
{
	/* Copied: the buffer is gone before all of it is sent. */
	struct MHD_Response *response =
	    MHD_create_response_from_buffer(body->size, body->bytes,
		MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	if (response == NULL)
		return MHD_NO;
	(void)MHD_add_response_header(response, "Content-Type", type);
	(void)MHD_add_response_header(response, "Cache-Control", "no-store");
	(void)MHD_add_response_header(response, "X-Content-Type-Options",
	    "nosniff");
	(void)MHD_add_response_header(response, "Referrer-Policy",
	    "no-referrer");
	/* A page names its style by hash in a policy of its own. */
	(void)MHD_add_response_header(response, "Content-Security-Policy",
	    "default-src 'none'; style-src 'unsafe-inline'; "
	    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
	if (status == 401)
		(void)MHD_add_response_header(response, "WWW-Authenticate",
		    "Bearer");
	if (status == 405)
		(void)MHD_add_response_header(response, "Allow", "GET, HEAD");
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result
send_text(struct MHD_Connection *connection, unsigned status, const char *text)
{
	char bytes[128];
	struct buf body = { .bytes = bytes };

	(void)snprintf(bytes, sizeof(bytes), "%s\n", text);
	body.size = strlen(bytes);
	return send_reply(connection, status, "text/plain; charset=utf-8",
	    &body);
}

/* ---- Requests --------------------------------------------------------------
 */

static const char *
parameter(const struct serve_request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection,
	    MHD_GET_ARGUMENT_KIND, name);
}

static const struct serve_route *
find_route(const char *path)
{
	const struct serve_route *route;

	for (route = serve_routes; route->path != NULL; route++)
		if (strcmp(route->path, path) == 0)
			return route;
	return NULL;
}

static bool
may_ask(const struct serve *serve, const struct serve_route *route,
    struct MHD_Connection *connection)
{
	if (serve->token == NULL || (route != NULL && route->is_open))
		return true;
	return serve_token_fits(serve->token,
	    MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
		"Authorization"));
}

static enum MHD_Result
answer(const struct serve *serve, const struct serve_route *route,
    const char *path, struct MHD_Connection *connection)
{
	struct serve_request request = { path, parameter, connection };
	struct serve_reply reply = { .status = 200 };
	struct fs_err err = { 0 };
	enum MHD_Result result;
	int rc;

	buf_init(&reply.body);
	rc = route->answer(serve, &request, &reply, &err);
	if (rc == 0)
		rc = buf_error(&reply.body);
	if (rc < 0) {
		(void)complain("serve", CODE_DATABASE, "%s: %s", path,
		    err.text[0] ? err.text : fs_strerror(rc));
		result = send_text(connection, 500,
		    "this cannot be answered now; the log says why");
	} else {
		result = send_reply(connection, reply.status, reply.type,
		    &reply.body);
	}
	buf_fini(&reply.body);
	return result;
}

/* 'state' is null at the first of several calls for a request. The library
 * says how many parameters there are. */
static enum MHD_Result
/* NOLINTNEXTLINE(readability-function-size) */
on_request(void *ctx, struct MHD_Connection *connection, const char *path,
    const char *method, const char *version, const char *upload,
    size_t *upload_size, void **state)
{
	const struct serve *serve = ctx;
	const struct serve_route *route = find_route(path);

	(void)version;
	(void)upload;
	/* The headers are there; whatever else comes is let go by. */
	if (*state == NULL) {
		*state = connection; /* Anything but null. */
		return MHD_YES;
	}
	if (*upload_size > 0)
		return MHD_NO;
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		return send_text(connection, 405, "only GET and HEAD");
	if (serve->token == NULL &&
	    !serve_host_is_local(MHD_lookup_connection_value(connection,
		MHD_HEADER_KIND, "Host")))
		return send_text(connection, 403,
		    "ask for localhost, or give the server a token");
	if (!may_ask(serve, route, connection))
		return send_text(connection, 401, "a token is needed");
	if (route == NULL)
		return send_text(connection, 404, "there is no such page");
	return answer(serve, route, path, connection);
}

/* ---- The loop
 * ---------------------------------------------------------------- */

static volatile sig_atomic_t asked_to_stop;

static void
on_signal(int number)
{
	(void)number;
	asked_to_stop = 1;
}

static void
watch_signals(void)
{
	struct sigaction stop = { .sa_handler = on_signal },
			 ignore = { .sa_handler = SIG_IGN };

	sigemptyset(&stop.sa_mask);
	sigemptyset(&ignore.sa_mask);
	(void)sigaction(SIGINT, &stop, NULL);
	(void)sigaction(SIGTERM, &stop, NULL);
	(void)sigaction(SIGPIPE, &ignore, NULL);
}

static struct MHD_Daemon *
start(const struct serve *serve, const struct sockaddr_storage *address)
{
	unsigned flags = MHD_USE_EPOLL;

	if (address->ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	return MHD_start_daemon(flags, 0, NULL, NULL, on_request,
	    (void *)(uintptr_t)serve, MHD_OPTION_SOCK_ADDR, address,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)SERVE_CONNECTIONS,
	    MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)SERVE_PER_ADDRESS,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SERVE_TIMEOUT_S,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)SERVE_MEMORY,
	    MHD_OPTION_LISTENING_ADDRESS_REUSE, 1U, MHD_OPTION_END);
}

int
serve_run(const struct serve *serve, const struct sockaddr_storage *address)
{
	struct MHD_Daemon *daemon;
	const union MHD_DaemonInfo *port;

	watch_signals();
	errno = 0;
	daemon = start(serve, address);
	if (daemon == NULL)
		return complain("serve", CODE_USAGE, "cannot listen there: %s",
		    errno != 0 ? strerror(errno) : "the address is in use");
	port = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
	(void)complain("serve", CODE_DONE,
	    "serving %s at port %u; stop with "
	    "Ctrl-C",
	    serve->db, port != NULL ? (unsigned)port->port : 0);
	/* In this thread, one request after the other. */
	while (!asked_to_stop && MHD_run_wait(daemon, 1000) == MHD_YES)
		;
	MHD_stop_daemon(daemon);
	return asked_to_stop
	    ? CODE_DONE
	    : complain("serve", CODE_PARTLY, "stopped: %s", strerror(errno));
}
