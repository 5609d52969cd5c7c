#include "report/text.h"

#include <string.h>
#include <strings.h>

#include "base/utf8.h"

static void
put_code(struct buf *buf, uint32_t code)
{
	if (code == '\n')
		buf_add_text(buf, "\\n");
	else if (code == '\t')
		buf_add_text(buf, "\\t");
	else if (code < 0x80)
		buf_printf(buf, "\\x%02x", (unsigned)code);
	else if (code < 0x10000)
		buf_printf(buf, "\\u%04x", (unsigned)code);
	else
		buf_printf(buf, "\\U%08x", (unsigned)code);
}

void
text_escape(struct buf *buf, const char *text, size_t size)
{
	size_t at, taken;
	uint32_t code;

	for (at = 0; at<size; at += taken> 0 ? taken : 1) {
		taken = utf8_next(text + at, size - at, &code);
		if (taken == 0)
			buf_printf(buf, "\\x%02x", (unsigned)(uint8_t)text[at]);
		else if (utf8_acts(code))
			put_code(buf, code);
		else
			buf_add(buf, text + at, taken);
	}
}

/* ---- CSV ---------------------------------------------------------------- */

/* Whether a spreadsheet may read a formula: also behind blanks, and in the
 * wide forms that some accept. */
static bool
is_formula(const char *text, size_t size)
{
	static const uint32_t signs[] = { '=', '+', '-', '@', 0xff1d, 0xff0b,
		0xff0d, 0xff20 };
	uint32_t code;
	size_t i;

	while (size > 0 && *text == ' ') {
		text++;
		size--;
	}
	if (utf8_next(text, size, &code) == 0)
		return false;
	for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (code == signs[i])
			return true;
	return false;
}

void
text_csv(struct buf *buf, const char *text, size_t size)
{
	bool formula = is_formula(text, size), quoted = formula;
	size_t i;

	for (i = 0; i < size && !quoted; i++)
		quoted = strchr(",;\"\r\n\t '", text[i]) != NULL;
	if (quoted)
		buf_add_char(buf, '"');
	if (formula)
		buf_add_char(buf, '\'');
	for (i = 0; i < size; i++) {
		if (text[i] == '"')
			buf_add_char(buf, '"');
		buf_add_char(buf, text[i]);
	}
	if (quoted)
		buf_add_char(buf, '"');
}

/* ---- Markdown ----------------------------------------------------------- */

/* Whether a character needs a backslash. Addresses of pages would become
 * links by themselves. */
static bool
marks_up(const char *text, size_t size, size_t at)
{
	if (strchr("\\`*_[]<>|&~!#@", text[at]) != NULL)
		return true;
	if (text[at] == ':')
		return size - at >= 3 && text[at + 1] == '/' &&
		    text[at + 2] == '/';
	if (text[at] == '.')
		return at >= 3 && strncasecmp(text + at - 3, "www", 3) == 0;
	return false;
}

void
text_markdown(struct buf *buf, const char *text, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		if (marks_up(text, size, i))
			buf_add_char(buf, '\\');
		buf_add_char(buf, text[i]);
	}
}

/* ---- Width -------------------------------------------------------------- */

/* Takes one character, or one byte that is none. */
static size_t
next_columns(const char *text, size_t size, size_t *columns)
{
	uint32_t code;
	size_t taken = utf8_next(text, size, &code);

	*columns = taken == 0 ? 1 : text_columns(code);
	return taken > 0 ? taken : 1;
}

size_t
text_width(const char *text, size_t size)
{
	size_t at = 0, width = 0, columns;

	while (at < size) {
		at += next_columns(text + at, size - at, &columns);
		width += columns;
	}
	return width;
}

size_t
text_fit(const char *text, size_t size, size_t width)
{
	size_t at = 0, taken, columns;

	while (at < size) {
		taken = next_columns(text + at, size - at, &columns);
		if (columns > width)
			break;
		width -= columns;
		at += taken;
	}
	return at;
}
