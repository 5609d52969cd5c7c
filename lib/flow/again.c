#include "flow/again.h"

static void
count(uint8_t *counter)
{
	*counter = (uint8_t)(*counter + (*counter < UINT8_MAX));
}

void
again_datagram(struct again *again, unsigned endpoint, bool opener,
    uint8_t first, uint32_t size)
{
	bool alike = again->first == first && again->size == (uint16_t)size;
	uint8_t side = (uint8_t)(1 << endpoint);

	if (!again->begun) {
		again->begun = true;
		again->first = first;
		again->size = (uint16_t)size;
		return;
	}
	if (alike && (again->others & side)) {
		again->others &= (uint8_t)~side;
		count(&again->restarts);
	} else if (alike && opener && !again->went_on) {
		count(&again->repeats);
	}
	if (!alike)
		again->others |= side;
	again->went_on |= !alike || !opener;
}
