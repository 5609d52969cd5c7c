#include "signal/blob.h"

#include "base/cursor.h"

enum { BLOB_VERSION = 1, VARINT_MAX = 10 };

/* Where encoding stands; 'full' once something did not fit. */
struct writer {
	uint8_t *at;
	size_t left;
	bool full;
};

static void
write_bytes(struct writer *writer, const void *bytes, size_t size)
{
	if (writer->left < size)
		writer->full = true;
	if (writer->full || size == 0)
		return;
	memcpy(writer->at, bytes, size);
	writer->at += size;
	writer->left -= size;
}

static void
write_varint(struct writer *writer, uint64_t value)
{
	uint8_t bytes[VARINT_MAX];
	/* Nearly always there is room, and no detour is needed. */
	bool roomy = writer->left >= VARINT_MAX && !writer->full;
	uint8_t *to = roomy ? writer->at : bytes;
	size_t size = 0;

	for (; value >= 0x80; value >>= 7)
		to[size++] = (uint8_t)(value | 0x80);
	to[size++] = (uint8_t)value;
	if (roomy) {
		writer->at += size;
		writer->left -= size;
	} else {
		write_bytes(writer, bytes, size);
	}
}

static uint64_t
zigzag(int64_t value)
{
	return (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
}

static int64_t
unzigzag(uint64_t value)
{
	return (int64_t)(value >> 1 ^ (value & 1 ? UINT64_MAX : 0));
}

static void
write_sizes(struct writer *writer, const struct signals *signals,
    enum signal_id id)
{
	int32_t sizes[SIGNAL_SIZES_MAX];
	size_t i, count = signals_sizes(signals, id, sizes);

	write_varint(writer, count);
	for (i = 0; i < count; i++)
		write_varint(writer, zigzag(sizes[i]));
}

/* The form of a value, which a reader needs to pass over what it does not
 * know: it stands in the two highest bits of the number. */
enum { FORM_INTEGER = 0, FORM_BYTES = 1, FORM_SIZES = 2, FORM_SHIFT = 14 };

static unsigned
form_of(enum signal_id id)
{
	switch (signal_info(id)->type) {
	case SIGNAL_FLAG:
	case SIGNAL_NUMBER: return FORM_INTEGER;
	case SIGNAL_SIZES: return FORM_SIZES;
	default: return FORM_BYTES;
	}
}

static void
write_value(struct writer *writer, const struct signals *signals,
    enum signal_id id)
{
	unsigned form = form_of(id);
	uint8_t number[2] = { (uint8_t)(id >> 8 | form << (FORM_SHIFT - 8)),
		(uint8_t)(id & 0xff) };
	const uint8_t *bytes;
	size_t size;

	write_bytes(writer, number, sizeof(number));
	if (form == FORM_INTEGER) {
		write_varint(writer, zigzag(signals_milli(signals, id)));
	} else if (form == FORM_SIZES) {
		write_sizes(writer, signals, id);
	} else {
		bytes = signals_bytes(signals, id, &size);
		write_varint(writer, size);
		write_bytes(writer, bytes, size);
	}
}

size_t
blob_encode(const struct signals *signals, uint8_t *room, size_t size)
{
	struct writer writer = { room, size, false };
	const uint8_t version = BLOB_VERSION;
	unsigned word, bit;
	uint64_t left;

	write_bytes(&writer, &version, 1);
	for (word = 0; word < SIGNAL_WORDS; word++)
		for (left = signals->known[word]; left != 0; left &= left - 1) {
			bit = (unsigned)__builtin_ctzll(left);
			write_value(&writer, signals,
			    (enum signal_id)(word * 64 + bit));
		}
	return writer.full ? 0 : size - writer.left;
}

/* Reads on in a number whose first byte is 'sum'. */
static int
read_varint_rest(struct cursor *in, uint64_t sum, uint64_t *value)
{
	unsigned shift;
	uint8_t byte;

	sum &= 0x7f;
	for (shift = 7; shift < 64; shift += 7) {
		if (!cursor_u8(in, &byte))
			return FS_ETRUNC;
		sum |= (uint64_t)(byte & 0x7f) << shift;
		if ((byte & 0x80) == 0) {
			*value = sum;
			return 0;
		}
	}
	return FS_EFORMAT;
}

static inline int
read_varint(struct cursor *in, uint64_t *value)
{
	uint8_t byte;

	if (!cursor_u8(in, &byte))
		return FS_ETRUNC;
	*value = byte;
	return byte < 0x80 ? 0 : read_varint_rest(in, byte, value);
}

static int
read_sizes(struct cursor *in, int id, struct signals *signals)
{
	int32_t sizes[SIGNAL_SIZES_MAX];
	uint64_t i, count, value;
	int rc;

	if ((rc = read_varint(in, &count)) < 0)
		return rc;
	if (count > SIGNAL_SIZES_MAX)
		return FS_EFORMAT;
	for (i = 0; i < count; i++) {
		if ((rc = read_varint(in, &value)) < 0)
			return rc;
		if (value > UINT32_MAX)
			return FS_EFORMAT;
		sizes[i] = (int32_t)unzigzag(value);
	}
	if (id >= 0)
		signals_set_sizes(signals, (enum signal_id)id, sizes, count);
	return 0;
}

static int
read_bytes(struct cursor *in, int id, struct signals *signals)
{
	struct cursor bytes;
	uint64_t size;
	int rc;

	if ((rc = read_varint(in, &size)) < 0)
		return rc;
	if (size > in->left || !cursor_take(in, (size_t)size, &bytes))
		return FS_ETRUNC;
	if (id >= 0)
		signals_set_bytes(signals, (enum signal_id)id, bytes.at,
		    bytes.left);
	return 0;
}

static int
read_integer(struct cursor *in, int id, struct signals *signals)
{
	uint64_t value;
	int rc;

	if ((rc = read_varint(in, &value)) < 0)
		return rc;
	if (id >= 0)
		signals_set_milli(signals, (enum signal_id)id, unzigzag(value));
	return 0;
}

/* Reads one value; 'id' is -1 for a signal that is passed over. */
static int
read_value(struct cursor *in, unsigned form, int id, struct signals *signals)
{
	if (id >= 0 && form_of((enum signal_id)id) != form)
		return FS_EFORMAT;
	switch (form) {
	case FORM_INTEGER: return read_integer(in, id, signals);
	case FORM_BYTES: return read_bytes(in, id, signals);
	case FORM_SIZES: return read_sizes(in, id, signals);
	default: return FS_EFORMAT;
	}
}

static int
map_number(uint16_t number, const int16_t *map, size_t map_count)
{
	if (map == NULL)
		return number < SIGNAL_COUNT ? number : -1;
	return number < map_count && map[number] < SIGNAL_COUNT ? map[number]
								: -1;
}

int
blob_decode_mapped(const uint8_t *bytes, size_t size, const int16_t *map,
    size_t map_count, struct signals *signals)
{
	struct cursor in = cursor_of(bytes, size);
	uint8_t version;
	uint16_t number;
	int rc, id;

	if (!cursor_u8(&in, &version))
		return FS_ETRUNC;
	if (version != BLOB_VERSION)
		return FS_EUNSUP;
	while (in.left > 0) {
		if (!cursor_u16(&in, &number))
			return FS_ETRUNC;
		id = map_number(number & ((1 << FORM_SHIFT) - 1), map,
		    map_count);
		rc = read_value(&in, number >> FORM_SHIFT, id, signals);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int
blob_decode(const uint8_t *bytes, size_t size, struct signals *signals)
{
	return blob_decode_mapped(bytes, size, NULL, 0, signals);
}

int
blob_decode_span(const uint8_t *bytes, size_t size, enum signal_id from,
    enum signal_id to, struct signals *signals)
{
	struct cursor in = cursor_of(bytes, size);
	uint8_t version;
	uint16_t number;
	int rc, id;

	if (!cursor_u8(&in, &version))
		return FS_ETRUNC;
	if (version != BLOB_VERSION)
		return FS_EUNSUP;
	while (in.left > 0) {
		if (!cursor_u16(&in, &number))
			return FS_ETRUNC;
		id = number & ((1 << FORM_SHIFT) - 1);
		if (id > (int)to)
			break;
		rc = read_value(&in, number >> FORM_SHIFT,
		    id < (int)from ? -1 : id, signals);
		if (rc < 0)
			return rc;
	}
	return 0;
}
