/* Stage 6: what the clients that a store knows say of their neighbourhoods.
 *
 * A floor is the round trip that the quickest few of a client's neighbours
 * need: those of its network (/24, IPv6 /48), of its city and AS, of its
 * city, of the region around it, or of its AS. Of a neighbour that is farther
 * off, the way from there is added: whoever answers from P can also be
 * reached through Q. Learned, too, is how common it is in an AS and in a
 * network that TLS answers later than TCP does, how common a packet size is in
 * an AS, and what sensors in other places have measured of the client itself.
 *
 * What is learned answers nothing before fs_floors_freeze(), and what is
 * frozen does not change until the next one. A client is never measured
 * against itself, nor a network (/24, /48) counted twice, but among the
 * clients of that network itself. The order of learning does not matter. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "flowscan.h"
#include "signal/signal.h"

enum {
	/* Networks that must vouch for a floor; of one network, clients. */
	FLOOR_NET_LEAST = 3,
	FLOOR_CITY_LEAST = 5,
	FLOOR_REGION_LEAST = 3,
	FLOOR_AS_LEAST = 20,
	FLOOR_CITY_KM = 50,
	FLOOR_REGION_KM = 1500,
	/* Neighbours that are looked at: the nearest. */
	FLOOR_NEAREST = 32,
	/* Networks whose gaps are counted. */
	FLOOR_GAPS = 256,
	FLOOR_GAP_MILLI = 50000, /* TLS then ends behind TCP. */
	/* Clients of other sensors that are kept: the first in order. */
	FLOOR_OTHERS = 65536,
	/* What was seen longer ago, or that much later, says nothing. */
	FLOOR_DAYS = 30,
};

/* What one client says. */
struct floor_sample {
	struct fs_addr addr;
	bool located;
	char country[2];
	int32_t latitude_milli, longitude_milli;
	uint32_t asn;      /* 0: not known. */
	uint64_t net;      /* Of its /24 or /48. */
	uint64_t last_us;  /* When it was seen last. */
	int64_t rtt_milli; /* Its least one; -1: nothing is learned of it. */
	int64_t gap_milli; /* Median; -1: too few. */
	uint16_t mtu;      /* 0: nothing is learned of it. */
};

/* What another sensor measured of a client. */
struct floor_other {
	struct fs_addr addr;
	int32_t latitude_milli, longitude_milli; /* The sensor's. */
	int64_t rtt_milli;
	uint64_t last_us;
	char sensor[FS_NAME_SIZE];
};

/* The samples of one degree of latitude and longitude. */
struct floor_cell {
	uint16_t row, column; /* From the south pole; from 180 degrees west. */
	uint32_t at, count;   /* In 'by_cell'. */
};

/* The samples that answer. Orders hold their indices. */
struct floor_frozen {
	struct floor_sample *samples; /* Owned, as all here. By address. */
	uint32_t count;
	uint32_t *by_net;  /* network, address */
	uint32_t *by_as;   /* AS, network, round trip, address */
	uint32_t *by_cell; /* cell, network, round trip, address */
	struct floor_cell *cells;
	uint32_t cell_count;
	struct floor_other *others; /* By address, sensor. */
	uint32_t other_count;
};

struct fs_floors {
	const struct fs_settings *settings; /* Borrowed. */
	struct floor_sample *samples;       /* Owned, as all below. */
	uint32_t count, room;
	uint32_t *slots; /* Index of a sample and 1, or 0. */
	uint32_t slot_count;
	struct floor_other *others;
	uint32_t other_count, other_room;
	struct signals signals; /* Of the row that is learned from. */
	struct floor_frozen frozen;
	char digest[65];
};

/* Sets client.floor_*, client.as_gap_*, client.net_gap_*, client.as_mtu_* and
 * client.other_* as far as they are known of a client that was seen last at
 * 'last_us'; its round trip, packet size, place and AS must have been set
 * before. 'floors' may be null. */
void floor_signals(const struct fs_floors *floors, const struct fs_addr *addr,
    uint64_t last_us, struct signals *signals);

/* The cell of a place, from south and west. */
uint16_t floor_row(int32_t latitude_milli);
uint16_t floor_column(int32_t longitude_milli);
/* The number of a /24 or /48, of any address in it. */
uint64_t floor_net(const struct fs_addr *addr);
