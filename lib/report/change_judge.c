/* Stored flows and clients, judged by two sets of rules. */
#include "report/change_judge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "verdict/verdict.h"

enum { GAINS_FIRST = 256, LLR_MAX = 60000 };

/* ---- Judging ------------------------------------------------------------- */

static void
judge(struct change *change, int side, const struct verdict_subject *subject,
    const struct fs_verdict *stored, struct fs_verdict *verdict)
{
	struct fs_scoring scoring = change->settings.scoring;
	struct change_evidence *evidence = &change->sides[side];

	scoring.prior = stored->prior;
	*verdict = *stored;
	verdict_decide(&scoring, &change->settings.policy, subject,
	    evidence->piece, evidence->count, verdict);
}

static bool
is_changed(const struct fs_verdict *a, const struct fs_verdict *b)
{
	return a->decision != b->decision || a->class != b->class ||
	    strcmp(a->protocol, b->protocol) != 0;
}

/* Counts a row that was judged twice, and gives it if it changes. */
static int
give(struct change *change, struct change_row *row,
    const struct fs_verdict *stored)
{
	struct tally *tally = &change->tally[row->flow_id == 0];
	const struct fs_verdict *before = &row->verdict[CHANGE_BEFORE];
	const struct fs_verdict *after = &row->verdict[CHANGE_AFTER];
	char text[DATUM_ROOM];
	size_t id;

	tally->all++;
	for (id = 0; id < SIGNAL_COUNT; id++)
		tally->held[id] +=
		    signals_known(&change->signals, (enum signal_id)id);
	tally->rows[before->decision][after->decision]++;
	tally->otherwise += is_changed(before, stored);
	if (!is_changed(before, after)) {
		tally->moved += before->score_ppm != after->score_ppm;
		return 0;
	}
	tally->changed[before->decision][after->decision]++;
	tally->changes++;
	if (change->limit > 0 && tally->changes > change->limit)
		return 0;
	change_name_rules(change->sides, text);
	row->rules = text;
	return rows_add(&change->rows, row);
}

/* ---- Flows --------------------------------------------------------------- */

/* What a flow is when no rule names it, as the engine has it. */
static void
name_protocol(const struct signals *signals, uint8_t ip_proto, char *name)
{
	enum { TCP = 6, UDP = 17 };
	char room[8];
	size_t size;
	const uint8_t *text =
	    signals_bytes(signals, SIGNAL_FLOW_PROTOCOL, &size);

	if (size == 0)
		text = signals_bytes(signals, SIGNAL_DPI_PROTOCOL, &size);
	if (size > 0)
		(void)snprintf(name, FS_PROTOCOL_SIZE, "%.*s", (int)size,
		    (const char *)text);
	else
		(void)snprintf(name, FS_PROTOCOL_SIZE, "%s",
		    ip_proto == TCP || ip_proto == UDP
			? "unknown"
			: fs_transport_name(ip_proto, room));
}

static int
add_gain(struct change *change, const struct fs_observation *flow,
    const char *rule, int by)
{
	size_t room = change->gain_room ? change->gain_room * 2 : GAINS_FIRST;
	struct gain *gains;

	if (change->gain_count == GAINS_MAX) {
		change->gains_full = true;
		return 0;
	}
	if (change->gain_count == change->gain_room) {
		gains = realloc(change->gains, room * sizeof(*gains));
		if (gains == NULL)
			return err_set(change->err, -ENOMEM,
			    "no memory is left");
		change->gains = gains;
		change->gain_room = room;
	}
	change->gains[change->gain_count++] =
	    (struct gain){ flow->client, rule, flow->verdict.view, (int8_t)by };
	return 0;
}

/* Remembers for the flow's client what one set only has said of it. */
static int
add_gains(struct change *change, const struct fs_observation *flow, int side)
{
	const struct change_evidence *mine = &change->sides[side];
	struct fs_rule_info info;
	uint32_t i;
	long at;
	int rc = 0;

	for (i = 0; i < mine->count && rc >= 0; i++) {
		if (change_piece(&change->sides[!side], mine->piece[i].rule))
			continue;
		at =
		    change_find(change->sets[side], mine->piece[i].rule, false);
		if (at < 0)
			continue;
		fs_ruleset_info(change->sets[side], (size_t)at, &info);
		rc = add_gain(change, flow, info.name,
		    side == CHANGE_AFTER ? 1 : -1);
	}
	return rc;
}

int
change_take_flow(void *ctx, const struct store_flow *stored)
{
	struct change *change = ctx;
	const struct fs_observation *flow = &stored->flow;
	struct signals *signals = &change->signals;
	char protocol[FS_PROTOCOL_SIZE];
	const struct verdict_subject subject = {
		(enum fs_view)flow->verdict.view,
		(enum fs_coverage)flow->verdict.coverage, flow->client,
		flow->server, protocol
	};
	struct change_row row = { .of = "flow",
		.flow_id = flow->flow_id,
		.first_us = flow->first_us,
		.client = flow->client,
		.server = flow->server,
		.server_port = flow->server_port };
	int side, rc;

	*signals = stored->signals;
	name_protocol(signals, flow->ip_proto, protocol);
	/* A row has the addresses without the signals. */
	signals_set_addr(signals, SIGNAL_CLIENT_IP, &flow->client);
	signals_set_addr(signals, SIGNAL_SERVER_IP, &flow->server);
	for (side = 0; side < CHANGE_SETS; side++) {
		change->sides[side].count =
		    rule_evaluate(change->sets[side], SCOPE_FLOW, subject.view,
			flow->last_us, signals, change->sides[side].piece);
		judge(change, side, &subject, &flow->verdict,
		    &row.verdict[side]);
	}
	if ((rc = add_gains(change, flow, CHANGE_BEFORE)) < 0 ||
	    (rc = add_gains(change, flow, CHANGE_AFTER)) < 0)
		return rc;
	return give(change, &row, &flow->verdict);
}

/* ---- Clients ------------------------------------------------------------- */

static int
by_client(const void *left, const void *right)
{
	const struct gain *a = left, *b = right;

	return addr_compare(&a->client, &b->client);
}

void
change_sort(struct change *change)
{
	if (change->gain_count > 0)
		qsort(change->gains, change->gain_count, sizeof(*change->gains),
		    by_client);
}

/* The gains of a client, and how many: hosts of an IPv6 network are one. */
static const struct gain *
gains_of(const struct change *change, const struct fs_client *client,
    size_t *count)
{
	const struct fs_prefix prefix = { client->addr, client->bits };
	size_t low = 0, high = change->gain_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (addr_compare(&change->gains[middle].client, &client->addr) <
		    0)
			low = middle + 1;
		else
			high = middle;
	}
	for (*count = 0; low + *count < change->gain_count; ++*count)
		if (!addr_in_prefix(&change->gains[low + *count].client,
			&prefix))
			break;
	return change->gains + low;
}

/* Flows of the client in which the rule fires more, or less, by the new
 * set. */
static int64_t
sum_gains(const struct gain *gains, size_t count, uint8_t view,
    const char *rule)
{
	int64_t sum = 0;
	size_t i;

	for (i = 0; i < count; i++)
		if (gains[i].view == view && strcmp(gains[i].rule, rule) == 0)
			sum += gains[i].by;
	return sum;
}

static int32_t
clamp_llr(int64_t llr)
{
	return llr > LLR_MAX ? LLR_MAX
	    : llr < -LLR_MAX ? -LLR_MAX
			     : (int32_t)llr;
}

/* Makes a piece say what a rule of that set says. */
static void
dress(struct fs_evidence *piece, const struct fs_rule_info *info)
{
	(void)snprintf(piece->rule, sizeof(piece->rule), "%s", info->name);
	(void)snprintf(piece->family, sizeof(piece->family), "%s",
	    info->family ? info->family : "");
	(void)snprintf(piece->protocol, sizeof(piece->protocol), "%s",
	    info->protocol ? info->protocol : "");
	piece->class = (uint8_t)info->class;
	piece->shadow = info->shadow;
}

/* A piece that the flows have brought, as the set would have it now: a
 * client's piece is the sum of its flows'. */
static void
add_stored(struct change *change, int side, const struct fs_evidence *stored,
    int64_t gained)
{
	long at = change_find(change->sets[side], stored->rule, false);
	long was = change_find(change->sets[CHANGE_BEFORE], stored->rule, true);
	struct fs_evidence piece = *stored;
	struct fs_rule_info info, old;
	int64_t count = (int64_t)stored->count;
	/* What the old set has not, the row knows from rules like the new. */
	int64_t now = side == CHANGE_AFTER && was >= 0 ? count + gained : count;

	/* What rules have said that are gone no longer counts. */
	if (at < 0 || now <= 0)
		return;
	fs_ruleset_info(change->sets[side], (size_t)at, &info);
	if (info.client_scope)
		return;
	dress(&piece, &info);
	piece.llr_full = clamp_llr(stored->llr_full * now / count);
	if (was >= 0) {
		fs_ruleset_info(change->sets[CHANGE_BEFORE], (size_t)was, &old);
		if (old.llr_true != 0)
			piece.llr_full = clamp_llr((int64_t)piece.llr_full *
			    info.llr_true / old.llr_true);
	}
	change_add_piece(&change->sides[side], &piece);
}

/* A piece of a rule that the row knows nothing of. */
static void
add_fresh(struct change *change, int side, const char *rule, int64_t gained)
{
	struct change_evidence *mine = &change->sides[side];
	struct fs_evidence piece = { .count = 1 };
	struct fs_rule_info info;
	long at = change_find(change->sets[side], rule, false);

	if (at < 0 || gained <= 0 || change_piece(mine, rule) != NULL)
		return;
	fs_ruleset_info(change->sets[side], (size_t)at, &info);
	dress(&piece, &info);
	piece.llr_full = clamp_llr(info.llr_true * gained);
	change_add_piece(mine, &piece);
}

/* What the client's flows say, by each set. */
static void
add_flows(struct change *change, const struct fs_client *client)
{
	const uint8_t view = client->verdict.view;
	size_t i, count;
	const struct gain *gains = gains_of(change, client, &count);
	uint32_t at;
	int side;

	for (at = 0; at < client->evidence_count; at++) {
		const struct fs_evidence *piece = &client->evidence[at];
		int64_t gained = sum_gains(gains, count, view, piece->rule);

		/* 0: its own rules', which are asked again. */
		for (side = 0; side < CHANGE_SETS && piece->count > 0; side++)
			add_stored(change, side, piece, gained);
	}
	for (i = 0; i < count; i++) {
		if (gains[i].view != view)
			continue;
		side = gains[i].by > 0 ? CHANGE_AFTER : CHANGE_BEFORE;
		add_fresh(change, side, gains[i].rule,
		    gains[i].by * sum_gains(gains, count, view, gains[i].rule));
	}
}

/* What the client is called when no rule names it: as stored, unless a rule
 * has named it, as what it was before is not kept. */
static const char *
client_protocol(const struct fs_client *client)
{
	uint32_t i;

	for (i = 0; i < client->evidence_count; i++)
		if (strcmp(client->evidence[i].protocol,
			client->verdict.protocol) == 0)
			return "unknown";
	return client->verdict.protocol;
}

int
change_take_client(void *ctx, const struct store_client *stored)
{
	struct change *change = ctx;
	const struct fs_client *client = &stored->client;
	const struct verdict_subject subject = {
		.view = (enum fs_view)client->verdict.view,
		.coverage = (enum fs_coverage)client->verdict.coverage,
		.client = client->addr,
		.protocol = client_protocol(client)
	};
	struct change_row row = { .of = "client",
		.first_us = client->first_us,
		.client = client->addr,
		.server_port = -1 };
	int side;

	change->signals = stored->signals;
	signals_set_addr(&change->signals, SIGNAL_CLIENT_IP, &client->addr);
	for (side = 0; side < CHANGE_SETS; side++)
		change->sides[side].count = rule_evaluate(change->sets[side],
		    SCOPE_CLIENT, subject.view, client->last_us,
		    &change->signals, change->sides[side].piece);
	add_flows(change, client);
	for (side = 0; side < CHANGE_SETS; side++)
		judge(change, side, &subject, &client->verdict,
		    &row.verdict[side]);
	return give(change, &row, &client->verdict);
}
