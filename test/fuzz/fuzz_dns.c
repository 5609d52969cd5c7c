/* Property: a message that was read lies within its bytes, and stays the same
 * when more bytes follow. The first byte says where the beginning ends, in
 * 256ths of the whole. */
#include <stdlib.h>
#include <string.h>

#include "flowscan.h"
#include "parse/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(struct cursor part, struct cursor whole)
{
	struct dns_message before, after;
	unsigned i, zone;

	if (dns_read(part, &before) < 0)
		return;
	if (dns_read(whole, &after) < 0 || before.type != after.type ||
	    before.label_count != after.label_count ||
	    before.name.left != after.name.left ||
	    before.name.left >= DNS_NAME_MAX)
		abort();
	if (dns_answer_bytes(&before) > dns_answer_bytes(&after) ||
	    dns_answer_bytes(&after) > after.rest.left)
		abort();
	for (i = 0; i < before.label_count; i++)
		if (before.label_at[i] >= before.name.left)
			abort();
	zone = dns_zone_labels(&before);
	if (zone > 0 && zone >= before.label_count)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t cut;
	uint8_t *copy;

	if (size < 1)
		return 0;
	cut = (size - 1) * data[0] / 256;
	copy = malloc(cut + 1);
	if (copy == NULL)
		return 0;
	memcpy(copy, data + 1, cut);
	check(cursor_of(copy, cut), cursor_of(data + 1, size - 1));
	free(copy);
	return 0;
}
