#include <string.h>

#include "base/addr.h"
#include "base/num.h"
#include "report/explain.h"

/* What the signals of a row say of a measurement, and why others lack. */

/* ---- Measured against expected ------------------------------------------ */

static const struct {
	const char *what, *expected;
	enum signal_id measured, against;
	/* Whether more than expected is odd, or less. */
	bool more;
} comparisons[] = {
	{ "TLS round trip", "as long as that of TCP", SIGNAL_RTT_TLS_MS,
	    SIGNAL_RTT_TCP_MS, true },
	{ "least round trip", "no less than light needs for the distance",
	    SIGNAL_RTT_MIN_MS, SIGNAL_GEO_LEAST_RTT_MS, false },
	{ "least round trip", "no more than is usual for the distance",
	    SIGNAL_RTT_MIN_MS, SIGNAL_GEO_USUAL_RTT_MS, true },
	{ "least round trip of all its flows",
	    "no less than light needs for the distance",
	    SIGNAL_CLIENT_RTT_MIN_MS, SIGNAL_GEO_LEAST_RTT_MS, false },
	{ "least round trip of all its flows",
	    "no more than is usual for the distance", SIGNAL_CLIENT_RTT_MIN_MS,
	    SIGNAL_GEO_USUAL_RTT_MS, true },
	{ "least round trip of all its flows",
	    "no more than the quickest of its neighbours need",
	    SIGNAL_CLIENT_RTT_MIN_MS, SIGNAL_CLIENT_FLOOR_MS, true },
};

void
explain_measure(struct explain *explain)
{
	const struct signals *signals = explain->signals;
	struct explain_measured *line;
	size_t i;

	for (i = 0; i < sizeof(comparisons) / sizeof(comparisons[0]); i++) {
		if (!signals_known(signals, comparisons[i].measured) ||
		    !signals_known(signals, comparisons[i].against))
			continue;
		line = &explain->measured[explain->measured_count++];
		line->what = comparisons[i].what;
		line->expected = comparisons[i].expected;
		line->measured_milli =
		    signals_milli(signals, comparisons[i].measured);
		line->expected_milli =
		    signals_milli(signals, comparisons[i].against);
		line->gap_milli = comparisons[i].more
		    ? num_minus(line->measured_milli, line->expected_milli)
		    : num_minus(line->expected_milli, line->measured_milli);
	}
	if (!signals_known(signals, SIGNAL_CLIENT_TLS_GAP_MS))
		return;
	line = &explain->measured[explain->measured_count++];
	line->what = "TLS behind TCP, over all its flows";
	line->expected = "nothing but the client's own time";
	line->measured_milli = line->gap_milli =
	    signals_milli(signals, SIGNAL_CLIENT_TLS_GAP_MS);
	line->expected_milli = 0;
}

/* ---- What is not known -------------------------------------------------- */

static bool
is_tcp(const struct explain *explain)
{
	return !explain->is_client && explain->flow.flow.ip_proto == 6;
}

static bool
start_was_seen(const struct explain *explain)
{
	return signals_milli(explain->signals, SIGNAL_FLOW_START_SEEN) != 0;
}

static bool
is_one_sided(const struct explain *explain)
{
	return signals_milli(explain->signals, SIGNAL_FLOW_ONE_SIDED) != 0;
}

static const char *
why_no_rtt(const struct explain *explain)
{
	if (!is_tcp(explain))
		return "the flow is not TCP";
	if (is_one_sided(explain))
		return "only one direction was seen";
	if (!start_was_seen(explain))
		return "the handshake was not seen";
	return "no clean sample: segments were sent again, or nothing "
	       "answered";
}

static const char *
why_no_tls_rtt(const struct explain *explain)
{
	if (!is_tcp(explain))
		return "the flow is not TCP";
	if (!signals_known(explain->signals, SIGNAL_TLS_VERSION) &&
	    !signals_known(explain->signals, SIGNAL_TLS_JA4))
		return "no TLS handshake was seen";
	return "the TLS handshake was cut, repeated or not answered";
}

static const char *
why_no_hello(const struct explain *explain)
{
	if (!explain->is_client && !start_was_seen(explain))
		return "the start was not seen";
	return "no ClientHello was seen";
}

static const char *
why_no_syn(const struct explain *explain)
{
	return is_tcp(explain) ? "the SYN was not seen" : "the flow is not TCP";
}

/* Whether the verdict rests on geo databases: their digest is not of
 * nothing. */
static bool
has_geo(const struct explain *explain)
{
	const char *digest = explain->generation.geo_digest;

	return explain->has_generation && strspn(digest, "0") != strlen(digest);
}

static const char *
why_no_place(const struct explain *explain)
{
	const struct fs_addr *addr = explain->is_client
	    ? &explain->client.client.addr
	    : &explain->flow.flow.client;

	if (!has_geo(explain))
		return "no geo database is configured";
	if (addr_is_special(addr))
		return "the address belongs to no public network";
	return "the geo databases do not have the address";
}

static const char *
why_no_distance(const struct explain *explain)
{
	if (!signals_known(explain->signals, SIGNAL_CLIENT_LATITUDE))
		return "the client's place is not known";
	return "no location of the sensor is configured, or the place is too "
	       "vague";
}

static const char *
why_no_gap(const struct explain *explain)
{
	(void)explain;
	return "no flow had both a TCP and a TLS round trip";
}

static const char *
why_no_samples(const struct explain *explain)
{
	(void)explain;
	return "no flow had a round trip";
}

static const char *
why_no_shape(const struct explain *explain)
{
	(void)explain;
	return "no flow showed one";
}

static const struct {
	uint8_t scope; /* enum signal_scope: of flows, clients, both */
	enum signal_id id;
	const char *what;
	const char *(*why)(const struct explain *explain);
} wanted[] = {
	{ SCOPE_FLOW, SIGNAL_RTT_TCP_MS, "TCP round trip (rtt.tcp_ms)",
	    why_no_rtt },
	{ SCOPE_FLOW, SIGNAL_RTT_TLS_MS, "TLS round trip (rtt.tls_ms)",
	    why_no_tls_rtt },
	{ SCOPE_CLIENT, SIGNAL_CLIENT_TLS_GAP_MS,
	    "TLS behind TCP (client.tls_gap_ms)", why_no_gap },
	{ SCOPE_CLIENT, SIGNAL_CLIENT_RTT_MIN_MS,
	    "least round trip (client.rtt_min_ms)", why_no_samples },
	{ SCOPE_BOTH, SIGNAL_CLIENT_COUNTRY, "place (client.country)",
	    why_no_place },
	{ SCOPE_BOTH, SIGNAL_CLIENT_ASN, "network (client.asn)", why_no_place },
	{ SCOPE_FLOW, SIGNAL_GEO_DISTANCE_KM, "distance (geo.distance_km)",
	    why_no_distance },
	{ SCOPE_FLOW, SIGNAL_TLS_JA4, "TLS client (tls.ja4)", why_no_hello },
	{ SCOPE_CLIENT, SIGNAL_CLIENT_JA4_DISTINCT,
	    "number of TLS clients (client.ja4_distinct)", why_no_shape },
	{ SCOPE_FLOW, SIGNAL_TCP_SYN_SIGNATURE,
	    "network stack (tcp.syn.signature)", why_no_syn },
	{ SCOPE_CLIENT, SIGNAL_CLIENT_SYN_DISTINCT,
	    "number of network stacks (client.syn_distinct)", why_no_shape },
};
_Static_assert(sizeof(wanted) / sizeof(wanted[0]) <= EXPLAIN_UNKNOWN,
    "all that is wanted has room");
_Static_assert(sizeof(comparisons) / sizeof(comparisons[0]) + 1 <=
	EXPLAIN_MEASURED,
    "all comparisons have room");

void
explain_find_unknown(struct explain *explain)
{
	const uint8_t scope = explain->is_client ? SCOPE_CLIENT : SCOPE_FLOW;
	struct explain_unknown *line;
	size_t i;

	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (!(wanted[i].scope & scope) ||
		    signals_known(explain->signals, wanted[i].id))
			continue;
		line = &explain->unknown[explain->unknown_count++];
		line->what = wanted[i].what;
		line->why = wanted[i].why(explain);
	}
}
