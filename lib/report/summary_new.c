#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/fields.h"
#include "report/summary.h"
#include "report/text.h"

/* What is new since the period that is compared with, or grew. */

enum {
	GREW_TIMES = 2, /* So many times as much ... */
	GREW_BY = 10,   /* ... and so many flows more. */
	GROUPS_KEPT = 4096,
	CLIENTS_NAMED = 5,
};

static const int dimensions[SUMMARY_COMPARED] = { FS_BY_CLASS, FS_BY_PROTOCOL,
	FS_BY_COUNTRY, FS_BY_ASN };

/* ---- Finding ------------------------------------------------------------ */

/* One dimension of one period; those with the most flows come first. */
struct counted {
	struct store_group *group; /* Owned: GROUPS_KEPT. */
	size_t count;
};

struct summary_compare {
	struct counted now[SUMMARY_COMPARED], before[SUMMARY_COMPARED];
};

static int
take_group(void *ctx, const struct store_group *group)
{
	struct counted *counted = ctx;

	if (counted->count < GROUPS_KEPT)
		counted->group[counted->count++] = *group;
	return 0;
}

static uint64_t
flows_before(const struct counted *before, const char *key)
{
	size_t i;

	for (i = 0; i < before->count; i++)
		if (strcmp(before->group[i].key, key) == 0)
			return before->group[i].flows;
	return 0;
}

static bool
is_change(uint64_t now, uint64_t before)
{
	if (before == 0)
		return now > 0;
	return now / GREW_TIMES >= before && now - before >= GREW_BY;
}

/* Those that are no longer wholly kept could be new by mistake. */
static void
compare(struct summary *summary, int dimension, const struct counted *now,
    const struct counted *before)
{
	size_t i, found = 0;

	if (before->count == GROUPS_KEPT)
		return;
	for (i = 0; i < now->count; i++) {
		const struct store_group *group = &now->group[i];
		uint64_t then = flows_before(before, group->key);
		struct summary_change *change;

		if (!is_change(group->flows, then))
			continue;
		if (++found > SUMMARY_CHANGES_EACH ||
		    summary->change_count == SUMMARY_CHANGES) {
			summary->changes_left++;
			continue;
		}
		change = &summary->change[summary->change_count++];
		*change = (struct summary_change){ .dimension = dimension,
			.now = group->flows,
			.before = then };
		memcpy(change->key, group->key, sizeof(change->key));
		memcpy(change->name, group->name, sizeof(change->name));
	}
}

static int
ask_one(struct counted *counted, int dimension, uint64_t since_us,
    uint64_t until_us, struct store_count *count)
{
	counted->group = calloc(GROUPS_KEPT, sizeof(*counted->group));
	if (counted->group == NULL)
		return -ENOMEM;
	*count = (struct store_count){ .since_us = since_us,
		.until_us = until_us,
		.dimension = dimension,
		.sums = true,
		.limit = GROUPS_KEPT,
		.fn = take_group,
		.ctx = counted };
	return 0;
}

int
summary_compare_new(const struct store_query *now,
    const struct store_query *before, struct store_count *count,
    struct summary_compare **compare)
{
	struct summary_compare *c = calloc(1, sizeof(*c));
	size_t i;

	for (i = 0; c != NULL && i < SUMMARY_COMPARED; i++) {
		if (ask_one(&c->now[i], dimensions[i], now->since_us,
			now->until_us, &count[2 * i]) == 0 &&
		    ask_one(&c->before[i], dimensions[i], before->since_us,
			before->until_us, &count[2 * i + 1]) == 0)
			continue;
		summary_compare_free(c);
		c = NULL;
	}
	*compare = c;
	return c != NULL ? 0 : -ENOMEM;
}

void
summary_compare_free(struct summary_compare *compare)
{
	size_t i;

	for (i = 0; compare != NULL && i < SUMMARY_COMPARED; i++) {
		free(compare->now[i].group);
		free(compare->before[i].group);
	}
	free(compare);
}

void
summary_find_changes(const struct summary_compare *with,
    struct summary *summary)
{
	size_t i;

	for (i = 0; i < SUMMARY_COMPARED; i++)
		compare(summary, dimensions[i], &with->now[i],
		    &with->before[i]);
}

/* ---- Saying ------------------------------------------------------------- */

static void
say_against(struct doc *doc, const char *what, uint64_t now, uint64_t before)
{
	doc_counted(&doc->line, now, what);
	buf_add_text(&doc->line, ", before ");
	doc_count(&doc->line, before);
	doc_item(doc, 1, TONE_PLAIN);
}

static void
say_change(struct doc *doc, const struct summary_change *change)
{
	buf_printf(&doc->line, "%s ", fs_dimension_name(change->dimension));
	if (change->key[0] == '\0')
		buf_add_text(&doc->line, "(unknown)");
	text_escape(&doc->line, change->key, strlen(change->key));
	if (change->name[0] != '\0') {
		buf_add_char(&doc->line, ' ');
		text_escape(&doc->line, change->name, strlen(change->name));
	}
	buf_add_text(&doc->line, ": ");
	doc_counted(&doc->line, change->now, "flow");
	if (change->before == 0) {
		buf_add_text(&doc->line, ", new");
	} else {
		buf_add_text(&doc->line, ", before ");
		doc_count(&doc->line, change->before);
	}
	doc_item(doc, 1, TONE_PLAIN);
}

/* Clients to look at that nobody saw before, by name. */
static void
say_clients(struct doc *doc, const struct summary *summary)
{
	size_t i, named = 0;

	doc_count(&doc->line, summary->new_suspects);
	buf_add_text(&doc->line, " of the ");
	doc_counted(&doc->line, summary->suspects, "client");
	buf_add_text(&doc->line, " to look at ");
	buf_add_text(&doc->line, summary->new_suspects == 1 ? "was" : "were");
	buf_add_text(&doc->line, " first seen in this period");
	for (i = 0; i < summary->client_count && named < CLIENTS_NAMED; i++) {
		const struct summary_client *client = &summary->client[i];
		const struct fs_prefix net = { client->row.client.addr,
			client->row.client.bits };

		if (!client->is_new)
			continue;
		buf_add_text(&doc->line, named++ == 0 ? ": " : ", ");
		prefix_words(&net, &doc->line);
	}
	buf_add_text(&doc->line,
	    summary->new_suspects > named && named > 0 ? ", ..." : "");
	doc_item(doc, 1, summary->new_suspects > 0 ? TONE_DOUBT : TONE_PLAIN);
}

void
summary_say_new(const struct summary *summary, struct doc *doc)
{
	size_t i;

	doc_section(doc, "New, or grew");
	if (!summary->has_before) {
		buf_add_text(&doc->line,
		    "The store holds nothing from before this period.");
		doc_text(doc, 1, TONE_FAINT);
		return;
	}
	buf_add_text(&doc->line, "Compared with ");
	doc_time(&doc->line, summary->before_since_us);
	buf_add_text(&doc->line, " to ");
	doc_time(&doc->line, summary->before_until_us);
	buf_add_char(&doc->line, ':');
	doc_text(doc, 1, TONE_PLAIN);
	say_clients(doc, summary);
	say_against(doc, "flow", summary->now.all.flows,
	    summary->before.all.flows);
	say_against(doc, "client", summary->now.all.clients,
	    summary->before.all.clients);
	for (i = 0; i < summary->change_count; i++)
		say_change(doc, &summary->change[i]);
	if (summary->changes_left == 0)
		return;
	buf_add_text(&doc->line, "and ");
	doc_count(&doc->line, summary->changes_left);
	buf_add_text(&doc->line,
	    " more: 'flowscan report --by ...' with "
	    "--since and --until shows all.");
	doc_text(doc, 1, TONE_FAINT);
}

void
summary_put_changes(const struct summary *summary, struct json *json)
{
	const struct summary_change *change;
	size_t i;

	json_key(json, "changes");
	json_array(json);
	for (i = 0; i < summary->change_count; i++) {
		change = &summary->change[i];
		json_object(json);
		json_put_text(json, "by", fs_dimension_name(change->dimension));
		json_key(json, "key");
		if (change->key[0] == '\0')
			json_null(json);
		else
			json_bytes(json, change->key, strlen(change->key));
		json_put_u64(json, "flows", change->now);
		json_put_u64(json, "flows_before", change->before);
		json_object_end(json);
	}
	json_array_end(json);
}
