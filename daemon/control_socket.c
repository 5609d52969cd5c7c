#include "control.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/err.h"

enum { BACKLOG = 16 };

static int
fail(struct fs_err *err, const char *path, const char *what)
{
	int rc = -errno;

	return err_set(err, rc, "control socket %s: %s: %s", path, what,
	    strerror(-rc));
}

static int
find_group(const struct control_access *access, struct fs_err *err,
    gid_t *group)
{
	const struct group *found;

	*group = (gid_t)-1;
	if (access->group == NULL)
		return 0;
	errno = 0;
	if ((found = getgrnam(access->group)) == NULL)
		return err_set(err, -ENOENT,
		    "control.group: there is no group '%s': make it with "
		    "groupadd --system %s",
		    access->group, access->group);
	*group = found->gr_gid;
	return 0;
}

/* Folders in /run are gone after a start of the machine. */
static int
make_folder(const struct control_access *access, struct fs_err *err)
{
	const char *slash = strrchr(access->path, '/');
	char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];

	if (slash == NULL || slash == access->path)
		return 0;
	(void)snprintf(folder, sizeof(folder), "%.*s",
	    (int)(slash - access->path), access->path);
	if (mkdir(folder, 0755) < 0)
		return errno == EEXIST ? 0
				       : fail(err, folder, "cannot be made");
	if (geteuid() == 0 && lchown(folder, access->owner, (gid_t)-1) < 0)
		return fail(err, folder, "cannot be given away");
	return 0;
}

/* Whether somebody answers at an address. */
static bool
is_served(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool served;

	if (fd < 0)
		return false;
	served = connect(fd, (const struct sockaddr *)address,
		     sizeof(*address)) == 0 ||
	    errno == EAGAIN;
	close(fd);
	return served;
}

static int
take_place(const struct sockaddr_un *address, struct fs_err *err)
{
	const char *path = address->sun_path;
	struct stat status;

	if (lstat(path, &status) < 0)
		return errno == ENOENT ? 0 : fail(err, path, "cannot be seen");
	if (!S_ISSOCK(status.st_mode))
		return err_set(err, -EEXIST,
		    "control socket %s: there is something else of that name",
		    path);
	if (is_served(address))
		return err_set(err, -EADDRINUSE,
		    "control socket %s: another flowscand serves it", path);
	return unlink(path) < 0 ? fail(err, path, "cannot be replaced") : 0;
}

static int
listen_at(const struct sockaddr_un *address,
    const struct control_access *access, gid_t group, int fd,
    struct fs_err *err)
{
	/* The folder may be another's, who could put a link in the socket's
	 * place meanwhile: nothing that follows links is done to its name. */
	mode_t mask = umask(0777 & ~access->mode);
	int rc = bind(fd, (const struct sockaddr *)address, sizeof(*address));

	umask(mask);
	if (rc < 0)
		return fail(err, access->path, "cannot be made");
	if ((geteuid() == 0 || group != (gid_t)-1) &&
	    lchown(access->path, geteuid() == 0 ? access->owner : (uid_t)-1,
		group) < 0)
		return fail(err, access->path, "cannot be given away");
	if (listen(fd, BACKLOG) < 0)
		return fail(err, access->path, "cannot be listened at");
	return 0;
}

int
control_socket_open(const struct control_access *access, struct fs_err *err,
    struct control_socket *made)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	gid_t group;
	int fd, rc;

	if (strlen(access->path) >= sizeof(address.sun_path))
		return err_set(err, -ENAMETOOLONG,
		    "control socket %s: a socket's path has less than %zu "
		    "bytes",
		    access->path, sizeof(address.sun_path));
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s",
	    access->path);
	if ((rc = find_group(access, err, &group)) < 0 ||
	    (rc = make_folder(access, err)) < 0 ||
	    (rc = take_place(&address, err)) < 0)
		return rc;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fail(err, access->path, "cannot be made");
	if ((rc = listen_at(&address, access, group, fd, err)) < 0) {
		close(fd);
		return rc;
	}
	*made = (struct control_socket){ fd, group, access->path };
	return 0;
}

void
control_socket_close(struct control_socket *made)
{
	if (made->fd < 0)
		return;
	close(made->fd);
	/* What stays is replaced by the next one. */
	(void)unlink(made->path);
	made->fd = -1;
}
