#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/utf8.h"
#include "command.h"
#include "options.h"

enum { FILE_MAX = 8 << 20, LINE_SHOWN = 160 };

/* ---- Showing a fault ---------------------------------------------------- */

/* Finds line 'number' (from 1) of a text. */
static const char *
find_line(const char *text, size_t size, unsigned number, size_t *length)
{
	const char *end = text + size, *next;

	for (; number > 1; number--) {
		next = memchr(text, '\n', (size_t)(end - text));
		if (next == NULL)
			return NULL;
		text = next + 1;
	}
	next = memchr(text, '\n', (size_t)(end - text));
	*length = (size_t)((next != NULL ? next : end) - text);
	return text;
}

/* Prints a line of a file, with what would act in a terminal replaced, and a
 * caret below its 'column'. */
static void
print_line(const char *line, size_t length, unsigned column)
{
	size_t at = 0, taken;
	unsigned count;
	uint32_t code;

	(void)fputs("    ", stderr);
	for (count = 0; at < length && count < LINE_SHOWN; count++) {
		taken = utf8_next(line + at, length - at, &code);
		if (taken > 0 && !utf8_acts(code))
			(void)fwrite(line + at, 1, taken, stderr);
		else
			(void)fputc(line[at] == '\t' ? ' ' : '?', stderr);
		at += taken > 0 ? taken : 1;
	}
	(void)fputc('\n', stderr);
	if (column > 0 && column <= LINE_SHOWN)
		(void)fprintf(stderr, "    %*s^\n", (int)column - 1, "");
}

static void
show_line(const struct fs_err *err)
{
	const char *line;
	char *bytes;
	size_t size, length;

	if (err->line == 0 || file_read(err->file, FILE_MAX, &bytes, &size) < 0)
		return;
	line = find_line(bytes, size, err->line, &length);
	if (line != NULL)
		print_line(line, length, err->column);
	free(bytes);
}

struct faults {
	unsigned errors, warnings;
};

static void
take_fault(void *ctx, bool warning, const struct fs_err *err)
{
	struct faults *faults = ctx;
	const char *kind = warning ? "warning" : "error";

	if (warning)
		faults->warnings++;
	else
		faults->errors++;
	if (err->file[0] == '\0')
		(void)fprintf(stderr, "%s: %s\n", kind, err->text);
	else if (err->line == 0)
		(void)fprintf(stderr, "%s: %s: %s\n", err->file, kind,
		    err->text);
	else
		(void)fprintf(stderr, "%s:%u:%u: %s: %s\n", err->file,
		    err->line, err->column, kind, err->text);
	show_line(err);
}

/* ---- rules check -------------------------------------------------------- */

static void
print_summary(const struct fs_ruleset *rules, unsigned warnings)
{
	size_t i, count = fs_ruleset_count(rules), disabled = 0, shadow = 0;
	struct fs_rule_info info;

	for (i = 0; i < count; i++) {
		fs_ruleset_info(rules, i, &info);
		disabled += !info.enabled;
		shadow += info.enabled && info.shadow;
	}
	printf("%zu rules", count);
	if (shadow > 0)
		printf(", %zu of them shadow", shadow);
	if (disabled > 0)
		printf(", %zu disabled", disabled);
	if (warnings > 0)
		printf(", %u warning%s", warnings, warnings == 1 ? "" : "s");
	printf(": ok (%.12s)\n", fs_ruleset_digest(rules));
}

static int
check(const char *const *paths, size_t count)
{
	struct fs_ruleset *rules = NULL;
	struct faults faults = { 0 };
	struct fs_err err = { 0 };
	int rc =
	    fs_ruleset_load(paths, count, take_fault, &faults, &err, &rules);

	if (rc < 0 && faults.errors == 0)
		take_fault(&faults, false, &err);
	if (rc < 0) {
		(void)fprintf(stderr, "%u error%s, %u warning%s\n",
		    faults.errors, faults.errors == 1 ? "" : "s",
		    faults.warnings, faults.warnings == 1 ? "" : "s");
		return CODE_USAGE;
	}
	print_summary(rules, faults.warnings);
	fs_ruleset_free(rules);
	return CODE_DONE;
}

static void
print_help(void)
{
	puts("usage: flowscan rules check [PATH]...\n"
	     "\n"
	     "Reads rule files, and folders of them (by default " RULES_DIR
	     "),\nand prints every fault with its place.\n"
	     "\n"
	     "exit codes: 0 no error; 2 usage, or an error");
}

static bool
wants_help(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0 ||
		    strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

int
cmd_rules(int argc, char **argv)
{
	static const char *const usual[] = { RULES_DIR };
	const char *verb = argc > 1 ? argv[1] : "";
	int i;

	if (wants_help(argc, argv)) {
		print_help();
		return CODE_DONE;
	}
	if (strcmp(verb, "check") != 0)
		return complain("rules", CODE_USAGE,
		    verb[0] != '\0'
			? "'%s' is unknown: usage: flowscan rules check "
			  "[PATH]..."
			: "what to do%s is missing: usage: flowscan rules "
			  "check [PATH]...",
		    verb);
	for (i = 2; i < argc; i++)
		if (argv[i][0] == '-')
			return complain("rules", CODE_USAGE,
			    "unknown option '%s': usage: flowscan rules check "
			    "[PATH]...",
			    argv[i]);
	if (argc == 2)
		return check(usual, 1);
	return check((const char *const *)(argv + 2), (size_t)argc - 2);
}
