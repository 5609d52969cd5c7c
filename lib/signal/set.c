#include "signal/signal.h"

#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/num.h"

enum { TEXT_MAX = 255 };

void
signals_clear(struct signals *signals)
{
	memset(signals->known, 0, sizeof(signals->known));
	signals->room_used = 0;
}

static void
mark_known(struct signals *signals, enum signal_id id)
{
	signals->known[id / 64] |= (uint64_t)1 << (id % 64);
}

void
signals_set_flag(struct signals *signals, enum signal_id id, bool flag)
{
	signals->value[id].milli = flag;
	mark_known(signals, id);
}

void
signals_set_milli(struct signals *signals, enum signal_id id, int64_t milli)
{
	signals->value[id].milli = milli;
	mark_known(signals, id);
}

void
signals_set_count(struct signals *signals, enum signal_id id, uint64_t count)
{
	uint64_t most = INT64_MAX / 1000;

	signals_set_milli(signals, id,
	    (int64_t)(count < most ? count : most) * 1000);
}

void
signals_set_us(struct signals *signals, enum signal_id id, uint64_t us)
{
	signals_set_milli(signals, id,
	    (int64_t)(us < INT64_MAX ? us : INT64_MAX));
}

void
signals_forget(struct signals *signals, enum signal_id id)
{
	signals->known[id / 64] &= ~((uint64_t)1 << (id % 64));
}

static void
set_span(struct signals *signals, enum signal_id id, const void *bytes,
    size_t size)
{
	struct signal_value *value = &signals->value[id];

	if (size > SIGNAL_ROOM - signals->room_used)
		return;
	value->span.at = (uint16_t)signals->room_used;
	value->span.size = (uint16_t)size;
	if (size)
		memcpy(signals->room + signals->room_used, bytes, size);
	signals->room_used += (uint32_t)size;
	mark_known(signals, id);
}

/* The longest start of at most TEXT_MAX bytes that ends between UTF-8
 * characters. */
static size_t
text_size(const char *text, size_t size)
{
	if (size <= TEXT_MAX)
		return size;
	size = TEXT_MAX;
	while (size > TEXT_MAX - 4 && ((uint8_t)text[size] & 0xc0) == 0x80)
		size--;
	return size;
}

void
signals_set_text(struct signals *signals, enum signal_id id, const char *text,
    size_t size)
{
	set_span(signals, id, text, text_size(text, size));
}

void
signals_set_string(struct signals *signals, enum signal_id id, const char *text)
{
	signals_set_text(signals, id, text, strlen(text));
}

void
signals_set_bytes(struct signals *signals, enum signal_id id,
    const uint8_t *bytes, size_t size)
{
	set_span(signals, id, bytes, size < TEXT_MAX ? size : TEXT_MAX);
}

void
signals_set_addr(struct signals *signals, enum signal_id id,
    const struct fs_addr *addr)
{
	if (addr->family != 0)
		set_span(signals, id, addr->bytes, addr->family == 4 ? 4 : 16);
}

void
signals_set_sizes(struct signals *signals, enum signal_id id,
    const int32_t *sizes, size_t count)
{
	if (count > SIGNAL_SIZES_MAX)
		count = SIGNAL_SIZES_MAX;
	set_span(signals, id, sizes, count * sizeof(*sizes));
}

int64_t
signals_milli(const struct signals *signals, enum signal_id id)
{
	return signals_known(signals, id) ? signals->value[id].milli : 0;
}

const uint8_t *
signals_bytes(const struct signals *signals, enum signal_id id, size_t *size)
{
	const struct signal_value *value = &signals->value[id];

	*size = 0;
	if (!signals_known(signals, id))
		return signals->room;
	*size = value->span.size;
	return signals->room + value->span.at;
}

bool
signals_addr(const struct signals *signals, enum signal_id id,
    struct fs_addr *addr)
{
	size_t size;
	const uint8_t *bytes = signals_bytes(signals, id, &size);

	if (size != 4 && size != 16)
		return false;
	*addr = size == 4 ? addr_v4(bytes) : addr_v6(bytes);
	return true;
}

size_t
signals_sizes(const struct signals *signals, enum signal_id id, int32_t *sizes)
{
	size_t size;
	const uint8_t *bytes = signals_bytes(signals, id, &size);

	if (size > SIGNAL_SIZES_MAX * sizeof(*sizes))
		size = SIGNAL_SIZES_MAX * sizeof(*sizes);
	memcpy(sizes, bytes, size);
	return size / sizeof(*sizes);
}

static size_t
format_hex(const uint8_t *bytes, size_t count, char *room, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	size_t i, at = 0;

	for (i = 0; i < count && at + 4 <= size; i++) {
		if (i)
			room[at++] = ' ';
		room[at++] = digits[bytes[i] >> 4];
		room[at++] = digits[bytes[i] & 15];
	}
	room[at] = '\0';
	return at;
}

static size_t
format_sizes(const struct signals *signals, enum signal_id id, char *room,
    size_t size)
{
	int32_t sizes[SIGNAL_SIZES_MAX];
	size_t i, at = 0, count = signals_sizes(signals, id, sizes);

	room[0] = '\0';
	for (i = 0; i < count && at + 14 <= size; i++)
		at += (size_t)snprintf(room + at, size - at, "%s%d",
		    i ? " " : "", sizes[i]);
	return at;
}

static size_t
format_number(const struct signals *signals, enum signal_id id, bool with_unit,
    char *room, size_t size)
{
	char text[NUM_MILLI_SIZE];
	const char *unit = signal_unit_name(signal_info(id)->unit);
	int length;

	num_format_milli(signals->value[id].milli, text);
	length = snprintf(room, size, "%s%s%s", text,
	    with_unit && unit[0] ? " " : "", with_unit ? unit : "");
	return (size_t)length < size ? (size_t)length : size - 1;
}

static size_t
format_text(const struct signals *signals, enum signal_id id, char *room,
    size_t size)
{
	size_t i, length;
	const uint8_t *bytes = signals_bytes(signals, id, &length);

	if (length > size - 1)
		length = size - 1;
	for (i = 0; i < length; i++)
		room[i] = (char)(bytes[i] ? bytes[i] : '.');
	room[length] = '\0';
	return length;
}

size_t
signals_format(const struct signals *signals, enum signal_id id, bool with_unit,
    char *room, size_t size)
{
	char text[ADDR_TEXT_SIZE];
	struct fs_addr addr;
	const uint8_t *bytes;
	size_t length;
	int written;

	room[0] = '\0';
	if (!signals_known(signals, id))
		return 0;
	switch (signal_info(id)->type) {
	case SIGNAL_NUMBER:
		return format_number(signals, id, with_unit, room, size);
	case SIGNAL_TEXT: return format_text(signals, id, room, size);
	case SIGNAL_SIZES: return format_sizes(signals, id, room, size);
	case SIGNAL_BYTES:
		bytes = signals_bytes(signals, id, &length);
		return format_hex(bytes, length, room, size);
	case SIGNAL_ADDR:
		if (!signals_addr(signals, id, &addr))
			return 0;
		addr_format(&addr, text);
		written = snprintf(room, size, "%s", text);
		break;
	default:
		written = snprintf(room, size, "%s",
		    signals->value[id].milli ? "yes" : "no");
		break;
	}
	return (size_t)written < size ? (size_t)written : size - 1;
}

/* ---- Names ------------------------------------------------------------- */

int
signal_find(const char *name)
{
	int id;

	for (id = 0; id < SIGNAL_COUNT; id++)
		if (strcmp(signal_info((enum signal_id)id)->name, name) == 0)
			return id;
	return -1;
}

const char *
signal_unit_name(int unit)
{
	static const char *const names[] = { "", "", "B", "ms", "km", "deg" };

	return names[unit];
}

const char *
signal_type_name(int type)
{
	static const char *const names[] = { "flag", "number", "text", "bytes",
		"address", "sizes" };

	return names[type];
}
