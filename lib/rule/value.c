#include "rule/value.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rule/literal.h"

enum { OFFSET_MILLI = 255000 }; /* BYTES signals hold no more. */

/* ---- Faults ----------------------------------------------------------- */

bool
builder_fault(struct builder *builder, size_t at, const char *format, ...)
{
	struct place place = place_within(builder->source, builder->scalar, at);
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fault_error(&builder->loader->faults, &place, "%s", text);
	return false;
}

bool
builder_no_memory(struct builder *builder)
{
	builder->loader->faults.fatal = -ENOMEM;
	return false;
}

const char *
value_show(const struct value *value, char *room, size_t size)
{
	static const char *const kinds[] = {
		[VALUE_NUMBER] = "a number",
		[VALUE_TEXT] = "a text",
		[VALUE_ADDR] = "an address",
		[VALUE_FLAG] = "a flag",
		[VALUE_SIZES] = "a row of sizes",
		[VALUE_BYTES] = "bytes",
		[VALUE_LITERAL] = "a literal",
		[VALUE_MACRO] = "a macro",
		[VALUE_CONDITION] = "a condition",
	};
	const char *name = value->cond->text;

	if (name == NULL && value->cond->kind == COND_INDEX)
		name = value->cond->first->text;
	if (name && value->kind != VALUE_CONDITION)
		snprintf(room, size, "'%.64s' is %s", name, kinds[value->kind]);
	else
		snprintf(room, size, "this is %s", kinds[value->kind]);
	return room;
}

/* ---- Numbers ---------------------------------------------------------- */

bool
units_fit(uint8_t a, uint8_t b)
{
	return a == b || a == UNIT_ANY || b == UNIT_ANY;
}

void
expr_needs(const struct expr *expr, uint64_t *needs)
{
	if (expr == NULL)
		return;
	if (expr->kind == EXPR_SIGNAL || expr->kind == EXPR_READ ||
	    expr->kind == EXPR_SIZE || expr->kind == EXPR_LENGTH)
		needs[expr->signal / 64] |= (uint64_t)1 << (expr->signal % 64);
	expr_needs(expr->left, needs);
	expr_needs(expr->right, needs);
}

static bool
expr_new(struct builder *builder, const struct expr *from,
    const struct expr **expr)
{
	struct expr *fresh =
	    arena_take(&builder->loader->set->arena, sizeof(*fresh));

	if (fresh == NULL)
		return builder_no_memory(builder);
	*fresh = *from;
	*expr = fresh;
	return true;
}

static bool
looks_like_number(const struct cond *cond)
{
	const char *text = cond->text;

	return cond->kind == COND_WORD &&
	    (isdigit((unsigned char)text[0]) ||
		(text[0] == 'A' && text[1] == 'S' &&
		    isdigit((unsigned char)text[2])));
}

bool
value_number(struct builder *builder, const struct cond *cond,
    const struct expr **expr)
{
	struct expr number = { .kind = EXPR_NUMBER };
	bool negative = cond->kind == COND_NEGATE;
	const struct cond *word = negative ? cond->first : cond;
	uint8_t unit;

	if (!looks_like_number(word))
		return builder_fault(builder, cond->at,
		    "expected a number%s%.64s%s", cond->text ? ", found '" : "",
		    cond->text ? cond->text : "", cond->text ? "'" : "");
	switch (number_read(word->text, &number.milli, &unit)) {
	case NUMBER_NONE:
		return builder_fault(builder, cond->at, "'%.64s' is no number",
		    word->text);
	case NUMBER_UNIT:
		return builder_fault(builder, cond->at,
		    "'%.64s' has an unknown unit: expected %s", word->text,
		    number_units);
	case NUMBER_RANGE:
		return builder_fault(builder, cond->at,
		    "'%.64s' is too large, or finer than a thousandth",
		    word->text);
	default: break;
	}
	if (negative)
		number.milli = -number.milli;
	number.unit = unit == UNIT_NONE ? UNIT_ANY : unit;
	return expr_new(builder, &number, expr);
}

/* An operand that must be a number; null when a fault was told. */
static const struct expr *
read_number(struct builder *builder, const struct cond *cond)
{
	struct value value;
	char shown[128];

	if (!value_read(builder, cond, false, &value))
		return NULL;
	if (value.kind == VALUE_NUMBER)
		return value.expr;
	builder_fault(builder, cond->at, "expected a number: %s",
	    value_show(&value, shown, sizeof(shown)));
	return NULL;
}

/* The left side of a sum; of a sign, 0. */
static const struct expr *
read_left(struct builder *builder, const struct cond *cond)
{
	const struct expr zero = { .unit = UNIT_ANY }, *expr;

	if (cond->kind != COND_NEGATE)
		return read_number(builder, cond->first);
	return expr_new(builder, &zero, &expr) ? expr : NULL;
}

static bool
combine(struct builder *builder, const struct cond *cond, struct value *value)
{
	static const uint8_t kinds[] = {
		[COND_PLUS] = EXPR_PLUS,
		[COND_MINUS] = EXPR_MINUS,
		[COND_NEGATE] = EXPR_MINUS,
		[COND_TIMES] = EXPR_TIMES,
	};
	const struct expr *left = read_left(builder, cond), *right = NULL;
	struct expr sum = { .kind = kinds[cond->kind] };

	if (left)
		right = read_number(builder,
		    cond->kind == COND_NEGATE ? cond->first
					      : cond->first->next);
	if (left == NULL || right == NULL)
		return false;
	sum.left = left;
	sum.right = right;
	sum.unit = left->unit != UNIT_ANY ? left->unit : right->unit;
	if (cond->kind == COND_TIMES && left->unit != UNIT_ANY &&
	    right->unit != UNIT_ANY)
		return builder_fault(builder, cond->at,
		    "a product of two units: multiply by a bare number");
	if (cond->kind != COND_TIMES && !units_fit(left->unit, right->unit))
		return builder_fault(builder, cond->at,
		    "a sum of different units");
	return expr_new(builder, &sum, &value->expr);
}

/* ---- Signals ---------------------------------------------------------- */

static void
note_use(struct builder *builder, unsigned signal, size_t at)
{
	struct uses *uses = builder->uses;
	uint64_t bit = (uint64_t)1 << (signal % 64);

	if (!(uses->signals[signal / 64] & bit))
		uses->at[signal] = at;
	uses->signals[signal / 64] |= bit;
}

static bool
read_signal(struct builder *builder, const struct cond *cond, unsigned signal,
    struct value *value)
{
	static const uint8_t kinds[] = {
		[SIGNAL_FLAG] = VALUE_FLAG,
		[SIGNAL_NUMBER] = VALUE_NUMBER,
		[SIGNAL_TEXT] = VALUE_TEXT,
		[SIGNAL_BYTES] = VALUE_BYTES,
		[SIGNAL_ADDR] = VALUE_ADDR,
		[SIGNAL_SIZES] = VALUE_SIZES,
	};
	const struct signal_info *info = signal_info((enum signal_id)signal);
	struct expr expr = { .kind = EXPR_SIGNAL,
		/* A count is as bare as a port. */
		.unit = info->unit == UNIT_COUNT ? UNIT_NONE : info->unit,
		.signal = (uint16_t)signal };

	note_use(builder, signal, cond->at);
	value->kind = (enum value_kind)kinds[info->type];
	value->signal = (uint16_t)signal;
	value->span =
	    (struct span){ .signal = (uint16_t)signal, .whole = true };
	return value->kind != VALUE_NUMBER ||
	    expr_new(builder, &expr, &value->expr);
}

static bool
unknown_name(struct builder *builder, const struct cond *cond)
{
	const char *nearest = loader_nearest(builder->loader, cond->text, true);

	return builder_fault(builder, cond->at,
	    "unknown signal or macro '%.64s'%s%s%s", cond->text,
	    nearest ? "; did you mean '" : "", nearest ? nearest : "",
	    nearest ? "'?" : "");
}

static bool
read_word(struct builder *builder, const struct cond *cond, bool literal,
    struct value *value)
{
	int signal = signal_find(cond->text);

	if (signal >= 0)
		return read_signal(builder, cond, (unsigned)signal, value);
	if (literal)
		return true;
	if (loader_macro(builder->loader, cond->text)) {
		value->kind = VALUE_MACRO;
		return true;
	}
	if (!looks_like_number(cond))
		return unknown_name(builder, cond);
	value->kind = VALUE_NUMBER;
	return value_number(builder, cond, &value->expr);
}

/* ---- Parts of signals ------------------------------------------------- */

/* A bound between brackets. */
static bool
read_bound(struct builder *builder, const struct cond *cond, uint16_t *bound)
{
	int64_t milli;
	uint8_t unit;

	if (number_read(cond->text, &milli, &unit) != NUMBER_FINE ||
	    unit != UNIT_NONE || milli % 1000 != 0 || milli > OFFSET_MILLI)
		return builder_fault(builder, cond->at,
		    "'%.64s' is no place: expected a number from 0 to 255",
		    cond->text);
	*bound = (uint16_t)(milli / 1000);
	return true;
}

/* The signal that an index or a function is about. */
static bool
read_subject(struct builder *builder, const struct cond *cond,
    struct value *subject)
{
	char shown[128];

	if (!value_read(builder, cond, false, subject))
		return false;
	if ((subject->kind == VALUE_BYTES && subject->span.whole) ||
	    subject->kind == VALUE_SIZES)
		return true;
	return builder_fault(builder, cond->at,
	    "expected bytes or a row of sizes: %s",
	    value_show(subject, shown, sizeof(shown)));
}

static bool
read_slice(struct builder *builder, const struct cond *cond, uint16_t from,
    struct value *value)
{
	const struct cond *bound = cond->first->next->next;
	uint16_t to = 0;

	if (value->kind != VALUE_BYTES)
		return builder_fault(builder, bound->at,
		    "only bytes have slices: expected one place, such as "
		    "%.64s[0]",
		    cond->first->text);
	if (!read_bound(builder, bound, &to))
		return false;
	if (to <= from)
		return builder_fault(builder, bound->at,
		    "an empty slice: it goes up to, not including, its "
		    "second place");
	value->span = (struct span){ value->signal, from, to, false };
	return true;
}

static bool
read_index(struct builder *builder, const struct cond *cond,
    struct value *value)
{
	struct expr zero = { .unit = UNIT_ANY }, expr = { .unit = UNIT_ANY };
	uint16_t from = 0;

	if (!read_subject(builder, cond->first, value) ||
	    !read_bound(builder, cond->first->next, &from))
		return false;
	value->cond = cond;
	if (cond->count == 3)
		return read_slice(builder, cond, from, value);
	expr.signal = value->signal;
	if (value->kind == VALUE_SIZES) {
		expr.kind = EXPR_SIZE;
		expr.unit = UNIT_BYTES;
		expr.index = from;
		if (from >= SIGNAL_SIZES_MAX)
			return builder_fault(builder, cond->first->next->at,
			    "only the first %d sizes are kept",
			    SIGNAL_SIZES_MAX);
	} else {
		zero.milli = (int64_t)from * 1000;
		expr.kind = EXPR_READ;
		expr.width = 1;
		if (!expr_new(builder, &zero, &expr.left))
			return false;
	}
	value->kind = VALUE_NUMBER;
	return expr_new(builder, &expr, &value->expr);
}

/* ---- Functions -------------------------------------------------------- */

static const struct function {
	const char *name;
	uint8_t width;
	bool little;
} functions[] = {
	{ "u8", 1, false },
	{ "u16", 2, false },
	{ "u24", 3, false },
	{ "u32", 4, false },
	{ "u16le", 2, true },
	{ "u24le", 3, true },
	{ "u32le", 4, true },
};

static const char *const function_names[] = { "u8", "u16", "u24", "u32",
	"u16le", "u24le", "u32le", "len", "ascii", NULL };

static bool
read_length(struct builder *builder, const struct cond *cond,
    struct value *value)
{
	struct expr expr = { .kind = EXPR_LENGTH, .unit = UNIT_ANY };
	struct value subject;
	char shown[128];

	if (cond->count != 1)
		return builder_fault(builder, cond->first->next->at,
		    "len() takes one signal");
	if (!value_read(builder, cond->first, false, &subject))
		return false;
	if (subject.kind != VALUE_TEXT && subject.kind != VALUE_SIZES &&
	    !(subject.kind == VALUE_BYTES && subject.span.whole))
		return builder_fault(builder, cond->first->at,
		    "expected a text, bytes or a row of sizes: %s",
		    value_show(&subject, shown, sizeof(shown)));
	expr.signal = subject.signal;
	value->kind = VALUE_NUMBER;
	return expr_new(builder, &expr, &value->expr);
}

static bool
read_function(struct builder *builder, const struct cond *cond,
    const struct function *function, struct value *value)
{
	struct expr expr = { .kind = EXPR_READ,
		.unit = UNIT_ANY,
		.width = function->width,
		.little = function->little };
	struct value subject;

	if (cond->count != 2)
		return builder_fault(builder, cond->at,
		    "%s() takes bytes and a place, such as %s(c2s.bytes, 0)",
		    function->name, function->name);
	if (!read_subject(builder, cond->first, &subject))
		return false;
	expr.left = read_number(builder, cond->first->next);
	if (expr.left == NULL)
		return false;
	if (subject.kind != VALUE_BYTES)
		return builder_fault(builder, cond->first->at,
		    "expected bytes: '%.64s' is a row of sizes",
		    cond->first->text);
	expr.signal = subject.signal;
	value->kind = VALUE_NUMBER;
	return expr_new(builder, &expr, &value->expr);
}

static bool
read_call(struct builder *builder, const struct cond *cond, bool literal,
    struct value *value)
{
	const char *nearest;
	size_t i;

	for (i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (strcmp(functions[i].name, cond->text) == 0)
			return read_function(builder, cond, &functions[i],
			    value);
	if (strcmp(cond->text, "len") == 0)
		return read_length(builder, cond, value);
	if (strcmp(cond->text, "ascii") == 0 && literal)
		return true;
	nearest = yaml_nearest(cond->text, function_names);
	return builder_fault(builder, cond->at,
	    "unknown function '%.64s': expected u8, u16, u24, u32, u16le, "
	    "u24le, u32le or len, or ascii on the right%s%s%s",
	    cond->text, nearest ? "; did you mean '" : "",
	    nearest ? nearest : "", nearest ? "'?" : "");
}

bool
value_read(struct builder *builder, const struct cond *cond, bool literal,
    struct value *value)
{
	*value = (struct value){ .kind = VALUE_LITERAL, .cond = cond };
	switch (cond->kind) {
	case COND_WORD: return read_word(builder, cond, literal, value);
	case COND_INDEX: return read_index(builder, cond, value);
	case COND_CALL: return read_call(builder, cond, literal, value);
	case COND_QUOTED:
	case COND_ITEMS: return true;
	case COND_PLUS:
	case COND_MINUS:
	case COND_TIMES:
	case COND_NEGATE:
		value->kind = VALUE_NUMBER;
		return combine(builder, cond, value);
	default: value->kind = VALUE_CONDITION; return true;
	}
}
