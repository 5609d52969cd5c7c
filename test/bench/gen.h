/* A capture for measuring: an invented but realistic mix of traffic, the same
 * bytes for the same seed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GEN_SEGMENT = 1428, GEN_POOL = 1 << 16 };

/* A source of numbers (splitmix64). */
struct gen_random {
	uint64_t state;
};

uint64_t gen_next(struct gen_random *random);
/* From 'min' to 'max', both included. */
uint32_t gen_range(struct gen_random *random, uint32_t min, uint32_t max);
/* Like gen_range(), with few large values. */
uint32_t gen_skewed(struct gen_random *random, uint32_t min, uint32_t max);
/* Bytes that look encrypted; cheap. */
void gen_noise(struct gen_random *random, uint8_t *bytes, size_t size);

struct gen_kind;

struct gen_flow {
	const struct gen_kind *kind;
	struct gen_random random;
	uint64_t due_us;         /* Of the next packet. */
	uint32_t client, server; /* The variable part of the addresses. */
	uint16_t port[2];
	bool ipv6;
	uint32_t rtt_us;
	uint32_t seq[2], clock[2]; /* TCP's, 'clock' as last sent. */
	unsigned step;
	unsigned exchange, exchanges;
	uint32_t offset, left; /* Of the answer that is sent. */
	unsigned unacked;
};

/* The packet that is made next. */
struct gen_packet {
	unsigned side; /* 0: the client sends. */
	uint8_t flags; /* Of TCP. */
	uint8_t payload[GEN_SEGMENT];
	size_t size;
	uint64_t delay_us; /* Until the next one. */
};

struct gen_kind {
	const char *name;
	unsigned weight; /* Flows of a thousand. */
	uint8_t ip_proto;
	uint16_t port;
	uint32_t exchanges_max;
	uint32_t answer_max; /* Bytes. */
	/* Fills in a request, or the piece of an answer at flow->offset;
	 * 'packet->size' says how much of it there is, and may be changed. */
	void (*request)(struct gen_flow *flow, struct gen_packet *packet);
	void (*answer)(struct gen_flow *flow, struct gen_packet *packet);
};

extern const struct gen_kind gen_kinds[];
extern const size_t gen_kind_count;

/* Writes a TLS ClientHello; returns its size. */
size_t gen_client_hello(struct gen_random *random, uint8_t *room);
size_t gen_server_hello(struct gen_random *random, uint8_t *room);
