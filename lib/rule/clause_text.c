/* Comparisons of texts and bytes. */
#include <stdio.h>
#include <string.h>

#include "rule/clause_make.h"
#include "rule/literal.h"

/* Makes one test of a right-hand side. */
typedef struct clause *make_fn(struct builder *builder, const struct cond *cond,
    const struct cond *right, const struct value *left);

/* One test, or an 'or' of one for each of (a, b, c). */
static struct clause *
each(struct builder *builder, const struct cond *cond, const struct value *left,
    make_fn *make)
{
	const struct cond *right = cond->first->next, *item;
	const struct clause **children;
	unsigned count = 0;

	if (right->kind != COND_ITEMS)
		return make(builder, cond, right, left);
	children = arena_array(&builder->loader->scratch, right->count,
	    sizeof(void *));
	if (children == NULL) {
		builder_no_memory(builder);
		return NULL;
	}
	for (item = right->first; item; item = item->next) {
		children[count] = make(builder, cond, item, left);
		if (children[count++] == NULL)
			return NULL;
	}
	return clause_join(builder, CLAUSE_OR, children, count, cond->at);
}

static void
need(struct test *test, unsigned signal)
{
	test->needs[signal / 64] |= (uint64_t)1 << (signal % 64);
}

/* ---- Texts ------------------------------------------------------------ */

/* "tls.sn" may be a text, but the researcher hardly means it. */
static void
warn_of_signal(struct builder *builder, const struct cond *right)
{
	const char *dot = strchr(right->text, '.'), *nearest;
	struct place place;

	if (dot == NULL || fault_warned(&builder->loader->faults))
		return;
	nearest = loader_nearest(builder->loader, right->text, false);
	if (nearest == NULL ||
	    strncmp(nearest, right->text, (size_t)(dot - right->text) + 1) != 0)
		return;
	place = place_within(builder->source, builder->scalar, right->at);
	fault_warning(&builder->loader->faults, &place,
	    "'%.64s' is taken as a text; did you mean the signal '%s'? Quote "
	    "it if not",
	    right->text, nearest);
}

/* Checks the text to compare with. */
static bool
text_literal(struct builder *builder, const struct cond *right,
    const struct value *left)
{
	int64_t milli;
	uint8_t unit;

	if (right->kind == COND_QUOTED)
		return true;
	if (right->kind != COND_WORD)
		return builder_fault(builder, right->at, "expected a text");
	if (signal_find(right->text) >= 0)
		return builder_fault(builder, right->at,
		    "'%.64s' is a signal; only = and != compare two signals",
		    right->text);
	if (number_read(right->text, &milli, &unit) == NUMBER_FINE)
		return builder_fault(builder, right->at,
		    "'%.64s' is a number, but '%s' is a text: quote it",
		    right->text,
		    signal_info((enum signal_id)left->signal)->name);
	warn_of_signal(builder, right);
	return true;
}

static bool
is_signal(struct builder *builder, const struct cond *right,
    struct value *value)
{
	return right->kind == COND_WORD && signal_find(right->text) >= 0 &&
	    value_read(builder, right, true, value);
}

static struct clause *
make_text(struct builder *builder, const struct cond *cond,
    const struct cond *right, const struct value *left)
{
	static const uint8_t kinds[] = {
		[TOKEN_EQ] = TEST_TEXT,
		[TOKEN_NE] = TEST_TEXT,
		[TOKEN_CONTAINS] = TEST_TEXT_CONTAINS,
		[TOKEN_STARTSWITH] = TEST_TEXT_STARTS,
		[TOKEN_ENDSWITH] = TEST_TEXT_ENDS,
	};
	struct test test = { .kind = kinds[cond->op],
		.at = cond->at,
		.signal = left->signal };

	need(&test, left->signal);
	if (!text_literal(builder, right, left))
		return NULL;
	if (right->text_size == 0 && test.kind != TEST_TEXT) {
		builder_fault(builder, right->at,
		    "every text has an empty part: expected a text");
		return NULL;
	}
	test.text_size = right->text_size;
	test.text = arena_text(&builder->loader->set->arena, right->text,
	    right->text_size);
	if (test.text == NULL) {
		builder_no_memory(builder);
		return NULL;
	}
	return clause_test(builder, &test);
}

/* tls.sni = http.host */
static struct clause *
make_texts_equal(struct builder *builder, const struct cond *cond,
    const struct value *left, const struct value *right)
{
	struct test test = { .kind = TEST_TEXTS_EQUAL,
		.at = cond->at,
		.signal = left->signal,
		.other = { .signal = right->signal } };
	char shown[128];

	if (right->kind != VALUE_TEXT) {
		builder_fault(builder, right->cond->at, "expected a text: %s",
		    value_show(right, shown, sizeof(shown)));
		return NULL;
	}
	need(&test, left->signal);
	need(&test, right->signal);
	return clause_test(builder, &test);
}

static struct clause *
text_equals(struct builder *builder, const struct cond *cond,
    const struct value *left)
{
	const struct cond *right = cond->first->next;
	struct clause *clause;
	struct value value;

	if (is_signal(builder, right, &value))
		clause = make_texts_equal(builder, cond, left, &value);
	else
		clause = make_text(builder, cond, right, left);
	return cond->op == TOKEN_NE ? clause_not(builder, clause) : clause;
}

static struct clause *
text_in_set(struct builder *builder, const struct cond *cond,
    const struct value *left, enum list_form form)
{
	static const uint8_t kinds[] = {
		[LIST_TEXT] = TEST_NAMES,
		[LIST_CIDR] = TEST_RANGES,
		[LIST_SUFFIX] = TEST_SUFFIX,
	};
	const struct cond *right = cond->first->next, *item;
	struct test test = { .kind = kinds[form],
		.at = cond->at,
		.signal = left->signal };

	need(&test, left->signal);
	if (right->kind == COND_ITEMS && form == LIST_TEXT)
		for (item = right->first; item; item = item->next)
			if (!text_literal(builder, item, left))
				return NULL;
	if (!clause_set(builder, right, form, &test))
		return NULL;
	return clause_test(builder, &test);
}

/* ---- Regular expressions ---------------------------------------------- */

static struct clause *
make_matches(struct builder *builder, const struct cond *cond,
    const struct cond *right, const struct value *left)
{
	struct test test = { .kind = TEST_MATCHES,
		.at = cond->at,
		.signal = left->signal };
	char fault[REGEX_FAULT_SIZE];
	struct regex *regex;
	size_t offset;

	need(&test, left->signal);
	if (right->kind != COND_QUOTED) {
		builder_fault(builder, right->at,
		    "expected an expression in quotes");
		return NULL;
	}
	regex = regex_new(right->text, fault, &offset);
	if (regex == NULL) {
		builder_fault(builder, right->at + 1 + offset,
		    "bad expression: %s", fault);
		return NULL;
	}
	if (set_own_regex(builder->loader->set, regex) < 0) {
		builder_no_memory(builder);
		return NULL;
	}
	test.regex = regex;
	return clause_test(builder, &test);
}

struct clause *
clause_text(struct builder *builder, const struct cond *cond,
    const struct value *left)
{
	switch (cond->op) {
	case TOKEN_EQ:
	case TOKEN_NE: return text_equals(builder, cond, left);
	case TOKEN_IN: return text_in_set(builder, cond, left, LIST_TEXT);
	case TOKEN_CIDR: return text_in_set(builder, cond, left, LIST_CIDR);
	case TOKEN_SUFFIX: return text_in_set(builder, cond, left, LIST_SUFFIX);
	case TOKEN_CONTAINS:
	case TOKEN_STARTSWITH:
	case TOKEN_ENDSWITH: return each(builder, cond, left, make_text);
	case TOKEN_MATCHES: return each(builder, cond, left, make_matches);
	default:
		return clause_misfit(builder, cond, left,
		    "texts have no order: use =, != or in");
	}
}

/* ---- Bytes ------------------------------------------------------------ */

static bool
hex_literal(struct builder *builder, const struct cond *right,
    struct pattern *pattern, uint8_t *bytes, uint8_t *mask)
{
	size_t offset;
	int size = hex_read(right->text, bytes, mask, &offset);

	if (size < 0)
		return builder_fault(builder, right->at + 1 + offset,
		    "expected bytes in hex, such as \"16 03 ??\"; for text "
		    "write ascii(\"...\")");
	pattern->size = (size_t)size;
	return true;
}

static bool
ascii_literal(struct builder *builder, const struct cond *right,
    struct pattern *pattern, uint8_t *bytes, uint8_t *mask)
{
	const struct cond *text = right->first;
	size_t offset;
	int size;

	if (right->count != 1 || text->kind != COND_QUOTED)
		return builder_fault(builder, right->at,
		    "ascii() takes one text in quotes");
	size = ascii_read(text->text, text->text_size, bytes, &offset);
	if (size < 0)
		return builder_fault(builder, text->at + 1 + offset,
		    "unknown escape: expected \\r, \\n, \\t, \\0, \\\\ or "
		    "\\x and two hex digits");
	memset(mask, 0xff, (size_t)size);
	pattern->size = (size_t)size;
	return true;
}

/* "16 03 ??", or ascii("GET "). */
static bool
bytes_literal(struct builder *builder, const struct cond *right,
    struct pattern *pattern)
{
	struct arena *arena = &builder->loader->set->arena;
	bool ascii =
	    right->kind == COND_CALL && strcmp(right->text, "ascii") == 0;
	size_t room = (ascii ? right->first->text_size : right->text_size) + 1;
	uint8_t *bytes = arena_take(arena, room);
	uint8_t *mask = arena_take(arena, room);

	if (bytes == NULL || mask == NULL)
		return builder_no_memory(builder);
	pattern->bytes = bytes;
	pattern->mask = mask;
	if (!ascii && right->kind != COND_QUOTED)
		return builder_fault(builder, right->at,
		    "expected bytes in hex and in quotes, such as "
		    "\"16 03 ??\", or ascii(\"...\")");
	if (!(ascii ? ascii_literal : hex_literal)(builder, right, pattern,
		bytes, mask))
		return false;
	if (pattern->size == 0)
		return builder_fault(builder, right->at,
		    "expected at least one byte");
	return true;
}

static bool
sizes_fit(struct builder *builder, const struct cond *right,
    const struct span *span, size_t size)
{
	if (span->whole || (size_t)(span->to - span->from) == size)
		return true;
	return builder_fault(builder, right->at,
	    "the slice has %d bytes, this has %zu", span->to - span->from,
	    size);
}

static struct clause *
make_bytes(struct builder *builder, const struct cond *cond,
    const struct cond *right, const struct value *left)
{
	static const uint8_t kinds[] = {
		[TOKEN_EQ] = TEST_SPAN,
		[TOKEN_NE] = TEST_SPAN,
		[TOKEN_IN] = TEST_SPAN,
		[TOKEN_STARTSWITH] = TEST_STARTS,
		[TOKEN_CONTAINS] = TEST_CONTAINS,
	};
	struct test test = { .kind = kinds[cond->op],
		.at = cond->at,
		.span = left->span };

	need(&test, left->signal);
	if (!bytes_literal(builder, right, &test.pattern))
		return NULL;
	if (test.kind == TEST_SPAN &&
	    !sizes_fit(builder, right, &left->span, test.pattern.size))
		return NULL;
	return clause_test(builder, &test);
}

/* s2c.bytes[8:12] = c2s.bytes[4:8] */
static struct clause *
make_spans_equal(struct builder *builder, const struct cond *cond,
    const struct value *left, const struct value *right)
{
	struct test test = { .kind = TEST_SPANS,
		.at = cond->at,
		.span = left->span,
		.other = right->span };
	char shown[128];

	if (right->kind != VALUE_BYTES) {
		builder_fault(builder, right->cond->at, "expected bytes: %s",
		    value_show(right, shown, sizeof(shown)));
		return NULL;
	}
	if (!right->span.whole &&
	    !sizes_fit(builder, right->cond, &left->span,
		(size_t)(right->span.to - right->span.from)))
		return NULL;
	need(&test, left->signal);
	need(&test, right->signal);
	return clause_test(builder, &test);
}

static struct clause *
bytes_equal(struct builder *builder, const struct cond *cond,
    const struct value *left)
{
	const struct cond *right = cond->first->next;
	struct clause *clause;
	struct value value;

	if (right->kind == COND_INDEX ||
	    (right->kind == COND_WORD && signal_find(right->text) >= 0)) {
		if (!value_read(builder, right, false, &value))
			return NULL;
		clause = make_spans_equal(builder, cond, left, &value);
	} else {
		clause = make_bytes(builder, cond, right, left);
	}
	return cond->op == TOKEN_NE ? clause_not(builder, clause) : clause;
}

struct clause *
clause_bytes(struct builder *builder, const struct cond *cond,
    const struct value *left)
{
	switch (cond->op) {
	case TOKEN_EQ:
	case TOKEN_NE: return bytes_equal(builder, cond, left);
	case TOKEN_MATCHES:
		if (left->span.whole)
			return each(builder, cond, left, make_matches);
		break;
	case TOKEN_IN:
		if (cond->first->next->kind != COND_ITEMS)
			return clause_misfit(builder, cond, left,
			    "give items in parentheses");
		return each(builder, cond, left, make_bytes);
	case TOKEN_STARTSWITH:
	case TOKEN_CONTAINS: return each(builder, cond, left, make_bytes);
	default: break;
	}
	return clause_misfit(builder, cond, left,
	    left->span.whole ? "use =, !=, in, startswith, contains or matches"
			     : "use =, !=, in, startswith or contains");
}
