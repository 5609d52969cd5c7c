#include <math.h>
#include <stdio.h>

#include "report/fields.h"
#include "report/fit.h"
#include "report/rate.h"

static const struct fit_row *
row_of(const void *row)
{
	return row;
}

static void
get_rule(const void *row, struct datum *datum)
{
	datum_text(datum, row_of(row)->info.name);
}

static void
get_scope(const void *row, struct datum *datum)
{
	datum_text(datum, row_of(row)->info.client_scope ? "client" : "flow");
}

static void
get_true_hits(const void *row, struct datum *datum)
{
	datum_count(datum, row_of(row)->hits[1]);
}

static void
get_true_of(const void *row, struct datum *datum)
{
	datum_count(datum, row_of(row)->of[1]);
}

static void
get_false_hits(const void *row, struct datum *datum)
{
	datum_count(datum, row_of(row)->hits[0]);
}

static void
get_false_of(const void *row, struct datum *datum)
{
	datum_count(datum, row_of(row)->of[0]);
}

static void
put_share(struct datum *datum, double share)
{
	datum_share(datum, llround(share * 1000000));
}

/* A smoothed rate, of those that were looked at. */
static void
put_rate(const struct fit_row *row, int side, struct datum *datum)
{
	datum_none(datum);
	if (row->of[side] > 0)
		put_share(datum, rate_smooth(row->hits[side], row->of[side]));
}

static void
get_if_true(const void *row, struct datum *datum)
{
	put_rate(row, 1, datum);
}

static void
get_if_false(const void *row, struct datum *datum)
{
	put_rate(row, 0, datum);
}

static void
get_true_low(const void *row, struct datum *datum)
{
	const struct fit_row *fit = row;

	put_share(datum, rate_bounds(fit->hits[1], fit->of[1]).low);
}

static void
get_true_high(const void *row, struct datum *datum)
{
	const struct fit_row *fit = row;

	put_share(datum, rate_bounds(fit->hits[1], fit->of[1]).high);
}

static void
get_false_low(const void *row, struct datum *datum)
{
	const struct fit_row *fit = row;

	put_share(datum, rate_bounds(fit->hits[0], fit->of[0]).low);
}

static void
get_false_high(const void *row, struct datum *datum)
{
	const struct fit_row *fit = row;

	put_share(datum, rate_bounds(fit->hits[0], fit->of[0]).high);
}

/* Nats: the log of the two smoothed rates. */
static void
get_llr(const void *row, struct datum *datum)
{
	const struct fit_row *fit = row;

	datum_none(datum);
	if (fit->of[0] == 0 || fit->of[1] == 0)
		return;
	datum_number(datum,
	    llround(1000 *
		log(rate_smooth(fit->hits[1], fit->of[1]) /
		    rate_smooth(fit->hits[0], fit->of[0]))));
}

static void
get_weight(const void *row, struct datum *datum)
{
	datum_number(datum, row_of(row)->info.llr_true);
}

static bool
is_enough(const struct fit_row *fit)
{
	return fit->of[0] >= RATE_ENOUGH && fit->of[1] >= RATE_ENOUGH;
}

static void
get_says(const void *row, struct datum *datum)
{
	const struct fit_row *fit = row;

	if (fit->of[0] == 0 && fit->of[1] == 0)
		datum_text(datum, "not asked");
	else
		datum_text(datum, is_enough(fit) ? "measured" : "insufficient");
}

/* What a rule would have to say; only where enough was measured. */
static void
get_likelihood(const void *row, struct datum *datum)
{
	const struct fit_row *fit = row;
	char text[DATUM_ROOM];

	(void)snprintf(text, sizeof(text),
	    "{if_true: %.6f, if_false: %.6f, measured: \"%llu of %llu "
	    "tunnelled, %llu of %llu honest\"}",
	    rate_smooth(fit->hits[1], fit->of[1]),
	    rate_smooth(fit->hits[0], fit->of[0]),
	    (unsigned long long)fit->hits[1], (unsigned long long)fit->of[1],
	    (unsigned long long)fit->hits[0], (unsigned long long)fit->of[0]);
	datum_text(datum, is_enough(fit) ? text : "");
}

static const struct field fit_fields[] = {
	{ "rule", get_rule, FIELD_BOTH, false, false },
	{ "scope", get_scope, FIELD_BOTH, false, false },
	{ "n1", get_true_hits, FIELD_BOTH, true, false },
	{ "of1", get_true_of, FIELD_BOTH, true, false },
	{ "n0", get_false_hits, FIELD_BOTH, true, false },
	{ "of0", get_false_of, FIELD_BOTH, true, false },
	{ "if_true", get_if_true, FIELD_BOTH, true, false },
	{ "if_true_low", get_true_low, FIELD_BOTH, true, false },
	{ "if_true_high", get_true_high, FIELD_DATA, true, false },
	{ "if_false", get_if_false, FIELD_BOTH, true, false },
	{ "if_false_low", get_false_low, FIELD_DATA, true, false },
	{ "if_false_high", get_false_high, FIELD_BOTH, true, false },
	{ "llr", get_llr, FIELD_BOTH, true, false },
	{ "weight", get_weight, FIELD_BOTH, true, false },
	{ "says", get_says, FIELD_BOTH, false, false },
	{ "likelihood", get_likelihood, FIELD_DATA, false, true },
};

const struct row_kind fit_rows = { "fit", "rule", fit_fields,
	sizeof(fit_fields) / sizeof(fit_fields[0]), NULL };
