#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "access.h"
#include "command.h"
#include "desk.h"

enum { COMMAND_SIZE = 480 };

/* Adds a word as a shell would have to be given it. */
static void
add_word(char *command, const char *word)
{
	size_t size = strlen(command), length = strlen(word);
	bool plain = length > 0 &&
	    strspn(word,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_-+=:,./@") == length;

	if (size + length + 4 >= COMMAND_SIZE || strchr(word, '\'') != NULL)
		return;
	snprintf(command + size, COMMAND_SIZE - size, plain ? " %s" : " '%s'",
	    word);
}

/* The command that shows this again. */
static void
command_of(const struct options *options, char command[COMMAND_SIZE])
{
	size_t at;
	int i;

	snprintf(command, COMMAND_SIZE, "flowscan %s", options->command);
	for (i = 0; i < options->operand_count; i++)
		add_word(command, options->operands[i]);
	for (at = 0; at < options->db_count; at++) {
		add_word(command, "--db");
		add_word(command, options->dbs[at]);
	}
}

int
session_write_fault(const struct options *options, const struct output *output,
    int rc)
{
	if (rc == -EPIPE)
		return CODE_DONE; /* Whoever reads has seen enough. */
	return complain(options->command, CODE_PARTLY, "%s: %s", output->name,
	    fs_strerror(rc));
}

/* What a failed answer ends with. */
static int
code_of(const struct options *options, const struct output *output,
    const struct fs_err *err, int rc)
{
	if (err->text[0] == '\0')
		return session_write_fault(options, output, rc);
	return complain(options->command,
	    rc == FS_ECONFIG || rc == FS_EEND ? CODE_USAGE : CODE_DATABASE,
	    "%s", err->text);
}

/* Whether the newest row is older than it may be. */
static int
check_stale(struct fs_store *store, const struct options *options,
    struct fs_err *err)
{
	struct fs_freshness fresh;
	const uint64_t now_us = desk_now_us();

	if (!options->fail_on_stale)
		return CODE_DONE;
	if (fs_store_freshness(store, err, &fresh) < 0)
		return complain(options->command, CODE_DATABASE, "%s",
		    err->text);
	if (now_us > fresh.newest_us &&
	    now_us - fresh.newest_us > options->stale_us)
		return complain(options->command, CODE_STALE,
		    "%s is stale: its newest row is %llu s old: does flowscand "
		    "run?",
		    options->db,
		    (unsigned long long)((now_us - fresh.newest_us) / 1000000));
	return CODE_DONE;
}

/* Asks and writes; the exit code, but for staleness. */
static int
answer(struct fs_store *store, const struct options *options, ask_fn *ask)
{
	char command[COMMAND_SIZE];
	struct output output;
	struct fs_err err = { 0 };
	uint64_t matched = 0;
	int rc, closed, code;

	command_of(options, command);
	if ((rc = output_open(options, command, &output)) < 0)
		return complain(options->command, CODE_USAGE, "%s: %s",
		    output.name,
		    rc == -EBUSY ? "is the database that is read: name "
				   "another file"
				 : strerror(-rc));
	rc = ask(store, options, &output.out, &err, &matched);
	closed = output_close(&output);
	if ((code = access_given(options, matched)) != CODE_DONE)
		return code;
	if (rc < 0)
		return code_of(options, &output, &err, rc);
	code = options->fail_on_match && matched > 0 ? CODE_MATCHED : CODE_DONE;
	return closed < 0 ? session_write_fault(options, &output, closed)
			  : code;
}

/* ---- Opening ------------------------------------------------------------ */

/* What was opened, and how much of it was not. */
struct opened {
	struct fs_store *store; /* All of them. */
	struct fs_desk *desk;   /* Of all of them, or null. */
	int code;               /* CODE_DONE, or CODE_PARTLY. */
};

/* Without what analysts said, the rest is still worth reading. */
static void
open_desk(const struct options *options, const char *db, struct opened *opened)
{
	struct fs_desk *desk = NULL;
	struct fs_err err = { 0 };

	if (fs_desk_open(db, false, &err, &desk) < 0) {
		opened->code = complain(options->command, CODE_PARTLY,
		    "%s: labels and suppressions are left out", err.text);
	} else if (opened->desk == NULL) {
		opened->desk = desk;
		desk = NULL; /* Given away. */
	} else if (fs_desk_add(opened->desk, desk) < 0) {
		opened->code = complain(options->command, CODE_PARTLY,
		    "%s: no memory is left for its labels", db);
	}
	fs_desk_close(desk);
}

/* The folder of a database holds the labels of all that lie there. */
static bool
is_same_folder(const char *one, const char *other)
{
	const char *slash = strrchr(one, '/'), *end = strrchr(other, '/');

	if (slash == NULL || end == NULL)
		return slash == end;
	return slash - one == end - other &&
	    strncmp(one, other, (size_t)(slash - one)) == 0;
}

static void
open_desks(const struct options *options, struct opened *opened)
{
	size_t i, k;

	for (i = 0; i < options->db_count; i++) {
		for (k = 0; k < i; k++)
			if (is_same_folder(options->dbs[k], options->dbs[i]))
				break;
		if (k == i)
			open_desk(options, options->dbs[i], opened);
	}
}

/* A database that is given twice would count twice. */
static bool
is_given_before(const struct options *options, size_t index)
{
	struct stat one, other;
	size_t i;

	if (stat(options->dbs[index], &one) < 0)
		return false;
	for (i = 0; i < index; i++)
		if (stat(options->dbs[i], &other) == 0 &&
		    one.st_dev == other.st_dev && one.st_ino == other.st_ino)
			return true;
	return false;
}

/* One sensor that is missing leaves the others. Returns the exit code when
 * there is none. */
static int
open_stores(const struct options *options, struct opened *opened)
{
	struct fs_store *store[OPTIONS_DBS];
	struct fs_err err = { 0 };
	size_t i, count = 0;
	int code = CODE_DONE;

	for (i = 0; i < options->db_count; i++) {
		if (is_given_before(options, i))
			continue;
		if (fs_store_open_read(options->dbs[i], &err, &store[count]) <
		    0)
			code = complain(options->command, CODE_DATABASE, "%s",
			    err.text);
		else
			count++;
	}
	if (count == 0)
		return code;
	opened->code = code == CODE_DONE ? CODE_DONE : CODE_PARTLY;
	if (count == 1)
		opened->store = store[0];
	else if (fs_store_join(store, count, &err, &opened->store) < 0)
		return complain(options->command, CODE_DATABASE, "%s",
		    err.text);
	return CODE_DONE;
}

int
session_run(const struct options *options, ask_fn *ask)
{
	struct opened opened = { .code = CODE_DONE };
	struct fs_err err = { 0 };
	int code, stale;

	if ((code = access_ask(options)) != CODE_DONE ||
	    (code = open_stores(options, &opened)) != CODE_DONE)
		return code;
	open_desks(options, &opened);
	fs_store_attach(opened.store, opened.desk, desk_now_us());
	code = answer(opened.store, options, ask);
	if (code == CODE_DONE || code == CODE_MATCHED) {
		stale = check_stale(opened.store, options, &err);
		code = stale != CODE_DONE ? stale : code;
	}
	fs_store_close(opened.store);
	fs_desk_close(opened.desk);
	return code == CODE_DONE ? opened.code : code;
}
