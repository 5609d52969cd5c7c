#include "report/attempt.h"
#include "report/fields.h"

static const struct attempt_row *
row_of(const void *row)
{
	return row;
}

static void
get_of(const void *row, struct datum *datum)
{
	datum_text(datum, row_of(row)->of);
}

static void
get_id(const void *row, struct datum *datum)
{
	datum_id(datum, row_of(row)->flow_id);
}

static void
get_first(const void *row, struct datum *datum)
{
	datum_time(datum, row_of(row)->first_us);
}

static void
get_client(const void *row, struct datum *datum)
{
	datum_addr(datum, &row_of(row)->client);
}

static void
get_server(const void *row, struct datum *datum)
{
	datum_none(datum);
	if (row_of(row)->server.family != 0)
		datum_addr(datum, &row_of(row)->server);
}

static void
get_port(const void *row, struct datum *datum)
{
	datum_none(datum);
	if (row_of(row)->server_port >= 0)
		datum_count(datum, (uint64_t)row_of(row)->server_port);
}

static void
get_view(const void *row, struct datum *datum)
{
	datum_text(datum, fs_view_name(row_of(row)->verdict->view));
}

static void
get_protocol(const void *row, struct datum *datum)
{
	datum_text(datum, row_of(row)->verdict->protocol);
}

static void
get_class(const void *row, struct datum *datum)
{
	datum_text(datum, fs_class_name(row_of(row)->verdict->class));
}

static void
get_verdict(const void *row, struct datum *datum)
{
	datum_decision(datum, row_of(row)->verdict->decision);
}

static void
get_says(const void *row, struct datum *datum)
{
	datum_text(datum, row_of(row)->says);
}

static void
get_also(const void *row, struct datum *datum)
{
	datum_text(datum, row_of(row)->also);
}

static const struct field attempt_fields[] = {
	{ "of", get_of, FIELD_DATA, false, false },
	{ "flow_id", get_id, FIELD_BOTH, false, false },
	{ "first", get_first, FIELD_BOTH, false, false },
	{ "client", get_client, FIELD_BOTH, false, false },
	{ "server", get_server, FIELD_BOTH, false, false },
	{ "server_port", get_port, FIELD_BOTH, true, false },
	{ "view", get_view, FIELD_DATA, false, false },
	{ "protocol", get_protocol, FIELD_BOTH, false, false },
	{ "class", get_class, FIELD_BOTH, false, false },
	{ "verdict", get_verdict, FIELD_BOTH, false, false },
	{ "says", get_says, FIELD_BOTH, false, true },
	{ "also", get_also, FIELD_BOTH, false, true },
};

const struct row_kind attempt_rows = { "hits", "hit", attempt_fields,
	sizeof(attempt_fields) / sizeof(attempt_fields[0]), NULL };
