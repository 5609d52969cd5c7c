#include "report/rate.h"

#include <math.h>

static const double z95 = 1.959964; /* Two-sided, of the normal. */

struct rate
rate_bounds(uint64_t hits, uint64_t of)
{
	double n = (double)of, share, center, width;
	struct rate rate = { 0, 1 };

	if (of == 0 || hits > of)
		return rate;
	share = (double)hits / n;
	center = share + z95 * z95 / (2 * n);
	width = z95 * sqrt(share * (1 - share) / n + z95 * z95 / (4 * n * n));
	rate.low = (center - width) / (1 + z95 * z95 / n);
	rate.high = (center + width) / (1 + z95 * z95 / n);
	/* Rounding leaves a trace of what cancels out. */
	if (hits == 0 || rate.low < 0)
		rate.low = 0;
	if (hits == of || rate.high > 1)
		rate.high = 1;
	return rate;
}

double
rate_smooth(uint64_t hits, uint64_t of)
{
	return ((double)hits + 0.5) / ((double)of + 1);
}
