/* Operands of comparisons, with their types. */
#pragma once

#include "rule/set.h"

struct builder {
	struct loader *loader;
	const struct source *source;
	const struct yaml_node *scalar;
	struct uses *uses;
	unsigned macro_depth;
};

enum value_kind {
	VALUE_NUMBER,  /* 'expr' */
	VALUE_TEXT,    /* 'signal' */
	VALUE_ADDR,    /* 'signal' */
	VALUE_FLAG,    /* 'signal' */
	VALUE_SIZES,   /* 'signal' */
	VALUE_BYTES,   /* 'span' */
	VALUE_LITERAL, /* What it is, the other side says. */
	VALUE_MACRO,
	VALUE_CONDITION,
};

struct value {
	enum value_kind kind;
	uint16_t signal;
	struct span span;
	const struct expr *expr;
	const struct cond *cond; /* As written. */
};

/* Tells a fault at a byte of the condition. Returns false, so that a caller
 * can return it. */
bool builder_fault(struct builder *builder, size_t at, const char *format, ...)
    FS_PRINTF(3, 4);
bool builder_no_memory(struct builder *builder);

/* Reads an operand; a word that is no name is a literal where 'literal'
 * allows it, else a fault. */
bool value_read(struct builder *builder, const struct cond *cond, bool literal,
    struct value *value);

/* "the text 'tls.sni'", ...: how a fault names an operand. */
const char *value_show(const struct value *value, char *room, size_t size);

/* Whether the word of a literal is a number; reads it. */
bool value_number(struct builder *builder, const struct cond *cond,
    const struct expr **expr);

/* The signals that an expression needs. */
void expr_needs(const struct expr *expr, uint64_t *needs);
bool units_fit(uint8_t a, uint8_t b);
