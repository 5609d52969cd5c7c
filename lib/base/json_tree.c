#include "base/json_tree.h"

#include <errno.h>
#include <jansson.h>

#include "base/err.h"

/* Nodes are jansson's under a name of ours, so that nobody else needs its
 * header. */
static const json_t *
theirs(const struct json_node *node)
{
	return (const void *)node;
}

static const struct json_node *
ours(const json_t *json)
{
	return (const void *)json;
}

int
json_tree_read(const char *text, size_t size, const char *name,
    struct fs_err *err, struct json_node **root)
{
	json_error_t error;
	json_t *json = json_loadb(text, size,
	    JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);

	if (json != NULL) {
		*root = (void *)json;
		return 0;
	}
	if (json_error_code(&error) == json_error_out_of_memory)
		return err_set_at(err, -ENOMEM, name, 0, 0, "no memory left");
	return err_set_at(err, FS_EFORMAT, name,
	    error.line > 0 ? (unsigned)error.line : 1,
	    error.column > 0 ? (unsigned)error.column : 1, "not JSON: %s",
	    error.text);
}

void
json_tree_free(struct json_node *root)
{
	json_decref((json_t *)(void *)root);
}

bool
json_tree_is_object(const struct json_node *node)
{
	return json_is_object(theirs(node));
}

bool
json_tree_is_array(const struct json_node *node)
{
	return json_is_array(theirs(node));
}

const struct json_node *
json_tree_member(const struct json_node *object, const char *key)
{
	return ours(json_object_get(theirs(object), key));
}

const struct json_node *
json_tree_next(const struct json_node *object, void **at, const char **key)
{
	json_t *json = (json_t *)(void *)(uintptr_t)object;

	if (!json_is_object(theirs(object)))
		return NULL;
	*at = *at == NULL ? json_object_iter(json)
			  : json_object_iter_next(json, *at);
	if (*at == NULL)
		return NULL;
	*key = json_object_iter_key(*at);
	return ours(json_object_iter_value(*at));
}

size_t
json_tree_count(const struct json_node *array)
{
	return json_array_size(theirs(array));
}

const struct json_node *
json_tree_item(const struct json_node *array, size_t index)
{
	return ours(json_array_get(theirs(array), index));
}

const char *
json_tree_text(const struct json_node *node)
{
	return json_string_value(theirs(node));
}

bool
json_tree_i64(const struct json_node *node, int64_t *value)
{
	if (!json_is_integer(theirs(node)))
		return false;
	*value = json_integer_value(theirs(node));
	return true;
}

bool
json_tree_true(const struct json_node *node)
{
	return json_is_true(theirs(node));
}
