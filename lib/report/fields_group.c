#include "report/fields.h"

#include <string.h>

/* The fields of a group: the counts are of flows, but for 'clients'. */

static const struct store_group *
group_of(const void *row)
{
	return row;
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

enum { GROUP_FIELDS = sizeof(group_fields) / sizeof(group_fields[0]) };

static const struct row_kind plain_groups = { "groups", "group", group_fields,
	GROUP_FIELDS - 1, NULL };
static const struct row_kind as_groups = { "groups", "group", group_fields,
	GROUP_FIELDS, NULL };

const struct row_kind *
group_rows(int dimension)
{
	return dimension == FS_BY_ASN ? &as_groups : &plain_groups;
}
