#include "report/marks.h"

#include <string.h>

#include "base/addr.h"
#include "base/err.h"

enum { FLOWS_ASKED = 1000 };

/* What suppressions are held against. */
struct target {
	struct fs_store *store; /* Null: 'signals' have the JA4. */
	struct fs_prefix client;
	const struct signals *signals;
	const struct fs_evidence *evidence;
	uint32_t evidence_count;
	struct fs_err *err;
};

/* ---- JA4 ---------------------------------------------------------------- */

static bool
has_ja4(const struct signals *signals, const char *ja4)
{
	char text[FS_NAME_SIZE];

	return signals_known(signals, SIGNAL_TLS_JA4) &&
	    signals_format(signals, SIGNAL_TLS_JA4, false, text, sizeof(text)) >
	    0 &&
	    strcmp(text, ja4) == 0;
}

struct ja4_search {
	const char *ja4;
	uint64_t same, others;
};

static int
compare_ja4(void *ctx, const struct store_flow *row)
{
	struct ja4_search *search = ctx;

	if (has_ja4(&row->signals, search->ja4))
		search->same++;
	else if (signals_known(&row->signals, SIGNAL_TLS_JA4))
		search->others++;
	return 0;
}

/* Whether the newest of a client's flows all have this JA4. */
static int
flows_have_ja4(const struct target *target, const char *ja4)
{
	struct ja4_search search = { .ja4 = ja4 };
	struct store_query query;
	struct fs_filter filter;
	int rc;

	fs_filter_init(&filter);
	filter.client = target->client;
	filter.limit = FLOWS_ASKED;
	filter.whole = true;
	if ((rc = store_query(target->store, &filter, target->err, &query)) <
		0 ||
	    (rc = store_ask_flows(target->store, &query, compare_ja4, &search,
		 target->err, NULL)) < 0)
		return rc;
	return search.same > 0 && search.others == 0;
}

/* ---- Matching ----------------------------------------------------------- */

static bool
is_within(const struct fs_prefix *client, const struct fs_prefix *net)
{
	return net->addr.family == 0 ||
	    (client->bits >= net->bits && addr_in_prefix(&client->addr, net));
}

/* Whether all but the rule holds. Returns 1, 0 or a negative code. */
static int
fits(const struct target *target, const struct fs_suppression *by)
{
	if (!is_within(&target->client, &by->client))
		return 0;
	if (by->asn != 0 &&
	    (!signals_known(target->signals, SIGNAL_CLIENT_ASN) ||
		signals_milli(target->signals, SIGNAL_CLIENT_ASN) !=
		    (int64_t)by->asn * 1000))
		return 0;
	if (by->ja4[0] == '\0')
		return 1;
	if (target->store == NULL)
		return has_ja4(target->signals, by->ja4);
	return flows_have_ja4(target, by->ja4);
}

static bool
speaks_against(const struct fs_evidence *piece)
{
	return !piece->shadow && piece->llr > 0;
}

/* The first of some suppressions that names a rule and fits, or none. */
static int
find_by_rule(const struct target *target, const struct fs_desk *desk,
    const char *rule, uint64_t now_us, const struct fs_suppression **found)
{
	const struct fs_suppression *by;
	size_t i;
	int rc;

	*found = NULL;
	for (i = 0; i < desk->suppression_count && *found == NULL; i++) {
		by = &desk->suppression[i];
		if (strcmp(by->rule, rule) != 0 || desk_expired(by, now_us))
			continue;
		if ((rc = fits(target, by)) < 0)
			return rc;
		if (rc > 0)
			*found = by;
	}
	return 0;
}

/* What hides the target: one without a rule, or, where all that speaks
 * against it is of such rules, the first of those. */
static int
find_hiding(const struct target *target, const struct fs_desk *desk,
    uint64_t now_us, const struct fs_suppression **hiding)
{
	const struct fs_suppression *found, *first = NULL;
	uint32_t i;
	int rc;

	*hiding = NULL;
	if (desk == NULL || desk->suppression_count == 0)
		return 0;
	if ((rc = find_by_rule(target, desk, "", now_us, hiding)) < 0 ||
	    *hiding != NULL)
		return rc;
	for (i = 0; i < target->evidence_count; i++) {
		if (!speaks_against(&target->evidence[i]))
			continue;
		rc = find_by_rule(target, desk, target->evidence[i].rule,
		    now_us, &found);
		if (rc < 0 || found == NULL)
			return rc;
		if (first == NULL)
			first = found;
	}
	*hiding = first;
	return 0;
}

static struct target
target_of(struct fs_store *store, const struct store_client *row,
    struct fs_err *err)
{
	const struct fs_client *client = &row->client;

	return (struct target){ .store = store,
		.client = { client->addr, client->bits },
		.signals = &row->signals,
		.evidence = client->evidence,
		.evidence_count = client->evidence_count,
		.err = err };
}

int
marks_hides(struct fs_store *store, const struct fs_suppression *suppression,
    const struct store_client *row, struct fs_err *err)
{
	const struct target target = target_of(store, row, err);
	uint32_t i, against = 0;
	bool rule = suppression->rule[0] != '\0';

	for (i = 0; i < target.evidence_count && rule; i++) {
		if (!speaks_against(&target.evidence[i]))
			continue;
		against++;
		if (strcmp(target.evidence[i].rule, suppression->rule) != 0)
			return 0;
	}
	return rule && against == 0 ? 0 : fits(&target, suppression);
}

/* ---- Rows --------------------------------------------------------------- */

void
marks_flow(const struct fs_store *store, const struct store_flow *row,
    struct marked_flow *marked)
{
	const struct fs_observation *flow = &row->flow;
	const struct target target = {
		.client = { flow->client, flow->client.family == 4 ? 32 : 128 },
		.signals = &row->signals,
		.evidence = flow->evidence,
		.evidence_count = flow->evidence_count,
	};

	*marked = (struct marked_flow){ .flow = row };
	if (store->desk == NULL)
		return;
	marked->label = desk_flow_note(store->desk, flow->flow_id);
	(void)find_hiding(&target, store->desk, store->now_us,
	    &marked->suppressed);
}

int
marks_client(struct fs_store *store, const struct store_client *row,
    struct fs_err *err, struct marked_client *marked)
{
	const struct target target = target_of(store, row, err);

	*marked = (struct marked_client){ .client = row };
	if (store->desk == NULL)
		return 0;
	marked->label =
	    desk_client_note(store->desk, &row->client.addr, row->client.bits);
	return find_hiding(&target, store->desk, store->now_us,
	    &marked->suppressed);
}
