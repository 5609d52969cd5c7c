/* Stage 4: bytes of a DTLS datagram -> records, handshake messages.
 *
 * DTLS 1.0 to 1.3 (RFC 4347, 6347, 9147), as far as it is sent in clear, and
 * the form before its RFC that AnyConnect knows (version 0x0100). */
#pragma once

#include "parse/assembly.h"
#include "parse/tls.h"

struct dtls_record {
	uint8_t type; /* enum tls_content */
	uint16_t version;
	uint16_t epoch; /* 0: in clear. */
	struct cursor body;
};

/* Takes the next record off a datagram (RFC 6347 section 4.1).
 *
 * Returns 1; 0 at the end, or where only records of DTLS 1.3 follow, which
 * are encrypted down to their header; FS_ETRUNC; FS_EFORMAT. */
int dtls_record_next(struct cursor *datagram, struct dtls_record *record);

/* A message, or a piece of one. */
struct dtls_fragment {
	uint8_t type;  /* enum tls_handshake */
	uint16_t seq;  /* The message's. */
	uint32_t size; /* Of the whole message. */
	uint32_t at;   /* Where the piece belongs. */
	struct cursor part;
};

/* Takes the next piece off a handshake record's body (RFC 6347 section
 * 4.2.2). Returns 1, 0 at the end, FS_ETRUNC, or FS_EFORMAT. */
int dtls_fragment_next(struct cursor *body, struct dtls_fragment *fragment);

static inline bool
dtls_whole(const struct dtls_fragment *fragment)
{
	return fragment->part.left == fragment->size;
}

/* Puts the pieces of one message together: the first one that comes. */
struct dtls_message {
	bool begun;
	uint8_t type;
	uint16_t seq;
	uint32_t size;
	struct assembly assembly;
};

void dtls_message_init(struct dtls_message *message);

/* Returns 1 when the message is whole: then 'body' is it, until the next
 * call; 0 when pieces are missing (or this one belongs to another message);
 * FS_EFULL: too large. */
int dtls_message_add(struct dtls_message *message,
    const struct dtls_fragment *fragment, struct cursor *body);
