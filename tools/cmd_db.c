/* Keeping a database: check, backup, prune, migrate, stats, sql. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "command.h"
#include "session.h"

static const struct options_kind kind = {
	.usage = "flowscan db VERB [OPTION]...",
	.about = "Keeps a database. VERB is one of\n"
		 "  stats          how much it holds, and how large it is\n"
		 "  check          looks for damage\n"
		 "  backup FILE    copies it, also while it is written to\n"
		 "  sql SELECT     reads its views with SQL\n"
		 "  migrate        brings it to the schema of this version\n"
		 "  prune AGE|BYTES...  drops the oldest flows: 30d, 100GB\n"
		 "The last two write: flowscand must not run on it.",
	.has_filter = true,
	.operands = -1,
};

/* ---- Reading ------------------------------------------------------------ */

static int put(const struct fs_out *out, const char *format, ...)
    FS_PRINTF(2, 3);

static int
put(const struct fs_out *out, const char *format, ...)
{
	char text[640];
	va_list args;
	int size;

	va_start(args, format);
	size = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (size >= (int)sizeof(text))
		size = (int)sizeof(text) - 1;
	return out->write(out->ctx, text, (size_t)size);
}

static int
ask_stats(struct fs_store *store, const struct options *options,
    const struct fs_out *out, struct fs_err *err, uint64_t *matched)
{
	struct fs_store_stats s;
	const struct {
		const char *name;
		const uint64_t *value;
	} lines[] = {
		{ "schema_version", &s.version },
		{ "partitions", &s.partitions },
		{ "flow_rows", &s.rows },
		{ "earlier_revisions", &s.later },
		{ "client_rows", &s.client_rows },
		{ "event_rows", &s.event_rows },
		{ "file_bytes", &s.file_bytes },
		{ "spare_bytes", &s.spare_bytes },
		{ "log_bytes", &s.log_bytes },
	};
	const bool json =
	    out->format == FS_FORMAT_JSON || out->format == FS_FORMAT_JSONL;
	char from[NUM_TIME_SIZE], to[NUM_TIME_SIZE];
	size_t i;
	int rc;

	(void)options;
	(void)matched;
	if ((rc = fs_store_stats(store, err, &s)) < 0)
		return rc;
	num_format_time(s.oldest_us, from);
	num_format_time(s.newest_us, to);
	rc = put(out,
	    json ? "{\"oldest\":\"%s\",\"newest\":\"%s\""
		 : "oldest             %s\nnewest             %s\n",
	    from, to);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]) && rc >= 0; i++)
		rc = put(out, json ? ",\"%s\":%" PRIu64 : "%-18s %" PRIu64 "\n",
		    lines[i].name, *lines[i].value);
	return rc >= 0 && json ? put(out, "}\n") : rc;
}

static int
write_fault(void *ctx, const char *text)
{
	return put(ctx, "%s\n", text);
}

static int
ask_check(struct fs_store *store, const struct options *options,
    const struct fs_out *out, struct fs_err *err, uint64_t *matched)
{
	struct fs_out copy = *out;
	int rc;

	(void)options;
	if ((rc = fs_store_check(store, write_fault, &copy, err, matched)) < 0)
		return rc;
	if (*matched > 0)
		return put(out, "%" PRIu64 " faults\n", *matched);
	return put(out, "no fault\n");
}

static int
ask_backup(struct fs_store *store, const struct options *options,
    const struct fs_out *out, struct fs_err *err, uint64_t *matched)
{
	(void)out;
	(void)matched;
	return fs_store_backup(store, options->operands[1], err);
}

static int
ask_sql(struct fs_store *store, const struct options *options,
    const struct fs_out *out, struct fs_err *err, uint64_t *matched)
{
	return fs_report_sql(store, options->operands[1], out, err, matched);
}

/* ---- Writing ------------------------------------------------------------ */

static int
failed(const struct fs_err *err)
{
	return complain("db", CODE_DATABASE, "%s", err->text);
}

static int
migrate(const struct options *options)
{
	struct fs_store_stats stats;
	struct fs_store *store;
	struct fs_err err = { 0 };

	/* It is not made where there is none. */
	if (fs_store_open_old(options->db, &err, &store) < 0)
		return failed(&err);
	if (fs_store_stats(store, &err, &stats) < 0) {
		fs_store_close(store);
		return failed(&err);
	}
	fs_store_close(store);
	printf("%s: has version %" PRIu64 " of its schema\n", options->db,
	    stats.version);
	return CODE_DONE;
}

/* Reads "30d" and "100GB". */
static int
read_retention(const struct options *options, struct fs_retention *keep)
{
	int i;

	for (i = 1; i < options->operand_count; i++)
		if (!num_parse_span(options->operands[i], &keep->age_us) &&
		    !num_parse_bytes(options->operands[i], &keep->bytes))
			return complain("db", CODE_USAGE,
			    "prune '%s': expected an age (30d, 12h) or a size "
			    "(500MB, 100GB)",
			    options->operands[i]);
	return -1;
}

static int
prune(const struct options *options)
{
	char from[NUM_TIME_SIZE], to[NUM_TIME_SIZE];
	struct fs_retention keep = { 0 };
	struct fs_pruned pruned;
	struct fs_store *store;
	struct fs_err err = { 0 };
	int rc = read_retention(options, &keep);

	if (rc >= 0)
		return rc;
	if (fs_store_open_old(options->db, &err, &store) < 0)
		return failed(&err);
	fs_store_retain(store, &keep);
	rc = fs_store_prune(store, &err, &pruned);
	fs_store_close(store);
	if (rc < 0)
		return failed(&err);
	num_format_time(pruned.from_us, from);
	num_format_time(pruned.to_us, to);
	if (pruned.partitions == 0)
		puts("nothing had to go");
	else
		printf("dropped %" PRIu64 " rows of flows in %" PRIu64
		       " partitions, from %s to %s\n",
		    pruned.rows, pruned.partitions, from, to);
	return CODE_DONE;
}

/* ---- Verbs -------------------------------------------------------------- */

static const struct {
	const char *name;
	int least, most; /* Operands behind it. */
	ask_fn *ask;     /* Null for those who write. */
	int (*run)(const struct options *options);
} verbs[] = {
	{ "stats", 0, 0, ask_stats, NULL },
	{ "check", 0, 0, ask_check, NULL },
	{ "backup", 1, 1, ask_backup, NULL },
	{ "sql", 1, 1, ask_sql, NULL },
	{ "migrate", 0, 0, NULL, migrate },
	{ "prune", 1, 2, NULL, prune },
};

static int
run_verb(size_t verb, const struct options *options)
{
	const int given = options->operand_count - 1;
	int code;

	if (given < verbs[verb].least || given > verbs[verb].most)
		return complain("db", CODE_USAGE,
		    "'%s' takes %s: 'flowscan db --help' lists the verbs",
		    verbs[verb].name,
		    given < verbs[verb].least ? "something more" : "less");
	if (verbs[verb].ask == NULL)
		return verbs[verb].run(options);
	code = session_run(options, verbs[verb].ask);
	/* Faults that were found are no success. */
	return code == CODE_MATCHED && verbs[verb].ask == ask_check
	    ? CODE_DATABASE
	    : code;
}

int
cmd_db(int argc, char **argv)
{
	struct options options;
	int code = options_read(argc, argv, &kind, &options);
	size_t i;

	if (code >= 0)
		return code;
	if (options.operand_count == 0)
		return complain("db", CODE_USAGE,
		    "the verb is missing: expected stats, check, backup, sql, "
		    "migrate or prune");
	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(options.operands[0], verbs[i].name) != 0)
			continue;
		if (verbs[i].ask == ask_check)
			options.fail_on_match = true;
		return run_verb(i, &options);
	}
	return complain("db", CODE_USAGE,
	    "'%s': expected stats, check, backup, sql, migrate or prune",
	    options.operands[0]);
}
