/* Property: a file is refused with a place and a word, or it is a tree that
 * reads the same when it is written down again as JSON. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
write_text(struct buf *buf, const char *text)
{
	buf_add_char(buf, '"');
	for (; *text; text++) {
		if ((uint8_t)*text < 0x20 || *text == 0x7f)
			buf_printf(buf, "\\x%02x", (unsigned)*text);
		else if (*text == '"' || *text == '\\')
			buf_printf(buf, "\\%c", *text);
		else if ((uint8_t)*text == 0xc2 || (uint8_t)*text == 0xe2 ||
		    (uint8_t)*text == 0xef)
			break; /* May begin a line break or a mark. */
		else
			buf_add_char(buf, *text);
	}
	buf_add_char(buf, '"');
}

static void
write_node(struct buf *buf, const struct yaml_node *node)
{
	const struct yaml_node *child;
	bool mapping = node->kind == YAML_MAPPING;

	assert(node->line >= 1 && node->column >= 1);
	if (node->kind == YAML_SCALAR) {
		assert(strlen(node->text) == node->text_size);
		write_text(buf, node->text);
		return;
	}
	buf_add_char(buf, mapping ? '{' : '[');
	for (child = node->first; child; child = child->next) {
		if (mapping) {
			assert(yaml_find(node, child->key) == child);
			write_text(buf, child->key);
			buf_add_text(buf, ": ");
		}
		write_node(buf, child);
		if (child->next)
			buf_add_text(buf, ", ");
	}
	buf_add_char(buf, mapping ? '}' : ']');
}

static void
check_again(const struct yaml *yaml)
{
	struct buf first, second;
	struct yaml *again;

	buf_init(&first);
	buf_init(&second);
	write_node(&first, yaml_root(yaml));
	/* Long keys, and keys that were cut above, are not read again. */
	if (first.size < 1000 &&
	    yaml_parse(first.bytes, first.size, "again", NULL, &again) == 0) {
		write_node(&second, yaml_root(again));
		assert(strcmp(buf_text(&first), buf_text(&second)) == 0);
		yaml_free(again);
	}
	buf_fini(&first);
	buf_fini(&second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fs_err err = { 0 };
	struct yaml *yaml;
	int rc = yaml_parse((const char *)data, size, "fuzz", &err, &yaml);

	if (rc < 0) {
		assert(rc == FS_ECONFIG && err.text[0]);
		assert(strcmp(err.file, "fuzz") == 0 && err.line >= 1);
		return 0;
	}
	if (yaml_root(yaml))
		check_again(yaml);
	yaml_free(yaml);
	return 0;
}
