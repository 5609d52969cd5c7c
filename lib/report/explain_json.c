#include <string.h>

#include "report/explain.h"
#include "report/fields.h"

/* The explanation as JSON; docs/schema/explain.json describes it. */

static void
put_sum(struct json *json, const struct explain *explain)
{
	json_key(json, "sum");
	json_object(json);
	json_key(json, "prior");
	json_milli(json, explain->verdict->prior);
	json_key(json, "evidence");
	datum_json_evidence(explain->evidence, explain->evidence_count, json);
	json_key(json, "rest");
	json_milli(json, explain->rest_milli);
	json_key(json, "log_odds");
	json_milli(json, explain->verdict->log_odds);
	json_key(json, "score");
	json_ppm(json, explain->verdict->score_ppm);
	json_object_end(json);
}

static void
put_measured(struct json *json, const struct explain *explain)
{
	const struct explain_measured *line;
	size_t i;

	json_key(json, "measured");
	json_array(json);
	for (i = 0; i < explain->measured_count; i++) {
		line = &explain->measured[i];
		json_object(json);
		json_put_text(json, "what", line->what);
		json_put_text(json, "expected", line->expected);
		json_key(json, "measured_ms");
		json_milli(json, line->measured_milli);
		json_key(json, "expected_ms");
		json_milli(json, line->expected_milli);
		json_key(json, "gap_ms");
		json_milli(json, line->gap_milli);
		json_object_end(json);
	}
	json_array_end(json);
}

static void
put_unknown(struct json *json, const struct explain *explain)
{
	size_t i;

	json_key(json, "unknown");
	json_array(json);
	for (i = 0; i < explain->unknown_count; i++) {
		json_object(json);
		json_put_text(json, "what", explain->unknown[i].what);
		json_put_text(json, "why", explain->unknown[i].why);
		json_object_end(json);
	}
	json_array_end(json);
}

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
put_rules(struct json *json, const struct explain *explain)
{
	const struct store_rule *rule;
	uint32_t i;

	json_key(json, "rules");
	json_array(json);
	for (i = 0; i < explain->evidence_count; i++) {
		rule = &explain->rule[i];
		if (rule->name[0] == '\0')
			continue;
		json_object(json);
		json_put_text(json, "rule", rule->name);
		json_put_text(json, "desc", rule->desc);
		json_put_text(json, "condition", rule->condition);
		put_lines(json, "benign", rule->benign);
		put_lines(json, "references", rule->references);
		json_put_text(json, "file", rule->file);
		json_put_u64(json, "line", rule->line);
		json_object_end(json);
	}
	json_array_end(json);
}

static void
put_flows(struct json *json, const struct explain *explain)
{
	size_t i;

	if (!explain->is_client)
		return;
	json_key(json, "flows");
	json_array(json);
	for (i = 0; i < explain->related_count; i++)
		rows_put_fields(json, &flow_rows, &explain->marked_related[i]);
	json_array_end(json);
	json_put_u64(json, "flows_in_all", explain->related_in_all);
}

static void
put_rests_on(struct json *json, const struct explain *explain)
{
	const struct fs_generation *generation = &explain->generation;

	json_key(json, "rests_on");
	if (!explain->has_generation) {
		json_null(json);
		return;
	}
	json_object(json);
	json_put_u64(json, "generation", generation->id);
	json_put_text(json, "version", generation->version);
	json_put_text(json, "rules", generation->rules_digest);
	json_put_text(json, "geo", generation->geo_digest);
	json_put_text(json, "floors", generation->floors_digest);
	json_object_end(json);
}

void
explain_json(const struct explain *explain, const struct fs_out *out,
    struct json *json)
{
	json_object(json);
	json_put_u64(json, "schema", 1);
	json_put_text(json, "kind", explain->is_client ? "client" : "flow");
	json_key(json, "subject");
	if (explain->is_client)
		rows_put_fields(json, &client_rows, &explain->marked_client);
	else
		rows_put_fields(json, &flow_rows, &explain->marked_flow);
	put_measured(json, explain);
	explain_put_times(json, explain);
	explain_put_reach(json, explain);
	explain_put_sensors(json, explain);
	put_sum(json, explain);
	put_unknown(json, explain);
	put_rules(json, explain);
	put_flows(json, explain);
	explain_put_similar(json, explain);
	put_rests_on(json, explain);
	json_put_text(json, "command",
	    out->command != NULL ? out->command : "");
	json_object_end(json);
}
