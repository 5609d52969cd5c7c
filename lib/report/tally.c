#include "report/tally.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "store/desk.h"

/* One rule that spoke against one labelled client. */
struct spoken {
	char rule[FS_NAME_SIZE];
	struct fs_prefix client;
	size_t
	    order; /* A client's own label comes before those of its flows. */
	int label;
};

struct gathering {
	struct fs_store *store;
	struct store_query query;
	struct fs_err *err;
	struct spoken *spoken; /* Owned. */
	size_t count, room;
	struct store_flow *flow;     /* Owned: room for one. */
	struct store_client *client; /* The same. */
};

static int
add(struct gathering *now, const struct fs_note *note,
    const struct fs_evidence *piece)
{
	struct spoken *wider;

	if (now->count == now->room) {
		now->room = now->room > 0 ? now->room * 2 : 64;
		wider = realloc(now->spoken, now->room * sizeof(*wider));
		if (wider == NULL)
			return err_set(now->err, -ENOMEM, "no memory is left");
		now->spoken = wider;
	}
	wider = &now->spoken[now->count];
	*wider = (struct spoken){ .client = note->client,
		.order = now->count++,
		.label = note->label };
	memcpy(wider->rule, piece->rule, sizeof(wider->rule));
	return 0;
}

/* Adds the rules that speak against a subject as it is stored now. */
static int
take_note(struct gathering *now, const struct fs_note *note)
{
	const struct fs_evidence *piece;
	uint32_t i, count;
	int rc;

	if (note->flow_id != 0)
		rc = store_ask_flow(now->store, &now->query.snapshot,
		    note->flow_id, now->err, now->flow);
	else
		rc = store_ask_client(now->store, &now->query.snapshot,
		    &note->client.addr, now->err, now->client);
	if (rc < 0)
		return rc == FS_EEND ? 0 : rc;
	piece = note->flow_id != 0 ? now->flow->flow.evidence
				   : now->client->client.evidence;
	count = note->flow_id != 0 ? now->flow->flow.evidence_count
				   : now->client->client.evidence_count;
	for (i = 0; i < count && rc == 0; i++)
		if (piece[i].llr > 0 && !piece[i].shadow)
			rc = add(now, note, &piece[i]);
	return rc;
}

/* Takes the labels of clients, or of flows. */
static int
take_notes(struct gathering *now, bool of_flows)
{
	const struct fs_desk *desk = now->store->desk;
	size_t i;
	int rc;

	for (i = 0; i < desk->note_count; i++) {
		if ((desk->note[i].flow_id != 0) != of_flows ||
		    !desk_note_stands(desk, i))
			continue;
		if ((rc = take_note(now, &desk->note[i])) < 0)
			return rc;
	}
	return 0;
}

static int
compare_client(const struct spoken *a, const struct spoken *b)
{
	int rc = strcmp(a->rule, b->rule);

	if (rc == 0)
		rc = addr_compare(&a->client.addr, &b->client.addr);
	return rc != 0 ? rc : (int)a->client.bits - (int)b->client.bits;
}

static int
compare_spoken(const void *a, const void *b)
{
	const struct spoken *one = a, *two = b;
	int rc = compare_client(one, two);

	return rc != 0 ? rc : one->order < two->order ? -1 : 1;
}

/* Counts each client of a rule once, by its first label. */
static int
count_spoken(struct gathering *now, struct tallies *tallies)
{
	struct tally *tally = NULL;
	size_t i;

	tallies->tally = calloc(now->count + 1, sizeof(*tally));
	if (tallies->tally == NULL)
		return err_set(now->err, -ENOMEM, "no memory is left");
	if (now->count > 0)
		qsort(now->spoken, now->count, sizeof(*now->spoken),
		    compare_spoken);
	for (i = 0; i < now->count; i++) {
		const struct spoken *spoken = &now->spoken[i];

		if (i > 0 && compare_client(spoken - 1, spoken) == 0)
			continue;
		if (tally == NULL || strcmp(tally->rule, spoken->rule) != 0) {
			tally = &tallies->tally[tallies->count++];
			memcpy(tally->rule, spoken->rule, sizeof(tally->rule));
		}
		tally->label[spoken->label]++;
	}
	return 0;
}

int
tallies_gather(struct fs_store *store, struct fs_err *err,
    struct tallies *tallies)
{
	struct gathering now = { .store = store, .err = err };
	struct fs_filter filter;
	int rc;

	*tallies = (struct tallies){ 0 };
	if (store->desk == NULL || store->desk->note_count == 0)
		return 0;
	fs_filter_init(&filter);
	filter.whole = true;
	now.flow = malloc(sizeof(*now.flow));
	now.client = malloc(sizeof(*now.client));
	if (now.flow == NULL || now.client == NULL)
		rc = err_set(err, -ENOMEM, "no memory is left");
	else if ((rc = store_query(store, &filter, err, &now.query)) == 0 &&
	    (rc = take_notes(&now, false)) == 0 &&
	    (rc = take_notes(&now, true)) == 0)
		rc = count_spoken(&now, tallies);
	free(now.flow);
	free(now.client);
	free(now.spoken);
	return rc;
}

void
tallies_fini(struct tallies *tallies)
{
	free(tallies->tally);
	*tallies = (struct tallies){ 0 };
}

const struct tally *
tallies_find(const struct tallies *tallies, const char *rule)
{
	size_t i;

	for (i = 0; i < tallies->count; i++)
		if (strcmp(tallies->tally[i].rule, rule) == 0)
			return &tallies->tally[i];
	return NULL;
}

uint64_t
tally_count(const struct tally *tally)
{
	return tally->label[FS_LABEL_TP] + tally->label[FS_LABEL_FP] +
	    tally->label[FS_LABEL_BENIGN];
}

struct rate
tally_bounds(const struct tally *tally)
{
	return rate_bounds(tally->label[FS_LABEL_TP], tally_count(tally));
}
