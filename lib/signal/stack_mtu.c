#include "signal/stack_mtu.h"

enum {
	HEADERS_V4 = 40,
	HEADERS_V6 = 60,
	ETHERNET = 1500,
	WINDOW_MAX = 65535,
	MSS_LEAST = 536, /* RFC 1122: what everybody takes. */
};

static unsigned
headers(const struct packet *syn)
{
	return syn->src.family == 6 ? HEADERS_V6 : HEADERS_V4;
}

unsigned
stack_path_mtu(const struct packet *syn)
{
	const struct packet_tcp *tcp = &syn->tcp;

	return tcp->has_mss && tcp->mss > 0 ? tcp->mss + headers(syn) : 0;
}

/* Windows that stacks choose without looking at the MSS: powers of two, and
 * the largest that there is. */
static bool
window_is_fixed(unsigned window)
{
	return window == WINDOW_MAX || (window & (window - 1)) == 0;
}

/* Whether a stack that sends 'mss' opens with 'window'. Linux takes as many
 * segments as fit (since 4.20), or a fixed number of them before. */
static bool
window_fits(unsigned window, unsigned mss)
{
	static const unsigned counts[] = { 4, 10, 20, 44 };
	unsigned i;

	if (window % mss != 0)
		return false;
	if (WINDOW_MAX / mss == window / mss)
		return true;
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		if (window == counts[i] * mss)
			return true;
	return false;
}

/* The least MSS above 'seen' that the window fits, or 0. Ethernet's is tried
 * first: what is lowered on the way mostly began with it. */
static unsigned
original_mss(unsigned window, unsigned seen, unsigned ethernet)
{
	unsigned count;

	if (seen < ethernet && window_fits(window, ethernet))
		return ethernet;
	for (count = window / seen; count > 1; count--)
		if (window % count == 0 && window / count > seen &&
		    window_fits(window, window / count))
			return window / count;
	return 0;
}

unsigned
stack_own_mtu(const struct packet *syn)
{
	const struct packet_tcp *tcp = &syn->tcp;
	unsigned mss = tcp->has_mss ? tcp->mss : 0, own;

	if (mss < MSS_LEAST || tcp->window < mss ||
	    window_is_fixed(tcp->window))
		return 0;
	/* Any multiple will do: stacks choose many of them. */
	own = tcp->window % mss == 0
	    ? mss
	    : original_mss(tcp->window, mss, ETHERNET - headers(syn));
	return own > 0 ? own + headers(syn) : 0;
}
