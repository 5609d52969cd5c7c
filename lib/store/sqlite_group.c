#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/num.h"
#include "store/evidence.h"
#include "store/group.h"
#include "store/sqlite.h"

/* Questions by one dimension: flows are read in one pass and counted here, so
 * that neither a sort nor a table of the database is needed. A group's 'seq'
 * is the number of a place. */

static const uint64_t us_per_hour = 3600000000;

/* ---- Keys as people read them ------------------------------------------- */

/* Numbers are keys as decimal text. */
static uint64_t
key_number(const struct group *group)
{
	char text[24];
	uint64_t number = 0;

	sqlite_copy(text, sizeof(text), group->key, group->key_size);
	return num_parse_u64(text, 0, UINT64_MAX, &number) ? number : 0;
}

static void
key_text(const struct group *group, char room[FS_NAME_SIZE])
{
	sqlite_copy(room, FS_NAME_SIZE, group->key, group->key_size);
}

static void
key_addr(const struct group *group, char room[FS_NAME_SIZE])
{
	struct fs_addr addr = { 0 };

	if (group->key_size == 4)
		addr = addr_v4(group->key);
	else if (group->key_size == 16)
		addr = addr_v6(group->key);
	addr_format(&addr, room);
}

static void
key_asn(const struct group *group, char room[FS_NAME_SIZE])
{
	if (key_number(group) > 0)
		snprintf(room, FS_NAME_SIZE, "AS%llu",
		    (unsigned long long)key_number(group));
}

static void
key_class(const struct group *group, char room[FS_NAME_SIZE])
{
	uint64_t class = key_number(group);

	snprintf(room, FS_NAME_SIZE, "%s",
	    fs_class_name(class < FS_CLASS_COUNT ? (int)class : 0));
}

static void
key_hour(const struct group *group, char room[FS_NAME_SIZE])
{
	uint64_t hour = key_number(group);
	char text[NUM_TIME_SIZE];

	if (hour > UINT64_MAX / us_per_hour)
		hour = 0;
	num_format_time(hour * us_per_hour, text);
	/* Up to the minutes: 2026-11-23T05:00 */
	snprintf(room, FS_NAME_SIZE, "%.16sZ", text);
}

static const struct {
	enum group_order order;
	void (*key)(const struct group *group, char room[FS_NAME_SIZE]);
} dimensions[FS_BY_COUNT] = {
	[FS_BY_CLIENT] = { GROUP_BY_FLOWS, key_addr },
	[FS_BY_ASN] = { GROUP_BY_FLOWS, key_asn },
	[FS_BY_COUNTRY] = { GROUP_BY_FLOWS, key_text },
	[FS_BY_CLASS] = { GROUP_BY_FLOWS, key_class },
	[FS_BY_PROTOCOL] = { GROUP_BY_FLOWS, key_text },
	[FS_BY_RULE] = { GROUP_BY_FLOWS, key_text },
	[FS_BY_SERVICE] = { GROUP_BY_FLOWS, key_text },
	[FS_BY_SENSOR] = { GROUP_BY_FLOWS, key_text },
	[FS_BY_CITY] = { GROUP_BY_FLOWS, key_text },
	[FS_BY_HOUR] = { GROUP_BY_KEY, key_hour },
};

/* ---- Counting ----------------------------------------------------------- */

static int
too_many(struct fs_err *err, int rc)
{
	return err_set(err, rc,
	    rc == FS_EFULL ? "more than %d different values: narrow the period"
			   : "no memory is left for %d values",
	    GROUPS_MAX);
}

/* A question while it is answered. */
struct counting {
	struct sqlite_store *store;
	const struct store_query *query;
	struct fs_err *err;
	struct groups *groups;
	unsigned v6_bits;
	uint64_t number; /* Which 'text' is for. */
	char text[24];
	char city[2 * FS_NAME_SIZE];
};

static void
set_key(struct group_row *counted, const void *key, size_t size)
{
	counted->key = key;
	counted->key_size = size;
}

static void
set_number(struct counting *counting, struct group_row *counted,
    uint64_t number)
{
	if (counting->text[0] == '\0' || counting->number != number)
		snprintf(counting->text, sizeof(counting->text), "%llu",
		    (unsigned long long)number);
	counting->number = number;
	set_key(counted, counting->text, strlen(counting->text));
}

static size_t
addr_size(const struct fs_addr *addr)
{
	return addr->family == 4 ? 4 : addr->family == 6 ? 16 : 0;
}

/* "Frankfurt am Main, DE" */
static void
set_city(struct counting *counting, const struct place *place,
    struct group_row *counted)
{
	if (place->city[0] == '\0')
		return;
	snprintf(counting->city, sizeof(counting->city), "%s, %s", place->city,
	    place->country[0] != '\0' ? place->country : "?");
	set_key(counted, counting->city, strlen(counting->city));
}

/* The key of a flow by what its kind and its place are; 'net' holds that of a
 * client. */
static void
find_key(struct counting *counting, const struct kind *kind,
    const struct place *place, struct fs_addr *net, struct group_row *counted)
{
	switch (counting->query->dimension) {
	case FS_BY_CLIENT:
		if (net->family == 6)
			*net = addr_mask(net, counting->v6_bits);
		set_key(counted, net->bytes, addr_size(net));
		break;
	case FS_BY_ASN:
		if (place->asn > 0)
			set_number(counting, counted, place->asn);
		break;
	case FS_BY_COUNTRY:
		set_key(counted, place->country, strlen(place->country));
		break;
	case FS_BY_SENSOR:
		set_key(counted, kind->sensor, strlen(kind->sensor));
		break;
	case FS_BY_CITY: set_city(counting, place, counted); break;
	case FS_BY_CLASS: set_number(counting, counted, kind->class); break;
	case FS_BY_PROTOCOL:
		set_key(counted, kind->protocol, strlen(kind->protocol));
		break;
	case FS_BY_SERVICE:
		set_key(counted, kind->service, strlen(kind->service));
		break;
	default:
		set_number(counting, counted, counted->first_us / us_per_hour);
		break;
	}
}

/* Counts a row under each rule that spoke; clients are counted by their own
 * rows. */
static int
count_pieces(struct counting *counting, const struct kind *kind,
    struct group_row *counted)
{
	unsigned i;
	int rc = 0;

	counted->client = NULL;
	for (i = 0; i < kind->piece_count && rc >= 0; i++) {
		set_key(counted, kind->piece[i].rule,
		    strlen(kind->piece[i].rule));
		rc = groups_add(counting->groups, counted);
	}
	return rc;
}

static int
count_flow(void *ctx, const struct brief *row)
{
	struct counting *counting = ctx;
	struct fs_addr net = row->client;
	const struct kind *kind;
	const struct place *place;
	struct group_row counted = { .client = row->client.bytes,
		.client_size = addr_size(&row->client),
		.packets = row->packets,
		.bytes = row->bytes,
		.first_us = row->first_us,
		.last_us = row->last_us,
		.score_ppm = row->score_ppm,
		.seq = row->place };
	int rc;

	if ((rc = sqlite_kind(counting->store, row->kind, counting->err,
		 &kind)) < 0 ||
	    (rc = sqlite_place(counting->store, row->place, counting->err,
		 &place)) < 0)
		return sqlite_row_fault(counting->store, counting->err, rc,
		    "flows", row->seq);
	counted.decision = kind->decision;
	counted.coverage = kind->coverage;
	if (counting->query->dimension == FS_BY_RULE) {
		rc = count_pieces(counting, kind, &counted);
	} else {
		find_key(counting, kind, place, &net, &counted);
		rc = groups_add(counting->groups, &counted);
	}
	return rc < 0 ? too_many(counting->err, rc) : 0;
}

static int
count_flows(struct counting *counting)
{
	const struct sqlite_scan scan = { counting->query, count_flow, counting,
		0, NULL, NULL };
	int rc =
	    sqlite_v6_bits(counting->store, counting->err, &counting->v6_bits);

	return rc < 0 ? rc : sqlite_scan(counting->store, &scan, counting->err);
}

/* Counts a client under the rule of each piece of its evidence. */
static int
count_client(struct counting *counting, struct sqlite3_stmt *stmt)
{
	struct fs_evidence evidence[FS_EVIDENCE_MAX];
	uint32_t i, pieces = 0;
	const uint8_t *bytes;
	size_t size;
	int rc = 0;

	bytes = sqlite_bytes(stmt, 0, &size);
	if (size > 0 && evidence_decode(bytes, size, evidence, &pieces) < 0)
		return sqlite_bad_row(counting->store, counting->err, "clients",
		    sqlite_int(stmt, 1));
	for (i = 0; i < pieces && rc >= 0; i++)
		rc = groups_add_client(counting->groups, evidence[i].rule,
		    strlen(evidence[i].rule));
	return rc < 0 ? too_many(counting->err, rc) : 0;
}

/* Of rules: the clients with evidence of them. */
static int
count_clients(struct counting *counting)
{
	struct sqlite_store *store = counting->store;
	struct sqlite_bounds bounds;
	struct sqlite3_stmt *stmt;
	int rc;

	if ((rc = sqlite_served(store, counting->query, counting->err)) < 0 ||
	    (rc = sqlite_take(store, SQL_CLIENT_EVIDENCE, counting->err,
		 &stmt)) < 0)
		return rc;
	sqlite_bind_query(stmt, counting->query, &bounds);
	while ((rc = sqlite_next(store, stmt, counting->err)) > 0)
		if ((rc = count_client(counting, stmt)) < 0)
			break;
	sqlite_done(stmt);
	return rc;
}

/* ---- Giving ------------------------------------------------------------- */

/* The name of an AS, by the place of one of its flows. */
static int
name_as(struct sqlite_store *store, int64_t number, struct fs_err *err,
    struct store_group *group)
{
	const struct place *place;
	int rc = sqlite_place(store, (uint32_t)number, err, &place);

	if (rc < 0)
		return sqlite_row_fault(store, err, rc, "places", number);
	memcpy(group->name, place->as_name, sizeof(group->name));
	return 0;
}

static int
give(struct sqlite_store *store, const struct store_query *query,
    const struct groups *groups, store_group_fn *fn, void *ctx,
    struct fs_err *err)
{
	const uint64_t limit = query->filter.limit;
	size_t i, count = groups_count(groups);
	const struct group *sum;
	struct store_group group;
	int rc = 0;

	if (limit > 0 && limit < count)
		count = (size_t)limit;
	for (i = 0; i < count && rc >= 0; i++) {
		sum = groups_at(groups, i);
		group = (struct store_group){ .flows = sum->flows,
			.clients = sum->clients,
			.packets = sum->packets,
			.bytes = sum->bytes,
			.clean = sum->clean,
			.review = sum->review,
			.anomalous = sum->anomalous,
			.unjudged = sum->unjudged,
			.first_us = sum->first_us,
			.last_us = sum->last_us,
			.score_ppm = sum->score_ppm };
		dimensions[query->dimension].key(sum, group.key);
		if (query->dimension == FS_BY_ASN && sum->key_size > 0)
			rc = name_as(store, sum->seq, err, &group);
		if (rc >= 0)
			rc = fn(ctx, &group);
	}
	return rc;
}

int
sqlite_groups(void *state, const struct store_query *query, store_group_fn *fn,
    void *ctx, struct fs_err *err, uint64_t *matched)
{
	struct sqlite_store *store = state;
	struct groups *groups = groups_new(store->seed);
	struct counting counting = { .store = store,
		.query = query,
		.err = err,
		.groups = groups,
		.v6_bits = 64 };
	int rc;

	if (groups == NULL)
		return err_set(err, -ENOMEM, "no memory is left");
	if ((rc = count_flows(&counting)) < 0 ||
	    (query->dimension == FS_BY_RULE &&
		(rc = count_clients(&counting)) < 0))
		goto out;
	groups_sort(groups, dimensions[query->dimension].order);
	if ((rc = give(state, query, groups, fn, ctx, err)) < 0)
		goto out;
	if (matched != NULL)
		*matched = groups_count(groups);
out:
	groups_free(groups);
	return rc;
}
