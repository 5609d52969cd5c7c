/* TLS over TCP; and the source as a whole. */
#include "signal/source.h"

#include <stdio.h>
#include <string.h>

#include "flowscan.h"
#include "signal/inspect.h"
#include "signal/tls_state.h"

static void
close_side(struct tls_state *state, unsigned side)
{
	state->closed |= (uint8_t)(1u << side);
}

/* Records of another type than the handshake's. Returns whether messages may
 * follow. */
static bool
pass_record(struct tls_state *state, const struct sighting *seen, uint8_t type)
{
	if (type != TLS_CHANGE_CIPHER)
		return false;
	/* After a HelloRetryRequest, it means nothing (RFC 8446 appendix
	 * D.4). */
	if (state->found.retry && !state->found.settled)
		return true;
	tls_found_sealed(&state->found, tls_from_client(state, seen));
	return false;
}

/* Reads all messages of one direction's first bytes, those that were read
 * before once more: they are few.
 *
 * Returns 0 when it can tell no more, or FS_ETRUNC, FS_EFORMAT, FS_EFULL. */
static int
read_messages(struct tls_state *state, const struct sighting *seen)
{
	struct tls_reader reader;
	struct tls_message message;
	int rc;

	tls_reader_init(&reader, seen->head[seen->dir]);
	while ((rc = tls_reader_next(&reader, &message)) >= 0) {
		if (rc == 0 && !pass_record(state, seen, reader.type))
			return 0;
		if (rc == 0)
			continue;
		if (message.type == TLS_CLIENT_HELLO && !state->client_known) {
			state->client = (uint8_t)tls_sender(seen);
			state->client_known = true;
		}
		if (!tls_found_message(&state->found, CARRIED_BY_TCP,
			tls_from_client(state, seen), &message))
			return FS_EFORMAT;
	}
	/* The server's own certificate comes first, others may be cut. */
	if (reader.begun.type == TLS_CERTIFICATE &&
	    !tls_from_client(state, seen))
		tls_cert_message(&state->found.cert, reader.begun.body);
	return rc;
}

/* Whether the bytes can be the beginning of TLS. */
static int
begins(struct cursor head)
{
	struct tls_record record;
	int rc = tls_record_next(&head, &record);

	return rc == 0 ? FS_ETRUNC : rc;
}

static bool
stream(struct tls_state *state, const struct sighting *seen)
{
	unsigned side = tls_sender(seen);
	struct cursor head = seen->head[seen->dir];
	int rc;

	if (!seen->head_grew || (state->closed >> side & 1))
		return state->closed != 3;
	if ((rc = begins(head)) < 0)
		return rc == FS_ETRUNC;
	state->kind = TLS_KIND_TLS;
	state->spoke |= (uint8_t)(1u << side);
	rc = read_messages(state, seen);
	if ((rc != FS_ETRUNC && rc != FS_EFULL) || head.left >= INSPECT_HEAD)
		close_side(state, side);
	return state->closed != 3 && !tls_found_all(&state->found);
}

static bool
packet(void *state, void *shared, const struct sighting *seen)
{
	(void)shared;
	return seen->datagrams ? tls_datagram(state, seen)
			       : stream(state, seen);
}

/* Whether the bytes were TLS's, DTLS's or QUIC's without doubt. */
static bool
is_certain(const struct tls_state *state)
{
	return state->kind != TLS_KIND_NONE &&
	    (state->spoke == 3 ||
		tls_found_has(&state->found, TLS_CLIENT_HELLO));
}

/* nDPI knows Tor by a server's name, and nothing else that is not read here,
 * too. Tor's names are of base32, and it asks for no protocol within. */
static bool
may_be_tor(const struct tls_found *found)
{
	size_t size = strlen(found->sni);
	size_t name = strspn(found->sni + (size > 4 ? 4 : 0),
	    "abcdefghijklmnopqrstuvwxyz234567");

	return size > 8 && name == size - 8 && found->alpn[0] == '\0' &&
	    strncmp(found->sni, "www.", 4) == 0 &&
	    (strcmp(found->sni + size - 4, ".com") == 0 ||
		strcmp(found->sni + size - 4, ".net") == 0);
}

static bool
names(const void *ctx, const struct flow *flow)
{
	const struct tls_state *state = ctx;

	/* What calls by DTLS may be more than DTLS. */
	return is_certain(state) && state->kind != TLS_KIND_DTLS &&
	    (flow->service >= 0 || !may_be_tor(&state->found));
}

static void
collect(void *ctx, void *shared, const struct flow *flow,
    struct signals *signals)
{
	static const char *const names[] = { [TLS_KIND_TLS] = "tls",
		[TLS_KIND_DTLS] = "dtls",
		[TLS_KIND_QUIC] = "quic" };
	const struct tls_state *state = ctx;
	char version[16];

	(void)shared;
	(void)flow;
	tls_found_collect(&state->found, signals);
	if (!is_certain(state))
		return;
	signals_set_string(signals, SIGNAL_FLOW_PROTOCOL, names[state->kind]);
	if (state->versioned) {
		snprintf(version, sizeof(version), "0x%08x", state->version);
		signals_set_string(signals, SIGNAL_QUIC_VERSION, version);
	}
}

static void
fini(void *state, void *shared)
{
	(void)shared;
	tls_datagram_fini(state);
}

const struct signal_source signal_tls = { "tls", sizeof(struct tls_state),
	packet, collect, fini, NULL, NULL, names };
