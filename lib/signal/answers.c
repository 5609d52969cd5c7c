/* How soon the client's program answers (SIGNALS: T2, T8, T9, T10), beyond
 * the round trip of TCP; and when the packets passed that the samples lie
 * between. */
#include "flow/answers.h"

#include "base/num.h"
#include "flow/rtt.h"
#include "signal/final.h"
#include "signal/times.h"

enum {
	/* Less is the tap at the client's own door... */
	DOOR_US = 2000,
	/* ...when the server is farther away than this. */
	FAR_US = 5000,
};

static uint32_t
beyond(uint32_t us, uint32_t least_us)
{
	return us > least_us ? us - least_us : 0;
}

static void
add_span(struct signals *signals, enum times_kind kind,
    const struct answers_span *span)
{
	if (span->at_us != ANSWERS_LATE && span->at_us >= span->us)
		times_add(signals, kind, span->at_us - span->us, span->us);
}

/* The middle one of a kind's spans, the lower of two. */
static void
set_middle(const struct answers *answers, enum answers_kind kind,
    uint32_t least_us, enum signal_id id, struct signals *signals)
{
	static const enum times_kind kinds[ANSWERS_KINDS] = {
		[ANSWERS_UPLOAD] = TIMES_UPLOAD,
		[ANSWERS_WINDOW] = TIMES_WINDOW,
		[ANSWERS_SETTINGS] = TIMES_SETTINGS,
		[ANSWERS_CLOSE] = TIMES_CLOSE,
		[ANSWERS_ACK] = TIMES_ACK,
	};
	const struct answers_span *span;
	uint32_t count, kept = answers_spans(answers, kind, &span, &count);

	if (kept == 0)
		return;
	span += (kept - 1) / 2;
	signals_set_us(signals, id, beyond(span->us, least_us));
	add_span(signals, kinds[kind], span);
}

static void
set_turns(const struct answers *answers, uint32_t least_us,
    struct signals *signals)
{
	const struct answers_span *span;
	int32_t gaps[ANSWERS_KEPT];
	uint32_t i, us, count;
	uint32_t kept = answers_spans(answers, ANSWERS_TURN, &span, &count);

	signals_set_count(signals, SIGNAL_RTT_TURNS, count);
	if (kept == 0)
		return;
	for (i = 0; i < kept; i++) {
		us = beyond(span[i].us, least_us);
		gaps[i] = us < INT32_MAX ? (int32_t)us : INT32_MAX;
	}
	signals_set_us(signals, SIGNAL_RTT_TURN_GAP_MS, (uint64_t)gaps[0]);
	signals_set_sizes(signals, SIGNAL_RTT_TURN_GAPS, gaps, kept);
	add_span(signals, TIMES_TURN, span);
}

static void
set_answers(const struct answers *answers, uint32_t least_us,
    struct signals *signals)
{
	uint32_t uploads = answers->list[ANSWERS_UPLOAD].count;

	set_turns(answers, least_us, signals);
	set_middle(answers, ANSWERS_SETTINGS, least_us,
	    SIGNAL_RTT_H2_SETTINGS_GAP_MS, signals);
	set_middle(answers, ANSWERS_WINDOW, least_us,
	    SIGNAL_RTT_H2_WINDOW_GAP_MS, signals);
	set_middle(answers, ANSWERS_CLOSE, least_us, SIGNAL_RTT_CLOSE_GAP_MS,
	    signals);
	set_middle(answers, ANSWERS_ACK, least_us, SIGNAL_RTT_ACK_GAP_MS,
	    signals);
	set_middle(answers, ANSWERS_UPLOAD, least_us, SIGNAL_RTT_UPLOAD_STEP_MS,
	    signals);
	if (uploads > 0)
		signals_set_count(signals, SIGNAL_RTT_UPLOAD_STEPS, uploads);
}

/* The time since the flow began, or that of the beginning. */
static uint64_t
since_start(const struct flow *flow, uint64_t time_us)
{
	return time_since_us(time_us, flow->first_us);
}

static void
set_tcp_times(const struct flow *flow, struct signals *signals)
{
	const struct flow_rtt *rtt = &flow->side[flow->client].rtt;

	if (rtt->handshake_us != RTT_UNKNOWN && flow->ack_us != 0)
		times_add(signals, TIMES_HANDSHAKE,
		    since_start(flow, flow->ack_us - rtt->handshake_us),
		    rtt->handshake_us);
	if (rtt->min_us != RTT_UNKNOWN && rtt->min_at_us != flow->ack_us)
		times_add(signals, TIMES_LEAST,
		    since_start(flow, rtt->min_at_us - rtt->min_us),
		    rtt->min_us);
}

void
final_answers(const struct flow *flow, struct signals *signals)
{
	uint32_t client_us = flow->side[flow->client].rtt.min_us;
	uint32_t server_us = flow->side[!flow->client].rtt.min_us;

	if (client_us == RTT_UNKNOWN)
		return;
	/* In front of the client there is no path whose end could be early:
	 * what is slow there is the client. */
	if (client_us < DOOR_US && server_us != RTT_UNKNOWN &&
	    server_us > FAR_US) {
		signals_forget(signals, SIGNAL_RTT_TLS_GAP_MS);
		return;
	}
	if (flow->answers == NULL)
		return;
	set_tcp_times(flow, signals);
	set_answers(flow->answers, client_us, signals);
	if (flow->answers->turnaround_us != RTT_UNKNOWN)
		signals_set_us(signals, SIGNAL_RTT_TURNAROUND_MS,
		    flow->answers->turnaround_us);
}
