#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/yaml.h"
#include "command.h"
#include "control.h"

/* flowscan ctl: asks the flowscand that runs, or tells it what to do. */

enum { WAIT_S = 10, WAIT_LOAD_S = 130 };

static const char *const commands_known[] = { "status", "reload", "stats",
	"rotate", "stop", NULL };

static void
print_help(void)
{
	puts("usage: flowscan ctl [--socket PATH] COMMAND\n"
	     "\n"
	     "Asks the flowscand that runs, or tells it what to do; the answer "
	     "is JSON.\n"
	     "\n"
	     "  status   what it does, holds and misses\n"
	     "  stats    only the numbers\n"
	     "  reload   reads the rules anew, and waits until they are in "
	     "force\n"
	     "  rotate   writes out what it holds of the database\n"
	     "  stop     ends, as SIGTERM does\n"
	     "\n"
	     "      --socket PATH  the socket (" CONTROL_DEFAULT ")\n"
	     "\n"
	     "exit codes: 0 done; 2 usage, or refused; 5 no answer");
}

/* Says why it was refused, as compilers do. */
static int
refused(const struct json_node *tree)
{
	const char *error = json_tree_text(json_tree_member(tree, "error"));
	const char *file = json_tree_text(json_tree_member(tree, "file"));
	int64_t line = 0, column = 0;

	if (error == NULL)
		error = "refused, and no reason is given";
	(void)json_tree_i64(json_tree_member(tree, "line"), &line);
	(void)json_tree_i64(json_tree_member(tree, "column"), &column);
	if (file == NULL)
		return complain("ctl", CODE_USAGE, "%s", error);
	return complain("ctl", CODE_USAGE,
	    "%s:%" PRId64 ":%" PRId64 ": error: %s", file, line, column, error);
}

static int
ask(const char *socket, const char *command)
{
	bool loads = strcmp(command, "reload") == 0;
	struct json_node *tree = NULL;
	struct fs_err err = { 0 };
	struct buf answer;
	int code = CODE_DONE, rc;

	buf_init(&answer);
	rc = control_ask(socket, command, loads ? WAIT_LOAD_S : WAIT_S, &answer,
	    &err);
	if (rc == 0)
		rc = json_tree_read(answer.bytes, answer.size, socket, &err,
		    &tree);
	if (rc < 0)
		code = complain("ctl", CODE_PARTLY, "%s", err.text);
	else if (json_tree_true(json_tree_member(tree, "ok")))
		(void)fwrite(answer.bytes, 1, answer.size, stdout);
	else
		code = refused(tree);
	json_tree_free(tree);
	buf_fini(&answer);
	if (fflush(stdout) != 0 && code == CODE_DONE)
		code = complain("ctl", CODE_PARTLY, "standard output: %m");
	return code;
}

static int
unknown(const char *command)
{
	const char *nearest = yaml_nearest(command, commands_known);

	return complain("ctl", CODE_USAGE,
	    "'%s' is unknown%s%s; known are status, reload, stats, rotate and "
	    "stop",
	    command, nearest ? ": did you mean " : "", nearest ? nearest : "");
}

int
cmd_ctl(int argc, char **argv)
{
	static const struct option options[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *socket = CONTROL_DEFAULT;
	int option, i;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 's')
			socket = optarg;
		else if (option == 'h')
			return print_help(), CODE_DONE;
		else
			return CODE_USAGE;
	}
	if (optind + 1 != argc)
		return complain("ctl", CODE_USAGE,
		    "one command is expected: status, reload, stats, rotate or "
		    "stop");
	for (i = 0; commands_known[i] != NULL; i++)
		if (strcmp(argv[optind], commands_known[i]) == 0)
			return ask(socket, argv[optind]);
	return unknown(argv[optind]);
}
