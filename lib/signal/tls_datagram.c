/* DTLS and QUIC: hellos in datagrams. */
#include <stdlib.h>

#include "flowscan.h"
#include "signal/tls_state.h"

enum {
	/* A handshake whose hellos did not come by then will not tell. */
	LOOKED_MAX = 16,
	STUN_COOKIE = 0x2112a442, /* RFC 8489 section 5 */
};

/* Calls on the same flow: WebRTC finds its path by STUN, then greets by DTLS
 * (RFC 7983). */
static bool
is_stun(struct cursor datagram)
{
	uint16_t type, size;
	uint32_t cookie;

	return cursor_u16(&datagram, &type) && type < 0x4000 &&
	    cursor_u16(&datagram, &size) && cursor_u32(&datagram, &cookie) &&
	    cookie == STUN_COOKIE;
}

static bool
is_dtls(struct cursor datagram)
{
	struct dtls_record record;

	return dtls_record_next(&datagram, &record) == 1;
}

static enum tls_kind
kind_of(struct cursor datagram)
{
	uint32_t version;

	if (quic_version(datagram, &version))
		return TLS_KIND_QUIC;
	return is_dtls(datagram) ? TLS_KIND_DTLS : TLS_KIND_NONE;
}

static void
note_client(struct tls_state *state, const struct sighting *seen,
    const struct tls_message *message)
{
	if (message->type != TLS_CLIENT_HELLO || state->client_known)
		return;
	state->client = (uint8_t)tls_sender(seen);
	state->client_known = true;
}

/* ---- DTLS -------------------------------------------------------------- */

/* Puts the pieces of a hello together; others would be too large. */
static bool
dtls_join(struct tls_state *state, const struct dtls_fragment *fragment,
    struct cursor *body)
{
	int rc;

	if (fragment->type != TLS_CLIENT_HELLO &&
	    fragment->type != TLS_SERVER_HELLO)
		return false;
	if (state->dtls == NULL) {
		state->dtls = malloc(sizeof(*state->dtls));
		if (state->dtls == NULL)
			return false;
		dtls_message_init(state->dtls);
	}
	rc = dtls_message_add(state->dtls, fragment, body);
	/* A second hello takes the place of one that did not become whole. */
	if (rc == 0 &&
	    (fragment->seq != state->dtls->seq ||
		fragment->type != state->dtls->type)) {
		dtls_message_init(state->dtls);
		rc = dtls_message_add(state->dtls, fragment, body);
	}
	return rc == 1;
}

static void
dtls_fragment(struct tls_state *state, const struct sighting *seen,
    const struct dtls_fragment *fragment)
{
	struct tls_message message = { fragment->type, fragment->part };
	bool joined = !dtls_whole(fragment);

	if (joined && !dtls_join(state, fragment, &message.body))
		return;
	note_client(state, seen, &message);
	(void)tls_found_message(&state->found, CARRIED_BY_DTLS,
	    tls_from_client(state, seen), &message);
	if (joined)
		tls_datagram_fini(state);
}

static bool
dtls_packet(struct tls_state *state, const struct sighting *seen)
{
	struct cursor datagram = seen->packet->payload;
	struct dtls_record record;
	struct dtls_fragment fragment;

	while (dtls_record_next(&datagram, &record) > 0) {
		state->spoke |= (uint8_t)(1u << tls_sender(seen));
		if (record.type == TLS_CHANGE_CIPHER)
			tls_found_sealed(&state->found,
			    tls_from_client(state, seen));
		if (record.type != TLS_HANDSHAKE || record.epoch != 0)
			continue;
		while (dtls_fragment_next(&record.body, &fragment) > 0)
			dtls_fragment(state, seen, &fragment);
	}
	return !tls_found_all(&state->found);
}

/* ---- QUIC -------------------------------------------------------------- */

/* Makes room for one side's hello. */
static bool
quic_room(struct tls_state *state, bool client)
{
	if (state->quic != NULL)
		return true;
	state->quic = malloc(sizeof(*state->quic));
	if (state->quic == NULL)
		return false;
	if (client)
		quic_hello_init_client(state->quic);
	else
		quic_hello_init_server(state->quic, &state->id);
	return true;
}

/* After a Retry, the client's keys are of the ID that the server names (RFC
 * 9001 section 5.2). */
static void
quic_retry(struct tls_state *state, struct cursor datagram)
{
	struct quic_packet packet;

	if (quic_packet_next(&datagram, &packet) != 1 ||
	    packet.type != QUIC_RETRY)
		return;
	state->id.size = (uint8_t)packet.scid.left;
	memcpy(state->id.bytes, packet.scid.at, packet.scid.left);
}

/* Adds a datagram to the hello of its side. Returns as quic_hello_add(). */
static int
quic_hello(struct tls_state *state, const struct sighting *seen, bool client)
{
	struct tls_message message;
	int rc;

	if (!quic_room(state, client))
		return FS_EFULL;
	rc = quic_hello_add(state->quic, seen->packet->payload, &message);
	/* Nothing is awaited of what could not be opened. */
	if (rc < 0 && !state->quic->keyed)
		tls_datagram_fini(state);
	if (rc != 1)
		return rc;
	state->id = state->quic->id;
	note_client(state, seen, &message);
	(void)tls_found_message(&state->found, CARRIED_BY_QUIC, client,
	    &message);
	tls_datagram_fini(state);
	return 1;
}

static bool
quic_packet(struct tls_state *state, const struct sighting *seen)
{
	struct cursor datagram = seen->packet->payload;
	bool greeted = tls_found_has(&state->found, TLS_CLIENT_HELLO);
	bool client = tls_from_client(state, seen);
	uint32_t version;

	if (!quic_version(datagram, &version))
		return true;
	state->spoke |= (uint8_t)(1u << tls_sender(seen));
	if (!state->versioned && version != 0) {
		state->version = version;
		state->versioned = true;
	}
	if (!client && greeted)
		quic_retry(state, datagram);
	if (client != greeted && quic_hello(state, seen, client) == FS_EUNSUP &&
	    state->spoke == 3)
		return false;
	/* The server's first message is all that it says in clear. */
	return !tls_found_has(&state->found, TLS_SERVER_HELLO);
}

bool
tls_datagram(struct tls_state *state, const struct sighting *seen)
{
	struct cursor datagram = seen->packet->payload;

	if (is_stun(datagram))
		return true;
	if (state->looked++ >= LOOKED_MAX)
		return false;
	if (state->kind == TLS_KIND_NONE)
		state->kind = (uint8_t)kind_of(datagram);
	switch (state->kind) {
	case TLS_KIND_DTLS: return dtls_packet(state, seen);
	case TLS_KIND_QUIC: return quic_packet(state, seen);
	default: return false;
	}
}

void
tls_datagram_fini(struct tls_state *state)
{
	free(state->quic);
	free(state->dtls);
	state->quic = NULL;
	state->dtls = NULL;
}
