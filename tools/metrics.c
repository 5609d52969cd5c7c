#include "metrics.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/num.h"

void
metric_begin(struct buf *buf, const char *name, const char *type,
    const char *help)
{
	buf_printf(buf, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void
metric_put(struct buf *buf, const char *name, const char *label,
    const char *value, int64_t number)
{
	buf_add_text(buf, name);
	if (label != NULL) {
		buf_printf(buf, "{%s=\"", label);
		for (; *value != '\0'; value++) {
			if (*value == '\n')
				buf_add_text(buf, "\\n");
			else if (*value == '"' || *value == '\\')
				buf_printf(buf, "\\%c", *value);
			else
				buf_add_char(buf, *value);
		}
		buf_add_text(buf, "\"}");
	}
	buf_printf(buf, " %" PRId64 "\n", number);
}

/* ---- What stands in a tree -------------------------------------------------
 */

static const struct json_node *
at(const struct json_node *tree, const char *one, const char *two)
{
	const struct json_node *node = json_tree_member(tree, one);

	return two != NULL ? json_tree_member(node, two) : node;
}

/* A single number, when it is there. */
struct single {
	const char *one, *two; /* Where. */
	const char *name, *type, *help;
};

static void
put_singles(struct buf *buf, const struct json_node *tree,
    const struct single *single, size_t count)
{
	int64_t number;
	size_t i;

	for (i = 0; i < count; i++) {
		if (!json_tree_i64(at(tree, single[i].one, single[i].two),
			&number))
			continue;
		metric_begin(buf, single[i].name, single[i].type,
		    single[i].help);
		metric_put(buf, single[i].name, NULL, NULL, number);
	}
}

/* A number of each object of an array, by its name. */
struct column {
	const char *array, *key, *member;
	const char *name, *type, *help;
	const char *label;
};

static void
put_column(struct buf *buf, const struct json_node *tree,
    const struct column *column)
{
	const struct json_node *array = json_tree_member(tree, column->array);
	const struct json_node *item;
	const char *value;
	int64_t number;
	size_t i;

	metric_begin(buf, column->name, column->type, column->help);
	for (i = 0; i < json_tree_count(array); i++) {
		item = json_tree_item(array, i);
		value = json_tree_text(json_tree_member(item, column->key));
		if (value != NULL &&
		    json_tree_i64(json_tree_member(item, column->member),
			&number))
			metric_put(buf, column->name, column->label, value,
			    number);
	}
}

/* Every number of an object, by its key. */
static void
put_members(struct buf *buf, const struct json_node *object, const char *name,
    const char *label)
{
	const struct json_node *node;
	const char *key;
	void *place = NULL;
	int64_t number;

	while ((node = json_tree_next(object, &place, &key)) != NULL)
		if (json_tree_i64(node, &number))
			metric_put(buf, name, label, key, number);
}

static void
put_time(struct buf *buf, const struct json_node *node, const char *name,
    const char *help)
{
	const char *text = json_tree_text(node);
	uint64_t time_us;

	if (text == NULL || !num_parse_time(text, &time_us))
		return;
	metric_begin(buf, name, "gauge", help);
	metric_put(buf, name, NULL, NULL, (int64_t)(time_us / 1000000));
}

/* ---- The daemon -------------------------------------------------------------
 */

static const struct single status_singles[] = {
	{ "packets", "frames", "flowscan_frames_total", "counter",
	    "Frames that were read." },
	{ "packets", "bytes", "flowscan_bytes_total", "counter",
	    "Bytes of those frames, as they were on the wire." },
	{ "packets", "judged", "flowscan_packets_total", "counter",
	    "Frames that became a packet of a flow." },
	{ "flows", "total", "flowscan_flows_total", "counter",
	    "Flows that began." },
	{ "flows", "now", "flowscan_flows", "gauge", "Flows that are held." },
	{ "flows", "evicted", "flowscan_flows_evicted_total", "counter",
	    "Flows that were given up for want of room." },
	{ "flows", "inspections_given_up",
	    "flowscan_inspections_given_up_total", "counter",
	    "Flows whose inspection was given up for want of room." },
	{ "clients", "now", "flowscan_clients", "gauge",
	    "Clients that are held." },
	{ "clients", "evicted", "flowscan_clients_evicted_total", "counter",
	    "Clients that were given up for want of room." },
	{ "store", "bytes", "flowscan_store_bytes", "gauge",
	    "Size of the database and its journal." },
	{ "rules", "count", "flowscan_rules", "gauge",
	    "Rules that are in force." },
	{ "rules", "loads", "flowscan_rules_loads_total", "counter",
	    "Sets of rules that were taken over since the start." },
	{ "rules", "refusals", "flowscan_rules_refusals_total", "counter",
	    "Sets of rules that were refused since the start." },
};

static const struct column status_columns[] = {
	{ "interfaces", "name", "kernel_drops", "flowscan_kernel_drops_total",
	    "counter", "Frames that found no room in the kernel's ring.",
	    "interface" },
	{ "interfaces", "name", "interface_drops",
	    "flowscan_interface_drops_total", "counter",
	    "Frames that the interface dropped.", "interface" },
	{ "interfaces", "name", "frames", "flowscan_interface_frames_total",
	    "counter", "Frames that were read, by interface.", "interface" },
	{ "queues", "name", "waiting", "flowscan_queue_waiting", "gauge",
	    "What waits between two threads.", "queue" },
	{ "queues", "name", "dropped", "flowscan_queue_dropped_total",
	    "counter", "What found no room there.", "queue" },
	{ "lists", "name", "age_s", "flowscan_list_age_seconds", "gauge",
	    "Age of a list that says its date.", "list" },
	{ "lists", "name", "items", "flowscan_list_items", "gauge",
	    "Items of a list.", "list" },
};

static void
put_stale_lists(struct buf *buf, const struct json_node *lists)
{
	static const char name[] = "flowscan_list_stale";
	const struct json_node *item;
	const char *text;
	size_t i;

	metric_begin(buf, name, "gauge",
	    "Whether a list is past its age, so that it counts less.");
	for (i = 0; i < json_tree_count(lists); i++) {
		item = json_tree_item(lists, i);
		text = json_tree_text(json_tree_member(item, "name"));
		if (text != NULL)
			metric_put(buf, name, "list", text,
			    json_tree_true(json_tree_member(item, "stale")));
	}
}

void
metrics_of_status(struct buf *buf, const struct json_node *status)
{
	const struct json_node *rules = json_tree_member(status, "rules");
	const char *digest = json_tree_text(json_tree_member(rules, "sha256"));
	size_t i;

	put_singles(buf, status, status_singles,
	    sizeof(status_singles) / sizeof(status_singles[0]));
	for (i = 0; i < sizeof(status_columns) / sizeof(status_columns[0]); i++)
		put_column(buf, status, &status_columns[i]);
	put_stale_lists(buf, json_tree_member(status, "lists"));
	metric_begin(buf, "flowscan_not_read_total", "counter",
	    "Frames, or parts of them, that could not be read, by reason.");
	put_members(buf, json_tree_member(status, "not_read"),
	    "flowscan_not_read_total", "reason");
	metric_begin(buf, "flowscan_client_rows_total", "counter",
	    "Verdicts on clients that were written, by verdict.");
	put_members(buf, json_tree_member(status, "client_rows"),
	    "flowscan_client_rows_total", "verdict");
	metric_begin(buf, "flowscan_memory_bytes", "gauge",
	    "Memory by the part that holds it.");
	put_members(buf, json_tree_member(status, "memory"),
	    "flowscan_memory_bytes", "part");
	put_time(buf, json_tree_member(status, "started"),
	    "flowscan_start_time_seconds", "When flowscand began.");
	put_time(buf, json_tree_member(rules, "loaded"),
	    "flowscan_rules_loaded_time_seconds",
	    "When the rules in force were loaded.");
	put_time(buf, json_tree_member(at(status, "rules", "refused"), "at"),
	    "flowscan_rules_refused_time_seconds",
	    "When rules were last refused.");
	put_time(buf, json_tree_member(at(status, "last_error", NULL), "at"),
	    "flowscan_last_error_time_seconds",
	    "When an error was last logged.");
	if (digest != NULL) {
		metric_begin(buf, "flowscan_rules_info", "gauge",
		    "The set of rules in force.");
		metric_put(buf, "flowscan_rules_info", "sha256", digest, 1);
	}
}

/* ---- The database
 * ------------------------------------------------------------ */

/* The totals of each verdict over all classes. */
static void
put_recent(struct buf *buf, const struct json_node *traffic,
    const char *verdict, const char *member, const char *name)
{
	int64_t sum = 0, number;
	size_t i;

	for (i = 0; i < json_tree_count(traffic); i++)
		if (json_tree_i64(at(json_tree_item(traffic, i), verdict,
				      member),
			&number))
			sum = num_minus(sum, num_minus(0, number));
	metric_put(buf, name, "verdict", verdict, sum);
}

void
metrics_of_report(struct buf *buf, const struct json_node *report)
{
	static const char *const verdicts[] = { "clean", "review",
		"anomalous" };
	static const struct {
		const char *member, *name, *help;
	} sums[] = {
		{ "flows", "flowscan_recent_flows",
		    "Flows of the newest hour of the database, by verdict." },
		{ "bytes", "flowscan_recent_bytes",
		    "Bytes of the newest hour of the database, by verdict." },
	};
	static const struct column missed = { "drops", "subject", "count",
		"flowscan_recent_drops", "gauge",
		"What was not seen in the newest hour of the database.",
		"reason" };
	const struct json_node *traffic = json_tree_member(report, "traffic");
	size_t i, j;

	for (i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
		metric_begin(buf, sums[i].name, "gauge", sums[i].help);
		for (j = 0; j < 3; j++)
			put_recent(buf, traffic, verdicts[j], sums[i].member,
			    sums[i].name);
	}
	put_column(buf, json_tree_member(report, "missed"), &missed);
}
