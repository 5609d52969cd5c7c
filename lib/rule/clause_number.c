/* Comparisons of numbers and addresses, and the sets of all types. */
#include <errno.h>
#include <string.h>

#include "base/addr.h"
#include "rule/clause_make.h"

/* ---- Sets ------------------------------------------------------------- */

static bool
set_from_list(struct builder *builder, const struct cond *right,
    enum list_form form, struct test *test)
{
	struct spot spot = { builder->source, builder->scalar, right->at };
	struct list *list =
	    loader_list(builder->loader, right->text, form, &spot);

	if (list == NULL)
		return false;
	test->expires_us = list->expires_us;
	test->age = list->age.max_age_us > 0 ? &list->age : NULL;
	test->numbers = list->numbers;
	test->number_count = list->number_count;
	test->texts = form == LIST_SUFFIX ? &list->suffixes : &list->texts;
	test->ranges = list->ranges;
	return true;
}

static bool
add_number(struct builder *builder, const struct cond *item, struct list *list)
{
	const struct expr *number;

	if (!value_number(builder, item, &number))
		return false;
	if (number->unit != UNIT_ANY)
		return builder_fault(builder, item->at,
		    "expected a number without a unit");
	if (list_add_milli(list, &builder->loader->set->arena, number->milli) <
	    0)
		return builder_no_memory(builder);
	return true;
}

/* Adds an item of '(a, b)', or a single one, to a nameless list. */
static bool
add_item(struct builder *builder, const struct cond *item, enum list_form form,
    struct list *list)
{
	struct arena *arena = &builder->loader->set->arena;
	const char *expected;

	if (form == LIST_NUMBER)
		return add_number(builder, item, list);
	if (item->kind != COND_WORD && item->kind != COND_QUOTED)
		return builder_fault(builder, item->at, "expected an item");
	expected = list_add(list, form, arena, item->text, item->text_size);
	if (expected == NULL)
		return true;
	return builder_fault(builder, item->at, "expected %s, found '%.64s'",
	    expected, item->text);
}

static bool
set_from_items(struct builder *builder, const struct cond *right,
    enum list_form form, struct test *test)
{
	struct fs_ruleset *set = builder->loader->set;
	bool many = right->kind == COND_ITEMS;
	const struct cond *item = many ? right->first : right;
	struct list *list;
	bool fine = true;

	list = arena_take(&set->arena, sizeof(*list));
	if (list == NULL)
		return builder_no_memory(builder);
	for (; item && fine; item = many ? item->next : NULL)
		fine = add_item(builder, item, form, list);
	if (list->ranges && set_own_ranges(set, list->ranges) < 0)
		return builder_no_memory(builder);
	if (!fine)
		return false;
	if (list_seal(list, form) < 0)
		return builder_no_memory(builder);
	test->numbers = list->numbers;
	test->number_count = list->number_count;
	test->texts = form == LIST_SUFFIX ? &list->suffixes : &list->texts;
	test->ranges = list->ranges;
	return true;
}

/* A word names a list, except where it can only be an item: a network, or a
 * domain with a dot. */
static bool
is_item(const struct cond *right, enum list_form form)
{
	struct fs_prefix prefix;

	if (right->kind != COND_WORD)
		return true;
	if (form == LIST_CIDR)
		return addr_parse_prefix(right->text, true, &prefix);
	return form == LIST_SUFFIX && strchr(right->text, '.') != NULL;
}

bool
clause_set(struct builder *builder, const struct cond *right,
    enum list_form form, struct test *test)
{
	if (right->kind == COND_ITEMS)
		return set_from_items(builder, right, form, test);
	if (right->kind != COND_WORD && right->kind != COND_QUOTED)
		return builder_fault(builder, right->at,
		    "expected a list's name or items in parentheses");
	if (right->kind == COND_QUOTED &&
	    (form == LIST_TEXT || form == LIST_NUMBER))
		return builder_fault(builder, right->at,
		    "expected a list's name or items in parentheses: "
		    "in (\"%.64s\")",
		    right->text);
	if (is_item(right, form))
		return set_from_items(builder, right, form, test);
	return set_from_list(builder, right, form, test);
}

/* ---- Numbers ---------------------------------------------------------- */

static const char *
unit_word(uint8_t unit)
{
	static const char *const words[] = {
		[UNIT_NONE] = "no unit",
		[UNIT_COUNT] = "no unit",
		[UNIT_BYTES] = "bytes",
		[UNIT_MS] = "milliseconds",
		[UNIT_KM] = "kilometres",
		[UNIT_DEGREES] = "degrees",
	};

	return words[unit == UNIT_ANY ? UNIT_NONE : unit];
}

static struct clause *
number_in(struct builder *builder, const struct cond *cond,
    const struct value *left)
{
	struct test test = { .kind = TEST_NUMBERS,
		.at = cond->at,
		.left = left->expr };

	expr_needs(left->expr, test.needs);
	if (!clause_set(builder, cond->first->next, LIST_NUMBER, &test))
		return NULL;
	return clause_test(builder, &test);
}

static struct clause *
number_order(struct builder *builder, const struct cond *cond,
    const struct value *left, const struct value *right)
{
	struct test test = { .kind = TEST_EXPR,
		.op = (uint8_t)cond->op,
		.at = cond->at,
		.left = left->expr,
		.right = right->expr };

	if (!units_fit(left->expr->unit, right->expr->unit)) {
		builder_fault(builder, right->cond->at, "compares %s with %s",
		    unit_word(left->expr->unit), unit_word(right->expr->unit));
		return NULL;
	}
	expr_needs(left->expr, test.needs);
	expr_needs(right->expr, test.needs);
	if (left->expr->kind == EXPR_SIGNAL &&
	    right->expr->kind == EXPR_NUMBER) {
		test.kind = TEST_NUMBER;
		test.signal = left->expr->signal;
		test.milli = right->expr->milli;
	}
	return clause_test(builder, &test);
}

struct clause *
clause_number(struct builder *builder, const struct cond *cond,
    const struct value *left)
{
	const struct cond *right = cond->first->next;
	struct value value;
	char shown[128];

	if (cond->op == TOKEN_IN)
		return number_in(builder, cond, left);
	if (cond->op < TOKEN_EQ || cond->op > TOKEN_GE)
		return clause_misfit(builder, cond, left,
		    "use = != < <= > >= or in");
	if (!value_read(builder, right, false, &value))
		return NULL;
	if (value.kind == VALUE_NUMBER)
		return number_order(builder, cond, left, &value);
	builder_fault(builder, right->at, "expected a number: %s",
	    value_show(&value, shown, sizeof(shown)));
	return NULL;
}

/* seq.sizes contains (586, -586) */
struct clause *
clause_sizes(struct builder *builder, const struct cond *cond,
    const struct value *left)
{
	const struct cond *right = cond->first->next;
	struct test test = { .kind = TEST_SIZES,
		.at = cond->at,
		.signal = left->signal };

	if (cond->op != TOKEN_CONTAINS)
		return clause_misfit(builder, cond, left,
		    "use contains, or compare one of it, such as "
		    "seq.sizes[0]");
	test.needs[left->signal / 64] = (uint64_t)1 << (left->signal % 64);
	if (!set_from_items(builder, right, LIST_NUMBER, &test))
		return NULL;
	return clause_test(builder, &test);
}

/* ---- Addresses -------------------------------------------------------- */

struct clause *
clause_addr(struct builder *builder, const struct cond *cond,
    const struct value *left)
{
	struct test test = { .kind = TEST_RANGES,
		.at = cond->at,
		.signal = left->signal };
	struct clause *clause;

	if (cond->op != TOKEN_EQ && cond->op != TOKEN_NE &&
	    cond->op != TOKEN_IN && cond->op != TOKEN_CIDR)
		return clause_misfit(builder, cond, left,
		    "use cidr, in, = or !=");
	test.needs[left->signal / 64] = (uint64_t)1 << (left->signal % 64);
	if (!clause_set(builder, cond->first->next, LIST_CIDR, &test))
		return NULL;
	clause = clause_test(builder, &test);
	return cond->op == TOKEN_NE ? clause_not(builder, clause) : clause;
}
