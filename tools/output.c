#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int
write_all(void *ctx, const char *bytes, size_t size)
{
	const struct output *output = ctx;
	ssize_t written;

	while (size > 0) {
		written = write(output->fd, bytes, size);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		bytes += written;
		size -= (size_t)written;
	}
	return 0;
}

/* ---- The terminal ------------------------------------------------------- */

static unsigned
terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return 80;
}

static bool
wants_color(const struct options *options)
{
	const char *none = getenv("NO_COLOR"), *term = getenv("TERM");

	return !options->no_color && (none == NULL || none[0] == '\0') &&
	    term != NULL && strcmp(term, "dumb") != 0;
}

/* Starts $PAGER, by default less, which leaves short answers on the screen.
 * Without one, the terminal is written to. */
static void
start_pager(struct output *output)
{
	const char *pager = getenv("PAGER");
	char *argv[] = { (char[]){ "sh" }, (char[]){ "-c" }, NULL, NULL };
	posix_spawn_file_actions_t actions;
	int ends[2];

	if (pager == NULL || pager[0] == '\0')
		pager = "less";
	if (strcmp(pager, "cat") == 0 || pipe2(ends, O_CLOEXEC) < 0)
		return;
	(void)setenv("LESS", "FRX", 0);
	argv[2] = strdup(pager);
	if (argv[2] != NULL && posix_spawn_file_actions_init(&actions) == 0) {
		posix_spawn_file_actions_adddup2(&actions, ends[0],
		    STDIN_FILENO);
		if (posix_spawnp(&output->pager, argv[0], &actions, NULL, argv,
			environ) != 0)
			output->pager = 0;
		posix_spawn_file_actions_destroy(&actions);
	}
	free(argv[2]);
	close(ends[0]);
	if (output->pager > 0) {
		output->fd = ends[1];
		/* A pager that is left early is no fault. */
		(void)signal(SIGPIPE, SIG_IGN);
	} else {
		close(ends[1]);
	}
}

/* ---- Opening and closing ------------------------------------------------ */

/* Whether a file is the database, or one of those that belong to it. */
static bool
is_of_database(const char *db, const struct stat *file)
{
	static const char *const ends[] = { "", "-wal", "-shm", ".lock" };
	const char *name = strrchr(db, '/') ? strrchr(db, '/') + 1 : db;
	char path[PATH_MAX];
	struct stat other;
	size_t i;

	snprintf(path, sizeof(path), "%.*slabels.db", (int)(name - db), db);
	if (stat(path, &other) == 0 && other.st_dev == file->st_dev &&
	    other.st_ino == file->st_ino)
		return true;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", db, ends[i]);
		if (stat(path, &other) == 0 && other.st_dev == file->st_dev &&
		    other.st_ino == file->st_ino)
			return true;
	}
	return false;
}

/* Empties a file, unless that would be the end of what is read. */
static int
empty_file(const struct options *options, int fd)
{
	struct stat status;
	size_t i;

	if (fstat(fd, &status) < 0)
		return -errno;
	for (i = 0; i < options->db_count; i++)
		if (is_of_database(options->dbs[i], &status))
			return -EBUSY;
	if (S_ISREG(status.st_mode) && ftruncate(fd, 0) < 0)
		return -errno;
	return 0;
}

/* Returns the descriptor, or a negated errno. */
static int
open_file(const struct options *options)
{
	int rc, fd;

	fd = open(options->output, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return -errno;
	if ((rc = empty_file(options, fd)) == 0)
		return fd;
	close(fd);
	return rc;
}

int
output_open(const struct options *options, const char *command,
    struct output *output)
{
	*output = (struct output){
		.out = { .write = write_all,
		    .format = options->format,
		    .fields = options->fields },
		.fd = STDOUT_FILENO,
		.name = "standard output",
	};
	output->out.ctx = output;
	snprintf(output->command, sizeof(output->command), "%s", command);
	output->out.command = output->command;
	if (options->output != NULL) {
		output->name = options->output;
		output->fd = open_file(options);
		return output->fd < 0 ? output->fd : 0;
	}
	if (isatty(STDOUT_FILENO)) {
		output->out.width = terminal_width();
		output->out.color = wants_color(options);
		start_pager(output);
	}
	return 0;
}

int
output_close(struct output *output)
{
	int rc = 0, status;

	if (output->fd != STDOUT_FILENO && close(output->fd) < 0)
		rc = -errno;
	if (output->pager > 0)
		while (waitpid(output->pager, &status, 0) < 0 && errno == EINTR)
			continue;
	return rc;
}
