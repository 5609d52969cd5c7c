/* What a confined process can still do, each tried in a child of its own. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../tap.h"
#include "daemon/landlock.h"
#include "daemon/privileges.h"
#include "daemon/reach.h"
#include "daemon/syscalls.h"

static char folder[] = "/tmp/flowscan-confine-XXXXXX";

enum { HELD = 0, FAILED = 1, NOT_CONFINED = 2 };

static const char *
inside(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

/* ---- Files -----------------------------------------------------------------
 */

/* The errno of an open, or 0. */
static int
try_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static void *
open_outside(void *path)
{
	return try_open(path, O_RDONLY) == EACCES ? path : NULL;
}

static int
keep_to_folders(void)
{
	struct reach reach = { .count = 2 };
	char outside[] = "/etc/passwd";
	pthread_t thread;
	void *kept = NULL;

	reach.places[0] =
	    (struct reach_place){ strdup(inside("w")), REACH_WRITE, "" };
	reach.places[1] =
	    (struct reach_place){ strdup(inside("r")), REACH_READ, "" };
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (landlock_enter(&reach, NULL) < 0)
		return FAILED;
	reach_fini(&reach);
	if (try_open(inside("w/new"), O_CREAT | O_WRONLY) != 0 ||
	    unlink(inside("w/new")) != 0 ||
	    try_open(inside("r/file"), O_RDONLY) != 0)
		return FAILED;
	if (try_open(inside("r/file"), O_WRONLY) != EACCES ||
	    try_open(inside("r/new"), O_CREAT | O_WRONLY) != EACCES ||
	    try_open(inside("other"), O_RDONLY) != EACCES ||
	    try_open("/etc/passwd", O_RDONLY) != EACCES)
		return NOT_CONFINED;
	if (pthread_create(&thread, NULL, open_outside, outside) != 0 ||
	    pthread_join(thread, &kept) != 0)
		return FAILED;
	return kept != NULL ? HELD : NOT_CONFINED;
}

/* ---- System calls
 * ------------------------------------------------------------ */

static void *
make_socket(void *any)
{
	(void)any;
	return socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EPERM ? folder
								     : NULL;
}

static int
keep_to_calls(void)
{
	pthread_t thread;
	void *kept = NULL;
	int pair[2];

	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0 ||
	    syscalls_enter(NULL) < 0)
		return FAILED;
	/* What is open works; nothing new is opened. */
	if (send(pair[0], "x", 1, 0) != 1 || getpid() <= 0)
		return FAILED;
	if (socket(AF_INET, SOCK_DGRAM, 0) >= 0 || errno != EPERM ||
	    socket(AF_NETLINK, SOCK_RAW, 0) >= 0 || errno != EPERM ||
	    chmod(folder, 0777) == 0)
		return NOT_CONFINED;
	if (pthread_create(&thread, NULL, make_socket, NULL) != 0 ||
	    pthread_join(thread, &kept) != 0)
		return FAILED;
	return kept != NULL ? HELD : NOT_CONFINED;
}

static int
run_another(void)
{
	char name[] = "/bin/true", *argv[] = { name, NULL }, *none = NULL;

	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (syscalls_enter(NULL) < 0)
		return FAILED;
	execve(name, argv, &none);
	return NOT_CONFINED;
}

static int
fork_another(void)
{
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (syscalls_enter(NULL) < 0)
		return FAILED;
	return fork() < 0 && errno == EPERM ? HELD : NOT_CONFINED;
}

/* ---- The user
 * ---------------------------------------------------------------- */

static int
become_nobody(void)
{
	struct privileges privileges;

	if (privileges_find("nobody", true, NULL, &privileges) < 0 ||
	    !privileges.changes || privileges_drop(&privileges, NULL) < 0)
		return FAILED;
	return geteuid() != 0 && setuid(0) < 0 &&
		prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 &&
		prctl(PR_CAPBSET_READ, 21, 0, 0, 0) == 0
	    ? HELD
	    : NOT_CONFINED;
}

/* Root without capabilities may not read what others forbid. */
static int
stay_root(void)
{
	struct privileges privileges;

	if (chown(inside("other"), 1, 1) < 0 || chmod(inside("other"), 0) < 0 ||
	    privileges_find("root", true, NULL, &privileges) < 0 ||
	    privileges_drop(&privileges, NULL) < 0)
		return FAILED;
	return try_open(inside("other"), O_RDONLY) == EACCES ? HELD
							     : NOT_CONFINED;
}

static int
read_as_root(void)
{
	struct privileges privileges;

	if (privileges_find(NULL, false, NULL, &privileges) < 0 ||
	    !privileges.overrides || privileges_drop(&privileges, NULL) < 0)
		return FAILED;
	return try_open(inside("other"), O_RDONLY) == 0 &&
		chown(inside("other"), 2, 2) < 0
	    ? HELD
	    : NOT_CONFINED;
}

static void
test_names(void)
{
	struct privileges privileges;
	struct fs_err err = { 0 };

	tap_ok(privileges_find("no-such-user-here", true, &err, &privileges) <
		    0 &&
		strstr(err.text, "no user 'no-such-user-here'"),
	    "%s", err.text);
}

/* Runs 'act' in a child; how it ended. */
static int
end_of(int (*act)(void))
{
	pid_t child;
	int status;

	(void)fflush(stdout);
	if ((child = fork()) == 0)
		_exit(act());
	if (child < 0 || waitpid(child, &status, 0) != child)
		abort();
	return status;
}

static void
try(const char *name, int (*act)(void))
{
	int status = end_of(act);

	tap_ok(WIFEXITED(status) && WEXITSTATUS(status) == HELD,
	    "%s (ended with %#x)", name, (unsigned)status);
}

int
main(void)
{
	int status;

	if (mkdtemp(folder) == NULL || mkdir(inside("w"), 0700) < 0 ||
	    mkdir(inside("r"), 0700) < 0 ||
	    try_open(inside("r/file"), O_CREAT | O_WRONLY) != 0 ||
	    try_open(inside("other"), O_CREAT | O_WRONLY) != 0)
		abort();
	if (landlock_version() > 0)
		try("files: only those of the folders", keep_to_folders);
	else
		tap_skip("files: only those of the folders", "no Landlock");
	try("system calls: no new socket", keep_to_calls);
	status = end_of(run_another);
	tap_ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS,
	    "system calls: another program ends the process");
	try("system calls: no process", fork_another);
	test_names();
	if (geteuid() == 0) {
		try("root becomes nobody, for good", become_nobody);
		try("root without a capability", stay_root);
		try("root that reads files", read_as_root);
	} else {
		tap_skip("root becomes nobody, for good", "not root");
	}
	unlink(inside("r/file"));
	unlink(inside("other"));
	rmdir(inside("r"));
	rmdir(inside("w"));
	rmdir(folder);
	return tap_done();
}
