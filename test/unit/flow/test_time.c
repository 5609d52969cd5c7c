/* The flow table: when flows are revised and when they end. */
#include "flow/flow.h"

#include <stdio.h>

#include "test/unit/flow/build.h"
#include "test/unit/tap.h"

/* ---- Time -------------------------------------------------------------- */

/* Asks once; tells the end, or -1 when nothing is due. */
static int
due_at(struct flow_table *table, int64_t us)
{
	enum flow_end end;
	uint64_t at_us;
	struct flow *flow = flow_table_due(table, build_at(us), &end, &at_us);

	if (flow == NULL)
		return -1;
	if (end != FLOW_END_NONE)
		flow_table_end(table, flow);
	return (int)end;
}

/* Closes a connection both ways, or by a reset. */
static void
close_flow(struct flow_table *table, bool reset)
{
	struct packet c = build_packet(TCP, 1, 40000, 2, 443);
	struct packet s = build_packet(TCP, 2, 443, 1, 40000);
	struct packet steps[4];
	unsigned from;
	int i;

	steps[0] = build_flags(c, TCP_SYN, 0, 0);
	steps[1] = build_flags(s, TCP_SYN | TCP_ACK, 0, 1);
	steps[2] = build_flags(c, TCP_FIN | TCP_ACK, 1, 1);
	steps[3] = build_flags(s, TCP_FIN | TCP_ACK, 1, 2);
	if (reset)
		steps[3] = build_flags(s, TCP_RST, 1, 0);
	for (i = 0; i < 4; i++)
		build_touch(table, &steps[i], i * 1000LL, &from, NULL);
}

static void
test_idle(void)
{
	struct flow_table *table = build_table(&build_limits);
	struct packet udp = build_packet(UDP, 1, 5000, 2, 53);
	struct packet syn =
	    build_flags(build_packet(TCP, 1, 40000, 2, 443), TCP_SYN, 0, 0);
	unsigned from;

	build_touch(table, &udp, 0, &from, NULL);
	build_touch(table, &syn, 0, &from, NULL);
	tap_int(due_at(table, 59 * SECOND), -1, "a flow waits its idle time");
	build_touch(table, &udp, 59 * SECOND, &from, NULL);
	tap_int(due_at(table, 61 * SECOND), -1, "a packet renews it");
	tap_int(due_at(table, 119 * SECOND), FLOW_END_IDLE, "then it is idle");
	tap_int(flow_table_count(table), 1, "and gone");
	tap_int(due_at(table, 299 * SECOND), -1, "TCP waits longer");
	tap_int(due_at(table, 300 * SECOND), FLOW_END_IDLE, "but not forever");

	close_flow(table, false);
	tap_int(due_at(table, 9 * SECOND), -1, "a clock that steps back");
	flow_table_free(table);

	table = build_table(&build_limits);
	close_flow(table, false);
	tap_int(due_at(table, 10 * SECOND), -1, "a closed flow waits a little");
	tap_int(due_at(table, 11 * SECOND), FLOW_END_CLOSED, "and is closed");
	close_flow(table, true);
	tap_int(due_at(table, 11 * SECOND), FLOW_END_RESET, "or reset");
	flow_table_free(table);
}

static void
test_gap(void)
{
	struct flow_table *table = build_table(&build_limits);
	struct packet udp = build_packet(UDP, 1, 5000, 2, 53);
	struct packet_stack stack = { .count = 1, .time_us = build_at(0) };
	struct flow *flow = NULL, *old;
	uint64_t id;
	unsigned from;

	stack.level[0] = udp;
	tap_int(flow_table_touch(table, &stack, 0, &flow, &from), 0, "begin");
	old = flow;
	id = flow->id;
	stack.time_us = build_at(60 * SECOND);
	flow = NULL;
	tap_int(flow_table_touch(table, &stack, 0, &flow, &from), -EAGAIN,
	    "a packet after the idle time begins another flow");
	tap_ok(flow == old && flow->side[from].packets == 1,
	    "the old one is shown as it was");
	tap_int(flow_end_of(flow), FLOW_END_IDLE, "it was idle");
	flow_table_end(table, flow);
	tap_int(flow_table_touch(table, &stack, 0, &flow, &from), 0, "again");
	tap_ok(flow->id != id && flow_is_new(flow), "it is another one");
	flow_table_free(table);
}

static void
test_active(void)
{
	struct flow_limits limits = build_limits;
	struct packet syn =
	    build_flags(build_packet(TCP, 1, 40000, 2, 443), TCP_SYN, 0, 0);
	struct flow_table *table;
	struct flow *flow;
	unsigned from;

	limits.active_s = 30;
	table = build_table(&limits);
	flow = build_touch(table, &syn, 0, &from, NULL);
	tap_int(due_at(table, 29 * SECOND), -1, "no revision yet");
	tap_int(due_at(table, 30 * SECOND), FLOW_END_NONE, "the first one");
	tap_int(due_at(table, 30 * SECOND), -1, "once");
	flow->rev = 1;
	tap_int(due_at(table, 61 * SECOND), -1, "none without news");
	build_touch(table, &syn, 70 * SECOND, &from, NULL);
	tap_int(due_at(table, 89 * SECOND), -1, "nor before its time");
	tap_int(due_at(table, 92 * SECOND), FLOW_END_NONE, "then the next");
	tap_int(due_at(table, 370 * SECOND), FLOW_END_IDLE, "and the end");
	flow_table_free(table);
}

/* What is due, and when, does not depend on how often somebody asks. */
static void
test_steps(void)
{
	struct flow_limits limits = build_limits;
	struct packet syn =
	    build_flags(build_packet(TCP, 1, 40000, 2, 443), TCP_SYN, 0, 0);
	static const int64_t steps_s[] = { 1, 7, 1000 };
	uint64_t want[3] = { build_at(30 * SECOND), build_at(60 * SECOND),
		build_at(340 * SECOND) };
	size_t i;

	limits.active_s = 30;
	for (i = 0; i < sizeof(steps_s) / sizeof(steps_s[0]); i++) {
		struct flow_table *table = build_table(&limits);
		struct flow *flow;
		enum flow_end end = FLOW_END_NONE;
		unsigned from, count = 0;
		uint64_t at_us, got[3] = { 0 };
		int64_t now_s;

		(void)build_touch(table, &syn, 0, &from, NULL);
		(void)build_touch(table, &syn, 40 * SECOND, &from, NULL);
		for (now_s = 40; now_s < 2000; now_s += steps_s[i])
			while ((flow = flow_table_due(table,
				    build_at(now_s * SECOND), &end, &at_us)) !=
			    NULL) {
				flow->rev++;
				if (count < 3)
					got[count] = at_us;
				count++;
				if (end != FLOW_END_NONE)
					flow_table_end(table, flow);
			}
		tap_int(count, 3, "two revisions and an end");
		tap_bytes(got, sizeof(got), want, sizeof(want),
		    "at the same times");
		flow_table_free(table);
	}
}

static void
test_limits(void)
{
	struct flow_limits limits = { 0 };
	struct flow_table *table = NULL;
	struct packet udp = build_packet(UDP, 1, 5000, 2, 53);
	unsigned from, ended = 0;

	tap_int(flow_table_new(&limits, &table), 0, "a table without limits");
	build_touch(table, &udp, 0, &from, &ended);
	build_touch(table, &udp, 10, &from, &ended);
	tap_int(ended, 0, "still has a second's patience");
	flow_table_free(table);
	limits.flow_max = UINT32_MAX;
	table = NULL;
	tap_int(flow_table_new(&limits, &table), -ENOMEM,
	    "a table beyond all measure");
	tap_ok(table == NULL, "is not made");
}

static void
test_names(void)
{
	tap_text(flow_end_name(FLOW_END_CLOSED), "closed", "closed");
	tap_text(flow_end_name(FLOW_END_RESET), "reset", "reset");
	tap_text(flow_end_name(FLOW_END_IDLE), "idle", "idle");
	tap_text(flow_end_name(FLOW_END_EVICTED), "evicted", "evicted");
	tap_text(flow_end_name(FLOW_END_FLUSH), "flush", "flush");
	tap_text(flow_end_name(FLOW_END_NONE), "", "not ended");
}

int
main(void)
{
	test_idle();
	test_gap();
	test_active();
	test_steps();
	test_limits();
	test_names();
	return tap_done();
}
