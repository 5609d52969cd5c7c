/* Files and folders -> macros and rules (list_read.c: lists). All definitions
 * are read before any condition, so that their order does not matter. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "rule/keys.h"
#include "rule/set.h"

enum { DEFINITIONS_MAX = 200000 };

static void
no_memory(struct loader *loader)
{
	loader->faults.fatal = -ENOMEM;
}

void
load_digest(struct loader *loader, const char *name, const char *bytes,
    size_t size)
{
	char head[32];
	int length =
	    snprintf(head, sizeof(head), "%zu %zu\n", strlen(name), size);

	if (!digest_add(loader->digest, head, (size_t)length) ||
	    !digest_add(loader->digest, name, strlen(name)) ||
	    !digest_add(loader->digest, bytes, size))
		no_memory(loader);
}

const char *
load_regular(const char *path, size_t max, char **bytes, size_t *size)
{
	struct stat status;
	int rc;

	if (stat(path, &status) < 0)
		return fs_strerror(-errno);
	if (S_ISDIR(status.st_mode))
		return fs_strerror(-EISDIR);
	if (!S_ISREG(status.st_mode))
		return "it is no regular file";
	rc = file_read(path, max, bytes, size);
	if (rc == FS_EFULL)
		return max == YAML_SIZE_MAX ? YAML_TOO_LARGE
					    : "it is larger than 64 MiB";
	return rc < 0 ? fs_strerror(rc) : NULL;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* ---- Definitions ------------------------------------------------------ */

/* Makes room for one more; the array doubles at every power of two. */
static bool
widen(struct loader *loader, struct definitions *all)
{
	struct definition *wider;

	if ((all->count & (all->count - 1)) != 0)
		return true;
	wider = arena_array(&loader->scratch, all->count ? all->count * 2 : 1,
	    sizeof(*wider));
	if (wider == NULL) {
		no_memory(loader);
		return false;
	}
	if (all->count)
		memcpy(wider, all->items, all->count * sizeof(*wider));
	all->items = wider;
	return true;
}

void
load_define(struct loader *loader, struct definitions *all, const char *name,
    const struct definition *definition)
{
	const struct place *first;
	uint32_t index;
	int rc;

	if (strmap_find(&all->names, name, strlen(name), &index)) {
		first = &all->items[index].place;
		fault_error(&loader->faults, &definition->place,
		    "a second %s '%.64s', the first is at %.200s:%u: choose "
		    "another name",
		    all->kind, name, first->file, first->line);
		return;
	}
	if (!widen(loader, all))
		return;
	rc = strmap_add(&all->names, &loader->scratch, name, strlen(name),
	    (uint32_t)all->count);
	if (rc < 0)
		no_memory(loader);
	else
		all->items[all->count++] = *definition;
}

static struct place
place_of_name(const struct source *source, const struct yaml_node *node,
    const char *key)
{
	return place_of(source, yaml_find(node, key));
}

/* ---- Macros and rules ------------------------------------------------- */

static void
read_macro(struct loader *loader, const struct source *source,
    const struct yaml_node *node)
{
	static const char *const keys[] = { "macro", "desc", "condition",
		NULL };
	struct reading reading = { &loader->faults, source, &loader->scratch,
		false, NULL };
	struct macro *macro = arena_take(&loader->scratch, sizeof(*macro));
	struct definition definition = { .source = source };

	if (macro == NULL) {
		no_memory(loader);
		return;
	}
	(void)keys_check(&reading, node, keys);
	macro->name = key_name(&reading, node, "macro", FS_NAME_SIZE - 1);
	macro->place = place_of_name(source, node, "macro");
	macro->source = source;
	macro->condition = yaml_find(node, "condition");
	(void)key_text(&reading, node, "desc", 1000);
	if (key_required(&reading, node, "condition", YAML_SIZE_MAX) == NULL)
		macro->state = MACRO_BROKEN;
	if (macro->name == NULL)
		return;
	if (signal_find(macro->name) >= 0) {
		fault_error(&loader->faults, &macro->place,
		    "'%s' is a signal: choose another name", macro->name);
		return;
	}
	definition.place = macro->place;
	definition.macro = macro;
	load_define(loader, &loader->macros, macro->name, &definition);
}

/* Rules, and what overrides them, are read when all lists and macros are
 * known. */
static void
keep(struct loader *loader, const struct source *source,
    const struct yaml_node *node, const char *key, struct definitions *all)
{
	const struct yaml_node *name = yaml_find(node, key);
	struct definition definition = { .place = place_of(source, name),
		.source = source,
		.rule = node };

	if (name->kind != YAML_SCALAR && all == &loader->overrides)
		fault_error(&loader->faults, &definition.place,
		    "expected the name of a rule");
	else
		load_define(loader, all,
		    name->kind == YAML_SCALAR ? name->text : "", &definition);
}

static void
read_definition(struct loader *loader, const struct source *source,
    const struct yaml_node *node)
{
	static const char *const kinds[] = { "rule", "list", "macro",
		"override", NULL };
	struct place place = place_of(source, node);
	const char *nearest = NULL;

	if (loader->feeds_only && !yaml_find(node, "list"))
		return;
	if (yaml_find(node, "rule")) {
		keep(loader, source, node, "rule", &loader->rules);
		return;
	}
	if (yaml_find(node, "override")) {
		keep(loader, source, node, "override", &loader->overrides);
		return;
	}
	if (yaml_find(node, "list")) {
		list_read(loader, source, node);
		return;
	}
	if (yaml_find(node, "macro")) {
		read_macro(loader, source, node);
		return;
	}
	if (node->kind == YAML_MAPPING && node->first)
		nearest = yaml_nearest(node->first->key, kinds);
	fault_error(&loader->faults, &place,
	    "expected a mapping with the key 'rule', 'list', 'macro' or "
	    "'override'%s%s%s",
	    nearest ? "; did you mean '" : "", nearest ? nearest : "",
	    nearest ? "'?" : "");
}

/* ---- Files ------------------------------------------------------------ */

static void
read_definitions(struct loader *loader, const struct rule_file *file)
{
	const struct yaml_node *root = yaml_root(file->yaml), *node;
	struct place place;

	if (root == NULL)
		return;
	if (root->kind != YAML_SEQUENCE) {
		place = place_of(&file->source, root);
		fault_error(&loader->faults, &place,
		    "expected a list: each rule, list and macro begins with "
		    "'- '");
		return;
	}
	for (node = root->first; node && !fault_enough(&loader->faults);
	     node = node->next) {
		place = place_of(&file->source, node);
		if (loader->rules.count + loader->lists.count +
			loader->macros.count >=
		    DEFINITIONS_MAX) {
			fault_error(&loader->faults, &place,
			    "more than %d definitions", DEFINITIONS_MAX);
			return;
		}
		read_definition(loader, &file->source, node);
	}
}

static void
tell_unreadable(struct loader *loader, const char *path, const char *failure)
{
	struct place place = { path, 0, 0 };

	fault_error(&loader->faults, &place, "cannot be read: %s", failure);
}

/* Takes over a YAML fault. */
static void
tell_err(struct loader *loader, const struct fs_err *err)
{
	struct place place = { err->file, err->line, err->column };

	if (err->code == -ENOMEM)
		no_memory(loader);
	else
		fault_error(&loader->faults, &place, "%s", err->text);
}

static void
read_file(struct loader *loader, const char *path)
{
	struct rule_file *file;
	const char *failure;
	struct fs_err err;

	file = arena_take(&loader->scratch, sizeof(*file));
	if (file == NULL ||
	    (file->path = arena_text(&loader->scratch, path, strlen(path))) ==
		NULL) {
		no_memory(loader);
		return;
	}
	*loader->files_end = file;
	loader->files_end = &file->next;
	file->source.name = file->path;
	failure =
	    load_regular(path, YAML_SIZE_MAX, &file->text, &file->source.size);
	if (failure) {
		tell_unreadable(loader, file->path, failure);
		return;
	}
	file->source.text = file->text;
	load_digest(loader, base_name(path), file->text, file->source.size);
	if (yaml_parse(file->text, file->source.size, path, &err, &file->yaml) <
	    0)
		tell_err(loader, &err);
	else
		read_definitions(loader, file);
}

/* Rule files end with ".yaml"; editors' own begin with '.'. */
static int
is_rule_file(const struct dirent *entry)
{
	size_t size = strlen(entry->d_name);

	return entry->d_name[0] != '.' && size > 5 &&
	    strcmp(entry->d_name + size - 5, ".yaml") == 0;
}

/* By bytes, whatever the locale. */
static int
by_name(const struct dirent **left, const struct dirent **right)
{
	return strcmp((*left)->d_name, (*right)->d_name);
}

static void
read_folder(struct loader *loader, const char *folder)
{
	struct dirent **entries;
	struct buf path;
	int i, count = scandir(folder, &entries, is_rule_file, by_name);
	bool slash = folder[0] && folder[strlen(folder) - 1] == '/';
	struct place place = { folder, 0, 0 };

	if (count < 0) {
		tell_unreadable(loader, folder, fs_strerror(-errno));
		return;
	}
	if (count == 0)
		fault_warning(&loader->faults, &place,
		    "holds no rule file: their names end with '.yaml'");
	buf_init(&path);
	for (i = 0; i < count; i++) {
		buf_clear(&path);
		buf_printf(&path, "%s%s%s", folder, slash ? "" : "/",
		    entries[i]->d_name);
		if (!fault_enough(&loader->faults))
			read_file(loader, buf_text(&path));
		free(entries[i]);
	}
	buf_fini(&path);
	free(entries);
}

void
load_path(struct loader *loader, const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		tell_unreadable(loader, path, fs_strerror(-errno));
	else if (S_ISDIR(status.st_mode))
		read_folder(loader, path);
	else
		read_file(loader, path);
}
