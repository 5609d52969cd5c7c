#include "rule/says.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/utf8.h"
#include "signal/hide.h"

static bool
is_name_char(char c)
{
	return islower((unsigned char)c) || isdigit((unsigned char)c) ||
	    c == '_' || c == '.';
}

bool
says_next(const char *text, size_t *at, size_t *size)
{
	size_t i = *at, length;

	for (; text[i]; i++) {
		if (text[i] != '%')
			continue;
		if (text[i + 1] == '%') {
			i++;
			continue;
		}
		for (length = 1; is_name_char(text[i + length]); length++)
			;
		/* A full stop ends the sentence, not the name. */
		while (text[i + length - 1] == '.')
			length--;
		if (length == 1 || !islower((unsigned char)text[i + 1]))
			continue;
		*at = i;
		*size = length;
		return true;
	}
	return false;
}

/* Copies text with '%%' as '%'. */
static bool
copy_plain(struct arena *arena, const char *text, size_t size,
    struct says_part *part)
{
	char *copy = arena_text(arena, text, size);
	size_t i, used = 0;

	if (copy == NULL)
		return false;
	for (i = 0; i < size; i++) {
		if (text[i] == '%' && i + 1 < size && text[i + 1] == '%')
			i++;
		copy[used++] = text[i];
	}
	part->text = copy;
	part->size = used;
	return true;
}

static int
find_signal(const char *name, size_t size)
{
	char room[FS_NAME_SIZE];

	if (size >= sizeof(room))
		return -1;
	memcpy(room, name, size);
	room[size] = '\0';
	return signal_find(room);
}

int
says_make(struct arena *arena, const char *text, struct says *says)
{
	size_t at, size, from = 0, most = 1;
	struct says_part *parts, *part;
	int signal;

	for (at = 0; says_next(text, &at, &size); at += size)
		most++;
	parts = part = arena_array(arena, most, sizeof(*parts));
	if (parts == NULL)
		return -ENOMEM;
	for (at = 0; says_next(text, &at, &size); at += size) {
		signal = find_signal(text + at + 1, size - 1);
		if (signal < 0)
			continue;
		if (!copy_plain(arena, text + from, at - from, part))
			return -ENOMEM;
		part++->signal = signal;
		from = at + size;
	}
	if (!copy_plain(arena, text + from, strlen(text + from), part))
		return -ENOMEM;
	part++->signal = -1;
	says->parts = parts;
	says->count = (size_t)(part - parts);
	return 0;
}

/* ---- Writing ---------------------------------------------------------- */

struct writer {
	char *room;
	size_t used;
	bool full;
};

static void
put(struct writer *writer, const char *bytes, size_t size)
{
	if (writer->full || size >= FS_TEXT_SIZE - writer->used) {
		writer->full = true;
		return;
	}
	memcpy(writer->room + writer->used, bytes, size);
	writer->used += size;
}

static void
put_clean(struct writer *writer, const char *bytes, size_t size)
{
	size_t at, step;
	uint32_t code;

	for (at = 0; at < size && !writer->full; at += step) {
		step = utf8_next(bytes + at, size - at, &code);
		if (step == 0) {
			put(writer, "\xef\xbf\xbd", 3);
			step = 1;
		} else if (utf8_acts(code)) {
			put(writer, ".", 1);
		} else {
			put(writer, bytes + at, step);
		}
	}
}

void
says_write(const struct says *says, const struct fs_privacy *privacy,
    const struct signals *signals, char *room)
{
	struct writer writer = { room, 0, false };
	char value[FS_TEXT_SIZE + 16];
	size_t i, size;

	for (i = 0; i < says->count; i++) {
		const struct says_part *part = &says->parts[i];
		enum signal_id id = (enum signal_id)part->signal;

		put_clean(&writer, part->text, part->size);
		if (part->signal < 0)
			continue;
		if (!signals_known(signals, id)) {
			put(&writer, "unknown", strlen("unknown"));
			continue;
		}
		size = hide_format(privacy, signals, id, value, sizeof(value));
		put_clean(&writer, value, size);
	}
	room[writer.used] = '\0';
}
