#include <inttypes.h>
#include <stdio.h>

#include "base/num.h"
#include "report/explain.h"

/* Between which packets the samples lie, so that an analyst finds them in a
 * capture. Of a client, those of the first of its flows that has any. */

void
explain_find_times(struct explain *explain)
{
	const struct store_flow *flow = &explain->flow;
	size_t i;

	if (!explain->is_client) {
		explain->timed_count =
		    times_read(&flow->signals, explain->timed);
		explain->timed_flow = flow;
		return;
	}
	for (i = 0; i < explain->related_count; i++) {
		flow = &explain->related[i];
		explain->timed_count =
		    times_read(&flow->signals, explain->timed);
		explain->timed_flow = flow;
		if (explain->timed_count > 0)
			return;
	}
}

static uint64_t
from_us(const struct explain *explain, size_t i)
{
	return explain->timed_flow->flow.first_us +
	    (uint64_t)explain->timed[i].from_us;
}

static void
add_ms(struct buf *buf, int32_t us)
{
	buf_printf(buf, "%" PRId32 ".%03" PRId32 " ms", us / 1000, us % 1000);
}

void
explain_say_times(struct doc *doc, const struct explain *explain)
{
	char text[NUM_TIME_SIZE];
	size_t i;

	if (explain->timed_count == 0)
		return;
	doc_section(doc, "By these packets");
	if (explain->is_client) {
		buf_printf(&doc->line, "Of flow %016" PRIx64 ":",
		    explain->timed_flow->flow.flow_id);
		doc_text(doc, 1, TONE_FAINT);
	}
	for (i = 0; i < explain->timed_count; i++) {
		num_format_time(from_us(explain, i), text);
		buf_printf(&doc->line, "%s  %s, and after ", text,
		    explain->timed[i].from);
		add_ms(&doc->line, explain->timed[i].span_us);
		buf_printf(&doc->line, " %s", explain->timed[i].to);
		doc_item(doc, 1, TONE_FAINT);
	}
}

void
explain_put_times(struct json *json, const struct explain *explain)
{
	char text[NUM_TIME_SIZE], id[17];
	size_t i;

	json_key(json, "timed");
	json_array(json);
	for (i = 0; i < explain->timed_count; i++) {
		json_object(json);
		snprintf(id, sizeof(id), "%016" PRIx64,
		    explain->timed_flow->flow.flow_id);
		json_put_text(json, "flow_id", id);
		json_put_text(json, "from", explain->timed[i].from);
		json_put_text(json, "to", explain->timed[i].to);
		num_format_time(from_us(explain, i), text);
		json_put_text(json, "from_at", text);
		num_format_time(from_us(explain, i) +
			(uint64_t)explain->timed[i].span_us,
		    text);
		json_put_text(json, "to_at", text);
		json_key(json, "ms");
		json_milli(json, explain->timed[i].span_us);
		json_object_end(json);
	}
	json_array_end(json);
}
