#include "rule/rule.h"
#include "rule/tests.h"
#include "test/unit/rule/files.h"
#include "test/unit/tap.h"

/* What a condition and its 'not' must say: both are tried. */
enum want { NO, YES, UNKNOWN };

static const struct {
	const char *condition;
	enum want want;
} cases[] = {
	/* Numbers. */
	{ "rtt.tcp_ms = 20.5", YES },
	{ "rtt.tcp_ms = 20.5ms", YES },
	{ "rtt.tcp_ms = 20500us", YES },
	{ "rtt.tcp_ms = 0.0205s", YES },
	{ "rtt.tcp_ms != 20.5", NO },
	{ "rtt.tcp_ms != 20", YES },
	{ "rtt.tcp_ms < 20.5", NO },
	{ "rtt.tcp_ms < 20.501", YES },
	{ "rtt.tcp_ms <= 20.5", YES },
	{ "rtt.tcp_ms > 20.499", YES },
	{ "rtt.tcp_ms > 20.5", NO },
	{ "rtt.tcp_ms >= 20.5", YES },
	{ "rtt.tcp_ms >= 1s", NO },
	{ "rtt.tcp_ms < 1min", YES },
	{ "rtt.tcp_ms < 1h", YES },
	{ "20ms < rtt.tcp_ms", YES },
	{ "20ms > rtt.tcp_ms", NO },
	{ "geo.distance_km > 500km", YES },
	{ "geo.distance_km > 5000", NO },
	{ "flow.bytes_c2s = 1.5KB", YES },
	{ "flow.bytes_c2s < 1MB", YES },
	{ "flow.bytes_c2s < 1.5KiB", YES },
	{ "flow.bytes_c2s < 1GB", YES },
	{ "flow.bytes_c2s > 1MiB", NO },
	{ "client.latitude = -33.9", YES },
	{ "client.latitude < -10deg", YES },
	{ "client.asn = 14593", YES },
	{ "client.asn = AS14593", YES },
	{ "flow.server_port = 0xca6c", YES },
	{ "flow.server_port in (1, 51820, 3)", YES },
	{ "flow.server_port in (1, 2, 3)", NO },
	{ "client.asn in (AS1, AS14593)", YES },
	{ "http.status = 200", UNKNOWN },
	{ "http.status != 200", UNKNOWN },
	{ "http.status in (200, 301)", UNKNOWN },
	{ "rtt.tls_ms > rtt.tcp_ms", YES },
	{ "rtt.tls_ms < rtt.tcp_ms", NO },
	{ "rtt.tls_ms > rtt.min_ms", UNKNOWN },
	{ "rtt.tls_ms - rtt.tcp_ms = 74.5", YES },
	{ "rtt.tls_ms - rtt.tcp_ms > 40ms + 30ms", YES },
	{ "rtt.tls_ms > 2 * rtt.tcp_ms + 50ms", YES },
	{ "rtt.tls_ms > 2 * (rtt.tcp_ms + 50ms)", NO },
	{ "rtt.tls_ms - rtt.tcp_ms - 10 = 64.5", YES },
	{ "rtt.tcp_ms * 0.5 = 10.25", YES },
	{ "rtt.min_ms - rtt.tcp_ms > 0", UNKNOWN },
	/* Precedence. */
	{ "1 + 2 * 3 = flow.retransmits_c2s", YES },
	{ "(1 + 2) * 3 = flow.retransmits_c2s", NO },
	{ "flow.gaps = 0 or flow.gaps = 1 and flow.gaps = 2", YES },
	{ "(flow.gaps = 0 or flow.gaps = 1) and flow.gaps = 2", NO },
	{ "not flow.gaps = 1 and flow.gaps = 0", YES },
	{ "not (flow.gaps = 1 or flow.gaps = 0)", NO },
	{ "not not flow.gaps = 0", YES },
	/* Three values: T = flow.gaps = 0, F = flow.gaps = 1, U. */
	{ "flow.gaps = 0 and http.status = 1", UNKNOWN },
	{ "http.status = 1 and flow.gaps = 0", UNKNOWN },
	{ "flow.gaps = 1 and http.status = 1", NO },
	{ "http.status = 1 and flow.gaps = 1", NO },
	{ "http.status = 1 and http.status = 2", UNKNOWN },
	{ "flow.gaps = 0 or http.status = 1", YES },
	{ "http.status = 1 or flow.gaps = 0", YES },
	{ "flow.gaps = 1 or http.status = 1", UNKNOWN },
	{ "http.status = 1 or flow.gaps = 1", UNKNOWN },
	{ "not http.status = 1", UNKNOWN },
	{ "not http.status = 1 or flow.gaps = 0", YES },
	{ "not (http.status = 1 and flow.gaps = 1)", YES },
	{ "not (http.status = 1 or flow.gaps = 0)", NO },
	{ "not (flow.gaps = 0 and http.status = 1)", UNKNOWN },
	{ "http.status exists", NO },
	{ "not http.status exists", YES },
	{ "http.status exists and http.status = 200", NO },
	{ "not http.status exists or http.status = 200", YES },
	{ "rtt.tcp_ms exists", YES },
	{ "tls.sni exists and dpi.protocol exists", NO },
	/* Flags. */
	{ "flow.start_seen", YES },
	{ "not flow.start_seen", NO },
	{ "flow.one_sided", NO },
	{ "flow.one_sided = false", YES },
	{ "flow.one_sided != false", NO },
	{ "flow.start_seen = true", YES },
	{ "tls.hello_retry", UNKNOWN },
	{ "tls.hello_retry = false", UNKNOWN },
	{ "flow.start_seen and not flow.one_sided", YES },
	/* Texts. */
	{ "flow.transport = udp", YES },
	{ "flow.transport = \"udp\"", YES },
	{ "flow.transport = 'udp'", YES },
	{ "flow.transport = UDP", NO },
	{ "flow.transport != tcp", YES },
	{ "flow.transport in (tcp, udp)", YES },
	{ "flow.transport in (tcp, icmp)", NO },
	{ "client.country = DE", YES },
	{ "client.country != DE", NO },
	{ "dpi.protocol = tls", UNKNOWN },
	{ "dpi.protocol in (tls, quic)", UNKNOWN },
	{ "tls.sni = http.host", YES },
	{ "tls.sni != http.host", NO },
	{ "tls.sni = tls.alpn", NO },
	{ "tls.sni = dpi.protocol", UNKNOWN },
	{ "tls.sni contains example", YES },
	{ "tls.sni contains (nothing, ample)", YES },
	{ "tls.sni contains nothing", NO },
	{ "tls.sni startswith \"api.\"", YES },
	{ "tls.sni startswith api.example.com", YES },
	{ "tls.sni startswith api.example.com.org", NO },
	{ "tls.sni startswith (x, api)", YES },
	{ "tls.sni endswith .com", YES },
	{ "tls.sni endswith .org", NO },
	{ "tls.sni endswith (org, com)", YES },
	{ "dpi.protocol contains x", UNKNOWN },
	{ "client.city = \"\"", NO },
	{ "client.city = \"Den \\\"Haag\\\"\"", YES },
	{ "client.city = 'Den \"Haag\"'", YES },
	/* Domains. */
	{ "tls.sni suffix example.com", YES },
	{ "tls.sni suffix EXAMPLE.com", YES },
	{ "tls.sni suffix \"com\"", YES },
	{ "tls.sni suffix api.example.com", YES },
	{ "tls.sni suffix v.api.example.com", NO },
	{ "tls.sni suffix ple.com", NO },
	{ "tls.sni suffix (a.org, \"*.example.com\")", YES },
	{ "tls.sni suffix .example.com", YES },
	{ "dpi.protocol suffix a.org", UNKNOWN },
	{ "tls.alpn suffix \"h2\"", YES },
	{ "tls.alpn suffix (a.org, \"1\")", YES },
	{ "tls.alpn suffix \"http\"", NO },
	/* Networks. */
	{ "http.forwarded cidr 203.0.113.0/24", YES },
	{ "http.forwarded cidr 203.0.113.9", YES },
	{ "http.forwarded cidr 198.51.100.0/24", NO },
	{ "http.forwarded cidr (198.51.100.0/24, 203.0.0.0/16)", YES },
	{ "http.forwarded cidr 2001:db8::/32", NO },
	{ "http.forwarded cidr (::1, 0.0.0.0/0)", YES },
	{ "tls.sni cidr 0.0.0.0/0", NO },
	{ "http.via cidr 0.0.0.0/0", UNKNOWN },
	{ "client.ip cidr 198.51.100.0/24", YES },
	{ "client.ip cidr (10.0.0.0/8, 198.51.100.7)", YES },
	{ "client.ip cidr (198.51.100.8, ::/0)", NO },
	{ "not client.ip cidr 10.0.0.0/8", YES },
	{ "client.ip exists", YES },
	{ "server.ip cidr 0.0.0.0/0", UNKNOWN },
	/* Regular expressions. */
	{ "tls.sni matches \"^api\\.[a-z]+\\.com$\"", YES },
	{ "tls.sni matches '^api\\.[a-z]+\\.com$'", YES },
	{ "tls.sni matches (\"x\", \"^api\")", YES },
	/* What would take too long to know is unknown. */
	{ "tls.sni matches '^(([a-z.]+)+)+[!?]$'", UNKNOWN },
	{ "tls.sni matches \"API\"", NO },
	{ "tls.sni matches \"(?i)API\"", YES },
	{ "dpi.protocol matches \".\"", UNKNOWN },
	{ "s2c.bytes matches \"^SSH-2\\.0-\"", YES },
	/* Bytes: c2s is 01 00 00 00 aa bb cc dd, s2c is "SSH-2.0-x". */
	{ "c2s.bytes = \"01 00 00 00 aa bb cc dd\"", YES },
	{ "c2s.bytes = \"01 00 00 00 aa bb cc\"", NO },
	{ "c2s.bytes != \"01\"", YES },
	{ "c2s.bytes startswith \"01000000\"", YES },
	{ "c2s.bytes startswith \"01 ?? 00 00\"", YES },
	{ "c2s.bytes startswith (\"02\", \"01 00\")", YES },
	{ "c2s.bytes startswith \"02\"", NO },
	{ "c2s.bytes startswith \"01 00 00 00 aa bb cc dd ee\"", NO },
	{ "c2s.bytes contains \"bb cc\"", YES },
	{ "c2s.bytes contains \"bb ?? DD\"", YES },
	{ "c2s.bytes contains \"cc bb\"", NO },
	{ "c2s.bytes contains \"dd 00\"", NO },
	{ "c2s.bytes[4:8] = \"aa bb cc dd\"", YES },
	{ "c2s.bytes[4:6] = \"aa ??\"", YES },
	{ "c2s.bytes[4:6] in (\"aa aa\", \"aa bb\")", YES },
	{ "c2s.bytes[4:6] != \"aa bb\"", NO },
	{ "c2s.bytes[4:8] startswith \"aa\"", YES },
	{ "c2s.bytes[4:8] contains \"cc\"", YES },
	{ "c2s.bytes[4:9] = \"aa bb cc dd ee\"", UNKNOWN },
	{ "c2s.bytes[4:9] exists", NO },
	{ "c2s.bytes[4:8] exists", YES },
	{ "c2s.bytes[1:2] = c2s.bytes[2:3]", YES },
	{ "c2s.bytes[0:1] = c2s.bytes[1:2]", NO },
	{ "c2s.bytes[0:4] = s2c.bytes[100:104]", UNKNOWN },
	{ "c2s.bytes = s2c.bytes", NO },
	{ "s2c.bytes startswith ascii(\"SSH-\")", YES },
	{ "s2c.bytes = ascii(\"SSH-2.0-x\\r\\n\\x00\")", YES },
	{ "s2c.bytes contains ascii(\"2.0\")", YES },
	{ "s2c.bytes[0:3] = ascii(\"SSH\")", YES },
	{ "c2s.bytes[0] = 1", YES },
	{ "c2s.bytes[0] = 0x01", YES },
	{ "c2s.bytes[4] > 0xa9", YES },
	{ "c2s.bytes[4] in (0xaa, 0xbb)", YES },
	{ "c2s.bytes[8] = 1", UNKNOWN },
	{ "c2s.bytes[8] exists", NO },
	{ "u8(c2s.bytes, 4) = 0xaa", YES },
	{ "u16(c2s.bytes, 4) = 0xaabb", YES },
	{ "u24(c2s.bytes, 4) = 0xaabbcc", YES },
	{ "u32(c2s.bytes, 4) = 0xaabbccdd", YES },
	{ "u16le(c2s.bytes, 4) = 0xbbaa", YES },
	{ "u24le(c2s.bytes, 4) = 0xccbbaa", YES },
	{ "u32le(c2s.bytes, 4) = 0xddccbbaa", YES },
	{ "u32le(c2s.bytes, 0) = 1", YES },
	{ "u32(c2s.bytes, 5) = 1", UNKNOWN },
	{ "u32(c2s.bytes, 5) exists", NO },
	{ "u8(c2s.bytes, 3 + u8(c2s.bytes, 0)) = 0xaa", YES },
	{ "u8(c2s.bytes, 0 - 1) = 0", UNKNOWN },
	{ "u8(c2s.bytes, 0.5) = 0", UNKNOWN },
	{ "u8(c2s.bytes, 9000000000000) = 0", UNKNOWN },
	{ "u16(c2s.bytes, 0) - 108 = c2s.first.len", YES },
	{ "len(c2s.bytes) = 8", YES },
	{ "len(tls.sni) = 15", YES },
	{ "len(seq.sizes) = 3", YES },
	{ "len(dpi.protocol) > 3", UNKNOWN },
	/* Sizes. */
	{ "seq.sizes[0] = 148", YES },
	{ "seq.sizes[1] = -92", YES },
	{ "seq.sizes[1] in (-92, -64)", YES },
	{ "seq.sizes[1] > -93B", YES },
	{ "seq.sizes[3] = 1", UNKNOWN },
	{ "seq.sizes[2] exists", YES },
	{ "seq.sizes[3] exists", NO },
	{ "seq.sizes exists", YES },
	{ "seq.sizes contains -92", YES },
	{ "seq.sizes contains 92", NO },
	{ "seq.sizes contains (5, 32)", YES },
	{ "seq.sizes[0] + seq.sizes[1] = 56", YES },
	/* Overflow is no number. */
	{ "9000000000000 * 9000000000 > rtt.tcp_ms", UNKNOWN },
	{ "rtt.tcp_ms + 9000000000000ms * 1025 > 0ms", UNKNOWN },
	/* Macros and lists. */
	{ "is_udp", YES },
	{ "not is_udp", NO },
	{ "is_unknown", UNKNOWN },
	{ "is_both", UNKNOWN },
	{ "is_udp and not is_unknown", UNKNOWN },
	{ "is_udp or is_unknown", YES },
	{ "flow.transport in transports", YES },
	{ "client.asn in systems", YES },
	{ "flow.server_port in systems", NO },
	{ "tls.sni suffix domains", YES },
	{ "http.forwarded cidr networks", YES },
	{ "http.forwarded in strings", YES },
	{ "client.asn in old", UNKNOWN },
};

static const char rule_head[] =
    "- {list: transports, items: [tcp, udp]}\n"
    "- {list: systems, items: [AS7155, 14593, 3]}\n"
    "- {list: domains, items: [x.org, example.com]}\n"
    "- {list: networks, items: [203.0.113.0/28, 2001:db8::/32]}\n"
    "- {list: strings, items: [203.0.113.9]}\n"
    "- {list: old, items: [14593], expires: 2026-01-01}\n"
    "- {macro: is_udp, condition: flow.transport in (udp)}\n"
    "- {macro: is_unknown, condition: http.status = 200}\n"
    "- {macro: is_both, condition: is_udp and is_unknown}\n";

static const char rule_format[] =
    "- rule: %s\n"
    "  desc: a case\n"
    "  class: vpn\n"
    "  family: test\n"
    "  likelihood: {if_true: 0.9, if_false: 0.1}\n"
    "  condition: |\n"
    "    %s%s%s\n";

enum { NOW_S = 1780000000 }; /* 2026-05-28 */

static void
fill(struct signals *signals)
{
	const struct fs_addr client = { .bytes = { 198, 51, 100, 7 },
		.family = 4 };

	static const int32_t sizes[] = { 148, -92, 32 };
	uint8_t bytes[16];

	signals_clear(signals);
	signals_set_string(signals, SIGNAL_FLOW_TRANSPORT, "udp");
	signals_set_count(signals, SIGNAL_FLOW_SERVER_PORT, 51820);
	signals_set_count(signals, SIGNAL_FLOW_BYTES_C2S, 1500);
	signals_set_count(signals, SIGNAL_FLOW_RETRANSMITS_C2S, 7);
	signals_set_count(signals, SIGNAL_FLOW_GAPS, 0);
	signals_set_flag(signals, SIGNAL_FLOW_START_SEEN, true);
	signals_set_flag(signals, SIGNAL_FLOW_ONE_SIDED, false);
	signals_set_bytes(signals, SIGNAL_C2S_BYTES, bytes,
	    tap_hex("01 00 00 00 aa bb cc dd", bytes, sizeof(bytes)));
	signals_set_bytes(signals, SIGNAL_S2C_BYTES,
	    (const uint8_t *)"SSH-2.0-x\r\n", 12);
	signals_set_count(signals, SIGNAL_C2S_FIRST_LEN, 148);
	signals_set_sizes(signals, SIGNAL_SEQ_SIZES, sizes, 3);
	signals_set_string(signals, SIGNAL_TLS_SNI, "api.example.com");
	signals_set_string(signals, SIGNAL_TLS_ALPN, "h2,http/1.1");
	signals_set_string(signals, SIGNAL_HTTP_HOST, "api.example.com");
	signals_set_string(signals, SIGNAL_HTTP_FORWARDED, "203.0.113.9");
	signals_set_addr(signals, SIGNAL_CLIENT_IP, &client);
	signals_set_milli(signals, SIGNAL_RTT_TCP_MS, 20500);
	signals_set_milli(signals, SIGNAL_RTT_TLS_MS, 95000);
	signals_set_milli(signals, SIGNAL_GEO_DISTANCE_KM, 1234567);
	signals_set_milli(signals, SIGNAL_CLIENT_LATITUDE, -33900);
	signals_set_string(signals, SIGNAL_CLIENT_COUNTRY, "DE");
	signals_set_string(signals, SIGNAL_CLIENT_CITY, "Den \"Haag\"");
	signals_set_count(signals, SIGNAL_CLIENT_ASN, 14593);
}

/* One file with all cases: rules 2i and 2i + 1 are a case and its 'not'. */
static char *
write_rules(void)
{
	size_t i, count = sizeof(cases) / sizeof(cases[0]), used;
	size_t room = count * 1024;
	char *text = malloc(room), name[32];

	used = (size_t)snprintf(text, room, "%s", rule_head);
	for (i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "r%zu", i);
		used += (size_t)snprintf(text + used, room - used, rule_format,
		    name, "", cases[i].condition, "");
		snprintf(name, sizeof(name), "n%zu", i);
		used += (size_t)snprintf(text + used, room - used, rule_format,
		    name, "not (", cases[i].condition, ")");
	}
	return text;
}

static void
test_cases(void)
{
	static const char *const names[] = { "no", "yes", "unknown" };
	struct told told = { .show = true };
	struct fs_ruleset *rules = NULL;
	struct signals *signals = malloc(sizeof(*signals));
	char *text = write_rules();
	size_t i;

	fill(signals);
	if (!tap_int(files_load(text, NULL, &told, &rules), 0, "they load"))
		goto out;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t now = (uint64_t)NOW_S * 1000000;
		bool yes = rule_fires(rules, 2 * i, now, signals);
		bool no = rule_fires(rules, 2 * i + 1, now, signals);

		if (!tap_ok(yes == (cases[i].want == YES) &&
			    no == (cases[i].want == NO),
			"%s: %s", cases[i].condition, names[cases[i].want]))
			printf("# fires %d, its 'not' %d\n", yes, no);
	}
out:
	fs_ruleset_free(rules);
	free(signals);
	free(text);
}

/* A thing that expires holds before. */
static void
test_expiry(void)
{
	struct fs_ruleset *rules = NULL;
	struct signals *signals = malloc(sizeof(*signals));
	char text[2048];
	int used;

	fill(signals);
	used = snprintf(text, sizeof(text), "%s", rule_head);
	snprintf(text + used, sizeof(text) - (size_t)used, rule_format, "r", "",
	    "client.asn in old", "");
	if (files_load(text, NULL, NULL, &rules) == 0) {
		tap_ok(rule_fires(rules, 0, 1767225599999999, signals),
		    "a list holds until it expires");
		tap_ok(!rule_fires(rules, 0, 1767225600000000, signals),
		    "and not from then on");
	} else {
		tap_ok(false, "a list that expires loads");
	}
	fs_ruleset_free(rules);
	free(signals);
}

int
main(void)
{
	test_cases();
	test_expiry();
	return tap_done();
}
