/* Rule files for tests: written to a folder of their own, loaded, removed. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flowscan.h"
#include "test/unit/tap.h"

/* A rule whose condition begins at 6:14. */
#define BEFORE                                          \
	"- rule: r\n"                                   \
	"  desc: d\n"                                   \
	"  class: vpn\n"                                \
	"  family: f\n"                                 \
	"  likelihood: {if_true: 0.9, if_false: 0.1}\n" \
	"  condition: "

struct told {
	struct fs_err first; /* Error, else warning. */
	unsigned errors, warnings;
	bool show;
};

static inline void
files_tell(void *ctx, bool warning, const struct fs_err *err)
{
	struct told *told = ctx;

	if (told->errors == 0 && (!warning || told->warnings == 0))
		told->first = *err;
	if (warning)
		told->warnings++;
	else
		told->errors++;
	if (told->show)
		printf("# %s:%u:%u: %s\n", err->file, err->line, err->column,
		    err->text);
}

static inline void
files_write(const char *folder, const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
		abort();
}

/* Loads one rule file, beside which lies 'list.txt' when there is one.
 * Returns what fs_ruleset_load() returned. */
static inline int
files_load(const char *text, const char *list, struct told *told,
    struct fs_ruleset **rules)
{
	char folder[] = "/tmp/test-rules-XXXXXX", path[64];
	const char *paths[] = { folder };
	struct fs_err err;
	int rc;

	if (mkdtemp(folder) == NULL)
		abort();
	files_write(folder, "case.yaml", text);
	if (list)
		files_write(folder, "list.txt", list);
	rc = fs_ruleset_load(paths, 1, told ? files_tell : NULL, told, &err,
	    rules);
	snprintf(path, sizeof(path), "%s/case.yaml", folder);
	unlink(path);
	snprintf(path, sizeof(path), "%s/list.txt", folder);
	unlink(path);
	rmdir(folder);
	return rc;
}

/* Checks the error of a file, which has no other. */
static inline bool
expect(const char *name, const char *text, const char *list, unsigned line,
    unsigned column, const char *says)
{
	struct told told = { 0 };
	struct fs_ruleset *rules = NULL;
	int rc = files_load(text, list, &told, &rules);
	bool right = rc == FS_ECONFIG && rules == NULL && told.errors == 1 &&
	    told.first.line == line && told.first.column == column &&
	    strstr(told.first.text, says) != NULL;

	if (!tap_ok(right, "%s", name))
		printf("# %d, %u errors, at %s:%u:%u: %s\n"
		       "# wanted one at %u:%u: %s\n",
		    rc, told.errors, told.first.file, told.first.line,
		    told.first.column, told.first.text, line, column, says);
	fs_ruleset_free(rules);
	return right;
}
