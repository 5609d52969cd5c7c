/* How common in a client's AS and network is what it shows. */
#include <stdlib.h>

#include "base/addr.h"
#include "client/floor_subject.h"

static const uint64_t stale_us = (uint64_t)FLOOR_DAYS * 86400 * 1000000;

/* ---- Who may speak ----------------------------------------------------- */

bool
floor_is_recent(const struct floor_subject *subject, uint64_t last_us)
{
	uint64_t apart_us = last_us > subject->last_us
	    ? last_us - subject->last_us
	    : subject->last_us - last_us;

	return apart_us <= stale_us;
}

bool
floor_may_speak(const struct floor_subject *subject,
    const struct floor_sample *sample)
{
	return floor_is_recent(subject, sample->last_us) &&
	    addr_compare(&sample->addr, &subject->addr) != 0;
}

uint32_t
floor_first_of_as(const struct floor_frozen *frozen, uint32_t asn)
{
	uint32_t low = 0, high = frozen->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (frozen->samples[frozen->by_as[middle]].asn < asn)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint32_t
floor_first_of_net(const struct floor_frozen *frozen, uint64_t net)
{
	uint32_t low = 0, high = frozen->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (frozen->samples[frozen->by_net[middle]].net < net)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* ---- Counting ---------------------------------------------------------- */

/* What is asked of each sample: whether it says anything, and whether it
 * shows what the subject does. */
struct share {
	bool (*measured)(const struct floor_sample *sample);
	bool (*shown)(const struct floor_sample *sample, uint16_t mtu);
	uint16_t mtu; /* The subject's. */
	uint32_t measured_count, shown_count;
};

static bool
gap_measured(const struct floor_sample *sample)
{
	return sample->gap_milli >= 0;
}

static bool
gap_shown(const struct floor_sample *sample, uint16_t mtu)
{
	(void)mtu;
	return sample->gap_milli > FLOOR_GAP_MILLI;
}

static bool
mtu_measured(const struct floor_sample *sample)
{
	return sample->mtu > 0;
}

static bool
mtu_shown(const struct floor_sample *sample, uint16_t mtu)
{
	return sample->mtu == mtu;
}

/* Returns whether the sample said anything. */
static bool
count_sample(const struct floor_subject *subject,
    const struct floor_sample *sample, struct share *share)
{
	if (!share->measured(sample) || !floor_may_speak(subject, sample))
		return false;
	share->measured_count++;
	share->shown_count += share->shown(sample, share->mtu);
	return true;
}

static void
count_net(const struct floor_subject *subject, struct share *share)
{
	const struct floor_frozen *frozen = subject->frozen;
	uint32_t at = floor_first_of_net(frozen, subject->net);

	for (; at < frozen->count && share->measured_count < FLOOR_GAPS &&
	     frozen->samples[frozen->by_net[at]].net == subject->net;
	     at++)
		count_sample(subject, &frozen->samples[frozen->by_net[at]],
		    share);
}

/* One client of each network speaks for it. */
static void
count_as(const struct floor_subject *subject, struct share *share)
{
	const struct floor_frozen *frozen = subject->frozen;
	const struct floor_sample *sample;
	uint32_t at = floor_first_of_as(frozen, subject->asn);
	uint64_t last = 0;

	for (; at < frozen->count && share->measured_count < FLOOR_GAPS; at++) {
		sample = &frozen->samples[frozen->by_as[at]];
		if (sample->asn != subject->asn)
			break;
		if (share->measured_count > 0 && sample->net == last)
			continue;
		if (count_sample(subject, sample, share))
			last = sample->net;
	}
}

static void
set_share(const struct share *share, enum signal_id n, enum signal_id percent,
    struct signals *signals)
{
	if (share->measured_count == 0)
		return;
	signals_set_count(signals, n, share->measured_count);
	signals_set_milli(signals, percent,
	    (int64_t)share->shown_count * 100 * 1000 / share->measured_count);
}

void
floor_shares(const struct floor_subject *subject, struct signals *signals)
{
	struct share net = { .measured = gap_measured, .shown = gap_shown };
	struct share gaps = net;
	struct share mtus = { .measured = mtu_measured, .shown = mtu_shown };

	count_net(subject, &net);
	set_share(&net, SIGNAL_CLIENT_NET_GAP_N, SIGNAL_CLIENT_NET_GAP_SHARE,
	    signals);
	if (subject->asn == 0)
		return;
	count_as(subject, &gaps);
	set_share(&gaps, SIGNAL_CLIENT_AS_GAP_N, SIGNAL_CLIENT_AS_GAP_SHARE,
	    signals);
	if (!signals_known(signals, SIGNAL_CLIENT_MTU))
		return;
	mtus.mtu = (uint16_t)(signals_milli(signals, SIGNAL_CLIENT_MTU) / 1000);
	count_as(subject, &mtus);
	set_share(&mtus, SIGNAL_CLIENT_AS_MTU_N, SIGNAL_CLIENT_AS_MTU_SHARE,
	    signals);
}
