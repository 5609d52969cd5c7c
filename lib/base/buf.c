#include "base/buf.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

enum { LEAST_ROOM = 64 };

void
buf_init(struct buf *buf)
{
	*buf = (struct buf){ 0 };
}

void
buf_fini(struct buf *buf)
{
	if (buf == NULL)
		return;
	free(buf->bytes);
	buf_init(buf);
}

void
buf_clear(struct buf *buf)
{
	buf->size = 0;
	buf->error = 0;
}

/* Makes room for 'more' bytes behind the content. */
static bool
reserve(struct buf *buf, size_t more)
{
	size_t need, room;
	char *bytes;

	if (buf->error != 0)
		return false;
	if (!num_add(buf->size, more, &need))
		goto full;
	if (need <= buf->room)
		return true;
	if (!num_mul(buf->room, 2, &room))
		room = need;
	if (room < need)
		room = need;
	if (room < LEAST_ROOM)
		room = LEAST_ROOM;
	bytes = realloc(buf->bytes, room);
	if (bytes == NULL)
		goto full;
	buf->bytes = bytes;
	buf->room = room;
	return true;
full:
	buf->error = -ENOMEM;
	return false;
}

void
buf_add(struct buf *buf, const void *bytes, size_t size)
{
	if (size == 0 || !reserve(buf, size))
		return;
	memcpy(buf->bytes + buf->size, bytes, size);
	buf->size += size;
}

void
buf_add_text(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void
buf_add_char(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

void
buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	int size;

	va_start(args, format);
	size = vsnprintf(NULL, 0, format, args);
	va_end(args);
	/* vsnprintf() ends its text, so there is room for one byte more. */
	if (size < 0 || !reserve(buf, (size_t)size + 1))
		return;
	va_start(args, format);
	vsnprintf(buf->bytes + buf->size, (size_t)size + 1, format, args);
	va_end(args);
	buf->size += (size_t)size;
}

const char *
buf_text(struct buf *buf)
{
	if (!reserve(buf, 1))
		return "";
	buf->bytes[buf->size] = '\0';
	return buf->bytes;
}

int
buf_error(const struct buf *buf)
{
	return buf->error;
}
