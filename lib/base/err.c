#include "base/err.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* Copies text that may quote a stranger: each byte of what acts on a terminal
 * or is no UTF-8 becomes '?'. */
static void
copy_clean(char *to, size_t room, const char *from)
{
	size_t left = strlen(from), at = 0, size;
	uint32_t code;

	left = utf8_cut(from, left, room - 1);
	while (at < left) {
		size = utf8_next(from + at, left - at, &code);
		if (size == 0 || utf8_acts(code)) {
			memset(to + at, '?', size > 0 ? size : 1);
			at += size > 0 ? size : 1;
			continue;
		}
		memcpy(to + at, from + at, size);
		at += size;
	}
	to[at] = '\0';
}

static void FS_PRINTF(2, 0)
    set_text(struct fs_err *err, const char *format, va_list args)
{
	/* The arguments may point into the error that is being replaced. */
	char text[sizeof(err->text)];

	vsnprintf(text, sizeof(text), format, args);
	copy_clean(err->text, sizeof(err->text), text);
}

int
err_set(struct fs_err *err, int code, const char *format, ...)
{
	va_list args;

	if (err == NULL)
		return code;
	va_start(args, format);
	set_text(err, format, args);
	va_end(args);
	err->code = code;
	err->line = err->column = 0;
	err->file[0] = '\0';
	return code;
}

int
err_set_at(struct fs_err *err, int code, const char *file, unsigned line,
    unsigned column, const char *format, ...)
{
	va_list args;

	if (err == NULL)
		return code;
	va_start(args, format);
	set_text(err, format, args);
	va_end(args);
	err->code = code;
	err->line = line;
	err->column = column;
	if (file != err->file)
		copy_clean(err->file, sizeof(err->file), file ? file : "");
	return code;
}
