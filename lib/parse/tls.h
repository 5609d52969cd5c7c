/* Stage 4: bytes of TLS -> records and handshake messages.
 *
 * SSL 3.0 to TLS 1.3 (RFC 6101, 2246, 4346, 5246, 8446) over a stream, as far
 * as it is sent in clear. Cursors in results point into the input. */
#pragma once

#include "base/cursor.h"

enum tls_content { /* Types of records (RFC 8446 section 5.1). */
	TLS_CHANGE_CIPHER = 20,
	TLS_ALERT = 21,
	TLS_HANDSHAKE = 22,
	TLS_DATA = 23,
	TLS_HEARTBEAT = 24,
};

enum tls_handshake { /* Types of messages (RFC 8446 section 4). */
	TLS_CLIENT_HELLO = 1,
	TLS_SERVER_HELLO = 2,
	TLS_HELLO_VERIFY = 3, /* DTLS */
	TLS_CERTIFICATE = 11,
	TLS_CERTIFICATE_REQUEST = 13,
	TLS_SERVER_DONE = 14,
	TLS_CLIENT_KEY = 16,
};

enum { TLS_SPAN_MAX = 4096 /* A message that spans records. */ };

/* One record. At the end of what was seen, 'body' may be shorter than
 * 'size'. */
struct tls_record {
	uint8_t type; /* enum tls_content */
	uint16_t version;
	uint16_t size;
	struct cursor body;
};

/* Takes the next record off a stream.
 *
 * Returns 1, 0 at the end, FS_ETRUNC within a record's header, or FS_EFORMAT:
 * no record of TLS (RFC 8446 section 5.1, RFC 5246 section 6.2). */
int tls_record_next(struct cursor *stream, struct tls_record *record);

struct tls_message {
	uint8_t type; /* enum tls_handshake */
	struct cursor body;
};

/* Walks the handshake messages of one direction's first bytes. It borrows
 * the stream; members are its own. */
struct tls_reader {
	struct cursor stream;
	struct cursor record; /* What is left of the record at hand. */
	uint8_t type;         /* Of that record. */
	bool cut;             /* That record's end was not seen. */
	/* After FS_ETRUNC and FS_EFULL: how far the message at hand was seen,
	 * up to TLS_SPAN_MAX. Its type is 0 when it had not begun. */
	struct tls_message begun;
	uint8_t span[TLS_SPAN_MAX];
};

void tls_reader_init(struct tls_reader *reader, struct cursor stream);

/* Takes the next handshake message. A message that spans records is copied
 * into the reader and valid until the next call; any other one points into
 * the stream.
 *
 * Returns 1; 0 when a record of another type comes: 'reader->type' tells
 * which, it is passed over, and the next call goes on behind it; FS_ETRUNC
 * when more bytes are needed; FS_EFORMAT; FS_EFULL for a message over
 * TLS_SPAN_MAX that spans records. After an error, begin anew. */
int tls_reader_next(struct tls_reader *reader, struct tls_message *message);

/* Takes the first certificate of a Certificate message before TLS 1.3: the
 * sender's own (RFC 5246 section 7.4.2). The message may end early.
 *
 * Returns 1, 0 when there is none, FS_ETRUNC or FS_EFORMAT. */
int tls_certificate_first(struct cursor body, struct cursor *certificate);
