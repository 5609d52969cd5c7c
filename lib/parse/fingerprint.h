/* Stage 4: ClientHello -> fingerprints of the program that sent it.
 *
 * JA3 (Althouse, Atkinson, Atkins 2017) and JA4 (FoxIO, the TLS client's
 * method alone). GREASE is left out of both. */
#pragma once

#include "parse/tls_hello.h"

enum {
	JA3_SIZE = 33, /* 32 hex digits, terminated. */
	JA3_TEXT_SIZE = 6144,
	JA4_SIZE = 37,
};

/* JA4's first letter. */
enum fingerprint_carrier {
	CARRIED_BY_TCP = 't',
	CARRIED_BY_QUIC = 'q',
	CARRIED_BY_DTLS = 'd',
};

/* Writes what JA3 is the MD5 of: version, ciphers, extensions, groups and
 * point formats as decimal numbers, such as "771,4865-4866,0-10,29-23,0".
 *
 * Returns 0, or FS_EFULL: a list was longer than what was kept. */
int fingerprint_ja3_text(const struct tls_client_hello *hello,
    char text[JA3_TEXT_SIZE]);

/* Writes JA3. Returns 0, FS_EFULL as above, or FS_EUNSUP: no MD5 in
 * libcrypto. */
int fingerprint_ja3(const struct tls_client_hello *hello, char ja3[JA3_SIZE]);

/* Writes JA4, such as "t13d1516h2_8daaf6152771_e5627efa2ab1". Returns as
 * above. */
int fingerprint_ja4(const struct tls_client_hello *hello,
    enum fingerprint_carrier carrier, char ja4[JA4_SIZE]);
