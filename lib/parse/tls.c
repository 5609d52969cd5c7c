#include "parse/tls.h"

#include "flowscan.h"

enum {
	RECORD_MAX = 16384 + 2048, /* RFC 5246 section 6.2.3 */
	MESSAGE_HEADER = 4,
	CERTIFICATE_SIZE = 3, /* Bytes of its size in front of each. */
	/* No message in clear comes near this: so large, it is none. */
	MESSAGE_MAX = 1 << 20,
};

int
tls_record_next(struct cursor *stream, struct tls_record *record)
{
	struct cursor at = *stream;
	struct tls_record next;
	uint8_t major, minor;

	if (at.left == 0)
		return 0;
	if (!cursor_u8(&at, &next.type))
		return FS_ETRUNC;
	if (next.type < TLS_CHANGE_CIPHER || next.type > TLS_HEARTBEAT)
		return FS_EFORMAT;
	if (!cursor_u8(&at, &major))
		return FS_ETRUNC;
	if (major != 3)
		return FS_EFORMAT;
	if (!cursor_u8(&at, &minor))
		return FS_ETRUNC;
	if (minor > 4)
		return FS_EFORMAT;
	if (!cursor_u16(&at, &next.size))
		return FS_ETRUNC;
	/* Only data may be empty (RFC 8446 section 5.1). */
	if (next.size > RECORD_MAX || (next.size == 0 && next.type != TLS_DATA))
		return FS_EFORMAT;
	next.version = (uint16_t)(major << 8 | minor);
	if (!cursor_take(&at, at.left < next.size ? at.left : next.size,
		&next.body))
		return FS_ETRUNC;
	*record = next;
	*stream = at;
	return 1;
}

void
tls_reader_init(struct tls_reader *reader, struct cursor stream)
{
	reader->stream = stream;
	reader->record = cursor_of(stream.at, 0);
	reader->type = 0;
	reader->cut = false;
	reader->begun = (struct tls_message){ 0, cursor_of(stream.at, 0) };
}

/* Goes on to the next record. Returns 1 for one of the handshake, 0 for
 * another one. */
static int
reader_record(struct tls_reader *reader)
{
	struct tls_record record;
	int rc;

	if (reader->cut)
		return FS_ETRUNC;
	rc = tls_record_next(&reader->stream, &record);
	if (rc <= 0)
		return rc == 0 ? FS_ETRUNC : rc;
	reader->type = record.type;
	reader->cut = record.body.left < record.size;
	if (record.type != TLS_HANDSHAKE)
		return 0;
	reader->record = record.body;
	return 1;
}

/* Copies the next 'size' bytes of the handshake to 'to', across records, and
 * counts in '*copied' how many there were. */
static int
reader_copy(struct tls_reader *reader, uint8_t *to, size_t size, size_t *copied)
{
	size_t part;
	int rc;

	*copied = 0;
	while (size > 0) {
		if (reader->record.left == 0) {
			rc = reader_record(reader);
			/* Nothing may come between the parts of a message
			 * (RFC 8446 section 5.1). */
			if (rc <= 0)
				return rc == 0 ? FS_EFORMAT : rc;
		}
		part = reader->record.left < size ? reader->record.left : size;
		if (!cursor_copy(&reader->record, to, part))
			return FS_ETRUNC;
		to += part;
		size -= part;
		*copied += part;
	}
	return 0;
}

/* Puts a message together that does not lie in one record, or keeps its
 * beginning. */
static int
reader_join(struct tls_reader *reader, size_t size, struct tls_message *message)
{
	size_t room = sizeof(reader->span), part = size < room ? size : room;
	size_t copied;
	int rc = reader_copy(reader, reader->span, part, &copied);

	message->body = cursor_of(reader->span, copied);
	if (rc == 0 && size <= room)
		return 0;
	if (rc == FS_EFORMAT)
		return rc;
	reader->begun = *message;
	return size > room ? FS_EFULL : FS_ETRUNC;
}

static int
reader_message(struct tls_reader *reader, struct tls_message *message)
{
	uint8_t header[MESSAGE_HEADER];
	struct cursor at = cursor_of(header, sizeof(header));
	struct tls_message next;
	size_t copied;
	uint32_t size;
	int rc = reader_copy(reader, header, sizeof(header), &copied);

	if (rc < 0)
		return rc;
	if (!cursor_u8(&at, &next.type) || !cursor_u24(&at, &size))
		return FS_ETRUNC;
	if (size > MESSAGE_MAX)
		return FS_EFORMAT;
	if (!cursor_take(&reader->record, size, &next.body) &&
	    (rc = reader_join(reader, size, &next)) < 0)
		return rc;
	*message = next;
	return 1;
}

int
tls_reader_next(struct tls_reader *reader, struct tls_message *message)
{
	int rc;

	if (reader->record.left == 0 && (rc = reader_record(reader)) <= 0)
		return rc;
	return reader_message(reader, message);
}

int
tls_certificate_first(struct cursor body, struct cursor *certificate)
{
	uint32_t all, size;

	if (!cursor_u24(&body, &all))
		return FS_ETRUNC;
	if (all == 0)
		return 0;
	if (!cursor_u24(&body, &size))
		return FS_ETRUNC;
	if (size == 0 || all < CERTIFICATE_SIZE ||
	    size > all - CERTIFICATE_SIZE)
		return FS_EFORMAT;
	return cursor_take(&body, size, certificate) ? 1 : FS_ETRUNC;
}
