/* Stage 4: bytes of DNS -> one message: its head, its question, how much its
 * answers hold.
 *
 * RFC 1035 section 4; RFC 6891 for what stands in additional records. Only
 * messages with exactly one question are read: all that resolvers send. */
#pragma once

#include "base/cursor.h"

enum {
	DNS_NAME_MAX = 255, /* With the lengths of labels and the root. */
	DNS_LABELS_MAX = 127,
	DNS_RECORDS_MAX = 64, /* Records looked at in one message. */
};

enum dns_type {
	DNS_A = 1,
	DNS_NS = 2,
	DNS_CNAME = 5,
	DNS_SOA = 6,
	DNS_NULL = 10,
	DNS_PTR = 12,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_KEY = 25,
	DNS_AAAA = 28,
	DNS_SRV = 33,
	DNS_SVCB = 64,
	DNS_HTTPS = 65,
	DNS_PRIVATE = 65280, /* And above. */
};

struct dns_message {
	uint16_t id;
	bool response;
	bool truncated;
	uint8_t opcode, code; /* Code: of the response. */
	uint16_t type, class; /* Of the question. */
	/* The question's name: labels, each behind its length, without the
	 * root; and where each of them begins. */
	struct cursor name;
	uint8_t label_count;
	uint8_t label_at[DNS_LABELS_MAX];
	uint16_t answers;    /* As the head says. */
	struct cursor whole; /* The message. */
	struct cursor rest;  /* Behind the question. */
};

/* Reads a message's head and question.
 *
 * Returns 0, FS_ETRUNC, FS_EFORMAT (no DNS), or FS_EUNSUP: not one question,
 * or another operation than a query. */
int dns_read(struct cursor bytes, struct dns_message *message);

/* Bytes that the answers hold, names counted by their labels as far as they
 * are written out: what an answer can bring to who asked. Answers that are
 * missing, as the capture was cut, are not counted. */
uint32_t dns_answer_bytes(const struct dns_message *message);

/* How many of the name's last labels are its zone, as a registry gives it
 * out: two, or three where the last but one is short and the last is a
 * country's ("co.uk"). A guess; 0 where nothing stands before it. */
unsigned dns_zone_labels(const struct dns_message *message);
