#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fds.h"
#include "base/num.h"
#include "flowscan.h"
#include "log.h"

enum {
	OPTION_DB = 256,
	OPTION_WORKERS,
	OPTION_CHECK,
	OPTION_EXPLAIN,
	OPTION_VERSION
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "interface", required_argument, NULL, 'i' },
	{ "read", required_argument, NULL, 'r' },
	{ "db", required_argument, NULL, OPTION_DB },
	{ "workers", required_argument, NULL, OPTION_WORKERS },
	{ "check", no_argument, NULL, OPTION_CHECK },
	{ "explain-privileges", no_argument, NULL, OPTION_EXPLAIN },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static void
print_help(void)
{
	puts("usage: flowscand [-c FILE] [-i IFACE]... [-r CAPTURE]... "
	     "[--db FILE]\n"
	     "                 [--workers N] [--check] [--version]\n"
	     "\n"
	     "Reads live interfaces or capture files, and writes a verdict on "
	     "every\n"
	     "flow and client into a database that 'flowscan report' reads.\n"
	     "\n"
	     "  -c, --config FILE     settings (flowscand.yaml(5))\n"
	     "  -i, --interface IFACE capture on an interface\n"
	     "  -r, --read CAPTURE    read pcap or pcapng, plain, gzip or "
	     "zstd;\n"
	     "                        '-' is standard input\n"
	     "      --db FILE         the database, instead of the config's\n"
	     "      --workers N       threads that judge flows (one a core, at "
	     "most 8)\n"
	     "      --check           read config, rules and databases, print\n"
	     "                        every fault, and exit\n"
	     "      --explain-privileges\n"
	     "                        with --check: what the program keeps\n"
	     "                        once everything is open\n"
	     "      --version         print the version\n"
	     "\n"
	     "exit codes: 0 done; 2 usage or config; 3 database; 5 done in "
	     "part");
}

static int
read_workers(const char *text, struct options *options)
{
	uint64_t workers;

	if (!num_parse_u64(text, 1, FS_ENGINES_MAX, &workers)) {
		log_line("--workers %s: expected a number from 1 to %d", text,
		    FS_ENGINES_MAX);
		return 2;
	}
	options->workers = (unsigned)workers;
	return -1;
}

/* Takes what may be given once. */
static int
read_once(const char *name, const char **place)
{
	if (*place != NULL) {
		log_line("%s is given twice: '%s' and '%s'", name, *place,
		    optarg);
		return 2;
	}
	*place = optarg;
	return -1;
}

static int
read_capture(const char *path, struct options *options)
{
	if (path[0] == '\0') {
		log_line("-r '': a capture file has a name; '-' is standard "
			 "input");
		return 2;
	}
	if (strcmp(path, "-") == 0 && options->reads_stdin) {
		log_line("-r - is given twice: standard input can be read "
			 "once");
		return 2;
	}
	options->reads_stdin |= strcmp(path, "-") == 0;
	options->captures[options->capture_count++] = path;
	return -1;
}

static int
read_option(int option, struct options *options)
{
	switch (option) {
	case 'c': return read_once("-c", &options->config);
	case 'i':
		options->interfaces[options->interface_count++] = optarg;
		return -1;
	case 'r': return read_capture(optarg, options);
	case OPTION_DB: return read_once("--db", &options->db);
	case OPTION_WORKERS: return read_workers(optarg, options);
	case OPTION_CHECK: options->check = true; return -1;
	case OPTION_EXPLAIN: options->explain = true; return -1;
	case OPTION_VERSION: printf("flowscand %s\n", fs_version()); return 0;
	case 'h': print_help(); return 0;
	default: log_line("try 'flowscand --help'"); return 2;
	}
}

int
options_read(int argc, char **argv, struct options *options)
{
	int option, rc = -1;

	*options = (struct options){ .workers = 1, .confine = true };
	if (fds_hold_standard() < 0)
		return 2;
	options->captures = calloc((size_t)argc, sizeof(*options->captures));
	options->interfaces =
	    calloc((size_t)argc, sizeof(*options->interfaces));
	if (options->captures == NULL || options->interfaces == NULL) {
		log_line("no memory");
		return 2;
	}
	while (rc < 0 &&
	    (option = getopt_long(argc, argv, "c:i:r:h", long_options, NULL)) !=
		-1)
		rc = read_option(option, options);
	if (rc >= 0)
		return rc;
	if (optind < argc) {
		log_line("'%s' is no option; capture files are given with -r",
		    argv[optind]);
		return 2;
	}
	if (options->explain && !options->check) {
		log_line("--explain-privileges goes with --check");
		return 2;
	}
	if (options->capture_count > 0 && options->interface_count > 0) {
		log_line("-r and -i exclude each other: read files, or "
			 "capture");
		return 2;
	}
	return -1;
}

void
options_fini(struct options *options)
{
	free(options->captures);
	free(options->interfaces);
}
