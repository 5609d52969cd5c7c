#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/num.h"
#include "report/summary.h"

/* Whose the traffic is: some marks show over many flows only, so that the
 * flows are clean and their client is not. */

enum { OWNERS_MAX = 1 << 20 };

int
summary_add_owner(struct summary *summary, const struct fs_client *client,
    struct fs_err *err)
{
	struct summary_owner *wider;
	size_t room = summary->owner_room;

	if (summary->owner_count == OWNERS_MAX) {
		summary->owners_left = true;
		return 0;
	}
	if (summary->owner_count == room) {
		room = room > 0 ? room * 2 : 64;
		wider = realloc(summary->owner, room * sizeof(*wider));
		if (wider == NULL)
			return err_set(err, -ENOMEM, "no memory is left");
		summary->owner = wider;
		summary->owner_room = room;
	}
	summary->owner[summary->owner_count++] =
	    (struct summary_owner){ client->addr, client->verdict.class };
	return 0;
}

static int
compare_owners(const void *a, const void *b)
{
	const struct summary_owner *one = a, *two = b;

	return addr_compare(&one->addr, &two->addr);
}

/* Adds the flows of one client to its class. */
static int
take_group(void *ctx, const struct store_group *group)
{
	struct summary *summary = ctx;
	struct summary_owner key = { .class = 0 };
	const struct summary_owner *owner;
	struct store_cell *cell;

	if (!addr_parse(group->key, &key.addr) || summary->owner_count == 0)
		return 0;
	owner = bsearch(&key, summary->owner, summary->owner_count, sizeof(key),
	    compare_owners);
	if (owner == NULL)
		return 0;
	cell = &summary->owned[owner->class];
	num_count(&cell->clients, 1);
	cell->flows += group->flows;
	cell->bytes += group->bytes;
	return 0;
}

size_t
summary_ask_shares(struct summary *summary, struct store_count *count)
{
	const struct fs_filter *filter = &summary->query.filter;

	/* A filter of rows means other flows than other clients. */
	if (summary->owner_count == 0 || summary->owners_left ||
	    filter->class >= 0 || filter->verdict >= 0 ||
	    filter->min_score_ppm > 0 || filter->rule[0] != '\0')
		return 0;
	qsort(summary->owner, summary->owner_count, sizeof(*summary->owner),
	    compare_owners);
	*count = (struct store_count){ .since_us = summary->query.since_us,
		.until_us = summary->query.until_us,
		.dimension = FS_BY_CLIENT,
		.fn = take_group,
		.ctx = summary };
	return 1;
}

void
summary_say_shares(const struct summary *summary, struct doc *doc)
{
	const struct store_cell *all = &summary->now.all, *cell;
	int kind, said = 0;

	for (kind = 0; kind < FS_CLASS_COUNT; kind++) {
		cell = &summary->owned[kind];
		if (cell->clients == 0)
			continue;
		buf_add_text(&doc->line,
		    said++ == 0
			? "Of clients that stand out by all flows together: "
			: ", ");
		buf_printf(&doc->line, "%s ", fs_class_name(kind));
		if (all->flows > 0)
			doc_percent(&doc->line, cell->flows, all->flows);
		buf_add_text(&doc->line, said == 1 ? " of flows, " : ", ");
		if (all->bytes > 0)
			doc_percent(&doc->line, cell->bytes, all->bytes);
		buf_add_text(&doc->line, said == 1 ? " of bytes (" : " (");
		doc_counted(&doc->line, cell->clients, "client");
		buf_add_char(&doc->line, ')');
	}
	if (said == 0)
		return;
	buf_add_char(&doc->line, '.');
	doc_text(doc, 1, TONE_PLAIN);
}

void
summary_put_shares(const struct summary *summary, struct json *json)
{
	const struct store_cell *cell;
	int kind;

	json_key(json, "clients_traffic");
	json_array(json);
	for (kind = 0; kind < FS_CLASS_COUNT; kind++) {
		cell = &summary->owned[kind];
		if (cell->clients == 0)
			continue;
		json_object(json);
		json_put_text(json, "class", fs_class_name(kind));
		json_put_u64(json, "clients", cell->clients);
		json_put_u64(json, "flows", cell->flows);
		json_put_u64(json, "bytes", cell->bytes);
		json_object_end(json);
	}
	json_array_end(json);
}
