/* What is read off the flow's record. */
#include "signal/final.h"

#include <string.h>

#include "test/unit/tap.h"

enum { NONE = -1, ICMP = 1, TCP = 6, UDP = 17 };

#define UNKNOWN UINT32_MAX

static struct flow
tcp_flow(void)
{
	return (struct flow){
		.key = { .port = { 443, 40000 }, .ip_proto = TCP, .family = 4 },
		.first_us = 1000000,
		.last_us = 3500000,
		.client = 1,
		.start_seen = true,
		.side = { { .packets = 20,
			      .bytes = 20000,
			      .payload_bytes = 19000,
			      .retransmits = 3,
			      .gaps = 65535,
			      .rtt = { .handshake_us = 900,
				  .min_us = 700,
				  .samples = 4 } },
		    { .packets = 10,
			.bytes = 3000,
			.payload_bytes = 2500,
			.retransmits = 1,
			.gaps = 2,
			.rtt = { .handshake_us = 41000,
			    .min_us = 40000,
			    .samples = 5 } } },
	};
}

static int
milli_of(const struct signals *signals, enum signal_id id)
{
	return signals_known(signals, id) ? (int)signals_milli(signals, id)
					  : NONE;
}

static void
check_text(const struct signals *signals, enum signal_id id, const char *want,
    const char *name)
{
	char text[64] = "";

	if (signals_known(signals, id))
		signals_format(signals, id, false, text, sizeof(text));
	tap_text(text, want, name);
}

static void
test_tcp(void)
{
	static const struct {
		enum signal_id id;
		int want;
		const char *name;
	} wants[] = {
		{ SIGNAL_FLOW_SERVER_PORT, 443000, "server's port" },
		{ SIGNAL_FLOW_DURATION_MS, 2500000, "duration" },
		{ SIGNAL_FLOW_PACKETS_C2S, 10000, "client's packets" },
		{ SIGNAL_FLOW_PACKETS_S2C, 20000, "server's packets" },
		{ SIGNAL_FLOW_BYTES_C2S, 3000000, "client's bytes" },
		{ SIGNAL_FLOW_BYTES_S2C, 20000000, "server's bytes" },
		{ SIGNAL_FLOW_PAYLOAD_C2S, 2500000, "client's payload" },
		{ SIGNAL_FLOW_PAYLOAD_S2C, 19000000, "server's payload" },
		{ SIGNAL_FLOW_RETRANSMITS_C2S, 1000, "client's retransmits" },
		{ SIGNAL_FLOW_RETRANSMITS_S2C, 3000, "server's retransmits" },
		{ SIGNAL_FLOW_GAPS, 65537000, "gaps of both" },
		{ SIGNAL_FLOW_START_SEEN, 1, "start" },
		{ SIGNAL_FLOW_ONE_SIDED, 0, "both sides" },
		{ SIGNAL_RTT_TCP_MS, 41000, "client's handshake" },
		{ SIGNAL_RTT_MIN_MS, 40000, "client's least" },
		{ SIGNAL_RTT_SERVER_MS, 700, "server's least" },
		{ SIGNAL_RTT_SAMPLES, 5000, "client's samples" },
		{ SIGNAL_TUNNEL_DEPTH, 0, "no tunnel around it" },
		{ SIGNAL_TUNNEL_CARRIES, NONE, "none inside" },
		{ SIGNAL_TUNNEL_INSIDE, NONE, "nor known" },
		{ SIGNAL_TUNNEL_ID, NONE, "nor numbered" },
	};
	struct flow flow = tcp_flow();
	struct signals signals;
	size_t i;

	signals_clear(&signals);
	final_flow(&flow, FLOW_END_CLOSED, &signals);
	for (i = 0; i < sizeof(wants) / sizeof(wants[0]); i++)
		tap_int(milli_of(&signals, wants[i].id), wants[i].want,
		    wants[i].name);
	check_text(&signals, SIGNAL_FLOW_TRANSPORT, "tcp", "transport");
	check_text(&signals, SIGNAL_FLOW_END, "closed", "how it ended");
}

static void
test_unknown(void)
{
	struct flow flow = tcp_flow();
	struct signals signals;
	int i;

	for (i = 0; i < 2; i++)
		flow.side[i].rtt = (struct flow_rtt){ .handshake_us = UNKNOWN,
			.min_us = UNKNOWN };
	flow.side[0].packets = 0;
	flow.last_us = 0;
	signals_clear(&signals);
	final_flow(&flow, FLOW_END_NONE, &signals);
	tap_int(milli_of(&signals, SIGNAL_RTT_TCP_MS), NONE, "no handshake");
	tap_int(milli_of(&signals, SIGNAL_RTT_MIN_MS), NONE, "no round trip");
	tap_int(milli_of(&signals, SIGNAL_RTT_SERVER_MS), NONE, "nor another");
	tap_int(milli_of(&signals, SIGNAL_RTT_SAMPLES), 0, "no samples");
	tap_int(milli_of(&signals, SIGNAL_FLOW_ONE_SIDED), 1, "one side");
	tap_int(milli_of(&signals, SIGNAL_FLOW_DURATION_MS), 0,
	    "a clock that ran backwards");
	check_text(&signals, SIGNAL_FLOW_END, "open", "it has not ended");
}

static void
test_others(void)
{
	struct flow flow = tcp_flow();
	struct signals signals;

	flow.key.ip_proto = UDP;
	flow.carries = CARRIER_VXLAN;
	flow.carried = CARRIER_GRE;
	flow.depth = 2;
	flow.carrier_id = 4096;
	signals_clear(&signals);
	final_flow(&flow, FLOW_END_IDLE, &signals);
	tap_int(milli_of(&signals, SIGNAL_FLOW_SERVER_PORT), 443000,
	    "UDP has ports");
	tap_int(milli_of(&signals, SIGNAL_FLOW_RETRANSMITS_C2S), NONE,
	    "but no retransmissions");
	tap_int(milli_of(&signals, SIGNAL_RTT_SAMPLES), NONE,
	    "and no round trips");
	check_text(&signals, SIGNAL_TUNNEL_CARRIES, "vxlan", "what it carries");
	check_text(&signals, SIGNAL_TUNNEL_INSIDE, "gre", "what carries it");
	tap_int(milli_of(&signals, SIGNAL_TUNNEL_DEPTH), 2000, "how deep");
	tap_int(milli_of(&signals, SIGNAL_TUNNEL_ID), 4096000, "its number");

	flow.key.ip_proto = ICMP;
	signals_clear(&signals);
	final_flow(&flow, FLOW_END_EVICTED, &signals);
	tap_int(milli_of(&signals, SIGNAL_FLOW_SERVER_PORT), NONE,
	    "ICMP has no ports");
	check_text(&signals, SIGNAL_FLOW_END, "evicted", "it was given up");
	flow.key.ip_proto = 250;
	signals_clear(&signals);
	final_flow(&flow, FLOW_END_FLUSH, &signals);
	check_text(&signals, SIGNAL_FLOW_TRANSPORT, "ip-250", "a number");
}

int
main(void)
{
	test_tcp();
	test_unknown();
	test_others();
	return tap_done();
}
