/* Comparisons that say nothing: always true, or never. */
#include "base/cursor.h"
#include "base/num.h"
#include "rule/set.h"

struct lint {
	const struct source *source;
	const struct yaml_node *scalar;
	struct faults *faults;
};

static void
warn(const struct lint *lint, size_t at, const char *what)
{
	struct place place;

	if (fault_warned(lint->faults))
		return;
	place = place_within(lint->source, lint->scalar, at);
	fault_warning(lint->faults, &place, "%s", what);
}

/* What is counted is never below 0. */
static bool
never_negative(const struct test *test)
{
	uint8_t unit = signal_info((enum signal_id)test->signal)->unit;

	return unit == UNIT_COUNT || unit == UNIT_BYTES;
}

static void
lint_number(const struct lint *lint, const struct test *test)
{
	bool zero = test->milli == 0;

	if (!never_negative(test) || test->milli > 0)
		return;
	if (test->op == TOKEN_LT || (!zero && test->op == TOKEN_LE) ||
	    (!zero && test->op == TOKEN_EQ))
		warn(lint, test->at,
		    "never true: a count or size is never negative");
	else if (test->op == TOKEN_GE || (!zero && test->op == TOKEN_GT) ||
	    (!zero && test->op == TOKEN_NE))
		warn(lint, test->at,
		    "always true: a count or size is never negative; ask "
		    "'exists' to know whether it was measured");
}

/* A country is a code of two capitals, and texts are compared as they are. */
static void
lint_country(const struct lint *lint, const struct test *test)
{
	struct cursor text = cursor_of(test->text, test->text_size);
	bool code = text.left == 2;
	uint8_t letter;

	if (test->signal != SIGNAL_CLIENT_COUNTRY &&
	    test->signal != SIGNAL_SERVER_COUNTRY)
		return;
	while (code && cursor_u8(&text, &letter))
		code = letter >= 'A' && letter <= 'Z';
	if (!code)
		warn(lint, test->at,
		    "no such country: expected a code of two capitals, such "
		    "as DE");
}

static bool
is_constant(const struct test *test)
{
	unsigned word;

	if (test->kind != TEST_EXPR && test->kind != TEST_NUMBERS)
		return false;
	for (word = 0; word < SIGNAL_WORDS; word++)
		if (test->needs[word])
			return false;
	return true;
}

static void
lint_test(const struct lint *lint, const struct test *test)
{
	static const struct signals nothing;

	if (test->kind == TEST_NUMBER)
		lint_number(lint, test);
	if (test->kind == TEST_TEXT)
		lint_country(lint, test);
	if (!is_constant(test))
		return;
	warn(lint, test->at,
	    test_ask(test, 0, &nothing) == TRUTH_YES
		? "always true: no signal is compared"
		: "never true: no signal is compared");
}

/* ---- Contradictions --------------------------------------------------- */

/* The values that a comparison with a number leaves. */
struct range {
	int64_t low, high;
};

static struct range
range_of(const struct test *test)
{
	struct range range = { INT64_MIN, INT64_MAX };

	switch (test->op) {
	case TOKEN_EQ: range.low = range.high = test->milli; break;
	case TOKEN_LT: range.high = num_minus(test->milli, 1); break;
	case TOKEN_LE: range.high = test->milli; break;
	case TOKEN_GT: range.low = num_minus(test->milli, -1); break;
	case TOKEN_GE: range.low = test->milli; break;
	default: break;
	}
	return range;
}

static bool
same_text(const struct test *a, const struct test *b)
{
	struct cursor x = cursor_of(a->text, a->text_size);

	return x.left == b->text_size &&
	    cursor_begins(&x, b->text, b->text_size);
}

/* Whether both can never be true of one signal. */
static bool
excludes(const struct clause *a, const struct clause *b)
{
	const struct test *x = &a->test, *y = &b->test;
	struct range left, right;

	if (a->kind != CLAUSE_TEST || b->kind != CLAUSE_TEST ||
	    x->kind != y->kind || x->signal != y->signal)
		return false;
	if (x->kind == TEST_TEXT)
		return !same_text(x, y);
	if (x->kind != TEST_NUMBER)
		return false;
	left = range_of(x);
	right = range_of(y);
	return left.high < right.low || right.high < left.low;
}

static void
lint_and(const struct lint *lint, const struct clause *clause)
{
	enum { PAIRS_MAX = 64 };
	unsigned i, k, count = clause->count;

	if (count > PAIRS_MAX)
		count = PAIRS_MAX;
	for (i = 1; i < count; i++) {
		for (k = 0; k < i; k++) {
			if (!excludes(clause->child[k], clause->child[i]))
				continue;
			warn(lint, clause->child[i]->test.at,
			    "never true together with another comparison of "
			    "the same signal");
			return;
		}
	}
}

static void
walk(const struct lint *lint, const struct clause *clause)
{
	unsigned i;

	if (clause->macro)
		return;
	if (clause->kind == CLAUSE_TEST)
		lint_test(lint, &clause->test);
	if (clause->kind == CLAUSE_AND)
		lint_and(lint, clause);
	for (i = 0; i < clause->count; i++)
		walk(lint, clause->child[i]);
}

void
clause_lint(const struct clause *clause, const struct source *source,
    const struct yaml_node *scalar, struct faults *faults)
{
	struct lint lint = { source, scalar, faults };

	walk(&lint, clause);
}
