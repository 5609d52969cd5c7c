#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/yaml.h"
#include "command.h"
#include "zone.h"

#define DEFAULT_DB "/var/lib/flowscan/flowscan.db"
#define COUNT_OF(list) (sizeof(list) / sizeof((list)[0]))

static const uint64_t default_stale_us = 3600000000; /* An hour. */

/* ---- Values ------------------------------------------------------------- */

/* Says what is wrong with an option's value. */
static int
bad_value(const struct options *options, const char *option, const char *value,
    const char *expected)
{
	return complain(options->command, CODE_USAGE, "--%s '%s': expected %s",
	    option, value, expected);
}

/* Finds a name of an enumeration, or says which is near. */
static int
read_name(const struct options *options, const char *option, const char *value,
    int (*find)(const char *name), const char *(*name_of)(int value))
{
	const char *names[32], *nearest;
	int found = find(value), i;

	if (found >= 0)
		return found;
	for (i = 0; i < 31 && find(name_of(i)) == i; i++)
		names[i] = name_of(i);
	names[i] = NULL;
	nearest = yaml_nearest(value, names);
	if (nearest != NULL)
		complain(options->command, CODE_USAGE,
		    "--%s '%s' is unknown: did you mean '%s'?", option, value,
		    nearest);
	else
		complain(options->command, CODE_USAGE,
		    "--%s '%s' is unknown: 'flowscan %s --help' lists what "
		    "there is",
		    option, value, options->command);
	return -1;
}

static int
read_db(struct options *options, const char *value)
{
	if (options->db_count == OPTIONS_DBS)
		return complain(options->command, CODE_USAGE,
		    "--db is given more than %d times", OPTIONS_DBS);
	if (options->db == NULL)
		options->db = value;
	options->dbs[options->db_count++] = value;
	return -1;
}

static int
read_format(struct options *options, const char *value)
{
	options->format =
	    read_name(options, "format", value, fs_format_find, fs_format_name);
	return options->format < 0 ? CODE_USAGE : -1;
}

static int
read_fields(struct options *options, const char *value)
{
	options->fields = value;
	return -1;
}

static int
read_output(struct options *options, const char *value)
{
	options->output = value;
	return -1;
}

static int
read_by(struct options *options, const char *value)
{
	options->by = read_name(options, "by", value, fs_dimension_find,
	    fs_dimension_name);
	return options->by < 0 ? CODE_USAGE : -1;
}

static int
read_query(struct options *options, const char *value)
{
	options->query = value;
	return -1;
}

static int
read_zone(struct options *options, const char *value)
{
	options->zone = value;
	return -1;
}

static int
read_ja4(struct options *options, const char *value)
{
	options->ja4 = value;
	return -1;
}

static int
read_reason(struct options *options, const char *value)
{
	options->reason = value;
	return -1;
}

static int
read_expires(struct options *options, const char *value)
{
	options->expires = value;
	return -1;
}

static int
read_note(struct options *options, const char *value)
{
	options->note = value;
	return -1;
}

static int
read_fail_on_match(struct options *options, const char *value)
{
	(void)value;
	options->fail_on_match = true;
	return -1;
}

static int
read_fail_on_stale(struct options *options, const char *value)
{
	options->fail_on_stale = true;
	if (value == NULL ||
	    (num_parse_span(value, &options->stale_us) &&
		options->stale_us > 0))
		return -1;
	return bad_value(options, "fail-on-stale", value,
	    "a span: 90s, 15m, 24h, 7d");
}

static int
read_no_color(struct options *options, const char *value)
{
	(void)value;
	options->no_color = true;
	return -1;
}

/* ---- The table ---------------------------------------------------------- */

enum option_group {
	FOR_ALL = 1,
	FOR_FILTER = 2,
	FOR_BY = 4,
	FOR_DESK = 8,
	FOR_NOTE = 16,
	FOR_SUPPRESS = 32,
};

static const struct {
	const char *name;
	int argument;    /* As getopt has it. */
	unsigned groups; /* enum option_group */
	/* Null: a filter of that name, read when all options are known. */
	int (*read)(struct options *options, const char *value);
	const char *value, *help;
} table[] = {
	{ "db", required_argument, FOR_FILTER | FOR_DESK, read_db, "FILE",
	    "the database ($FLOWSCAN_DB, or " DEFAULT_DB ")" },
	{ "since", required_argument, FOR_FILTER, NULL, "TIME",
	    "rows from this time on" },
	{ "until", required_argument, FOR_FILTER, NULL, "TIME",
	    "rows before this time" },
	{ "last", required_argument, FOR_FILTER, NULL, "SPAN",
	    "rows of the newest 90s, 15m, 24h, 7d of the database" },
	{ "client", required_argument, FOR_FILTER | FOR_SUPPRESS, NULL,
	    "NETWORK", "clients of this address or network" },
	{ "country", required_argument, FOR_FILTER, NULL, "CODE",
	    "clients in this country, by its two letters" },
	{ "asn", required_argument, FOR_FILTER | FOR_SUPPRESS, NULL, "NUMBER",
	    "clients of this autonomous system" },
	{ "class", required_argument, FOR_FILTER, NULL, "CLASS",
	    "unknown, direct, vpn, proxy, relay, tunnel, tor, "
	    "privacy-relay" },
	{ "verdict", required_argument, FOR_FILTER, NULL, "VERDICT",
	    "clean, review, anomalous" },
	{ "min-score", required_argument, FOR_FILTER, NULL, "P",
	    "scores from this probability up: 0.95" },
	{ "service", required_argument, FOR_FILTER, NULL, "NAME",
	    "flows to this service, and their clients" },
	{ "sensor", required_argument, FOR_FILTER, NULL, "NAME",
	    "rows of this sensor" },
	{ "rule", required_argument, FOR_FILTER | FOR_SUPPRESS, NULL, "NAME",
	    "rows with evidence of this rule" },
	{ "query", required_argument, FOR_FILTER, read_query, "TEXT",
	    "filters in one line (also -q): 'class:vpn score:>=0.8 "
	    "sort:score'" },
	{ "sort", required_argument, FOR_FILTER, NULL, "score|time",
	    "the order of flows or clients" },
	{ "tz", required_argument, FOR_FILTER, read_zone, "ZONE",
	    "times without a zone are of this one: local, +02:00, "
	    "Europe/Berlin" },
	{ "compare", required_argument, FOR_BY, NULL, "PERIOD",
	    "what is new since the same hours so long before (7d), or since "
	    "A..B" },
	{ "ja4", required_argument, FOR_SUPPRESS, read_ja4, "TEXT",
	    "clients whose flows have this JA4 and no other" },
	{ "reason", required_argument, FOR_SUPPRESS, read_reason, "TEXT",
	    "why, for whoever reads it later" },
	{ "expires", required_argument, FOR_SUPPRESS, read_expires,
	    "90d|TIME|never", "until when" },
	{ "note", required_argument, FOR_NOTE, read_note, "TEXT",
	    "why, for whoever reads it later" },
	{ "by", required_argument, FOR_BY, read_by, "WHAT",
	    "a line for each client, asn, country, city, class, protocol, "
	    "rule, service, sensor, hour" },
	{ "format", required_argument, FOR_ALL, read_format, "FORMAT",
	    "table, json, jsonl, csv, markdown, html" },
	{ "fields", required_argument, FOR_ALL, read_fields, "A,B,...",
	    "these fields; names of signals are fields, too" },
	{ "limit", required_argument, FOR_FILTER, NULL, "NUMBER",
	    "at most so many rows, 0 for all" },
	{ "output", required_argument, FOR_ALL, read_output, "FILE",
	    "write into this file (also -o)" },
	{ "fail-on-match", no_argument, FOR_FILTER, read_fail_on_match, "",
	    "exit with 1 when there is a row" },
	{ "fail-on-stale", optional_argument, FOR_FILTER, read_fail_on_stale,
	    "[=SPAN]", "exit with 4 when the newest row is older (1h)" },
	{ "no-color", no_argument, FOR_ALL, read_no_color, "",
	    "no color, also on a terminal (as does $NO_COLOR)" },
};

enum { OPTION_FIRST = 256, OPTION_HELP = OPTION_FIRST + COUNT_OF(table) };

static bool
is_for(const struct options_kind *kind, size_t index)
{
	unsigned groups = FOR_ALL;

	groups |= kind->has_filter ? FOR_FILTER : 0;
	groups |= kind->has_by ? FOR_BY : 0;
	groups |= kind->has_desk ? FOR_DESK : 0;
	groups |= kind->has_note ? FOR_NOTE : 0;
	groups |= kind->has_suppress ? FOR_SUPPRESS : 0;
	return (table[index].groups & groups) != 0;
}

static void
print_help(const struct options_kind *kind)
{
	char left[48];
	size_t i;

	printf("usage: %s\n\n%s\n\n", kind->usage, kind->about);
	for (i = 0; i < COUNT_OF(table); i++) {
		if (!is_for(kind, i))
			continue;
		snprintf(left, sizeof(left), "--%s%s%s", table[i].name,
		    table[i].argument == required_argument ? " " : "",
		    table[i].value);
		printf("  %-22s%s\n", left, table[i].help);
	}
	puts("\nexit codes: 0 done; 1 matched, with --fail-on-match; 2 usage "
	     "or rules;\n  3 database; 4 stale, with --fail-on-stale; 5 done "
	     "in part");
}

/* Options of this command as getopt wants them; 'room' for all and two more. */
static void
list_options(const struct options_kind *kind, struct option *room)
{
	size_t i, count = 0;

	for (i = 0; i < COUNT_OF(table); i++)
		if (is_for(kind, i))
			room[count++] =
			    (struct option){ table[i].name, table[i].argument,
				    NULL, (int)(OPTION_FIRST + i) };
	room[count++] =
	    (struct option){ "help", no_argument, NULL, OPTION_HELP };
	room[count] = (struct option){ NULL, 0, NULL, 0 };
}

static int
unknown_option(const struct options *options, const struct option *known,
    const char *given)
{
	const char *names[COUNT_OF(table) + 2], *nearest;
	char name[32];
	size_t i;

	for (i = 0; known[i].name != NULL; i++)
		names[i] = known[i].name;
	names[i] = NULL;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(given, "="), given);
	nearest = yaml_nearest(name + strspn(name, "-"), names);
	if (nearest != NULL && strcmp(nearest, name + 2) == 0)
		return complain(options->command, CODE_USAGE,
		    "option '%s' takes no value", name);
	if (nearest != NULL)
		return complain(options->command, CODE_USAGE,
		    "unknown option '%s': did you mean '--%s'?", name, nearest);
	return complain(options->command, CODE_USAGE,
	    "unknown option '%s': 'flowscan %s --help' lists them", name,
	    options->command);
}

/* ---- Reading ------------------------------------------------------------ */

static void
set_defaults(struct options *options)
{
	const char *db = getenv("FLOWSCAN_DB");

	if (options->db == NULL)
		options->db = db != NULL && db[0] != '\0' ? db : DEFAULT_DB;
	if (options->db_count == 0)
		options->dbs[options->db_count++] = options->db;
	if (options->stale_us == 0)
		options->stale_us = default_stale_us;
}

/* Shows a line of filters, and where in it the fault is. */
static int
bad_query(const struct options *options, const struct fs_err *err)
{
	unsigned column = err->column > 0 ? err->column : 1;

	complain(options->command, CODE_USAGE, "-q:%u: %s", column, err->text);
	if (strpbrk(options->query, "\n\r\t\33") == NULL)
		(void)fprintf(stderr, "  %s\n  %*s\n", options->query,
		    (int)column, "^");
	return CODE_USAGE;
}

/* Sets the filters, now that it is known in which zone times are. An option
 * wins over the same one of the line. */
static int
set_filters(struct options *options, const char *const values[])
{
	struct fs_filter *filter = &options->filter;
	struct fs_clock clock;
	struct fs_err err = { 0 };
	struct zone zone;
	size_t i;

	filter->limit = UINT64_MAX;
	if (!zone_read(options->zone != NULL ? options->zone : "UTC", &zone,
		&clock))
		return bad_value(options, "tz", options->zone,
		    "UTC, local, +02:00, or a zone that this system knows, "
		    "such as Europe/Berlin");
	if (options->query != NULL &&
	    fs_filter_query(filter, &clock, options->query, &err) < 0)
		return bad_query(options, &err);
	for (i = 0; i < COUNT_OF(table); i++)
		if (values[i] != NULL &&
		    fs_filter_set(filter, &clock, table[i].name, values[i],
			&err) < 0)
			return complain(options->command, CODE_USAGE, "--%s %s",
			    table[i].name, err.text);
	options->has_limit = filter->limit != UINT64_MAX;
	if (!options->has_limit)
		filter->limit = 0;
	options->has_period = filter->since_us != 0 || filter->until_us != 0 ||
	    filter->last_us != 0;
	return -1;
}

static int
check_operands(const struct options *options, const struct options_kind *kind)
{
	if (options->db_count > 1 && !kind->several)
		return complain(options->command, CODE_USAGE,
		    "--db is given twice: this command reads one database");
	if (kind->operands < 0 || options->operand_count == kind->operands)
		return -1;
	if (options->operand_count < kind->operands)
		return complain(options->command, CODE_USAGE,
		    "something is missing: usage: %s", kind->usage);
	return complain(options->command, CODE_USAGE,
	    "'%s' is too much: usage: %s", options->operands[kind->operands],
	    kind->usage);
}

static int
check_period(const struct options *options)
{
	const struct fs_filter *filter = &options->filter;

	if (filter->since_us != 0 && filter->last_us != 0)
		return complain(options->command, CODE_USAGE,
		    "--since and --last exclude each other");
	if (filter->since_us != 0 && filter->until_us != 0 &&
	    filter->since_us >= filter->until_us)
		return complain(options->command, CODE_USAGE,
		    "--since is not before --until");
	return -1;
}

int
options_read(int argc, char **argv, const struct options_kind *kind,
    struct options *options)
{
	struct option known[COUNT_OF(table) + 2];
	const char *values[COUNT_OF(table)] = { NULL };
	int option, rc = -1;

	*options = (struct options){ .command = argv[0], .by = -1 };
	fs_filter_init(&options->filter);
	list_options(kind, known);
	opterr = 0;
	optind = 1;
	while (rc < 0 &&
	    (option = getopt_long(argc, argv, ":ho:q:", known, NULL)) != -1) {
		if (option == 'h' || option == OPTION_HELP) {
			print_help(kind);
			return CODE_DONE;
		}
		if (option == ':')
			rc = complain(options->command, CODE_USAGE,
			    "option '%s' needs a value", argv[optind - 1]);
		else if (option == '?')
			rc = unknown_option(options, known, argv[optind - 1]);
		else if (option == 'o')
			options->output = optarg;
		else if (option == 'q' && kind->has_filter)
			options->query = optarg;
		else if (option == 'q')
			rc = unknown_option(options, known, "-q");
		else if (table[option - OPTION_FIRST].read == NULL)
			values[option - OPTION_FIRST] = optarg;
		else
			rc = table[option - OPTION_FIRST].read(options, optarg);
	}
	if (rc >= 0)
		return rc;
	options->operands = argv + optind;
	options->operand_count = argc - optind;
	set_defaults(options);
	if ((rc = set_filters(options, values)) >= 0)
		return rc;
	if ((rc = check_operands(options, kind)) >= 0)
		return rc;
	return check_period(options);
}

void
options_for_list(struct options *options)
{
	bool all = options->format == FS_FORMAT_JSONL;

	if (!options->has_period)
		options->filter.whole = all;
	if (!options->has_limit && !all)
		options->filter.limit = OPTIONS_LIMIT;
}
