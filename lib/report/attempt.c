#include "report/attempt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "report/fields.h"
#include "rule/rule.h"
#include "rule/tests.h"

enum { LOOKS_MAX = 64 };

/* How often something was seen among the hits. */
struct look {
	char name[FS_NAME_SIZE];
	uint64_t count;
};

struct attempt {
	struct rows rows;
	const struct fs_ruleset *rules; /* Borrowed. */
	size_t index;
	const char *name; /* The rule's; the set's. */
	uint64_t limit, asked, hit;
	/* How many of the rows that were asked hold a signal. */
	uint64_t held[SIGNAL_COUNT];
	struct look protocol[LOOKS_MAX], also[LOOKS_MAX];
	char says[FS_TEXT_SIZE], others[DATUM_ROOM];
	struct signals signals;
};

/* ---- What was hit -------------------------------------------------------- */

static void
count_look(struct look *looks, const char *name)
{
	size_t i;

	for (i = 0; i < LOOKS_MAX && looks[i].count > 0; i++)
		if (strcmp(looks[i].name, name) == 0)
			break;
	if (i == LOOKS_MAX)
		return; /* Of the rarest, the late ones are left out. */
	(void)snprintf(looks[i].name, sizeof(looks[i].name), "%s", name);
	looks[i].count++;
}

/* Counts the other rules that a row was judged by, and names them. */
static void
name_others(struct attempt *attempt, const struct fs_evidence *evidence,
    uint32_t count)
{
	size_t used = 0;
	uint32_t i;

	attempt->others[0] = '\0';
	for (i = 0; i < count; i++) {
		const char *rule = evidence[i].rule;

		if (strcmp(rule, attempt->name) == 0)
			continue;
		count_look(attempt->also, rule);
		if (used + strlen(rule) + 3 > sizeof(attempt->others))
			continue;
		used += (size_t)snprintf(attempt->others + used,
		    sizeof(attempt->others) - used, "%s%s", used ? ", " : "",
		    rule);
	}
}

/* Asks the rule of a row whose signals are in 'attempt->signals'. */
static int
ask_row(struct attempt *attempt, struct attempt_row *row, uint64_t last_us,
    const struct fs_evidence *evidence, uint32_t count)
{
	size_t id;

	attempt->asked++;
	for (id = 0; id < SIGNAL_COUNT; id++)
		attempt->held[id] +=
		    signals_known(&attempt->signals, (enum signal_id)id);
	if (!rule_fires(attempt->rules, attempt->index, last_us,
		&attempt->signals))
		return 0;
	attempt->hit++;
	count_look(attempt->protocol, row->verdict->protocol);
	name_others(attempt, evidence, count);
	if (attempt->limit > 0 && attempt->hit > attempt->limit)
		return 0;
	rule_say(attempt->rules, attempt->index, &attempt->signals,
	    attempt->says);
	row->says = attempt->says;
	row->also = attempt->others;
	return rows_add(&attempt->rows, row);
}

/* A row has the addresses without the signals. */
static int
take_flow(void *ctx, const struct store_flow *stored)
{
	struct attempt *attempt = ctx;
	const struct fs_observation *flow = &stored->flow;
	struct attempt_row row = { .of = "flow",
		.flow_id = flow->flow_id,
		.first_us = flow->first_us,
		.client = flow->client,
		.server = flow->server,
		.server_port = flow->server_port,
		.verdict = &flow->verdict };

	attempt->signals = stored->signals;
	signals_set_addr(&attempt->signals, SIGNAL_CLIENT_IP, &flow->client);
	signals_set_addr(&attempt->signals, SIGNAL_SERVER_IP, &flow->server);
	return ask_row(attempt, &row, flow->last_us, flow->evidence,
	    flow->evidence_count);
}

static int
take_client(void *ctx, const struct store_client *stored)
{
	struct attempt *attempt = ctx;
	const struct fs_client *client = &stored->client;
	struct attempt_row row = { .of = "client",
		.first_us = client->first_us,
		.client = client->addr,
		.server_port = -1,
		.verdict = &client->verdict };

	attempt->signals = stored->signals;
	signals_set_addr(&attempt->signals, SIGNAL_CLIENT_IP, &client->addr);
	return ask_row(attempt, &row, client->last_us, client->evidence,
	    client->evidence_count);
}

/* ---- The answer ---------------------------------------------------------- */

/* Writes names with their counts, the most frequent first. */
static void
put_looks(struct buf *buf, const char *before, struct look *looks)
{
	size_t i, best;
	bool any = looks[0].count > 0;

	for (; any; before = ", ") {
		for (best = 0, i = 1; i < LOOKS_MAX; i++)
			if (looks[i].count > looks[best].count)
				best = i;
		if (looks[best].count == 0)
			break;
		buf_printf(buf, "%s%s %llu", before, looks[best].name,
		    (unsigned long long)looks[best].count);
		looks[best].count = 0;
	}
	if (any)
		buf_add_char(buf, '\n');
}

/* Names the signals that the rule asks for and no row that was asked holds;
 * those that do not fit are counted. */
static void
name_unheld(const struct attempt *attempt, struct fs_tried *tried)
{
	char *text = tried->unheld;
	const char *name;
	size_t id, used = 0;

	for (id = 0; id < SIGNAL_COUNT; id++) {
		if (attempt->held[id] > 0 ||
		    !fs_ruleset_asks(attempt->rules, attempt->index, id))
			continue;
		tried->unheld_count++;
		name = signal_info((enum signal_id)id)->name;
		if (used + strlen(name) + 3 > sizeof(tried->unheld))
			continue;
		used +=
		    (size_t)snprintf(text + used, sizeof(tried->unheld) - used,
			"%s%s", used ? ", " : "", name);
	}
}

/* What a person reads below the table. */
static void
put_summary(struct attempt *attempt, const char *what, struct buf *buf)
{
	const unsigned long long asked = attempt->asked, hit = attempt->hit;
	const char *before = "it asks for: ";
	size_t id;

	if (attempt->limit > 0 && hit > attempt->limit)
		buf_printf(buf, "... and %llu more: --limit 0 shows all\n",
		    hit - attempt->limit);
	buf_printf(buf, "%llu of %llu %s hit\n", hit, asked, what);
	put_looks(buf, "they are named: ", attempt->protocol);
	put_looks(buf, "they were also judged by: ", attempt->also);
	for (id = 0; id < SIGNAL_COUNT && asked > 0; id++) {
		if (!fs_ruleset_asks(attempt->rules, attempt->index, id))
			continue;
		buf_printf(buf, "%s%s (held by %llu)", before,
		    signal_info((enum signal_id)id)->name,
		    (unsigned long long)attempt->held[id]);
		before = ", ";
	}
	if (strcmp(before, ", ") == 0)
		buf_add_char(buf, '\n');
}

static int
answer(struct attempt *attempt, const char *what)
{
	const struct fs_out *out = attempt->rows.out;
	struct buf buf;
	int rc = rows_end(&attempt->rows, attempt->hit);

	if (rc < 0 || out->format != FS_FORMAT_TABLE)
		return rc;
	buf_init(&buf);
	put_summary(attempt, what, &buf);
	rc = buf_error(&buf);
	if (rc == 0)
		rc = out->write(out->ctx, buf.bytes, buf.size);
	buf_fini(&buf);
	return rc;
}

int
fs_report_try(struct fs_store *store, const struct fs_filter *filter,
    const struct fs_rule_choice *choice, const struct fs_out *out,
    struct fs_err *err, struct fs_tried *tried)
{
	struct attempt *attempt = calloc(1, sizeof(*attempt));
	struct store_query query;
	struct fs_rule_info info;
	int rc;

	if (attempt == NULL)
		return err_set(err, -ENOMEM, "no memory is left");
	fs_ruleset_info(choice->rules, choice->index, &info);
	attempt->rules = choice->rules;
	attempt->index = choice->index;
	attempt->name = info.name;
	attempt->limit = filter->limit;
	if ((rc = store_query(store, filter, err, &query)) < 0 ||
	    (rc = rows_begin(&attempt->rows, &attempt_rows, out, err)) < 0)
		goto out;
	query.filter.limit = 0; /* It bounds hits, not what is asked. */
	rc = info.client_scope
	    ? store_ask_clients(store, &query, take_client, attempt, err, NULL)
	    : store_ask_flows(store, &query, take_flow, attempt, err, NULL);
	if (rc < 0 ||
	    (rc = answer(attempt, info.client_scope ? "clients" : "flows")) < 0)
		goto out;
	*tried =
	    (struct fs_tried){ .asked = attempt->asked, .hit = attempt->hit };
	if (attempt->asked > 0)
		name_unheld(attempt, tried);
out:
	rows_fini(&attempt->rows);
	free(attempt);
	return rc;
}
