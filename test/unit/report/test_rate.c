#include "report/rate.h"

#include <math.h>

#include "../tap.h"

/* Against Wilson's formula, worked out by hand to five places. */
static const struct {
	const char *name;
	uint64_t hits, of;
	double low, high, smooth;
} rates[] = {
	{ "nothing of nothing", 0, 0, 0, 1, 0.5 },
	{ "none of 9", 0, 9, 0, 0.29915, 0.05 },
	{ "all of 9", 9, 9, 0.70085, 1, 0.95 },
	{ "none of 300", 0, 300, 0, 0.01264, 0.00166 },
	{ "half of 10", 5, 10, 0.23659, 0.76341, 0.5 },
	{ "1 of 30,000", 1, 30000, 0.00001, 0.00019, 0.00005 },
	{ "more than there are", 3, 2, 0, 1, 1.16667 },
};

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct rate rate = rate_bounds(rates[i].hits, rates[i].of);

		tap_ok(fabs(rate.low - rates[i].low) < 5.1e-6 &&
			fabs(rate.high - rates[i].high) < 5.1e-6 &&
			fabs(rate_smooth(rates[i].hits, rates[i].of) -
			    rates[i].smooth) < 1e-5,
		    "%s: %.5f to %.5f", rates[i].name, rate.low, rate.high);
	}
	return tap_done();
}
