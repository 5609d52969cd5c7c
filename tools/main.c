/* flowscan: the analyst's command line. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/fds.h"
#include "base/yaml.h"
#include "command.h"

const struct command commands[] = {
	{ "report", cmd_report, "the front page, or totals with --by" },
	{ "clients", cmd_clients, "a line for each client" },
	{ "flows", cmd_flows, "a line for each flow" },
	{ "explain", cmd_explain, "why a flow or a client is judged so" },
	{ "replay", cmd_replay, "judge a capture again, and what differs" },
	{ "export", cmd_export, "flows and clients for other systems" },
	{ "label", cmd_label, "say whether a verdict was right" },
	{ "suppress", cmd_suppress, "whom reports need not bring up" },
	{ "db", cmd_db, "check, copy, prune and read a database" },
	{ "rules", cmd_rules, "check, test, show and try rules" },
	{ "feed-update", cmd_feed_update, "fetch the lists that rules name" },
	{ "ctl", cmd_ctl, "ask a flowscand that runs, or tell it what to do" },
	{ "top", cmd_top, "what goes on now, again and again" },
	{ "serve", cmd_serve, "metrics over HTTP" },
	{ "signals", cmd_signals, "what rules may ask and rows may hold" },
};
const size_t command_count = sizeof(commands) / sizeof(commands[0]);

int
complain(const char *command, int code, const char *format, ...)
{
	struct fs_err err;
	char text[sizeof(err.text)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* It may quote what a stranger sent. */
	err_set(&err, code, "%s", text);
	(void)fprintf(stderr, "flowscan%s%s: %s\n", command[0] ? " " : "",
	    command, err.text);
	return code;
}

static void
print_help(FILE *to)
{
	size_t i;

	(void)fputs("usage: flowscan COMMAND [OPTION]...\n"
		    "\n"
		    "Answers questions from the database that flowscand "
		    "writes.\n"
		    "\n",
	    to);
	for (i = 0; i < command_count; i++)
		(void)fprintf(to, "  %-12s%s\n", commands[i].name,
		    commands[i].help);
	(void)fputs("\n"
		    "'flowscan COMMAND --help' lists a command's options; "
		    "flowscan(1) has the rest.\n",
	    to);
}

static const struct command *
find_command(const char *name)
{
	size_t i;

	for (i = 0; i < command_count; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int
unknown_command(const char *name)
{
	const char *names[sizeof(commands) / sizeof(commands[0]) + 1];
	const char *nearest;
	size_t i;

	for (i = 0; i < command_count; i++)
		names[i] = commands[i].name;
	names[i] = NULL;
	nearest = yaml_nearest(name, names);
	if (nearest != NULL)
		return complain("", CODE_USAGE,
		    "unknown command '%s': did you mean '%s'?", name, nearest);
	return complain("", CODE_USAGE,
	    "unknown command '%s': 'flowscan help' lists them", name);
}

int
main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	const struct command *command;
	char help[] = "--help";

	if (fds_hold_standard() < 0)
		return CODE_USAGE;
	if (strcmp(name, "--version") == 0 || strcmp(name, "version") == 0) {
		printf("flowscan %s\n", fs_version());
		return CODE_DONE;
	}
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 ||
	    (strcmp(name, "help") == 0 && argc == 2)) {
		print_help(stdout);
		return CODE_DONE;
	}
	if (argc < 2) {
		print_help(stderr);
		return CODE_USAGE;
	}
	if (strcmp(name, "help") == 0) {
		argv[1] = argv[2];
		argv[2] = help;
		name = argv[1];
	}
	if ((command = find_command(name)) == NULL)
		return unknown_command(name);
	return command->run(argc - 1, argv + 1);
}
