/* Stage 5: signals that are read off the flow itself when it is judged, not
 * from an inspection: counters, stack marks, round trips, place. */
#pragma once

#include "flow/flow.h"
#include "signal/signal.h"

/* flow.*, tunnel.*, rtt.* from the flow's record (final.c). */
void final_flow(const struct flow *flow, enum flow_end end,
    struct signals *signals);

/* tcp.syn.* from the client's SYN, when it is seen (stack.c); kept with the
 * flow by the engine. */
void stack_syn(const struct packet *syn, struct signals *signals);

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
