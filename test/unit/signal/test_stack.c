/* The marks of a SYN. */
#include "signal/final.h"

#include <string.h>

#include "test/unit/tap.h"

enum { NONE = -1, TCP = 6 };

struct syn_case {
	const char *name;
	uint8_t family, ttl;
	struct packet_tcp tcp;
	bool dont_fragment;
	uint16_t ip_id;
	uint32_t flow_label, payload;
	int mss, scale; /* NONE: unknown. */
	const char *options, *signature;
};

static const struct syn_case cases[] = {
	{ "Linux", 4, 64,
	    { .flags = TCP_SYN,
		.seq = 9,
		.window = 64240,
		.mss = 1460,
		.has_mss = true,
		.scale = 7,
		.has_scale = true,
		.has_timestamp = true,
		.ts_value = 5,
		.sack_permitted = true,
		.options = { 2, 4, 8, 1, 3 },
		.option_count = 5 },
	    true, 777, 0, 0, 1460, 7, "M,S,T,N,W",
	    "4:64:1460:mss*44:7:M,S,T,N,W:DI" },
	{ "far away, with ECN", 4, 51,
	    { .flags = TCP_SYN | TCP_ECE | TCP_CWR,
		.seq = 9,
		.window = 65535,
		.mss = 1380,
		.has_mss = true,
		.scale = 6,
		.has_scale = true,
		.options = { 2, 1, 3, 0, 0 },
		.option_count = 5 },
	    true, 0, 0, 0, 1380, 6, "M,N,W,E,E",
	    "4:64:1380:65535:6:M,N,W,E,E:DC" },
	{ "Windows", 4, 120,
	    { .flags = TCP_SYN,
		.seq = 9,
		.window = 64240,
		.mss = 1452,
		.has_mss = true,
		.scale = 8,
		.has_scale = true,
		.options = { 2, 1, 3, 1, 1, 4 },
		.option_count = 6 },
	    true, 1, 0, 0, 1452, 8, "M,N,W,N,N,S",
	    "4:128:1452:64240:8:M,N,W,N,N,S:DI" },
	{ "IPv6", 6, 64,
	    { .flags = TCP_SYN,
		.seq = 9,
		.window = 64800,
		.mss = 1440,
		.has_mss = true,
		.options = { 2 },
		.option_count = 1 },
	    true, 5, 0xABCDE, 0, 1440, NONE, "M", "6:64:1440:mss*45::M:L" },
	{ "no options, no ID", 4, 255,
	    { .flags = TCP_SYN, .seq = 9, .window = 1024 }, false, 0, 0, 0,
	    NONE, NONE, "", "4:255::1024:::Z" },
	{ "all quirks", 4, 1,
	    { .flags = TCP_SYN | TCP_URG | TCP_PSH,
		.ack = 4,
		.has_timestamp = true,
		.ts_echo = 3,
		.options = { 8, 34 },
		.option_count = 2 },
	    true, 7, 1, 20, NONE, NONE, "T,?34", "4:32::0::T,?34:DILQAUPVRB" },
	{ "an MSS of 0", 4, 32,
	    { .flags = TCP_SYN | TCP_ECE,
		.seq = 1,
		.window = 10,
		.has_mss = true },
	    false, 1, 0, 0, 0, NONE, "", "4:32:0:10:::" },
	{ "a window of 0", 4, 200,
	    { .flags = TCP_SYN, .seq = 1, .mss = 100, .has_mss = true }, false,
	    1, 0, 0, 100, NONE, "", "4:255:100:0:::" },
};

static int
count_of(const struct signals *signals, enum signal_id id)
{
	return signals_known(signals, id)
	    ? (int)(signals_milli(signals, id) / 1000)
	    : NONE;
}

static void
check_text(const struct signals *signals, enum signal_id id, const char *want,
    const char *name)
{
	size_t size = 0;
	const uint8_t *bytes = signals_bytes(signals, id, &size);

	tap_ok(signals_known(signals, id), "... is known");
	tap_bytes(bytes, size, want, strlen(want), name);
}

static void
run_case(const struct syn_case *c)
{
	struct packet syn = {
		.src.family = c->family,
		.ip_proto = TCP,
		.ttl = c->ttl,
		.dont_fragment = c->dont_fragment,
		.ip_id = c->ip_id,
		.flow_label = c->flow_label,
		.payload_size = c->payload,
		.tcp = c->tcp,
	};
	struct signals signals;

	signals_clear(&signals);
	stack_syn(&syn, &signals);
	check_text(&signals, SIGNAL_TCP_SYN_SIGNATURE, c->signature, c->name);
	check_text(&signals, SIGNAL_TCP_SYN_OPTIONS, c->options, "... options");
	tap_int(count_of(&signals, SIGNAL_TCP_SYN_TTL), c->ttl, "... TTL");
	tap_int(count_of(&signals, SIGNAL_TCP_SYN_WINDOW), c->tcp.window,
	    "... window");
	tap_int(count_of(&signals, SIGNAL_TCP_SYN_MSS), c->mss, "... MSS");
	tap_int(count_of(&signals, SIGNAL_TCP_SYN_SCALE), c->scale,
	    "... scale");
}

struct system_case {
	const char *name;
	uint8_t ttl, options[PACKET_OPTIONS_SIZE], count;
	const char *want; /* Null: unknown. */
	long long hops;
};

static const struct system_case systems[] = {
	{ "Linux", 50, { 2, 4, 8, 1, 3 }, 5, "linux", 14 },
	{ "Linux without timestamps", 64, { 2, 1, 1, 4, 1, 3 }, 6, "linux", 0 },
	{ "Windows", 113, { 2, 1, 3, 1, 1, 4 }, 6, "windows", 15 },
	{ "Apple", 50, { 2, 1, 3, 1, 1, 8, 4, 0, 0 }, 9, "apple", 14 },
	{ "Linux's options, Windows' TTL", 113, { 2, 4, 8, 1, 3 }, 5, NULL,
	    15 },
	{ "nobody's", 50, { 2 }, 1, NULL, 14 },
};

static void
test_systems(void)
{
	struct packet syn = { .src.family = 4, .ip_proto = TCP };
	struct signals signals;
	size_t i;

	for (i = 0; i < sizeof(systems) / sizeof(systems[0]); i++) {
		const struct system_case *c = &systems[i];

		syn.ttl = c->ttl;
		memcpy(syn.tcp.options, c->options, sizeof(c->options));
		syn.tcp.option_count = c->count;
		signals_clear(&signals);
		stack_syn(&syn, &signals);
		tap_int(count_of(&signals, SIGNAL_TCP_SYN_HOPS), c->hops,
		    c->name);
		if (c->want != NULL)
			check_text(&signals, SIGNAL_TCP_SYN_SYSTEM, c->want,
			    "... system");
		else
			tap_ok(!signals_known(&signals, SIGNAL_TCP_SYN_SYSTEM),
			    "... no system");
	}
}

/* As many options as fit, each of them unknown. */
static void
test_longest(void)
{
	struct packet syn = { .src.family = 4, .ip_proto = TCP };
	struct signals signals;
	size_t size = 0;

	memset(syn.tcp.options, 255, sizeof(syn.tcp.options));
	syn.tcp.option_count = PACKET_OPTIONS_SIZE;
	signals_clear(&signals);
	stack_syn(&syn, &signals);
	signals_bytes(&signals, SIGNAL_TCP_SYN_OPTIONS, &size);
	tap_int((long long)size, PACKET_OPTIONS_SIZE * 5 - 1,
	    "the longest list of options is told whole");
	signals_bytes(&signals, SIGNAL_TCP_SYN_SIGNATURE, &size);
	tap_ok(size > 120, "so is its signature");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		run_case(&cases[i]);
	test_systems();
	test_longest();
	return tap_done();
}
