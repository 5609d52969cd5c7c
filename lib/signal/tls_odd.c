/* TLS that cannot be: what only those say who dress something else up as
 * TLS. They keep the records, as others look at these, but do not keep what
 * a handshake obliges them to.
 *
 * Up to TLS 1.2, whoever sends application data has sent ChangeCipherSpec
 * and Finished before (RFC 5246 section 7.1), also with False Start (RFC
 * 7918); and the first record behind ChangeCipherSpec is Finished, whose 16
 * bytes (SSL 3.0: 40) grow only by what the cipher adds. TLS 1.3 sends no
 * handshake record behind ChangeCipherSpec (RFC 8446 section 5), which tells
 * it apart; but for the ServerHello behind a HelloRetryRequest (appendix
 * D.4), after which nothing is asked. */

#include "flowscan.h"
#include "parse/tls.h"
#include "parse/tls_hello.h"
#include "signal/inspect.h"
#include "signal/kept.h"
#include "signal/source.h"

enum odd {
	ODD_HELLO = 1,    /* The ServerHello breaks its format. */
	ODD_FINISHED = 2, /* Finished has a size that it cannot have. */
	ODD_UNSEALED = 4, /* Data of a client that never sealed. */
};

enum {
	/* Finished and what ciphers add: an explicit nonce of 8 and a tag of
	 * 16; the same without nonce, or with a tag of 8; at most an IV of
	 * 16, a MAC of 48 and padding of 256 (RFC 5246 section 6.2.3). */
	FINISHED_GCM = 40,
	FINISHED_SHORT = 32,
	FINISHED_MIN = 16,
	FINISHED_MAX = 40 + 16 + 48 + 256,
	LEGACY_SIZE = 2, /* Of a hello's version. */
	RECORDS_MAX = 32,
};

/* What the records of one side are, as far as they came. */
struct side {
	bool sealed;         /* ChangeCipherSpec came. */
	bool handshake;      /* Behind it a handshake record, */
	uint16_t finished;   /* of that size. */
	bool data_first;     /* Application data came before that. */
	bool told;           /* What follows tells no more. */
	struct cursor hello; /* The first record, if whole. */
};

struct tls_odd {
	uint8_t found; /* Of enum odd. */
};

static void
note_record(struct side *side, const struct tls_record *record)
{
	if (record->type == TLS_CHANGE_CIPHER) {
		side->sealed = true;
		return;
	}
	if (record->type == TLS_DATA && !side->sealed)
		side->data_first = true;
	if (record->type == TLS_HANDSHAKE && side->sealed) {
		side->handshake = true;
		side->finished = record->size;
	}
	side->told = record->type != TLS_HANDSHAKE || side->sealed;
}

static void
walk(struct cursor stream, struct side *side)
{
	struct tls_record record;
	unsigned count;

	*side = (struct side){ 0 };
	for (count = 0; count < RECORDS_MAX && !side->told; count++) {
		if (tls_record_next(&stream, &record) <= 0)
			return;
		if (count == 0 && record.type == TLS_HANDSHAKE &&
		    record.body.left == record.size)
			side->hello = record.body;
		note_record(side, &record);
	}
}

/* The first message of a record; false unless it is whole. */
static bool
first_message(struct cursor record, uint8_t want, struct cursor *body)
{
	uint32_t size;
	uint8_t type;

	return cursor_u8(&record, &type) && type == want &&
	    cursor_u24(&record, &size) && cursor_take(&record, size, body);
}

/* The cipher's place does not depend on what follows it. */
static bool
hello_cipher(struct cursor hello, uint16_t *cipher)
{
	uint8_t session;

	return cursor_skip(&hello, LEGACY_SIZE + TLS_RANDOM_SIZE) &&
	    cursor_u8(&hello, &session) && cursor_skip(&hello, session) &&
	    cursor_u16(&hello, cipher);
}

/* Of ciphers that everyone uses; 0 for others (IANA TLS Cipher Suites). */
static unsigned
finished_size(uint16_t cipher)
{
	if (cipher >= 0xcca8 && cipher <= 0xccae) /* ChaCha20-Poly1305 */
		return FINISHED_SHORT;
	switch (cipher) {
	case 0x009c: /* AES-GCM */
	case 0x009d:
	case 0x009e:
	case 0x009f:
	case 0xc02b:
	case 0xc02c:
	case 0xc02f:
	case 0xc030: return FINISHED_GCM;
	default: return 0;
	}
}

static bool
finished_fits(uint16_t size, uint16_t cipher)
{
	unsigned want = finished_size(cipher);

	return want != 0 ? size == want
			 : size >= FINISHED_MIN && size <= FINISHED_MAX;
}

static uint8_t
judge(const struct side *client, const struct side *server)
{
	struct tls_server_hello read;
	struct cursor hello;
	uint16_t cipher;
	uint8_t found = 0;
	int rc;

	if (!first_message(server->hello, TLS_SERVER_HELLO, &hello) ||
	    !hello_cipher(hello, &cipher))
		return 0;
	rc = tls_server_hello_read(hello, &read);
	if (rc == FS_EFORMAT)
		found |= ODD_HELLO;
	/* From here on, of TLS 1.2 and before. */
	if (!server->handshake || (rc == 0 && read.retry))
		return found;
	if (!finished_fits(server->finished, cipher))
		found |= ODD_FINISHED;
	if (client->data_first)
		found |= ODD_UNSEALED;
	return found;
}

/* Whether it can be the beginning of a client's side. */
static bool
may_greet(struct cursor head, const struct side *client)
{
	struct cursor body;
	uint8_t type;

	if (client->hello.at == NULL)
		return cursor_peek(&head, &type) && type == TLS_HANDSHAKE;
	return first_message(client->hello, TLS_CLIENT_HELLO, &body);
}

static bool
packet(void *ctx, void *shared, const struct sighting *seen)
{
	struct tls_odd *state = ctx;
	struct side client, server;

	(void)shared;
	if (seen->datagrams)
		return false;
	if (!seen->head_grew || seen->head[0].left == 0)
		return true;
	walk(seen->head[0], &client);
	if (!may_greet(seen->head[0], &client))
		return false;
	walk(seen->head[1], &server);
	if (client.hello.at != NULL)
		state->found = judge(&client, &server);
	return !((client.sealed || client.told) && server.told) &&
	    seen->head[0].left < INSPECT_HEAD &&
	    seen->head[1].left < INSPECT_HEAD;
}

static void
collect(void *ctx, void *shared, const struct flow *flow,
    struct signals *signals)
{
	static const char *const names[] = { "hello", "finished", "unsealed" };
	const struct tls_odd *state = ctx;

	(void)shared;
	(void)flow;
	kept_set_names(signals, SIGNAL_TLS_IMPOSSIBLE, names,
	    sizeof(names) / sizeof(names[0]), state->found);
}

const struct signal_source signal_tls_odd = { "tls_odd", sizeof(struct tls_odd),
	packet, collect, NULL, NULL, NULL };
