/* Bounded reading of untrusted bytes. A cursor never owns its bytes. Every
 * read takes all that it asks for or nothing, and says which; results must be
 * checked. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define CURSOR_CHECKED __attribute__((warn_unused_result))

struct cursor {
	const uint8_t *at;
	size_t left;
};

static inline struct cursor
cursor_of(const void *bytes, size_t size)
{
	return (struct cursor){ bytes, size };
}

CURSOR_CHECKED static inline bool
cursor_skip(struct cursor *cursor, size_t size)
{
	if (cursor->left < size)
		return false;
	/* Of no bytes at all the place may be null. */
	if (size == 0)
		return true;
	cursor->at += size;
	cursor->left -= size;
	return true;
}

/* Cuts the next 'size' bytes off as a cursor of their own. */
CURSOR_CHECKED static inline bool
cursor_take(struct cursor *cursor, size_t size, struct cursor *part)
{
	struct cursor taken = { cursor->at, size };

	if (!cursor_skip(cursor, size))
		return false;
	*part = taken;
	return true;
}

/* Copies the next 'size' bytes. */
CURSOR_CHECKED static inline bool
cursor_copy(struct cursor *cursor, void *to, size_t size)
{
	const uint8_t *from = cursor->at;

	if (!cursor_skip(cursor, size))
		return false;
	memcpy(to, from, size);
	return true;
}

CURSOR_CHECKED static inline bool
cursor_u8(struct cursor *cursor, uint8_t *value)
{
	return cursor_copy(cursor, value, 1);
}

/* Big-endian, as networks have it. */
CURSOR_CHECKED static inline bool
cursor_u16(struct cursor *cursor, uint16_t *value)
{
	uint8_t b[2];

	if (!cursor_copy(cursor, b, sizeof(b)))
		return false;
	*value = (uint16_t)(b[0] << 8 | b[1]);
	return true;
}

CURSOR_CHECKED static inline bool
cursor_u24(struct cursor *cursor, uint32_t *value)
{
	uint8_t b[3];

	if (!cursor_copy(cursor, b, sizeof(b)))
		return false;
	*value = (uint32_t)b[0] << 16 | (uint32_t)b[1] << 8 | b[2];
	return true;
}

CURSOR_CHECKED static inline bool
cursor_u32(struct cursor *cursor, uint32_t *value)
{
	uint8_t b[4];

	if (!cursor_copy(cursor, b, sizeof(b)))
		return false;
	*value = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
	    (uint32_t)b[2] << 8 | b[3];
	return true;
}

CURSOR_CHECKED static inline bool
cursor_u64(struct cursor *cursor, uint64_t *value)
{
	uint32_t high, low;
	struct cursor whole = *cursor;

	if (!cursor_u32(&whole, &high) || !cursor_u32(&whole, &low))
		return false;
	*value = (uint64_t)high << 32 | low;
	*cursor = whole;
	return true;
}

/* Looks at the next byte without taking it. */
CURSOR_CHECKED static inline bool
cursor_peek(const struct cursor *cursor, uint8_t *value)
{
	if (cursor->left == 0)
		return false;
	*value = cursor->at[0];
	return true;
}

/* Whether the bytes begin with 'size' bytes at 'prefix'. */
static inline bool
cursor_begins(const struct cursor *cursor, const void *prefix, size_t size)
{
	return cursor->left >= size && memcmp(cursor->at, prefix, size) == 0;
}

/* Takes a line of text, or what is left without one, and leaves its end (LF
 * or CRLF) out of '*line'. False when nothing is left. */
CURSOR_CHECKED static inline bool
cursor_line(struct cursor *cursor, struct cursor *line)
{
	const uint8_t *end;
	size_t size = cursor->left;

	if (size == 0)
		return false;
	end = (const uint8_t *)memchr(cursor->at, '\n', size);
	if (end != NULL)
		size = (size_t)(end - cursor->at);
	line->at = cursor->at;
	line->left = size;
	if (size > 0 && line->at[size - 1] == '\r')
		line->left--;
	return cursor_skip(cursor, end != NULL ? size + 1 : size);
}
