#include "signal/tls_cert.h"

#include <string.h>

#include "parse/tls.h"
#include "parse/x509.h"
#include "signal/kept.h"

enum { DAY_SECONDS = 86400 };

/* Joins the domains with commas, as far as whole ones fit. */
static void
keep_domains(char room[CERT_NAMES_SIZE], const struct x509 *found)
{
	char joined[CERT_NAMES_SIZE];
	size_t i, used = 0;

	for (i = 0; i < found->name_count && i < X509_NAMES_MAX; i++) {
		const struct cursor *name = &found->name[i];

		if (name->left == 0)
			continue;
		if (name->left + 2 > sizeof(joined) - used)
			break;
		if (used > 0)
			joined[used++] = ',';
		memcpy(joined + used, name->at, name->left);
		used += name->left;
	}
	kept_text(room, CERT_NAMES_SIZE, cursor_of(joined, used));
}

static void
keep(struct tls_cert *cert, const struct x509 *found)
{
	cert->read = true;
	cert->dated = found->dated;
	cert->self_issued = found->self_issued;
	cert->serial_size = found->serial_size < UINT16_MAX
	    ? (uint16_t)found->serial_size
	    : UINT16_MAX;
	/* Both ends belong to it. Years have four digits: this is no more
	 * than 3,652,425 days. */
	cert->days = (uint32_t)((found->not_after - found->not_before + 1) /
	    DAY_SECONDS);
	kept_text(cert->subject, CERT_NAME_SIZE, found->subject.common);
	kept_text(cert->organisation, CERT_NAME_SIZE,
	    found->subject.organisation);
	kept_text(cert->issuer, CERT_NAME_SIZE, found->issuer.common);
	kept_text(cert->issuer_organisation, CERT_NAME_SIZE,
	    found->issuer.organisation);
	keep_domains(cert->names, found);
}

void
tls_cert_message(struct tls_cert *cert, struct cursor body)
{
	struct cursor first;
	struct x509 found;

	if (!cert->read && tls_certificate_first(body, &first) == 1 &&
	    x509_read(first, &found) == 0)
		keep(cert, &found);
}

void
tls_cert_collect(const struct tls_cert *cert, struct signals *signals)
{
	if (!cert->read)
		return;
	kept_set(signals, SIGNAL_TLS_CERT_SUBJECT, cert->subject);
	kept_set(signals, SIGNAL_TLS_CERT_ORGANISATION, cert->organisation);
	kept_set(signals, SIGNAL_TLS_CERT_ISSUER, cert->issuer);
	kept_set(signals, SIGNAL_TLS_CERT_ISSUER_ORGANISATION,
	    cert->issuer_organisation);
	kept_set(signals, SIGNAL_TLS_CERT_NAMES, cert->names);
	if (cert->dated)
		signals_set_count(signals, SIGNAL_TLS_CERT_DAYS, cert->days);
	signals_set_flag(signals, SIGNAL_TLS_CERT_SELF_SIGNED,
	    cert->self_issued);
	signals_set_count(signals, SIGNAL_TLS_CERT_SERIAL_SIZE,
	    cert->serial_size);
}
