/* JSON (RFC 8259) as a tree (jansson; the only user of it). Refused:
 * duplicate keys, NUL characters in texts, depth over 2048, and anything
 * behind the value. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flowscan.h"

/* A value, valid as long as its root. */
struct json_node;

/* Reads text; 'name' stands for the file in errors. '*root' is owned by the
 * caller.
 *
 * Returns 0, FS_EFORMAT or -ENOMEM; 'err' says line and column. */
int json_tree_read(const char *text, size_t size, const char *name,
    struct fs_err *err, struct json_node **root);
void json_tree_free(struct json_node *root);

/* Each takes null, too, and then answers as for a value of another kind. */

bool json_tree_is_object(const struct json_node *node);
bool json_tree_is_array(const struct json_node *node);
/* An object's member, or null. */
const struct json_node *json_tree_member(const struct json_node *object,
    const char *key);
/* The members of an object in order: '*at' is null at first, '*key' gets the
 * name. Returns the value, or null behind the last. */
const struct json_node *json_tree_next(const struct json_node *object,
    void **at, const char **key);
/* How many values an array has; 0 when it is none. */
size_t json_tree_count(const struct json_node *array);
const struct json_node *json_tree_item(const struct json_node *array,
    size_t index);
/* A text, terminated, or null. */
const char *json_tree_text(const struct json_node *node);
/* A whole number. False, and '*value' untouched, when it is none. */
bool json_tree_i64(const struct json_node *node, int64_t *value);
/* Whether it is 'true'. */
bool json_tree_true(const struct json_node *node);
