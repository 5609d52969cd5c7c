/* Rule files laid out alike: lines are moved and indented, never written
 * anew, so that comments and the writing of values stay. What comes out is
 * read once more and must say the same. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/yaml.h"

enum { KEY_INDENT = 2 };

struct line {
	const char *text; /* Without its end. */
	size_t size;
	size_t indent; /* Blanks at its begin. */
	bool blank, comment;
	bool literal; /* May be of a block scalar, whose blanks count. */
};

/* A key of a definition, with the comments before it. */
struct part {
	const struct yaml_node *node;
	size_t head, key, end; /* Lines. */
	size_t rank;
};

struct layout {
	struct arena arena;
	struct line *lines;
	size_t count;
	struct buf out;
	bool gap; /* An empty line is due before the next one. */
};

/* In this order; what is unknown comes behind, in its own. */
static const char *const order[] = { "rule", "list", "macro", "override",
	"desc", "condition", "exceptions", "class", "protocol", "family",
	"view", "enabled", "shadow", "expires", "requires", "likelihood",
	"says", "benign", "tags", "references", "untested", "tests" };
enum { ORDER_COUNT = sizeof(order) / sizeof(order[0]) };

static size_t
rank_of(const char *key)
{
	size_t i;

	for (i = 0; i < ORDER_COUNT; i++)
		if (strcmp(order[i], key) == 0)
			break;
	return i;
}

/* ---- Lines -------------------------------------------------------------- */

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void
read_line(struct line *line, const char *text, size_t size)
{
	size_t at;

	if (size > 0 && text[size - 1] == '\r')
		size--;
	line->text = text;
	line->size = size;
	while (line->indent < size && text[line->indent] == ' ')
		line->indent++;
	for (at = line->indent; at < size && is_space(text[at]);)
		at++;
	line->blank = at == size;
	line->comment = !line->blank && text[line->indent] == '#';
}

/* Whether YAML sees the end of a line where read_lines() sees none. */
static bool
has_odd_break(const char *text, size_t size)
{
	static const char *const breaks[] = { "\xc2\x85", "\xe2\x80\xa8",
		"\xe2\x80\xa9" };
	const char *at = text, *end = text + size;
	size_t i;

	for (i = 0; i < sizeof(breaks) / sizeof(breaks[0]); i++)
		if (size > 0 &&
		    memmem(text, size, breaks[i], strlen(breaks[i])) != NULL)
			return true;
	for (; at < end && (at = memchr(at, '\r', (size_t)(end - at))); at++)
		if (at + 1 == end || at[1] != '\n')
			return true;
	return false;
}

static int
read_lines(struct layout *layout, const char *text, size_t size)
{
	const char *end = text + size, *next;
	size_t room = 1;

	for (next = text; next < end; next++)
		room += *next == '\n';
	layout->lines = arena_array(&layout->arena, room, sizeof(struct line));
	if (layout->lines == NULL)
		return -ENOMEM;
	for (; text < end; text = next + 1) {
		next = memchr(text, '\n', (size_t)(end - text));
		if (next == NULL)
			next = end;
		read_line(&layout->lines[layout->count++], text,
		    (size_t)(next - text));
	}
	return 0;
}

/* Marks the lines below a block scalar up to the next value. */
static void
mark_literals(struct layout *layout, const struct yaml_node *node,
    const struct line **open)
{
	const struct line *line = NULL;
	const struct yaml_node *child;
	size_t i, at = node->key ? node->key_line : node->line;

	if (*open)
		for (i = (size_t)(*open - layout->lines) + 1;
		     i + 1 < at && i < layout->count; i++)
			layout->lines[i].literal = true;
	*open = NULL;
	if (node->line >= 1 && node->line <= layout->count)
		line = &layout->lines[node->line - 1];
	if (line && node->kind == YAML_SCALAR && node->column <= line->size &&
	    strchr("|>", line->text[node->column - 1]))
		*open = line;
	for (child = node->first; child; child = child->next)
		mark_literals(layout, child, open);
}

/* ---- Writing ------------------------------------------------------------ */

static void
put_line(struct layout *layout, const struct line *line, const char *before,
    size_t from)
{
	size_t size = line->size;

	if (line->blank) {
		if (line->literal)
			buf_add_char(&layout->out, '\n');
		else
			layout->gap = true;
		return;
	}
	if (layout->gap && layout->out.size > 0)
		buf_add_char(&layout->out, '\n');
	layout->gap = false;
	while (!line->literal && size > from && is_space(line->text[size - 1]))
		size--;
	buf_add_text(&layout->out, before);
	buf_add(&layout->out, line->text + from, size - from);
	buf_add_char(&layout->out, '\n');
}

/* A line whose definition's keys stand at 'indent'. */
static void
put_moved(struct layout *layout, const struct line *line, size_t indent)
{
	size_t from = indent > KEY_INDENT ? indent - KEY_INDENT : 0;

	if (from > line->indent)
		from = line->indent;
	put_line(layout, line,
	    indent == 0       ? "  "
		: indent == 1 ? " "
			      : "",
	    from);
}

static void
put_lines(struct layout *layout, size_t from, size_t to)
{
	for (; from < to; from++)
		put_line(layout, &layout->lines[from], "", 0);
}

/* ---- Definitions -------------------------------------------------------- */

/* Whether a key begins its line, behind the dash if it is the first. */
static bool
begins_line(const struct layout *layout, const struct yaml_node *key,
    bool first)
{
	const struct line *line;
	size_t at;

	if (key->key_line < 1 || key->key_line > layout->count)
		return false;
	line = &layout->lines[key->key_line - 1];
	at = line->indent;
	if (first && at < line->size && line->text[at] == '-')
		for (at++; at < line->size && line->text[at] == ' ';)
			at++;
	return at + 1 == key->key_column && (at > line->indent || !first);
}

/* Whether a definition has a line for each key, all at one column. */
static bool
is_block(const struct layout *layout, const struct yaml_node *definition)
{
	const struct yaml_node *first = definition->first, *key;

	if (definition->kind != YAML_MAPPING || first == NULL)
		return false;
	for (key = first; key; key = key->next)
		if (!begins_line(layout, key, key == first) ||
		    key->key_column != first->key_column)
			return false;
	return true;
}

/* Where comments begin that stand before line 'at', no deeper than
 * 'indent'; 'least' is a line that they stand behind. Empty lines there are of
 * no scalar. */
static size_t
head_of(struct layout *layout, size_t least, size_t at, size_t indent)
{
	struct line *line;

	for (; at > least + 1; at--) {
		line = &layout->lines[at - 1];
		if (!line->blank && (!line->comment || line->indent > indent))
			break;
		line->literal = false;
	}
	return at;
}

static int
compare_parts(const void *left, const void *right)
{
	const struct part *a = left, *b = right;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return a->key < b->key ? -1 : a->key > b->key;
}

static void
put_part(struct layout *layout, const struct part *part, bool first)
{
	size_t i, indent = part->node->key_column - 1;
	const struct line *line;

	for (i = part->head; i < part->key; i++) {
		line = &layout->lines[i];
		put_line(layout, line, first ? "" : "  ", line->indent);
	}
	put_line(layout, &layout->lines[part->key], first ? "- " : "  ",
	    indent);
	for (i = part->key + 1; i < part->end; i++)
		put_moved(layout, &layout->lines[i], indent);
}

/* Its keys, of which the last has the lines up to 'end'. */
static int
put_block(struct layout *layout, const struct yaml_node *definition, size_t end)
{
	const struct yaml_node *key;
	struct part *parts;
	size_t i, count = 0;

	parts = arena_array(&layout->arena, definition->count, sizeof(*parts));
	if (parts == NULL)
		return -ENOMEM;
	for (key = definition->first; key; key = key->next) {
		struct part *part = &parts[count];

		part->node = key;
		part->rank = rank_of(key->key);
		part->key = part->head = key->key_line - 1;
		part->end = end;
		if (count > 0) {
			part->head = head_of(layout, part[-1].key, part->key,
			    key->key_column - 1);
			part[-1].end = part->head;
		}
		count++;
	}
	qsort(parts, count, sizeof(*parts), compare_parts);
	for (i = 0; i < count; i++)
		put_part(layout, &parts[i], i == 0);
	return 0;
}

/* The line of a definition's dash. */
static size_t
line_of(const struct layout *layout, const struct yaml_node *node)
{
	size_t at = node->line;

	if (node->first && node->first->key &&
	    (at == 0 || node->first->key_line < at))
		at = node->first->key_line;
	if (at > layout->count)
		at = layout->count;
	return at > 0 ? at - 1 : 0;
}

static int
put_definition(struct layout *layout, const struct yaml_node *node, size_t at)
{
	size_t next = node->next ? line_of(layout, node->next) : layout->count;
	bool block = is_block(layout, node);
	size_t end = at, indent;
	int rc = 0;

	if (next > at) {
		indent = block ? node->first->key_column - 2 : 0;
		end = head_of(layout, at, next, indent);
	}
	if (block)
		rc = put_block(layout, node, end);
	else
		put_lines(layout, at, end);
	if (node->next && (block || is_block(layout, node->next)))
		layout->gap = true;
	put_lines(layout, end, next);
	return rc;
}

static int
put_all(struct layout *layout, const struct yaml_node *root)
{
	const struct yaml_node *node = root ? root->first : NULL;
	const struct line *open = NULL;
	int rc = 0;

	if (node == NULL) {
		put_lines(layout, 0, layout->count);
		return buf_error(&layout->out);
	}
	mark_literals(layout, root, &open);
	for (; open && ++open < layout->lines + layout->count;)
		layout->lines[open - layout->lines].literal = true;
	put_lines(layout, 0, line_of(layout, node));
	for (; node && rc == 0; node = node->next)
		rc = put_definition(layout, node, line_of(layout, node));
	return rc < 0 ? rc : buf_error(&layout->out);
}

/* ---- The same meaning --------------------------------------------------- */

static bool
same(const struct yaml_node *a, const struct yaml_node *b)
{
	const struct yaml_node *x, *y;

	if (a == NULL || b == NULL)
		return a == b;
	if (a->kind != b->kind || a->count != b->count ||
	    a->quoted != b->quoted)
		return false;
	if (a->kind == YAML_SCALAR)
		return a->text_size == b->text_size &&
		    memcmp(a->text, b->text, a->text_size) == 0;
	for (x = a->first, y = b->first; x && y; x = x->next, y = y->next)
		if (!same(x, x->key ? yaml_find(b, x->key) : y))
			return false;
	return true;
}

static int
check_same(struct layout *layout, const struct yaml_node *root,
    const char *name, struct fs_err *err)
{
	struct yaml *again = NULL;
	bool fine;
	int rc;

	rc = yaml_parse(layout->out.bytes ? layout->out.bytes : "",
	    layout->out.size, name, NULL, &again);
	if (rc == -ENOMEM)
		return err_set(err, rc, "no memory is left");
	fine = rc == 0 && same(root, yaml_root(again));
	yaml_free(again);
	return fine ? 0
		    : err_set(err, FS_EUNSUP,
			  "cannot be laid out without changing what it says; "
			  "is there a block that ends in '+', or a key in "
			  "'?'?");
}

int
fs_rules_layout(const char *text, size_t size, const char *name,
    struct fs_err *err, char **laid, size_t *laid_size)
{
	struct layout layout = { 0 };
	struct yaml *yaml = NULL;
	int rc;

	arena_init(&layout.arena);
	buf_init(&layout.out);
	rc = yaml_parse(text, size, name, err, &yaml);
	if (rc == 0 && has_odd_break(text, size))
		rc = err_set(err, FS_EUNSUP,
		    "cannot be laid out: a line of it ends in something else "
		    "than a line feed");
	if (rc == 0 &&
	    ((rc = read_lines(&layout, text, size)) < 0 ||
		(rc = put_all(&layout, yaml_root(yaml))) < 0))
		err_set(err, rc, "no memory is left");
	if (rc == 0)
		rc = check_same(&layout, yaml_root(yaml), name, err);
	if (rc == 0) {
		(void)buf_text(&layout.out);
		*laid_size = layout.out.size;
		*laid = layout.out.bytes;
		layout.out.bytes = NULL; /* Given away. */
		rc = *laid ? 0 : err_set(err, -ENOMEM, "no memory is left");
	}
	yaml_free(yaml);
	buf_fini(&layout.out);
	arena_fini(&layout.arena);
	return rc;
}
