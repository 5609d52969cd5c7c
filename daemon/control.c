#include "control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "log.h"

enum {
	REQUEST_MS = 5000,  /* For all of a request, */
	ANSWER_MS = 120000, /* a load, */
	GROUPS_MAX = 128,
};

struct peer {
	struct control *control;
	bool used;
	unsigned open; /* Handles that are not closed yet. */
	uv_pipe_t pipe;
	uv_timer_t timer;
	uv_write_t write;
	bool asked;    /* The request is there. */
	uint64_t load; /* What it waits for; 0: nothing. */
	char request[CONTROL_REQUEST_MAX + 1];
	size_t size;
	struct buf answer; /* Owned. */
};

struct control {
	uv_loop_t *loop;
	uv_pipe_t server;
	const struct control_ops *ops;
	void *ctx;
	gid_t group;
	bool stopped;
	bool waiting; /* Somebody, for a place. */
	struct peer peers[CONTROL_PEERS];
};

/* ---- Connections --------------------------------------------------------- */

static void on_connection(uv_stream_t *server, int status);

static void
on_closed(uv_handle_t *handle)
{
	struct peer *peer = handle->data;
	struct control *control = peer->control;

	if (--peer->open > 0)
		return;
	buf_fini(&peer->answer);
	peer->used = false;
	if (control->waiting && !control->stopped)
		on_connection((uv_stream_t *)&control->server, 0);
}

static void
hang_up(struct peer *peer)
{
	if (uv_is_closing((uv_handle_t *)&peer->pipe))
		return;
	uv_close((uv_handle_t *)&peer->pipe, on_closed);
	uv_close((uv_handle_t *)&peer->timer, on_closed);
}

static void
on_late(uv_timer_t *timer)
{
	hang_up(timer->data);
}

static void
on_written(uv_write_t *write, int status)
{
	(void)status;
	hang_up(write->data);
}

/* Sends the answer; then the connection ends. */
static void
send_answer(struct peer *peer)
{
	uv_buf_t all;

	buf_add_char(&peer->answer, '\n');
	peer->load = 0;
	if (buf_error(&peer->answer) < 0) {
		hang_up(peer);
		return;
	}
	all = uv_buf_init(peer->answer.bytes, (unsigned)peer->answer.size);
	peer->write.data = peer;
	(void)uv_timer_start(&peer->timer, on_late, REQUEST_MS, 0);
	if (uv_write(&peer->write, (uv_stream_t *)&peer->pipe, &all, 1,
		on_written) < 0)
		hang_up(peer);
}

static void
put_fault(struct json *json, const struct fs_err *err)
{
	json_key(json, "ok");
	json_bool(json, false);
	json_put_text(json, "error", err->text);
	if (err->file[0] == '\0')
		return;
	json_put_text(json, "file", err->file);
	json_put_u64(json, "line", err->line);
	json_put_u64(json, "column", err->column);
}

static void
put_fine(struct json *json)
{
	json_key(json, "ok");
	json_bool(json, true);
}

/* ---- Who asks -------------------------------------------------------------
 */

static bool
is_member(int fd, gid_t own, gid_t group)
{
	gid_t groups[GROUPS_MAX];
	socklen_t size = sizeof(groups);
	size_t i;

	if (own == group)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) < 0)
		return false;
	for (i = 0; i < size / sizeof(groups[0]); i++)
		if (groups[i] == group)
			return true;
	return false;
}

/* Looking is for whoever may open the socket; changing is for root, the
 * daemon's own user, and the group that the config names. */
static int
check_peer(const struct peer *peer, enum control_command command,
    struct fs_err *err)
{
	const char *name = control_command_name(command);
	struct ucred who;
	socklen_t size = sizeof(who);
	uv_os_fd_t fd;

	if (!control_command_changes(command))
		return 0;
	if (uv_fileno((const uv_handle_t *)&peer->pipe, &fd) < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) < 0)
		return err_set(err, -EPERM, "it is not known who asks");
	if (who.uid == 0 || who.uid == geteuid() ||
	    (peer->control->group != (gid_t)-1 &&
		is_member(fd, who.gid, peer->control->group))) {
		log_line("control: %s, asked by user %u, process %d", name,
		    (unsigned)who.uid, (int)who.pid);
		return 0;
	}
	log_at(LOG_WARNING, "control: %s is refused to user %u, process %d",
	    name, (unsigned)who.uid, (int)who.pid);
	return err_set(err, -EPERM,
	    "%s is for root, flowscand's own user and the group of "
	    "control.group",
	    name);
}

/* ---- Requests ---------------------------------------------------------------
 */

static void
run_command(struct peer *peer, enum control_command command, struct json *json)
{
	const struct control_ops *ops = peer->control->ops;
	void *ctx = peer->control->ctx;
	struct fs_err err = { 0 };

	switch (command) {
	case CONTROL_STATUS:
		put_fine(json);
		ops->status(ctx, json);
		break;
	case CONTROL_STATS:
		put_fine(json);
		ops->stats(ctx, json);
		break;
	case CONTROL_RELOAD: peer->load = ops->reload(ctx); break;
	case CONTROL_ROTATE:
		if (ops->rotate(ctx, &err) < 0)
			put_fault(json, &err);
		else
			put_fine(json);
		break;
	case CONTROL_STOP:
		put_fine(json);
		ops->stop(ctx);
		break;
	case CONTROL_COMMANDS: break;
	}
}

static void
answer(struct peer *peer)
{
	enum control_command command = CONTROL_COMMANDS;
	struct fs_err err = { 0 };
	struct json json;

	peer->asked = true;
	(void)uv_read_stop((uv_stream_t *)&peer->pipe);
	json_init(&json, &peer->answer, 2);
	json_object(&json);
	if (control_request_read(peer->request, peer->size, &err, &command) <
		0 ||
	    check_peer(peer, command, &err) < 0)
		put_fault(&json, &err);
	else
		run_command(peer, command, &json);
	if (peer->load > 0) {
		buf_clear(&peer->answer);
		(void)uv_timer_start(&peer->timer, on_late, ANSWER_MS, 0);
		return;
	}
	json_object_end(&json);
	send_answer(peer);
}

static void
on_room(uv_handle_t *handle, size_t size, uv_buf_t *room)
{
	struct peer *peer = handle->data;

	(void)size;
	*room = uv_buf_init(peer->request + peer->size,
	    (unsigned)(sizeof(peer->request) - peer->size));
}

/* A request ends with its line, or with what the peer sends; one that is too
 * long is answered, too. */
static void
on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *room)
{
	struct peer *peer = stream->data;
	const char *end;

	(void)room;
	if (size < 0 && size != UV_EOF) {
		hang_up(peer);
		return;
	}
	peer->size += size > 0 ? (size_t)size : 0;
	end = memchr(peer->request, '\n', peer->size);
	if (end != NULL)
		peer->size = (size_t)(end - peer->request);
	if (end != NULL || size == UV_EOF ||
	    peer->size == sizeof(peer->request))
		answer(peer);
}

/* ---- Listening
 * ---------------------------------------------------------------- */

static struct peer *
find_room(struct control *control)
{
	unsigned i;

	for (i = 0; i < CONTROL_PEERS; i++)
		if (!control->peers[i].used)
			return &control->peers[i];
	return NULL;
}

static void
on_connection(uv_stream_t *server, int status)
{
	struct control *control = server->data;
	struct peer *peer = find_room(control);

	/* Without a place they wait in the kernel's queue, which is bounded,
	 * until one of ours is done or late. */
	control->waiting = peer == NULL;
	if (status < 0 || peer == NULL)
		return;
	*peer = (struct peer){ .control = control, .used = true, .open = 2 };
	buf_init(&peer->answer);
	(void)uv_pipe_init(control->loop, &peer->pipe, 0);
	(void)uv_timer_init(control->loop, &peer->timer);
	peer->pipe.data = peer->timer.data = peer;
	if (uv_accept(server, (uv_stream_t *)&peer->pipe) < 0 ||
	    uv_timer_start(&peer->timer, on_late, REQUEST_MS, 0) < 0 ||
	    uv_read_start((uv_stream_t *)&peer->pipe, on_room, on_read) < 0)
		hang_up(peer);
}

int
control_start(uv_loop_t *loop, const struct control_socket *made,
    const struct control_ops *ops, void *ctx, struct control **control)
{
	struct control *c = calloc(1, sizeof(*c));
	int fd, rc;

	if (c == NULL)
		return -ENOMEM;
	c->loop = loop;
	c->ops = ops;
	c->ctx = ctx;
	c->group = made->group;
	if ((rc = uv_pipe_init(loop, &c->server, 0)) < 0) {
		free(c);
		return rc;
	}
	c->server.data = c;
	/* The handle closes its own. */
	if ((fd = dup(made->fd)) < 0)
		rc = -errno;
	else if ((rc = uv_pipe_open(&c->server, fd)) < 0)
		close(fd);
	if (rc == 0)
		rc = uv_listen((uv_stream_t *)&c->server, CONTROL_PEERS,
		    on_connection);
	/* What was begun ends with the loop. */
	*control = c;
	return rc;
}

void
control_loaded(struct control *control, uint64_t load, const struct fs_err *err,
    const char *digest)
{
	unsigned i;

	for (i = 0; control != NULL && i < CONTROL_PEERS; i++) {
		struct peer *peer = &control->peers[i];
		struct json json;

		if (!peer->used || peer->load == 0 || peer->load > load ||
		    uv_is_closing((uv_handle_t *)&peer->pipe))
			continue;
		json_init(&json, &peer->answer, 2);
		json_object(&json);
		if (err->text[0] != '\0')
			put_fault(&json, err);
		else
			put_fine(&json);
		json_put_text(&json, "rules", digest);
		json_object_end(&json);
		send_answer(peer);
	}
}

void
control_stop(struct control *control)
{
	unsigned i;

	if (control == NULL || control->stopped)
		return;
	control->stopped = true;
	if (!uv_is_closing((uv_handle_t *)&control->server))
		uv_close((uv_handle_t *)&control->server, NULL);
	for (i = 0; i < CONTROL_PEERS; i++)
		if (control->peers[i].used)
			hang_up(&control->peers[i]);
}

void
control_free(struct control *control)
{
	free(control);
}
