/* The subcommands of flowscan: one file each. */
#pragma once

#include "flowscan.h"

/* What the program ends with; never to be changed. */
enum exit_code {
	CODE_DONE = 0,
	CODE_MATCHED = 1, /* With --fail-on-match. */
	CODE_USAGE = 2,
	CODE_DATABASE = 3,
	CODE_STALE = 4, /* With --fail-on-stale. */
	CODE_PARTLY = 5,
};

struct command {
	const char *name;
	/* Takes the command's own arguments, argv[0] being its name, and
	 * returns what the program ends with. */
	int (*run)(int argc, char **argv);
	const char *help; /* One line. */
};

extern const struct command commands[];
extern const size_t command_count;

int cmd_report(int argc, char **argv);
int cmd_flows(int argc, char **argv);
int cmd_clients(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_feed_update(int argc, char **argv);
int cmd_label(int argc, char **argv);
int cmd_suppress(int argc, char **argv);
int cmd_rules(int argc, char **argv);
int cmd_db(int argc, char **argv);
int cmd_signals(int argc, char **argv);
int cmd_ctl(int argc, char **argv);
int cmd_serve(int argc, char **argv);
int cmd_top(int argc, char **argv);

/* Prints one line about a command to standard error: "flowscan flows: ...".
 * Control characters in it are replaced. Returns 'code'. */
int complain(const char *command, int code, const char *format, ...)
    FS_PRINTF(3, 4);
