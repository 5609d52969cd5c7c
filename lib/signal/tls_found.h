/* Stage 5: what the hellos of a TLS handshake told, kept small until it is
 * collected; the same for TLS, DTLS and QUIC. */
#pragma once

#include "parse/fingerprint.h"
#include "parse/tls.h"
#include "signal/signal.h"
#include "signal/tls_cert.h"

enum {
	TLS_SNI_SIZE = 256,
	TLS_ALPN_SIZE = 96,
	TLS_NAME_SIZE = 32,
};

/* Whether the server asked for a certificate of the client. */
enum tls_asked { TLS_ASKED_UNKNOWN, TLS_ASKED_NOT, TLS_ASKED };

struct tls_found {
	uint32_t messages; /* Bit n: message of type n was read. */
	uint16_t offered;  /* Highest version of the client. */
	uint16_t version;  /* Chosen; 0: unknown. */
	uint16_t cipher;
	bool early_data, retry, resumed;
	bool settled;     /* The ServerHello that counts was read. */
	uint8_t asked;    /* enum tls_asked */
	uint64_t resumes; /* Hash of what the client takes up; 0: nothing. */
	uint8_t session_size;
	uint8_t session[TLS_SESSION_MAX];
	char sni[TLS_SNI_SIZE];
	char alpn[TLS_ALPN_SIZE];
	char server_alpn[TLS_NAME_SIZE];
	char ja3[JA3_SIZE];
	char ja4[JA4_SIZE];
	struct tls_cert cert; /* The server's. */
};

/* Takes a handshake message of one side in. Returns false when it breaks its
 * format. */
bool tls_found_message(struct tls_found *found,
    enum fingerprint_carrier carrier, bool client,
    const struct tls_message *message);

/* Takes in that one side now sends sealed. */
void tls_found_sealed(struct tls_found *found, bool client);

static inline bool
tls_found_has(const struct tls_found *found, enum tls_handshake type)
{
	return found->messages >> type & 1;
}

/* Whether no further message could tell more. */
bool tls_found_all(const struct tls_found *found);

void tls_found_collect(const struct tls_found *found, struct signals *signals);
