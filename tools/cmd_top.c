#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "command.h"
#include "control.h"
#include "top.h"

#define DEFAULT_DB "/var/lib/flowscan/flowscan.db"

/* flowscan top: what goes on, on a plain terminal. */

static void
print_help(void)
{
	puts("usage: flowscan top [OPTION]...\n"
	     "\n"
	     "Shows what goes on now: what flowscand reads and drops, the "
	     "traffic of the\n"
	     "newest minutes by class, and the clients with the highest "
	     "scores. 'q' ends it.\n"
	     "\n"
	     "      --db FILE      the database (" DEFAULT_DB ")\n"
	     "      --socket PATH  flowscand's control socket\n"
	     "                     (" CONTROL_DEFAULT ")\n"
	     "      --every SPAN   between two looks (2s)\n"
	     "      --last SPAN    how much of the database's end (15m)\n"
	     "      --once         look once, and end\n"
	     "      --no-color     no color, also on a terminal\n"
	     "\n"
	     "exit codes: 0 done; 2 usage; 3 database");
}

static int
read_span(const char *option, const char *text, uint64_t least_us,
    uint64_t *span_us)
{
	if (num_parse_span(text, span_us) && *span_us >= least_us &&
	    *span_us <= (uint64_t)366 * 86400 * 1000000)
		return -1;
	return complain("top", CODE_USAGE,
	    "--%s '%s': expected a span, such as 2s or 15m", option, text);
}

static int
read_option(int option, struct top *top)
{
	switch (option) {
	case 'd': top->db = optarg; return -1;
	case 's': top->socket = optarg; return -1;
	case 'e': return read_span("every", optarg, 1000000, &top->every_us);
	case 'l': return read_span("last", optarg, 1000000, &top->last_us);
	case 'o': top->once = true; return -1;
	case 'n': top->color = false; return -1;
	case 'h': print_help(); return CODE_DONE;
	default: return CODE_USAGE;
	}
}

int
cmd_top(int argc, char **argv)
{
	static const struct option known[] = {
		{ "db", required_argument, NULL, 'd' },
		{ "socket", required_argument, NULL, 's' },
		{ "every", required_argument, NULL, 'e' },
		{ "last", required_argument, NULL, 'l' },
		{ "once", no_argument, NULL, 'o' },
		{ "no-color", no_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct top top = {
		.db = DEFAULT_DB,
		.socket = CONTROL_DEFAULT,
		.every_us = 2000000,
		.last_us = (uint64_t)15 * 60 * 1000000,
		.color = true,
	};
	int option, code = -1;

	while (code < 0 &&
	    (option = getopt_long(argc, argv, "h", known, NULL)) != -1)
		code = read_option(option, &top);
	if (code >= 0)
		return code;
	if (optind < argc)
		return complain("top", CODE_USAGE,
		    "'%s' is no option; 'flowscan top --help' lists them",
		    argv[optind]);
	return top_run(&top);
}
