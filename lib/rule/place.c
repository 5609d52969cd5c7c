/* Places in a file, and within the scalars of a YAML file. */
#include <stdint.h>

#include "base/utf8.h"
#include "rule/fault.h"

struct place
place_of(const struct source *source, const struct yaml_node *node)
{
	return (struct place){ source->name, node->line, node->column };
}

struct place
place_of_key(const struct source *source, const struct yaml_node *node)
{
	return (struct place){ source->name, node->key_line, node->key_column };
}

/* A position in the file's text. */
struct walk {
	const char *text;
	size_t size, at;
	unsigned line, column;
};

static char
here(const struct walk *walk)
{
	if (walk->at >= walk->size)
		return 0;
	return walk->text[walk->at];
}

/* Takes one character; CR LF is one line break. */
static void
step(struct walk *walk)
{
	uint32_t code = 0;
	size_t size =
	    utf8_next(walk->text + walk->at, walk->size - walk->at, &code);
	bool breaks = code == '\n' || code == '\r' || code == 0x85 ||
	    code == 0x2028 || code == 0x2029;

	if (walk->at >= walk->size)
		return;
	if (code == '\r' && walk->at + 1 < walk->size &&
	    walk->text[walk->at + 1] == '\n')
		size = 2;
	walk->at += size > 0 ? size : 1;
	walk->column = breaks ? 1 : walk->column + 1;
	walk->line += breaks;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void
skip_blanks(struct walk *walk)
{
	while (walk->at < walk->size && is_blank(here(walk)))
		step(walk);
}

static void
skip_line(struct walk *walk)
{
	unsigned line = walk->line;

	while (walk->at < walk->size && walk->line == line)
		step(walk);
}

/* Takes what stands for one character in double quotes; returns false when
 * that character is a blank. */
static bool
step_escape(struct walk *walk)
{
	unsigned digits = 0;
	char c;

	step(walk); /* The backslash. */
	c = here(walk);
	step(walk);
	if (c == 'x' || c == 'u' || c == 'U')
		digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
	while (digits-- > 0)
		step(walk);
	return c != 'n' && c != 't' && c != 'r' && !is_blank(c);
}

/* Takes blanks, also those written as escapes; stops before the next other
 * character. */
static void
skip_written_blanks(struct walk *walk, char style)
{
	struct walk before;

	for (;;) {
		skip_blanks(walk);
		if (style != '"' || here(walk) != '\\')
			return;
		before = *walk;
		if (step_escape(walk)) {
			*walk = before;
			return;
		}
	}
}

static void
step_written(struct walk *walk, char style)
{
	if (style == '"' && here(walk) == '\\') {
		(void)step_escape(walk);
		return;
	}
	if (style == '\'' && here(walk) == '\'')
		step(walk); /* Written twice. */
	step(walk);
}

/* Blanks may be folded or indented away, all other characters stand in the
 * file in the same order: so these are counted. */
static void
walk_scalar(struct walk *walk, const struct yaml_node *scalar, size_t offset)
{
	char style = here(walk);
	size_t at = 0, size;
	uint32_t code;

	if (style == '|' || style == '>')
		skip_line(walk);
	else if (style == '"' || style == '\'')
		step(walk);
	while (at < offset && at < scalar->text_size) {
		size =
		    utf8_next(scalar->text + at, scalar->text_size - at, &code);
		if (!is_blank(scalar->text[at])) {
			skip_written_blanks(walk, style);
			step_written(walk, style);
		}
		at += size > 0 ? size : 1;
	}
	if (offset < scalar->text_size && !is_blank(scalar->text[offset]))
		skip_written_blanks(walk, style);
}

struct place
place_within(const struct source *source, const struct yaml_node *scalar,
    size_t offset)
{
	struct walk walk = { source->text, source->size, 0, 1, 1 };

	while (walk.at < walk.size &&
	    (walk.line < scalar->line ||
		(walk.line == scalar->line && walk.column < scalar->column)))
		step(&walk);
	/* With a tag before it, only the whole is known. */
	if (here(&walk) != '!')
		walk_scalar(&walk, scalar, offset);
	return (struct place){ source->name, walk.line, walk.column };
}
