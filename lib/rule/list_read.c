/* The keys of a list, and its file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/yaml.h"
#include "rule/keys.h"
#include "rule/set.h"

enum { FILE_SIZE_MAX = 64 << 20, NOTE_SIZE_MAX = 64 << 10 };

/* ---- Its file --------------------------------------------------------- */

/* The path of a list's file, beside its rule file. */
static const char *
path_of(struct loader *loader, const char *rule_path, const char *file)
{
	const char *slash = strrchr(rule_path, '/');
	size_t folder = slash ? (size_t)(slash + 1 - rule_path) : 0;
	size_t size = strlen(file);
	char *path;

	if (file[0] == '/')
		folder = 0;
	path = arena_take(&loader->set->arena, folder + size + 1);
	if (path == NULL) {
		loader->faults.fatal = -ENOMEM;
		return NULL;
	}
	memcpy(path, rule_path, folder);
	memcpy(path + folder, file, size + 1);
	return path;
}

static void
note_sha256(struct list *list, const char *bytes, size_t size)
{
	uint8_t sum[DIGEST_SHA256_SIZE];

	if (digest_sha256(bytes, size, sum))
		digest_hex(sum, sizeof(sum), list->sha256);
}

/* When the file was fetched, as the note beside it says, if the note is about
 * these very bytes. */
static uint64_t
date_of_note(struct loader *loader, const struct list *list)
{
	char path[4096], *text;
	struct yaml *yaml = NULL;
	const struct yaml_node *sum, *date;
	uint64_t date_us = 0;
	size_t size;
	int length =
	    snprintf(path, sizeof(path), "%s%s", list->path, FEED_NOTE_SUFFIX);

	if (length < 0 || (size_t)length >= sizeof(path) ||
	    load_regular(path, NOTE_SIZE_MAX, &text, &size) != NULL)
		return 0;
	if (yaml_parse(text, size, path, NULL, &yaml) == 0) {
		sum = yaml_find(yaml_root(yaml), "sha256");
		date = yaml_find(yaml_root(yaml), "date");
		if (sum != NULL && sum->kind == YAML_SCALAR && date != NULL &&
		    date->kind == YAML_SCALAR &&
		    strcmp(sum->text, list->sha256) == 0 &&
		    num_parse_time(date->text, &date_us))
			load_digest(loader, list->name, date->text,
			    date->text_size);
	}
	yaml_free(yaml);
	free(text);
	return date_us;
}

static void
read_file(struct reading *reading, struct loader *loader,
    const struct yaml_node *node, struct list *list)
{
	const struct yaml_node *at = yaml_find(node, "file");
	const char *file = key_text(reading, node, "file", 4096);
	const char *failure;
	char *bytes, *copy;
	size_t size;

	if (file == NULL ||
	    (list->path = path_of(loader, reading->source->name, file)) == NULL)
		return;
	failure = load_regular(list->path, FILE_SIZE_MAX, &bytes, &size);
	if (failure && loader->feeds_only)
		return;
	if (failure) {
		reading_fault(reading, at, "%.200s cannot be read: %s%s",
		    list->path, failure,
		    list->url ? "; 'flowscan feed-update' fetches it" : "");
		return;
	}
	load_digest(loader, file, bytes, size);
	note_sha256(list, bytes, size);
	copy = arena_text(&loader->scratch, bytes, size);
	free(bytes);
	if (copy == NULL)
		loader->faults.fatal = -ENOMEM;
	list->source = (struct source){ list->path, copy, copy ? size : 0 };
}

static void
read_items(struct reading *reading, const struct yaml_node *node,
    struct list *list)
{
	const struct yaml_node *items = yaml_find(node, "items");

	list->items = items;
	list->source = *reading->source;
	if (items->kind == YAML_SEQUENCE)
		return;
	reading_fault(reading, items,
	    "'items': expected a list such as [a, b], or one item a line "
	    "behind '- '");
}

/* A list's age: its date is its own, that of the note beside its file, or
 * that of the file's head. */
static void
read_age(struct reading *reading, struct loader *loader,
    const struct yaml_node *node, struct list *list)
{
	list->age.name = list->name;
	list->age.date_us = key_time(reading, node, "date");
	list->age.max_age_us = key_span(reading, node, "max_age");
	if (list->age.date_us == 0 && list->items == NULL &&
	    list->source.text != NULL) {
		list->age.date_us = date_of_note(loader, list);
		if (list->age.date_us == 0)
			(void)list_date(list->source.text, list->source.size,
			    &list->age.date_us);
	}
	if (list->age.max_age_us > 0 && list->age.date_us == 0 &&
	    !reading->bad && !loader->feeds_only)
		reading_fault(reading, yaml_find(node, "max_age"),
		    "'max_age' needs a date: the key 'date', or a line "
		    "'# date: 2026-11-23' at the head of the file");
}

/* ---- How its file is read --------------------------------------------- */

/* A text of the key's value, copied, or null when that was told. */
static const char *
copy_scalar(struct reading *reading, const struct yaml_node *node)
{
	const char *copy;

	if (node->kind != YAML_SCALAR || node->text_size == 0) {
		reading_fault(reading, node, "expected a single text");
		return NULL;
	}
	copy = arena_text(reading->arena, node->text, node->text_size);
	if (copy == NULL)
		reading->faults->fatal = -ENOMEM;
	return copy;
}

/* 'column: ja4', or of ranges 'column: [start, end]'. */
static void
read_column(struct reading *reading, const struct yaml_node *node,
    struct feed_spec *feed)
{
	const struct yaml_node *at = yaml_find(node, "column");

	if (at == NULL) {
		if (reading->misspelt != node)
			reading_fault(reading, yaml_find(node, "reader"),
			    "'reader: %s' needs the key 'column': which one "
			    "holds the items",
			    feed->reader->name);
		return;
	}
	if (at->kind == YAML_SCALAR) {
		feed->column = copy_scalar(reading, at);
		return;
	}
	if (at->kind != YAML_SEQUENCE || at->count != 2) {
		reading_fault(reading, at,
		    "'column': expected a column's name, or two for a range's "
		    "first and last address: [start, end]");
		return;
	}
	feed->column = copy_scalar(reading, at->first);
	feed->end_column = copy_scalar(reading, at->first->next);
}

/* 'where: {Application: [Chrome, Firefox]}'. */
static void
read_where(struct reading *reading, const struct yaml_node *node,
    struct feed_spec *feed)
{
	const struct yaml_node *at = yaml_find(node, "where"), *value;

	if (at == NULL)
		return;
	if (at->kind != YAML_MAPPING || at->count != 1) {
		reading_fault(reading, at,
		    "'where': expected one column with the values that count, "
		    "such as {Application: [Chrome, Firefox]}");
		return;
	}
	value = at->first;
	feed->where =
	    arena_text(reading->arena, value->key, strlen(value->key));
	if (feed->where == NULL)
		reading->faults->fatal = -ENOMEM;
	if (value->kind == YAML_SEQUENCE && value->count > FEED_VALUES) {
		reading_fault(reading, value, "at most %d values", FEED_VALUES);
		return;
	}
	if (value->kind == YAML_SEQUENCE)
		value = value->first;
	for (; value != NULL; value = value->next)
		feed->values[feed->value_count++] = copy_scalar(reading, value);
}

static void
read_feed(struct reading *reading, const struct yaml_node *node,
    struct list *list)
{
	static const char *const of_tables[] = { "column", "where", NULL };
	static const char *const of_files[] = { "reader", "may_shrink", "url",
		NULL };
	const struct yaml_node *at;
	size_t i;

	list->feed.reader =
	    feed_reader_of(key_choice(reading, node, "reader", feed_names, 0));
	list->is_feed = list->url != NULL || yaml_find(node, "reader") != NULL;
	list->may_shrink = key_bool(reading, node, "may_shrink", false);
	for (i = 0; of_files[i] != NULL; i++)
		if ((at = yaml_find(node, of_files[i])) != NULL &&
		    !yaml_find(node, "file"))
			reading_fault(reading, at, "'%s' is about a 'file'",
			    of_files[i]);
	for (i = 0; of_tables[i] != NULL; i++)
		if ((at = yaml_find(node, of_tables[i])) != NULL &&
		    !list->feed.reader->table)
			reading_fault(reading, at,
			    "'%s' is about tables: expected 'reader: csv' or "
			    "'reader: json' with it",
			    of_tables[i]);
	if (!list->feed.reader->table)
		return;
	read_column(reading, node, &list->feed);
	read_where(reading, node, &list->feed);
}

/* ---- The whole -------------------------------------------------------- */

static void
read_keys(struct reading *reading, struct loader *loader,
    const struct yaml_node *node, struct list *list)
{
	static const char *const keys[] = { "list", "desc", "items", "file",
		"format", "reader", "column", "where", "may_shrink", "source",
		"licence", "url", "date", "max_age", "expires", NULL };

	(void)keys_check(reading, node, keys);
	list->name = key_name(reading, node, "list", FS_NAME_SIZE - 1);
	list->place = place_of(reading->source, yaml_find(node, "list"));
	list->format = key_choice(reading, node, "format", list_form_names, -1);
	list->expires_us = key_time(reading, node, "expires");
	(void)key_text(reading, node, "desc", 1000);
	list->origin = key_text(reading, node, "source", 1000);
	list->licence = key_text(reading, node, "licence", 1000);
	list->url = key_text(reading, node, "url", 1000);
	read_feed(reading, node, list);
	if (!yaml_find(node, "items") == !yaml_find(node, "file"))
		reading_missing(reading, node,
		    "expected one of 'items' and 'file'");
	else if (yaml_find(node, "file"))
		read_file(reading, loader, node, list);
	else
		read_items(reading, node, list);
	read_age(reading, loader, node, list);
	list->feed.date_us = list->age.date_us;
}

void
list_read(struct loader *loader, const struct source *source,
    const struct yaml_node *node)
{
	struct reading reading = { &loader->faults, source, &loader->set->arena,
		false, NULL };
	struct list *list = arena_take(&loader->set->arena, sizeof(*list));
	struct definition definition = { .source = source };

	if (list == NULL) {
		loader->faults.fatal = -ENOMEM;
		return;
	}
	read_keys(&reading, loader, node, list);
	/* What is told now is not told again where the list is used. */
	if (reading.bad)
		memset(list->tried, true, sizeof(list->tried));
	definition.place = list->place;
	definition.list = list;
	if (list->name)
		load_define(loader, &loader->lists, list->name, &definition);
}
