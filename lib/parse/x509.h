/* Stage 4: bytes of a certificate -> who it names, and for how long.
 *
 * X.509 version 1 to 3 in DER (RFC 5280 section 4.1, ITU-T X.690). Nothing is
 * verified: a certificate says what its maker wanted. Cursors in results
 * point into the input. */
#pragma once

#include "base/cursor.h"

enum { X509_NAMES_MAX = 32 /* Domains kept of one certificate. */ };

/* Of a distinguished name. Where it says something twice, the last one; empty
 * when it says nothing, or says it in UTF-16 or UTF-32. */
struct x509_name {
	struct cursor common;       /* commonName */
	struct cursor organisation; /* organizationName */
};

struct x509 {
	size_t serial_size; /* Bytes of the serial number. */
	struct x509_name issuer, subject;
	bool self_issued; /* Both names are the same. */
	/* Both ends are in one of the two forms of RFC 5280, and in order. */
	bool dated;
	int64_t not_before, not_after; /* Seconds since 1970. */
	/* dNSNames of subjectAltName. 'name_count' goes on counting where the
	 * room ends. */
	size_t name_count;
	struct cursor name[X509_NAMES_MAX];
};

/* Reads one certificate, and nothing but it.
 *
 * Returns 0, FS_ETRUNC (ends early) or FS_EFORMAT. */
int x509_read(struct cursor bytes, struct x509 *certificate);
