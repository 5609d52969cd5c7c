/* Stage 3: how soon the client's program answers the server (SIGNALS: T2, T8,
 * T9, T10), over the flow's whole life.
 *
 * TCP is answered by whatever ends TCP, all that is measured here by the
 * program behind it: what its answers take beyond the least round trip of TCP
 * is spent behind the address, or by the program. Every span is counted from
 * the newest packet that the answer acknowledges, so that it is never too
 * long; nothing is measured on what was sent again, came out of order or was
 * missed. */
#pragma once

#include "flow/flow.h"

enum {
	ANSWERS_KEPT = 6, /* Spans of a kind. */
	ANSWERS_SENT = 6, /* Packets that may be answered. */
	/* A span cannot be told when it ended. */
	ANSWERS_LATE = UINT32_MAX,
};

enum answers_kind {
	ANSWERS_TURN,     /* The next request, after a whole answer. */
	ANSWERS_UPLOAD,   /* More of a request, after all was acknowledged. */
	ANSWERS_WINDOW,   /* HTTP/2's WINDOW_UPDATE. */
	ANSWERS_SETTINGS, /* HTTP/2's acknowledgement of SETTINGS. */
	ANSWERS_CLOSE,    /* FIN or RST, after the server's FIN. */
	/* Not the program's: TCP's acknowledgement of what its first words
	 * to the server answer. */
	ANSWERS_ACK,
	ANSWERS_KINDS,
	/* The kinds that come more than once come first. */
	ANSWERS_MANY = ANSWERS_SETTINGS,
};

struct answers_span {
	uint32_t us;    /* From what is answered to the answer. */
	uint32_t at_us; /* The answer, since the flow began; ANSWERS_LATE. */
};

struct answers_list {
	uint32_t count;                         /* Ever measured. */
	struct answers_span span[ANSWERS_KEPT]; /* The least of them. */
};

/* A packet of the server. */
struct answers_sent {
	uint64_t time_us;
	uint32_t end_seq;
};

struct answers {
	struct answers_sent sent[ANSWERS_SENT]; /* A ring. */
	uint64_t covered_us; /* When all of the client's was acknowledged. */
	uint64_t fin_us;     /* The server's; 0: none yet. */
	uint64_t acked_us;   /* When the client acknowledged 'acked'. */
	uint32_t acked;      /* Its highest acknowledgement. */
	uint32_t sent_count;
	uint32_t record_seq;      /* Where the client's next record begins. */
	uint32_t handshake_turns; /* Of these, of TLS itself. */
	uint32_t turns;           /* Times that the client spoke after it. */
	uint32_t answer_bytes;    /* Of the server since the client spoke. */
	uint32_t body_bytes;      /* Of the client since the server spoke. */
	uint32_t turnaround_us;   /* The server's least, to its first byte. */
	uint64_t asked_us;        /* When the client last sent. */
	bool walking;             /* 'record_seq' is known. */
	bool plain;  /* The client goes on with its handshake in the open. */
	bool spoilt; /* The answer cannot be timed. */
	bool fin_again;
	bool closed; /* The client has. */
	struct answers_list list[ANSWERS_MANY];
	struct answers_span once[ANSWERS_KINDS - ANSWERS_MANY];
};
_Static_assert(sizeof(struct answers) <= 384, "struct answers is too large");

/* Begins with the server's first payload, which the flow has just counted;
 * 'answers' is zeroed. */
void answers_begin(struct answers *answers, const struct flow *flow);

/* Takes in any packet of the flow, which has just counted it. */
void answers_packet(struct answers *answers, const struct flow *flow,
    const struct packet *packet, unsigned from, uint64_t time_us);

/* The spans of a kind, the least first; '*count' were ever measured. Returns
 * how many are at hand. */
uint32_t answers_spans(const struct answers *answers, enum answers_kind kind,
    const struct answers_span **spans, uint32_t *count);
