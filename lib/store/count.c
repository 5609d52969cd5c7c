#include "store/count.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/num.h"
#include "store/count_key.h"

/* What is known of the number of a kind or a place in the store that is
 * read. */
struct known {
	uint32_t group; /* Its group's index and one more; 0: not asked. */
	/* Of totals: what its flows are counted as. */
	uint32_t sensor;
	struct store_cell *cell;
	uint64_t *why;
	uint64_t flows, packets, bytes; /* Of totals and sums, so far. */
};

struct counting {
	const struct store_count *asked; /* Borrowed. */
	struct groups *groups;           /* Owned; null for totals. */
	struct known *known;             /* Owned, by number. */
	size_t known_count;
	uint64_t hour; /* Whose group is 'hour_group' less one. */
	size_t hour_group;
	unsigned v6_bits;
	char (*name)[FS_NAME_SIZE]; /* Owned: of an AS, by group. */
	size_t name_count;
	/* Of totals. */
	struct store_totals *sum;           /* Owned. */
	struct groups *protocols, *sensors; /* Owned. */
};

struct counting *
counting_new(const struct store_count *asked, uint64_t seed)
{
	struct counting *counting = calloc(1, sizeof(*counting));

	if (counting == NULL)
		return NULL;
	counting->asked = asked;
	if (asked->totals == NULL) {
		counting->groups = groups_new(seed);
	} else {
		counting->sum = calloc(1, sizeof(*counting->sum));
		counting->protocols = groups_new(seed);
		counting->sensors = groups_new(seed);
	}
	if (counting->groups != NULL ||
	    (counting->sum != NULL && counting->protocols != NULL &&
		counting->sensors != NULL))
		return counting;
	counting_free(counting);
	return NULL;
}

void
counting_free(struct counting *counting)
{
	if (counting == NULL)
		return;
	groups_free(counting->groups);
	groups_free(counting->protocols);
	groups_free(counting->sensors);
	free(counting->known);
	free(counting->name);
	free(counting->sum);
	free(counting);
}

const struct store_count *
counting_asked(const struct counting *counting)
{
	return counting->asked;
}

/* ---- Counting ----------------------------------------------------------- */

static int
too_many(struct fs_err *err, int rc)
{
	return err_set(err, rc,
	    rc == FS_EFULL ? "more than %d different values: narrow the period"
			   : "no memory is left for %d values",
	    GROUPS_MAX);
}

static size_t
addr_size(const struct fs_addr *addr)
{
	return addr->family == 4 ? 4 : addr->family == 6 ? 16 : 0;
}

static int
known_grow(struct counting *counting, uint32_t number)
{
	size_t room = counting->known_count > 0 ? counting->known_count : 256;
	struct known *list;

	while (room <= number)
		room *= 2;
	list = reallocarray(counting->known, room, sizeof(*list));
	if (list == NULL)
		return -ENOMEM;
	memset(list + counting->known_count, 0,
	    (room - counting->known_count) * sizeof(*list));
	counting->known = list;
	counting->known_count = room;
	return 0;
}

/* An AS has the name that the latest of its places says. */
static int
keep_name(struct counting *counting, size_t group, const struct place *place)
{
	size_t room = counting->name_count > 0 ? counting->name_count : 64;
	char(*list)[FS_NAME_SIZE];

	if (group >= counting->name_count) {
		while (room <= group)
			room *= 2;
		list = reallocarray(counting->name, room, sizeof(*list));
		if (list == NULL)
			return -ENOMEM;
		memset(list + counting->name_count, 0,
		    (room - counting->name_count) * sizeof(*list));
		counting->name = list;
		counting->name_count = room;
	}
	if (place->as_name[0] != '\0')
		memcpy(counting->name[group], place->as_name, FS_NAME_SIZE);
	return 0;
}

/* What is known of the kind or the place of a flow: its group. */
static int
find_known(struct counting *counting, const struct brief *row,
    const struct kind *kind, const struct place *place, struct known **known)
{
	const int dimension = counting->asked->dimension;
	const uint32_t number =
	    count_key_of_place(dimension) ? row->place : row->kind;
	struct count_key key = { .size = 0 };
	size_t index;
	int rc;

	if (number >= counting->known_count &&
	    (rc = known_grow(counting, number)) < 0)
		return rc;
	*known = &counting->known[number];
	if ((*known)->group > 0)
		return 0;
	count_key_make(dimension, kind, place, &key);
	if ((rc = groups_find(counting->groups, key.text, key.size, &index)) <
		0 ||
	    (dimension == FS_BY_ASN && key.size > 0 &&
		(rc = keep_name(counting, index, place)) < 0))
		return rc;
	(*known)->group = (uint32_t)index + 1;
	return 0;
}

/* Rows come in order of time, more or less. */
static int
find_hour(struct counting *counting, const struct brief *row, size_t *index)
{
	const uint64_t hour = count_key_hour(row->first_us);
	struct count_key key;
	int rc;

	if (counting->hour_group == 0 || counting->hour != hour) {
		count_key_number(&key, hour);
		if ((rc = groups_find(counting->groups, key.text, key.size,
			 index)) < 0)
			return rc;
		counting->hour = hour;
		counting->hour_group = *index + 1;
	}
	*index = counting->hour_group - 1;
	return 0;
}

/* A client that is one address needs no count of addresses. */
static int
find_client(struct counting *counting, const struct brief *row,
    struct group_row *counted, size_t *index)
{
	struct fs_addr net = row->client;

	if (net.family == 6)
		net = addr_mask(&net, counting->v6_bits);
	else
		counted->client = NULL;
	return groups_find(counting->groups, net.bytes, addr_size(&net), index);
}

/* Counts a row under each rule that spoke; clients are counted by their own
 * rows. */
static int
count_rules(struct counting *counting, const struct kind *kind,
    struct group_row *counted)
{
	unsigned i;
	int rc = 0;

	counted->client = NULL;
	for (i = 0; i < kind->piece_count && rc >= 0; i++)
		rc = groups_add(counting->groups, kind->piece[i].rule,
		    strlen(kind->piece[i].rule), counted);
	return rc;
}

static int
count_group(struct counting *counting, const struct brief *row,
    const struct kind *kind, const struct place *place)
{
	struct group_row counted = { .client = row->client.bytes,
		.client_size = addr_size(&row->client),
		.flows = 1,
		.packets = row->packets,
		.bytes = row->bytes,
		.first_us = row->first_us,
		.last_us = row->last_us,
		.decision = kind->decision,
		.coverage = kind->coverage,
		.score_ppm = row->score_ppm };
	struct known *known;
	size_t index = 0;
	int rc;

	switch (counting->asked->dimension) {
	case FS_BY_RULE: return count_rules(counting, kind, &counted);
	case FS_BY_CLIENT:
		rc = find_client(counting, row, &counted, &index);
		break;
	case FS_BY_HOUR: rc = find_hour(counting, row, &index); break;
	default:
		rc = find_known(counting, row, kind, place, &known);
		index = rc < 0 ? 0 : known->group - 1;
		break;
	}
	return rc < 0 ? rc : groups_put(counting->groups, index, &counted);
}

/* ---- Totals ------------------------------------------------------------- */

/* The cell that a class, decision and coverage count in. */
static struct store_cell *
cell_of(struct store_totals *totals, unsigned class, unsigned decision,
    unsigned coverage)
{
	if (coverage == FS_COVERAGE_NONE && decision == FS_CLEAN)
		return &totals->unjudged;
	return &totals->judged[class][decision];
}

/* Where all flows of a kind count. */
static int
know_kind(struct counting *counting, const struct kind *kind,
    struct known *known)
{
	struct store_totals *sum = counting->sum;
	size_t protocol, sensor;
	int rc;

	if ((rc = groups_find(counting->protocols, kind->protocol,
		 strlen(kind->protocol), &protocol)) < 0 ||
	    (rc = groups_find(counting->sensors, kind->sensor,
		 strlen(kind->sensor), &sensor)) < 0)
		return rc;
	known->group = (uint32_t)protocol + 1;
	known->sensor = (uint32_t)sensor + 1;
	known->cell = cell_of(sum, kind->class, kind->decision, kind->coverage);
	known->why =
	    known->cell == &sum->unjudged ? &sum->why[kind->why] : NULL;
	return 0;
}

static int
find_total(struct counting *counting, const struct brief *row,
    const struct kind *kind, struct known **known)
{
	int rc;

	if (row->kind >= counting->known_count &&
	    (rc = known_grow(counting, row->kind)) < 0)
		return rc;
	*known = &counting->known[row->kind];
	return (*known)->group > 0 ? 0 : know_kind(counting, kind, *known);
}

/* Counts under a number now, and under what it stands for at the end. */
static int
count_sum(struct counting *counting, const struct brief *row,
    const struct kind *kind, const struct place *place)
{
	struct known *known;
	int rc = counting->sum != NULL
	    ? find_total(counting, row, kind, &known)
	    : find_known(counting, row, kind, place, &known);

	if (rc < 0)
		return rc;
	known->flows++;
	num_count(&known->packets, row->packets);
	num_count(&known->bytes, row->bytes);
	return 0;
}

static void
add_cell(struct store_cell *cell, const struct known *known)
{
	num_count(&cell->flows, known->flows);
	num_count(&cell->packets, known->packets);
	num_count(&cell->bytes, known->bytes);
}

static void
add_total(struct counting *counting, const struct known *known,
    const struct group_row *row)
{
	add_cell(known->cell, known);
	add_cell(&counting->sum->all, known);
	if (known->why != NULL)
		*known->why += known->flows;
	(void)groups_put(counting->protocols, known->group - 1, row);
	(void)groups_put(counting->sensors, known->sensor - 1, row);
}

/* Adds what was counted under each number: without a client, to put a row
 * cannot fail. */
static void
add_sums(struct counting *counting)
{
	const struct known *known;
	struct group_row row;
	size_t i;

	for (i = 0; i < counting->known_count; i++) {
		known = &counting->known[i];
		if (known->flows == 0)
			continue;
		row = (struct group_row){ .flows = known->flows,
			.packets = known->packets,
			.bytes = known->bytes };
		if (counting->sum != NULL)
			add_total(counting, known, &row);
		else
			(void)groups_put(counting->groups, known->group - 1,
			    &row);
	}
}

/* Copies the keys with the most flows. */
static size_t
keep_top(struct groups *groups, struct store_top *top)
{
	size_t i, count = groups_count(groups);
	const struct group *group;

	if (count > STORE_TOP)
		count = STORE_TOP;
	groups_sort(groups, GROUP_BY_FLOWS);
	for (i = 0; i < count; i++) {
		group = groups_at(groups, i);
		count_key_copy(group, top[i].key, sizeof(top[i].key));
		top[i].flows = group->flows;
		top[i].bytes = group->bytes;
	}
	return count;
}

/* ---- Rows and clients --------------------------------------------------- */

int
counting_add(struct counting *counting, const struct brief *row,
    const struct kind *kind, const struct place *place, struct fs_err *err)
{
	const struct store_count *asked = counting->asked;
	int rc;

	if (row->first_us >= asked->until_us ||
	    row->last_us < asked->since_us ||
	    (asked->one_class && kind->class != asked->class))
		return 0;
	rc = counting->sum != NULL || asked->sums
	    ? count_sum(counting, row, kind, place)
	    : count_group(counting, row, kind, place);
	return rc < 0 ? too_many(err, rc) : 0;
}

void
counting_add_verdict(struct counting *counting, unsigned class,
    unsigned decision, unsigned coverage)
{
	struct store_totals *sum = counting->sum;

	num_count(&cell_of(sum, class, decision, coverage)->clients, 1);
	num_count(&sum->all.clients, 1);
}

int
counting_add_rule(struct counting *counting, const char *rule,
    struct fs_err *err)
{
	int rc = groups_add_client(counting->groups, rule, strlen(rule));

	return rc < 0 ? too_many(err, rc) : 0;
}

void
counting_begin(struct counting *counting, unsigned v6_bits)
{
	counting->v6_bits = v6_bits;
}

void
counting_end(struct counting *counting)
{
	add_sums(counting);
	free(counting->known);
	counting->known = NULL;
	counting->known_count = 0;
}

/* ---- Giving ------------------------------------------------------------- */

static void
fill_group(const struct counting *counting, size_t index,
    struct store_group *group)
{
	const int dimension = counting->asked->dimension;
	const struct group *sum = groups_at(counting->groups, index);

	*group = (struct store_group){ .flows = sum->flows,
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
	if (dimension == FS_BY_CLIENT && group->clients == 0)
		group->clients = 1;
	count_key_text(dimension, sum, group->key);
	if (sum->index < counting->name_count)
		memcpy(group->name, counting->name[sum->index],
		    sizeof(group->name));
}

int
counting_give(struct counting *counting, uint64_t *matched)
{
	const struct store_count *asked = counting->asked;
	struct store_group group;
	size_t i, count;
	int rc = 0;

	if (counting->sum != NULL) {
		counting->sum->protocol_count =
		    keep_top(counting->protocols, counting->sum->protocol);
		counting->sum->sensor_count =
		    keep_top(counting->sensors, counting->sum->sensor);
		*asked->totals = *counting->sum;
		return 0;
	}
	groups_sort(counting->groups, count_key_order(asked->dimension));
	count = groups_count(counting->groups);
	if (matched != NULL)
		*matched = count;
	if (asked->limit > 0 && asked->limit < count)
		count = (size_t)asked->limit;
	for (i = 0; i < count && rc >= 0; i++) {
		fill_group(counting, i, &group);
		rc = asked->fn(asked->ctx, &group);
	}
	return rc;
}
