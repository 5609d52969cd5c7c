/* Stage 4: bytes of SSH -> banner, key exchange, HASSH.
 *
 * RFC 4253 sections 4.2 and 7.1; HASSH (Reardon, Karimi, Althouse 2018).
 * Cursors in results point into the input. */
#pragma once

#include "base/cursor.h"

enum {
	SSH_BANNER_MAX = 255,  /* With its line end. */
	SSH_BEFORE_MAX = 2048, /* Bytes of lines before a server's banner. */
	SSH_LISTS = 10,
	SSH_HASSH_SIZE = 33,
	SSH_HASSH_TEXT_SIZE = 4096,
};

struct ssh_banner {
	struct cursor text; /* "SSH-2.0-OpenSSH_9.2", without the line end. */
	struct cursor rest; /* What follows. */
};

/* Finds the banner at the beginning of one direction. Servers may send other
 * lines before it.
 *
 * Returns 0, FS_ETRUNC, FS_EFORMAT, or FS_EFULL: too much before it. */
int ssh_banner_read(struct cursor stream, bool server,
    struct ssh_banner *banner);

/* Name lists of SSH_MSG_KEXINIT, in its order. */
enum ssh_list {
	SSH_KEX,
	SSH_HOST_KEY,
	SSH_CIPHER_C2S,
	SSH_CIPHER_S2C,
	SSH_MAC_C2S,
	SSH_MAC_S2C,
	SSH_COMPRESSION_C2S,
	SSH_COMPRESSION_S2C,
	SSH_LANGUAGE_C2S,
	SSH_LANGUAGE_S2C,
};

struct ssh_kexinit {
	struct cursor list[SSH_LISTS]; /* By enum ssh_list. */
	bool guessed;                  /* A guessed packet follows. */
};

/* Reads the first binary packet behind a banner.
 *
 * Returns 0, FS_ETRUNC, FS_EFORMAT, or FS_EUNSUP: another message. */
int ssh_kexinit_read(struct cursor stream, struct ssh_kexinit *kexinit);

/* Writes what HASSH is the MD5 of: "kex;cipher;mac;compression", of what the
 * sender sends. Returns its length, or FS_EFULL: too long. */
int ssh_hassh_text(const struct ssh_kexinit *kexinit, bool server,
    char text[SSH_HASSH_TEXT_SIZE]);

/* Writes the client's HASSH, or the server's. Returns 0, FS_EFULL, or
 * FS_EUNSUP: no MD5 in libcrypto. */
int ssh_hassh(const struct ssh_kexinit *kexinit, bool server,
    char hassh[SSH_HASSH_SIZE]);
