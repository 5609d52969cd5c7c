/* The rules of rules/: they load without a word, and their own tests say
 * what they must. Inline packets go the way of captured ones, from the frame
 * to the signals. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/flow.h"
#include "packet/packet.h"
#include "rule/rule.h"
#include "rule/tests.h"
#include "signal/final.h"
#include "signal/inspect.h"
#include "test/unit/rule/files.h"
#include "test/unit/tap.h"

enum {
	LINK_ETHERNET = 1,
	PROTO_TCP = 6,
	ETHER_SIZE = 14,
	IP_SIZE = 20,
	TCP_SIZE = 20,
	UDP_SIZE = 8,
	CLIENT_PORT = 49152,
	START_S = 1780000000,
};

/* ---- Frames ------------------------------------------------------------ */

struct conversation {
	struct packet_decoder *decoder;
	struct flow_table *flows;
	struct inspect_pool *pool;
	struct packet_stack stack;
	struct flow *flow; /* The table's. */
	const struct rule_test *test;
	uint32_t seq[2];
	uint64_t now_us;
};

static void
put16(uint8_t *to, size_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

static void
put32(uint8_t *to, uint32_t value)
{
	put16(to, value >> 16);
	put16(to + 2, value & 0xffff);
}

static size_t
put_transport(struct conversation *talk, unsigned dir, uint8_t flags,
    size_t payload, uint8_t *to)
{
	bool tcp = talk->test->ip_proto == PROTO_TCP;

	put16(to, dir == 0 ? CLIENT_PORT : talk->test->port);
	put16(to + 2, dir == 0 ? talk->test->port : CLIENT_PORT);
	if (!tcp) {
		put16(to + 4, UDP_SIZE + payload);
		return UDP_SIZE;
	}
	put32(to + 4, talk->seq[dir]);
	put32(to + 8, flags & TCP_ACK ? talk->seq[!dir] : 0);
	to[12] = TCP_SIZE / 4 << 4;
	to[13] = flags;
	put16(to + 14, 65535);
	talk->seq[dir] += (uint32_t)payload + ((flags & TCP_SYN) != 0);
	return TCP_SIZE;
}

static void
take_frame(struct conversation *talk, const struct fs_frame *frame)
{
	const struct packet *packet = &talk->stack.level[0];
	unsigned from;

	if (packet_decode(talk->decoder, frame, &talk->stack) < 0 ||
	    flow_table_touch(talk->flows, &talk->stack, 0, &talk->flow, &from) <
		0)
		abort();
	if (packet->payload.left == 0 || talk->flow->decided)
		return;
	if (talk->flow->inspect == NULL &&
	    inspect_take(talk->pool, talk->flow, NULL) < 0)
		abort();
	talk->flow->decided = inspect_packet(talk->pool, talk->flow, packet,
	    from, frame->time_us);
}

/* Sends one packet of which 'wire_size' bytes of payload were sent, and
 * 'size' captured. */
static void
send_packet(struct conversation *talk, unsigned dir, uint8_t flags,
    const uint8_t *payload, size_t size, size_t wire_size)
{
	uint8_t frame[ETHER_SIZE + IP_SIZE + TCP_SIZE + 4096] = { 0 };
	uint8_t *ip = frame + ETHER_SIZE;
	size_t head;

	put16(frame + 12, 0x0800);
	head =
	    IP_SIZE + put_transport(talk, dir, flags, wire_size, ip + IP_SIZE);
	ip[0] = 0x45;
	put16(ip + 2, head + wire_size);
	ip[8] = 64;
	ip[9] = talk->test->ip_proto;
	put32(ip + 12, dir == 0 ? 0xc0000201 : 0xc6336401);
	put32(ip + 16, dir == 0 ? 0xc6336401 : 0xc0000201);
	if (size)
		memcpy(ip + head, payload, size);
	take_frame(talk,
	    &(struct fs_frame){ .bytes = frame,
		.size = (uint32_t)(ETHER_SIZE + head + size),
		.wire_size = (uint32_t)(ETHER_SIZE + head + wire_size),
		.time_us = talk->now_us,
		.link = LINK_ETHERNET });
}

static void
open_connection(struct conversation *talk)
{
	send_packet(talk, 0, TCP_SYN, NULL, 0, 0);
	send_packet(talk, 1, TCP_SYN | TCP_ACK, NULL, 0, 0);
	send_packet(talk, 0, TCP_ACK, NULL, 0, 0);
}

static void
converse(const struct rule_test *test, struct signals *signals)
{
	static const struct flow_limits limits = { 16, 60, 60, 5, 0, 1 };
	struct conversation *talk = calloc(1, sizeof(*talk));
	size_t i;

	if (talk == NULL || (talk->decoder = packet_decoder_new(1)) == NULL ||
	    flow_table_new(&limits, &talk->flows) < 0 ||
	    inspect_pool_new(4, NULL, &talk->pool) < 0)
		abort();
	talk->test = test;
	talk->now_us = (uint64_t)START_S * 1000000;
	if (test->ip_proto == PROTO_TCP)
		open_connection(talk);
	for (i = 0; i < test->packet_count; i++) {
		const struct rule_packet *packet = &test->packets[i];

		talk->now_us = (uint64_t)START_S * 1000000 + packet->at_us;
		send_packet(talk, packet->dir, TCP_PSH | TCP_ACK, packet->bytes,
		    packet->size, packet->wire_size);
	}
	inspect_collect(talk->pool, talk->flow, signals);
	final_flow(talk->flow, FLOW_END_FLUSH, signals);
	inspect_give(talk->pool, talk->flow);
	flow_table_end(talk->flows, talk->flow);
	inspect_pool_free(talk->pool);
	flow_table_free(talk->flows);
	packet_decoder_free(talk->decoder);
	free(talk);
}

/* ---- Rules ------------------------------------------------------------- */

static void
run_test(const struct fs_ruleset *rules, size_t index,
    const struct rule_test *test)
{
	struct signals *signals = calloc(1, sizeof(*signals));
	struct fs_rule_info info;
	bool fires;

	if (signals == NULL)
		abort();
	fs_ruleset_info(rules, index, &info);
	if (test->packet_count > 0)
		converse(test, signals);
	else
		rule_test_signals(test, signals);
	fires = rule_fires(rules, index, (uint64_t)START_S * 1000000, signals);
	tap_ok(fires == test->matches, "%s, line %u: %s", info.name, test->line,
	    test->matches ? "matches" : "does not match");
	free(signals);
}

static void
run_rule(const struct fs_ruleset *rules, size_t index)
{
	const struct rule_test *tests;
	struct fs_rule_info info;
	bool has[2] = { false, false };
	size_t i, count;

	fs_ruleset_info(rules, index, &info);
	tests = rule_tests(rules, index, &count);
	for (i = 0; i < count; i++) {
		has[tests[i].matches] = true;
		if (tests[i].capture == NULL)
			run_test(rules, index, &tests[i]);
	}
	if (!has[0] || !has[1])
		tap_ok(false, "%s has a match and a non-match", info.name);
	if (info.says == NULL || info.benign == NULL || info.references == NULL)
		tap_ok(false, "%s has a sentence, benign cases, references",
		    info.name);
}

/* The same files give the same digest. */
static void
test_digest(const struct fs_ruleset *rules)
{
	static const char *const paths[] = { "rules" };
	struct fs_ruleset *again = NULL;

	if (fs_ruleset_load(paths, 1, NULL, NULL, NULL, &again) == 0)
		tap_text(fs_ruleset_digest(again), fs_ruleset_digest(rules),
		    "loaded twice, the digest is the same");
	fs_ruleset_free(again);
}

int
main(void)
{
	static const char *const paths[] = { "rules" };
	struct told told = { .show = true };
	struct fs_ruleset *rules = NULL;
	size_t i;

	tap_int(fs_ruleset_load(paths, 1, files_tell, &told, NULL, &rules), 0,
	    "the shipped rules load");
	tap_int(told.errors + told.warnings, 0, "without a fault or warning");
	if (rules == NULL)
		return tap_done();
	tap_ok(fs_ruleset_count(rules) >= 80, "there are %zu of them",
	    fs_ruleset_count(rules));
	for (i = 0; i < fs_ruleset_count(rules); i++)
		run_rule(rules, i);
	test_digest(rules);
	fs_ruleset_free(rules);
	return tap_done();
}
