/* Rates from counts, with what is not known of them. */
#pragma once

#include <stdint.h>

enum { RATE_ENOUGH = 300 }; /* Below so many, a rate is insufficient. */

/* The bounds between which a rate lies with 95 % confidence, when 'hits' of
 * 'of' were counted (Wilson's score interval; E. B. Wilson, 1927). Of nothing,
 * 0 and 1. */
struct rate {
	double low, high;
};

struct rate rate_bounds(uint64_t hits, uint64_t of);

/* The rate itself, never 0 or 1: (hits + 1/2) / (of + 1). */
double rate_smooth(uint64_t hits, uint64_t of);
