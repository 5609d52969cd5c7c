/* Property: a certificate is read whole or not at all: what is left of it when
 * it is cut ends early, with a byte behind it it breaks its format, and all
 * that it says lies within it. The first byte says where the cut is, in 256ths
 * of the whole. */
#include <stdlib.h>

#include "flowscan.h"
#include "parse/tls.h"
#include "parse/x509.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
within(const struct cursor *part, struct cursor whole)
{
	return part->at >= whole.at &&
	    part->left <= whole.left - (size_t)(part->at - whole.at);
}

static void
check(const struct x509 *found, struct cursor whole)
{
	size_t i;

	if (!within(&found->issuer.common, whole) ||
	    !within(&found->issuer.organisation, whole) ||
	    !within(&found->subject.common, whole) ||
	    !within(&found->subject.organisation, whole) ||
	    found->serial_size > whole.left)
		abort();
	if (found->dated && found->not_before > found->not_after)
		abort();
	for (i = 0; i < found->name_count && i < X509_NAMES_MAX; i++)
		if (!within(&found->name[i], whole))
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor whole, first;
	struct x509 found, again;

	if (size < 2)
		return 0;
	whole = cursor_of(data + 1, size - 1);
	if (tls_certificate_first(whole, &first) == 1 && !within(&first, whole))
		abort();
	/* The last byte is the one behind. */
	whole.left--;
	if (x509_read(whole, &found) < 0)
		return 0;
	check(&found, whole);
	if (x509_read(cursor_of(whole.at, whole.left * data[0] / 256),
		&again) != FS_ETRUNC ||
	    x509_read(cursor_of(whole.at, whole.left + 1), &again) !=
		FS_EFORMAT)
		abort();
	return 0;
}
