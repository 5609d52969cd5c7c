#include <stdio.h>

#include "base/addr.h"
#include "report/replay.h"

static const struct store_flow *
now_of(const void *row)
{
	const struct replay_row *replay = row;

	return replay->now;
}

static const struct store_flow *
then_of(const void *row)
{
	const struct replay_row *replay = row;

	return replay->then;
}

static void
get_state(const void *row, struct datum *datum)
{
	datum_text(datum, then_of(row) != NULL ? "otherwise" : "not stored");
}

static void
get_time(const void *row, struct datum *datum)
{
	datum_time(datum, now_of(row)->flow.first_us);
}

static void
get_client(const void *row, struct datum *datum)
{
	datum_addr(datum, &now_of(row)->flow.client);
}

static void
get_server(const void *row, struct datum *datum)
{
	const struct fs_observation *flow = &now_of(row)->flow;
	char text[ADDR_TEXT_SIZE + 16], ip[ADDR_TEXT_SIZE];

	addr_format(&flow->server, ip);
	(void)snprintf(text, sizeof(text),
	    flow->server_port < 0 ? "%s" : "%s port %d", ip, flow->server_port);
	datum_text(datum, text);
}

static void
get_id(const void *row, struct datum *datum)
{
	datum_id(datum, now_of(row)->flow.flow_id);
}

static void
get_then(const void *row, struct datum *datum)
{
	datum_none(datum);
	if (then_of(row) != NULL)
		datum_decision(datum, then_of(row)->flow.verdict.decision);
}

static void
get_now(const void *row, struct datum *datum)
{
	datum_decision(datum, now_of(row)->flow.verdict.decision);
}

static void
get_score_then(const void *row, struct datum *datum)
{
	datum_none(datum);
	if (then_of(row) != NULL)
		datum_share(datum, then_of(row)->flow.verdict.score_ppm);
}

static void
get_score_now(const void *row, struct datum *datum)
{
	datum_share(datum, now_of(row)->flow.verdict.score_ppm);
}

static void
get_differs(const void *row, struct datum *datum)
{
	const struct replay_row *replay = row;

	datum_text(datum, replay->differs);
}

static const struct field fields[] = {
	{ "state", get_state, FIELD_BOTH, false, false },
	{ "first_seen", get_time, FIELD_BOTH, false, false },
	{ "client_ip", get_client, FIELD_BOTH, false, false },
	{ "server", get_server, FIELD_BOTH, false, false },
	{ "flow_id", get_id, FIELD_BOTH, false, false },
	{ "then", get_then, FIELD_BOTH, false, false },
	{ "now", get_now, FIELD_BOTH, false, false },
	{ "score_then", get_score_then, FIELD_DATA, true, false },
	{ "score_now", get_score_now, FIELD_DATA, true, false },
	{ "differs", get_differs, FIELD_BOTH, false, true },
};

const struct row_kind replay_rows = { "flows", "flow", fields,
	sizeof(fields) / sizeof(fields[0]), NULL };
