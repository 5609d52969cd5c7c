/* Stage 4: datagrams of QUIC -> ClientHello, ServerHello.
 *
 * Initial packets are protected with keys that everyone can derive from the
 * client's first Destination Connection ID (RFC 9001 section 5.2). Read are
 * version 1 (RFC 9000, 9001), 2 (RFC 9369) and drafts 23 to 34; of other
 * versions, only which one it is (RFC 8999). */
#pragma once

#include "parse/assembly.h"
#include "parse/tls.h"

enum {
	QUIC_ID_MAX = 20,    /* Bytes of a connection ID (RFC 9000). */
	QUIC_READ_MAX = 4096 /* Larger Initial packets are not read. */
};

enum quic_type {
	QUIC_INITIAL,
	QUIC_ZERO_RTT,
	QUIC_HANDSHAKE,
	QUIC_RETRY,
	QUIC_NEGOTIATION, /* Of the version; from servers. */
	QUIC_OTHER,       /* Of a version that we cannot take apart. */
};

/* Whether a datagram begins with the long header of a version that is in use
 * (random bytes do, once in 100,000). '*version' is 0 for Version
 * Negotiation. */
bool quic_version(struct cursor datagram, uint32_t *version);

/* A packet with a long header. */
struct quic_packet {
	uint32_t version;
	enum quic_type type;
	struct cursor dcid, scid;
	struct cursor header; /* Initial: up to the packet number. */
	struct cursor sealed; /* Initial: from there on. */
};

/* Takes the next packet off a datagram (RFC 9000 section 12.2).
 *
 * Returns 1; 0 at the end, or where a packet with a short header follows;
 * FS_ETRUNC; FS_EFORMAT: not QUIC, or not a version in use. */
int quic_packet_next(struct cursor *datagram, struct quic_packet *packet);

enum quic_side { QUIC_CLIENT, QUIC_SERVER };

/* What Initial keys are made of. */
struct quic_id {
	uint32_t version;
	uint8_t size;
	uint8_t bytes[QUIC_ID_MAX];
};

struct quic_keys {
	uint8_t key[16], iv[12], hp[16];
};

/* Derives the keys of what one side sends. Returns false for a version that
 * we cannot decrypt. */
bool quic_keys_derive(const struct quic_id *id, enum quic_side side,
    struct quic_keys *keys);

/* Removes the protection of an Initial packet; 'room' has QUIC_READ_MAX
 * bytes. Returns 0; FS_ETRUNC, FS_EFULL (too large), or FS_EFORMAT: other
 * keys, or damaged. */
int quic_open(const struct quic_packet *packet, const struct quic_keys *keys,
    uint8_t *room, struct cursor *frames);

/* Collects what the CRYPTO frames of an Initial packet carry (RFC 9000
 * section 19.6). Returns 0, FS_ETRUNC, FS_EFORMAT (a frame that has no place
 * there), FS_EFULL. */
int quic_frames_read(struct cursor frames, struct assembly *crypto);

/* Puts one side's first handshake message together. */
struct quic_hello {
	enum quic_side side;
	bool keyed;
	struct quic_id id;
	struct quic_keys keys;
	struct assembly crypto;
};

/* The client's side takes 'id' from its first Initial packet; the server's
 * needs the client's. */
void quic_hello_init_client(struct quic_hello *hello);
void quic_hello_init_server(struct quic_hello *hello, const struct quic_id *id);

/* Takes one datagram of that side.
 *
 * Returns 1 when the message is whole: 'message' is valid until the next
 * call; 0 when more is needed; FS_ETRUNC: cut short by the capture;
 * FS_EFORMAT: not QUIC, or no keys fit; FS_EUNSUP: a version that we cannot
 * decrypt; FS_EFULL: too large. After an error, later datagrams may still
 * do. */
int quic_hello_add(struct quic_hello *hello, struct cursor datagram,
    struct tls_message *message);
