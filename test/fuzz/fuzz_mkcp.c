/* Property: what is found behind a header is found without it, too, and
 * nothing is found once a byte of it is changed. */
#include <stdlib.h>
#include <string.h>

#include "parse/mkcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor datagram = cursor_of(data, size);
	struct mkcp_datagram found, again;
	uint8_t *changed;

	if (mkcp_read(datagram, &found) < 0)
		return 0;
	if (!cursor_skip(&datagram, found.header) ||
	    mkcp_read(datagram, &again) < 0 || again.header != 0 ||
	    again.conversation != found.conversation ||
	    again.command != found.command || again.option != found.option)
		abort();
	changed = malloc(datagram.left);
	if (changed == NULL)
		return 0;
	memcpy(changed, datagram.at, datagram.left);
	changed[datagram.left - 1] ^= 1;
	if (mkcp_read(cursor_of(changed, datagram.left), &again) == 0 &&
	    again.header == 0)
		abort();
	free(changed);
	return 0;
}
