#include "client/context.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"
#include "client/client.h"
#include "client/system.h"

enum {
	/* Of a JA4 such as t13d1516h2_8daaf6152771_02713d6af862: protocol,
	 * version, name and number of suites, and their hash. The rest
	 * changes when a session is resumed. */
	JA4_HEAD = 6,
	JA4_SUITES_AT = 11,
	JA4_SUITES = 12,
	JA4_LEAST = JA4_SUITES_AT + JA4_SUITES,
	US_PER_MS = 1000,
};

static uint64_t
count_of(const struct signals *signals, enum signal_id id)
{
	int64_t milli = signals_milli(signals, id);

	return milli > 0 ? (uint64_t)milli / 1000 : 0;
}

static void
count(uint32_t *counter)
{
	if (*counter < UINT32_MAX)
		(*counter)++;
}

/* ---- What a SYN says --------------------------------------------------- */

/* What does not fit any more is one of many, and seldom. */
static void
count_mtu(struct client_context *context, uint16_t mtu)
{
	uint32_t i;

	for (i = 0; i < context->mtu_count; i++)
		if (context->mtus[i].mtu == mtu)
			break;
	if (i == CONTEXT_MTUS)
		return;
	if (i == context->mtu_count)
		context->mtus[context->mtu_count++].mtu = mtu;
	count(&context->mtus[i].flows);
}

static void
fold_ttl(struct client_context *context, const struct signals *signals)
{
	uint64_t hops = count_of(signals, SIGNAL_TCP_SYN_HOPS);
	uint64_t initial = count_of(signals, SIGNAL_TCP_SYN_TTL) + hops;

	if (!signals_known(signals, SIGNAL_TCP_SYN_HOPS) || hops > UINT8_MAX)
		return;
	/* 32, 64, 128, 255. */
	context->initial_ttls |= (uint8_t)(initial <= 32 ? 1
		: initial <= 64                          ? 2
		: initial <= 128                         ? 4
							 : 8);
	if (!context->hops_known || hops < context->hops)
		context->hops = (uint8_t)hops;
	context->hops_known = true;
}

static int
fold_syn(struct client_context *context,
    const struct fs_observation *observation, const struct signals *signals)
{
	uint64_t mtu = count_of(signals, SIGNAL_TCP_SYN_MTU);
	uint64_t own = count_of(signals, SIGNAL_TCP_SYN_OWN_MTU);

	fold_ttl(context, signals);
	if (mtu > 0 && mtu <= UINT16_MAX) {
		count_mtu(context, (uint16_t)mtu);
		count(&context->syn_flows);
		if (own > mtu)
			count(&context->clamped_flows);
	}
	if (!signals_known(signals, SIGNAL_TCP_SYN_CLOCK))
		return 0;
	return clocks_add(&context->clocks,
	    hash_identity(observation->server.bytes,
		sizeof(observation->server.bytes)),
	    (uint32_t)count_of(signals, SIGNAL_TCP_SYN_CLOCK),
	    observation->first_us);
}

/* ---- What comes after it ----------------------------------------------- */

static void
fold_text(struct sketch *sketch, const struct signals *signals,
    enum signal_id id)
{
	size_t size;
	const uint8_t *text = signals_bytes(signals, id, &size);

	if (size > 0)
		sketch_add(sketch, text, size);
}

static void
fold_tls(struct client_context *context, const struct signals *signals)
{
	uint8_t program[JA4_HEAD + JA4_SUITES];
	size_t size;
	const uint8_t *ja4 = signals_bytes(signals, SIGNAL_TLS_JA4, &size);

	if (size < JA4_LEAST)
		return;
	memcpy(program, ja4, JA4_HEAD);
	memcpy(program + JA4_HEAD, ja4 + JA4_SUITES_AT, JA4_SUITES);
	sketch_add(&context->programs, program, sizeof(program));
	count(&context->tls_flows);
	if (signals_milli(signals, SIGNAL_TLS_RESUMED) != 0)
		count(&context->tls_resumed);
}

static void
fold_system(struct client_context *context, const struct signals *signals)
{
	int conflict = system_conflict(signals);

	if (conflict < 0)
		return;
	count(&context->system_flows);
	if (conflict > 0)
		count(&context->system_conflicts);
}

static int
fold_recent(struct client_context *context,
    const struct fs_observation *observation, const struct signals *signals)
{
	uint64_t span_ms =
	    time_since_us(observation->last_us, observation->first_us) /
	    US_PER_MS;
	int64_t rtt_us = signals_milli(signals, SIGNAL_RTT_MIN_MS);
	struct recent_flow flow = {
		.first_us = observation->first_us,
		.span_ms =
		    span_ms < UINT32_MAX ? (uint32_t)span_ms : UINT32_MAX,
		.rtt_us = RECENT_NONE,
	};

	if (signals_known(signals, SIGNAL_RTT_MIN_MS) && rtt_us >= 0 &&
	    rtt_us < RECENT_NONE)
		flow.rtt_us = (uint32_t)rtt_us;
	return recent_add(&context->recent, &flow);
}

int
context_fold(struct client_context **context,
    const struct fs_observation *observation, const struct signals *signals)
{
	struct client_context *made = *context;
	int rc;

	/* Who never sends anything is not worth the memory: floods and scans
	 * come from very many addresses. */
	if (count_of(signals, SIGNAL_FLOW_PAYLOAD_C2S) == 0)
		return 0;
	if (made == NULL && (made = calloc(1, sizeof(*made))) == NULL)
		return -ENOMEM;
	*context = made;
	fold_tls(made, signals);
	fold_system(made, signals);
	fold_text(&made->names, signals, SIGNAL_TLS_SNI);
	fold_text(&made->agents, signals, SIGNAL_HTTP_USER_AGENT);
	hours_add(&made->hours, observation->first_us, observation->last_us,
	    observation->bytes[0] + observation->bytes[1]);
	if ((rc = fold_syn(made, observation, signals)) < 0)
		return rc;
	return fold_recent(made, observation, signals);
}

void
context_elsewhere(struct context_elsewhere *elsewhere, int64_t milli)
{
	count(&elsewhere->flows);
	if (milli > elsewhere->milli)
		elsewhere->milli = milli;
}

void
context_free(struct client_context *context)
{
	if (context == NULL)
		return;
	clocks_fini(&context->clocks);
	recent_fini(&context->recent);
	free(context);
}

/* ---- Reading ----------------------------------------------------------- */

/* That of most flows; of several, the least, as it is what the path takes. */
static uint16_t
usual_mtu(const struct client_context *context)
{
	const struct context_mtu *usual = &context->mtus[0];
	uint32_t i;

	for (i = 1; i < context->mtu_count; i++) {
		const struct context_mtu *mtu = &context->mtus[i];

		if (mtu->flows > usual->flows ||
		    (mtu->flows == usual->flows && mtu->mtu < usual->mtu))
			usual = mtu;
	}
	return usual->mtu;
}

static void
stack_signals(const struct client_context *context, struct signals *signals)
{
	if (context->mtu_count > 0) {
		signals_set_count(signals, SIGNAL_CLIENT_SYN_FLOWS,
		    context->syn_flows);
		signals_set_count(signals, SIGNAL_CLIENT_MTU,
		    usual_mtu(context));
		signals_set_count(signals, SIGNAL_CLIENT_MTU_DISTINCT,
		    context->mtu_count);
		signals_set_count(signals, SIGNAL_CLIENT_CLAMPED_FLOWS,
		    context->clamped_flows);
	}
	if (context->hops_known) {
		signals_set_count(signals, SIGNAL_CLIENT_HOPS, context->hops);
		signals_set_count(signals, SIGNAL_CLIENT_INITIAL_TTLS,
		    (unsigned)__builtin_popcount(context->initial_ttls));
	}
	if (context->system_flows > 0) {
		signals_set_count(signals, SIGNAL_CLIENT_SYSTEM_FLOWS,
		    context->system_flows);
		signals_set_count(signals, SIGNAL_CLIENT_SYSTEM_CONFLICTS,
		    context->system_conflicts);
	}
	if (context->clocks.count > 0)
		signals_set_count(signals, SIGNAL_CLIENT_TS_CLOCKS,
		    clocks_count(&context->clocks));
}

static void
set_some(struct signals *signals, enum signal_id id,
    const struct sketch *sketch)
{
	uint32_t some = sketch_count(sketch);

	if (some > 0)
		signals_set_count(signals, id, some);
}

static void
program_signals(const struct client_context *context, struct signals *signals)
{
	set_some(signals, SIGNAL_CLIENT_TLS_PROGRAMS, &context->programs);
	set_some(signals, SIGNAL_CLIENT_SNI_DISTINCT, &context->names);
	set_some(signals, SIGNAL_CLIENT_AGENTS_DISTINCT, &context->agents);
	if (context->tls_flows == 0)
		return;
	signals_set_count(signals, SIGNAL_CLIENT_TLS_FLOWS, context->tls_flows);
	signals_set_count(signals, SIGNAL_CLIENT_TLS_RESUMED,
	    context->tls_resumed);
}

static void
elsewhere_signals(const struct context_elsewhere *elsewhere,
    enum signal_id flows, enum signal_id km, struct signals *signals)
{
	if (elsewhere->flows == 0)
		return;
	signals_set_count(signals, flows, elsewhere->flows);
	signals_set_milli(signals, km, elsewhere->milli);
}

static void
time_signals(const struct client_context *context, struct signals *signals)
{
	const struct hours *hours = &context->hours;
	uint32_t spread_us = recent_spread_us(&context->recent);
	int32_t quiet = hours_quiet_milli(hours);

	signals_set_count(signals, SIGNAL_CLIENT_CONCURRENCY,
	    recent_concurrency(&context->recent));
	if (spread_us != RECENT_NONE)
		signals_set_us(signals, SIGNAL_CLIENT_RTT_SPREAD_MS, spread_us);
	signals_set_milli(signals, SIGNAL_CLIENT_FLOWS_10MIN,
	    hours->flows[WINDOW_10MIN]);
	signals_set_milli(signals, SIGNAL_CLIENT_FLOWS_HOUR,
	    hours->flows[WINDOW_HOUR]);
	signals_set_milli(signals, SIGNAL_CLIENT_FLOWS_DAY,
	    hours->flows[WINDOW_DAY]);
	signals_set_milli(signals, SIGNAL_CLIENT_BYTES_DAY, hours->bytes);
	signals_set_count(signals, SIGNAL_CLIENT_DAYS, hours->days);
	if (quiet != HOURS_UNKNOWN)
		signals_set_milli(signals, SIGNAL_CLIENT_QUIET_HOUR, quiet);
}

void
context_signals(const struct client_context *context, struct signals *signals)
{
	if (context == NULL)
		return;
	stack_signals(context, signals);
	program_signals(context, signals);
	elsewhere_signals(&context->session, SIGNAL_CLIENT_SESSIONS_ELSEWHERE,
	    SIGNAL_CLIENT_SESSION_KM, signals);
	elsewhere_signals(&context->clock, SIGNAL_CLIENT_CLOCKS_ELSEWHERE,
	    SIGNAL_CLIENT_CLOCK_KM, signals);
	time_signals(context, signals);
}

void
client_local_signals(struct signals *signals)
{
	const int64_t day = 24000, degrees_per_hour = 15;
	int64_t utc = signals_milli(signals, SIGNAL_CLIENT_QUIET_HOUR);
	int64_t longitude = signals_milli(signals, SIGNAL_CLIENT_LONGITUDE);

	if (signals_known(signals, SIGNAL_CLIENT_QUIET_HOUR) &&
	    signals_known(signals, SIGNAL_CLIENT_LONGITUDE))
		signals_set_milli(signals, SIGNAL_CLIENT_QUIET_LOCAL_HOUR,
		    (utc + longitude / degrees_per_hour + day) % day);
}
