/* Stage 4: bytes of TLS handshake messages -> ClientHello and ServerHello.
 *
 * Of SSL 3.0 to TLS 1.3 (RFC 6101, 2246, 4346, 5246, 8446), DTLS (RFC 6347,
 * 9147) and QUIC (RFC 9001 section 4). Cursors in results point into the
 * input. */
#pragma once

#include "base/cursor.h"

enum {
	TLS_CODES_MAX = 256, /* Items kept of each list. */
	TLS_RANDOM_SIZE = 32,
	TLS_SESSION_MAX = 32,
};

/* Two-byte codes in the order sent. 'count' goes on counting where the room
 * ends. */
struct tls_codes {
	uint16_t count;
	uint16_t code[TLS_CODES_MAX];
};

/* What a ClientHello says (RFC 8446 section 4.1.2). Lists hold GREASE as
 * sent: see tls_grease(). An extension whose body breaks its format is only
 * listed, and sets 'malformed'. */
struct tls_client_hello {
	uint16_t version;      /* legacy_version */
	const uint8_t *random; /* TLS_RANDOM_SIZE bytes */
	struct cursor session;
	struct cursor cookie; /* DTLS */
	struct tls_codes ciphers;
	struct tls_codes extensions;
	struct tls_codes versions; /* supported_versions */
	struct tls_codes groups;
	struct tls_codes signatures; /* signature_algorithms */
	struct tls_codes shares;     /* Groups of key_share. */
	struct cursor points;        /* ec_point_formats, a byte each */
	struct cursor psk_modes;     /* psk_key_exchange_modes, the same */
	struct cursor sni;           /* host_name; empty: none */
	struct cursor alpn;          /* For tls_alpn_next(). */
	bool psk;                    /* pre_shared_key */
	bool early_data;
	bool ech;    /* Encrypted ClientHello, or GREASE of it. */
	bool ticket; /* A session ticket that is not empty. */
	/* That ticket, or the first identity of pre_shared_key. */
	struct cursor resumes;
	bool malformed;
};

/* Reads the body of a ClientHello; that of DTLS has a cookie.
 *
 * Returns 0, FS_ETRUNC (ends early) or FS_EFORMAT (bytes are left). */
int tls_client_hello_read(struct cursor body, bool datagrams,
    struct tls_client_hello *hello);

/* What a ServerHello says (RFC 8446 section 4.1.3). */
struct tls_server_hello {
	uint16_t version; /* The one chosen. */
	uint16_t cipher;
	const uint8_t *random; /* TLS_RANDOM_SIZE bytes */
	struct cursor session; /* TLS 1.3: an echo of the client's. */
	struct tls_codes extensions;
	struct cursor alpn; /* The one name chosen (before TLS 1.3). */
	bool retry;         /* It is a HelloRetryRequest. */
	bool psk;           /* A pre-shared key was taken. */
	bool malformed;     /* As in the ClientHello. */
};

/* Returns 0, FS_ETRUNC, FS_EFORMAT, or FS_EUNSUP for the form of TLS 1.3's
 * drafts before 22. */
int tls_server_hello_read(struct cursor body, struct tls_server_hello *hello);

/* Takes the next name off a list of protocol names (RFC 7301). Returns 1, 0
 * at the end, FS_ETRUNC, or FS_EFORMAT for an empty name. */
int tls_alpn_next(struct cursor *list, struct cursor *name);

/* Whether a code means nothing and is sent to keep others honest (RFC
 * 8701). */
static inline bool
tls_grease(uint16_t code)
{
	return (code & 0x0f0f) == 0x0a0a && code >> 8 == (code & 0xff);
}

/* The highest version that the client offers. */
uint16_t tls_offered(const struct tls_client_hello *hello);

/* "1.3", "1.2", ..., "ssl3" for TLS and DTLS; null for others. Static. */
const char *tls_version_text(uint16_t version);
