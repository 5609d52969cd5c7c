/* nDPI's opinion of a flow (libndpi 4.2 to 5.x; the only user of it).
 *
 * Only what it read in the flow's own bytes counts: guesses by port or
 * address, and what its caches remember of other flows, would make the answer
 * depend on what else was in the capture. */
#include "signal/source.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include <ndpi_api.h>

#include "base/err.h"
#include "signal/dpi_name.h"

/* 4002, 4004, ..., 5000 */
#define NDPI_RELEASE (NDPI_MAJOR * 1000 + NDPI_MINOR)

#if NDPI_RELEASE < 4002 || NDPI_RELEASE >= 6000
#error "libndpi 4.2 to 5.x is needed"
#endif

enum {
	PACKETS_MAX = 32,
	IP_SIZE_MAX = UINT16_MAX,
	PORT_MDNS = 5353,
	PORT_DOT = 853,
	TLS_RECORD_FIRST = 20, /* RFC 8446, 5.1 */
	TLS_RECORD_LAST = 23,
	TLS_MAJOR = 3,
};

/* What all flows of a pool share. */
struct dpi {
	struct ndpi_detection_module_struct *module; /* Owned. */
	struct dpi_protocol *protocols; /* Owned; by nDPI's number. */
	size_t count;
};

/* Of one flow. */
struct dpi_flow {
	struct ndpi_flow_struct *flow; /* Owned; null when it is not needed. */
	const struct dpi_protocol *protocol; /* The shared part's, or null. */
	const char *confidence;              /* Static. */
	uint64_t last_ms;
	unsigned packets;
};

/* ---- What differs between releases -------------------------------------- */

#if NDPI_RELEASE >= 4010

/* Names that a release does not know are refused by it, which is no harm. */
static void
configure(struct ndpi_detection_module_struct *module)
{
	static const char *const caches[] = { "lru.ookla.size",
		"lru.bittorrent.size", "lru.stun.size", "lru.stun_zoom.size",
		"lru.tls_cert.size", "lru.mining.size", "lru.msteams.size",
		"lru.zoom.size", "lru.fpc_dns.size", "lru.signal.size" };
	size_t i;

	for (i = 0; i < sizeof(caches) / sizeof(caches[0]); i++)
		(void)ndpi_set_config(module, NULL, caches[i], "0");
	(void)ndpi_set_config(module, NULL, "dpi.guess_on_giveup", "0");
	(void)ndpi_set_config(module, "any", "ip_list.load", "0");
	(void)ndpi_set_config(module, "tor", "ip_list.load", "0");
}

static struct ndpi_detection_module_struct *
begin_module(void)
{
	struct ndpi_detection_module_struct *module =
	    ndpi_init_detection_module(NULL);

	if (module != NULL)
		configure(module);
	return module;
}

static bool
finish_module(struct ndpi_detection_module_struct *module)
{
	return ndpi_finalize_initialization(module) == 0;
}

#else

static struct ndpi_detection_module_struct *
begin_module(void)
{
	/* The list of Tor's relays is as old as the library. */
#if NDPI_RELEASE >= 4004
	return ndpi_init_detection_module(ndpi_dont_load_tor_list);
#else
	return ndpi_init_detection_module(ndpi_dont_load_tor_hosts);
#endif
}

static bool
finish_module(struct ndpi_detection_module_struct *module)
{
	ndpi_finalize_initialization(module);
	return true;
}

#endif

/* Switches every protocol on that counts. */
static void
enable(struct dpi *dpi)
{
#if NDPI_RELEASE < 5000
	NDPI_PROTOCOL_BITMASK bitmask;
	unsigned i;

	NDPI_BITMASK_SET_ALL(bitmask);
	for (i = 1; i < dpi->count; i++)
		if (dpi->protocols[i].rank == DPI_RANK_NONE) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion" /* Within its macro. */
			NDPI_BITMASK_DEL(bitmask, i);
#pragma GCC diagnostic pop
		}
	(void)ndpi_set_protocol_detection_bitmask2(dpi->module, &bitmask);
#else
	(void)dpi; /* They are on from the start. */
#endif
}

/* nDPI keeps 2 KB of every stream in which TLS may still begin. */
static void
exclude_tls(struct ndpi_detection_module_struct *module,
    struct ndpi_flow_struct *flow)
{
#if NDPI_RELEASE < 5000
	ndpi_exclude_protocol(module, flow, NDPI_PROTOCOL_TLS, "", "", 0);
#else
	(void)module;
	(void)flow;
#endif
}

static size_t
protocol_count(struct ndpi_detection_module_struct *module)
{
#if NDPI_RELEASE >= 5000
	return ndpi_get_num_protocols(module);
#else
	return ndpi_get_num_supported_protocols(module);
#endif
}

static ndpi_protocol
process(struct ndpi_detection_module_struct *module,
    struct ndpi_flow_struct *flow, const struct sighting *seen,
    uint64_t time_ms)
{
	const struct cursor *ip = &seen->packet->ip;
	unsigned short size =
	    (unsigned short)(ip->left < IP_SIZE_MAX ? ip->left : IP_SIZE_MAX);

#if NDPI_RELEASE >= 4006
	struct ndpi_flow_input_info info;

	memset(&info, 0, sizeof(info));
	info.in_pkt_dir =
	    (unsigned char)(seen->dir == 0 ? NDPI_IN_PKT_DIR_C_TO_S
					   : NDPI_IN_PKT_DIR_S_TO_C);
	info.seen_flow_beginning = (unsigned char)(seen->flow->start_seen
		? NDPI_FLOW_BEGINNING_SEEN
		: NDPI_FLOW_BEGINNING_NOT_SEEN);
	return ndpi_detection_process_packet(module, flow, ip->at, size,
	    time_ms, &info);
#else
	return ndpi_detection_process_packet(module, flow, ip->at, size,
	    time_ms);
#endif
}

static unsigned
master_of(const ndpi_protocol *found)
{
#if NDPI_RELEASE >= 4011
	return found->proto.master_protocol;
#else
	return found->master_protocol;
#endif
}

static unsigned
app_of(const ndpi_protocol *found)
{
#if NDPI_RELEASE >= 4011
	return found->proto.app_protocol;
#else
	return found->app_protocol;
#endif
}

/* Whether more packets could still change what was found. */
static bool
may_change(struct ndpi_detection_module_struct *module,
    struct ndpi_flow_struct *flow, const ndpi_protocol *found)
{
#if NDPI_RELEASE >= 5000
	(void)module;
	return found->state != NDPI_STATE_MONITORING &&
	    (found->state != NDPI_STATE_CLASSIFIED ||
		flow->extra_packets_func != NULL);
#else
	if (master_of(found) == NDPI_PROTOCOL_UNKNOWN &&
	    app_of(found) == NDPI_PROTOCOL_UNKNOWN)
		return true;
	return ndpi_extra_dissection_possible(module, flow) != 0;
#endif
}

/* How it came to its opinion, or null where that is no evidence. The numbers
 * were given anew with nearly every release, the names were not. */
static const char *
confidence_of(const struct ndpi_flow_struct *flow)
{
	switch (flow->confidence) {
	case NDPI_CONFIDENCE_DPI: return "dpi";
#if NDPI_RELEASE >= 4004
	case NDPI_CONFIDENCE_DPI_PARTIAL: return "partial";
#endif
#if NDPI_RELEASE >= 4006
	case NDPI_CONFIDENCE_NBPF: return "rule";
#endif
#if NDPI_RELEASE >= 4008
	case NDPI_CONFIDENCE_DPI_AGGRESSIVE: return "heuristic";
#endif
#if NDPI_RELEASE >= 4010
	case NDPI_CONFIDENCE_CUSTOM_RULE: return "rule";
#endif
	default: return NULL; /* Port, address, a cache. */
	}
}

/* ---- Names ----------------------------------------------------------------
 */

static int
read_names(struct dpi *dpi)
{
	const char *theirs;
	size_t i;

	dpi->count = protocol_count(dpi->module);
	dpi->protocols = calloc(dpi->count + 1, sizeof(*dpi->protocols));
	if (dpi->protocols == NULL)
		return -ENOMEM;
	for (i = 0; i < dpi->count; i++) {
		theirs = ndpi_get_proto_name(dpi->module, (uint16_t)i);
		if (theirs != NULL)
			dpi_name(theirs, &dpi->protocols[i]);
	}
	return 0;
}

static const struct dpi_protocol *
protocol_at(const struct dpi *dpi, unsigned id)
{
	if (id >= dpi->count || dpi->protocols[id].rank == DPI_RANK_NONE)
		return NULL;
	return &dpi->protocols[id];
}

static bool
has_port(const struct flow *flow, unsigned port)
{
	return flow->key.port[0] == port || flow->key.port[1] == port;
}

static bool
is_multicast(const struct flow *flow, unsigned endpoint)
{
	struct fs_addr addr = flow_addr(flow, endpoint);

	return addr.family == 4 ? addr.bytes[0] >> 4 == 0xe
				: addr.bytes[0] == 0xff;
}

/* Between groups, or from port to port. DNSCrypt looks like it elsewhere
 * (4.2). */
static bool
is_mdns(const struct flow *flow)
{
	return has_port(flow, PORT_MDNS) &&
	    (flow->key.port[0] == flow->key.port[1] || is_multicast(flow, 0) ||
		is_multicast(flow, 1));
}

/* ---- The source ------------------------------------------------------------
 */

/* Starts libndpi. Before 5.0, protocols are switched on (by their names)
 * before it is finished; since 5.0 it has no names until it is. */
static int
start(struct dpi *dpi)
{
	int rc = 0;

	dpi->module = begin_module();
	if (dpi->module == NULL)
		return -ENOMEM;
	if (NDPI_RELEASE < 5000 && (rc = read_names(dpi)) < 0)
		return rc;
	enable(dpi);
	if (!finish_module(dpi->module))
		return -EINVAL;
	return NDPI_RELEASE >= 5000 ? read_names(dpi) : 0;
}

static int
dpi_open(struct fs_err *err, void **shared)
{
	struct dpi *dpi = calloc(1, sizeof(*dpi));
	int rc;

	if (dpi == NULL)
		return err_set(err, -ENOMEM, "no memory for libndpi");
	/* The flow's structure is not opaque: another library would write
	 * beyond ours. */
	if (ndpi_get_api_version() != NDPI_API_VERSION ||
	    ndpi_detection_get_sizeof_ndpi_flow_struct() !=
		sizeof(struct ndpi_flow_struct)) {
		rc = err_set(err, FS_EUNSUP,
		    "libndpi is release %s, flowscan was built for %d.%d: "
		    "build it again",
		    ndpi_revision(), NDPI_MAJOR, NDPI_MINOR);
		goto out;
	}
	if ((rc = start(dpi)) < 0) {
		err_set(err, rc, "libndpi does not start: %s", fs_strerror(rc));
		goto out;
	}
	*shared = dpi;
	return 0;
out:
	signal_dpi.close(dpi);
	return rc;
}

static void
dpi_close(void *shared)
{
	struct dpi *dpi = shared;

	if (dpi == NULL)
		return;
	if (dpi->module != NULL)
		ndpi_exit_detection_module(dpi->module);
	free(dpi->protocols);
	free(dpi);
}

static void
forget_flow(struct dpi_flow *state)
{
	if (state->flow != NULL)
		ndpi_flow_free(state->flow);
	state->flow = NULL;
}

/* Whether the stream, seen from its beginning, begins with no TLS record. */
static bool
is_not_tls(const struct sighting *seen)
{
	struct cursor payload = seen->packet->payload;
	uint8_t type, major;

	return !seen->datagrams && seen->flow->start_seen &&
	    cursor_u8(&payload, &type) && cursor_u8(&payload, &major) &&
	    (type < TLS_RECORD_FIRST || type > TLS_RECORD_LAST ||
		major != TLS_MAJOR);
}

/* Without memory, it stays unknown. */
static void
begin_flow(struct dpi *dpi, struct dpi_flow *state, const struct sighting *seen)
{
	state->flow = ndpi_flow_malloc(sizeof(*state->flow));
	if (state->flow == NULL)
		return;
	memset(state->flow, 0, sizeof(*state->flow));
	if (is_not_tls(seen))
		exclude_tls(dpi->module, state->flow);
}

static bool
dpi_packet(void *state_of_flow, void *shared, const struct sighting *seen)
{
	struct dpi_flow *state = state_of_flow;
	struct dpi *dpi = shared;
	uint64_t time_ms = seen->time_us / 1000;
	ndpi_protocol found;

	if (seen->named) {
		forget_flow(state);
		return false;
	}
	if (state->packets == 0)
		begin_flow(dpi, state, seen);
	if (state->flow == NULL)
		return false;
	/* Its clock must not run backwards. */
	if (time_ms > state->last_ms)
		state->last_ms = time_ms;
	found = process(dpi->module, state->flow, seen, state->last_ms);
	state->packets++;
	state->confidence = confidence_of(state->flow);
	state->protocol = state->confidence == NULL
	    ? NULL
	    : dpi_choose(protocol_at(dpi, master_of(&found)),
		  protocol_at(dpi, app_of(&found)));
	if (state->packets < PACKETS_MAX &&
	    may_change(dpi->module, state->flow, &found))
		return true;
	forget_flow(state);
	return false;
}

/* The name, where the flow's place does not say otherwise. */
static const char *
name_at(const struct dpi_protocol *protocol, const struct flow *flow)
{
	if (strcmp(protocol->name, "mdns") == 0 && !is_mdns(flow))
		return NULL;
	if (strcmp(protocol->name, "doh") == 0 && has_port(flow, PORT_DOT))
		return flow->key.ip_proto == IPPROTO_UDP ? "doq" : "dot";
	return protocol->name;
}

static void
dpi_collect(void *state_of_flow, void *shared, const struct flow *flow,
    struct signals *signals)
{
	const struct dpi_flow *state = state_of_flow;
	const char *name;

	(void)shared;
	if (state->protocol == NULL)
		return;
	name = name_at(state->protocol, flow);
	if (name == NULL)
		return;
	signals_set_string(signals, SIGNAL_DPI_PROTOCOL, name);
	signals_set_string(signals, SIGNAL_DPI_CONFIDENCE, state->confidence);
}

static void
dpi_fini(void *state_of_flow, void *shared)
{
	(void)shared;
	forget_flow(state_of_flow);
}

const struct signal_source signal_dpi = {
	.name = "dpi",
	.state_size = sizeof(struct dpi_flow),
	.packet = dpi_packet,
	.collect = dpi_collect,
	.fini = dpi_fini,
	.open = dpi_open,
	.close = dpi_close,
};
