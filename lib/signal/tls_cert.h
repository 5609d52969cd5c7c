/* Stage 5: what the server's certificate told, kept small until it is
 * collected. */
#pragma once

#include "base/cursor.h"
#include "signal/signal.h"

enum {
	CERT_NAME_SIZE = 100, /* RFC 5280 appendix A allows 64 characters. */
	CERT_NAMES_SIZE = 256,
};

struct tls_cert {
	bool read;
	bool dated;
	bool self_issued;
	uint16_t serial_size;
	uint32_t days;
	char subject[CERT_NAME_SIZE], organisation[CERT_NAME_SIZE];
	char issuer[CERT_NAME_SIZE], issuer_organisation[CERT_NAME_SIZE];
	char names[CERT_NAMES_SIZE];
};

/* Takes the body of a server's Certificate message in, also one that ends
 * early. What breaks its format, or is not whole, is left unknown. */
void tls_cert_message(struct tls_cert *cert, struct cursor body);

void tls_cert_collect(const struct tls_cert *cert, struct signals *signals);
