#include "rule/feed.h"

#include <ctype.h>
#include <string.h>

#include "base/cursor.h"

/* ---- One item a line -------------------------------------------------- */

/* The part of a line before a comment and without blanks at its ends;
 * 'column' counts bytes, as a list's lines are ASCII or nearly so. */
static void
trim_line(struct feed_item *item)
{
	size_t i;

	item->column = 1;
	while (item->size > 0 && isspace((unsigned char)*item->text)) {
		item->text++;
		item->size--;
		item->column++;
	}
	for (i = 0; i < item->size; i++)
		if ((item->text[i] == '#' || item->text[i] == ';') &&
		    (i == 0 || isspace((unsigned char)item->text[i - 1])))
			item->size = i;
	while (item->size > 0 &&
	    isspace((unsigned char)item->text[item->size - 1]))
		item->size--;
}

static int
feed_lines(const struct feed_spec *spec, const struct source *source,
    const struct feed_sink *sink, struct fs_err *err)
{
	struct cursor bytes = cursor_of(source->text, source->size), line;
	struct feed_item item = { .kind = FEED_ANY };

	(void)spec;
	(void)err;
	while (cursor_line(&bytes, &line)) {
		item.line++;
		item.text = (const char *)line.at;
		item.size = line.left;
		trim_line(&item);
		if (item.size > 0)
			sink->item(sink->ctx, &item);
	}
	return 0;
}

/* ---- Tor's exit-addresses --------------------------------------------- */

/* The bytes before the next blank. */
static size_t
word_size(const struct cursor *line)
{
	const uint8_t *blank = memchr(line->at, ' ', line->left);

	return blank != NULL ? (size_t)(blank - line->at) : line->left;
}

static bool
skip_word(struct cursor *line, const char *word)
{
	return cursor_begins(line, word, strlen(word)) &&
	    cursor_skip(line, strlen(word));
}

/* "ExitAddress 192.0.2.1 2026-11-23 05:43:25" among lines about the relay
 * (https://2019.www.torproject.org/tordnsel/exitlist-spec.txt). */
static int
feed_tor_exits(const struct feed_spec *spec, const struct source *source,
    const struct feed_sink *sink, struct fs_err *err)
{
	static const char *const others[] = { "ExitNode ", "Published ",
		"LastStatus ", "#", NULL };
	struct cursor bytes = cursor_of(source->text, source->size), line;
	struct feed_item item = { .kind = FEED_ADDRESS, .column = 1 };
	size_t i;

	(void)spec;
	(void)err;
	while (cursor_line(&bytes, &line)) {
		item.line++;
		item.text = (const char *)line.at;
		item.size = line.left;
		item.column = 1;
		if (skip_word(&line, "ExitAddress ")) {
			item.text = (const char *)line.at;
			item.column += sizeof("ExitAddress ") - 1;
			item.size = word_size(&line);
			sink->item(sink->ctx, &item);
			continue;
		}
		for (i = 0; others[i] != NULL; i++)
			if (skip_word(&line, others[i]))
				break;
		if (others[i] == NULL && line.left > 0)
			sink->reject(sink->ctx, &item,
			    "ExitNode, Published, LastStatus or ExitAddress");
	}
	return 0;
}

/* ---- The table --------------------------------------------------------- */

static const struct feed_reader readers[] = {
	{ "lines", false, feed_lines },
	{ "tor-exits", false, feed_tor_exits },
	{ "csv", true, feed_csv },
	{ "json", true, feed_json },
	{ "misp", false, feed_misp },
	{ "stix", false, feed_stix },
};
enum { READERS = sizeof(readers) / sizeof(readers[0]) };

const char *const feed_names[] = { "lines", "tor-exits", "csv", "json", "misp",
	"stix", NULL };
_Static_assert(sizeof(feed_names) / sizeof(feed_names[0]) == READERS + 1,
    "a name for each reader");

const struct feed_reader *
feed_reader_of(int index)
{
	return &readers[index];
}

bool
feed_counts(const struct feed_spec *spec, const char *value)
{
	size_t i;

	if (spec->where == NULL)
		return true;
	for (i = 0; i < spec->value_count; i++)
		if (value != NULL && strcmp(spec->values[i], value) == 0)
			return true;
	return false;
}
