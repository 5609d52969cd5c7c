/* Stage 5: flow -> signals. The one table of signals.
 *
 * A signal is one named, typed measurement of a flow or of its client: known
 * or unknown, never guessed. Rules, store, reports and manual read this
 * table. Names are the stable identity; numbers are not. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flowscan.h"

enum signal_type {
	SIGNAL_FLAG,
	SIGNAL_NUMBER, /* Thousandths of its unit. */
	SIGNAL_TEXT,
	SIGNAL_BYTES,
	SIGNAL_ADDR,
	SIGNAL_SIZES, /* Payload sizes; from the server negative. */
};

enum signal_unit {
	UNIT_NONE,
	UNIT_COUNT,
	UNIT_BYTES,
	UNIT_MS,
	UNIT_KM,
	UNIT_DEGREES,
};

/* Where a rule may use it. Signals of both scopes are the client's own
 * properties (its place, its AS), known for each flow, too. */
enum signal_scope {
	SCOPE_FLOW = 1,
	SCOPE_CLIENT = 2,
	SCOPE_BOTH = 3,
};

enum signal_views {
	SEEN_PATH = 1,
	SEEN_EXIT = 2,
	SEEN_ANY = 3,
};

/* In order of the table in table.c and, from SIGNAL_CLIENT_IP on,
 * table_client.c. */
enum signal_id {
	/* The flow itself. */
	SIGNAL_FLOW_TRANSPORT,
	SIGNAL_FLOW_SERVER_PORT,
	SIGNAL_FLOW_DURATION_MS,
	SIGNAL_FLOW_PACKETS_C2S,
	SIGNAL_FLOW_PACKETS_S2C,
	SIGNAL_FLOW_BYTES_C2S,
	SIGNAL_FLOW_BYTES_S2C,
	SIGNAL_FLOW_PAYLOAD_C2S,
	SIGNAL_FLOW_PAYLOAD_S2C,
	SIGNAL_FLOW_RETRANSMITS_C2S,
	SIGNAL_FLOW_RETRANSMITS_S2C,
	SIGNAL_FLOW_GAPS,
	SIGNAL_FLOW_START_SEEN,
	SIGNAL_FLOW_REPEATS,
	SIGNAL_FLOW_RESTARTS,
	SIGNAL_FLOW_ONE_SIDED,
	SIGNAL_FLOW_END,
	SIGNAL_FLOW_SERVICE,
	SIGNAL_FLOW_PROTOCOL,
	/* Encapsulation. */
	SIGNAL_TUNNEL_CARRIES,
	SIGNAL_TUNNEL_INSIDE,
	SIGNAL_TUNNEL_DEPTH,
	SIGNAL_TUNNEL_ID,
	/* First bytes and first packets. */
	SIGNAL_C2S_BYTES,
	SIGNAL_S2C_BYTES,
	SIGNAL_C2S_FIRST_LEN,
	SIGNAL_S2C_FIRST_LEN,
	SIGNAL_C2S_FIRST_POPCOUNT,
	SIGNAL_C2S_FIRST_PRINTABLE,
	SIGNAL_C2S_FIRST_ENTROPY,
	SIGNAL_S2C_FIRST_ENTROPY,
	SIGNAL_C2S_NOISE,
	SIGNAL_S2C_NOISE,
	SIGNAL_UDP_CONSTANT_BYTES,
	SIGNAL_UDP_SIZES_MOD_8,
	SIGNAL_UDP_SIZES_MOD_16,
	SIGNAL_UDP_DISGUISE,
	SIGNAL_SEQ_SIZES,
	SIGNAL_SEQ_BURSTS,
	SIGNAL_SEQ_PAUSE_MS,
	SIGNAL_C2S_COUNTER_AT,
	SIGNAL_S2C_COUNTER_AT,
	SIGNAL_INNER_SIZES,
	SIGNAL_INNER_SCORE,
	SIGNAL_INNER_HANDSHAKES,
	SIGNAL_INNER_CONNECTIONS,
	SIGNAL_INNER_ACKS_C2S,
	SIGNAL_INNER_ACKS_S2C,
	/* nDPI's opinion. */
	SIGNAL_DPI_PROTOCOL,
	SIGNAL_DPI_CONFIDENCE,
	/* TLS, also within QUIC. */
	SIGNAL_TLS_VERSION,
	SIGNAL_TLS_SNI,
	SIGNAL_TLS_ALPN,
	SIGNAL_TLS_JA3,
	SIGNAL_TLS_JA4,
	SIGNAL_TLS_CIPHER,
	SIGNAL_TLS_SERVER_ALPN,
	SIGNAL_TLS_HELLO_RETRY,
	SIGNAL_TLS_RESUMED,
	SIGNAL_TLS_SESSION,
	SIGNAL_TLS_EARLY_DATA,
	SIGNAL_TLS_CLIENT_CERT,
	SIGNAL_TLS_CERT_SUBJECT,
	SIGNAL_TLS_CERT_ORGANISATION,
	SIGNAL_TLS_CERT_ISSUER,
	SIGNAL_TLS_CERT_ISSUER_ORGANISATION,
	SIGNAL_TLS_CERT_NAMES,
	SIGNAL_TLS_CERT_DAYS,
	SIGNAL_TLS_CERT_SELF_SIGNED,
	SIGNAL_TLS_CERT_SERIAL_SIZE,
	SIGNAL_TLS_SNI_IS_SERVICE_ELSEWHERE,
	SIGNAL_TLS_IMPOSSIBLE,
	SIGNAL_QUIC_VERSION,
	SIGNAL_QUIC_BEHIND,
	/* HTTP/1. */
	SIGNAL_HTTP_METHOD,
	SIGNAL_HTTP_TARGET,
	SIGNAL_HTTP_HOST,
	SIGNAL_HTTP_USER_AGENT,
	SIGNAL_HTTP_VIA,
	SIGNAL_HTTP_FORWARDED,
	SIGNAL_HTTP_STATUS,
	SIGNAL_HTTP_IMPOSSIBLE,
	SIGNAL_WEBSOCKET_C2S_BYTES,
	SIGNAL_WEBSOCKET_S2C_BYTES,
	SIGNAL_WEBSOCKET_NOISE,
	/* SSH. */
	SIGNAL_SSH_CLIENT,
	SIGNAL_SSH_SERVER,
	SIGNAL_SSH_HASSH,
	SIGNAL_SSH_HASSH_SERVER,
	SIGNAL_SSH_TURNS,
	SIGNAL_SSH_SMALL_TURNS,
	SIGNAL_SSH_EXCHANGES_C2S,
	SIGNAL_SSH_EXCHANGES_S2C,
	SIGNAL_SSH_EXCHANGE_SHARE,
	/* DNS, and ICMP's echo. */
	SIGNAL_DNS_ZONE,
	SIGNAL_DNS_ZONE_QUESTIONS,
	SIGNAL_DNS_ZONE_NAMES,
	SIGNAL_DNS_ZONE_NAME_LEN,
	SIGNAL_DNS_ZONE_ENTROPY,
	SIGNAL_DNS_ZONE_DATA_SHARE,
	SIGNAL_DNS_ZONE_ANSWERS,
	SIGNAL_DNS_ZONE_ANSWER_BYTES,
	SIGNAL_ECHO_REQUESTS,
	SIGNAL_ECHO_ALIKE,
	SIGNAL_ECHO_REPLIES,
	SIGNAL_ECHO_CHANGED,
	SIGNAL_ECHO_UNASKED,
	/* OpenVPN. */
	SIGNAL_OPENVPN_HANDSHAKE,
	SIGNAL_OPENVPN_EVIDENCE,
	SIGNAL_OPENVPN_SESSION_ECHO,
	SIGNAL_OPENVPN_DATA,
	/* mKCP. */
	SIGNAL_MKCP_SEALED_C2S,
	SIGNAL_MKCP_SEALED_S2C,
	SIGNAL_MKCP_HEADER,
	SIGNAL_UDP_SHARD_GROUPS,
	/* Other flows between the same two hosts. */
	SIGNAL_PAIR_KINDS,
	SIGNAL_PAIR_DTLS_BESIDE_TLS,
	SIGNAL_PAIR_DTLS_SESSION,
	SIGNAL_PAIR_INNER_FLOWS,
	SIGNAL_PAIR_INNER_MEAN,
	/* The client's network stack. */
	SIGNAL_TCP_SYN_TTL,
	SIGNAL_TCP_SYN_MSS,
	SIGNAL_TCP_SYN_WINDOW,
	SIGNAL_TCP_SYN_SCALE,
	SIGNAL_TCP_SYN_OPTIONS,
	SIGNAL_TCP_SYN_SIGNATURE,
	SIGNAL_TCP_SYN_MTU,
	SIGNAL_TCP_SYN_OWN_MTU,
	SIGNAL_TCP_SYN_HOPS,
	SIGNAL_TCP_SYN_CLOCK,
	SIGNAL_TCP_SYN_SYSTEM,
	/* Round trips. */
	SIGNAL_RTT_TCP_MS,
	SIGNAL_RTT_MIN_MS,
	SIGNAL_RTT_SERVER_MS,
	SIGNAL_RTT_TLS_MS,
	SIGNAL_RTT_TLS_GAP_MS,
	SIGNAL_RTT_SAMPLES,
	SIGNAL_RTT_QUIC_MS,
	SIGNAL_RTT_HELLO_DWELL_MS,
	SIGNAL_RTT_H2_SETTINGS_GAP_MS,
	SIGNAL_RTT_H2_WINDOW_GAP_MS,
	SIGNAL_RTT_CLOSE_GAP_MS,
	SIGNAL_RTT_ACK_GAP_MS,
	SIGNAL_RTT_TURN_GAP_MS,
	SIGNAL_RTT_TURNS,
	SIGNAL_RTT_TURN_GAPS,
	SIGNAL_RTT_UPLOAD_STEP_MS,
	SIGNAL_RTT_UPLOAD_STEPS,
	SIGNAL_RTT_TURNAROUND_MS,
	SIGNAL_RTT_TIMES,
	/* Geography. */
	SIGNAL_CLIENT_IP,
	SIGNAL_CLIENT_HIDDEN,
	SIGNAL_SERVER_IP,
	SIGNAL_CLIENT_COUNTRY,
	SIGNAL_CLIENT_CITY,
	SIGNAL_CLIENT_LATITUDE,
	SIGNAL_CLIENT_LONGITUDE,
	SIGNAL_CLIENT_RADIUS_KM,
	SIGNAL_CLIENT_ASN,
	SIGNAL_CLIENT_AS_NAME,
	SIGNAL_SERVER_COUNTRY,
	SIGNAL_SERVER_ASN,
	SIGNAL_SERVER_AS_NAME,
	SIGNAL_GEO_DISTANCE_KM,
	SIGNAL_GEO_LEAST_RTT_MS,
	SIGNAL_GEO_USUAL_RTT_MS,
	SIGNAL_GEO_TOO_FAST_MS,
	SIGNAL_GEO_TOO_SLOW_MS,
	SIGNAL_GEO_RADIUS_KM,
	SIGNAL_GEO_HIDDEN_LEG_KM,
	SIGNAL_GEO_DETOUR_KM,
	SIGNAL_SENSOR_LATITUDE,
	SIGNAL_SENSOR_LONGITUDE,
	/* The client over time. */
	SIGNAL_CLIENT_FLOWS,
	SIGNAL_CLIENT_TLS_GAP_MS,
	SIGNAL_CLIENT_TLS_GAP_FLOWS,
	SIGNAL_CLIENT_RTT_MIN_MS,
	SIGNAL_CLIENT_HELLO_DWELL_MS,
	SIGNAL_CLIENT_HELLO_DWELL_FLOWS,
	SIGNAL_CLIENT_SETTINGS_GAP_MS,
	SIGNAL_CLIENT_SETTINGS_GAP_FLOWS,
	SIGNAL_CLIENT_WINDOW_GAP_MS,
	SIGNAL_CLIENT_WINDOW_GAP_FLOWS,
	SIGNAL_CLIENT_CLOSE_GAP_MS,
	SIGNAL_CLIENT_CLOSE_GAP_FLOWS,
	SIGNAL_CLIENT_ACK_GAP_MS,
	SIGNAL_CLIENT_ACK_GAP_FLOWS,
	SIGNAL_CLIENT_UPLOAD_STEP_MS,
	SIGNAL_CLIENT_UPLOAD_STEP_FLOWS,
	SIGNAL_CLIENT_TURNS,
	SIGNAL_CLIENT_QUICK_TURNS,
	SIGNAL_CLIENT_TURN_GAP_MS,
	SIGNAL_CLIENT_TURN_FLOOR_MS,
	SIGNAL_CLIENT_JA4_DISTINCT,
	SIGNAL_CLIENT_SYN_DISTINCT,
	SIGNAL_CLIENT_SYN_FLOWS,
	SIGNAL_CLIENT_MTU,
	SIGNAL_CLIENT_MTU_DISTINCT,
	SIGNAL_CLIENT_CLAMPED_FLOWS,
	SIGNAL_CLIENT_HOPS,
	SIGNAL_CLIENT_INITIAL_TTLS,
	SIGNAL_CLIENT_TS_CLOCKS,
	SIGNAL_CLIENT_CONCURRENCY,
	SIGNAL_CLIENT_RTT_SPREAD_MS,
	SIGNAL_CLIENT_TLS_GAP_MODES,
	SIGNAL_CLIENT_TLS_FLOWS,
	SIGNAL_CLIENT_TLS_RESUMED,
	SIGNAL_CLIENT_TLS_PROGRAMS,
	SIGNAL_CLIENT_SNI_DISTINCT,
	SIGNAL_CLIENT_AGENTS_DISTINCT,
	SIGNAL_CLIENT_FLOWS_10MIN,
	SIGNAL_CLIENT_FLOWS_HOUR,
	SIGNAL_CLIENT_FLOWS_DAY,
	SIGNAL_CLIENT_BYTES_DAY,
	SIGNAL_CLIENT_DAYS,
	SIGNAL_CLIENT_QUIET_HOUR,
	SIGNAL_CLIENT_QUIET_LOCAL_HOUR,
	SIGNAL_CLIENT_SESSIONS_ELSEWHERE,
	SIGNAL_CLIENT_SESSION_KM,
	SIGNAL_CLIENT_CLOCKS_ELSEWHERE,
	SIGNAL_CLIENT_CLOCK_KM,
	SIGNAL_CLIENT_SYSTEM_FLOWS,
	SIGNAL_CLIENT_SYSTEM_CONFLICTS,
	/* The client against its neighbours. */
	SIGNAL_CLIENT_FLOOR_MS,
	SIGNAL_CLIENT_FLOOR_EXCESS_MS,
	SIGNAL_CLIENT_FLOOR_SCOPE,
	SIGNAL_CLIENT_FLOOR_N,
	SIGNAL_CLIENT_FLOOR_LATER,
	SIGNAL_CLIENT_NET_GAP_N,
	SIGNAL_CLIENT_NET_GAP_SHARE,
	SIGNAL_CLIENT_AS_GAP_N,
	SIGNAL_CLIENT_AS_GAP_SHARE,
	SIGNAL_CLIENT_AS_MTU_N,
	SIGNAL_CLIENT_AS_MTU_SHARE,
	SIGNAL_CLIENT_OTHER_SENSOR,
	SIGNAL_CLIENT_OTHER_RTT_MS,
	SIGNAL_CLIENT_OTHER_TOO_FAST_MS,
	SIGNAL_COUNT,
};

struct signal_info {
	const char *name;
	uint8_t type;        /* enum signal_type */
	uint8_t unit;        /* enum signal_unit */
	uint8_t scope;       /* enum signal_scope */
	uint8_t views;       /* enum signal_views */
	const char *meaning; /* One line for people. */
};

/* Never null for an id below SIGNAL_COUNT. */
const struct signal_info *signal_info(enum signal_id id);
/* Returns the id or -1. */
int signal_find(const char *name);
const char *signal_unit_name(int unit); /* "ms", "km", "B", "" */
const char *signal_type_name(int type); /* "number", "text", ... */

/* ---- A set of values --------------------------------------------------- */

enum {
	SIGNAL_WORDS = (SIGNAL_COUNT + 63) / 64,
	SIGNAL_ROOM = 6144, /* For texts, bytes and sizes of one set. */
	SIGNAL_SIZES_MAX = 32,
};

struct signal_value {
	union {
		int64_t milli; /* NUMBER; FLAG: 0 or 1 */
		struct {
			uint16_t at, size; /* In 'room', of all other types. */
		} span;
	};
};

struct signals {
	uint64_t known[SIGNAL_WORDS];
	uint32_t room_used;
	struct signal_value value[SIGNAL_COUNT];
	uint8_t room[SIGNAL_ROOM];
};

void signals_clear(struct signals *signals);

/* Setting what has no room left leaves it unknown. Text is cut at 255
 * bytes, never within a UTF-8 character. */
void signals_set_flag(struct signals *signals, enum signal_id id, bool flag);
void signals_set_milli(struct signals *signals, enum signal_id id,
    int64_t milli);
/* A whole number, saturating. */
void signals_set_count(struct signals *signals, enum signal_id id,
    uint64_t count);
/* Microseconds, as the milliseconds of an UNIT_MS signal. */
void signals_set_us(struct signals *signals, enum signal_id id, uint64_t us);
void signals_set_text(struct signals *signals, enum signal_id id,
    const char *text, size_t size);
void signals_set_string(struct signals *signals, enum signal_id id,
    const char *text);
void signals_set_bytes(struct signals *signals, enum signal_id id,
    const uint8_t *bytes, size_t size);
void signals_set_addr(struct signals *signals, enum signal_id id,
    const struct fs_addr *addr);
void signals_set_sizes(struct signals *signals, enum signal_id id,
    const int32_t *sizes, size_t count);

static inline bool
signals_known(const struct signals *signals, enum signal_id id)
{
	return signals->known[id / 64] >> (id % 64) & 1;
}

/* Values of known signals; of unknown ones 0, empty. */
int64_t signals_milli(const struct signals *signals, enum signal_id id);
const uint8_t *signals_bytes(const struct signals *signals, enum signal_id id,
    size_t *size);
bool signals_addr(const struct signals *signals, enum signal_id id,
    struct fs_addr *addr);
/* Returns how many were copied to 'sizes' (SIGNAL_SIZES_MAX of room). */
size_t signals_sizes(const struct signals *signals, enum signal_id id,
    int32_t *sizes);

/* Makes a signal unknown again; its room is not given back. */
void signals_forget(struct signals *signals, enum signal_id id);

/* Writes a value for people ("146.2 ms", "h2", "16 03 01"), cut to fit.
 * Returns the length; the text is terminated and may hold any byte but NUL
 * that a remote party sent. */
size_t signals_format(const struct signals *signals, enum signal_id id,
    bool with_unit, char *room, size_t size);
