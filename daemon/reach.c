#include "reach.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "log.h"

/* Takes 'path', which is resolved and becomes the list's. A place that is
 * there already is not added again; of two kinds it keeps both. */
static void
add_resolved(struct reach *reach, char *path, enum reach_kind kind,
    const char *why)
{
	size_t i;

	for (i = 0; i < reach->count; i++)
		if (reach->places[i].kind == kind &&
		    strcmp(reach->places[i].path, path) == 0) {
			free(path);
			return;
		}
	if (reach->count == REACH_MAX) {
		reach->full = true;
		free(path);
		return;
	}
	reach->places[reach->count++] = (struct reach_place){ path, kind, why };
}

static void
add(struct reach *reach, const char *path, enum reach_kind kind,
    const char *why)
{
	char *resolved = realpath(path, NULL);

	/* What is not there yet is told by its name. */
	if (resolved == NULL)
		resolved = strdup(path);
	if (resolved != NULL)
		add_resolved(reach, resolved, kind, why);
}

/* The folder in which a file lies, or is to be made. */
static void
add_folder_of(struct reach *reach, const char *path, enum reach_kind kind,
    const char *why)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];

	if (slash == NULL)
		(void)snprintf(folder, sizeof(folder), ".");
	else
		(void)snprintf(folder, sizeof(folder), "%.*s",
		    (int)(slash - path + (slash == path)), path);
	add(reach, folder, kind, why);
}

/* Whether a resolved path is a folder below one of the root, so that it is
 * the program's own rather than half the system. */
static bool
is_deep(const char *path)
{
	return path[0] == '/' && strchr(path + 1, '/') != NULL;
}

/* The folder above what a name stands for, and above the name itself: what is
 * replaced whole, or a link that leads elsewhere, is then still found. */
static void
add_above(struct reach *reach, const char *path, const char *why)
{
	char *resolved = realpath(path, NULL), *above, *slash;
	char folder[PATH_MAX];

	slash = resolved != NULL ? strrchr(resolved, '/') : NULL;
	if (slash != NULL && slash != resolved) {
		*slash = '\0';
		if (is_deep(resolved))
			add(reach, resolved, REACH_READ, why);
	}
	free(resolved);
	(void)snprintf(folder, sizeof(folder), "%s", path);
	slash = strrchr(folder, '/');
	if (slash == NULL || slash == folder)
		return;
	*slash = '\0';
	above = realpath(folder, NULL);
	if (above != NULL && is_deep(above))
		add_resolved(reach, above, REACH_READ, why);
	else
		free(above);
}

static void
add_rules(struct reach *reach, const struct config *config,
    const struct fs_ruleset *rules)
{
	struct fs_list_info list;
	struct stat status;
	size_t i;

	for (i = 0; i < config->rule_count; i++) {
		add_above(reach, config->rules[i], "rules");
		if (stat(config->rules[i], &status) == 0 &&
		    S_ISDIR(status.st_mode))
			add(reach, config->rules[i], REACH_READ, "rules");
		else
			add_folder_of(reach, config->rules[i], REACH_READ,
			    "rules");
	}
	for (i = 0; rules != NULL && i < fs_ruleset_list_count(rules); i++) {
		fs_ruleset_list_info(rules, i, &list);
		if (list.path != NULL)
			add_folder_of(reach, list.path, REACH_READ, "lists");
	}
}

/* What the kernel says of an interface's drops, and of this process. */
static void
add_system(struct reach *reach, bool live)
{
	static const char *const always[] = { "/dev/null", "/dev/urandom",
		"/sys/devices/system/cpu" };
	static const char *const captures[] = { "/sys/class/net",
		"/sys/devices", "/proc/net" };
	size_t i;

	for (i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		add(reach, always[i], REACH_READ, "the system");
	for (i = 0; live && i < sizeof(captures) / sizeof(captures[0]); i++)
		add(reach, captures[i], REACH_READ, "interfaces");
}

int
reach_gather(const struct config *config, const struct options *options,
    const struct fs_ruleset *rules, struct reach *reach)
{
	const char *db = options->db ? options->db : config->store_path;
	bool live = options->capture_count == 0;
	size_t i;

	*reach = (struct reach){ 0 };
	add_rules(reach, config, rules);
	for (i = 0; i < config->city_count; i++)
		add_folder_of(reach, config->city[i], REACH_READ, "places");
	for (i = 0; i < config->asn_count; i++)
		add_folder_of(reach, config->asn[i], REACH_READ, "places");
	if (db != NULL)
		add_folder_of(reach, db, REACH_WRITE, "the store");
	if (live && config->control_path != NULL)
		add_folder_of(reach, config->control_path, REACH_REMOVE,
		    "the control socket");
	for (i = 0; i < options->capture_count; i++)
		if (strcmp(options->captures[i], "-") != 0)
			add(reach, options->captures[i], REACH_READ,
			    "a capture");
	add_system(reach, live);
	if (reach->full)
		log_at(LOG_WARNING,
		    "there are more than %d folders: what is beyond them "
		    "cannot be read after the start",
		    REACH_MAX);
	return 0;
}

void
reach_fini(struct reach *reach)
{
	while (reach->count > 0)
		free(reach->places[--reach->count].path);
}
