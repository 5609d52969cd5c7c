/* A condition as a list of questions, each with where to go on yes and on
 * no. 'not' is pushed down to the questions, so that "true" is all that has
 * to be known of each: what is unknown takes the way of "no". */
#pragma once

#include "rule/clause.h"

enum {
	PROGRAM_MAX = 4096, /* Questions. */
	STEP_FIRE = 0xffff,
	STEP_REST = 0xfffe, /* The rule does not fire. */
};

struct step {
	const struct test *test;
	uint16_t yes, no; /* Indices, STEP_FIRE or STEP_REST. */
	bool negated;     /* Ask whether it is false. */
};

struct program {
	const struct step *steps; /* The last one is asked first. */
	size_t count;
	/* Signals without which it cannot be true. */
	uint64_t needs[SIGNAL_WORDS];
	unsigned transports; /* With others it cannot be true. */
};

/* Transports that are told apart, to pass over most rules at a glance. */
enum {
	TRANSPORT_TCP = 1,
	TRANSPORT_UDP = 2,
	TRANSPORT_OTHER = 4,
	TRANSPORT_ANY = 7,
};

/* Which one a name means. */
unsigned program_transport(const char *name, size_t size);

/* Returns 0, FS_EFULL (more than PROGRAM_MAX questions) or -ENOMEM. */
int program_make(struct arena *arena, const struct clause *clause,
    struct program *program);

/* Whether all is known without which it cannot fire. */
static inline bool
program_can_fire(const uint64_t *needs, const struct signals *signals)
{
	unsigned word;

	for (word = 0; word < SIGNAL_WORDS; word++)
		if (needs[word] & ~signals->known[word])
			return false;
	return true;
}

bool program_fires(const struct program *program, uint64_t now_us,
    const struct signals *signals);

enum truth { TRUTH_NO, TRUTH_YES, TRUTH_UNKNOWN };

/* One question. */
enum truth test_ask(const struct test *test, uint64_t now_us,
    const struct signals *signals);
/* Returns whether the number is known. */
bool expr_value(const struct expr *expr, const struct signals *signals,
    int64_t *milli);
