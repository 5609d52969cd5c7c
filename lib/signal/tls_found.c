#include "signal/tls_found.h"

#include <stdio.h>

#include "base/hash.h"
#include "signal/kept.h"

/* Joins the names that the client offers with commas, as far as whole names
 * fit. */
static void
keep_names(char room[TLS_ALPN_SIZE], struct cursor names)
{
	char joined[TLS_ALPN_SIZE];
	struct cursor name;
	size_t used = 0;

	while (tls_alpn_next(&names, &name) > 0) {
		if (name.left + 2 > sizeof(joined) - used)
			break;
		if (used > 0)
			joined[used++] = ',';
		memcpy(joined + used, name.at, name.left);
		used += name.left;
	}
	kept_text(room, TLS_ALPN_SIZE, cursor_of(joined, used));
}

static bool
is_13(uint16_t version)
{
	const char *text = tls_version_text(version);

	return text != NULL && strcmp(text, "1.3") == 0;
}

/* What the client takes up: a ticket, or, before TLS 1.3, the session's
 * number, which with a ticket is a random one (RFC 5077 section 3.4). */
static uint64_t
hash_resumed(const struct tls_client_hello *hello)
{
	const struct cursor *what = &hello->resumes;

	if (what->left == 0 && !is_13(tls_offered(hello)))
		what = &hello->session;
	return what->left ? hash_identity(what->at, what->left) : 0;
}

static bool
read_client(struct tls_found *found, enum fingerprint_carrier carrier,
    struct cursor body)
{
	struct tls_client_hello hello;

	if (tls_client_hello_read(body, carrier == CARRIED_BY_DTLS, &hello) < 0)
		return false;
	found->offered = tls_offered(&hello);
	found->early_data = hello.early_data;
	found->resumes = hash_resumed(&hello);
	found->session_size = (uint8_t)hello.session.left;
	if (!cursor_copy(&hello.session, found->session, found->session_size))
		found->session_size = 0;
	kept_text(found->sni, sizeof(found->sni), hello.sni);
	keep_names(found->alpn, hello.alpn);
	/* Empty texts are what is left when there is none. */
	(void)fingerprint_ja3(&hello, found->ja3);
	(void)fingerprint_ja4(&hello, carrier, found->ja4);
	return true;
}

static bool
same_session(const struct tls_found *found, struct cursor session)
{
	return session.left > 0 && session.left == found->session_size &&
	    cursor_begins(&session, found->session, found->session_size);
}

static bool
read_server(struct tls_found *found, struct cursor body)
{
	struct tls_server_hello hello;

	if (tls_server_hello_read(body, &hello) < 0 ||
	    tls_version_text(hello.version) == NULL)
		return false;
	found->version = hello.version;
	found->cipher = hello.cipher;
	found->retry |= hello.retry;
	found->settled = !hello.retry;
	/* TLS 1.3 always echoes the session; before, to resume it (RFC 5246
	 * section 7.3). */
	found->resumed = is_13(hello.version)
	    ? hello.psk
	    : same_session(found, hello.session);
	kept_text(found->server_alpn, sizeof(found->server_alpn), hello.alpn);
	return true;
}

bool
tls_found_message(struct tls_found *found, enum fingerprint_carrier carrier,
    bool client, const struct tls_message *message)
{
	uint32_t bit = message->type < 32 ? UINT32_C(1) << message->type : 0;
	bool again = (found->messages & bit) != 0, good = true;

	switch (message->type) {
	case TLS_CLIENT_HELLO:
		good = again || read_client(found, carrier, message->body);
		break;
	case TLS_SERVER_HELLO:
		good = found->settled || read_server(found, message->body);
		break;
	case TLS_CERTIFICATE_REQUEST: found->asked = TLS_ASKED; break;
	case TLS_CERTIFICATE:
		if (client)
			found->asked = TLS_ASKED;
		else
			tls_cert_message(&found->cert, message->body);
		break;
	case TLS_SERVER_DONE:
	case TLS_CLIENT_KEY:
		/* A client that was asked sends its certificate first. */
		if (found->asked == TLS_ASKED_UNKNOWN)
			found->asked = TLS_ASKED_NOT;
		break;
	default: break;
	}
	if (good)
		found->messages |= bit;
	return good;
}

void
tls_found_sealed(struct tls_found *found, bool client)
{
	if (client || !found->settled || is_13(found->version) ||
	    tls_found_has(found, TLS_SERVER_DONE))
		return;
	/* The server had nothing to prove: a session goes on (RFC 5077
	 * section 3.1). */
	found->resumed = true;
	found->asked = TLS_ASKED_NOT;
}

bool
tls_found_all(const struct tls_found *found)
{
	return tls_found_has(found, TLS_CLIENT_HELLO) && found->settled &&
	    (is_13(found->version) || found->asked != TLS_ASKED_UNKNOWN);
}

static void
collect_client(const struct tls_found *found, struct signals *signals)
{
	const char *version = tls_version_text(found->offered);

	if (version != NULL)
		signals_set_string(signals, SIGNAL_TLS_VERSION, version);
	kept_set(signals, SIGNAL_TLS_SNI, found->sni);
	kept_set(signals, SIGNAL_TLS_ALPN, found->alpn);
	kept_set(signals, SIGNAL_TLS_JA3, found->ja3);
	kept_set(signals, SIGNAL_TLS_JA4, found->ja4);
	signals_set_flag(signals, SIGNAL_TLS_EARLY_DATA, found->early_data);
	if (found->resumes != 0)
		signals_set_bytes(signals, SIGNAL_TLS_SESSION,
		    (const uint8_t *)&found->resumes, sizeof(found->resumes));
}

static void
collect_server(const struct tls_found *found, struct signals *signals)
{
	char cipher[8];

	signals_set_string(signals, SIGNAL_TLS_VERSION,
	    tls_version_text(found->version));
	snprintf(cipher, sizeof(cipher), "0x%04x", found->cipher);
	signals_set_string(signals, SIGNAL_TLS_CIPHER, cipher);
	kept_set(signals, SIGNAL_TLS_SERVER_ALPN, found->server_alpn);
	signals_set_flag(signals, SIGNAL_TLS_HELLO_RETRY, found->retry);
	/* Before TLS 1.3, the client's session is needed to tell. */
	if (found->settled &&
	    (found->resumed || is_13(found->version) ||
		tls_found_has(found, TLS_CLIENT_HELLO)))
		signals_set_flag(signals, SIGNAL_TLS_RESUMED, found->resumed);
}

void
tls_found_collect(const struct tls_found *found, struct signals *signals)
{
	if (tls_found_has(found, TLS_CLIENT_HELLO))
		collect_client(found, signals);
	if (tls_found_has(found, TLS_SERVER_HELLO))
		collect_server(found, signals);
	if (found->asked != TLS_ASKED_UNKNOWN)
		signals_set_flag(signals, SIGNAL_TLS_CLIENT_CERT,
		    found->asked == TLS_ASKED);
	tls_cert_collect(&found->cert, signals);
}
