#include "access.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "command.h"
#include "desk.h"

/* "access.log" in the folder of the database. */
static void
path_of(const char *db, char path[PATH_MAX])
{
	const char *slash = strrchr(db, '/');

	snprintf(path, PATH_MAX, "%.*saccess.log",
	    slash ? (int)(slash + 1 - db) : 0, db);
}

/* One line at once: others append, too. */
static int
append(const char *path, const struct buf *line)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW), rc;
	ssize_t written;

	if (fd < 0)
		return -errno;
	written = write(fd, line->bytes, line->size);
	rc = written < 0 ? -errno : (size_t)written == line->size ? 0 : -EIO;
	if (close(fd) < 0 && rc == 0)
		rc = -errno;
	return rc;
}

/* The words that this program was called with, as the kernel has them. */
static void
put_words(struct json *json)
{
	char *words = NULL;
	size_t size = 0, at;

	json_key(json, "command");
	json_array(json);
	if (file_read("/proc/self/cmdline", 1 << 20, &words, &size) == 0)
		for (at = 0; at < size; at += strlen(words + at) + 1)
			json_text(json, words + at);
	free(words);
	json_array_end(json);
}

/* About one of the databases. */
static int
note(const struct options *options, const char *db, const char *what,
    const uint64_t *rows)
{
	char path[PATH_MAX], who[FS_NAME_SIZE] = "";
	struct stat status;
	struct json json;
	struct buf line;
	int rc;

	path_of(db, path);
	if (lstat(path, &status) < 0 && errno == ENOENT)
		return 0;
	desk_who(who);
	buf_init(&line);
	json_init(&json, &line, 0);
	json_object(&json);
	json_put_time(&json, "time", desk_now_us());
	json_put_text(&json, "event", what);
	json_put_u64(&json, "uid", getuid());
	json_put_text(&json, "user", who);
	json_put_text(&json, "db", db);
	json_put_u64(&json, "pid", (uint64_t)getpid());
	if (rows != NULL)
		json_put_u64(&json, "matched", *rows);
	else
		put_words(&json);
	json_object_end(&json);
	buf_add_text(&line, "\n");
	rc = buf_error(&line) < 0 ? -ENOMEM : append(path, &line);
	buf_fini(&line);
	if (rc == 0)
		return 0;
	return complain(options->command, CODE_DATABASE,
	    "%s: %s: who reads this database is written down there: ask for "
	    "the right to append to it",
	    path, strerror(-rc));
}

static int
note_all(const struct options *options, const char *what, const uint64_t *rows)
{
	int code = 0;
	size_t i;

	for (i = 0; code == 0 && i < options->db_count; i++)
		code = note(options, options->dbs[i], what, rows);
	return code;
}

int
access_ask(const struct options *options)
{
	return note_all(options, "asks", NULL);
}

int
access_given(const struct options *options, uint64_t rows)
{
	return note_all(options, "given", &rows);
}

bool
access_is_logged(const char *db)
{
	char path[PATH_MAX];
	struct stat status;

	path_of(db, path);
	return lstat(path, &status) == 0 || errno != ENOENT;
}
