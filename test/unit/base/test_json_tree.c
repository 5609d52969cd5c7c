#include "base/json_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "test/unit/tap.h"

#define TEXT(s) s, sizeof(s) - 1

static const struct {
	const char *name, *text;
	size_t size;
	unsigned line; /* Of the fault; 0: fine. */
} texts[] = {
	{ "an object", TEXT("{\"a\": [1, true, \"x\"]}"), 0 },
	{ "a bare value", TEXT("7"), 0 },
	{ "nothing", TEXT(""), 1 },
	{ "broken off", TEXT("{\"a\":\n["), 2 },
	{ "a key twice", TEXT("{\"a\": 1,\n\"a\": 2}"), 2 },
	{ "text behind it", TEXT("{}\n{}"), 2 },
	{ "a NUL in a text", TEXT("[\"a\\u0000b\"]"), 1 },
	{ "a NUL byte", TEXT("[1]\0"), 1 },
	{ "no UTF-8", TEXT("[\"\xff\"]"), 1 },
	{ "a comment", TEXT("# x\n[]"), 1 },
};

static void
test_texts(void)
{
	struct json_node *root;
	struct fs_err err;
	char *exact;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		exact = tap_exact(texts[i].text, texts[i].size);
		root = NULL;
		rc = json_tree_read(exact, texts[i].size, "f", &err, &root);
		tap_int(rc, texts[i].line ? FS_EFORMAT : 0, texts[i].name);
		if (rc < 0)
			tap_int(err.line, texts[i].line, "its line");
		json_tree_free(root);
		free(exact);
	}
}

/* What is not there, or of another kind, is answered all the same. */
static void
test_questions(void)
{
	static const char text[] =
	    "{\"list\": [1, 2.5, \"x\"], \"yes\": true, \"no\": false}";
	const struct json_node *list;
	struct json_node *root;
	struct fs_err err;
	int64_t value = 9;

	if (json_tree_read(text, sizeof(text) - 1, "f", &err, &root) < 0)
		abort();
	list = json_tree_member(root, "list");
	tap_ok(json_tree_is_object(root) && !json_tree_is_array(root),
	    "the root is an object");
	tap_ok(json_tree_count(list) == 3, "three items");
	tap_ok(json_tree_i64(json_tree_item(list, 0), &value) && value == 1,
	    "a whole number");
	tap_ok(!json_tree_i64(json_tree_item(list, 1), &value) && value == 1,
	    "a broken one is none");
	tap_ok(strcmp(json_tree_text(json_tree_item(list, 2)), "x") == 0,
	    "a text");
	tap_ok(json_tree_text(list) == NULL, "a list is no text");
	tap_ok(json_tree_item(list, 3) == NULL, "no fourth item");
	tap_ok(json_tree_true(json_tree_member(root, "yes")) &&
		!json_tree_true(json_tree_member(root, "no")) &&
		!json_tree_true(json_tree_member(root, "none")),
	    "true, false and absent");
	tap_ok(json_tree_member(json_tree_member(root, "none"), "x") == NULL &&
		json_tree_count(NULL) == 0,
	    "questions to nothing");
	json_tree_free(root);
}

static void
test_members(void)
{
	static const char text[] = "{\"b\": 1, \"a\": [{}]}";
	const struct json_node *node;
	struct json_node *root;
	struct buf names;
	const char *name;
	void *at = NULL;

	buf_init(&names);
	if (json_tree_read(text, sizeof(text) - 1, "f", NULL, &root) < 0)
		abort();
	while ((node = json_tree_next(root, &at, &name)) != NULL)
		buf_add_text(&names, json_tree_is_array(node) ? "[]" : name);
	tap_text(buf_text(&names), "b[]", "the members in their order");
	at = NULL;
	tap_ok(json_tree_next(json_tree_member(root, "a"), &at, &name) ==
		    NULL &&
		json_tree_next(NULL, &at, &name) == NULL,
	    "what is no object has none");
	buf_fini(&names);
	json_tree_free(root);
}

int
main(void)
{
	test_texts();
	test_questions();
	test_members();
	return tap_done();
}
