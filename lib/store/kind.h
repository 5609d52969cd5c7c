/* What many flows have in common, kept once: a kind (class, verdict,
 * protocol, service, sensor, and which rules spoke) and a place (country,
 * city, AS). Rows hold their numbers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "flowscan.h"
#include "store/store.h"

/* A piece of evidence, but for what differs from row to row. */
struct kind_piece {
	char rule[FS_NAME_SIZE];
	char family[FS_FAMILY_SIZE];
	char protocol[FS_PROTOCOL_SIZE];
	uint8_t class;
	bool shadow;
};

struct kind {
	char protocol[FS_PROTOCOL_SIZE];
	char service[FS_NAME_SIZE];
	char sensor[FS_NAME_SIZE];
	uint8_t class, decision, view, coverage;
	uint8_t why; /* enum store_why, of what could not be judged. */
	uint8_t piece_count;
	struct kind_piece *piece; /* Owned. */
};

struct place {
	char country[4];
	char city[FS_NAME_SIZE];
	char as_name[FS_NAME_SIZE];
	uint32_t asn;
};

/* Numbers from 1, in order of arrival. The bytes of an item are its
 * identity. */
struct names;

struct names *names_new(uint64_t seed);
void names_free(struct names *names);
size_t names_count(const struct names *names);
/* Returns the number of an item, 0 when it is not there. */
uint32_t names_find(const struct names *names, const void *bytes, size_t size);
/* Adds an item, whose number is then names_count(). Returns 0 or -ENOMEM. */
int names_add(struct names *names, const void *bytes, size_t size);

/* A kind of a flow as bytes: version 1 is a version byte, class, decision,
 * view, coverage, why, a count of pieces, then protocol, service and sensor,
 * and for each piece class, flags, rule, family and protocol; a text is
 * behind a byte of length. 'buf' is cleared first. */
void kind_encode(const struct fs_observation *flow, unsigned why,
    struct buf *buf);
/* Returns 0, FS_ETRUNC, FS_EFORMAT, FS_EUNSUP or -ENOMEM. */
int kind_decode(const void *bytes, size_t size, struct kind *kind);
void kind_fini(struct kind *kind);

/* Whether a rule spoke. */
bool kind_has_rule(const struct kind *kind, const char *rule);

/* What a row rests on, as one blob. Version 1: a version byte, the size of
 * the evidence (u16), for each piece of its kind llr, llr_full and count
 * (u32) and its text behind a byte of length; then the encoded signals. */
enum {
	BASIS_ROOM = 3 + FS_EVIDENCE_MAX * (13 + FS_TEXT_SIZE) + FS_SIGNALS_SIZE
};
/* 'room' has BASIS_ROOM bytes. Returns the size. */
size_t basis_encode(const struct fs_observation *flow, uint8_t *room);
/* Finds the evidence of a row of 'kind', and where its signals are.
 *
 * Returns 0, FS_ETRUNC, FS_EFORMAT or FS_EUNSUP. */
int basis_decode(const void *bytes, size_t size, const struct kind *kind,
    struct fs_evidence *evidence, const uint8_t **signals,
    size_t *signals_size);
