#include "report/fields.h"

#include <stdio.h>

#include "base/addr.h"

/* The fields of a client. */

static const struct fs_client *
client_of(const void *row)
{
	const struct marked_client *marked = row;

	return &marked->client->client;
}

static const struct signals *
signals_of(const void *row)
{
	const struct marked_client *marked = row;

	return &marked->client->signals;
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

/* An IPv6 client is a network. */
static void
get_client(const void *row, struct datum *datum)
{
	const struct fs_client *client = client_of(row);
	char text[ADDR_TEXT_SIZE + 8], ip[ADDR_TEXT_SIZE];

	addr_format(&client->addr, ip);
	if (client->bits < (client->addr.family == 4 ? 32 : 128))
		snprintf(text, sizeof(text), "%s/%u", ip, client->bits);
	else
		snprintf(text, sizeof(text), "%s", ip);
	datum_text(datum, text);
}

static void
get_client_ip(const void *row, struct datum *datum)
{
	datum_addr(datum, &client_of(row)->addr);
}

static void
get_client_bits(const void *row, struct datum *datum)
{
	datum_count(datum, client_of(row)->bits);
}

static void
get_verdict(const void *row, struct datum *datum)
{
	datum_decision(datum, client_of(row)->verdict.decision);
}

static void
get_class(const void *row, struct datum *datum)
{
	datum_text(datum, fs_class_name(client_of(row)->verdict.class));
}

static void
get_protocol(const void *row, struct datum *datum)
{
	const char *protocol = client_of(row)->verdict.protocol;

	datum_text(datum, protocol[0] != '\0' ? protocol : "unknown");
}

static void
get_score(const void *row, struct datum *datum)
{
	datum_share(datum, client_of(row)->verdict.score_ppm);
}

static void
get_view(const void *row, struct datum *datum)
{
	datum_text(datum, fs_view_name(client_of(row)->verdict.view));
}

static void
get_coverage(const void *row, struct datum *datum)
{
	datum_text(datum, fs_coverage_name(client_of(row)->verdict.coverage));
}

static void
get_flows(const void *row, struct datum *datum)
{
	datum_count(datum, client_of(row)->flows);
}

static void
get_flows_all(const void *row, struct datum *datum)
{
	datum_count(datum, client_of(row)->flows_all);
}

static void
get_bytes(const void *row, struct datum *datum)
{
	datum_count(datum, client_of(row)->bytes);
}

static void
get_first_seen(const void *row, struct datum *datum)
{
	datum_time(datum, client_of(row)->first_us);
}

static void
get_last_seen(const void *row, struct datum *datum)
{
	datum_time(datum, client_of(row)->last_us);
}

static void
get_sensor(const void *row, struct datum *datum)
{
	datum_text(datum, client_of(row)->sensor);
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
get_prior(const void *row, struct datum *datum)
{
	datum_number(datum, client_of(row)->verdict.prior);
}

static void
get_log_odds(const void *row, struct datum *datum)
{
	datum_number(datum, client_of(row)->verdict.log_odds);
}

static void
get_rev(const void *row, struct datum *datum)
{
	datum_count(datum, client_of(row)->rev);
}

static void
get_generation(const void *row, struct datum *datum)
{
	datum_count(datum, client_of(row)->generation);
}

static void
get_evidence(const void *row, struct datum *datum)
{
	datum_evidence(datum, client_of(row)->evidence,
	    client_of(row)->evidence_count);
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
	const struct fs_client *client = client_of(row);
	uint32_t i;

	datum_none(datum);
	for (i = 0; i < client->evidence_count; i++) {
		if (client->evidence[i].shadow)
			continue;
		datum_text(datum, client->evidence[i].text);
		return;
	}
}

static void
get_label(const void *row, struct datum *datum)
{
	const struct marked_client *marked = row;

	datum_label(datum, marked->label);
}

static void
get_suppressed(const void *row, struct datum *datum)
{
	const struct marked_client *marked = row;

	datum_suppressed(datum, marked->suppressed);
}

static void
get_said(const void *row, struct datum *datum)
{
	const struct marked_client *marked = row;

	datum_said(datum, marked->label, marked->suppressed);
}

static const struct field client_fields[] = {
	{ "client_ip", get_client_ip, FIELD_DATA, false, false },
	{ "client_bits", get_client_bits, FIELD_DATA, true, false },
	{ "client", get_client, FIELD_TABLE, false, false },
	{ "verdict", get_verdict, FIELD_BOTH, false, false },
	{ "class", get_class, FIELD_BOTH, false, false },
	{ "protocol", get_protocol, FIELD_BOTH, false, false },
	{ "score", get_score, FIELD_BOTH, true, false },
	{ "view", get_view, FIELD_DATA, false, false },
	{ "coverage", get_coverage, FIELD_DATA, false, false },
	{ "flows", get_flows, FIELD_BOTH, true, false },
	{ "flows_all", get_flows_all, FIELD_DATA, true, false },
	{ "bytes", get_bytes, FIELD_DATA, true, false },
	{ "first_seen", get_first_seen, FIELD_DATA, false, false },
	{ "last_seen", get_last_seen, FIELD_DATA, false, false },
	{ "sensor", get_sensor, FIELD_DATA, false, false },
	{ "country", get_country, FIELD_BOTH, false, false },
	{ "asn", get_asn, FIELD_BOTH, true, false },
	{ "as_name", get_as_name, FIELD_DATA, false, true },
	{ "prior", get_prior, FIELD_DATA, true, false },
	{ "log_odds", get_log_odds, FIELD_DATA, true, false },
	{ "rev", get_rev, FIELD_DATA, true, false },
	{ "generation", get_generation, FIELD_DATA, true, false },
	{ "label", get_label, FIELD_DATA, false, false },
	{ "suppressed", get_suppressed, FIELD_DATA, true, false },
	{ "evidence", get_evidence, FIELD_DATA, false, true },
	{ "signals", get_signals, FIELD_DATA, false, true },
	{ "said", get_said, FIELD_TABLE, false, false },
	{ "why", get_why, FIELD_TABLE, false, true },
};

const struct row_kind client_rows = { "clients", "client", client_fields,
	sizeof(client_fields) / sizeof(client_fields[0]), signals_of };
