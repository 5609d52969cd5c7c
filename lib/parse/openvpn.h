/* Stage 4: bytes of OpenVPN -> packets of its control channel.
 *
 * After the protocol's own description (openvpn.net, "OpenVPN protocol") and
 * doc/tls-crypt-v2.txt. A packet begins with opcode << 3 | key id. Packets of
 * the control channel go on with 8 bytes of session id, then as the layout
 * says: what protects the channel is not announced. */
#pragma once

#include "base/cursor.h"

enum openvpn_opcode {
	OPENVPN_CLIENT_RESET_1 = 1,
	OPENVPN_SERVER_RESET_1 = 2,
	OPENVPN_SOFT_RESET = 3,
	OPENVPN_CONTROL = 4,
	OPENVPN_ACK = 5,
	OPENVPN_DATA_1 = 6,
	OPENVPN_CLIENT_RESET_2 = 7,
	OPENVPN_SERVER_RESET_2 = 8,
	OPENVPN_DATA_2 = 9,           /* With the peer's id. */
	OPENVPN_CLIENT_RESET_3 = 10,  /* tls-crypt-v2. */
	OPENVPN_CONTROL_WRAPPED = 11, /* CONTROL with the client's key. */
};

/* How the control channel is protected. */
enum openvpn_layout {
	OPENVPN_PLAIN,
	OPENVPN_AUTH_16, /* tls-auth, by the size of its HMAC. */
	OPENVPN_AUTH_20,
	OPENVPN_AUTH_28,
	OPENVPN_AUTH_32,
	OPENVPN_AUTH_48,
	OPENVPN_AUTH_64,
	OPENVPN_CRYPT, /* tls-crypt: what follows the tag is encrypted. */
	OPENVPN_LAYOUTS,
};

enum {
	OPENVPN_ACKS_MAX = 8,
	OPENVPN_SESSION_SIZE = 8,
	OPENVPN_WRAPPED_MIN = 290, /* The client's key of tls-crypt-v2. */
	OPENVPN_WRAPPED_MAX = 1024,
};

/* What all layouts have in common. */
struct openvpn_head {
	uint8_t opcode; /* enum openvpn_opcode */
	uint8_t key_id; /* 0..7 */
	struct cursor rest;
};

struct openvpn_control {
	const uint8_t *session;  /* The sender's, of OPENVPN_SESSION_SIZE. */
	bool protected;          /* There is a packet id and a time. */
	uint32_t packet_id;      /* Counts all control packets. */
	uint32_t time;           /* Seconds; of the sender's start. */
	struct cursor encrypted; /* tls-crypt: all the following. */
	uint8_t ack_count;
	uint32_t acks[OPENVPN_ACKS_MAX]; /* The other side's message ids. */
	const uint8_t *remote; /* The other side's session; null without. */
	uint32_t message_id;   /* 0 of an OPENVPN_ACK, which has none. */
	struct cursor payload; /* TLS. */
};

/* Takes the next packet off a TCP stream, where its size stands before it.
 * Returns 1, 0 at the end, FS_ETRUNC, or FS_EFORMAT: an empty one. */
int openvpn_frame_next(struct cursor *stream, struct cursor *packet);

/* Reads the first byte. Returns 0, FS_ETRUNC, or FS_EFORMAT: no opcode. */
int openvpn_head_read(struct cursor packet, struct openvpn_head *head);

static inline bool
openvpn_is_data(unsigned opcode)
{
	return opcode == OPENVPN_DATA_1 || opcode == OPENVPN_DATA_2;
}

/* A hard reset, which begins a session. */
static inline bool
openvpn_is_reset(unsigned opcode)
{
	return opcode == OPENVPN_CLIENT_RESET_1 ||
	    opcode == OPENVPN_SERVER_RESET_1 ||
	    opcode == OPENVPN_CLIENT_RESET_2 ||
	    opcode == OPENVPN_SERVER_RESET_2 ||
	    opcode == OPENVPN_CLIENT_RESET_3;
}

/* Reads a control packet as if it had this layout. Cursors point into it.
 *
 * Returns 0, FS_ETRUNC: too short for the layout, or FS_EFORMAT. */
int openvpn_control_read(const struct openvpn_head *head,
    enum openvpn_layout layout, struct openvpn_control *control);

/* The size of the wrapped key at the end of a whole OPENVPN_CLIENT_RESET_3 or
 * OPENVPN_CONTROL_WRAPPED; 0 when its last two bytes are no such size. */
size_t openvpn_wrapped_size(const struct openvpn_control *control);

/* Bytes of tls-auth's HMAC; 0 for the other layouts. */
size_t openvpn_hmac_size(enum openvpn_layout layout);
