#include "report/fields.h"

#include <string.h>

#include "report/text.h"

/* Parts of a place that are known, one after the other. */
static void
add_part(struct buf *buf, size_t start, const struct signals *signals,
    enum signal_id id)
{
	char text[DATUM_ROOM];
	size_t size;

	if (!signals_known(signals, id))
		return;
	size = signals_format(signals, id, false, text, sizeof(text));
	if (size == 0)
		return;
	if (buf->size > start)
		buf_add_text(buf, id == SIGNAL_CLIENT_AS_NAME ? " " : ", ");
	if (id == SIGNAL_CLIENT_ASN)
		buf_add_text(buf, "AS");
	text_escape(buf, text, size);
}

void
place_words(const struct signals *signals, struct buf *buf)
{
	static const enum signal_id parts[] = { SIGNAL_CLIENT_CITY,
		SIGNAL_CLIENT_COUNTRY, SIGNAL_CLIENT_ASN,
		SIGNAL_CLIENT_AS_NAME };
	const size_t start = buf->size;
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		add_part(buf, start, signals, parts[i]);
}

/* ---- Signals as a list -------------------------------------------------- */

static const struct fs_signal_info *
info_of(const void *row)
{
	return row;
}

static void
get_name(const void *row, struct datum *datum)
{
	datum_text(datum, info_of(row)->name);
}

static void
get_type(const void *row, struct datum *datum)
{
	datum_text(datum, info_of(row)->type);
}

static void
get_unit(const void *row, struct datum *datum)
{
	datum_text(datum, info_of(row)->unit);
}

static void
get_scope(const void *row, struct datum *datum)
{
	datum_text(datum, info_of(row)->scope);
}

static void
get_view(const void *row, struct datum *datum)
{
	datum_text(datum, info_of(row)->view);
}

static void
get_meaning(const void *row, struct datum *datum)
{
	datum_text(datum, info_of(row)->meaning);
}

static const struct field signal_fields[] = {
	{ "name", get_name, FIELD_BOTH, false, false },
	{ "type", get_type, FIELD_BOTH, false, false },
	{ "unit", get_unit, FIELD_BOTH, false, false },
	{ "scope", get_scope, FIELD_BOTH, false, false },
	{ "view", get_view, FIELD_BOTH, false, false },
	{ "meaning", get_meaning, FIELD_BOTH, false, true },
};

const struct row_kind signal_rows = { "signals", "signal", signal_fields,
	sizeof(signal_fields) / sizeof(signal_fields[0]), NULL };
