/* Property: what decodes is encoded again to something that decodes to the
 * same set. */
#include <stdlib.h>
#include <string.h>

#include "signal/blob.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct signals first, second;
	static uint8_t one[2 * SIGNAL_ROOM], two[2 * SIGNAL_ROOM];
	size_t n, m;

	signals_clear(&first);
	signals_clear(&second);
	if (blob_decode(data, size, &first) < 0)
		return 0;
	n = blob_encode(&first, one, sizeof(one));
	if (n == 0 || blob_decode(one, n, &second) < 0)
		abort();
	m = blob_encode(&second, two, sizeof(two));
	if (n != m || memcmp(one, two, n) != 0)
		abort();
	return 0;
}
