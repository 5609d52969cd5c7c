#include "client/elsewhere.h"

#include <errno.h>

#include "base/hash.h"
#include "base/num.h"

int
elsewhere_init(struct elsewhere *elsewhere)
{
	elsewhere->sessions = sessions_new();
	elsewhere->wanderers = wanderers_new();
	if (elsewhere->sessions != NULL && elsewhere->wanderers != NULL)
		return 0;
	elsewhere_fini(elsewhere);
	return -ENOMEM;
}

void
elsewhere_fini(struct elsewhere *elsewhere)
{
	sessions_free(elsewhere->sessions);
	wanderers_free(elsewhere->wanderers);
	*elsewhere = (struct elsewhere){ 0 };
}

static void
fold_session(struct elsewhere *elsewhere, struct client_context *context,
    const struct fs_addr *client, const struct fs_observation *observation,
    const struct signals *signals)
{
	int64_t away = sessions_note(elsewhere->sessions, client,
	    observation->first_us, signals);

	if (away != SIGHTING_NOT_ELSEWHERE && context != NULL)
		context_elsewhere(&context->session, away);
}

/* Only a clock that several flows of the client are on is looked for
 * elsewhere: what is drawn for each connection never is. */
static void
fold_clock(struct elsewhere *elsewhere, struct client_context *context,
    const struct fs_addr *client, const struct fs_observation *observation,
    const struct signals *signals)
{
	int64_t rtt_us = signals_milli(signals, SIGNAL_RTT_TCP_MS), away;
	struct wanderer seen = {
		.server = hash_identity(observation->server.bytes,
		    sizeof(observation->server.bytes)),
		.value =
		    (uint32_t)(signals_milli(signals, SIGNAL_TCP_SYN_CLOCK) /
			1000),
	};

	if (context == NULL || rtt_us <= 0 ||
	    !signals_known(signals, SIGNAL_TCP_SYN_CLOCK))
		return;
	seen.rate_hz = clocks_rate(&context->clocks, seen.server, seen.value,
	    observation->first_us);
	if (seen.rate_hz == 0)
		return;
	seen.time_us =
	    time_since_us(observation->first_us, (uint64_t)rtt_us / 2);
	away = wanderers_note(elsewhere->wanderers, &seen, client, signals);
	if (away != SIGHTING_NOT_ELSEWHERE)
		context_elsewhere(&context->clock, away);
}

void
elsewhere_fold(struct elsewhere *elsewhere, struct client_context *context,
    const struct fs_addr *client, const struct fs_observation *observation,
    const struct signals *signals)
{
	fold_session(elsewhere, context, client, observation, signals);
	fold_clock(elsewhere, context, client, observation, signals);
}
