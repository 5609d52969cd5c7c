#include "parse/dtls.h"

#include "flowscan.h"

enum {
	RECORD_MAX = 16384 + 2048, /* RFC 6347 section 4.1 */
	DTLS_CID = 25,             /* RFC 9146: sealed. */
	UNIFIED_MASK = 0xe0,       /* RFC 9147 section 4 */
	UNIFIED_BITS = 0x20,
};

static bool
version_known(uint16_t version)
{
	return version == 0xfeff || version == 0xfefd || version == 0xfefc ||
	    version == 0x0100;
}

int
dtls_record_next(struct cursor *datagram, struct dtls_record *record)
{
	struct cursor at = *datagram;
	struct dtls_record next;
	uint16_t size;

	if (!cursor_u8(&at, &next.type) ||
	    (next.type & UNIFIED_MASK) == UNIFIED_BITS)
		return 0;
	if (next.type < TLS_CHANGE_CIPHER || next.type > DTLS_CID)
		return FS_EFORMAT;
	if (!cursor_u16(&at, &next.version))
		return FS_ETRUNC;
	if (!version_known(next.version))
		return FS_EFORMAT;
	if (next.type == DTLS_CID)
		return 0;
	if (!cursor_u16(&at, &next.epoch) || !cursor_skip(&at, 6) ||
	    !cursor_u16(&at, &size))
		return FS_ETRUNC;
	if (size > RECORD_MAX)
		return FS_EFORMAT;
	if (!cursor_take(&at, size, &next.body))
		return FS_ETRUNC;
	*record = next;
	*datagram = at;
	return 1;
}

int
dtls_fragment_next(struct cursor *body, struct dtls_fragment *fragment)
{
	struct cursor at = *body;
	struct dtls_fragment next;
	uint32_t size;

	if (at.left == 0)
		return 0;
	if (!cursor_u8(&at, &next.type) || !cursor_u24(&at, &next.size) ||
	    !cursor_u16(&at, &next.seq) || !cursor_u24(&at, &next.at) ||
	    !cursor_u24(&at, &size))
		return FS_ETRUNC;
	if (next.at > next.size || size > next.size - next.at)
		return FS_EFORMAT;
	if (!cursor_take(&at, size, &next.part))
		return FS_ETRUNC;
	*fragment = next;
	*body = at;
	return 1;
}

void
dtls_message_init(struct dtls_message *message)
{
	message->begun = false;
	assembly_init(&message->assembly);
}

int
dtls_message_add(struct dtls_message *message,
    const struct dtls_fragment *fragment, struct cursor *body)
{
	struct cursor front;
	int rc;

	if (!message->begun) {
		message->begun = true;
		message->type = fragment->type;
		message->seq = fragment->seq;
		message->size = fragment->size;
	}
	if (fragment->type != message->type || fragment->seq != message->seq ||
	    fragment->size != message->size)
		return 0;
	rc = assembly_add(&message->assembly, fragment->at, fragment->part);
	if (rc < 0)
		return rc;
	front = assembly_front(&message->assembly);
	if (front.left < message->size)
		return 0;
	*body = front;
	return 1;
}
