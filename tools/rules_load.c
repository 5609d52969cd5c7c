/* Loads rules for a person: every fault with its place, its line and a
 * caret. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/utf8.h"
#include "base/yaml.h"
#include "command.h"
#include "rules.h"

enum { FILE_MAX = 8 << 20, LINE_SHOWN = 160 };

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

/* Shows the line of a condition that is in no file. */
static void
show_text(const char *text, const struct fs_err *err)
{
	size_t length;
	const char *line = find_line(text, strlen(text), err->line, &length);

	if (line != NULL)
		print_line(line, length, err->column);
}

void
rules_take_fault(void *ctx, bool warning, const struct fs_err *err)
{
	struct rules_faults *faults = ctx;
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
	if (faults->text && strcmp(err->file, "condition") == 0)
		show_text(faults->text, err);
	else
		show_line(err);
}

/* Returns what the program ends with, after what was told. */
static int
end_faulty(struct rules_faults *faults, const struct fs_err *err)
{
	if (faults->errors == 0)
		rules_take_fault(faults, false, err);
	(void)fprintf(stderr, "%u error%s, %u warning%s\n", faults->errors,
	    faults->errors == 1 ? "" : "s", faults->warnings,
	    faults->warnings == 1 ? "" : "s");
	return CODE_USAGE;
}

int
rules_find_feeds(const char *const *paths, size_t count,
    struct fs_feeds **feeds)
{
	struct rules_faults faults = { 0 };
	struct fs_err err = { 0 };
	int rc =
	    fs_feeds_find(paths, count, rules_take_fault, &faults, &err, feeds);

	return rc < 0 ? end_faulty(&faults, &err) : -1;
}

int
rules_load(const char *const *paths, size_t count, struct fs_ruleset **rules,
    unsigned *warnings)
{
	static const char *const usual[] = { RULES_DIR };
	struct rules_faults faults = { 0 };
	struct fs_err err = { 0 };
	size_t i;
	int rc;

	for (i = 0; i < count; i++)
		if (paths[i][0] == '-')
			return complain("rules", CODE_USAGE,
			    "unknown option '%s', or one behind a path: write "
			    "'./%s' if it is a file",
			    paths[i], paths[i]);
	if (count == 0)
		rc = fs_ruleset_load(usual, 1, rules_take_fault, &faults, &err,
		    rules);
	else
		rc = fs_ruleset_load(paths, count, rules_take_fault, &faults,
		    &err, rules);
	*warnings = faults.warnings;
	if (rc >= 0)
		return -1;
	return end_faulty(&faults, &err);
}

/* The name of a rule that is nearest to 'name', or null. */
static const char *
nearest_rule(const struct fs_ruleset *rules, const char *name)
{
	size_t i, count = fs_ruleset_count(rules);
	const char **names = calloc(count + 1, sizeof(*names));
	const char *nearest = NULL;
	struct fs_rule_info info;

	for (i = 0; names && i < count; i++) {
		fs_ruleset_info(rules, i, &info);
		names[i] = info.name;
	}
	if (names)
		nearest = yaml_nearest(name, names);
	free(names);
	return nearest;
}

long
rules_find(const struct fs_ruleset *rules, const char *verb, const char *name)
{
	size_t i, count = fs_ruleset_count(rules);
	struct fs_rule_info info;
	const char *nearest;

	for (i = 0; i < count; i++) {
		fs_ruleset_info(rules, i, &info);
		if (strcmp(info.name, name) == 0)
			return (long)i;
	}
	nearest = nearest_rule(rules, name);
	(void)rules_misused(verb, "there is no rule '%s'%s%s%s", name,
	    nearest ? "; did you mean '" : "", nearest ? nearest : "",
	    nearest ? "'?" : "");
	return -1;
}
