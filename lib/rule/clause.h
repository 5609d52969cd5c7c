/* Conditions with their types: what is compared with what.
 *
 * Three-valued: a comparison of what is not known is unknown, 'not' of it
 * stays unknown, and a rule fires only on true. 'exists' asks. */
#pragma once

#include "base/arena.h"
#include "base/rangeset.h"
#include "base/regex.h"
#include "rule/age.h"
#include "rule/cond.h"
#include "rule/strmap.h"
#include "signal/signal.h"

/* ---- Operands --------------------------------------------------------- */

enum expr_kind {
	EXPR_NUMBER,
	EXPR_SIGNAL,
	EXPR_READ,   /* u16(c2s.bytes, offset) */
	EXPR_SIZE,   /* seq.sizes[0] */
	EXPR_LENGTH, /* len(x) */
	EXPR_PLUS,
	EXPR_MINUS,
	EXPR_TIMES,
};

enum { UNIT_ANY = 0xff }; /* Of bare numbers, which fit every unit. */

/* A number, in thousandths. */
struct expr {
	uint8_t kind;  /* enum expr_kind */
	uint8_t unit;  /* enum signal_unit, UNIT_NONE for counts; UNIT_ANY */
	uint8_t width; /* READ: bytes. */
	bool little;   /* READ: the least byte comes first. */
	uint16_t signal;
	uint16_t index;                  /* SIZE */
	int64_t milli;                   /* NUMBER */
	const struct expr *left, *right; /* READ: 'left' is the offset. */
};

/* A BYTES signal, or a part of it. */
struct span {
	uint16_t signal;
	uint16_t from, to;
	bool whole;
};

/* Bytes to find; a mask of 0 leaves the byte open. */
struct pattern {
	const uint8_t *bytes, *mask;
	size_t size;
};

/* ---- Comparisons ------------------------------------------------------ */

/* Cheap ones first: 'and' and 'or' ask in this order. */
enum test_kind {
	TEST_FLAG,
	TEST_EXISTS,      /* All of 'needs' are known. */
	TEST_NUMBER,      /* signal op milli */
	TEST_EXPR,        /* left op right */
	TEST_SPAN,        /* span = pattern */
	TEST_STARTS,      /* span startswith pattern */
	TEST_SPANS,       /* span = other */
	TEST_TEXT,        /* signal = text */
	TEST_TEXTS_EQUAL, /* signal = other.signal */
	TEST_TEXT_STARTS,
	TEST_TEXT_ENDS,
	TEST_NUMBERS, /* left in numbers */
	TEST_SIZES,   /* signal contains one of numbers */
	TEST_NAMES,   /* signal in texts */
	TEST_RANGES,  /* signal cidr ranges */
	TEST_SUFFIX,  /* signal suffix texts */
	TEST_TEXT_CONTAINS,
	TEST_CONTAINS, /* span contains pattern */
	TEST_MATCHES,
};

struct test {
	uint8_t kind; /* enum test_kind */
	uint8_t op;   /* enum cond_token, of NUMBER and EXPR */
	uint16_t signal;
	size_t at; /* In the condition's text, for faults. */
	int64_t milli;
	uint64_t expires_us;        /* Of its list; 0: never. */
	const struct list_age *age; /* Of its list; null: it does not age. */
	uint64_t needs[SIGNAL_WORDS];
	const struct expr *left, *right;
	struct span span, other;
	struct pattern pattern;
	const char *text;
	size_t text_size;
	const int64_t *numbers; /* Sorted. */
	size_t number_count;
	const struct strmap *texts;
	const struct rangeset *ranges; /* Of the set. */
	const struct regex *regex;     /* Of the set. */
};

/* ---- Conditions ------------------------------------------------------- */

enum clause_kind { CLAUSE_TEST, CLAUSE_NOT, CLAUSE_AND, CLAUSE_OR };

struct clause {
	uint8_t kind; /* enum clause_kind */
	uint8_t cost; /* Of its dearest test. */
	bool macro;   /* What a macro's name stands for. */
	unsigned depth;
	unsigned count;
	const struct clause **child; /* By cost; shared where macros are. */
	struct test test;
};
