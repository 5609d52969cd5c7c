/* The verdict again from the capture: runs flowscand over it into a database
 * of its own, and compares. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/file.h"
#include "access.h"
#include "command.h"
#include "output.h"
#include "session.h"

enum { CAPTURES_MAX = 64, ARGS_MAX = 2 * CAPTURES_MAX + 8 };

static const struct options_kind kind = {
	.usage = "flowscan replay -r CAPTURE... [-c CONFIG] [FLOW|CLIENT] "
		 "[OPTION]...",
	.about = "Judges a capture again, by CONFIG and its rules as they are "
		 "today, and lists the\nflows whose verdict, evidence or "
		 "signals are not as the database has them.\nExits 1 when "
		 "there is any.",
	.has_filter = true,
	.operands = -1,
};

struct replay {
	const char *captures[CAPTURES_MAX];
	int capture_count;
	const char *config; /* Or null. */
	uint64_t flow_id;
	char folder[PATH_MAX]; /* Of the new database. */
	char db[PATH_MAX + 16], words[PATH_MAX + 16];
	struct options options;
};

/* ---- Options ------------------------------------------------------------ */

/* Takes '-r' and '-c' out of the arguments; the rest are common options.
 * Returns -1 to go on, or what the program ends with. */
static int
take_own(int *argc, char **argv, struct replay *replay)
{
	int i, kept = 1;

	for (i = 1; i < *argc; i++) {
		bool capture = strcmp(argv[i], "-r") == 0;

		if (!capture && strcmp(argv[i], "-c") != 0) {
			argv[kept++] = argv[i];
			continue;
		}
		if (i + 1 == *argc)
			return complain("replay", CODE_USAGE,
			    "'%s' needs the name of a file", argv[i]);
		i++;
		if (!capture)
			replay->config = argv[i];
		else if (replay->capture_count < CAPTURES_MAX)
			replay->captures[replay->capture_count++] = argv[i];
		else
			return complain("replay", CODE_USAGE,
			    "more than %d captures", CAPTURES_MAX);
	}
	argv[kept] = NULL;
	*argc = kept;
	return -1;
}

/* A flow's identity, or a client. */
static int
take_subject(struct replay *replay)
{
	struct options *options = &replay->options;
	const char *subject;
	char *end;

	if (options->operand_count == 0)
		return -1;
	subject = options->operands[0];
	if (options->operand_count > 1)
		return complain("replay", CODE_USAGE,
		    "one flow or client at a time: '%s' is too many",
		    options->operands[1]);
	if (addr_parse_prefix(subject, true, &options->filter.client))
		return -1;
	replay->flow_id = strtoull(subject, &end, 16);
	if (strlen(subject) == 16 && *end == '\0' && replay->flow_id != 0)
		return -1;
	return complain("replay", CODE_USAGE,
	    "'%s' is no client's address and no flow's 16 hexadecimal digits",
	    subject);
}

static int
read_arguments(int argc, char **argv, struct replay *replay)
{
	int code = take_own(&argc, argv, replay);

	if (code < 0)
		code = options_read(argc, argv, &kind, &replay->options);
	if (code < 0)
		code = take_subject(replay);
	if (code < 0 && replay->capture_count == 0)
		code = complain("replay", CODE_USAGE,
		    "no capture: name one with -r FILE");
	return code;
}

/* ---- Judging again ------------------------------------------------------ */

/* flowscand stands beside this program, or in PATH. */
static void
find_daemon(char path[PATH_MAX])
{
	char self[PATH_MAX], *folder;
	ssize_t size = readlink("/proc/self/exe", self, sizeof(self) - 1);

	(void)snprintf(path, PATH_MAX, "flowscand");
	if (size <= 0)
		return;
	self[size] = '\0';
	folder = dirname(self);
	if (strlen(folder) + sizeof("/flowscand") > PATH_MAX)
		return;
	(void)snprintf(path, PATH_MAX, "%.*s/flowscand", PATH_MAX - 12, folder);
	if (access(path, X_OK) < 0)
		(void)snprintf(path, PATH_MAX, "flowscand");
}

/* What flowscand says is kept, and shown where it matters. */
static int
keep_words(const struct replay *replay)
{
	int fd = open(replay->words, O_CREAT | O_WRONLY | O_TRUNC, 0600);

	if (fd < 0 || dup2(fd, STDERR_FILENO) < 0)
		return -errno;
	close(fd);
	return 0;
}

static void
show_words(const struct replay *replay)
{
	char *words;
	size_t size;

	if (file_read(replay->words, 1 << 20, &words, &size) < 0)
		return;
	(void)fwrite(words, 1, size, stderr);
	free(words);
}

/* In the child. */
static _Noreturn void
become_daemon(const struct replay *replay)
{
	const char *args[ARGS_MAX] = { "flowscand" };
	char path[PATH_MAX];
	int i, count = 1;

	(void)keep_words(replay);
	find_daemon(path);
	if (replay->config != NULL) {
		args[count++] = "-c";
		args[count++] = replay->config;
	}
	for (i = 0; i < replay->capture_count; i++) {
		args[count++] = "-r";
		args[count++] = replay->captures[i];
	}
	args[count++] = "--db";
	args[count++] = replay->db;
	args[count] = NULL;
	(void)execvp(path, (char *const *)args);
	(void)complain("replay", CODE_USAGE, "flowscand cannot be run: %s",
	    strerror(errno));
	_exit(127);
}

/* Returns -1 to go on, or what the program ends with. */
static int
judge_again(const struct replay *replay)
{
	pid_t child = fork();
	int status, code;

	if (child == 0)
		become_daemon(replay);
	if (child < 0)
		return complain("replay", CODE_USAGE, "%s", strerror(errno));
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return complain("replay", CODE_USAGE, "%s",
			    strerror(errno));
	code = WIFEXITED(status) ? WEXITSTATUS(status) : CODE_USAGE;
	if (code != CODE_DONE)
		show_words(replay);
	/* A damaged capture is judged up to its damage. */
	if (code == CODE_DONE || code == CODE_PARTLY)
		return -1;
	return complain("replay", CODE_USAGE,
	    "flowscand ended with %d, so there is nothing to compare", code);
}

/* ---- Comparing ---------------------------------------------------------- */

static void
say_basis(const char *what, const char *then, const char *now)
{
	if (strcmp(then, now) != 0)
		(void)fprintf(stderr, "  %s then %.12s, now %.12s\n", what,
		    then, now);
}

static void
say_result(const struct fs_replayed *replayed)
{
	const struct fs_generation *then = &replayed->then,
				   *now = &replayed->now;

	(void)fprintf(stderr,
	    "%llu flows judged again: %llu as stored, %llu otherwise, %llu not "
	    "stored\n",
	    (unsigned long long)replayed->same + replayed->changed +
		replayed->missing,
	    (unsigned long long)replayed->same,
	    (unsigned long long)replayed->changed,
	    (unsigned long long)replayed->missing);
	say_basis("flowscan", then->version, now->version);
	say_basis("rules", then->rules_digest, now->rules_digest);
	say_basis("geo databases", then->geo_digest, now->geo_digest);
	say_basis("floors", then->floors_digest, now->floors_digest);
}

static int
compare(const struct replay *replay, const struct fs_replay *ask)
{
	struct fs_replayed replayed;
	struct output output;
	struct fs_err err = { 0 };
	int rc, closed;

	if ((rc = output_open(&replay->options, "flowscan replay", &output)) <
	    0)
		return complain("replay", CODE_USAGE, "%s: %s", output.name,
		    strerror(-rc));
	rc = fs_report_replay(ask, &replay->options.filter, &output.out, &err,
	    &replayed);
	closed = output_close(&output);
	if (rc < 0 && err.text[0] != '\0')
		return complain("replay",
		    rc == FS_ECONFIG || rc == FS_EEND ? CODE_USAGE
						      : CODE_DATABASE,
		    "%s", err.text);
	if (rc < 0 || closed < 0)
		return session_write_fault(&replay->options, &output,
		    rc < 0 ? rc : closed);
	say_result(&replayed);
	return replayed.changed + replayed.missing > 0 ? CODE_MATCHED
						       : CODE_DONE;
}

static int
compare_stores(const struct replay *replay)
{
	struct fs_replay ask = { .flow_id = replay->flow_id };
	struct fs_err err = { 0 };
	int code;

	if ((code = access_ask(&replay->options)) != CODE_DONE)
		return code;
	if (fs_store_open_read(replay->options.db, &err, &ask.stored) < 0)
		return complain("replay", CODE_DATABASE, "%s", err.text);
	if (fs_store_open_read(replay->db, &err, &ask.again) < 0) {
		fs_store_close(ask.stored);
		return complain("replay", CODE_DATABASE, "%s", err.text);
	}
	code = compare(replay, &ask);
	fs_store_close(ask.again);
	fs_store_close(ask.stored);
	return code;
}

/* ---- The whole ---------------------------------------------------------- */

static int
make_folder(struct replay *replay)
{
	const char *temporary = getenv("TMPDIR");

	(void)snprintf(replay->folder, sizeof(replay->folder),
	    "%s/flowscan-replay-XXXXXX",
	    temporary != NULL && temporary[0] ? temporary : "/tmp");
	if (mkdtemp(replay->folder) == NULL)
		return complain("replay", CODE_USAGE, "%s: %s", replay->folder,
		    strerror(errno));
	(void)snprintf(replay->db, sizeof(replay->db), "%s/replay.db",
	    replay->folder);
	(void)snprintf(replay->words, sizeof(replay->words), "%s/words",
	    replay->folder);
	return -1;
}

/* Whatever the store has put into it. */
static void
remove_folder(const struct replay *replay)
{
	DIR *folder = opendir(replay->folder);
	const struct dirent *entry;

	while (folder != NULL && (entry = readdir(folder)) != NULL)
		(void)unlinkat(dirfd(folder), entry->d_name, 0);
	if (folder != NULL)
		closedir(folder);
	(void)rmdir(replay->folder);
}

int
cmd_replay(int argc, char **argv)
{
	struct replay replay = { 0 };
	int code = read_arguments(argc, argv, &replay);

	if (code >= 0)
		return code;
	/* All that the capture has, unless a period was named. */
	if (!replay.options.has_period)
		replay.options.filter.whole = true;
	if ((code = make_folder(&replay)) >= 0)
		return code;
	code = judge_again(&replay);
	if (code < 0)
		code = compare_stores(&replay);
	remove_folder(&replay);
	return code;
}
