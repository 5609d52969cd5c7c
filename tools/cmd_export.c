/* Flows and clients for other systems. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "session.h"

static const struct options_kind kind = {
	.usage = "flowscan export SHAPE [flows|clients] [OPTION]...",
	.about =
	    "Flows or clients as events for other systems. SHAPE is one "
	    "of\n"
	    "  eve    lines as Suricata writes them, with Community ID\n"
	    "  ecs    lines in the Elastic Common Schema\n"
	    "  ocsf   lines in the Open Cybersecurity Schema\n"
	    "  csv    a table, all fields\n"
	    "  stix   one STIX 2.1 bundle of clients that are anomalous, or "
	    "as --verdict says\n"
	    "Flows are the default (of stix, clients). Without a period, "
	    "all that is stored.",
	.has_filter = true,
	.several = true,
	.operands = -1,
};

static bool
is_stix(const struct options *options)
{
	return strcmp(options->operands[0], "stix") == 0;
}

static bool
wants_clients(const struct options *options)
{
	if (options->operand_count == 2)
		return strcmp(options->operands[1], "clients") == 0;
	return is_stix(options);
}

static int
ask(struct fs_store *store, const struct options *options,
    const struct fs_out *out, struct fs_err *err, uint64_t *matched)
{
	const struct fs_filter *filter = &options->filter;
	const struct fs_export what = { options->operands[0],
		wants_clients(options) };
	struct fs_out csv = *out;

	if (strcmp(options->operands[0], "csv") != 0)
		return fs_report_export(store, filter, &what, out, err,
		    matched);
	csv.format = FS_FORMAT_CSV;
	return what.clients
	    ? fs_report_clients(store, filter, &csv, err, matched)
	    : fs_report_flows(store, filter, &csv, err, matched);
}

static int
check_operands(const struct options *options)
{
	if (options->operand_count == 0)
		return complain("export", CODE_USAGE,
		    "the shape is missing: expected eve, ecs, ocsf, csv or "
		    "stix");
	if (options->operand_count > 2 ||
	    (options->operand_count == 2 &&
		strcmp(options->operands[1], "flows") != 0 &&
		strcmp(options->operands[1], "clients") != 0))
		return complain("export", CODE_USAGE,
		    "'%s': expected 'flows' or 'clients'",
		    options->operands[options->operand_count - 1]);
	return -1;
}

int
cmd_export(int argc, char **argv)
{
	struct options options;
	int code = options_read(argc, argv, &kind, &options);

	if (code < 0)
		code = check_operands(&options);
	if (code >= 0)
		return code;
	/* As for any other machine: all of it. */
	options.format = FS_FORMAT_JSONL;
	options_for_list(&options);
	if (is_stix(&options) && options.filter.verdict < 0)
		options.filter.verdict = FS_ANOMALOUS;
	return session_run(&options, ask);
}
