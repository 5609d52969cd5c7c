#include "report/summary.h"

#include <string.h>

#include "report/datum.h"

/* The front page as JSON; docs/schema/report.json describes it. */

static void
put_cell(struct json *json, const char *key, const struct store_cell *cell)
{
	json_key(json, key);
	json_object(json);
	json_put_u64(json, "flows", cell->flows);
	json_put_u64(json, "clients", cell->clients);
	json_put_u64(json, "packets", cell->packets);
	json_put_u64(json, "bytes", cell->bytes);
	json_object_end(json);
}

static void
put_event(struct json *json, const struct summary_event *event)
{
	json_object(json);
	json_put_text(json, "subject", event->subject);
	json_put_text(json, "text", event->text);
	json_put_u64(json, "times", event->times);
	json_put_u64(json, "count", event->count);
	json_put_u64(json, "bytes", event->bytes);
	json_object_end(json);
}

/* Events of one kind as an array. */
static void
put_events(struct json *json, const char *key, const struct summary *summary,
    int kind)
{
	size_t i;

	json_key(json, key);
	json_array(json);
	for (i = 0; i < summary->event_count; i++)
		if (summary->event[i].kind == kind)
			put_event(json, &summary->event[i]);
	json_array_end(json);
}

static void
put_watched(struct json *json, const struct summary *summary)
{
	size_t i;

	json_key(json, "watched");
	json_object(json);
	put_cell(json, "all", &summary->now.all);
	json_key(json, "sensors");
	json_array(json);
	for (i = 0; i < summary->now.sensor_count; i++) {
		json_object(json);
		json_put_text(json, "sensor", summary->now.sensor[i].key);
		json_put_u64(json, "flows", summary->now.sensor[i].flows);
		json_object_end(json);
	}
	json_array_end(json);
	put_events(json, "captures", summary, FS_EVENT_CAPTURE);
	json_object_end(json);
}

static void
put_missed(struct json *json, const struct summary *summary)
{
	int why;

	json_key(json, "missed");
	json_object(json);
	put_events(json, "drops", summary, FS_EVENT_DROP);
	put_events(json, "gaps", summary, FS_EVENT_GAP);
	put_events(json, "damage", summary, FS_EVENT_DAMAGE);
	put_events(json, "evictions", summary, FS_EVENT_EVICT);
	put_cell(json, "unjudged", &summary->now.unjudged);
	json_key(json, "unjudged_because");
	json_array(json);
	for (why = 0; why < STORE_WHY_COUNT; why++) {
		if (summary->now.why[why] == 0)
			continue;
		json_object(json);
		json_put_text(json, "why", summary_why(why));
		json_put_u64(json, "flows", summary->now.why[why]);
		json_object_end(json);
	}
	json_array_end(json);
	json_object_end(json);
}

static void
put_stale_lists(struct json *json, const struct summary *summary)
{
	const struct summary_event *event;
	size_t i;

	json_key(json, "stale_lists");
	json_array(json);
	for (i = 0; i < summary->event_count; i++) {
		event = &summary->event[i];
		if (event->kind == FS_EVENT_LOAD &&
		    strncmp(event->subject, "list ", 5) == 0)
			json_bytes(json, event->text, strlen(event->text));
	}
	json_array_end(json);
}

static void
put_rests_on(struct json *json, const struct summary *summary)
{
	const struct fs_generation *generation = &summary->generation;

	json_key(json, "rests_on");
	if (!summary->has_generation) {
		json_null(json);
		return;
	}
	json_object(json);
	json_put_u64(json, "generation", generation->id);
	json_put_text(json, "version", generation->version);
	json_put_text(json, "rules", generation->rules_digest);
	json_put_time(json, "rules_loaded", generation->time_us);
	json_put_text(json, "geo", generation->geo_digest);
	json_put_text(json, "floors", generation->floors_digest);
	if (generation->geo_built_s > 0)
		json_put_time(json, "geo_built",
		    generation->geo_built_s * 1000000);
	put_stale_lists(json, summary);
	if (summary_refused(summary))
		json_put_text(json, "rules_refused", summary_refused(summary));
	json_object_end(json);
}

static void
put_traffic(struct json *json, const struct summary *summary)
{
	struct summary_class line;
	int kind, i;

	json_key(json, "traffic");
	json_array(json);
	for (kind = 0; kind < FS_CLASS_COUNT; kind++) {
		summary_class_line(summary, kind, &line);
		if (line.sum.flows == 0 && line.sum.clients == 0)
			continue;
		json_object(json);
		json_put_text(json, "class", fs_class_name(kind));
		put_cell(json, "all", &line.sum);
		for (i = 0; i < 3; i++)
			put_cell(json, fs_decision_name(i), &line.decision[i]);
		json_object_end(json);
	}
	json_array_end(json);
}

static void
put_protocols(struct json *json, const struct summary *summary)
{
	size_t i;

	json_key(json, "protocols");
	json_array(json);
	for (i = 0; i < summary->now.protocol_count; i++) {
		json_object(json);
		json_put_text(json, "protocol",
		    summary->now.protocol[i].key[0] != '\0'
			? summary->now.protocol[i].key
			: "unknown");
		json_put_u64(json, "flows", summary->now.protocol[i].flows);
		json_put_u64(json, "bytes", summary->now.protocol[i].bytes);
		json_object_end(json);
	}
	json_array_end(json);
}

/* The lines of a text as an array. */
static void
put_lines(struct json *json, const char *key, const char *text)
{
	size_t size;

	json_key(json, key);
	json_array(json);
	for (; *text != '\0'; text += size) {
		size = strcspn(text, "\n");
		json_bytes(json, text, size);
		if (text[size] == '\n')
			size++;
	}
	json_array_end(json);
}

static void
put_value(struct json *json, const char *key, const struct datum *datum)
{
	json_key(json, key);
	datum_json(datum, json);
}

static void
put_place(struct json *json, const struct signals *signals)
{
	static const struct {
		const char *key;
		enum signal_id id;
	} parts[] = {
		{ "city", SIGNAL_CLIENT_CITY },
		{ "country", SIGNAL_CLIENT_COUNTRY },
		{ "asn", SIGNAL_CLIENT_ASN },
		{ "as_name", SIGNAL_CLIENT_AS_NAME },
	};
	struct datum datum;
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		datum_signal(&datum, signals, parts[i].id);
		put_value(json, parts[i].key, &datum);
	}
}

static void
put_client(struct json *json, const struct summary_client *client)
{
	const struct fs_client *row = &client->row.client;
	struct datum datum;

	json_object(json);
	datum_addr(&datum, &row->addr);
	put_value(json, "client_ip", &datum);
	json_put_u64(json, "client_bits", row->bits);
	put_place(json, &client->row.signals);
	json_put_text(json, "verdict", fs_decision_name(row->verdict.decision));
	json_put_text(json, "class", fs_class_name(row->verdict.class));
	json_put_text(json, "protocol",
	    row->verdict.protocol[0] ? row->verdict.protocol : "unknown");
	json_key(json, "score");
	json_ppm(json, row->verdict.score_ppm);
	json_put_text(json, "view", fs_view_name(row->verdict.view));
	json_put_u64(json, "flows", row->flows);
	json_put_time(json, "first_seen", row->first_us);
	json_put_time(json, "last_seen", row->last_us);
	json_key(json, "new");
	json_bool(json, client->is_new);
	json_key(json, "label");
	datum_label(&datum, client->label);
	datum_json(&datum, json);
	json_key(json, "evidence");
	datum_json_evidence(row->evidence, row->evidence_count, json);
	put_lines(json, "benign", client->benign);
	json_object_end(json);
}

static void
put_suspects(struct json *json, const struct summary *summary)
{
	size_t i;

	json_key(json, "clients");
	json_array(json);
	for (i = 0; i < summary->client_count; i++)
		put_client(json, &summary->client[i]);
	json_array_end(json);
	json_put_u64(json, "clients_in_all", summary->suspects);
	json_key(json, "before");
	if (!summary->has_before) {
		json_null(json);
		return;
	}
	json_object(json);
	put_cell(json, "all", &summary->before.all);
	json_put_time(json, "since", summary->before_since_us);
	json_put_time(json, "until", summary->before_until_us);
	json_put_u64(json, "new_clients", summary->new_suspects);
	summary_put_changes(summary, json);
	json_object_end(json);
}

void
summary_json(const struct summary *summary, struct json *json)
{
	json_object(json);
	json_put_u64(json, "schema", 1);
	if (!summary->empty) {
		json_put_time(json, "since", summary->since_us);
		json_put_time(json, "until", summary->until_us);
	}
	put_watched(json, summary);
	put_missed(json, summary);
	put_rests_on(json, summary);
	put_traffic(json, summary);
	put_protocols(json, summary);
	summary_put_shares(summary, json);
	put_suspects(json, summary);
	summary_put_said(summary, json);
	json_object_end(json);
}
