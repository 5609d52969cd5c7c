/* Lines as Suricata's EVE has them (docs.suricata.io, "EVE JSON format"): a
 * flow is an event "flow", and with a verdict above clean an "alert". */
#include <ctype.h>

#include "report/community.h"
#include "report/export.h"

/* Suricata's: 1 is the highest. */
static unsigned
severity(const struct fs_verdict *verdict)
{
	return verdict->decision == FS_ANOMALOUS ? 1 : 2;
}

static void
put_alert(struct json *json, const struct fs_verdict *verdict,
    const struct fs_evidence *evidence, uint32_t count)
{
	if (verdict->decision == FS_CLEAN)
		return;
	json_key(json, "alert");
	json_object(json);
	json_put_text(json, "action", "allowed");
	json_put_text(json, "signature", export_reason(evidence, count));
	json_put_text(json, "category", fs_class_name(verdict->class));
	json_put_u64(json, "severity", severity(verdict));
	json_object_end(json);
}

/* Suricata's names are in upper case. */
static void
put_transport(struct json *json, int ip_proto)
{
	char room[8], upper[8];
	const char *name = fs_transport_name(ip_proto, room);
	size_t i;

	for (i = 0; name[i] != '\0' && i + 1 < sizeof(upper); i++)
		upper[i] = (char)toupper((unsigned char)name[i]);
	upper[i] = '\0';
	json_put_text(json, "proto", upper);
}

static void
put_flow(struct json *json, const struct fs_observation *flow)
{
	json_key(json, "flow");
	json_object(json);
	json_put_u64(json, "pkts_toserver", flow->packets[0]);
	json_put_u64(json, "pkts_toclient", flow->packets[1]);
	json_put_u64(json, "bytes_toserver", flow->bytes[0]);
	json_put_u64(json, "bytes_toclient", flow->bytes[1]);
	json_put_time(json, "start", flow->first_us);
	json_put_time(json, "end", flow->last_us);
	json_object_end(json);
}

static void
put_tls(struct json *json, const struct signals *signals)
{
	if (!signals_known(signals, SIGNAL_TLS_SNI) &&
	    !signals_known(signals, SIGNAL_TLS_JA4))
		return;
	json_key(json, "tls");
	json_object(json);
	export_signal(json, "sni", signals, SIGNAL_TLS_SNI);
	export_signal(json, "ja4", signals, SIGNAL_TLS_JA4);
	json_object_end(json);
}

static void
eve_flow(struct json *json, const struct store_flow *row)
{
	const struct fs_observation *flow = &row->flow;
	char id[COMMUNITY_ID_SIZE];

	community_of(row, id);
	json_object(json);
	json_put_time(json, "timestamp", flow->last_us);
	/* As a number in EVE; ours has 64 bits, JSON's readers keep 53. */
	json_put_u64(json, "flow_id", flow->flow_id >> 11);
	json_put_text(json, "event_type",
	    flow->verdict.decision == FS_CLEAN ? "flow" : "alert");
	json_put_text(json, "host", flow->sensor);
	export_addr(json, "src_ip", &flow->client);
	export_port(json, "src_port", flow->client_port);
	export_addr(json, "dest_ip", &flow->server);
	export_port(json, "dest_port", flow->server_port);
	put_transport(json, flow->ip_proto);
	if (id[0] != '\0')
		json_put_text(json, "community_id", id);
	put_alert(json, &flow->verdict, flow->evidence, flow->evidence_count);
	put_flow(json, flow);
	put_tls(json, &row->signals);
	export_verdict(json, &flow->verdict, flow->evidence,
	    flow->evidence_count, &row->signals);
	json_object_end(json);
}

/* EVE knows no hosts: the client is the source of an event of our own. */
static void
eve_client(struct json *json, const struct store_client *row)
{
	const struct fs_client *client = &row->client;

	json_object(json);
	json_put_time(json, "timestamp", client->last_us);
	json_put_text(json, "event_type",
	    client->verdict.decision == FS_CLEAN ? "client" : "alert");
	json_put_text(json, "host", client->sensor);
	export_addr(json, "src_ip", &client->addr);
	put_alert(json, &client->verdict, client->evidence,
	    client->evidence_count);
	export_verdict(json, &client->verdict, client->evidence,
	    client->evidence_count, &row->signals);
	json_object_end(json);
}

const struct export_shape export_eve = { "eve", eve_flow, eve_client, NULL,
	NULL };
