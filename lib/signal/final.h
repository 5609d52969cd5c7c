/* Stage 5: signals that are read off the flow itself when it is judged, not
 * from an inspection: counters, stack marks, round trips, place. */
#pragma once

#include "flow/flow.h"
#include "flow/pair.h"
#include "signal/signal.h"

/* flow.*, tunnel.*, rtt.*, ssh.exchanges_* from the flow's record (final.c).
 */
void final_flow(const struct flow *flow, enum flow_end end,
    struct signals *signals);

/* rtt.* of the client's answers, and rtt.times (answers.c); where the tap is
 * at the client's side, takes the TLS gap back. After final_flow(). */
void final_answers(const struct flow *flow, struct signals *signals);

/* tcp.syn.* from the client's SYN, when it is seen (stack.c); kept with the
 * flow by the engine.
 *
 * Options are letters in their order: M (MSS), S (SACK permitted), T
 * (timestamp), W (window scale), N (no operation), E (end of list), ?kind
 * for any other. The signature is
 *   IP version:initial TTL:MSS:window:scale:options:quirks
 * such as 4:64:1460:mss*44:7:M,S,T,N,W:DI. The initial TTL is the one seen,
 * rounded up to 32, 64, 128 or 255; the window is mss*N where it is a
 * multiple of the MSS; MSS and scale are empty where the option is missing.
 * Quirks, in this order: D do not fragment (IPv4), I with an IP ID all the
 * same, Z neither; L flow label (IPv6); C ECN is offered; Q sequence number
 * 0; A acknowledgement number without ACK; U and P urgent and push flag; V
 * own timestamp 0; R echoed timestamp not 0; B payload. */
void stack_syn(const struct packet *syn, struct signals *signals);

/* Notes at the pair of its hosts what 'signals' say that the flow is, and
 * sets pair.* where other kinds of flows are beside it (beside.c). */
void beside_flow(struct pair_table *pairs, const struct flow *flow,
    struct signals *signals);
/* Adds inner.score of a flow of TLS to the pair of its hosts; to be called
 * once a flow, when it looks at no more packets (beside.c). */
void beside_score(struct pair_table *pairs, const struct flow *flow,
    const struct signals *signals);
/* Notes what the first payload of a flow's server says: a flow that others
 * stand beside may be judged long after them. */
void beside_answer(struct pair_table *pairs, const struct flow *flow,
    const struct packet *packet);

/* client.* and server.* places, geo.* bounds for where the sensor is
 * (geo.c). 'geo' may be null. Round trips must have been set before. */
void geo_flow(const struct fs_geo *geo, const struct fs_settings *settings,
    const struct flow *flow, struct signals *signals);

/* The client's own place and bounds: client.country, client.asn, geo.* of an
 * address; client.rtt_min_ms must have been set before. 'geo' may be null. */
void geo_client(const struct fs_geo *geo, const struct fs_settings *settings,
    const struct fs_addr *addr, struct signals *signals);

/* Great-circle distance in kilometres (mean Earth radius 6,371.0088 km). */
double geo_distance_km(double lat1, double lon1, double lat2, double lon2);
