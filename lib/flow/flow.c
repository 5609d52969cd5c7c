/* Questions to one flow. */
#include "flow/flow.h"

#include <string.h>

static const char *const end_names[] = {
	[FLOW_END_NONE] = "",
	[FLOW_END_CLOSED] = "closed",
	[FLOW_END_RESET] = "reset",
	[FLOW_END_IDLE] = "idle",
	[FLOW_END_EVICTED] = "evicted",
	[FLOW_END_FLUSH] = "flush",
};

const char *
flow_end_name(enum flow_end end)
{
	return end_names[end];
}

enum flow_end
flow_end_of(const struct flow *flow)
{
	if (flow->state != FLOW_CLOSED)
		return FLOW_END_IDLE;
	return flow->side[0].reset || flow->side[1].reset ? FLOW_END_RESET
							  : FLOW_END_CLOSED;
}

bool
flow_has_ports(const struct flow *flow)
{
	switch (flow->key.ip_proto) {
	case 6:
	case 17:
	case 132:
	case 136: return true;
	default: return false;
	}
}

void
flow_set_client(struct flow *flow, unsigned endpoint)
{
	flow->client = (uint8_t)(endpoint & 1);
	flow->client_fixed = true;
}

struct fs_addr
flow_addr(const struct flow *flow, unsigned endpoint)
{
	struct fs_addr addr = { .family = flow->key.family };

	memcpy(addr.bytes, flow->key.addr[endpoint & 1], sizeof(addr.bytes));
	return addr;
}
