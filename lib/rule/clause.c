#include "rule/clause.h"

#include <stdio.h>
#include <string.h>

#include "rule/clause_make.h"

enum { MACRO_DEPTH_MAX = 32 };

/* ---- Pieces ----------------------------------------------------------- */

static struct clause *
clause_new(struct builder *builder, enum clause_kind kind, unsigned count)
{
	struct arena *arena = &builder->loader->set->arena;
	struct clause *clause = arena_take(arena, sizeof(*clause));

	if (clause == NULL) {
		builder_no_memory(builder);
		return NULL;
	}
	clause->kind = (uint8_t)kind;
	if (count == 0)
		return clause;
	clause->child = arena_array(arena, count, sizeof(void *));
	if (clause->child == NULL) {
		builder_no_memory(builder);
		return NULL;
	}
	return clause;
}

static void
add_child(struct clause *clause, const struct clause *child)
{
	clause->child[clause->count++] = child;
	if (child->cost > clause->cost)
		clause->cost = child->cost;
	if (child->depth >= clause->depth)
		clause->depth = child->depth + 1;
}

struct clause *
clause_test(struct builder *builder, const struct test *test)
{
	struct clause *clause = clause_new(builder, CLAUSE_TEST, 0);

	if (clause == NULL)
		return NULL;
	clause->test = *test;
	clause->cost = test->kind;
	return clause;
}

struct clause *
clause_not(struct builder *builder, struct clause *inner)
{
	struct clause *clause;

	if (inner == NULL)
		return NULL;
	clause = clause_new(builder, CLAUSE_NOT, 1);
	if (clause)
		add_child(clause, inner);
	return clause;
}

/* Adds the children that cost as much as 'cost', in their order. */
static unsigned
add_of_cost(struct clause *clause, const struct clause **children,
    unsigned count, unsigned cost)
{
	unsigned i, next = UINT8_MAX + 1;

	for (i = 0; i < count; i++) {
		if (children[i]->cost == cost)
			add_child(clause, children[i]);
		else if (children[i]->cost > cost && children[i]->cost < next)
			next = children[i]->cost;
	}
	return next;
}

struct clause *
clause_join(struct builder *builder, enum clause_kind kind,
    const struct clause **children, unsigned count, size_t at)
{
	struct clause *clause = clause_new(builder, kind, count);
	unsigned cost = 0;

	if (clause == NULL)
		return NULL;
	/* What an 'and' or 'or' says does not depend on its order. */
	while (cost <= UINT8_MAX)
		cost = add_of_cost(clause, children, count, cost);
	if (clause->depth > CLAUSE_DEPTH_MAX) {
		builder_fault(builder, at, "macros nest too deep");
		return NULL;
	}
	return clause;
}

struct clause *
clause_misfit(struct builder *builder, const struct cond *cond,
    const struct value *left, const char *advice)
{
	char shown[128];

	builder_fault(builder, cond->at, "%s: %s cannot be asked of it; %s",
	    value_show(left, shown, sizeof(shown)), cond_token_name(cond->op),
	    advice);
	return NULL;
}

/* ---- Macros ----------------------------------------------------------- */

static void
add_uses(struct uses *uses, const uint64_t *signals, size_t at)
{
	unsigned id;

	for (id = 0; id < SIGNAL_COUNT; id++) {
		uint64_t bit = (uint64_t)1 << (id % 64);

		if (!(signals[id / 64] & bit) || (uses->signals[id / 64] & bit))
			continue;
		uses->signals[id / 64] |= bit;
		uses->at[id] = at;
	}
}

/* Builds the macro's own condition. */
static void
build_macro(struct builder *builder, struct macro *macro)
{
	struct uses uses = { 0 };
	struct builder inner = { builder->loader, macro->source,
		macro->condition, &uses, builder->macro_depth + 1 };
	struct cond *cond;

	macro->state = MACRO_OPEN;
	cond = cond_parse(&builder->loader->scratch, macro->source,
	    macro->condition, &builder->loader->faults);
	macro->clause = cond ? clause_of(&inner, cond) : NULL;
	macro->state = macro->clause ? MACRO_DONE : MACRO_BROKEN;
	memcpy(macro->signals, uses.signals, sizeof(macro->signals));
}

static struct clause *
use_macro(struct builder *builder, const struct cond *cond)
{
	struct macro *macro = loader_macro(builder->loader, cond->text);
	struct clause *clause;

	macro->used = true;
	if (macro->state == MACRO_OPEN) {
		builder_fault(builder, cond->at,
		    "macro '%s' leads back to itself", macro->name);
		return NULL;
	}
	if (macro->state == MACRO_NEW) {
		if (builder->macro_depth >= MACRO_DEPTH_MAX) {
			builder_fault(builder, cond->at,
			    "macros lead more than %d deep", MACRO_DEPTH_MAX);
			return NULL;
		}
		build_macro(builder, macro);
	}
	add_uses(builder->uses, macro->signals, cond->at);
	if (macro->clause == NULL)
		return NULL;
	clause = clause_join(builder, CLAUSE_AND, &macro->clause, 1, cond->at);
	if (clause)
		clause->macro = true;
	return clause;
}

/* ---- Conditions ------------------------------------------------------- */

/* A flag, or a macro. */
static struct clause *
build_word(struct builder *builder, const struct cond *cond)
{
	struct test test = { .kind = TEST_FLAG, .at = cond->at };
	struct value value;
	char shown[128];

	if (!value_read(builder, cond, false, &value))
		return NULL;
	if (value.kind == VALUE_MACRO)
		return use_macro(builder, cond);
	if (value.kind == VALUE_FLAG) {
		test.signal = value.signal;
		test.needs[value.signal / 64] = (uint64_t)1
		    << (value.signal % 64);
		return clause_test(builder, &test);
	}
	builder_fault(builder, cond->at,
	    "expected a condition: %s, so compare it, or ask whether it "
	    "exists",
	    value_show(&value, shown, sizeof(shown)));
	return NULL;
}

static struct clause *
build_chain(struct builder *builder, const struct cond *cond)
{
	const struct clause **children;
	const struct cond *child;
	unsigned count = 0;

	children =
	    arena_array(&builder->loader->scratch, cond->count, sizeof(void *));
	if (children == NULL) {
		builder_no_memory(builder);
		return NULL;
	}
	for (child = cond->first; child; child = child->next) {
		children[count] = clause_of(builder, child);
		if (children[count++] == NULL)
			return NULL;
	}
	return clause_join(builder,
	    cond->kind == COND_AND ? CLAUSE_AND : CLAUSE_OR, children, count,
	    cond->at);
}

static struct clause *
build_exists(struct builder *builder, const struct cond *cond)
{
	struct test test = { .kind = TEST_EXISTS, .at = cond->at };
	struct value value;
	char shown[128];

	if (!value_read(builder, cond->first, false, &value))
		return NULL;
	switch (value.kind) {
	case VALUE_LITERAL:
	case VALUE_MACRO:
	case VALUE_CONDITION:
		builder_fault(builder, cond->first->at,
		    "only signals exist: %s",
		    value_show(&value, shown, sizeof(shown)));
		return NULL;
	case VALUE_NUMBER:
		test.left = value.expr;
		expr_needs(value.expr, test.needs);
		break;
	default:
		test.span = value.span;
		test.needs[value.signal / 64] = (uint64_t)1
		    << (value.signal % 64);
		break;
	}
	return clause_test(builder, &test);
}

/* flow.one_sided = true */
static struct clause *
build_flag(struct builder *builder, const struct cond *cond,
    const struct value *left)
{
	const struct cond *right = cond->first->next;
	struct test test = { .kind = TEST_FLAG,
		.at = cond->at,
		.signal = left->signal };
	struct clause *clause;
	bool yes;

	if (cond->op != TOKEN_EQ && cond->op != TOKEN_NE)
		return clause_misfit(builder, cond, left,
		    "use it alone, or behind 'not'");
	if (right->kind != COND_WORD ||
	    (strcmp(right->text, "true") != 0 &&
		strcmp(right->text, "false") != 0)) {
		builder_fault(builder, right->at, "expected true or false");
		return NULL;
	}
	yes = (strcmp(right->text, "true") == 0) == (cond->op == TOKEN_EQ);
	test.needs[left->signal / 64] = (uint64_t)1 << (left->signal % 64);
	clause = clause_test(builder, &test);
	return yes ? clause : clause_not(builder, clause);
}

static struct clause *
build_compare(struct builder *builder, const struct cond *cond)
{
	struct value left;
	char shown[128];

	if (!value_read(builder, cond->first, false, &left))
		return NULL;
	switch (left.kind) {
	case VALUE_NUMBER: return clause_number(builder, cond, &left);
	case VALUE_TEXT: return clause_text(builder, cond, &left);
	case VALUE_BYTES: return clause_bytes(builder, cond, &left);
	case VALUE_ADDR: return clause_addr(builder, cond, &left);
	case VALUE_FLAG: return build_flag(builder, cond, &left);
	case VALUE_SIZES: return clause_sizes(builder, cond, &left);
	default:
		builder_fault(builder, cond->first->at,
		    "expected a signal on the left: %s",
		    value_show(&left, shown, sizeof(shown)));
		return NULL;
	}
}

struct clause *
clause_of(struct builder *builder, const struct cond *cond)
{
	struct value value = { .kind = VALUE_NUMBER, .cond = cond };
	char shown[128];

	switch (cond->kind) {
	case COND_AND:
	case COND_OR: return build_chain(builder, cond);
	case COND_NOT:
		return clause_not(builder, clause_of(builder, cond->first));
	case COND_COMPARE: return build_compare(builder, cond);
	case COND_EXISTS: return build_exists(builder, cond);
	case COND_WORD: return build_word(builder, cond);
	case COND_QUOTED:
		builder_fault(builder, cond->at,
		    "expected a condition, found a text");
		return NULL;
	default:
		builder_fault(builder, cond->at,
		    "expected a condition: %s, so compare it",
		    value_show(&value, shown, sizeof(shown)));
		return NULL;
	}
}

const struct clause *
clause_build(struct loader *loader, const struct source *source,
    const struct yaml_node *scalar, struct uses *uses)
{
	struct builder builder = { loader, source, scalar, uses, 0 };
	struct cond *cond =
	    cond_parse(&loader->scratch, source, scalar, &loader->faults);

	return cond ? clause_of(&builder, cond) : NULL;
}
