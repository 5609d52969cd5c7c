/* Lines in the Elastic Common Schema, version 8.11
 * (www.elastic.co/guide/en/ecs): what it has no field for stands below
 * "flowscan". */
#include <stdio.h>

#include "report/community.h"
#include "report/export.h"

enum { ID_SIZE = 17 };

static void
put_event(struct json *json, const char *id, const struct fs_verdict *verdict,
    uint64_t first_us, uint64_t last_us)
{
	bool alert = verdict->decision != FS_CLEAN;

	json_put_time(json, "@timestamp", last_us);
	json_key(json, "ecs");
	json_object(json);
	json_put_text(json, "version", "8.11.0");
	json_object_end(json);
	json_key(json, "event");
	json_object(json);
	json_put_text(json, "kind", alert ? "alert" : "event");
	json_key(json, "category");
	json_array(json);
	json_text(json, "network");
	json_array_end(json);
	json_key(json, "type");
	json_array(json);
	json_text(json, "connection");
	json_array_end(json);
	json_put_text(json, "module", "flowscan");
	if (id != NULL)
		json_put_text(json, "id", id);
	json_put_time(json, "start", first_us);
	json_put_time(json, "end", last_us);
	/* Nanoseconds. */
	json_put_u64(json, "duration",
	    last_us > first_us ? (last_us - first_us) * 1000 : 0);
	export_percent(json, "risk_score", verdict->score_ppm);
	json_object_end(json);
}

static void
put_place(struct json *json, const struct signals *signals)
{
	uint64_t asn;

	if (signals_known(signals, SIGNAL_CLIENT_COUNTRY)) {
		json_key(json, "geo");
		json_object(json);
		export_signal(json, "country_iso_code", signals,
		    SIGNAL_CLIENT_COUNTRY);
		export_signal(json, "city_name", signals, SIGNAL_CLIENT_CITY);
		json_object_end(json);
	}
	if (!export_number(signals, SIGNAL_CLIENT_ASN, &asn))
		return;
	json_key(json, "as");
	json_object(json);
	json_put_u64(json, "number", asn);
	if (signals_known(signals, SIGNAL_CLIENT_AS_NAME)) {
		json_key(json, "organization");
		json_object(json);
		export_signal(json, "name", signals, SIGNAL_CLIENT_AS_NAME);
		json_object_end(json);
	}
	json_object_end(json);
}

static void
put_observer(struct json *json, const char *sensor)
{
	json_key(json, "observer");
	json_object(json);
	json_put_text(json, "name", sensor);
	json_put_text(json, "product", "flowscan");
	json_put_text(json, "type", "sensor");
	json_put_text(json, "version", fs_version());
	json_object_end(json);
}

static void
put_message(struct json *json, const struct fs_evidence *evidence,
    uint32_t count)
{
	const char *reason = export_reason(evidence, count);

	if (reason[0] != '\0')
		json_put_text(json, "message", reason);
}

/* The rules that matched, as arrays side by side. */
static void
put_rules(struct json *json, const struct fs_evidence *evidence, uint32_t count)
{
	uint32_t i;

	if (count == 0)
		return;
	json_key(json, "rule");
	json_object(json);
	json_key(json, "name");
	json_array(json);
	for (i = 0; i < count; i++)
		json_text(json, evidence[i].rule);
	json_array_end(json);
	json_key(json, "category");
	json_array(json);
	for (i = 0; i < count; i++)
		json_text(json, evidence[i].family);
	json_array_end(json);
	json_object_end(json);
}

static void
put_network(struct json *json, const struct store_flow *row)
{
	const struct fs_observation *flow = &row->flow;
	char room[8], id[COMMUNITY_ID_SIZE];

	community_of(row, id);
	json_key(json, "network");
	json_object(json);
	json_put_text(json, "transport",
	    fs_transport_name(flow->ip_proto, room));
	json_put_text(json, "type", flow->client.family == 6 ? "ipv6" : "ipv4");
	json_put_text(json, "protocol",
	    flow->verdict.protocol[0] ? flow->verdict.protocol : "unknown");
	json_put_u64(json, "bytes", flow->bytes[0] + flow->bytes[1]);
	json_put_u64(json, "packets", flow->packets[0] + flow->packets[1]);
	if (id[0] != '\0')
		json_put_text(json, "community_id", id);
	json_object_end(json);
}

static void
put_sides(struct json *json, const struct store_flow *row)
{
	const struct fs_observation *flow = &row->flow;

	json_key(json, "source");
	json_object(json);
	export_addr(json, "ip", &flow->client);
	export_port(json, "port", flow->client_port);
	json_put_u64(json, "bytes", flow->bytes[0]);
	json_put_u64(json, "packets", flow->packets[0]);
	put_place(json, &row->signals);
	json_object_end(json);
	json_key(json, "destination");
	json_object(json);
	export_addr(json, "ip", &flow->server);
	export_port(json, "port", flow->server_port);
	json_put_u64(json, "bytes", flow->bytes[1]);
	json_put_u64(json, "packets", flow->packets[1]);
	json_object_end(json);
}

static void
put_tls(struct json *json, const struct signals *signals)
{
	if (!signals_known(signals, SIGNAL_TLS_SNI))
		return;
	json_key(json, "tls");
	json_object(json);
	json_key(json, "client");
	json_object(json);
	export_signal(json, "server_name", signals, SIGNAL_TLS_SNI);
	json_object_end(json);
	json_object_end(json);
}

static void
ecs_flow(struct json *json, const struct store_flow *row)
{
	const struct fs_observation *flow = &row->flow;
	char id[ID_SIZE];

	(void)snprintf(id, sizeof(id), "%016llx",
	    (unsigned long long)flow->flow_id);
	json_object(json);
	put_event(json, id, &flow->verdict, flow->first_us, flow->last_us);
	put_message(json, flow->evidence, flow->evidence_count);
	put_sides(json, row);
	put_network(json, row);
	put_tls(json, &row->signals);
	put_observer(json, flow->sensor);
	put_rules(json, flow->evidence, flow->evidence_count);
	export_verdict(json, &flow->verdict, flow->evidence,
	    flow->evidence_count, &row->signals);
	json_object_end(json);
}

static void
ecs_client(struct json *json, const struct store_client *row)
{
	const struct fs_client *client = &row->client;

	json_object(json);
	put_event(json, NULL, &client->verdict, client->first_us,
	    client->last_us);
	put_message(json, client->evidence, client->evidence_count);
	json_key(json, "source");
	json_object(json);
	export_addr(json, "ip", &client->addr);
	put_place(json, &row->signals);
	json_object_end(json);
	put_observer(json, client->sensor);
	put_rules(json, client->evidence, client->evidence_count);
	export_verdict(json, &client->verdict, client->evidence,
	    client->evidence_count, &row->signals);
	json_object_end(json);
}

const struct export_shape export_ecs = { "ecs", ecs_flow, ecs_client, NULL,
	NULL };
