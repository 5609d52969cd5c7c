#include "status.h"

#include <unistd.h>

#include "base/num.h"

void
status_add_part(struct status *status, const char *name, uint64_t bytes)
{
	if (status->part_count < STATUS_PARTS)
		status->parts[status->part_count++] =
		    (struct status_part){ name, bytes };
}

void
status_add_queue(struct status *status, const struct status_queue *queue)
{
	if (status->queue_count < STATUS_QUEUES)
		status->queues[status->queue_count++] = *queue;
}

static void
put_interfaces(const struct status *status, struct json *json)
{
	size_t i;

	json_key(json, "interfaces");
	json_array(json);
	for (i = 0; i < status->interface_count; i++) {
		const struct status_interface *at = &status->interfaces[i];

		json_object(json);
		json_put_text(json, "name", at->name);
		json_put_u64(json, "frames", at->stats.frames);
		json_put_u64(json, "bytes", at->stats.bytes);
		json_put_u64(json, "kernel_drops", at->stats.kernel_drops);
		json_put_u64(json, "interface_drops", at->stats.iface_drops);
		json_object_end(json);
	}
	json_array_end(json);
}

static void
put_packets(const struct status *status, struct json *json)
{
	const struct fs_engine_stats *engine = &status->engine;
	size_t i;

	json_key(json, "packets");
	json_object(json);
	json_put_u64(json, "frames", engine->frames);
	json_put_u64(json, "bytes", engine->bytes);
	json_put_u64(json, "judged", engine->packets);
	json_object_end(json);
	json_key(json, "not_read");
	json_object(json);
	for (i = 0; i < engine->drop_count; i++)
		if (engine->drops[i].value > 0)
			json_put_u64(json, engine->drops[i].name,
			    engine->drops[i].value);
	json_object_end(json);
	json_key(json, "flows");
	json_object(json);
	json_put_u64(json, "now", engine->flows_now);
	json_put_u64(json, "total", engine->flows);
	json_put_u64(json, "evicted", engine->evicted);
	json_put_u64(json, "inspections_given_up", engine->gave_up);
	json_object_end(json);
}

static void
put_clients(const struct status *status, struct json *json)
{
	int i;

	json_key(json, "clients");
	json_object(json);
	json_put_u64(json, "now", status->clients);
	json_put_u64(json, "evicted", status->clients_evicted);
	json_object_end(json);
	/* Rows: a client has one each time that its verdict is written. */
	json_key(json, "client_rows");
	json_object(json);
	for (i = FS_CLEAN; i <= FS_ANOMALOUS; i++)
		json_put_u64(json, fs_decision_name(i), status->decisions[i]);
	json_object_end(json);
}

static void
put_memory(const struct status *status, struct json *json)
{
	size_t i;

	json_key(json, "memory");
	json_object(json);
	for (i = 0; i < status->part_count; i++)
		json_put_u64(json, status->parts[i].name,
		    status->parts[i].bytes);
	json_object_end(json);
}

static void
put_queues(const struct status *status, struct json *json)
{
	size_t i;

	json_key(json, "queues");
	json_array(json);
	for (i = 0; i < status->queue_count; i++) {
		const struct status_queue *at = &status->queues[i];

		json_object(json);
		json_put_text(json, "name", at->name);
		json_put_u64(json, "waiting", at->waiting);
		json_put_u64(json, "room", at->room);
		json_put_u64(json, "dropped", at->dropped);
		json_object_end(json);
	}
	json_array_end(json);
}

static void
put_fault(const struct fs_err *err, uint64_t at_us, struct json *json)
{
	json_object(json);
	json_put_time(json, "at", at_us);
	json_put_text(json, "error", err->text);
	if (err->file[0] != '\0') {
		json_put_text(json, "file", err->file);
		json_put_u64(json, "line", err->line);
		json_put_u64(json, "column", err->column);
	}
	json_object_end(json);
}

static void
put_rules(const struct status *status, struct json *json)
{
	json_key(json, "rules");
	json_object(json);
	json_put_text(json, "sha256", status->generation.rules_digest);
	json_put_u64(json, "count", fs_ruleset_count(status->rules));
	json_put_time(json, "loaded", status->generation.time_us);
	json_put_u64(json, "loads", status->loads);
	json_put_u64(json, "refusals", status->refusals);
	json_key(json, "refused");
	if (status->refused_us > 0)
		put_fault(&status->refused, status->refused_us, json);
	else
		json_null(json);
	json_object_end(json);
}

static void
put_lists(const struct status *status, struct json *json)
{
	char why[FS_TEXT_SIZE];
	struct fs_list_info list;
	size_t i;

	json_key(json, "lists");
	json_array(json);
	for (i = 0; i < fs_ruleset_list_count(status->rules); i++) {
		fs_ruleset_list_info(status->rules, i, &list);
		json_object(json);
		json_put_text(json, "name", list.name);
		json_put_u64(json, "items", list.items);
		json_key(json, "age_s");
		if (list.date_us > 0)
			json_u64(json,
			    time_since_us(status->now_us, list.date_us) /
				1000000);
		else
			json_null(json);
		json_key(json, "stale");
		json_bool(json,
		    fs_ruleset_list_stale(status->rules, i, status->now_us, why,
			sizeof(why)));
		json_object_end(json);
	}
	json_array_end(json);
}

static void
put_last_error(const struct status *status, struct json *json)
{
	json_key(json, "last_error");
	if (status->error_us == 0) {
		json_null(json);
		return;
	}
	json_object(json);
	json_put_time(json, "at", status->error_us);
	json_put_text(json, "text", status->error);
	json_object_end(json);
}

static void
put_store(const struct status *status, struct json *json)
{
	json_key(json, "store");
	json_object(json);
	json_put_text(json, "path", status->store);
	json_put_u64(json, "bytes", status->store_bytes);
	json_object_end(json);
	json_key(json, "places");
	json_object(json);
	json_put_text(json, "sha256", status->generation.geo_digest);
	if (status->generation.geo_built_s > 0)
		json_put_time(json, "built",
		    status->generation.geo_built_s * 1000000);
	json_object_end(json);
}

void
status_write_stats(const struct status *status, struct json *json)
{
	json_put_time(json, "now", status->now_us);
	json_put_time(json, "started", status->started_us);
	put_interfaces(status, json);
	put_packets(status, json);
	put_clients(status, json);
	put_memory(status, json);
	put_queues(status, json);
}

void
status_write(const struct status *status, struct json *json)
{
	json_put_text(json, "version", fs_version());
	json_put_u64(json, "pid", (uint64_t)getpid());
	json_put_text(json, "sensor", status->sensor);
	json_put_text(json, "privileges", status->privileges);
	status_write_stats(status, json);
	put_store(status, json);
	put_rules(status, json);
	put_lists(status, json);
	put_last_error(status, json);
}
