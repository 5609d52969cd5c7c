/* Honest clients as thought experiments: every network that clients come
 * from, in every place that a database may have it, with everything that
 * programs do. The shipped rules may hold such a client for review; none may
 * be anomalous. A new rule that makes one so is wrong, however many tunnels
 * it finds. */
#include "verdict/verdict.h"

#include <stdio.h>
#include <string.h>

#include "rule/rule.h"
#include "test/unit/tap.h"

enum { FACTS = 10, NAMES_SIZE = 512 };

/* A signal, in its own unit. */
struct fact {
	enum signal_id id;
	double value;
};

/* What is true of a client; a later one overrides an earlier one. */
struct trait {
	const char *name;
	struct fact facts[FACTS];
};

#define FACT(id, value)                   \
	{                                 \
		SIGNAL_CLIENT_##id, value \
	}
#define GEO(id, value)                 \
	{                              \
		SIGNAL_GEO_##id, value \
	}

/* Numbers of systems that the shipped lists know. */
#define HOSTING FACT(ASN, 14061)
#define MOBILE FACT(ASN, 21928)
#define SATELLITE FACT(ASN, 6621)
#define CONTENT FACT(ASN, 13335)
#define ACCESS FACT(ASN, 3320)
#define CLAMPED FACT(CLAMPED_FLOWS, 20)
#define SYSTEMS FACT(INITIAL_TTLS, 2), FACT(SYN_DISTINCT, 4)
#define CLOCKS FACT(TS_CLOCKS, 5)

/* What every client has: 20 flows, TLS as soon as TCP, a round trip. */
static const struct trait usual = { "usual",
	{ FACT(FLOWS, 20), FACT(TLS_GAP_MS, 3), FACT(TLS_GAP_FLOWS, 20),
	    FACT(SYN_FLOWS, 20), FACT(CLAMPED_FLOWS, 0), FACT(INITIAL_TTLS, 1),
	    FACT(SYN_DISTINCT, 1), FACT(TLS_FLOWS, 20), FACT(TLS_PROGRAMS, 1),
	    FACT(RTT_MIN_MS, 120) } };

static const struct trait networks[] = {
	{ "home", { ACCESS, FACT(MTU, 1500) } },
	{ "home, PPPoE", { ACCESS, FACT(MTU, 1492), CLAMPED } },
	{ "home, DS-Lite", { ACCESS, FACT(MTU, 1452), CLAMPED } },
	{ "home, 6rd", { ACCESS, FACT(MTU, 1480) } },
	{ "home, tunnelled IPv4", { ACCESS, FACT(MTU, 1420), CLAMPED } },
	{ "home, least IPv6", { ACCESS, FACT(MTU, 1280) } },
	{ "office", { ACCESS, FACT(MTU, 1500), SYSTEMS, CLOCKS } },
	{ "office joined by IPsec", { ACCESS, FACT(MTU, 1400), CLAMPED } },
	{ "carrier NAT",
	    { ACCESS, FACT(MTU, 1440), CLAMPED, SYSTEMS, CLOCKS } },
	{ "telephone", { MOBILE, FACT(MTU, 1420), CLAMPED, SYSTEMS, CLOCKS } },
	{ "telephone of an operator that no list has",
	    { ACCESS, FACT(MTU, 1400), CLAMPED, SYSTEMS, CLOCKS } },
	{ "satellite", { SATELLITE, FACT(MTU, 1500), FACT(RTT_MIN_MS, 590) } },
	{ "satellite that no list has",
	    { ACCESS, FACT(MTU, 1472), FACT(RTT_MIN_MS, 590) } },
	{ "web gateway", { CONTENT, FACT(MTU, 1500), SYSTEMS, CLOCKS } },
	{ "network without a number", { FACT(MTU, 1500) } },
	{ "virtual machine", { HOSTING, FACT(MTU, 1500) } },
	{ "virtual machine, large frames", { HOSTING, FACT(MTU, 9001) } },
	{ "Google Cloud", { HOSTING, FACT(MTU, 1460) } },
	{ "containers, VXLAN", { HOSTING, FACT(MTU, 1450) } },
	{ "containers, Geneve", { HOSTING, FACT(MTU, 1442) } },
	{ "containers, OpenShift", { HOSTING, FACT(MTU, 1400) } },
	{ "containers, VXLAN in Geneve", { HOSTING, FACT(MTU, 1392) } },
	{ "containers, WireGuard over IPv4", { HOSTING, FACT(MTU, 1440) } },
	{ "containers, WireGuard", { HOSTING, FACT(MTU, 1420) } },
	{ "cloud NAT", { HOSTING, FACT(MTU, 1500), SYSTEMS, CLOCKS } },
};

static const struct trait places[] = {
	{ "where it is",
	    { GEO(TOO_FAST_MS, 0), GEO(TOO_SLOW_MS, 0), GEO(RADIUS_KM, 200) } },
	{ "nobody knows where", { FACT(RTT_MIN_MS, 120) } },
	{ "of a whole country",
	    { FACT(RADIUS_KM, 1000), GEO(RADIUS_KM, 1000) } },
	{ "a detour away",
	    { GEO(TOO_FAST_MS, 0), GEO(TOO_SLOW_MS, 45),
		GEO(RADIUS_KM, 200) } },
	{ "a long detour away",
	    { GEO(TOO_FAST_MS, 0), GEO(TOO_SLOW_MS, 80),
		GEO(RADIUS_KM, 200) } },
	{ "misplaced, too near",
	    { GEO(TOO_FAST_MS, 0), GEO(TOO_SLOW_MS, 180),
		GEO(RADIUS_KM, 200) } },
	{ "misplaced, too far",
	    { GEO(TOO_FAST_MS, 40), GEO(TOO_SLOW_MS, 0),
		GEO(RADIUS_KM, 200) } },
	{ "as its neighbours",
	    { GEO(TOO_FAST_MS, 0), GEO(TOO_SLOW_MS, 0), GEO(RADIUS_KM, 200),
		FACT(FLOOR_N, 9), FACT(FLOOR_LATER, 4),
		FACT(FLOOR_EXCESS_MS, 8) } },
	{ "misplaced, as another sensor says",
	    { GEO(TOO_FAST_MS, 0), GEO(TOO_SLOW_MS, 0), GEO(RADIUS_KM, 200),
		FACT(OTHER_TOO_FAST_MS, 40), FACT(OTHER_RTT_MS, 9) } },
	{ "slower than its neighbours",
	    { GEO(TOO_FAST_MS, 0), GEO(TOO_SLOW_MS, 0), GEO(RADIUS_KM, 200),
		FACT(FLOOR_N, 9), FACT(FLOOR_LATER, 0),
		FACT(FLOOR_EXCESS_MS, 45) } },
	{ "as late as some neighbours",
	    { GEO(TOO_FAST_MS, 0), GEO(TOO_SLOW_MS, 120), GEO(RADIUS_KM, 200),
		FACT(FLOOR_N, 9), FACT(FLOOR_LATER, 2),
		FACT(FLOOR_EXCESS_MS, 150) } },
};

static const struct trait habits[] = {
	{ "asks now and then", { FACT(TURNS, 9), FACT(QUICK_TURNS, 4) } },
	{ "thinks first", { FACT(TURNS, 40), FACT(QUICK_TURNS, 2) } },
	{ "sleeps 100 ms",
	    { FACT(TURNS, 40), FACT(QUICK_TURNS, 0),
		FACT(TURN_FLOOR_MS, 101) } },
	{ "many at once",
	    { FACT(CONCURRENCY, 12), FACT(TURNS, 40), FACT(QUICK_TURNS, 30) } },
	{ "many at once, thinks first",
	    { FACT(CONCURRENCY, 12), FACT(TURNS, 40), FACT(QUICK_TURNS, 2) } },
	{ "resumes always", { FACT(TLS_RESUMED, 18) } },
	{ "slow cryptography",
	    { FACT(TLS_GAP_MS, 35), FACT(TURNS, 9), FACT(QUICK_TURNS, 5),
		FACT(TURN_FLOOR_MS, 2) } },
	{ "slow, and never at once",
	    { FACT(TLS_GAP_MS, 45), FACT(TURNS, 9), FACT(QUICK_TURNS, 0) } },
	{ "connects in advance",
	    { FACT(HELLO_DWELL_MS, 300), FACT(HELLO_DWELL_FLOWS, 9) } },
	{ "many routers away", { FACT(HOPS, 26) } },
	{ "works by night", { FACT(DAYS, 20), FACT(QUIET_LOCAL_HOUR, 13) } },
	{ "of a size that is rare in its AS",
	    { FACT(AS_MTU_N, 30), FACT(AS_MTU_SHARE, 0) } },
	{ "of a size that is usual in its AS",
	    { FACT(AS_MTU_N, 30), FACT(AS_MTU_SHARE, 30) } },
	{ "on a line that is loaded at times", { FACT(RTT_SPREAD_MS, 90) } },
	{ "a virtual machine behind its host's NAT",
	    { FACT(SYSTEM_FLOWS, 20), FACT(SYSTEM_CONFLICTS, 20) } },
	{ "asks three times only", { FACT(FLOWS, 3) } },
	{ "came from another network",
	    { FACT(SESSIONS_ELSEWHERE, 2), FACT(SESSION_KM, 300) } },
};

/* An operator or an office ends TCP before the client does, as a proxy would,
 * or the line is too slow for what is sent. Neither is so of servers of hosting
 * companies. */
static const struct trait split = { "TCP ends in the path",
	{ FACT(TLS_GAP_MS, 90), FACT(TLS_GAP_FLOWS, 20), FACT(TURNS, 12),
	    FACT(QUICK_TURNS, 0), FACT(TURN_FLOOR_MS, 88),
	    FACT(SETTINGS_GAP_MS, 88), FACT(SETTINGS_GAP_FLOWS, 6),
	    FACT(WINDOW_GAP_MS, 88), FACT(WINDOW_GAP_FLOWS, 4) } };

static const struct trait slow = { "a line too slow for its data",
	{ FACT(TLS_GAP_MS, 90), FACT(TLS_GAP_FLOWS, 20), FACT(ACK_GAP_MS, 88),
	    FACT(ACK_GAP_FLOWS, 20), FACT(TURNS, 12), FACT(QUICK_TURNS, 0) } };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
apply(const struct trait *trait, struct signals *signals)
{
	size_t i;

	for (i = 0; i < FACTS && trait->facts[i].id != 0; i++)
		signals_set_milli(signals, trait->facts[i].id,
		    (int64_t)(trait->facts[i].value * 1000));
}

static struct fs_verdict
judge(const struct fs_ruleset *rules, const struct signals *signals)
{
	static struct fs_evidence evidence[FS_EVIDENCE_MAX];
	struct verdict_subject subject = { .view = FS_VIEW_EXIT,
		.coverage = FS_COVERAGE_FULL,
		.client = { .family = 4, .bytes = { 198, 51, 100, 7 } },
		.protocol = "tls" };
	struct fs_verdict verdict = { 0 };
	struct fs_settings settings;
	uint32_t count;

	if (fs_settings_init(&settings) < 0)
		return verdict;
	count = rule_evaluate(rules, SCOPE_CLIENT, FS_VIEW_EXIT, 1, signals,
	    evidence);
	verdict_decide(&settings.scoring, &settings.policy, &subject, evidence,
	    count, &verdict);
	fs_settings_fini(&settings);
	return verdict;
}

/* Judges one client, and names it if it is held for what it is not. */
static void
try_client(const struct fs_ruleset *rules, const struct trait *const *traits,
    size_t count, char *names)
{
	static struct signals signals;
	struct fs_verdict verdict;
	size_t i, size = strlen(names);

	signals_clear(&signals);
	apply(&usual, &signals);
	for (i = 0; i < count; i++)
		apply(traits[i], &signals);
	verdict = judge(rules, &signals);
	if (verdict.decision != FS_ANOMALOUS)
		return;
	for (i = 1; i < count; i++, size = strlen(names))
		snprintf(names + size, NAMES_SIZE - size, "%s %s",
		    i == 1 ? ":" : ",", traits[i]->name);
}

static void
test_network(const struct fs_ruleset *rules, const struct trait *network)
{
	char names[NAMES_SIZE];
	const struct trait *traits[3] = { network };
	size_t i, k;

	for (i = 0; i < COUNT(places); i++) {
		traits[1] = &places[i];
		names[0] = '\0';
		for (k = 0; k < COUNT(habits); k++) {
			traits[2] = &habits[k];
			try_client(rules, traits, COUNT(traits), names);
		}
		tap_ok(names[0] == '\0', "%s, %s: not anomalous%s",
		    network->name, places[i].name, names);
	}
}

/* An operator's splitter or a slow line, wherever its address seems to be. */
static void
test_line(const struct fs_ruleset *rules, const struct trait *network,
    const struct trait *line)
{
	char names[NAMES_SIZE] = "";
	const struct trait *traits[3] = { network, NULL, line };
	size_t i;

	for (i = 0; i < COUNT(places); i++) {
		traits[1] = &places[i];
		try_client(rules, traits, COUNT(traits), names);
	}
	tap_ok(names[0] == '\0', "%s, %s: not anomalous%s", network->name,
	    line->name, names);
}

/* What is no honest client is anomalous: else the table would show nothing. */
static void
test_other(const struct fs_ruleset *rules)
{
	static const struct trait later = { "later than its neighbours",
		{ GEO(RADIUS_KM, 20), GEO(TOO_FAST_MS, 0), GEO(TOO_SLOW_MS, 80),
		    FACT(FLOOR_N, 12), FACT(FLOOR_LATER, 0),
		    FACT(FLOOR_EXCESS_MS, 190) } };
	char names[NAMES_SIZE] = "";
	const struct trait *traits[3] = { &networks[0], &later, &split };

	try_client(rules, traits, COUNT(traits), names);
	tap_ok(names[0] != '\0',
	    "one that is 190 ms later than its neighbours "
	    "where TCP ends in the path is anomalous");
}

static bool
is_hosting(const struct trait *network)
{
	const struct fact hosting = HOSTING;

	return network->facts[0].id == hosting.id &&
	    network->facts[0].value == hosting.value;
}

int
main(void)
{
	static const char *const paths[] = { "rules" };
	struct fs_ruleset *rules = NULL;
	size_t i;

	tap_int(fs_ruleset_load(paths, 1, NULL, NULL, NULL, &rules), 0,
	    "the shipped rules load");
	if (rules == NULL)
		return tap_done();
	for (i = 0; i < COUNT(networks); i++) {
		test_network(rules, &networks[i]);
		if (is_hosting(&networks[i]))
			continue;
		test_line(rules, &networks[i], &split);
		test_line(rules, &networks[i], &slow);
	}
	test_other(rules);
	fs_ruleset_free(rules);
	return tap_done();
}
