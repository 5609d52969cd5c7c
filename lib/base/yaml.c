#include "base/yaml.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/err.h"

enum {
	DEPTH_MAX = 32,
	NODES_MAX = 1000000, /* Bounds the memory of a hostile file. */
};

struct yaml {
	struct arena arena;
	char *name;
	const struct yaml_node *root;
};

/* A sequence or mapping that is not at its end yet. */
struct level {
	struct yaml_node *node;
	struct yaml_node *last; /* Child. */
	bool keyed;             /* The key below waits for its value. */
	const char *key;
	unsigned key_line, key_column;
};

struct reader {
	yaml_parser_t parser;
	struct yaml *yaml;
	struct fs_err *err;
	const char *text;
	size_t size;
	unsigned depth;
	unsigned documents;
	size_t nodes;
	struct level level[DEPTH_MAX];
};

/* ---- Faults ----------------------------------------------------------- */

static unsigned
one_based(size_t zero_based)
{
	return (unsigned)zero_based + 1;
}

static int
fault_at(struct reader *reader, const yaml_mark_t *mark, const char *what)
{
	return err_set_at(reader->err, FS_ECONFIG, reader->yaml->name,
	    one_based(mark->line), one_based(mark->column), "%s", what);
}

/* libyaml's words, and what to do about it. */
static const struct {
	const char *problem, *advice;
} advices[] = {
	{ "found character that cannot start any token",
	    "quote text that begins with it, and indent with blanks, not "
	    "with tabs" },
	{ "mapping values are not allowed in this context",
	    "quote text that holds ': ', and check the indentation above" },
	{ "could not find expected ':'",
	    "write 'key: value', with a blank behind the colon" },
	{ "did not find expected key",
	    "keys of one mapping begin in the same column" },
	{ "did not find expected '-' indicator",
	    "items of one list begin with '- ' in the same column" },
	{ "did not find expected ',' or ']'", "close the list with ']'" },
	{ "did not find expected ',' or '}'", "close the mapping with '}'" },
	{ "found unexpected end of stream",
	    "the file ends within quotes or brackets: close them" },
	{ "found unknown escape character",
	    "write '\\\\' for a backslash, or use single quotes" },
};

static const char *
advice_for(const char *problem)
{
	size_t i;

	for (i = 0; i < sizeof(advices) / sizeof(advices[0]); i++)
		if (strcmp(advices[i].problem, problem) == 0)
			return advices[i].advice;
	return "see https://yaml.org for the format";
}

/* Where a byte stands, for faults of bytes that are no text: these have an
 * offset only. */
static yaml_mark_t
mark_of(const struct reader *reader, size_t offset)
{
	yaml_mark_t mark = { 0 };
	size_t i;

	for (i = 0; i < offset && i < reader->size; i++) {
		if (reader->text[i] == '\n') {
			mark.line++;
			mark.column = 0;
		} else if (((uint8_t)reader->text[i] & 0xc0) != 0x80) {
			mark.column++;
		}
	}
	return mark;
}

static int
parser_fault(struct reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;
	yaml_mark_t mark = parser->problem_mark;

	if (parser->error == YAML_MEMORY_ERROR)
		return err_set(reader->err, -ENOMEM,
		    "no memory for the YAML parser");
	if (parser->error == YAML_READER_ERROR) {
		mark = mark_of(reader, parser->problem_offset);
		return fault_at(reader, &mark,
		    "not UTF-8 text: expected a YAML file");
	}
	return err_set_at(reader->err, FS_ECONFIG, reader->yaml->name,
	    one_based(mark.line), one_based(mark.column), "%s; %s",
	    parser->problem, advice_for(parser->problem));
}

/* ---- Nodes ------------------------------------------------------------ */

static int
node_new(struct reader *reader, const yaml_event_t *event, enum yaml_kind kind,
    struct yaml_node **node)
{
	struct yaml_node *fresh;

	if (reader->nodes >= NODES_MAX)
		return fault_at(reader, &event->start_mark,
		    "more than 1,000,000 values; keep long lists in a file "
		    "of their own, one item a line");
	fresh = arena_take(&reader->yaml->arena, sizeof(*fresh));
	if (fresh == NULL)
		return err_set(reader->err, -ENOMEM, "no memory");
	reader->nodes++;
	fresh->kind = kind;
	fresh->line = one_based(event->start_mark.line);
	fresh->column = one_based(event->start_mark.column);
	*node = fresh;
	return 0;
}

/* Hangs a value below what it belongs to. */
static void
node_add(struct reader *reader, struct yaml_node *node)
{
	struct level *level;

	if (reader->depth == 0) {
		reader->yaml->root = node;
		return;
	}
	level = &reader->level[reader->depth - 1];
	if (level->node->kind == YAML_MAPPING) {
		node->key = level->key;
		node->key_line = level->key_line;
		node->key_column = level->key_column;
		level->keyed = false;
	}
	if (level->last)
		level->last->next = node;
	else
		level->node->first = node;
	level->last = node;
	level->node->count++;
}

/* Whether the next node is the key of a mapping. */
static bool
key_is_due(const struct reader *reader)
{
	const struct level *level;

	if (reader->depth == 0)
		return false;
	level = &reader->level[reader->depth - 1];
	return level->node->kind == YAML_MAPPING && !level->keyed;
}

static bool
tag_is_plain(const char *tag)
{
	static const char *const tags[] = { YAML_STR_TAG, YAML_INT_TAG,
		YAML_FLOAT_TAG, YAML_BOOL_TAG, YAML_NULL_TAG, YAML_SEQ_TAG,
		YAML_MAP_TAG };
	size_t i;

	for (i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (strcmp(tags[i], tag) == 0)
			return true;
	return false;
}

/* Refuses what makes a tree more than it looks like. */
static int
check_properties(struct reader *reader, const yaml_event_t *event)
{
	const yaml_char_t *anchor = event->data.scalar.anchor;
	const yaml_char_t *tag = event->data.scalar.tag;

	if (event->type == YAML_SEQUENCE_START_EVENT) {
		anchor = event->data.sequence_start.anchor;
		tag = event->data.sequence_start.tag;
	} else if (event->type == YAML_MAPPING_START_EVENT) {
		anchor = event->data.mapping_start.anchor;
		tag = event->data.mapping_start.tag;
	}
	if (anchor != NULL)
		return fault_at(reader, &event->start_mark,
		    "anchors ('&name') are not allowed; write the value out");
	if (tag != NULL && !tag_is_plain((const char *)tag))
		return fault_at(reader, &event->start_mark,
		    "this tag ('!...') is not allowed; write the value "
		    "without it, in quotes if it begins with '!'");
	return 0;
}

static int
copy_text(struct reader *reader, const yaml_event_t *event, const char **copy)
{
	const char *value = (const char *)event->data.scalar.value;
	size_t size = event->data.scalar.length;

	if (memchr(value, '\0', size) != NULL)
		return fault_at(reader, &event->start_mark,
		    "a text may hold no NUL byte");
	*copy = arena_text(&reader->yaml->arena, value, size);
	if (*copy == NULL)
		return err_set(reader->err, -ENOMEM, "no memory");
	return 0;
}

static int
on_key(struct reader *reader, const yaml_event_t *event)
{
	struct level *level = &reader->level[reader->depth - 1];
	int rc = copy_text(reader, event, &level->key);

	if (rc < 0)
		return rc;
	level->keyed = true;
	level->key_line = one_based(event->start_mark.line);
	level->key_column = one_based(event->start_mark.column);
	return 0;
}

static int
on_scalar(struct reader *reader, const yaml_event_t *event)
{
	struct yaml_node *node = NULL;
	int rc = check_properties(reader, event);

	if (rc < 0)
		return rc;
	if (key_is_due(reader))
		return on_key(reader, event);
	rc = node_new(reader, event, YAML_SCALAR, &node);
	if (rc < 0 || (rc = copy_text(reader, event, &node->text)) < 0)
		return rc;
	node->text_size = event->data.scalar.length;
	node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	node_add(reader, node);
	return 0;
}

static int
on_start(struct reader *reader, const yaml_event_t *event, enum yaml_kind kind)
{
	struct yaml_node *node = NULL;
	int rc = check_properties(reader, event);

	if (rc < 0)
		return rc;
	if (key_is_due(reader))
		return fault_at(reader, &event->start_mark,
		    "a key must be a single text, not a list or a mapping");
	if (reader->depth == DEPTH_MAX)
		return fault_at(reader, &event->start_mark,
		    "nested deeper than 32 levels; flatten it");
	if ((rc = node_new(reader, event, kind, &node)) < 0)
		return rc;
	node_add(reader, node);
	reader->level[reader->depth++] = (struct level){ .node = node };
	return 0;
}

/* ---- Duplicate keys --------------------------------------------------- */

static bool
stands_before(const struct yaml_node *a, const struct yaml_node *b)
{
	return a->key_line < b->key_line ||
	    (a->key_line == b->key_line && a->key_column < b->key_column);
}

static int
by_key_then_place(const void *left, const void *right)
{
	const struct yaml_node *a = *(const struct yaml_node *const *)left;
	const struct yaml_node *b = *(const struct yaml_node *const *)right;
	int order = strcmp(a->key, b->key);

	if (order != 0)
		return order;
	return stands_before(a, b) ? -1 : stands_before(b, a);
}

/* Finds the duplicate that stands first in the file; '*original' is what it
 * repeats. */
static const struct yaml_node *
find_duplicate(const struct yaml_node **sorted, size_t count,
    const struct yaml_node **original)
{
	const struct yaml_node *found = NULL;
	size_t i;

	qsort(sorted, count, sizeof(void *), by_key_then_place);
	for (i = 1; i < count; i++) {
		if (strcmp(sorted[i - 1]->key, sorted[i]->key) != 0)
			continue;
		if (found && !stands_before(sorted[i], found))
			continue;
		found = sorted[i];
		*original = sorted[i - 1];
	}
	return found;
}

static int
on_end(struct reader *reader)
{
	const struct yaml_node *node = reader->level[--reader->depth].node;
	const struct yaml_node **sorted, *child, *twice, *original = NULL;
	size_t count = 0;

	if (node->kind != YAML_MAPPING || node->count < 2)
		return 0;
	sorted = calloc(node->count, sizeof(const struct yaml_node *));
	if (sorted == NULL)
		return err_set(reader->err, -ENOMEM, "no memory");
	for (child = node->first; child; child = child->next)
		sorted[count++] = child;
	twice = find_duplicate(sorted, count, &original);
	free(sorted);
	if (twice == NULL)
		return 0;
	return err_set_at(reader->err, FS_ECONFIG, reader->yaml->name,
	    twice->key_line, twice->key_column,
	    "duplicate key '%.64s', which stands on line %u already; keep one",
	    twice->key, original->key_line);
}

/* ---- Events ----------------------------------------------------------- */

/* Returns 1 at the end of the stream. */
static int
on_event(struct reader *reader, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (reader->documents++ > 0)
			return fault_at(reader, &event->start_mark,
			    "a second document; expected one a file");
		return 0;
	case YAML_ALIAS_EVENT:
		return fault_at(reader, &event->start_mark,
		    "aliases ('*name') are not allowed; write the value out, "
		    "in quotes if it begins with '*'");
	case YAML_SCALAR_EVENT: return on_scalar(reader, event);
	case YAML_SEQUENCE_START_EVENT:
		return on_start(reader, event, YAML_SEQUENCE);
	case YAML_MAPPING_START_EVENT:
		return on_start(reader, event, YAML_MAPPING);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT: return on_end(reader);
	case YAML_STREAM_END_EVENT: return 1;
	default: return 0;
	}
}

static int
read_events(struct reader *reader)
{
	yaml_event_t event;
	int rc;

	do {
		if (!yaml_parser_parse(&reader->parser, &event))
			return parser_fault(reader);
		rc = on_event(reader, &event);
		yaml_event_delete(&event);
	} while (rc == 0);
	return rc < 0 ? rc : 0;
}

/* '---' alone gives an empty scalar. */
static bool
is_nothing(const struct yaml_node *root)
{
	return root->kind == YAML_SCALAR && !root->quoted && !root->text_size;
}

static int
read_text(struct yaml *yaml, const char *text, size_t size, struct fs_err *err)
{
	struct reader *reader;
	int rc;

	reader = calloc(1, sizeof(*reader));
	if (reader == NULL || !yaml_parser_initialize(&reader->parser)) {
		free(reader);
		return err_set(err, -ENOMEM, "no memory for the YAML parser");
	}
	reader->yaml = yaml;
	reader->err = err;
	reader->text = text;
	reader->size = size;
	yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reader->parser,
	    (const unsigned char *)text, size);
	rc = read_events(reader);
	yaml_parser_delete(&reader->parser);
	free(reader);
	if (rc == 0 && yaml->root && is_nothing(yaml->root))
		yaml->root = NULL;
	return rc;
}

int
yaml_parse(const char *text, size_t size, const char *name, struct fs_err *err,
    struct yaml **yaml)
{
	struct yaml *fresh;
	int rc;

	if (size > YAML_SIZE_MAX)
		return err_set_at(err, FS_ECONFIG, name, 0, 0, "%s",
		    YAML_TOO_LARGE);
	fresh = calloc(1, sizeof(*fresh));
	if (fresh == NULL)
		return err_set(err, -ENOMEM, "no memory");
	fresh->name = strdup(name);
	rc = fresh->name == NULL ? err_set(err, -ENOMEM, "no memory")
				 : read_text(fresh, text, size, err);
	if (rc < 0) {
		yaml_free(fresh);
		return rc;
	}
	*yaml = fresh;
	return 0;
}

void
yaml_drop(struct yaml *yaml)
{
	if (yaml == NULL)
		return;
	arena_fini(&yaml->arena);
	free(yaml->name);
	free(yaml);
}

const struct yaml_node *
yaml_root(const struct yaml *yaml)
{
	return yaml->root;
}
