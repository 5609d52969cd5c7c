#include "parse/dns.h"

#include "flowscan.h"

enum { /* Flags */
	RESPONSE = 0x8000,
	OPERATION = 0x7800,
	TRUNCATED = 0x0200,
	RESERVED = 0x0040,
	CODE = 0x000f,
};

enum { LABEL_MAX = 63, QUERY_RECORDS_MAX = 2 };

/* The name of a question is always written out. */
static int
read_name(struct cursor *bytes, struct dns_message *message)
{
	struct cursor begin = *bytes;
	size_t used;
	uint8_t size;

	message->label_count = 0;
	for (;;) {
		used = begin.left - bytes->left;
		if (!cursor_u8(bytes, &size))
			return FS_ETRUNC;
		if (size == 0)
			break;
		if (size > LABEL_MAX || used + 1 + size >= DNS_NAME_MAX ||
		    message->label_count == DNS_LABELS_MAX)
			return FS_EFORMAT;
		if (!cursor_skip(bytes, size))
			return FS_ETRUNC;
		message->label_at[message->label_count++] = (uint8_t)used;
	}
	message->name = cursor_of(begin.at, used);
	return 0;
}

struct head {
	uint16_t flags, questions, answers, authorities, additional;
};

static bool
read_head(struct cursor *bytes, struct dns_message *message, struct head *head)
{
	return cursor_u16(bytes, &message->id) &&
	    cursor_u16(bytes, &head->flags) &&
	    cursor_u16(bytes, &head->questions) &&
	    cursor_u16(bytes, &head->answers) &&
	    cursor_u16(bytes, &head->authorities) &&
	    cursor_u16(bytes, &head->additional);
}

/* A query has no answers, no code, and little besides its question. */
static int
check_head(const struct head *head)
{
	if ((head->flags & RESERVED) != 0)
		return FS_EFORMAT;
	if ((head->flags & OPERATION) != 0 || head->questions != 1)
		return FS_EUNSUP;
	if ((head->flags & RESPONSE) == 0 &&
	    (head->answers != 0 || head->authorities != 0 ||
		head->additional > QUERY_RECORDS_MAX ||
		(head->flags & CODE) != 0))
		return FS_EFORMAT;
	return 0;
}

static bool
is_class(uint16_t class)
{
	return class == 1 || class == 3 || class == 4 || class == 254 ||
	    class == 255;
}

int
dns_read(struct cursor bytes, struct dns_message *message)
{
	struct head head;
	int rc;

	message->whole = bytes;
	if (!read_head(&bytes, message, &head))
		return FS_ETRUNC;
	if ((rc = check_head(&head)) < 0)
		return rc;
	message->response = (head.flags & RESPONSE) != 0;
	message->truncated = (head.flags & TRUNCATED) != 0;
	message->opcode = 0;
	message->code = head.flags & CODE;
	message->answers = head.answers;
	if ((rc = read_name(&bytes, message)) < 0)
		return rc;
	if (!cursor_u16(&bytes, &message->type) ||
	    !cursor_u16(&bytes, &message->class))
		return FS_ETRUNC;
	if (!is_class(message->class) || message->type == 0)
		return FS_EFORMAT;
	message->rest = bytes;
	return 0;
}

/* A record's name: labels, then the root or a pointer to where it goes on. */
static bool
skip_name(struct cursor *bytes, uint32_t *written)
{
	unsigned i;
	uint8_t size;

	for (i = 0; i < DNS_LABELS_MAX; i++) {
		if (!cursor_u8(bytes, &size))
			return false;
		if (size == 0)
			return true;
		if (size > LABEL_MAX)
			return (size & 0xc0) == 0xc0 && cursor_skip(bytes, 1);
		if (!cursor_skip(bytes, size))
			return false;
		*written += size;
	}
	return false;
}

/* What the record holds: the labels of the name it points to, else all. */
static uint32_t
record_bytes(uint16_t type, struct cursor data)
{
	uint32_t written = 0, whole = (uint32_t)data.left;

	switch (type) {
	case DNS_NS:
	case DNS_CNAME:
	case DNS_PTR: break;
	case DNS_MX:
		if (!cursor_skip(&data, 2))
			return 0;
		break;
	case DNS_SRV:
		if (!cursor_skip(&data, 6))
			return 0;
		break;
	default: return whole;
	}
	return skip_name(&data, &written) ? written : 0;
}

uint32_t
dns_answer_bytes(const struct dns_message *message)
{
	struct cursor bytes = message->rest, data;
	uint32_t sum = 0, ttl, ignored = 0;
	uint16_t type, class, size;
	unsigned i;

	for (i = 0; i < message->answers && i < DNS_RECORDS_MAX; i++) {
		if (!skip_name(&bytes, &ignored) ||
		    !cursor_u16(&bytes, &type) || !cursor_u16(&bytes, &class) ||
		    !cursor_u32(&bytes, &ttl) || !cursor_u16(&bytes, &size) ||
		    !cursor_take(&bytes, size, &data))
			break;
		sum += record_bytes(type, data);
	}
	return sum;
}

/* Lengths of the last labels; 'back' counts from 1. */
static size_t
label_size(const struct dns_message *message, unsigned back)
{
	unsigned i = message->label_count - back;
	size_t end = i + 1U < message->label_count ? message->label_at[i + 1]
						   : message->name.left;

	return end - message->label_at[i] - 1;
}

unsigned
dns_zone_labels(const struct dns_message *message)
{
	enum { COUNTRY = 2, SHORT = 3 };
	unsigned count = 2;

	if (message->label_count >= 3 && label_size(message, 1) == COUNTRY &&
	    label_size(message, 2) <= SHORT)
		count = 3;
	return message->label_count > count ? count : 0;
}
