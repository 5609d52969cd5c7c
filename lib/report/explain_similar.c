#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "report/explain.h"
#include "report/fields.h"
#include "report/text.h"

/* Who else is like this client: of its AS, or with its strongest mark. */

/* ---- Finding ------------------------------------------------------------ */

/* A question while it is being answered. */
struct search {
	const struct fs_client *self;
	struct explain_similar *similar;
};

static int
take_client(void *ctx, const struct store_client *row)
{
	struct search *search = ctx;
	struct explain_similar *similar = search->similar;
	const struct fs_client *client = &row->client;
	struct explain_other *other;

	if (client->bits == search->self->bits &&
	    addr_compare(&client->addr, &search->self->addr) == 0)
		return 0;
	similar->clients++;
	if (client->verdict.decision == FS_CLEAN)
		return 0;
	similar->standing_out++;
	if (similar->shown == EXPLAIN_OTHERS)
		return 0;
	other = &similar->other[similar->shown++];
	*other = (struct explain_other){
		.client = { client->addr, client->bits },
		.decision = client->verdict.decision,
		.class = client->verdict.class,
		.score_ppm = client->verdict.score_ppm,
	};
	return 0;
}

static int
ask(struct fs_store *store, struct store_query *query, struct fs_err *err,
    struct explain *explain)
{
	struct search search = { &explain->client.client,
		&explain->similar[explain->similar_count] };
	int rc;

	query->filter.limit = 0;
	query->order = STORE_USUAL;
	rc = store_ask_clients(store, query, take_client, &search, err, NULL);
	if (rc >= 0 && search.similar->clients > 0)
		explain->similar_count++;
	return rc;
}

/* The rule that weighs most against it, or null. */
static const char *
strongest_rule(const struct explain *explain)
{
	const struct fs_evidence *piece, *best = NULL;
	uint32_t i;

	for (i = 0; i < explain->evidence_count; i++) {
		piece = &explain->evidence[i];
		if (!piece->shadow && piece->llr > 0 &&
		    (best == NULL || piece->llr > best->llr))
			best = piece;
	}
	return best != NULL ? best->rule : NULL;
}

int
explain_find_similar(struct fs_store *store, struct store_query *query,
    struct fs_err *err, struct explain *explain)
{
	const char *rule = strongest_rule(explain);
	struct explain_similar *similar;
	int rc = 0;

	if (!explain->is_client)
		return 0;
	if (signals_known(explain->signals, SIGNAL_CLIENT_ASN)) {
		similar = &explain->similar[explain->similar_count];
		similar->by = "asn";
		fs_filter_init(&query->filter);
		query->filter.asn = (uint32_t)(signals_milli(explain->signals,
						   SIGNAL_CLIENT_ASN) /
		    1000);
		snprintf(similar->key, sizeof(similar->key), "AS%u",
		    query->filter.asn);
		rc = ask(store, query, err, explain);
	}
	if (rc < 0 || rule == NULL)
		return rc;
	similar = &explain->similar[explain->similar_count];
	*similar = (struct explain_similar){ .by = "rule" };
	fs_filter_init(&query->filter);
	snprintf(query->filter.rule, sizeof(query->filter.rule), "%s", rule);
	snprintf(similar->key, sizeof(similar->key), "%s", rule);
	return ask(store, query, err, explain);
}

/* ---- Saying ------------------------------------------------------------- */

static void
say_other(struct doc *doc, const struct explain_other *other)
{
	struct datum score;

	prefix_words(&other->client, &doc->line);
	buf_printf(&doc->line, ": %s %s, ", fs_decision_name(other->decision),
	    fs_class_name(other->class));
	datum_share(&score, other->score_ppm);
	datum_words(&score, false, &doc->line);
	doc_item(doc, 2, TONE_PLAIN);
}

void
explain_say_similar(struct doc *doc, const struct explain *explain)
{
	const struct explain_similar *similar;
	size_t i, k;

	if (explain->similar_count == 0)
		return;
	doc_section(doc, "Similar clients");
	for (i = 0; i < explain->similar_count; i++) {
		similar = &explain->similar[i];
		text_escape(&doc->line, similar->key, strlen(similar->key));
		buf_add_text(&doc->line,
		    strcmp(similar->by, "rule") == 0 ? " speaks of " : " has ");
		doc_counted(&doc->line, similar->clients, "other client");
		buf_add_text(&doc->line, "; ");
		doc_count(&doc->line, similar->standing_out);
		buf_add_text(&doc->line,
		    similar->standing_out == 1 ? " stands out" : " stand out");
		doc_item(doc, 1, TONE_PLAIN);
		for (k = 0; k < similar->shown; k++)
			say_other(doc, &similar->other[k]);
	}
}

void
explain_put_similar(struct json *json, const struct explain *explain)
{
	const struct explain_similar *similar;
	const struct explain_other *other;
	struct buf net;
	size_t i, k;

	json_key(json, "similar");
	json_array(json);
	for (i = 0; i < explain->similar_count; i++) {
		similar = &explain->similar[i];
		json_object(json);
		json_put_text(json, "by", similar->by);
		json_put_text(json, "key", similar->key);
		json_put_u64(json, "clients", similar->clients);
		json_put_u64(json, "stand_out", similar->standing_out);
		json_key(json, "examples");
		json_array(json);
		for (k = 0; k < similar->shown; k++) {
			other = &similar->other[k];
			buf_init(&net);
			prefix_words(&other->client, &net);
			json_object(json);
			json_put_text(json, "client", buf_text(&net));
			json_put_text(json, "verdict",
			    fs_decision_name(other->decision));
			json_put_text(json, "class",
			    fs_class_name(other->class));
			json_key(json, "score");
			json_ppm(json, other->score_ppm);
			json_object_end(json);
			buf_fini(&net);
		}
		json_array_end(json);
		json_object_end(json);
	}
	json_array_end(json);
}
