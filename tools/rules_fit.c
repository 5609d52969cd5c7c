/* Estimates likelihoods of rules from labelled rows. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/addr.h"
#include "command.h"
#include "rules.h"
#include "session.h"

enum { LABELS_MAX = 10000000, COLUMNS_MAX = 64, LABELS_FIRST = 256 };

static const struct options_kind kind = {
	.usage = "flowscan rules fit [--labels FILE] [OPTION]... [PATH]...",
	.about = "How often each rule holds of labelled clients and flows: n1 "
		 "of the of1 tunnelled\nones and n0 of the of0 honest ones, "
		 "with 95 % bounds. Fewer than 300 of each are\ninsufficient. "
		 "Labels are those of "
		 "'flowscan label', or CSV with a line of headings: 'client'\n"
		 "(an address) or 'flow_id', and 'truth' (a class, such as "
		 "proxy or direct; also tp,\nfp, benign, unsure). fp and "
		 "benign are honest; unsure is left out.",
	.has_filter = true,
	.operands = -1,
};

/* 'options' comes first: whoever is given it finds the rest. */
struct fit {
	struct options options;
	struct fs_ruleset *rules;
	struct fs_label *labels;
	size_t count, room;
	int client, flow, truth; /* Columns; -1: none. */
};

/* ---- Labels -------------------------------------------------------------- */

static int
refuse(const char *path, unsigned long line, const char *says, const char *what)
{
	return complain("rules fit", CODE_USAGE, "%s:%lu: %s%s%s%s", path, line,
	    says, what[0] ? " '" : "", what, what[0] ? "'" : "");
}

/* Cuts a line into its fields, without quotes around them. Returns how
 * many. */
static int
cut(char *line, char *fields[COLUMNS_MAX])
{
	int count = 0;
	size_t size;

	line[strcspn(line, "\r\n")] = '\0';
	while (line != NULL && count < COLUMNS_MAX) {
		char *field = strsep(&line, ",");

		size = strlen(field);
		if (size >= 2 && field[0] == '"' && field[size - 1] == '"') {
			field[size - 1] = '\0';
			field++;
		}
		fields[count++] = field;
	}
	return count;
}

static bool
read_headings(struct fit *fit, char *line)
{
	char *fields[COLUMNS_MAX];
	int i, count = cut(line, fields);

	fit->client = fit->flow = fit->truth = -1;
	for (i = 0; i < count; i++) {
		if (strcmp(fields[i], "client") == 0 ||
		    strcmp(fields[i], "client_ip") == 0)
			fit->client = i;
		else if (strcmp(fields[i], "flow_id") == 0)
			fit->flow = i;
		else if (strcmp(fields[i], "truth") == 0 ||
		    (strcmp(fields[i], "class") == 0 && fit->truth < 0))
			fit->truth = i;
	}
	return fit->truth >= 0 && (fit->client >= 0 || fit->flow >= 0);
}

enum meaning { HONEST, TUNNELLED, LEFT_OUT, NO_LABEL };

static enum meaning
meaning_of(const char *truth)
{
	static const struct {
		const char *word;
		enum meaning meaning;
	} words[] = { { "direct", HONEST }, { "benign", HONEST },
		{ "honest", HONEST }, { "fp", HONEST }, { "vpn", TUNNELLED },
		{ "proxy", TUNNELLED }, { "relay", TUNNELLED },
		{ "tunnel", TUNNELLED }, { "tor", TUNNELLED },
		{ "tp", TUNNELLED }, { "unknown", LEFT_OUT },
		{ "unsure", LEFT_OUT }, { "privacy-relay", LEFT_OUT },
		{ "", LEFT_OUT } };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(words[i].word, truth) == 0)
			return words[i].meaning;
	return NO_LABEL;
}

static int
add(struct fit *fit, const struct fs_label *label)
{
	struct fs_label *wider;

	if (fit->count == LABELS_MAX)
		return -1;
	if (fit->count == fit->room) {
		fit->room = fit->room ? fit->room * 2 : LABELS_FIRST;
		wider = realloc(fit->labels, fit->room * sizeof(*wider));
		if (wider == NULL)
			return -1;
		fit->labels = wider;
	}
	fit->labels[fit->count++] = *label;
	return 0;
}

static bool
parse_flow(const char *text, uint64_t *id)
{
	char *end;

	errno = 0;
	*id = strtoull(text, &end, 16);
	return errno == 0 && *end == '\0' && strlen(text) == 16 && *id != 0;
}

/* Reads one label. Returns -1 or what the program ends with. */
static int
read_label(struct fit *fit, const char *path, unsigned long line, char *text)
{
	char *fields[COLUMNS_MAX];
	int count = cut(text, fields);
	const char *client =
	    fit->client >= 0 && fit->client < count ? fields[fit->client] : "";
	const char *flow =
	    fit->flow >= 0 && fit->flow < count ? fields[fit->flow] : "";
	struct fs_label label = { 0 };
	enum meaning meaning;

	if (count == 1 && fields[0][0] == '\0')
		return -1;
	if (fit->truth < 0 || fit->truth >= count)
		return refuse(path, line, "has no truth", "");
	meaning = meaning_of(fields[fit->truth]);
	if (meaning == NO_LABEL)
		return refuse(path, line,
		    "expected a class, tp, fp, benign or unsure, found",
		    fields[fit->truth]);
	if (flow[0] != '\0') {
		if (!parse_flow(flow, &label.flow_id))
			return refuse(path, line,
			    "expected a flow of 16 hex digits, found", flow);
	} else if (!addr_parse(client, &label.client)) {
		return refuse(path, line, "expected an address, found", client);
	}
	label.tunnelled = meaning == TUNNELLED;
	if (meaning != LEFT_OUT && add(fit, &label) < 0)
		return refuse(path, line, "no memory for so many labels", "");
	return -1;
}

static int
read_labels(struct fit *fit, const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;
	unsigned long number = 0;
	int code = -1;

	if (file == NULL)
		return complain("rules fit", CODE_USAGE, "%s: %s", path,
		    strerror(errno));
	while (code < 0 && getline(&line, &room, file) >= 0) {
		if (number++ > 0)
			code = read_label(fit, path, number, line);
		else if (!read_headings(fit, line))
			code = refuse(path, number,
			    "expected headings with 'client' or 'flow_id', "
			    "and 'truth'",
			    "");
	}
	if (code < 0 && fit->count == 0)
		code = refuse(path, number, "holds no label", "");
	free(line);
	(void)fclose(file);
	return code;
}

/* The labels that analysts gave with 'flowscan label'. */
static int
read_desk(struct fit *fit)
{
	const struct fs_note *note;
	struct fs_err err = { 0 };
	struct fs_desk *desk;
	bool stands;
	int code = -1;
	size_t i;

	if (fs_desk_open(fit->options.db, false, &err, &desk) < 0)
		return complain("rules fit", CODE_DATABASE, "%s", err.text);
	for (i = 0; i < fs_desk_notes(desk) && code < 0; i++) {
		note = fs_desk_note(desk, i, &stands);
		const struct fs_label label = { .client = note->client.addr,
			.flow_id = note->flow_id,
			.tunnelled = note->label == FS_LABEL_TP };

		if (stands && note->label != FS_LABEL_UNSURE &&
		    add(fit, &label) < 0)
			code = complain("rules fit", CODE_DATABASE,
			    "no memory for so many labels");
	}
	fs_desk_close(desk);
	if (code < 0 && fit->count == 0)
		code = rules_misused("fit",
		    "nothing is labelled: 'flowscan label' does that, or "
		    "--labels names a file");
	return code;
}

/* ---- The answer ---------------------------------------------------------- */

static int
ask(struct fs_store *store, const struct options *options,
    const struct fs_out *out, struct fs_err *err, uint64_t *matched)
{
	const struct fit *fit = (const struct fit *)options;
	const struct fs_fit of = { fit->rules, fit->labels, fit->count };
	uint64_t seen = 0;
	int rc = fs_report_fit(store, &options->filter, &of, out, err, &seen);

	if (rc >= 0 && seen < fit->count)
		(void)fprintf(stderr,
		    "flowscan rules fit: %zu of %zu labels are of no row\n",
		    (size_t)(fit->count - seen), fit->count);
	*matched = seen;
	return rc;
}

/* Takes '--labels FILE' out of the arguments. */
static const char *
take_labels(int *argc, char **argv)
{
	const char *path = NULL;
	int i, kept = 0;

	for (i = 0; i < *argc; i++) {
		if (strcmp(argv[i], "--labels") == 0 && i + 1 < *argc)
			path = argv[++i];
		else if (strncmp(argv[i], "--labels=", 9) == 0)
			path = argv[i] + 9;
		else
			argv[kept++] = argv[i];
	}
	argv[kept] = NULL;
	*argc = kept;
	return path;
}

int
rules_fit(int argc, char **argv)
{
	const char *path = take_labels(&argc, argv);
	struct fit fit = { .labels = NULL };
	unsigned warnings;
	char name[] = "rules fit";
	int code;

	argv[0] = name;
	code = options_read(argc, argv, &kind, &fit.options);
	if (code < 0)
		code = path != NULL ? read_labels(&fit, path) : read_desk(&fit);
	if (code < 0)
		code = rules_load((const char *const *)fit.options.operands,
		    (size_t)fit.options.operand_count, &fit.rules, &warnings);
	if (code < 0) {
		/* Labels are of all times, unless somebody says otherwise. */
		if (!fit.options.has_period)
			fit.options.filter.whole = true;
		code = session_run(&fit.options, ask);
	}
	fs_ruleset_free(fit.rules);
	free(fit.labels);
	return code;
}
