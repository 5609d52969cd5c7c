#include "client/floor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/hash.h"
#include "client/floor_subject.h"
#include "signal/blob.h"

enum {
	ROOM_FIRST = 256,
	NET_V4_BITS = 24,
	NET_V6_BITS = 48,
	DEGREE_MILLI = 1000,
	ROWS = 180,
	COLUMNS = 360,
	GAP_FLOWS_LEAST = 3 * 1000,
};

int
fs_floors_new(const struct fs_settings *settings, struct fs_err *err,
    struct fs_floors **out)
{
	struct fs_floors *floors = calloc(1, sizeof(*floors));

	if (floors == NULL)
		return err_set(err, -ENOMEM, "no memory for the floors");
	floors->settings = settings;
	memset(floors->digest, '0', sizeof(floors->digest) - 1);
	*out = floors;
	return 0;
}

static void
frozen_fini(struct floor_frozen *frozen)
{
	free(frozen->samples);
	free(frozen->by_net);
	free(frozen->by_as);
	free(frozen->by_cell);
	free(frozen->cells);
	free(frozen->others);
}

void
fs_floors_free(struct fs_floors *floors)
{
	if (floors == NULL)
		return;
	frozen_fini(&floors->frozen);
	free(floors->samples);
	free(floors->slots);
	free(floors->others);
	free(floors);
}

uint64_t
floor_net(const struct fs_addr *addr)
{
	struct fs_addr net =
	    addr_mask(addr, addr->family == 6 ? NET_V6_BITS : NET_V4_BITS);

	return hash_identity(net.bytes, sizeof(net.bytes));
}

/* Degrees from the lowest one, the last of them with its upper edge. */
static uint16_t
degrees_from(int32_t milli, int least, int count)
{
	int64_t from = (int64_t)milli - (int64_t)least * DEGREE_MILLI;
	int64_t degree = from / DEGREE_MILLI;

	return (uint16_t)(from < 0 ? 0 : degree >= count ? count - 1 : degree);
}

uint16_t
floor_row(int32_t latitude_milli)
{
	return degrees_from(latitude_milli, -ROWS / 2, ROWS);
}

uint16_t
floor_column(int32_t longitude_milli)
{
	return degrees_from(longitude_milli, -COLUMNS / 2, COLUMNS);
}

/* ---- Learning ---------------------------------------------------------- */

/* The slot of an address: its sample's, or the empty one where it would
 * be. */
static uint32_t *
slot_of(const struct fs_floors *floors, const struct fs_addr *addr)
{
	uint32_t mask = floors->slot_count - 1, *slot;
	uint32_t at = (uint32_t)hash_seeded(addr->bytes, sizeof(addr->bytes),
	    floors->settings->hash_seed);

	for (;; at++) {
		slot = &floors->slots[at & mask];
		if (*slot == 0 ||
		    addr_compare(&floors->samples[*slot - 1].addr, addr) == 0)
			return slot;
	}
}

static void
fill_slots(struct fs_floors *floors)
{
	uint32_t i;

	memset(floors->slots, 0, floors->slot_count * sizeof(*floors->slots));
	for (i = 0; i < floors->count; i++)
		*slot_of(floors, &floors->samples[i].addr) = i + 1;
}

static int
grow(struct fs_floors *floors)
{
	size_t room = floors->room ? 2 * (size_t)floors->room : ROOM_FIRST;
	struct floor_sample *samples;
	uint32_t *slots;

	samples = realloc(floors->samples, room * sizeof(*samples));
	if (samples == NULL)
		return -ENOMEM;
	floors->samples = samples;
	slots = realloc(floors->slots, 2 * room * sizeof(*slots));
	if (slots == NULL)
		return -ENOMEM;
	floors->slots = slots;
	floors->room = (uint32_t)room;
	floors->slot_count = (uint32_t)(2 * room);
	fill_slots(floors);
	return 0;
}

static int
newest_first(const void *left, const void *right)
{
	const struct floor_sample *a = left, *b = right;

	if (a->last_us != b->last_us)
		return a->last_us > b->last_us ? -1 : 1;
	return addr_compare(&a->addr, &b->addr);
}

/* When as many clients are known as may be, the half that was silent longest
 * is forgotten. */
static int
make_room(struct fs_floors *floors)
{
	uint32_t max =
	    floors->settings->client_max ? floors->settings->client_max : 1;

	if (floors->count < floors->room && floors->count < max)
		return 0;
	if (floors->count < max)
		return grow(floors);
	qsort(floors->samples, floors->count, sizeof(*floors->samples),
	    newest_first);
	floors->count /= 2;
	fill_slots(floors);
	return 0;
}

static int32_t
small_milli(const struct signals *signals, enum signal_id id)
{
	int64_t milli = signals_milli(signals, id);

	return milli > INT32_MAX ? INT32_MAX
	    : milli < INT32_MIN  ? INT32_MIN
				 : (int32_t)milli;
}

/* Whether the round trip of a client stands for its place: that of one which
 * is held for anything else does not, nor one that shows the place to be
 * wrong. */
static bool
rtt_is_usual(const struct fs_client *row, const struct signals *signals)
{
	return row->verdict.decision == FS_CLEAN &&
	    signals_known(signals, SIGNAL_CLIENT_RTT_MIN_MS) &&
	    signals_milli(signals, SIGNAL_CLIENT_RTT_MIN_MS) >= 0 &&
	    signals_milli(signals, SIGNAL_GEO_TOO_FAST_MS) == 0;
}

/* How common a gap is, all clients tell: an operator that splits TCP makes
 * every one of its clients look like a proxy's. */
static bool
gap_is_measured(const struct signals *signals)
{
	return signals_milli(signals, SIGNAL_CLIENT_TLS_GAP_FLOWS) >=
	    GAP_FLOWS_LEAST &&
	    signals_known(signals, SIGNAL_CLIENT_TLS_GAP_MS);
}

/* The size that others of an AS have is usual there only if they are what
 * they seem to be. */
static uint16_t
usual_mtu(const struct fs_client *row, const struct signals *signals)
{
	int64_t mtu = signals_milli(signals, SIGNAL_CLIENT_MTU) / 1000;

	return row->verdict.decision == FS_CLEAN && mtu > 0 && mtu <= UINT16_MAX
	    ? (uint16_t)mtu
	    : 0;
}

static bool
says_anything(const struct floor_sample *sample)
{
	return sample->rtt_milli >= 0 || sample->gap_milli >= 0 ||
	    sample->mtu > 0;
}

static void
take_sample(const struct fs_client *row, const struct signals *signals,
    struct floor_sample *sample)
{
	size_t size;
	const uint8_t *country =
	    signals_bytes(signals, SIGNAL_CLIENT_COUNTRY, &size);
	int64_t asn = signals_milli(signals, SIGNAL_CLIENT_ASN) / 1000;

	*sample = (struct floor_sample){
		.addr = row->addr,
		.located = signals_known(signals, SIGNAL_CLIENT_LATITUDE) &&
		    signals_known(signals, SIGNAL_CLIENT_LONGITUDE),
		.latitude_milli = small_milli(signals, SIGNAL_CLIENT_LATITUDE),
		.longitude_milli =
		    small_milli(signals, SIGNAL_CLIENT_LONGITUDE),
		.asn = asn > 0 && asn <= UINT32_MAX ? (uint32_t)asn : 0,
		.net = floor_net(&row->addr),
		.last_us = row->last_us,
		.rtt_milli = -1,
		.gap_milli = -1,
		.mtu = usual_mtu(row, signals),
	};
	if (size == sizeof(sample->country))
		memcpy(sample->country, country, size);
	if (rtt_is_usual(row, signals))
		sample->rtt_milli =
		    signals_milli(signals, SIGNAL_CLIENT_RTT_MIN_MS);
	if (gap_is_measured(signals))
		sample->gap_milli =
		    signals_milli(signals, SIGNAL_CLIENT_TLS_GAP_MS);
}

int
fs_floors_learn(struct fs_floors *floors, const struct fs_client *row)
{
	struct floor_sample sample;
	uint32_t *slot;
	int rc;

	if (row->verdict.view != FS_VIEW_EXIT)
		return 0;
	signals_clear(&floors->signals);
	rc = blob_decode(row->signals, row->signals_size, &floors->signals);
	if (rc < 0)
		return rc;
	/* Round trips of another sensor are those to another place. */
	if (strcmp(row->sensor, floors->settings->sensor) != 0)
		return floor_learn_other(floors, row, &floors->signals);
	take_sample(row, &floors->signals, &sample);
	slot = floors->slot_count ? slot_of(floors, &row->addr) : NULL;
	if (slot != NULL && *slot != 0) {
		floors->samples[*slot - 1] = sample;
		return 0;
	}
	if (!says_anything(&sample))
		return 0;
	if ((rc = make_room(floors)) < 0)
		return rc;
	floors->samples[floors->count++] = sample;
	*slot_of(floors, &row->addr) = floors->count;
	return 0;
}

/* ---- Freezing ---------------------------------------------------------- */

static int
by_number(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int
by_address(const void *left, const void *right)
{
	const struct floor_sample *a = left, *b = right;

	return addr_compare(&a->addr, &b->addr);
}

/* Compare indices, by their samples. Samples are in order of address, so an
 * index stands for one. */
static int
net_order(const void *left, const void *right, void *ctx)
{
	const struct floor_sample *samples = ctx;
	uint32_t i = *(const uint32_t *)left, j = *(const uint32_t *)right;
	int order = by_number(samples[i].net, samples[j].net);

	return order ? order : by_number(i, j);
}

/* Within a network, the quickest comes first, those not measured last. */
static int
quick_order(const struct floor_sample *samples, uint32_t i, uint32_t j)
{
	int order = by_number(samples[i].net, samples[j].net);

	if (order == 0)
		order = by_number((uint64_t)samples[i].rtt_milli,
		    (uint64_t)samples[j].rtt_milli);
	return order ? order : by_number(i, j);
}

static int
as_order(const void *left, const void *right, void *ctx)
{
	const struct floor_sample *samples = ctx;
	uint32_t i = *(const uint32_t *)left, j = *(const uint32_t *)right;
	int order = by_number(samples[i].asn, samples[j].asn);

	return order ? order : quick_order(samples, i, j);
}

static uint32_t
cell_of(const struct floor_sample *sample)
{
	return (uint32_t)floor_row(sample->latitude_milli) * COLUMNS +
	    floor_column(sample->longitude_milli);
}

static int
cell_order(const void *left, const void *right, void *ctx)
{
	const struct floor_sample *samples = ctx;
	uint32_t i = *(const uint32_t *)left, j = *(const uint32_t *)right;
	int order;

	if (samples[i].located != samples[j].located)
		return samples[i].located ? -1 : 1;
	order = by_number(cell_of(&samples[i]), cell_of(&samples[j]));
	return order ? order : quick_order(samples, i, j);
}

static int
make_order(const struct floor_frozen *frozen,
    int (*order)(const void *, const void *, void *), uint32_t **out)
{
	uint32_t i, *indices = malloc(frozen->count * sizeof(*indices));

	if (indices == NULL)
		return -ENOMEM;
	for (i = 0; i < frozen->count; i++)
		indices[i] = i;
	qsort_r(indices, frozen->count, sizeof(*indices), order,
	    frozen->samples);
	*out = indices;
	return 0;
}

/* Those without a place come last and are in no cell. */
static int
make_cells(struct floor_frozen *frozen)
{
	const struct floor_sample *sample;
	struct floor_cell *cell = NULL;
	uint32_t i, last = UINT32_MAX;

	frozen->cells = calloc(frozen->count, sizeof(*frozen->cells));
	if (frozen->cells == NULL)
		return -ENOMEM;
	for (i = 0; i < frozen->count; i++) {
		sample = &frozen->samples[frozen->by_cell[i]];
		if (!sample->located)
			break;
		if (cell == NULL || cell_of(sample) != last) {
			last = cell_of(sample);
			cell = &frozen->cells[frozen->cell_count++];
			cell->row = (uint16_t)(last / COLUMNS);
			cell->column = (uint16_t)(last % COLUMNS);
			cell->at = i;
		}
		cell->count++;
	}
	return 0;
}

static int
make_orders(struct floor_frozen *frozen)
{
	int rc = make_order(frozen, net_order, &frozen->by_net);

	if (rc == 0)
		rc = make_order(frozen, as_order, &frozen->by_as);
	if (rc == 0)
		rc = make_order(frozen, cell_order, &frozen->by_cell);
	return rc < 0 ? rc : make_cells(frozen);
}

/* Copies what anything was learned of, in order of address. */
static int
copy_samples(const struct fs_floors *floors, struct floor_frozen *frozen)
{
	uint32_t i;

	frozen->samples = malloc(floors->count * sizeof(*frozen->samples));
	if (frozen->samples == NULL)
		return -ENOMEM;
	for (i = 0; i < floors->count; i++)
		if (says_anything(&floors->samples[i]))
			frozen->samples[frozen->count++] = floors->samples[i];
	qsort(frozen->samples, frozen->count, sizeof(*frozen->samples),
	    by_address);
	return 0;
}

int
fs_floors_freeze(struct fs_floors *floors, struct fs_err *err)
{
	struct floor_frozen frozen = { 0 };
	char digest[sizeof(floors->digest)];
	int rc = 0;

	memset(digest, '0', sizeof(digest) - 1);
	digest[sizeof(digest) - 1] = '\0';
	if (floors->count > 0)
		rc = copy_samples(floors, &frozen);
	if (rc == 0)
		rc = floor_freeze_others(floors, &frozen);
	if (rc == 0 && frozen.count > 0)
		rc = make_orders(&frozen);
	if (rc == 0 && frozen.count + frozen.other_count > 0)
		rc = floor_digest(&frozen, digest);
	if (rc < 0) {
		frozen_fini(&frozen);
		return err_set(err, rc, "no memory for the floors");
	}
	frozen_fini(&floors->frozen);
	floors->frozen = frozen;
	memcpy(floors->digest, digest, sizeof(digest));
	return 0;
}

const char *
fs_floors_digest(const struct fs_floors *floors)
{
	return floors->digest;
}

uint64_t
fs_floors_clients(const struct fs_floors *floors)
{
	return floors->frozen.count;
}
