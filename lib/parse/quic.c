#include "parse/quic.h"

#include "base/digest.h"
#include "flowscan.h"

enum {
	LONG_HEADER = 0x80,
	FIXED_BIT = 0x40,
	SAMPLE_AT = 4, /* From the packet number on (RFC 9001 section 5.4.2). */
	SAMPLE_SIZE = 16,
	TAG_SIZE = 16,
	NONCE_SIZE = 12,
	NUMBER_MAX = 4,  /* Bytes of a packet number. */
	PACKETS_MAX = 8, /* Read in a datagram: there is one a key. */
};

enum frame { /* RFC 9000 section 19 */
	FRAME_PADDING = 0x00,
	FRAME_PING = 0x01,
	FRAME_ACK = 0x02,
	FRAME_ACK_ECN = 0x03,
	FRAME_CRYPTO = 0x06,
	FRAME_CLOSE = 0x1c,
};

/* How the Initial packets of a range of versions are protected. */
struct scheme {
	const char *key, *iv, *hp; /* Labels. */
	uint32_t first, last;      /* Versions. */
	uint8_t initial;           /* Type bits of an Initial packet. */
	uint8_t salt[20];
};

static const struct scheme schemes[] = {
	/* RFC 9001 section 5.2 */
	{ "quic key", "quic iv", "quic hp", 0x00000001, 0x00000001, 0,
	    { 0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a,
		0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a } },
	/* draft-ietf-quic-tls-33 and -34 */
	{ "quic key", "quic iv", "quic hp", 0xff000021, 0xff000022, 0,
	    { 0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a,
		0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a } },
	/* RFC 9369 section 3.3 */
	{ "quicv2 key", "quicv2 iv", "quicv2 hp", 0x6b3343cf, 0x6b3343cf, 1,
	    { 0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81,
		0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9 } },
	/* draft-ietf-quic-tls-29 to -32, section 5.2 */
	{ "quic key", "quic iv", "quic hp", 0xff00001d, 0xff000020, 0,
	    { 0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97, 0x86,
		0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99 } },
	/* draft-ietf-quic-tls-23 to -28, section 5.2 */
	{ "quic key", "quic iv", "quic hp", 0xff000017, 0xff00001c, 0,
	    { 0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7, 0xd2,
		0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02 } },
};

static const struct scheme *
scheme_of(uint32_t version)
{
	size_t i;

	for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (version >= schemes[i].first && version <= schemes[i].last)
			return &schemes[i];
	return NULL;
}

/* Google's own versions: "Q046", "T051". */
static bool
version_of_google(uint32_t version)
{
	uint8_t letter = (uint8_t)(version >> 24);

	return (letter == 'Q' || letter == 'T') &&
	    (version >> 16 & 0xff) == '0' && (version >> 8 & 0xf0) == '0' &&
	    (version & 0xf0) == '0';
}

static bool
version_in_use(uint32_t version)
{
	return version == 0 || scheme_of(version) != NULL ||
	    version >> 8 == 0xff0000 ||  /* Drafts. */
	    version >> 8 == 0xfaceb0 ||  /* Facebook's. */
	    version >> 4 == 0xabcd000 || /* Microsoft's. */
	    version == 0x709a50c4 ||     /* Version 2's drafts. */
	    version_of_google(version) ||
	    /* Reserved, to make the server negotiate (RFC 9000 section 15). */
	    (version & 0x0f0f0f0f) == 0x0a0a0a0a;
}

static bool
take_block8(struct cursor *cursor, struct cursor *block)
{
	uint8_t size;

	return cursor_u8(cursor, &size) && cursor_take(cursor, size, block);
}

/* RFC 9000 section 16 */
static bool
take_number(struct cursor *cursor, uint64_t *number)
{
	struct cursor at = *cursor;
	uint8_t byte;
	uint64_t value;
	unsigned more;

	if (!cursor_u8(&at, &byte))
		return false;
	value = byte & 0x3f;
	for (more = (1u << (byte >> 6)) - 1; more > 0; more--) {
		if (!cursor_u8(&at, &byte))
			return false;
		value = value << 8 | byte;
	}
	*cursor = at;
	*number = value;
	return true;
}

static bool
skip_numbers(struct cursor *cursor, uint64_t count)
{
	uint64_t number;

	while (count-- > 0)
		if (!take_number(cursor, &number))
			return false;
	return true;
}

static bool
take_sized(struct cursor *cursor, struct cursor *block)
{
	uint64_t size;

	return take_number(cursor, &size) && size <= cursor->left &&
	    cursor_take(cursor, (size_t)size, block);
}

bool
quic_version(struct cursor datagram, uint32_t *version)
{
	uint8_t first;
	uint32_t found;

	if (!cursor_u8(&datagram, &first) || (first & LONG_HEADER) == 0 ||
	    !cursor_u32(&datagram, &found) || !version_in_use(found))
		return false;
	*version = found;
	return true;
}

/* What follows the connection IDs in the versions that we know. */
static int
packet_rest(struct cursor start, struct cursor *at, uint8_t first,
    const struct scheme *scheme, struct quic_packet *packet)
{
	struct cursor token;
	uint64_t size;

	if ((first & FIXED_BIT) == 0)
		return FS_EFORMAT;
	packet->type = (enum quic_type)(((first >> 4) - scheme->initial) & 3);
	if (packet->type == QUIC_RETRY) {
		*at = cursor_of(at->at, 0);
		return 1;
	}
	if (packet->type == QUIC_INITIAL && !take_sized(at, &token))
		return FS_ETRUNC;
	if (!take_number(at, &size) || size > at->left)
		return FS_ETRUNC;
	packet->header = cursor_of(start.at, start.left - at->left);
	return cursor_take(at, (size_t)size, &packet->sealed) ? 1 : FS_ETRUNC;
}

int
quic_packet_next(struct cursor *datagram, struct quic_packet *packet)
{
	struct cursor at = *datagram, none = cursor_of(at.at, 0);
	struct quic_packet next = { .type = QUIC_OTHER,
		.dcid = none,
		.scid = none,
		.header = none,
		.sealed = none };
	const struct scheme *scheme;
	uint8_t first;
	int rc = 1;

	if (!cursor_u8(&at, &first) || (first & LONG_HEADER) == 0)
		return 0;
	if (!cursor_u32(&at, &next.version))
		return FS_ETRUNC;
	if (!version_in_use(next.version))
		return FS_EFORMAT;
	/* Before "Q050", Google's header had another form. */
	if (!version_of_google(next.version) &&
	    (!take_block8(&at, &next.dcid) || !take_block8(&at, &next.scid)))
		return FS_ETRUNC;
	if (next.dcid.left > QUIC_ID_MAX || next.scid.left > QUIC_ID_MAX)
		return FS_EFORMAT;
	scheme = scheme_of(next.version);
	if (scheme != NULL)
		rc = packet_rest(*datagram, &at, first, scheme, &next);
	else if (next.version == 0)
		next.type = QUIC_NEGOTIATION;
	if (rc < 0)
		return rc;
	*packet = next;
	*datagram = scheme != NULL ? at : none;
	return 1;
}

bool
quic_keys_derive(const struct quic_id *id, enum quic_side side,
    struct quic_keys *keys)
{
	const struct scheme *scheme = scheme_of(id->version);
	uint8_t initial[DIGEST_SHA256_SIZE], secret[DIGEST_SHA256_SIZE];

	return scheme != NULL &&
	    digest_hkdf_extract(scheme->salt, sizeof(scheme->salt), id->bytes,
		id->size, initial) &&
	    digest_hkdf_expand_label(initial,
		side == QUIC_CLIENT ? "client in" : "server in", secret,
		sizeof(secret)) &&
	    digest_hkdf_expand_label(secret, scheme->key, keys->key,
		sizeof(keys->key)) &&
	    digest_hkdf_expand_label(secret, scheme->iv, keys->iv,
		sizeof(keys->iv)) &&
	    digest_hkdf_expand_label(secret, scheme->hp, keys->hp,
		sizeof(keys->hp));
}

/* Removes the header protection (RFC 9001 section 5.4.1): 'header' gets the
 * packet's header with its number, 'number' the number, 'rest' what is
 * sealed. */
static int
open_header(const struct quic_packet *packet, const struct quic_keys *keys,
    uint8_t *header, size_t *header_size, struct cursor *rest)
{
	struct cursor at = packet->sealed, sample;
	uint8_t mask[16];
	size_t size = packet->header.left, number_size, i;

	if (!cursor_skip(&at, SAMPLE_AT) ||
	    !cursor_take(&at, SAMPLE_SIZE, &sample))
		return FS_ETRUNC;
	if (!digest_aes128_block(keys->hp, sample.at, mask))
		return FS_EFORMAT;
	memcpy(header, packet->header.at, size);
	header[0] ^= mask[0] & 0x0f;
	number_size = (header[0] & 3) + 1u;
	*rest = packet->sealed;
	if (!cursor_copy(rest, header + size, number_size))
		return FS_ETRUNC;
	for (i = 0; i < number_size; i++)
		header[size + i] ^= mask[1 + i];
	*header_size = size + number_size;
	return 0;
}

/* The packet number is xor-ed into the end of the IV (RFC 9001 section
 * 5.3). It begins at 0, so that what the header has of it is all of it. */
static void
make_nonce(const struct quic_keys *keys, const uint8_t *header, size_t size,
    uint8_t nonce[NONCE_SIZE])
{
	size_t number_size = (header[0] & 3) + 1u, i;

	memcpy(nonce, keys->iv, NONCE_SIZE);
	for (i = 0; i < number_size; i++)
		nonce[NONCE_SIZE - 1 - i] ^= header[size - 1 - i];
}

int
quic_open(const struct quic_packet *packet, const struct quic_keys *keys,
    uint8_t *room, struct cursor *frames)
{
	uint8_t header[QUIC_READ_MAX + NUMBER_MAX], nonce[NONCE_SIZE];
	struct digest_sealed sealed = { .key = keys->key,
		.nonce = nonce,
		.aad = header };
	struct cursor rest;
	int rc;

	if (packet->header.left > QUIC_READ_MAX ||
	    packet->sealed.left > QUIC_READ_MAX)
		return FS_EFULL;
	rc = open_header(packet, keys, header, &sealed.aad_size, &rest);
	if (rc < 0)
		return rc;
	if (rest.left < TAG_SIZE)
		return FS_ETRUNC;
	make_nonce(keys, header, sealed.aad_size, nonce);
	sealed.sealed = rest.at;
	sealed.sealed_size = rest.left;
	if (!digest_aes128_gcm_open(&sealed, room))
		return FS_EFORMAT;
	*frames = cursor_of(room, rest.left - TAG_SIZE);
	return 0;
}

/* RFC 9000 section 19.3 */
static bool
skip_ack(struct cursor *frames, bool ecn)
{
	uint64_t ranges;

	return skip_numbers(frames, 2) && take_number(frames, &ranges) &&
	    skip_numbers(frames, 1) && ranges <= frames->left &&
	    skip_numbers(frames, 2 * ranges) &&
	    skip_numbers(frames, ecn ? 3 : 0);
}

static int
read_crypto(struct cursor *frames, struct assembly *crypto)
{
	struct cursor piece;
	uint64_t at;

	if (!take_number(frames, &at) || !take_sized(frames, &piece))
		return FS_ETRUNC;
	return assembly_add(crypto, at, piece);
}

static int
read_frame(uint8_t type, struct cursor *frames, struct assembly *crypto)
{
	struct cursor reason;
	bool whole = true;

	switch (type) {
	case FRAME_PADDING:
	case FRAME_PING: break;
	case FRAME_ACK: whole = skip_ack(frames, false); break;
	case FRAME_ACK_ECN: whole = skip_ack(frames, true); break;
	case FRAME_CRYPTO: return read_crypto(frames, crypto);
	case FRAME_CLOSE:
		whole = skip_numbers(frames, 2) && take_sized(frames, &reason);
		break;
	default: return FS_EFORMAT;
	}
	return whole ? 0 : FS_ETRUNC;
}

int
quic_frames_read(struct cursor frames, struct assembly *crypto)
{
	uint8_t type;
	int rc;

	while (cursor_u8(&frames, &type))
		if ((rc = read_frame(type, &frames, crypto)) < 0)
			return rc;
	return 0;
}

void
quic_hello_init_client(struct quic_hello *hello)
{
	hello->side = QUIC_CLIENT;
	hello->keyed = false;
	hello->id = (struct quic_id){ 0 };
	assembly_init(&hello->crypto);
}

void
quic_hello_init_server(struct quic_hello *hello, const struct quic_id *id)
{
	hello->side = QUIC_SERVER;
	hello->keyed = false;
	hello->id = *id;
	assembly_init(&hello->crypto);
}

/* Opens a packet with keys of another ID than those at hand, and keeps to
 * them when they fit. */
static int
open_rekeyed(struct quic_hello *hello, const struct quic_packet *packet,
    const struct quic_id *id, uint8_t *room, struct cursor *frames)
{
	struct quic_keys keys;
	int rc;

	if (!quic_keys_derive(id, hello->side, &keys))
		return FS_EUNSUP;
	if ((rc = quic_open(packet, &keys, room, frames)) < 0)
		return rc;
	/* Another version is another handshake. */
	if (hello->keyed && hello->id.version != id->version)
		assembly_init(&hello->crypto);
	hello->keyed = true;
	hello->keys = keys;
	hello->id = *id;
	return 0;
}

static bool
same_id(const struct quic_id *a, const struct quic_id *b)
{
	return a->version == b->version && a->size == b->size &&
	    memcmp(a->bytes, b->bytes, a->size) == 0;
}

/* The client's keys hold until a Retry or another version: then its packets
 * name a new ID, which also a client does that got the server's first
 * answer. So old keys are tried first. */
static int
open_packet(struct quic_hello *hello, const struct quic_packet *packet,
    uint8_t *room, struct cursor *frames)
{
	struct quic_id id = hello->id;
	int rc;

	id.version = packet->version;
	if (hello->side == QUIC_CLIENT) {
		id.size = (uint8_t)packet->dcid.left;
		memcpy(id.bytes, packet->dcid.at, packet->dcid.left);
	}
	if (hello->keyed && packet->version == hello->id.version) {
		rc = quic_open(packet, &hello->keys, room, frames);
		if (rc != FS_EFORMAT || same_id(&id, &hello->id))
			return rc;
	}
	return open_rekeyed(hello, packet, &id, room, frames);
}

static int
hello_packet(struct quic_hello *hello, const struct quic_packet *packet)
{
	uint8_t room[QUIC_READ_MAX];
	struct cursor frames;
	int rc;

	if (packet->type == QUIC_OTHER)
		return FS_EUNSUP;
	if (packet->type != QUIC_INITIAL)
		return 0;
	if ((rc = open_packet(hello, packet, room, &frames)) < 0)
		return rc;
	return quic_frames_read(frames, &hello->crypto);
}

static bool
hello_message(const struct quic_hello *hello, struct tls_message *message)
{
	struct cursor front = assembly_front(&hello->crypto);
	struct tls_message found;
	uint32_t size;

	if (!cursor_u8(&front, &found.type) || !cursor_u24(&front, &size) ||
	    !cursor_take(&front, size, &found.body))
		return false;
	*message = found;
	return true;
}

int
quic_hello_add(struct quic_hello *hello, struct cursor datagram,
    struct tls_message *message)
{
	struct quic_packet packet;
	unsigned count = 0;
	int rc = 0, failed = 0;

	while (count < PACKETS_MAX &&
	    (rc = quic_packet_next(&datagram, &packet)) > 0) {
		count++;
		if ((rc = hello_packet(hello, &packet)) < 0 && failed == 0)
			failed = rc;
	}
	/* What follows a good packet may be anything. */
	if (count == 0)
		return rc < 0 ? rc : FS_EFORMAT;
	return hello_message(hello, message) ? 1 : failed;
}
