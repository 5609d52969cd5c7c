#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

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
	int i;

	snprintf(command, COMMAND_SIZE, "flowscan %s", options->command);
	for (i = 0; i < options->operand_count; i++)
		add_word(command, options->operands[i]);
	add_word(command, "--db");
	add_word(command, options->db);
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
	if (rc < 0)
		return code_of(options, &output, &err, rc);
	code = options->fail_on_match && matched > 0 ? CODE_MATCHED : CODE_DONE;
	return closed < 0 ? session_write_fault(options, &output, closed)
			  : code;
}

/* Without what analysts said, the rest is still worth reading. */
static struct fs_desk *
open_desk(const struct options *options, int *code)
{
	struct fs_desk *desk = NULL;
	struct fs_err err = { 0 };

	if (fs_desk_open(options->db, false, &err, &desk) < 0)
		*code = complain(options->command, CODE_PARTLY,
		    "%s: labels and suppressions are left out", err.text);
	return desk;
}

int
session_run(const struct options *options, ask_fn *ask)
{
	struct fs_store *store;
	struct fs_desk *desk;
	struct fs_err err = { 0 };
	int code, stale, partly = CODE_DONE;

	if (fs_store_open_read(options->db, &err, &store) < 0)
		return complain(options->command, CODE_DATABASE, "%s",
		    err.text);
	desk = open_desk(options, &partly);
	fs_store_attach(store, desk, desk_now_us());
	code = answer(store, options, ask);
	if (code == CODE_DONE || code == CODE_MATCHED) {
		stale = check_stale(store, options, &err);
		code = stale != CODE_DONE ? stale : code;
	}
	fs_store_close(store);
	fs_desk_close(desk);
	return code == CODE_DONE ? partly : code;
}
