#include "report/fields.h"

#include <stdio.h>

/* The fields of a group: the counts are of flows, but for 'clients'. */

static const struct store_group *
group_of(const void *row)
{
	const struct group_line *line = row;

	return line->group;
}

/* How often its rule was right; of no label where there is none. */
static struct tally
tally_of(const void *row)
{
	const struct group_line *line = row;

	return line->tally != NULL ? *line->tally : (struct tally){ 0 };
}

static void
counted(struct datum *datum, uint64_t count, enum datum_tone tone)
{
	datum_count(datum, count);
	if (count > 0)
		datum->tone = tone;
}

static void
get_key(const void *row, struct datum *datum)
{
	datum_text(datum, group_of(row)->key);
}

static void
get_name(const void *row, struct datum *datum)
{
	datum_text(datum, group_of(row)->name);
}

static void
get_flows(const void *row, struct datum *datum)
{
	datum_count(datum, group_of(row)->flows);
}

static void
get_clients(const void *row, struct datum *datum)
{
	datum_count(datum, group_of(row)->clients);
}

static void
get_packets(const void *row, struct datum *datum)
{
	datum_count(datum, group_of(row)->packets);
}

static void
get_bytes(const void *row, struct datum *datum)
{
	datum_count(datum, group_of(row)->bytes);
}

static void
get_clean(const void *row, struct datum *datum)
{
	datum_count(datum, group_of(row)->clean);
}

static void
get_review(const void *row, struct datum *datum)
{
	counted(datum, group_of(row)->review, TONE_DOUBT);
}

static void
get_anomalous(const void *row, struct datum *datum)
{
	counted(datum, group_of(row)->anomalous, TONE_BAD);
}

static void
get_unjudged(const void *row, struct datum *datum)
{
	datum_count(datum, group_of(row)->unjudged);
}

static void
get_score(const void *row, struct datum *datum)
{
	datum_share(datum, group_of(row)->score_ppm);
}

static void
get_first_seen(const void *row, struct datum *datum)
{
	datum_time(datum, group_of(row)->first_us);
}

static void
get_last_seen(const void *row, struct datum *datum)
{
	datum_time(datum, group_of(row)->last_us);
}

static void
get_labelled(const void *row, struct datum *datum)
{
	const struct tally tally = tally_of(row);

	datum_count(datum, tally_count(&tally));
}

static void
get_right(const void *row, struct datum *datum)
{
	datum_count(datum, tally_of(row).label[FS_LABEL_TP]);
}

static void
get_precision(const void *row, struct datum *datum)
{
	const struct tally tally = tally_of(row);
	uint64_t of = tally_count(&tally);

	datum_none(datum);
	if (of > 0)
		datum_share(datum,
		    (int64_t)(tally.label[FS_LABEL_TP] * 1000000 / of));
}

static void
get_low(const void *row, struct datum *datum)
{
	const struct tally tally = tally_of(row);

	datum_none(datum);
	if (tally_count(&tally) > 0)
		datum_share(datum, (int64_t)(tally_bounds(&tally).low * 1e6));
}

static void
get_high(const void *row, struct datum *datum)
{
	const struct tally tally = tally_of(row);

	datum_none(datum);
	if (tally_count(&tally) > 0)
		datum_share(datum, (int64_t)(tally_bounds(&tally).high * 1e6));
}

/* For people: a rate of few is none. */
static void
get_enough(const void *row, struct datum *datum)
{
	const struct tally tally = tally_of(row);
	const struct rate rate = tally_bounds(&tally);
	char text[64];

	datum_none(datum);
	if (tally_count(&tally) == 0)
		return;
	snprintf(text, sizeof(text), "%.2f to %.2f%s", rate.low, rate.high,
	    tally_count(&tally) < RATE_ENOUGH ? ", insufficient" : "");
	datum_text(datum, text);
}

/* The first one goes by the name of the dimension; only an AS has the last. */
static const struct field group_fields[] = {
	{ "key", get_key, FIELD_BOTH, false, true },
	{ "flows", get_flows, FIELD_BOTH, true, false },
	{ "clients", get_clients, FIELD_BOTH, true, false },
	{ "packets", get_packets, FIELD_DATA, true, false },
	{ "bytes", get_bytes, FIELD_BOTH, true, false },
	{ "clean", get_clean, FIELD_BOTH, true, false },
	{ "review", get_review, FIELD_BOTH, true, false },
	{ "anomalous", get_anomalous, FIELD_BOTH, true, false },
	{ "unjudged", get_unjudged, FIELD_BOTH, true, false },
	{ "score", get_score, FIELD_BOTH, true, false },
	{ "first_seen", get_first_seen, FIELD_DATA, false, false },
	{ "last_seen", get_last_seen, FIELD_DATA, false, false },
	{ "as_name", get_name, FIELD_BOTH, false, true },
};

/* The same of rules, which labels judge. */
static const struct field rule_fields[] = {
	{ "key", get_key, FIELD_BOTH, false, true },
	{ "flows", get_flows, FIELD_BOTH, true, false },
	{ "clients", get_clients, FIELD_BOTH, true, false },
	{ "packets", get_packets, FIELD_DATA, true, false },
	{ "bytes", get_bytes, FIELD_DATA, true, false },
	{ "clean", get_clean, FIELD_BOTH, true, false },
	{ "review", get_review, FIELD_BOTH, true, false },
	{ "anomalous", get_anomalous, FIELD_BOTH, true, false },
	{ "unjudged", get_unjudged, FIELD_DATA, true, false },
	{ "score", get_score, FIELD_DATA, true, false },
	{ "first_seen", get_first_seen, FIELD_DATA, false, false },
	{ "last_seen", get_last_seen, FIELD_DATA, false, false },
	{ "labelled", get_labelled, FIELD_BOTH, true, false },
	{ "right", get_right, FIELD_BOTH, true, false },
	{ "precision", get_precision, FIELD_DATA, true, false },
	{ "precision_low", get_low, FIELD_DATA, true, false },
	{ "precision_high", get_high, FIELD_DATA, true, false },
	{ "precision_95", get_enough, FIELD_TABLE, false, false },
};

enum { GROUP_FIELDS = sizeof(group_fields) / sizeof(group_fields[0]) };

static const struct row_kind plain_groups = { "groups", "group", group_fields,
	GROUP_FIELDS - 1, NULL };
static const struct row_kind as_groups = { "groups", "group", group_fields,
	GROUP_FIELDS, NULL };

static const struct row_kind rule_groups = { "groups", "group", rule_fields,
	sizeof(rule_fields) / sizeof(rule_fields[0]), NULL };

const struct row_kind *
group_rows(int dimension)
{
	if (dimension == FS_BY_RULE)
		return &rule_groups;
	return dimension == FS_BY_ASN ? &as_groups : &plain_groups;
}
