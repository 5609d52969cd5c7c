#include "signal/kept.h"

#include <string.h>

enum { CHARACTER_MAX = 4 }; /* Bytes of a character in UTF-8. */

static bool
continues(uint8_t byte)
{
	return (byte & 0xc0) == 0x80;
}

void
kept_text(char *room, size_t size, struct cursor text)
{
	size_t used = 0, start = 0; /* Of the last character. */
	uint8_t byte;

	while (cursor_u8(&text, &byte)) {
		if (!continues(byte))
			start = used;
		if (used + 1 >= size) {
			/* What does not fit takes its character along. */
			if (used - start < CHARACTER_MAX)
				used = start;
			break;
		}
		room[used++] = (char)(byte != '\0' ? byte : '?');
	}
	room[used] = '\0';
}

void
kept_set(struct signals *signals, enum signal_id id, const char *text)
{
	if (text[0] != '\0')
		signals_set_string(signals, id, text);
}

void
kept_set_names(struct signals *signals, enum signal_id id,
    const char *const *names, size_t count, unsigned found)
{
	char text[64] = "";
	size_t i, used = 0, size;

	for (i = 0; i < count; i++) {
		size = strlen(names[i]);
		if (!(found >> i & 1) || used + size + 2 > sizeof(text))
			continue;
		if (used > 0)
			text[used++] = ',';
		memcpy(text + used, names[i], size + 1);
		used += size;
	}
	kept_set(signals, id, text);
}
