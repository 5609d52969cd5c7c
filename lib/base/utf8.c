#include "base/utf8.h"

#include "base/cursor.h"

/* What the first byte says: how many follow, its own bits, and the least
 * value that needs so many. */
struct lead {
	unsigned more;
	uint32_t bits;
	uint32_t least;
};

static bool
read_lead(uint8_t byte, struct lead *lead)
{
	if (byte < 0x80)
		*lead = (struct lead){ 0, byte, 0 };
	else if (byte >= 0xc2 && byte < 0xe0)
		*lead = (struct lead){ 1, byte & 0x1f, 0x80 };
	else if (byte >= 0xe0 && byte < 0xf0)
		*lead = (struct lead){ 2, byte & 0x0f, 0x800 };
	else if (byte >= 0xf0 && byte < 0xf5)
		*lead = (struct lead){ 3, byte & 0x07, 0x10000 };
	else
		return false;
	return true;
}

size_t
utf8_next(const void *bytes, size_t size, uint32_t *code)
{
	struct cursor cursor = cursor_of(bytes, size);
	struct lead lead;
	uint32_t value;
	uint8_t byte;
	unsigned i;

	if (!cursor_u8(&cursor, &byte) || !read_lead(byte, &lead))
		return 0;
	value = lead.bits;
	for (i = 0; i < lead.more; i++) {
		if (!cursor_u8(&cursor, &byte) || (byte & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (byte & 0x3f);
	}
	if (value < lead.least || value > 0x10ffff ||
	    (value >= 0xd800 && value < 0xe000))
		return 0;
	*code = value;
	return lead.more + 1;
}

size_t
utf8_cut(const char *text, size_t text_size, size_t size)
{
	size_t back;

	if (text_size <= size)
		return text_size;
	/* A character has at most three bytes behind its first. What is no
	 * UTF-8 is cut anywhere. */
	for (back = 0; back < 4 && back <= size; back++)
		if (((uint8_t)text[size - back] & 0xc0) != 0x80)
			return size - back;
	return size;
}

bool
utf8_acts(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x0000, 0x001f },   /* Controls. */
		{ 0x007f, 0x009f },   /* More of them. */
		{ 0x00ad, 0x00ad },   /* Soft hyphen. */
		{ 0x061c, 0x061c },   /* Arabic letter mark. */
		{ 0x180e, 0x180e },   /* Mongolian vowel separator. */
		{ 0x200b, 0x200f },   /* Joiners, direction marks. */
		{ 0x2028, 0x202e },   /* Separators, embeddings, overrides. */
		{ 0x2060, 0x206f },   /* Invisible operators, isolates. */
		{ 0xfe00, 0xfe0f },   /* Variation selectors. */
		{ 0xfeff, 0xfeff },   /* Byte order mark. */
		{ 0xfff0, 0xfffb },   /* Annotations. */
		{ 0xfffe, 0xffff },   /* No characters. */
		{ 0xe0000, 0xe0fff }, /* Tags. */
	};
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}
