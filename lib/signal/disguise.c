/* Datagrams that begin like another protocol and then break it: the headers
 * that V2Ray and Xray put before mKCP and QUIC (v2ray-core,
 * transport/internet/headers). They are constant but for a counter, and what
 * stands behind them does not fit them. And QUIC behind any such header. */
#include <string.h>

#include "flowscan.h"
#include "parse/dtls.h"
#include "parse/quic.h"
#include "signal/source.h"

enum kind {
	KIND_NONE,
	KIND_DTLS,
	KIND_SRTP,
	KIND_UTP,
	KIND_VIDEO,
	KIND_WIREGUARD,
	KIND_COUNT,
};

enum {
	LOOKED_MAX = 4,  /* Datagrams of each side. */
	HITS_MIN = 3,    /* Of both sides. */
	HEAD = 16,       /* Bytes kept of a side's last datagram. */
	BEHIND_MAX = 24, /* Less than the headers of carried packets. */
	PROTO_UDP = 17,
};

/* Index: the endpoint. */
struct disguise_side {
	uint8_t looked;
	uint8_t hits[KIND_COUNT];
	uint8_t behind; /* Bytes before QUIC; 0: none. */
	bool opened;    /* It is a client's Initial, and opens as one. */
	uint8_t last[HEAD];
	uint32_t last_size; /* 0: none. */
};

struct disguise {
	struct disguise_side side[2];
};

static bool
begins(const uint8_t *head, const char *bytes, size_t size)
{
	return memcmp(head, bytes, size) == 0;
}

/* A record of application data that does not end where the datagram, or
 * another record, says (RFC 6347 section 4.1). */
static bool
is_dtls(const uint8_t *head, const struct packet *packet)
{
	struct cursor datagram = packet->payload;
	struct dtls_record record;
	int rc;

	/* What the capture cut short cannot be checked, nor a fragment. */
	if (!begins(head, "\x17\xfe\xfd", 3) || packet->first_fragment ||
	    datagram.left != packet->payload_size)
		return false;
	while ((rc = dtls_record_next(&datagram, &record)) > 0)
		;
	return rc < 0;
}

/* Whether none of the fields stays whose upper halves do in all that these
 * headers are of: numbers, times, counters. */
static bool
is_noise_behind(const uint8_t *head, const struct disguise_side *side)
{
	const uint8_t *last = side->last;

	return memcmp(head + 4, last + 4, 2) != 0 &&
	    memcmp(head + 8, last + 8, 2) != 0 &&
	    memcmp(head + 12, last + 12, 2) != 0;
}

/* Data of another receiver each time. */
static bool
is_wireguard(const uint8_t *head, const struct disguise_side *side)
{
	return begins(head, "\x04\0\0\0", 4) &&
	    memcmp(head, side->last, 4) == 0;
}

/* One type of payload, counted by one. */
static bool
is_srtp(const uint8_t *head, const struct disguise_side *side)
{
	const uint8_t *last = side->last;
	uint16_t now = (uint16_t)(head[2] << 8 | head[3]);
	uint16_t before = (uint16_t)(last[2] << 8 | last[3]);

	return begins(head, "\xb5\xe8", 2) && memcmp(head, last, 2) == 0 &&
	    (uint16_t)(now - before) == 1;
}

/* The same sizes of fields in datagrams of different sizes. */
static bool
is_video(const uint8_t *head, const struct disguise_side *side, size_t size)
{
	return begins(head, "\xa1\x08", 2) &&
	    begins(head + 6, "\0\x10\x11\x18\x30\x22\x30", 7) &&
	    memcmp(head, side->last, 2) == 0 && side->last_size != size;
}

/* The first four bytes, in another order than uTP's. */
static bool
is_utp(const uint8_t *head, const struct disguise_side *side)
{
	return begins(head + 2, "\x01\0", 2) &&
	    memcmp(head, side->last, 4) == 0;
}

static enum kind
kind_of(const struct disguise_side *side, const uint8_t *head,
    const struct packet *packet)
{
	if (is_dtls(head, packet))
		return KIND_DTLS;
	if (side->last_size == 0)
		return KIND_NONE;
	if (is_video(head, side, packet->payload_size))
		return KIND_VIDEO;
	if (!is_noise_behind(head, side))
		return KIND_NONE;
	if (is_wireguard(head, side))
		return KIND_WIREGUARD;
	if (is_srtp(head, side))
		return KIND_SRTP;
	return is_utp(head, side) ? KIND_UTP : KIND_NONE;
}

/* Initial packets are sealed with keys that the packet itself tells: one that
 * opens is proof. */
static bool
opens(const struct quic_packet *packet)
{
	struct quic_id id = { .version = packet->version };
	struct cursor dcid = packet->dcid, frames;
	struct quic_keys keys;
	uint8_t room[QUIC_READ_MAX];

	if (dcid.left > sizeof(id.bytes))
		return false;
	id.size = (uint8_t)dcid.left;
	return cursor_copy(&dcid, id.bytes, id.size) &&
	    quic_keys_derive(&id, QUIC_CLIENT, &keys) &&
	    quic_open(packet, &keys, room, &frames) == 0;
}

/* Looks for an Initial packet at the beginning and behind it. */
static void
look_behind(struct disguise_side *side, struct cursor datagram)
{
	struct quic_packet initial;
	struct cursor rest;
	uint32_t version;
	unsigned at;

	for (at = 0; at <= BEHIND_MAX; at++) {
		rest = datagram;
		if (quic_version(datagram, &version) && version != 0 &&
		    quic_packet_next(&rest, &initial) == 1 &&
		    initial.type == QUIC_INITIAL) {
			side->behind = (uint8_t)at;
			side->opened = at > 0 && opens(&initial);
			return;
		}
		if (!cursor_skip(&datagram, 1))
			return;
	}
}

static void
look(struct disguise_side *side, const struct packet *packet)
{
	struct cursor payload = packet->payload;
	uint8_t head[HEAD];
	enum kind kind;

	if (side->looked++ == 0)
		look_behind(side, payload);
	if (!cursor_copy(&payload, head, sizeof(head)))
		return;
	kind = kind_of(side, head, packet);
	side->hits[kind]++;
	memcpy(side->last, head, sizeof(head));
	side->last_size = packet->payload_size;
}

static bool
packet(void *ctx, void *shared, const struct sighting *seen)
{
	struct disguise *state = ctx;
	struct disguise_side *side =
	    &state->side[seen->dir ^ seen->flow->client];

	(void)shared;
	if (seen->packet->ip_proto != PROTO_UDP)
		return false;
	if (side->looked < LOOKED_MAX)
		look(side, seen->packet);
	return state->side[0].looked < LOOKED_MAX ||
	    state->side[1].looked < LOOKED_MAX;
}

static void
collect(void *ctx, void *shared, const struct flow *flow,
    struct signals *signals)
{
	static const char *const names[] = {
		[KIND_DTLS] = "dtls",
		[KIND_SRTP] = "srtp",
		[KIND_UTP] = "utp",
		[KIND_VIDEO] = "wechat-video",
		[KIND_WIREGUARD] = "wireguard",
	};
	const struct disguise_side *side = ((const struct disguise *)ctx)->side;
	unsigned kind;

	(void)shared;
	(void)flow;
	for (kind = KIND_NONE + 1; kind < KIND_COUNT; kind++)
		if (side[0].hits[kind] > 0 && side[1].hits[kind] > 0 &&
		    side[0].hits[kind] + side[1].hits[kind] >= HITS_MIN)
			signals_set_string(signals, SIGNAL_UDP_DISGUISE,
			    names[kind]);
	if (side[0].behind > 0 && side[0].behind == side[1].behind &&
	    (side[0].opened || side[1].opened))
		signals_set_count(signals, SIGNAL_QUIC_BEHIND, side[0].behind);
}

const struct signal_source signal_disguise = { "disguise",
	sizeof(struct disguise), packet, collect, NULL, NULL, NULL };
