#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/num.h"
#include "client/floor_subject.h"
#include "signal/final.h"

/* What the way from a neighbour's place adds: a millisecond for each 55 km,
 * the slowest that was found plausible (Weinberg et al., IMC 2018). Networks
 * of two countries often meet elsewhere: twice that, and some more. */
enum {
	WAY_KM_PER_MS = 55,
	ABROAD_TIMES = 2,
	ABROAD_MILLI = 10 * 1000,
};

/* One in eight of the neighbours is as quick as the floor, and never less
 * than two are: one may be elsewhere than the database says. */
enum { FLOOR_PART = 8, FLOOR_VOUCH = 2 };

enum {
	COLUMNS = 360,
	KM_PER_DEGREE = 111,
	/* Networks of one cell that are looked at. */
	CITY_NETS = 64,
	REGION_NETS = 8,
};

/* A neighbour: what it says of the subject's place at most. */
struct neighbour {
	int64_t metres;
	uint64_t net;
	int64_t rtt_milli, bound_milli;
};

/* The nearest ones, in order of distance. */
struct neighbours {
	struct neighbour nearest[FLOOR_NEAREST];
	uint32_t count;
};

/* ---- Neighbours -------------------------------------------------------- */

static bool
is_nearer(const struct neighbour *a, const struct neighbour *b)
{
	return a->metres != b->metres ? a->metres < b->metres : a->net < b->net;
}

/* Keeps the nearest; what is as near as the other end of the city counts as
 * equal, and the number of its network decides. */
static void
keep_nearest(struct neighbours *all, const struct neighbour *one)
{
	uint32_t at = all->count;

	if (at == FLOOR_NEAREST && !is_nearer(one, &all->nearest[at - 1]))
		return;
	if (at == FLOOR_NEAREST)
		at--;
	else
		all->count++;
	for (; at > 0 && is_nearer(one, &all->nearest[at - 1]); at--)
		all->nearest[at] = all->nearest[at - 1];
	all->nearest[at] = *one;
}

/* What a neighbour at some distance says of the subject's place. */
static void
add_neighbour(const struct floor_subject *subject,
    const struct floor_sample *sample, int64_t metres, struct neighbours *all)
{
	bool abroad =
	    memcmp(sample->country, subject->country, sizeof(sample->country));
	struct neighbour one = { .net = sample->net,
		.rtt_milli = sample->rtt_milli };
	int64_t way = metres / WAY_KM_PER_MS;

	if (metres <= (int64_t)FLOOR_CITY_KM * 1000)
		way = metres = 0;
	else if (abroad)
		way = way * ABROAD_TIMES + ABROAD_MILLI;
	one.metres = metres;
	one.bound_milli = sample->rtt_milli + way;
	keep_nearest(all, &one);
}

/* Gathers the others of the subject's own network, each client for itself. */
static void
gather_net(const struct floor_subject *subject, struct neighbours *all)
{
	const struct floor_frozen *frozen = subject->frozen;
	const struct floor_sample *sample;
	uint32_t at = floor_first_of_net(frozen, subject->net);

	for (; at < frozen->count && all->count < FLOOR_NEAREST; at++) {
		sample = &frozen->samples[frozen->by_net[at]];
		if (sample->net != subject->net)
			break;
		if (sample->rtt_milli >= 0 && floor_may_speak(subject, sample))
			add_neighbour(subject, sample, 0, all);
	}
}

/* How far around a subject neighbours are looked for. */
struct circle {
	int64_t metres;
	int rows, columns; /* Cells that it reaches to each side. */
	uint32_t nets;     /* Of one cell, at most. */
	uint32_t asn;      /* 0: of any AS. */
};

static struct circle
circle_of(const struct floor_subject *subject, int km, uint32_t nets,
    uint32_t asn)
{
	double latitude = (double)subject->latitude_milli / 1000;
	double widest = fabs(latitude) + (double)km / KM_PER_DEGREE + 1;
	struct circle circle = {
		.metres = (int64_t)km * 1000,
		.rows = km / KM_PER_DEGREE + 1,
		.columns = COLUMNS,
		.nets = nets,
		.asn = asn,
	};

	/* Meridians are nearest to each other at the circle's cold end. */
	if (widest < 89)
		circle.columns = (int)((double)km / KM_PER_DEGREE /
				     cos(widest * M_PI / 180)) +
		    1;
	return circle;
}

static void
consider(const struct floor_subject *subject, const struct circle *circle,
    const struct floor_sample *sample, struct neighbours *all)
{
	int64_t metres = llround(1000 *
	    geo_distance_km((double)subject->latitude_milli / 1000,
		(double)subject->longitude_milli / 1000,
		(double)sample->latitude_milli / 1000,
		(double)sample->longitude_milli / 1000));

	if (metres <= circle->metres)
		add_neighbour(subject, sample, metres, all);
}

/* Gathers from one cell the quickest client of each network. */
static void
gather_cell(const struct floor_subject *subject, const struct circle *circle,
    const struct floor_cell *cell, struct neighbours *all)
{
	const struct floor_frozen *frozen = subject->frozen;
	const struct floor_sample *sample;
	uint64_t last = 0;
	uint32_t i, nets = 0;

	for (i = 0; i < cell->count && nets < circle->nets; i++) {
		sample = &frozen->samples[frozen->by_cell[cell->at + i]];
		if (sample->rtt_milli < 0 ||
		    !floor_may_speak(subject, sample) ||
		    (circle->asn != 0 && sample->asn != circle->asn) ||
		    (nets > 0 && sample->net == last))
			continue;
		last = sample->net;
		nets++;
		consider(subject, circle, sample, all);
	}
}

static uint32_t
first_cell(const struct floor_frozen *frozen, int row)
{
	uint32_t low = 0, high = frozen->cell_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (frozen->cells[middle].row < row)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Gathers from all cells that a circle may meet. */
static void
gather(const struct floor_subject *subject, const struct circle *circle,
    struct neighbours *all)
{
	const struct floor_frozen *frozen = subject->frozen;
	int row = floor_row(subject->latitude_milli);
	int column = floor_column(subject->longitude_milli), apart;
	uint32_t at = first_cell(frozen, row - circle->rows);

	for (; at < frozen->cell_count; at++) {
		const struct floor_cell *cell = &frozen->cells[at];

		if (cell->row > row + circle->rows)
			break;
		apart = abs((int)cell->column - column);
		if (apart > COLUMNS / 2)
			apart = COLUMNS - apart;
		if (apart <= circle->columns)
			gather_cell(subject, circle, cell, all);
	}
}

/* Gathers the quickest client of each network of the subject's AS. */
static void
gather_as(const struct floor_subject *subject, struct neighbours *all)
{
	const struct floor_frozen *frozen = subject->frozen;
	const struct floor_sample *sample;
	uint32_t at = floor_first_of_as(frozen, subject->asn);
	uint64_t last = 0;

	for (; at < frozen->count && all->count < FLOOR_NEAREST; at++) {
		sample = &frozen->samples[frozen->by_as[at]];
		if (sample->asn != subject->asn)
			break;
		if (sample->rtt_milli < 0 ||
		    !floor_may_speak(subject, sample) ||
		    (all->count > 0 && sample->net == last))
			continue;
		last = sample->net;
		add_neighbour(subject, sample, 0, all);
	}
}

/* ---- The floor --------------------------------------------------------- */

/* Gathers from the narrowest neighbourhood that has enough to say. Returns
 * its name, or null when there is none. */
static const char *
find_neighbourhood(const struct floor_subject *subject, struct neighbours *all)
{
	const struct {
		const char *name;
		struct circle circle;
		uint32_t least;
	} places[] = {
		{ "as-city",
		    circle_of(subject, FLOOR_CITY_KM, CITY_NETS, subject->asn),
		    subject->asn ? FLOOR_CITY_LEAST : UINT32_MAX },
		{ "city", circle_of(subject, FLOOR_CITY_KM, CITY_NETS, 0),
		    FLOOR_CITY_LEAST },
		{ "region", circle_of(subject, FLOOR_REGION_KM, REGION_NETS, 0),
		    FLOOR_REGION_LEAST },
	};
	size_t i;

	gather_net(subject, all);
	if (all->count >= FLOOR_NET_LEAST)
		return "net";
	for (i = 0; subject->located && i < sizeof(places) / sizeof(places[0]);
	     i++) {
		all->count = 0;
		gather(subject, &places[i].circle, all);
		if (all->count >= places[i].least)
			return places[i].name;
	}
	all->count = 0;
	if (!subject->located && subject->asn != 0)
		gather_as(subject, all);
	return all->count >= FLOOR_AS_LEAST ? "as" : NULL;
}

static int
by_bound(const void *left, const void *right)
{
	const struct neighbour *a = left, *b = right;

	return (a->bound_milli > b->bound_milli) -
	    (a->bound_milli < b->bound_milli);
}

/* The low quantile of what the neighbours say, and how many of those near by
 * are as late as the subject. */
static void
set_floor(const struct floor_subject *subject, const char *scope,
    struct neighbours *all, struct signals *signals)
{
	uint32_t at = (all->count + FLOOR_PART - 1) / FLOOR_PART;
	uint32_t i, later = 0;
	int64_t floor, excess;

	if (at < FLOOR_VOUCH)
		at = FLOOR_VOUCH;
	qsort(all->nearest, all->count, sizeof(*all->nearest), by_bound);
	floor = all->nearest[at - 1].bound_milli;
	excess = num_minus(subject->rtt_milli, floor);
	for (i = 0; i < all->count; i++)
		later += all->nearest[i].metres == 0 &&
		    all->nearest[i].rtt_milli >= subject->rtt_milli;
	signals_set_milli(signals, SIGNAL_CLIENT_FLOOR_MS, floor);
	signals_set_milli(signals, SIGNAL_CLIENT_FLOOR_EXCESS_MS,
	    excess > 0 ? excess : 0);
	signals_set_string(signals, SIGNAL_CLIENT_FLOOR_SCOPE, scope);
	signals_set_count(signals, SIGNAL_CLIENT_FLOOR_N, all->count);
	signals_set_count(signals, SIGNAL_CLIENT_FLOOR_LATER, later);
}

/* ---- Signals ----------------------------------------------------------- */

static struct floor_subject
subject_of(const struct floor_frozen *frozen, const struct fs_addr *addr,
    uint64_t last_us, const struct signals *signals)
{
	size_t size;
	const uint8_t *country =
	    signals_bytes(signals, SIGNAL_CLIENT_COUNTRY, &size);
	struct floor_subject subject = {
		.frozen = frozen,
		.addr = *addr,
		.located = signals_known(signals, SIGNAL_CLIENT_LATITUDE) &&
		    signals_known(signals, SIGNAL_CLIENT_LONGITUDE),
		.latitude_milli =
		    (int32_t)signals_milli(signals, SIGNAL_CLIENT_LATITUDE),
		.longitude_milli =
		    (int32_t)signals_milli(signals, SIGNAL_CLIENT_LONGITUDE),
		.asn = (uint32_t)(signals_milli(signals, SIGNAL_CLIENT_ASN) /
		    1000),
		.net = floor_net(addr),
		.last_us = last_us,
		.rtt_milli = signals_known(signals, SIGNAL_CLIENT_RTT_MIN_MS)
		    ? signals_milli(signals, SIGNAL_CLIENT_RTT_MIN_MS)
		    : -1,
	};

	if (size == sizeof(subject.country))
		memcpy(subject.country, country, size);
	return subject;
}

void
floor_signals(const struct fs_floors *floors, const struct fs_addr *addr,
    uint64_t last_us, struct signals *signals)
{
	struct neighbours all = { .count = 0 };
	struct floor_subject subject;
	const char *scope;

	if (floors == NULL)
		return;
	subject = subject_of(&floors->frozen, addr, last_us, signals);
	if (subject.rtt_milli >= 0 &&
	    (scope = find_neighbourhood(&subject, &all)) != NULL)
		set_floor(&subject, scope, &all, signals);
	floor_shares(&subject, signals);
	floor_others(&subject, signals);
}
