/* Lines in the Open Cybersecurity Schema, version 1.3 (schema.ocsf.io): flows
 * are Network Activity (4001), clients Detection Findings (2004). What it has
 * no attribute for stands below "unmapped". */
#include <stdio.h>

#include "report/community.h"
#include "report/export.h"

enum {
	NETWORK = 4,
	NETWORK_ACTIVITY = 4001,
	TRAFFIC = 6,
	FINDINGS = 2,
	DETECTION_FINDING = 2004,
	CREATE = 1,
	UID_SIZE = 17,
};

/* Informational, medium, high. */
static unsigned
severity(const struct fs_verdict *verdict)
{
	static const unsigned levels[] = { 1, 3, 4 };

	return levels[verdict->decision];
}

static void
put_head(struct json *json, unsigned category, unsigned class,
    unsigned activity, const struct fs_verdict *verdict)
{
	json_put_u64(json, "category_uid", category);
	json_put_u64(json, "class_uid", class);
	json_put_u64(json, "activity_id", activity);
	json_put_u64(json, "type_uid", (uint64_t) class * 100 + activity);
	json_put_u64(json, "severity_id", severity(verdict));
}

/* Milliseconds since 1970, as its timestamp_t has them. */
static void
put_times(struct json *json, uint64_t first_us, uint64_t last_us)
{
	json_put_u64(json, "time", last_us / 1000);
	json_put_u64(json, "start_time", first_us / 1000);
	json_put_u64(json, "end_time", last_us / 1000);
}

static void
put_metadata(struct json *json, const char *uid, const char *sensor)
{
	json_key(json, "metadata");
	json_object(json);
	json_put_text(json, "version", "1.3.0");
	if (uid != NULL)
		json_put_text(json, "uid", uid);
	json_put_text(json, "log_provider", sensor);
	json_key(json, "product");
	json_object(json);
	json_put_text(json, "name", "flowscan");
	json_put_text(json, "vendor_name", "flowscan");
	json_put_text(json, "version", fs_version());
	json_object_end(json);
	json_object_end(json);
}

static void
put_place(struct json *json, const struct signals *signals)
{
	uint64_t asn;

	if (signals_known(signals, SIGNAL_CLIENT_COUNTRY)) {
		json_key(json, "location");
		json_object(json);
		export_signal(json, "country", signals, SIGNAL_CLIENT_COUNTRY);
		export_signal(json, "city", signals, SIGNAL_CLIENT_CITY);
		json_object_end(json);
	}
	if (!export_number(signals, SIGNAL_CLIENT_ASN, &asn))
		return;
	json_key(json, "autonomous_system");
	json_object(json);
	json_put_u64(json, "number", asn);
	export_signal(json, "name", signals, SIGNAL_CLIENT_AS_NAME);
	json_object_end(json);
}

static void
put_client(struct json *json, const struct fs_addr *addr, int32_t port,
    const struct signals *signals)
{
	json_key(json, "src_endpoint");
	json_object(json);
	export_addr(json, "ip", addr);
	export_port(json, "port", port);
	put_place(json, signals);
	json_object_end(json);
}

static void
put_connection(struct json *json, const struct store_flow *row)
{
	const struct fs_observation *flow = &row->flow;
	char room[8], id[COMMUNITY_ID_SIZE];

	community_of(row, id);
	json_key(json, "connection_info");
	json_object(json);
	json_put_u64(json, "direction_id", 1); /* Inbound. */
	json_put_text(json, "protocol_name",
	    fs_transport_name(flow->ip_proto, room));
	json_put_u64(json, "protocol_num", flow->ip_proto);
	if (id[0] != '\0')
		json_put_text(json, "community_uid", id);
	json_object_end(json);
	json_key(json, "traffic");
	json_object(json);
	json_put_u64(json, "bytes", flow->bytes[0] + flow->bytes[1]);
	json_put_u64(json, "bytes_out", flow->bytes[0]);
	json_put_u64(json, "bytes_in", flow->bytes[1]);
	json_put_u64(json, "packets", flow->packets[0] + flow->packets[1]);
	json_put_u64(json, "packets_out", flow->packets[0]);
	json_put_u64(json, "packets_in", flow->packets[1]);
	json_object_end(json);
}

static void
put_unmapped(struct json *json, const struct fs_verdict *verdict,
    const struct fs_evidence *evidence, uint32_t count,
    const struct signals *signals)
{
	json_key(json, "unmapped");
	json_object(json);
	export_verdict(json, verdict, evidence, count, signals);
	json_object_end(json);
}

static void
ocsf_flow(struct json *json, const struct store_flow *row)
{
	const struct fs_observation *flow = &row->flow;
	char uid[UID_SIZE];

	(void)snprintf(uid, sizeof(uid), "%016llx",
	    (unsigned long long)flow->flow_id);
	json_object(json);
	put_head(json, NETWORK, NETWORK_ACTIVITY, TRAFFIC, &flow->verdict);
	put_times(json, flow->first_us, flow->last_us);
	put_metadata(json, uid, flow->sensor);
	json_put_text(json, "message",
	    export_reason(flow->evidence, flow->evidence_count));
	put_client(json, &flow->client, flow->client_port, &row->signals);
	json_key(json, "dst_endpoint");
	json_object(json);
	export_addr(json, "ip", &flow->server);
	export_port(json, "port", flow->server_port);
	export_signal(json, "hostname", &row->signals, SIGNAL_TLS_SNI);
	json_object_end(json);
	put_connection(json, row);
	put_unmapped(json, &flow->verdict, flow->evidence, flow->evidence_count,
	    &row->signals);
	json_object_end(json);
}

static void
put_finding(struct json *json, const struct fs_client *client)
{
	char name[EXPORT_CLIENT_SIZE];

	export_client(client, name);
	json_key(json, "finding_info");
	json_object(json);
	json_put_text(json, "uid", name);
	json_put_text(json, "title", fs_class_name(client->verdict.class));
	json_put_text(json, "desc",
	    export_reason(client->evidence, client->evidence_count));
	json_put_u64(json, "first_seen_time", client->first_us / 1000);
	json_put_u64(json, "last_seen_time", client->last_us / 1000);
	json_object_end(json);
}

static void
ocsf_client(struct json *json, const struct store_client *row)
{
	const struct fs_client *client = &row->client;

	json_object(json);
	put_head(json, FINDINGS, DETECTION_FINDING, CREATE, &client->verdict);
	put_times(json, client->first_us, client->last_us);
	put_metadata(json, NULL, client->sensor);
	put_finding(json, client);
	json_put_u64(json, "confidence_score",
	    (uint64_t)client->verdict.score_ppm / 10000);
	json_key(json, "evidences");
	json_array(json);
	json_object(json);
	put_client(json, &client->addr, -1, &row->signals);
	json_object_end(json);
	json_array_end(json);
	put_unmapped(json, &client->verdict, client->evidence,
	    client->evidence_count, &row->signals);
	json_object_end(json);
}

const struct export_shape export_ocsf = { "ocsf", ocsf_flow, ocsf_client, NULL,
	NULL };
