/* Stage 5: the state of the source 'tls', shared by its two halves: streams
 * (tls.c) and datagrams (tls_datagram.c). */
#pragma once

#include "parse/dtls.h"
#include "parse/quic.h"
#include "signal/source.h"
#include "signal/tls_found.h"

enum tls_kind { TLS_KIND_NONE, TLS_KIND_TLS, TLS_KIND_DTLS, TLS_KIND_QUIC };

/* Sides are endpoints of the flow, as 'dir' may turn around. */
struct tls_state {
	uint8_t kind;   /* enum tls_kind */
	uint8_t spoke;  /* Bit n: endpoint n sent bytes of that kind. */
	uint8_t closed; /* Bit n: endpoint n can tell no more. */
	uint8_t client; /* Endpoint of the ClientHello, see 'known'. */
	bool client_known;
	uint8_t looked;    /* Datagrams that were looked into. */
	bool versioned;    /* 'quic' holds the first packet's version. */
	uint32_t version;  /* QUIC's. */
	struct quic_id id; /* What the Initial keys are of. */
	/* Owned, and there only while pieces of a hello are awaited. */
	struct quic_hello *quic;
	struct dtls_message *dtls;
	struct tls_found found;
};

/* The endpoint that sent what is seen. */
static inline unsigned
tls_sender(const struct sighting *seen)
{
	return seen->dir ^ seen->flow->client;
}

/* Whether the client sent it, as far as that is known. */
static inline bool
tls_from_client(const struct tls_state *state, const struct sighting *seen)
{
	return state->client_known ? tls_sender(seen) == state->client
				   : seen->dir == 0;
}

/* Looks at a datagram; returns whether more are wanted. */
bool tls_datagram(struct tls_state *state, const struct sighting *seen);

/* Frees what is awaited. */
void tls_datagram_fini(struct tls_state *state);
