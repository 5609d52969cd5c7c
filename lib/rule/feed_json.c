/* Feeds in JSON: an array of records (JA4 databases), and the warning lists of
 * MISP (https://github.com/MISP/misp-warninglists, schema.json). */
#include "rule/feed.h"

#include <string.h>

#include "base/err.h"
#include "base/json_tree.h"

/* ---- Records ----------------------------------------------------------- */

static int
read_records(const struct feed_spec *spec, const struct source *source,
    const struct json_node *root, const struct feed_sink *sink,
    struct fs_err *err)
{
	struct feed_item item = { .kind = FEED_ANY };
	const struct json_node *record, *value;
	int64_t number;
	size_t i;

	if (!json_tree_is_array(root))
		return err_set_at(err, FS_EFORMAT, source->name, 1, 1,
		    "expected an array of records");
	for (i = 0; i < json_tree_count(root); i++) {
		record = json_tree_item(root, i);
		value = json_tree_member(record, spec->column);
		item.number = i + 1;
		item.text = json_tree_text(value);
		item.size = item.text != NULL ? strlen(item.text) : 0;
		if (!json_tree_is_object(record))
			sink->reject(sink->ctx, &item, "a record");
		else if (json_tree_i64(value, &number))
			sink->reject(sink->ctx, &item, "a text, no number,");
		else if (item.size > 0 &&
		    feed_counts(spec,
			json_tree_text(json_tree_member(record, spec->where))))
			sink->item(sink->ctx, &item);
	}
	return 0;
}

int
feed_json(const struct feed_spec *spec, const struct source *source,
    const struct feed_sink *sink, struct fs_err *err)
{
	struct json_node *root;
	int rc = json_tree_read(source->text, source->size, source->name, err,
	    &root);

	if (rc < 0)
		return rc;
	rc = read_records(spec, source, root, sink, err);
	json_tree_free(root);
	return rc;
}

/* ---- MISP -------------------------------------------------------------- */

/* The kinds whose items mean what a list's items mean: the others ask for a
 * part of a text, or for a regular expression. */
static const struct {
	const char *type;
	enum feed_kind kind;
} types[] = {
	{ "cidr", FEED_ADDRESS },
	{ "hostname", FEED_DOMAIN },
	{ "string", FEED_ANY },
};
enum { TYPES = sizeof(types) / sizeof(types[0]) };

static int
read_warninglist(const struct source *source, const struct json_node *root,
    const struct feed_sink *sink, struct fs_err *err)
{
	const struct json_node *items = json_tree_member(root, "list");
	const char *type = json_tree_text(json_tree_member(root, "type"));
	struct feed_item item = { 0 };
	size_t i, kind = 0;

	while (kind < TYPES && type && strcmp(types[kind].type, type) != 0)
		kind++;
	if (type == NULL || kind == TYPES || !json_tree_is_array(items))
		return err_set_at(err, FS_EFORMAT, source->name, 1, 1,
		    "expected a warning list with the members 'list' and "
		    "'type' (cidr, hostname or string)");
	item.kind = types[kind].kind;
	for (i = 0; i < json_tree_count(items); i++) {
		item.number = i + 1;
		item.text = json_tree_text(json_tree_item(items, i));
		item.size = item.text != NULL ? strlen(item.text) : 0;
		if (item.size > 0)
			sink->item(sink->ctx, &item);
		else
			sink->reject(sink->ctx, &item, "a text");
	}
	return 0;
}

int
feed_misp(const struct feed_spec *spec, const struct source *source,
    const struct feed_sink *sink, struct fs_err *err)
{
	struct json_node *root;
	int rc = json_tree_read(source->text, source->size, source->name, err,
	    &root);

	(void)spec;
	if (rc < 0)
		return rc;
	rc = read_warninglist(source, root, sink, err);
	json_tree_free(root);
	return rc;
}
