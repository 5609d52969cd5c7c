#include <grp.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "file.h"
#include "sample_rules.h"

enum { NOBODY = 65534 };

/* Opens both ways and expects the same refusal. */
static void
refused(const char *path, int write_rc, int read_rc, const char *says)
{
	struct fs_store *store = NULL;
	struct fs_err err = { 0 };

	tap_int(fs_store_open(path, &err, &store), write_rc, "not written");
	tap_ok(write_rc >= 0 || strstr(err.text, says) != NULL, "says: %s",
	    err.text);
	fs_store_close(store);
	store = NULL;
	tap_int(fs_store_open_read(path, &err, &store), read_rc, "not read");
	tap_ok(strstr(err.text, path) != NULL, "says: %s", err.text);
	fs_store_close(store);
}

static void
test_no_place(const char *folder)
{
	char path[SAMPLE_PATH];

	refused(sample_path(folder, "missing/x.db", path), -ENOENT, -ENOENT,
	    "folder does not exist");
	refused(folder, -EISDIR, -EISDIR, "is a folder");
	sample_path(folder, "pipe", path);
	mkfifo(path, 0600);
	refused(path, -EINVAL, -EINVAL, "no regular file");
}

static void
test_missing(const char *folder)
{
	struct fs_store *store = NULL;
	struct fs_err err = { 0 };
	char path[SAMPLE_PATH];

	sample_path(folder, "test.db", path);
	tap_int(fs_store_open_read(path, &err, &store), -ENOENT, "missing");
	tap_ok(strstr(err.text, "no database at") != NULL, "says: %s",
	    err.text);
	tap_ok(access(path, F_OK) < 0, "and is not made by reading");
}

/* A file of others is left as it is, byte for byte. */
static void
keeps(const char *path, int write_rc, int read_rc, const char *says)
{
	static uint8_t before[FILE_ROOM], after[FILE_ROOM];
	size_t before_size = read_file(path, before), after_size;

	refused(path, write_rc, read_rc, says);
	after_size = read_file(path, after);
	tap_ok(before_size == after_size &&
		memcmp(before, after, after_size) == 0,
	    "the file is left as it was");
}

static void
test_foreign(const char *folder)
{
	char path[SAMPLE_PATH];

	sample_path(folder, "text.db", path);
	write_file(path,
	    "This is no database at all, but a text of some "
	    "length, so that it is not taken for an empty one............",
	    100);
	keeps(path, FS_EDB, FS_EDB, "no SQLite database");
	sample_path(folder, "other.db", path);
	meddle(path, "CREATE TABLE t (a); INSERT INTO t VALUES (1)");
	keeps(path, FS_EDB, FS_EDB, "another program");
	sample_path(folder, "id.db", path);
	meddle(path, "PRAGMA application_id = 77");
	keeps(path, FS_EDB, FS_EDB, "another program");
}

static void
test_newer(const char *folder)
{
	char path[SAMPLE_PATH];

	fill(folder, 1);
	sample_path(folder, "test.db", path);
	meddle(path, "PRAGMA user_version = 99; PRAGMA journal_mode = delete");
	keeps(path, FS_ENEWER, FS_ENEWER, "newer flowscan");
}

static void
test_empty(const char *folder)
{
	char path[SAMPLE_PATH];
	struct fs_store *store = NULL;
	struct fs_err err = { 0 };

	write_file(sample_path(folder, "test.db", path), "", 0);
	tap_int(fs_store_open_read(path, &err, &store), FS_EDB, "not read");
	tap_ok(strstr(err.text, "holds nothing yet") != NULL, "says: %s",
	    err.text);
	fill(folder, 2);
	tap_int(look(path, "SELECT count(*) FROM flows_1"), 2,
	    "an empty file is a new store");
}

/* Names that mean something to SQLite are names of files to us. */
static void
test_names(const char *folder)
{
	static const char *const names[] = { ":memory:", "a?mode=memory",
		"file:b", "c%20d#e", "'quote'" };
	struct fs_store *store;
	struct fs_err err = { 0 };
	char path[SAMPLE_PATH], *old = getcwd(NULL, 0);
	struct stat found;
	size_t i;

	if (old == NULL || chdir(folder) < 0)
		abort();
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		store = NULL;
		tap_int(fs_store_open(names[i], &err, &store), 0, names[i]);
		fs_store_close(store);
		store = NULL;
		tap_int(fs_store_open_read(names[i], &err, &store), 0,
		    "is read");
		fs_store_close(store);
		tap_ok(stat(sample_path(folder, names[i], path), &found) == 0 &&
			found.st_size > 0,
		    "and is a file");
	}
	if (chdir(old) < 0)
		abort();
	free(old);
}

static void
test_one_writer(const char *folder)
{
	struct fs_store *store = sample_writer(folder), *other = NULL;
	struct fs_err err = { 0 };
	char path[SAMPLE_PATH], link[SAMPLE_PATH];

	sample_path(folder, "test.db", path);
	tap_int(fs_store_open(path, &err, &other), -EBUSY, "a second writer");
	tap_ok(strstr(err.text, "another flowscand") != NULL, "says: %s",
	    err.text);
	if (symlink("test.db", sample_path(folder, "link.db", link)) < 0)
		abort();
	tap_int(fs_store_open(link, &err, &other), -EBUSY,
	    "a second writer by another name");
	fs_store_close(store);
	tap_int(fs_store_open(path, &err, &other), 0, "the next writer");
	fs_store_close(other);
}

static void
test_read_only(const char *folder)
{
	static struct fs_observation flow;
	struct fs_store *store;
	struct fs_err err = { 0 };

	fill(folder, 1);
	store = sample_reader(folder);
	sample_flow(&flow, 1);
	tap_int(fs_store_put_flow(store, &flow, &err), FS_EDB,
	    "a reader cannot write");
	fs_store_close(store);
}

/* A reader sees whole transactions, also those of a writer at work. */
static void
test_reader_beside(const char *folder)
{
	static struct fs_observation flow;
	struct fs_store *writer, *reader;
	struct fs_err err = { 0 };
	uint64_t count = 0;

	fill(folder, 1);
	writer = sample_writer(folder);
	sample_flow(&flow, 1);
	fs_store_put_flow(writer, &flow, &err);
	reader = sample_reader(folder);
	tap_int(count_flows(reader, &err, &count), 0, "reads");
	tap_int((long long)count, 1, "what is committed");
	fs_store_commit(writer, &err);
	count_flows(reader, &err, &count);
	tap_int((long long)count, 2, "and what is committed later");
	fs_store_close(reader);
	fs_store_close(writer);
}

/* ---- Other users -------------------------------------------------------- */

/* Runs a check as nobody; returns its result, or -1. */
static int
as_nobody(int (*check)(const char *folder), const char *folder)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		if (geteuid() == 0 &&
		    (setgroups(0, NULL) < 0 || setgid(NOBODY) < 0 ||
			setuid(NOBODY) < 0))
			_exit(99);
		_exit(check(folder));
	}
	if (child < 0 || waitpid(child, &status, 0) < 0 || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static int
write_code(const char *folder)
{
	struct fs_store *store = NULL;
	struct fs_err err = { 0 };
	char path[SAMPLE_PATH];
	int rc =
	    fs_store_open(sample_path(folder, "test.db", path), &err, &store);

	fs_store_close(store);
	return rc < 0 && rc > -200 ? -rc : rc == 0 ? 0 : 200;
}

/* A writer of one more row in a process of its own, which waits to be killed
 * with its rows in the log. SQLite would share what this process has open. */
static pid_t
writer_at_work(const char *folder)
{
	static struct fs_observation flow;
	struct fs_store *store;
	struct fs_err err = { 0 };
	int done[2];
	char byte = 0;
	pid_t child;

	if (pipe(done) < 0)
		abort();
	child = fork();
	if (child == 0) {
		store = sample_writer(folder);
		sample_flow(&flow, 7);
		if (fs_store_put_flow(store, &flow, &err) == 0 &&
		    fs_store_commit(store, &err) == 0 &&
		    write(done[1], &byte, 1) == 1)
			pause();
		_exit(1);
	}
	close(done[1]);
	if (child < 0 || read(done[0], &byte, 1) != 1)
		abort();
	close(done[0]);
	return child;
}

static void
kill_writer(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

/* Makes an empty database that nobody may read as one of its group. */
static void
group_may_read(const char *folder)
{
	char path[SAMPLE_PATH];

	write_file(sample_path(folder, "test.db", path), "", 0);
	if (chmod(folder, 0755) < 0 || chmod(path, 0640) < 0 ||
	    (geteuid() == 0 && chown(path, 0, NOBODY) < 0))
		abort();
}

/* What a store holds is for its group, and not for all. */
static void
test_modes(const char *folder)
{
	static const char *const names[] = { "test.db", "test.db-wal",
		"test.db-shm", "test.db.lock" };
	mode_t old = umask(022);
	char path[SAMPLE_PATH];
	struct stat found;
	size_t i;

	fill(folder, 1);
	(void)umask(old);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		tap_ok(stat(sample_path(folder, names[i], path), &found) == 0 &&
			(found.st_mode & 0777) == 0640,
		    "%s: %o", names[i], (unsigned)found.st_mode & 0777);
}

/* With an empty log, with rows in the log, and without the log's files. */
static void
test_other_user(const char *folder)
{
	char path[SAMPLE_PATH];
	pid_t writer;

	group_may_read(folder);
	fill(folder, 3);
	tap_int(as_nobody(read_count, folder), 3,
	    "read by one who may not write");
	tap_int(as_nobody(write_code, folder), geteuid() == 0 ? EACCES : 0,
	    "but not written");
	writer = writer_at_work(folder);
	tap_int(as_nobody(read_count, folder), 4,
	    "read with rows in the log of a writer at work");
	kill_writer(writer);
	tap_int(as_nobody(read_count, folder), 4,
	    "read with rows in the log of a writer that was killed");
	fill(folder, 0);
	unlink(sample_path(folder, "test.db-wal", path));
	unlink(sample_path(folder, "test.db-shm", path));
	tap_int(as_nobody(read_count, folder), 4, "read without a log");
	if (chmod(sample_path(folder, "test.db", path), 0600) < 0)
		abort();
	tap_int(as_nobody(read_count, folder), geteuid() == 0 ? 201 : 4,
	    "not read when the file is closed to others");
}

/* A log with rows that cannot be shared is never passed over. */
static void
test_log_out_of_reach(const char *folder)
{
	char path[SAMPLE_PATH];
	pid_t writer;

	group_may_read(folder);
	fill(folder, 1);
	writer = writer_at_work(folder);
	/* Closed to nobody, or to ourselves. */
	if (chmod(sample_path(folder, "test.db-shm", path),
		geteuid() == 0 ? 0600 : 0) < 0)
		abort();
	tap_int(as_nobody(read_count, folder), 201,
	    "a log that cannot be shared is an error");
	kill_writer(writer);
}

int
main(void)
{
	static void (*const tests[])(const char *folder) = {
		test_no_place,
		test_missing,
		test_foreign,
		test_newer,
		test_empty,
		test_names,
		test_one_writer,
		test_read_only,
		test_reader_beside,
		test_modes,
		test_other_user,
		test_log_out_of_reach,
	};
	char folder[SAMPLE_PATH];
	size_t i;

	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		sample_folder(folder);
		tests[i](folder);
		sample_remove(folder);
	}
	return tap_done();
}
