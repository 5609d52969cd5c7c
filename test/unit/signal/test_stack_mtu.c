/* Packet sizes that a SYN tells of. */
#include "signal/stack_mtu.h"

#include "test/unit/tap.h"

struct mtu_case {
	const char *name;
	uint8_t family;
	unsigned mss, window; /* An MSS of 0 is none. */
	unsigned path, own;
};

static const struct mtu_case cases[] = {
	{ "Ethernet", 4, 1460, 64240, 1500, 1500 },
	{ "Ethernet, IPv6", 6, 1440, 64800, 1500, 1500 },
	{ "an older Linux", 4, 1460, 29200, 1500, 1500 },
	{ "PPPoE at the host", 4, 1452, 65340, 1492, 1492 },
	{ "PPPoE at the router", 4, 1452, 64240, 1492, 1500 },
	{ "an older Linux, PPPoE at the router", 4, 1452, 29200, 1492, 1500 },
	{ "WireGuard at the host", 4, 1380, 64860, 1420, 1420 },
	{ "WireGuard at the router", 4, 1380, 64240, 1420, 1500 },
	{ "WireGuard at the router, IPv6", 6, 1360, 64800, 1420, 1500 },
	{ "OpenVPN's mssfix", 4, 1386, 64240, 1426, 1500 },
	{ "mssfix 1300", 4, 1236, 64240, 1276, 1500 },
	{ "a tunnel's MTU, lowered once more", 4, 1402, 65182, 1442, 1457 },
	{ "large frames, lowered to Ethernet's", 4, 1460, 62727, 1500, 3027 },
	{ "a window that is always the same", 4, 1380, 65535, 1420, 0 },
	{ "a power of two", 4, 1380, 8192, 1420, 0 },
	{ "a window that fits nothing", 4, 1380, 64241, 1420, 0 },
	{ "a window below the MSS", 4, 1460, 1024, 1500, 0 },
	{ "no window", 4, 1460, 0, 1500, 0 },
	{ "no MSS", 4, 0, 64240, 0, 0 },
	{ "an MSS that nobody has", 4, 1, 64240, 41, 0 },
	{ "the largest MSS", 4, 65535, 65535, 65575, 0 },
};

int
main(void)
{
	unsigned i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct mtu_case *c = &cases[i];
		struct packet syn = { .src.family = c->family };

		syn.tcp.has_mss = c->mss > 0;
		syn.tcp.mss = (uint16_t)c->mss;
		syn.tcp.window = (uint16_t)c->window;
		tap_int(stack_path_mtu(&syn), c->path, c->name);
		tap_int(stack_own_mtu(&syn), c->own, "... of the interface");
	}
	return tap_done();
}
