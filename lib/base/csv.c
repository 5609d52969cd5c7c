#include "base/csv.h"

/* Reads a field up to its comma or the end of the line, and terminates it.
 * '*room' moves behind it; it is as large as the line and a byte a field.
 * Returns null, or what is wrong. */
static const char *
take_field(struct cursor *bytes, char **room)
{
	bool quoted = cursor_begins(bytes, "\"", 1) && cursor_skip(bytes, 1);
	uint8_t byte;

	while (cursor_peek(bytes, &byte)) {
		if (!quoted && byte == ',')
			break;
		if (!cursor_skip(bytes, 1))
			break;
		if (!quoted && byte == '"')
			return "a quote within a field that is not quoted";
		if (byte == '\0')
			return "a NUL byte";
		if (byte != '"') {
			*(*room)++ = (char)byte;
			continue;
		}
		/* Two quotes are one; a single one ends the field. */
		if (cursor_begins(bytes, "\"", 1) && cursor_skip(bytes, 1)) {
			*(*room)++ = '"';
			continue;
		}
		*(*room)++ = '\0';
		return bytes->left == 0 || cursor_begins(bytes, ",", 1)
		    ? NULL
		    : "text behind a quoted field";
	}
	*(*room)++ = '\0';
	return quoted ? "a quote that is not closed" : NULL;
}

const char *
csv_split(struct cursor bytes, struct csv_line *line)
{
	char *room = line->room;
	const char *fault;

	line->count = 0;
	if (bytes.left > CSV_LINE_MAX)
		return "the line is too long";
	for (;;) {
		if (line->count == CSV_FIELDS)
			return "more than 64 fields";
		line->field[line->count++] = room;
		if ((fault = take_field(&bytes, &room)) != NULL)
			return fault;
		if (!cursor_skip(&bytes, 1))
			return NULL;
	}
}

bool
csv_next(struct cursor *bytes, unsigned *number, struct cursor *line)
{
	while (cursor_line(bytes, line)) {
		(*number)++;
		if (line->left > 0 && !cursor_begins(line, "#", 1))
			return true;
	}
	return false;
}

void
csv_begin(struct cursor *bytes)
{
	if (cursor_begins(bytes, "\xef\xbb\xbf", 3) && !cursor_skip(bytes, 3))
		bytes->left = 0;
}
