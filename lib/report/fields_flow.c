#include "report/fields.h"

#include <stdio.h>

#include "base/addr.h"
#include "report/community.h"

/* The fields of a flow. */

static const struct fs_observation *
flow_of(const void *row)
{
	const struct marked_flow *marked = row;

	return &marked->flow->flow;
}

static const struct signals *
signals_of(const void *row)
{
	const struct marked_flow *marked = row;

	return &marked->flow->signals;
}

static void
port(struct datum *datum, int32_t port)
{
	datum_none(datum);
	if (port >= 0)
		datum_count(datum, (uint64_t)port);
}

static void
asn(struct datum *datum, const struct signals *signals)
{
	datum_none(datum);
	if (signals_known(signals, SIGNAL_CLIENT_ASN))
		datum_count(datum,
		    (uint64_t)(signals_milli(signals, SIGNAL_CLIENT_ASN) /
			1000));
}

/* An address with its port, "[2001:db8::1]:443/tcp", for tables. */
static void
endpoint(struct datum *datum, const struct fs_addr *addr, int32_t port,
    const char *transport)
{
	char text[ADDR_TEXT_SIZE + 24], ip[ADDR_TEXT_SIZE];
	const char *slash = transport[0] != '\0' ? "/" : "";

	addr_format(addr, ip);
	if (port < 0)
		snprintf(text, sizeof(text), "%s%s%s", ip, slash, transport);
	else
		snprintf(text, sizeof(text),
		    addr->family == 6 ? "[%s]:%d%s%s" : "%s:%d%s%s", ip, port,
		    slash, transport);
	datum_text(datum, text);
}

static void
get_client(const void *row, struct datum *datum)
{
	const struct fs_observation *flow = flow_of(row);

	endpoint(datum, &flow->client, flow->client_port, "");
}

static void
get_server(const void *row, struct datum *datum)
{
	const struct fs_observation *flow = flow_of(row);
	char room[8];

	endpoint(datum, &flow->server, flow->server_port,
	    fs_transport_name(flow->ip_proto, room));
}

static void
get_client_ip(const void *row, struct datum *datum)
{
	datum_addr(datum, &flow_of(row)->client);
}

static void
get_client_port(const void *row, struct datum *datum)
{
	port(datum, flow_of(row)->client_port);
}

static void
get_server_ip(const void *row, struct datum *datum)
{
	datum_addr(datum, &flow_of(row)->server);
}

static void
get_server_port(const void *row, struct datum *datum)
{
	port(datum, flow_of(row)->server_port);
}

static void
get_transport(const void *row, struct datum *datum)
{
	char room[8];

	datum_text(datum, fs_transport_name(flow_of(row)->ip_proto, room));
}

static void
get_verdict(const void *row, struct datum *datum)
{
	datum_decision(datum, flow_of(row)->verdict.decision);
}

static void
get_class(const void *row, struct datum *datum)
{
	datum_text(datum, fs_class_name(flow_of(row)->verdict.class));
}

static void
get_protocol(const void *row, struct datum *datum)
{
	const char *protocol = flow_of(row)->verdict.protocol;

	datum_text(datum, protocol[0] != '\0' ? protocol : "unknown");
}

static void
get_score(const void *row, struct datum *datum)
{
	datum_share(datum, flow_of(row)->verdict.score_ppm);
}

static void
get_view(const void *row, struct datum *datum)
{
	datum_text(datum, fs_view_name(flow_of(row)->verdict.view));
}

static void
get_coverage(const void *row, struct datum *datum)
{
	datum_text(datum, fs_coverage_name(flow_of(row)->verdict.coverage));
}

static void
get_flow_id(const void *row, struct datum *datum)
{
	datum_id(datum, flow_of(row)->flow_id);
}

static void
get_community_id(const void *row, struct datum *datum)
{
	char id[COMMUNITY_ID_SIZE];

	community_of(((const struct marked_flow *)row)->flow, id);
	datum_text(datum, id);
}

static void
get_parent_id(const void *row, struct datum *datum)
{
	datum_id(datum, flow_of(row)->parent_id);
}

static void
get_first_seen(const void *row, struct datum *datum)
{
	datum_time(datum, flow_of(row)->first_us);
}

static void
get_last_seen(const void *row, struct datum *datum)
{
	datum_time(datum, flow_of(row)->last_us);
}

static void
get_service(const void *row, struct datum *datum)
{
	datum_text(datum, flow_of(row)->service);
}

static void
get_sensor(const void *row, struct datum *datum)
{
	datum_text(datum, flow_of(row)->sensor);
}

static void
get_country(const void *row, struct datum *datum)
{
	datum_signal(datum, signals_of(row), SIGNAL_CLIENT_COUNTRY);
}

static void
get_asn(const void *row, struct datum *datum)
{
	asn(datum, signals_of(row));
}

static void
get_as_name(const void *row, struct datum *datum)
{
	datum_signal(datum, signals_of(row), SIGNAL_CLIENT_AS_NAME);
}

static void
get_packets_c2s(const void *row, struct datum *datum)
{
	datum_count(datum, flow_of(row)->packets[0]);
}

static void
get_packets_s2c(const void *row, struct datum *datum)
{
	datum_count(datum, flow_of(row)->packets[1]);
}

static void
get_bytes_c2s(const void *row, struct datum *datum)
{
	datum_count(datum, flow_of(row)->bytes[0]);
}

static void
get_bytes_s2c(const void *row, struct datum *datum)
{
	datum_count(datum, flow_of(row)->bytes[1]);
}

static void
get_prior(const void *row, struct datum *datum)
{
	datum_number(datum, flow_of(row)->verdict.prior);
}

static void
get_log_odds(const void *row, struct datum *datum)
{
	datum_number(datum, flow_of(row)->verdict.log_odds);
}

static void
get_rev(const void *row, struct datum *datum)
{
	datum_count(datum, flow_of(row)->rev);
}

static void
get_generation(const void *row, struct datum *datum)
{
	datum_count(datum, flow_of(row)->generation);
}

static void
get_final(const void *row, struct datum *datum)
{
	datum_flag(datum, flow_of(row)->final);
}

static void
get_evidence(const void *row, struct datum *datum)
{
	datum_evidence(datum, flow_of(row)->evidence,
	    flow_of(row)->evidence_count);
}

static void
get_signals(const void *row, struct datum *datum)
{
	datum_signals(datum, signals_of(row));
}

/* The strongest piece of evidence that counts, in its words. */
static void
get_why(const void *row, struct datum *datum)
{
	const struct fs_observation *flow = flow_of(row);
	uint32_t i;

	datum_none(datum);
	for (i = 0; i < flow->evidence_count; i++) {
		if (flow->evidence[i].shadow)
			continue;
		datum_text(datum, flow->evidence[i].text);
		return;
	}
}

static void
get_label(const void *row, struct datum *datum)
{
	const struct marked_flow *marked = row;

	datum_label(datum, marked->label);
}

static void
get_suppressed(const void *row, struct datum *datum)
{
	const struct marked_flow *marked = row;

	datum_suppressed(datum, marked->suppressed);
}

static void
get_said(const void *row, struct datum *datum)
{
	const struct marked_flow *marked = row;

	datum_said(datum, marked->label, marked->suppressed);
}

static const struct field flow_fields[] = {
	{ "client_ip", get_client_ip, FIELD_DATA, false, false },
	{ "client_port", get_client_port, FIELD_DATA, true, false },
	{ "server_ip", get_server_ip, FIELD_DATA, false, false },
	{ "server_port", get_server_port, FIELD_DATA, true, false },
	{ "transport", get_transport, FIELD_DATA, false, false },
	{ "time", get_first_seen, FIELD_TABLE, false, false },
	{ "client", get_client, FIELD_TABLE, false, false },
	{ "server", get_server, FIELD_TABLE, false, false },
	{ "verdict", get_verdict, FIELD_BOTH, false, false },
	{ "class", get_class, FIELD_BOTH, false, false },
	{ "protocol", get_protocol, FIELD_BOTH, false, false },
	{ "score", get_score, FIELD_BOTH, true, false },
	{ "view", get_view, FIELD_DATA, false, false },
	{ "coverage", get_coverage, FIELD_DATA, false, false },
	{ "flow_id", get_flow_id, FIELD_BOTH, false, false },
	{ "community_id", get_community_id, FIELD_DATA, false, false },
	{ "parent_id", get_parent_id, FIELD_DATA, false, false },
	{ "first_seen", get_first_seen, FIELD_DATA, false, false },
	{ "last_seen", get_last_seen, FIELD_DATA, false, false },
	{ "service", get_service, FIELD_DATA, false, false },
	{ "sensor", get_sensor, FIELD_DATA, false, false },
	{ "country", get_country, FIELD_DATA, false, false },
	{ "asn", get_asn, FIELD_DATA, true, false },
	{ "as_name", get_as_name, FIELD_DATA, false, true },
	{ "packets_c2s", get_packets_c2s, FIELD_DATA, true, false },
	{ "packets_s2c", get_packets_s2c, FIELD_DATA, true, false },
	{ "bytes_c2s", get_bytes_c2s, FIELD_DATA, true, false },
	{ "bytes_s2c", get_bytes_s2c, FIELD_DATA, true, false },
	{ "prior", get_prior, FIELD_DATA, true, false },
	{ "log_odds", get_log_odds, FIELD_DATA, true, false },
	{ "rev", get_rev, FIELD_DATA, true, false },
	{ "generation", get_generation, FIELD_DATA, true, false },
	{ "final", get_final, FIELD_DATA, false, false },
	{ "label", get_label, FIELD_DATA, false, false },
	{ "suppressed", get_suppressed, FIELD_DATA, true, false },
	{ "evidence", get_evidence, FIELD_DATA, false, true },
	{ "signals", get_signals, FIELD_DATA, false, true },
	{ "said", get_said, FIELD_TABLE, false, false },
	{ "why", get_why, FIELD_TABLE, false, true },
};

const struct row_kind flow_rows = { "flows", "flow", flow_fields,
	sizeof(flow_fields) / sizeof(flow_fields[0]), signals_of };
