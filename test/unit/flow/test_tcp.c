/* TCP as the flow table sees it: states, streams, round trips. Every case is
 * played with several initial sequence numbers, so that they wrap, and with
 * the client at either endpoint. */
#include "flow/tcp.h"

#include <stdio.h>

#include "test/unit/flow/build.h"
#include "test/unit/tap.h"

enum { ACTS_MAX = 16, CLIENT = 0, SERVER = 1, NONE = -1 };

#define S TCP_SYN
#define A TCP_ACK
#define F TCP_FIN
#define R TCP_RST

/* One packet: from whom and when, and numbers counted from the ISN of their
 * side. A timestamp value of 0 is none. */
struct act {
	char who; /* 'c', 's', or 0: the end. */
	int32_t at_us;
	uint8_t flags;
	uint32_t seq, ack;
	uint16_t size;
	uint32_t ts_value, ts_echo;
};

/* What is expected at the end; pairs are client, server. Round trips are in
 * microseconds, NONE when unknown. */
struct tcp_case {
	const char *name;
	struct act acts[ACTS_MAX];
	int state;
	int retransmits[2], reorders[2], gaps[2];
	int handshake[2], least[2], samples[2];
	int ended; /* Flows that gave way to another on their tuple. */
};

/* Client 40 ms, server 1 ms from the tap. */
#define HANDSHAKE                                              \
	{ 'c', 0, S, 0, 0, 0 }, { 's', 1000, S | A, 0, 1, 0 }, \
	{                                                      \
		'c', 41000, A, 1, 1, 0                         \
	}
#define KNOWN               \
	{ 40000, 1000 },    \
	{                   \
		40000, 1000 \
	}

static const struct tcp_case cases[] = {
	{ "handshake", { HANDSHAKE }, FLOW_OPEN, { 0 }, { 0 }, { 0 }, KNOWN,
	    { 1, 1 }, 0 },
	{ "SYN alone", { { 'c', 0, S } }, FLOW_OPENING, { 0 }, { 0 }, { 0 },
	    { NONE, NONE }, { NONE, NONE }, { 0 }, 0 },
	{ "SYN and SYN-ACK are half-open",
	    { { 'c', 0, S }, { 's', 1000, S | A, 0, 1 } }, FLOW_OPENING, { 0 },
	    { 0 }, { 0 }, { NONE, 1000 }, { NONE, 1000 }, { 0, 1 }, 0 },
	{ "an ACK that guesses does not open",
	    { { 'c', 0, S }, { 's', 1000, S | A, 0, 1 },
		{ 'c', 9000, A, 1, 0xF0000000 } },
	    FLOW_OPENING, { 0 }, { 0 }, { 0 }, { NONE, 1000 }, { NONE, 1000 },
	    { 0, 1 }, 0 },
	{ "data both ways",
	    { HANDSHAKE, { 'c', 42000, A, 1, 1, 100 },
		{ 's', 42500, A, 1, 101, 200 }, { 'c', 82300, A, 101, 201 } },
	    FLOW_OPEN, { 0 }, { 0 }, { 0 }, { 40000, 1000 }, { 39800, 500 },
	    { 2, 2 }, 0 },
	{ "closed by both",
	    { HANDSHAKE, { 'c', 50000, A | F, 1, 1 },
		{ 's', 50500, A | F, 1, 2 }, { 'c', 99000, A, 2, 2 } },
	    FLOW_CLOSED, { 0 }, { 0 }, { 0 }, { 40000, 1000 }, { 40000, 500 },
	    { 2, 2 }, 0 },
	{ "closed by one", { HANDSHAKE, { 'c', 50000, A | F, 1, 1 } },
	    FLOW_CLOSING, { 0 }, { 0 }, { 0 }, KNOWN, { 1, 1 }, 0 },
	{ "reset", { HANDSHAKE, { 's', 50000, R, 1, 0 } }, FLOW_CLOSED, { 0 },
	    { 0 }, { 0 }, KNOWN, { 1, 1 }, 0 },
	{ "refused", { { 'c', 0, S }, { 's', 900, R | A, 0, 1 } }, FLOW_CLOSED,
	    { 0 }, { 0 }, { 0 }, { NONE, NONE }, { NONE, NONE }, { 0 }, 0 },
	{ "a reset that guesses its number",
	    { HANDSHAKE, { 's', 50000, R, 0x40000000, 0 } }, FLOW_OPEN, { 0 },
	    { 0 }, { 0 }, KNOWN, { 1, 1 }, 0 },
	{ "a forged reset: its sender sends on",
	    { HANDSHAKE, { 's', 50000, R, 1, 0 }, { 's', 51000, A, 1, 1, 50 } },
	    FLOW_OPEN, { 0 }, { 0 }, { 0 }, KNOWN, { 1, 1 }, 0 },
	{ "retransmitted data is no sample (Karn)",
	    { HANDSHAKE, { 's', 50000, A, 1, 1, 500 },
		{ 's', 260000, A, 1, 1, 500 }, { 'c', 270000, A, 1, 501 } },
	    FLOW_OPEN, { 0, 1 }, { 0 }, { 0 }, KNOWN, { 1, 1 }, 0 },
	{ "data after a retransmission is a sample again",
	    { HANDSHAKE, { 's', 50000, A, 1, 1, 500 },
		{ 's', 260000, A, 1, 1, 500 }, { 'c', 270000, A, 1, 501 },
		{ 's', 280000, A, 501, 1, 500 }, { 'c', 319000, A, 1, 1001 } },
	    FLOW_OPEN, { 0, 1 }, { 0 }, { 0 }, { 40000, 1000 }, { 39000, 1000 },
	    { 2, 1 }, 0 },
	{ "a retransmission with new bytes behind",
	    { HANDSHAKE, { 's', 50000, A, 1, 1, 500 },
		{ 's', 260000, A, 1, 1, 900 }, { 'c', 270000, A, 1, 901 } },
	    FLOW_OPEN, { 0, 1 }, { 0 }, { 0 }, KNOWN, { 1, 1 }, 0 },
	{ "retransmitted SYN is no sample",
	    { { 'c', 0, S }, { 'c', 1000000, S }, { 's', 1000900, S | A, 0, 1 },
		{ 'c', 1041000, A, 1, 1 } },
	    FLOW_OPEN, { 1, 0 }, { 0 }, { 0 }, { 40100, NONE }, { 40100, NONE },
	    { 1, 0 }, 0 },
	{ "retransmitted SYN, told apart by timestamps",
	    { { 'c', 0, S, 0, 0, 0, 100, 0 },
		{ 'c', 1000000, S, 0, 0, 0, 1100 },
		{ 's', 1000900, S | A, 0, 1, 0, 7000, 1100 } },
	    FLOW_OPENING, { 1, 0 }, { 0 }, { 0 }, { NONE, 900 }, { NONE, 900 },
	    { 0, 1 }, 0 },
	{ "retransmitted SYN, the first one answered",
	    { { 'c', 0, S, 0, 0, 0, 100, 0 },
		{ 'c', 1000000, S, 0, 0, 0, 1100 },
		{ 's', 1000900, S | A, 0, 1, 0, 7000, 100 } },
	    FLOW_OPENING, { 1, 0 }, { 0 }, { 0 }, { NONE, NONE },
	    { NONE, NONE }, { 0, 0 }, 0 },
	{ "retransmitted SYN-ACK is no sample",
	    { { 'c', 0, S }, { 's', 1000, S | A, 0, 1 },
		{ 's', 1001000, S | A, 0, 1 }, { 'c', 1010000, A, 1, 1 } },
	    FLOW_OPEN, { 0, 1 }, { 0 }, { 0 }, { NONE, 1000 }, { NONE, 1000 },
	    { 0, 1 }, 0 },
	{ "retransmitted SYN-ACK, the last one answered",
	    { { 'c', 0, S, 0, 0, 0, 5 }, { 's', 1000, S | A, 0, 1, 0, 100, 5 },
		{ 's', 1001000, S | A, 0, 1, 0, 1100, 5 },
		{ 'c', 1041000, A, 1, 1, 0, 1045, 1100 } },
	    FLOW_OPEN, { 0, 1 }, { 0 }, { 0 }, { 40000, 1000 }, { 40000, 1000 },
	    { 1, 1 }, 0 },
	{ "a SYN-ACK copied by the tap",
	    { { 'c', 0, S }, { 'c', 10, S }, { 's', 1000, S | A, 0, 1 },
		{ 's', 1030, S | A, 0, 1 }, { 'c', 41000, A, 1, 1 },
		{ 'c', 41020, A, 1, 1 } },
	    FLOW_OPEN, { 0 }, { 0 }, { 0 }, KNOWN, { 1, 1 }, 0 },
	{ "an answer to another SYN is no sample",
	    { { 'c', 0, S }, { 's', 1000, S | A, 0, 9 } }, FLOW_OPENING, { 0 },
	    { 0 }, { 0, 0 }, { NONE, NONE }, { NONE, NONE }, { 0, 0 }, 0 },
	{ "the ACK after a lost one is no handshake",
	    { { 'c', 0, S }, { 's', 1000, S | A, 0, 1 },
		{ 'c', 61000, A, 201, 1, 100 } },
	    FLOW_OPEN, { 0 }, { 0 }, { 0 }, { NONE, 1000 }, { NONE, 1000 },
	    { 0, 1 }, 0 },
	{ "timestamps are echoed",
	    { HANDSHAKE, { 's', 50000, A, 1, 1, 500, 100, 7 },
		{ 's', 50100, A, 501, 1, 500, 100, 7 },
		{ 'c', 92000, A, 1, 501, 0, 60, 100 } },
	    FLOW_OPEN, { 0 }, { 0 }, { 0 }, KNOWN, { 2, 1 }, 0 },
	{ "only the first packet of a timestamp is a probe",
	    { HANDSHAKE, { 's', 50000, A, 1, 1, 500, 100, 7 },
		{ 'c', 91000, A, 1, 501, 0, 60, 99 },
		{ 's', 95000, A, 501, 1, 500, 100, 7 },
		{ 'c', 131000, A, 1, 501, 9, 70, 100 } },
	    FLOW_OPEN, { 0 }, { 0 }, { 0 }, KNOWN, { 3, 1 }, 0 },
	{ "an echo of a later timestamp ends the probe",
	    { HANDSHAKE, { 's', 50000, A, 1, 1, 500, 100, 7 },
		{ 'c', 200000, A, 1, 1, 9, 60, 101 },
		{ 'c', 200001, A, 10, 1, 9, 60, 100 } },
	    FLOW_OPEN, { 0 }, { 0 }, { 0 }, KNOWN, { 1, 1 }, 0 },
	{ "no timestamp probe behind missing bytes",
	    { HANDSHAKE, { 's', 50000, A, 501, 1, 500, 100, 7 },
		{ 'c', 60000, A, 1, 1, 0, 60, 100 } },
	    FLOW_OPEN, { 0 }, { 0 }, { 0 }, KNOWN, { 1, 1 }, 0 },
	{ "a probe is not replaced by what follows",
	    { HANDSHAKE, { 's', 50000, A, 1, 1, 500 },
		{ 's', 60000, A, 501, 1, 500 }, { 'c', 89000, A, 1, 501 },
		{ 'c', 105000, A, 1, 1001 } },
	    FLOW_OPEN, { 0 }, { 0 }, { 0 }, { 40000, 1000 }, { 39000, 1000 },
	    { 2, 1 }, 0 },
	{ "nor is a timestamp's",
	    { HANDSHAKE, { 's', 50000, A, 1, 1, 500, 100, 7 },
		{ 's', 60000, A, 501, 1, 500, 110, 7 },
		{ 'c', 89000, A, 1, 1, 9, 60, 100 } },
	    FLOW_OPEN, { 0 }, { 0 }, { 0 }, { 40000, 1000 }, { 39000, 1000 },
	    { 2, 1 }, 0 },
	{ "no probe while bytes are missing",
	    { HANDSHAKE, { 's', 50000, A, 501, 1, 500 },
		{ 's', 50100, A, 1001, 1, 500 }, { 'c', 91000, A, 1, 1501 } },
	    FLOW_OPEN, { 0 }, { 0 }, { 0, 1 }, KNOWN, { 1, 1 }, 0 },
	{ "one byte that nobody acknowledged is no keep-alive",
	    { HANDSHAKE, { 's', 50000, A, 1, 1, 1 },
		{ 's', 260000, A, 1, 1, 1 }, { 'c', 270000, A, 1, 2 } },
	    FLOW_OPEN, { 0, 1 }, { 0 }, { 0 }, KNOWN, { 1, 1 }, 0 },
	{ "reordered data",
	    { HANDSHAKE, { 's', 50000, A, 501, 1, 500 },
		{ 's', 50300, A, 1, 1, 500 }, { 'c', 91000, A, 1, 1001 } },
	    FLOW_OPEN, { 0 }, { 0, 1 }, { 0 }, KNOWN, { 1, 1 }, 0 },
	{ "data lost before the tap comes again",
	    { HANDSHAKE, { 's', 50000, A, 501, 1, 500 },
		{ 's', 91000, A, 1, 1, 500 }, { 'c', 132000, A, 1, 1001 } },
	    FLOW_OPEN, { 0, 1 }, { 0 }, { 0 }, KNOWN, { 1, 1 }, 0 },
	{ "data lost by the tap",
	    { HANDSHAKE, { 's', 50000, A, 501, 1, 500 },
		{ 'c', 91000, A, 1, 1001 } },
	    FLOW_OPEN, { 0 }, { 0 }, { 0, 1 }, KNOWN, { 1, 1 }, 0 },
	{ "the last data lost by the tap",
	    { HANDSHAKE, { 'c', 91000, A, 1, 501 } }, FLOW_OPEN, { 0 }, { 0 },
	    { 0, 1 }, KNOWN, { 1, 1 }, 0 },
	{ "an acknowledgement far beyond all data",
	    { HANDSHAKE, { 'c', 91000, A, 1, 0x60000000 } }, FLOW_OPEN, { 0 },
	    { 0 }, { 0, 0 }, KNOWN, { 1, 1 }, 0 },
	{ "keep-alive probes are no retransmissions",
	    { HANDSHAKE, { 'c', 50000, A, 1, 1, 100 },
		{ 's', 50400, A, 1, 101 }, { 'c', 60050000, A, 100, 1, 1 },
		{ 's', 60050400, A, 1, 101 }, { 'c', 90050000, A, 100, 1, 0 },
		{ 's', 90050400, A, 1, 101 } },
	    FLOW_OPEN, { 0 }, { 0 }, { 0 }, { 40000, 1000 }, { 40000, 400 },
	    { 1, 2 }, 0 },
	{ "the clock steps back: no sample",
	    { HANDSHAKE, { 's', 50000, A, 1, 1, 500 },
		{ 'c', 45000, A, 1, 501 } },
	    FLOW_OPEN, { 0 }, { 0 }, { 0 }, KNOWN, { 1, 1 }, 0 },
	{ "the clock steps back within the handshake",
	    { { 'c', 5000, S }, { 's', 1000, S | A, 0, 1 },
		{ 'c', 500, A, 1, 1 } },
	    FLOW_OPEN, { 0 }, { 0 }, { 0 }, { NONE, NONE }, { NONE, NONE },
	    { 0, 0 }, 0 },
	{ "another ISN before any answer is another try",
	    { { 'c', 0, S }, { 'c', 500000, S, 5000 },
		{ 's', 500700, S | A, 0, 5001 } },
	    FLOW_OPENING, { 0 }, { 0 }, { 0 }, { NONE, 700 }, { NONE, 700 },
	    { 0, 1 }, 0 },
	{ "another ISN after closing is another flow",
	    { HANDSHAKE, { 'c', 50000, A | F, 1, 1 },
		{ 's', 50500, A | F, 1, 2 }, { 'c', 60000, S, 70000 } },
	    FLOW_OPENING, { 0 }, { 0 }, { 0 }, { NONE, NONE }, { NONE, NONE },
	    { 0, 0 }, 1 },
	{ "another ISN after data is another flow",
	    { HANDSHAKE, { 'c', 50000, A, 1, 1, 9 }, { 'c', 60000, S, 70000 } },
	    FLOW_OPENING, { 0 }, { 0 }, { 0 }, { NONE, NONE }, { NONE, NONE },
	    { 0, 0 }, 1 },
	{ "another ISN of the server",
	    { HANDSHAKE, { 'c', 50000, A | F, 1, 1 },
		{ 's', 50500, A | F, 1, 2 }, { 's', 60000, S | A, 70000, 3 } },
	    FLOW_OPENING, { 0 }, { 0 }, { 0 }, { NONE, NONE }, { NONE, NONE },
	    { 0, 0 }, 1 },
	{ "the same SYN after closing is a late copy",
	    { HANDSHAKE, { 'c', 50000, A | F, 1, 1 },
		{ 's', 50500, A | F, 1, 2 }, { 'c', 60000, S, 0 } },
	    FLOW_CLOSED, { 1, 0 }, { 0 }, { 0 }, { 40000, 1000 },
	    { 40000, 500 }, { 1, 2 }, 0 },
	{ "the SYN-ACK overtakes the SYN",
	    { { 's', 0, S | A, 0, 1 }, { 'c', 10, S },
		{ 'c', 40000, A, 1, 1 } },
	    FLOW_OPEN, { 0 }, { 0 }, { 0 }, { 40000, NONE }, { 40000, NONE },
	    { 1, 0 }, 0 },
	{ "data overtakes the SYN",
	    { { 'c', 0, A, 1, 1, 100 }, { 'c', 10, S } }, FLOW_OPENING, { 0 },
	    { 0 }, { 0 }, { NONE, NONE }, { NONE, NONE }, { 0, 0 }, 0 },
	{ "both sides open at once",
	    { { 'c', 0, S }, { 's', 300, S }, { 'c', 1000, A, 1, 1, 9 } },
	    FLOW_OPEN, { 0 }, { 0 }, { 0 }, { NONE, NONE }, { NONE, NONE },
	    { 0, 0 }, 0 },
	{ "begun before the capture",
	    { { 'c', 0, A, 5000, 900, 100 }, { 's', 600, A, 900, 5100, 10 },
		{ 'c', 40600, A, 5100, 910 } },
	    FLOW_OPEN, { 0 }, { 0 }, { 0 }, { NONE, NONE }, { 40000, 600 },
	    { 1, 1 }, 0 },
	{ "only the client's side is seen",
	    { { 'c', 0, S }, { 'c', 40000, A, 1, 1 },
		{ 'c', 40100, A, 1, 1, 500 }, { 'c', 80000, A, 501, 9001 },
		{ 'c', 90000, A | F, 501, 9001 } },
	    FLOW_CLOSING, { 0 }, { 0 }, { 0 }, { NONE, NONE }, { NONE, NONE },
	    { 0, 0 }, 0 },
	{ "only the server's side is seen",
	    { { 's', 0, S | A, 0, 1 }, { 's', 80000, A, 1, 501, 500 },
		{ 's', 80100, A, 501, 501, 500 } },
	    FLOW_OPENING, { 0 }, { 0 }, { 0 }, { NONE, NONE }, { NONE, NONE },
	    { 0, 0 }, 0 },
	{ "data in the SYN",
	    { { 'c', 0, S, 0, 0, 200 }, { 's', 1000, S | A, 0, 201 },
		{ 's', 1100, A, 1, 201, 300 }, { 'c', 41000, A, 201, 1 },
		{ 'c', 41300, A, 201, 301 } },
	    FLOW_OPEN, { 0 }, { 0 }, { 0 }, { 40000, NONE }, { 40000, NONE },
	    { 2, 0 }, 0 },
};

struct play {
	struct flow *flow;
	unsigned client; /* Endpoint. */
	int ended;
};

static struct play
play(struct flow_table *table, const struct tcp_case *c, const uint32_t *isn,
    bool swap)
{
	struct play play = { NULL };
	const struct act *act = c->acts;

	do {
		bool client = act->who == 'c';
		struct packet packet = client != swap
		    ? build_packet(6, 1, 40000, 2, 40001)
		    : build_packet(6, 2, 40001, 1, 40000);
		unsigned from, ended = 0;

		packet.tcp = (struct packet_tcp){
			.seq = isn[!client] + act->seq,
			.ack = act->flags & A ? isn[client] + act->ack : 0,
			.flags = act->flags,
			.has_timestamp = act->ts_value != 0,
			.ts_value = act->ts_value,
			.ts_echo = act->ts_echo,
		};
		packet.payload_size = act->size;
		play.flow =
		    build_touch(table, &packet, act->at_us, &from, &ended);
		play.client = client ? from : !from;
		play.ended += (int)ended;
	} while ((++act)->who != 0);
	return play;
}

/* Writes what is compared; a difference shows where it lies. */
static void
tell(char *text, size_t size, int state, const int v[14])
{
	snprintf(text, size,
	    "state %d, retransmits %d %d, reorders %d %d, gaps %d %d, "
	    "handshake %d %d, least %d %d, samples %d %d, ended %d",
	    state, v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9],
	    v[10], v[11], v[12]);
}

static void
run_case(const struct tcp_case *c, const uint32_t *isn, bool swap)
{
	struct flow_table *table = build_table(&build_limits);
	struct play got = play(table, c, isn, swap);
	char want_text[256], got_text[256], name[160];
	int want[14] = { 0 }, v[14] = { 0 }, i;

	for (i = 0; i < 2; i++) {
		const struct flow_side *side =
		    &got.flow->side[i == CLIENT ? got.client : !got.client];
		int pair[6] = { side->retransmits, side->reorders, side->gaps,
			(int)side->rtt.handshake_us, (int)side->rtt.min_us,
			(int)side->rtt.samples };
		int wanted[6] = { c->retransmits[i], c->reorders[i], c->gaps[i],
			c->handshake[i], c->least[i], c->samples[i] };
		int j;

		for (j = 0; j < 6; j++) {
			v[j * 2 + i] = pair[j];
			want[j * 2 + i] = wanted[j];
		}
	}
	v[12] = got.ended;
	want[12] = c->ended;
	tell(got_text, sizeof(got_text), got.flow->state, v);
	tell(want_text, sizeof(want_text), c->state, want);
	snprintf(name, sizeof(name), "%s (ISN %x %x%s)", c->name, isn[0],
	    isn[1], swap ? ", swapped" : "");
	tap_text(got_text, want_text, name);
	flow_table_free(table);
}

/* What the packet touched last brought, by the order of cases. */
static void
test_segments(void)
{
	static const struct {
		const char *name;
		struct act act;
		int segment;
	} steps[] = {
		{ "SYN", { 'c', 0, S }, SEGMENT_EMPTY },
		{ "SYN-ACK", { 's', 1000, S | A, 0, 1 }, SEGMENT_EMPTY },
		{ "ACK", { 'c', 41000, A, 1, 1 }, SEGMENT_EMPTY },
		{ "data", { 'c', 42000, A, 1, 1, 100 }, SEGMENT_NEW },
		{ "again", { 'c', 342000, A, 1, 1, 100 }, SEGMENT_AGAIN },
		{ "again and more", { 'c', 342100, A, 51, 1, 100 },
		    SEGMENT_PARTLY },
		{ "beyond", { 'c', 343000, A, 251, 1, 100 }, SEGMENT_AHEAD },
		{ "what was missing", { 'c', 344000, A, 151, 1, 100 },
		    SEGMENT_LATE },
		{ "all acknowledged", { 's', 345000, A, 1, 351 },
		    SEGMENT_EMPTY },
		{ "keep-alive", { 'c', 9345000, A, 350, 1, 1 }, SEGMENT_PROBE },
		{ "FIN", { 'c', 9346000, A | F, 351, 1 }, SEGMENT_EMPTY },
	};
	static const uint32_t isn[2] = { 0xFFFFFFC0, 77 };
	struct flow_table *table = build_table(&build_limits);
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct tcp_case one = { .acts = { steps[i].act } };

		tap_int(play(table, &one, isn, false).flow->segment,
		    steps[i].segment, steps[i].name);
	}
	flow_table_free(table);
}

int
main(void)
{
	static const uint32_t isns[][2] = { { 1000, 2000 }, { 0, 0 },
		{ 0xFFFFFFFF, 0xFFFFFF00 }, { 0x7FFFFF9C, 0x7FFFFFFE } };
	size_t i, j;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (j = 0; j < sizeof(isns) / sizeof(isns[0]); j++) {
			run_case(&cases[i], isns[j], false);
			run_case(&cases[i], isns[j], true);
		}
	test_segments();
	return tap_done();
}
