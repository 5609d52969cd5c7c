#include "report/fields.h"

static const struct fs_list_info *
info_of(const void *row)
{
	return row;
}

static void
put_text(struct datum *datum, const char *text)
{
	datum_text(datum, text ? text : "");
}

static void
get_list(const void *row, struct datum *datum)
{
	put_text(datum, info_of(row)->name);
}

static void
get_format(const void *row, struct datum *datum)
{
	put_text(datum, info_of(row)->format);
}

static void
get_reader(const void *row, struct datum *datum)
{
	const struct fs_list_info *info = info_of(row);

	put_text(datum, info->path ? info->reader : "");
}

static void
get_items(const void *row, struct datum *datum)
{
	datum_count(datum, info_of(row)->items);
}

static void
get_rejected(const void *row, struct datum *datum)
{
	datum_count(datum, info_of(row)->rejected);
}

static void
get_left_out(const void *row, struct datum *datum)
{
	datum_count(datum, info_of(row)->left_out);
}

static void
get_date(const void *row, struct datum *datum)
{
	if (info_of(row)->date_us > 0)
		datum_time(datum, info_of(row)->date_us);
	else
		datum_none(datum);
}

static void
get_max_age(const void *row, struct datum *datum)
{
	static const uint64_t hour_us = UINT64_C(3600) * 1000000;

	if (info_of(row)->max_age_us > 0)
		datum_count(datum, info_of(row)->max_age_us / hour_us);
	else
		datum_none(datum);
}

static void
get_source(const void *row, struct datum *datum)
{
	put_text(datum, info_of(row)->source);
}

static void
get_licence(const void *row, struct datum *datum)
{
	put_text(datum, info_of(row)->licence);
}

static void
get_url(const void *row, struct datum *datum)
{
	put_text(datum, info_of(row)->url);
}

static void
get_file(const void *row, struct datum *datum)
{
	put_text(datum, info_of(row)->path);
}

static void
get_sha256(const void *row, struct datum *datum)
{
	put_text(datum, info_of(row)->sha256);
}

static const struct field list_fields[] = {
	{ "list", get_list, FIELD_BOTH, false, false },
	{ "format", get_format, FIELD_BOTH, false, false },
	{ "reader", get_reader, FIELD_BOTH, false, false },
	{ "items", get_items, FIELD_BOTH, true, false },
	{ "rejected", get_rejected, FIELD_BOTH, true, false },
	{ "left_out", get_left_out, FIELD_DATA, true, false },
	{ "date", get_date, FIELD_BOTH, false, false },
	{ "max_age_h", get_max_age, FIELD_BOTH, true, false },
	{ "source", get_source, FIELD_BOTH, false, true },
	{ "licence", get_licence, FIELD_BOTH, false, true },
	{ "url", get_url, FIELD_DATA, false, true },
	{ "file", get_file, FIELD_DATA, false, false },
	{ "sha256", get_sha256, FIELD_DATA, false, false },
};

const struct row_kind list_rows = { "lists", "list", list_fields,
	sizeof(list_fields) / sizeof(list_fields[0]), NULL };
