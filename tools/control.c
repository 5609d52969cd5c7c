#include "control.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/err.h"

enum { ANSWER_MAX = 1 << 20 };

static int
fail(struct fs_err *err, const char *path, const char *what)
{
	int rc = errno == EAGAIN || errno == EINPROGRESS ? -ETIMEDOUT : -errno;
	const char *hint = "";

	if (rc == -ENOENT || rc == -ECONNREFUSED)
		hint = ": does flowscand run, and does its config name this "
		       "socket (control: {path: ...})?";
	return err_set(err, rc, "%s: %s: %s%s", path, what, strerror(-rc),
	    hint);
}

static int
send_all(int fd, const char *path, const struct buf *request,
    struct fs_err *err)
{
	size_t sent = 0;
	ssize_t size;

	while (sent < request->size) {
		size = send(fd, request->bytes + sent, request->size - sent,
		    MSG_NOSIGNAL);
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return fail(err, path, "cannot ask");
		sent += (size_t)size;
	}
	return 0;
}

static int
receive_all(int fd, const char *path, struct buf *answer, struct fs_err *err)
{
	char bytes[4096];
	ssize_t size;

	while ((size = recv(fd, bytes, sizeof(bytes), 0)) != 0) {
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return fail(err, path, "no answer");
		buf_add(answer, bytes, (size_t)size);
		if (answer->size > ANSWER_MAX)
			return err_set(err, FS_EFULL,
			    "%s: the answer has more than 1 MB", path);
	}
	if (answer->size == 0)
		return err_set(err, -ECONNRESET,
		    "%s: hung up without an answer", path);
	return buf_error(answer) < 0 ? err_set(err, -ENOMEM, "no memory left")
				     : 0;
}

static int
talk(int fd, const char *path, const char *command, struct buf *answer,
    struct fs_err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct buf request;
	int rc;

	memcpy(address.sun_path, path, strlen(path));
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return fail(err, path, "cannot connect");
	buf_init(&request);
	buf_printf(&request, "{\"command\": \"%s\"}\n", command);
	rc = buf_error(&request) < 0 ? err_set(err, -ENOMEM, "no memory left")
				     : send_all(fd, path, &request, err);
	buf_fini(&request);
	return rc < 0 ? rc : receive_all(fd, path, answer, err);
}

int
control_ask(const char *path, const char *command, unsigned timeout_s,
    struct buf *answer, struct fs_err *err)
{
	struct timeval wait = { .tv_sec = timeout_s };
	int fd, rc;

	if (strlen(path) >= sizeof(((struct sockaddr_un *)0)->sun_path))
		return err_set(err, -ENAMETOOLONG,
		    "%s: too long for a socket's path", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) < 0)
		rc = fail(err, path, "cannot connect");
	else
		rc = talk(fd, path, command, answer, err);
	if (fd >= 0)
		close(fd);
	return rc;
}

int
control_ask_tree(const char *path, const char *command, unsigned timeout_s,
    struct fs_err *err, struct json_node **tree)
{
	struct buf answer;
	int rc;

	buf_init(&answer);
	rc = control_ask(path, command, timeout_s, &answer, err);
	if (rc == 0)
		rc = json_tree_read(answer.bytes, answer.size, path, err, tree);
	buf_fini(&answer);
	if (rc == 0 && !json_tree_is_object(*tree)) {
		json_tree_free(*tree);
		rc = err_set(err, FS_EFORMAT, "%s: the answer is no object",
		    path);
	}
	return rc;
}
