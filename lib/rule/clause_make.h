/* Pieces from which clauses are made. Each returns null when a fault was
 * told. */
#pragma once

#include "rule/value.h"

enum { CLAUSE_DEPTH_MAX = 256 };

/* Any condition. */
struct clause *clause_of(struct builder *builder, const struct cond *cond);

struct clause *clause_test(struct builder *builder, const struct test *test);
struct clause *clause_not(struct builder *builder, struct clause *inner);
/* 'and' or 'or' of an array in the scratch arena or on the stack. */
struct clause *clause_join(struct builder *builder, enum clause_kind kind,
    const struct clause **children, unsigned count, size_t at);

/* Comparisons of one operand each; 'cond' is the COND_COMPARE. */
struct clause *clause_number(struct builder *builder, const struct cond *cond,
    const struct value *left);
struct clause *clause_sizes(struct builder *builder, const struct cond *cond,
    const struct value *left);
struct clause *clause_text(struct builder *builder, const struct cond *cond,
    const struct value *left);
struct clause *clause_bytes(struct builder *builder, const struct cond *cond,
    const struct value *left);
struct clause *clause_addr(struct builder *builder, const struct cond *cond,
    const struct value *left);

/* Fills in the set of 'in', 'suffix' and 'cidr' from items or a list. */
bool clause_set(struct builder *builder, const struct cond *right,
    enum list_form form, struct test *test);
/* "x cannot be asked with 'op'": always null. */
struct clause *clause_misfit(struct builder *builder, const struct cond *cond,
    const struct value *left, const char *advice);
