/* Stage 4: bytes of a datagram of mKCP -> its conversation.
 *
 * mKCP is V2Ray's own KCP (v2ray-core and Xray-core, transport/internet/kcp).
 * Without a "seed" in the config, datagrams are sealed with no key: a 32-bit
 * FNV-1a hash and a 16-bit size stand before them, and each byte is XORed
 * with the sealed one four places before it. Anyone can undo and check that.
 * In front may stand a header of constant size that imitates SRTP, uTP, DTLS,
 * WireGuard, DNS or a video call. */
#pragma once

#include "base/cursor.h"

enum {
	MKCP_HEADER_MAX = 64, /* Imitations are 4 or 13 bytes; DNS more. */
	MKCP_SEAL = 6,
	MKCP_LEAST = 12, /* Of what is sealed: a command alone. */
};

struct mkcp_datagram {
	uint8_t header; /* Bytes before the seal. */
	uint16_t conversation;
	uint8_t command; /* 0 acknowledges, 1 data, 2 ends, 3 asks. */
	uint8_t option;
};

/* Looks for the seal at the beginning, or behind a header of any size up to
 * MKCP_HEADER_MAX. Of random bytes, one datagram in 10^12 has one.
 *
 * Returns 0, FS_ETRUNC when it is too short, or FS_EFORMAT. */
int mkcp_read(struct cursor datagram, struct mkcp_datagram *found);
