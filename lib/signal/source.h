/* What a source of signals looks like: one const table of functions a
 * source, one file a source. 'state' is the source's own part of 'struct
 * inspect'. */
#pragma once

#include "base/cursor.h"
#include "flow/flow.h"
#include "signal/signal.h"

/* What a source is shown of one packet. 'head' is the flow's first bytes in
 * this direction, in order and without gaps, up to INSPECT_HEAD: for TCP the
 * stream, for others the first datagram. */
struct sighting {
	const struct flow *flow;
	const struct packet *packet;
	uint64_t time_us;
	unsigned dir;    /* 0: client to server. */
	unsigned number; /* Of packets with payload, from 1. */
	bool head_grew;  /* 'head[dir]' is longer than before. */
	bool datagrams;  /* Not a stream. */
	bool named;      /* A source has read what the flow is, see 'names'. */
	struct cursor head[2];
};

struct signal_source {
	const char *name;
	size_t state_size; /* Zeroed before the first packet. */
	/* Returns whether this source wants to see more packets. Called for
	 * packets with payload only, until it returns false. */
	bool (*packet)(void *state, void *shared, const struct sighting *seen);
	/* Adds what it found. */
	void (*collect)(void *state, void *shared, const struct flow *flow,
	    struct signals *signals);
	/* Frees what 'state' owns; may be null. */
	void (*fini)(void *state, void *shared);
	/* What all flows of one pool share (nDPI's module); may be null. */
	int (*open)(struct fs_err *err, void **shared);
	void (*close)(void *shared);
	/* Whether it has read what the flow is, so that another's opinion
	 * would add nothing; may be null. Asked after each packet. */
	bool (*names)(const void *state, const struct flow *flow);
};

extern const struct signal_source signal_shape;     /* First packets. */
extern const struct signal_source signal_pace;      /* Bursts, counters. */
extern const struct signal_source signal_dpi;       /* nDPI's opinion. */
extern const struct signal_source signal_tls;       /* TLS and QUIC. */
extern const struct signal_source signal_tls_odd;   /* TLS that cannot be. */
extern const struct signal_source signal_http;      /* HTTP/1. */
extern const struct signal_source signal_http_odd;  /* HTTP that cannot be. */
extern const struct signal_source signal_websocket; /* What it carries. */
extern const struct signal_source signal_ssh;       /* SSH. */
extern const struct signal_source signal_noise;     /* Random payloads. */
extern const struct signal_source signal_openvpn;   /* OpenVPN. */
extern const struct signal_source signal_mkcp;      /* mKCP. */
extern const struct signal_source signal_disguise;  /* V2Ray's headers. */
extern const struct signal_source signal_inner;     /* What is carried. */
extern const struct signal_source signal_carried;   /* TCP within. */
extern const struct signal_source signal_timing;    /* The TLS round trip. */
extern const struct signal_source signal_quic_rtt;  /* That of QUIC. */
extern const struct signal_source signal_dns;       /* DNS. */
extern const struct signal_source signal_echo;      /* ICMP's echo. */
