/* Asking one question of a set of signals. */
#include <string.h>

#include "base/addr.h"
#include "base/cursor.h"
#include "rule/list.h"
#include "rule/program.h"

/* The bytes of a known signal; asked too often for a call. */
static inline struct cursor
bytes_of(const struct signals *signals, enum signal_id id)
{
	const struct signal_value *value = &signals->value[id];

	return cursor_of(signals->room + value->span.at, value->span.size);
}

/* ---- Numbers ---------------------------------------------------------- */

static bool
read_bytes(const struct expr *expr, const struct signals *signals,
    int64_t *milli)
{
	struct cursor cursor;
	int64_t offset, value = 0;
	unsigned i;
	uint8_t byte;
	size_t size;

	if (!expr_value(expr->left, signals, &offset) || offset < 0 ||
	    offset % 1000 != 0)
		return false;
	cursor.at = signals_bytes(signals, (enum signal_id)expr->signal, &size);
	cursor.left = size;
	if (!cursor_skip(&cursor, (size_t)(offset / 1000)))
		return false;
	for (i = 0; i < expr->width; i++) {
		if (!cursor_u8(&cursor, &byte))
			return false;
		value |= (int64_t)byte
		    << (8 * (expr->little ? i : expr->width - 1 - i));
	}
	*milli = value * 1000;
	return true;
}

static bool
read_size(const struct expr *expr, const struct signals *signals,
    int64_t *milli)
{
	int32_t sizes[SIGNAL_SIZES_MAX];
	size_t count =
	    signals_sizes(signals, (enum signal_id)expr->signal, sizes);

	if (expr->index >= count)
		return false;
	*milli = (int64_t)sizes[expr->index] * 1000;
	return true;
}

static bool
read_length(const struct expr *expr, const struct signals *signals,
    int64_t *milli)
{
	enum signal_id id = (enum signal_id)expr->signal;
	size_t size;

	if (!signals_known(signals, id))
		return false;
	(void)signals_bytes(signals, id, &size);
	if (signal_info(id)->type == SIGNAL_SIZES)
		size /= sizeof(int32_t);
	*milli = (int64_t)size * 1000;
	return true;
}

/* (a / 1000) * (b / 1000), in thousandths, cut towards 0. */
static bool
multiply(int64_t a, int64_t b, int64_t *product)
{
	__int128 exact = (__int128)a * b / 1000;

	*product = (int64_t)exact;
	return exact == *product;
}

static bool
combine(const struct expr *expr, const struct signals *signals, int64_t *milli)
{
	int64_t left, right;

	if (!expr_value(expr->left, signals, &left) ||
	    !expr_value(expr->right, signals, &right))
		return false;
	if (expr->kind == EXPR_PLUS)
		return !__builtin_add_overflow(left, right, milli);
	if (expr->kind == EXPR_MINUS)
		return !__builtin_sub_overflow(left, right, milli);
	return multiply(left, right, milli);
}

bool
expr_value(const struct expr *expr, const struct signals *signals,
    int64_t *milli)
{
	switch (expr->kind) {
	case EXPR_NUMBER: *milli = expr->milli; return true;
	case EXPR_SIGNAL:
		*milli = signals->value[expr->signal].milli;
		return signals_known(signals, (enum signal_id)expr->signal);
	case EXPR_READ: return read_bytes(expr, signals, milli);
	case EXPR_SIZE: return read_size(expr, signals, milli);
	case EXPR_LENGTH: return read_length(expr, signals, milli);
	default: return combine(expr, signals, milli);
	}
}

static enum truth
truth_of(bool true_or_false)
{
	return true_or_false ? TRUTH_YES : TRUTH_NO;
}

static enum truth
order(enum cond_token op, int64_t left, int64_t right)
{
	switch (op) {
	case TOKEN_EQ: return truth_of(left == right);
	case TOKEN_NE: return truth_of(left != right);
	case TOKEN_LT: return truth_of(left < right);
	case TOKEN_LE: return truth_of(left <= right);
	case TOKEN_GT: return truth_of(left > right);
	default: return truth_of(left >= right);
	}
}

static enum truth
ask_expr(const struct test *test, const struct signals *signals)
{
	int64_t left, right;

	if (!expr_value(test->left, signals, &left) ||
	    !expr_value(test->right, signals, &right))
		return TRUTH_UNKNOWN;
	return order((enum cond_token)test->op, left, right);
}

static bool
is_among(const struct test *test, int64_t value)
{
	size_t low = 0, high = test->number_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (test->numbers[middle] < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low < test->number_count && test->numbers[low] == value;
}

static enum truth
ask_numbers(const struct test *test, const struct signals *signals)
{
	int64_t value;

	if (!expr_value(test->left, signals, &value))
		return TRUTH_UNKNOWN;
	return truth_of(is_among(test, value));
}

static enum truth
ask_sizes(const struct test *test, const struct signals *signals)
{
	enum signal_id id = (enum signal_id)test->signal;
	int32_t sizes[SIGNAL_SIZES_MAX];
	size_t i, count = signals_sizes(signals, id, sizes);

	if (!signals_known(signals, id))
		return TRUTH_UNKNOWN;
	for (i = 0; i < count; i++)
		if (is_among(test, (int64_t)sizes[i] * 1000))
			return TRUTH_YES;
	return TRUTH_NO;
}

/* ---- Bytes ------------------------------------------------------------ */

/* The bytes of a span; false where they were not seen. */
static bool
span_bytes(const struct span *span, const struct signals *signals,
    struct cursor *bytes)
{
	enum signal_id id = (enum signal_id)span->signal;
	struct cursor all;

	if (!signals_known(signals, id))
		return false;
	all = bytes_of(signals, id);
	if (span->whole) {
		*bytes = all;
		return true;
	}
	return cursor_skip(&all, span->from) &&
	    cursor_take(&all, (size_t)(span->to - span->from), bytes);
}

static bool
begins(const struct cursor *bytes, const struct pattern *pattern)
{
	size_t i;

	if (bytes->left < pattern->size)
		return false;
	for (i = 0; i < pattern->size; i++)
		if ((bytes->at[i] ^ pattern->bytes[i]) & pattern->mask[i])
			return false;
	return true;
}

static enum truth
ask_span(const struct test *test, const struct signals *signals)
{
	struct cursor bytes;

	if (!span_bytes(&test->span, signals, &bytes))
		return TRUTH_UNKNOWN;
	if (test->kind == TEST_SPAN)
		return truth_of(bytes.left == test->pattern.size &&
		    begins(&bytes, &test->pattern));
	if (test->kind == TEST_STARTS)
		return truth_of(begins(&bytes, &test->pattern));
	do {
		if (begins(&bytes, &test->pattern))
			return TRUTH_YES;
	} while (cursor_skip(&bytes, 1));
	return TRUTH_NO;
}

static enum truth
ask_spans(const struct test *test, const struct signals *signals)
{
	struct cursor left, right;

	if (!span_bytes(&test->span, signals, &left) ||
	    !span_bytes(&test->other, signals, &right))
		return TRUTH_UNKNOWN;
	return truth_of(left.left == right.left &&
	    cursor_begins(&left, right.at, right.left));
}

/* ---- Texts ------------------------------------------------------------ */

static bool
contains(const struct cursor *text, const char *part, size_t size)
{
	struct cursor tail = *text;

	do {
		if (cursor_begins(&tail, part, size))
			return true;
	} while (cursor_skip(&tail, 1));
	return false;
}

static bool
ends(const struct cursor *text, const char *part, size_t size)
{
	struct cursor tail = *text;

	return text->left >= size && cursor_skip(&tail, text->left - size) &&
	    cursor_begins(&tail, part, size);
}

static enum truth
ask_text(const struct test *test, const struct cursor *text)
{
	const char *part = test->text;
	size_t size = test->text_size;

	switch (test->kind) {
	case TEST_TEXT:
		return truth_of(
		    text->left == size && cursor_begins(text, part, size));
	case TEST_TEXT_STARTS: return truth_of(cursor_begins(text, part, size));
	case TEST_TEXT_ENDS: return truth_of(ends(text, part, size));
	default: return truth_of(contains(text, part, size));
	}
}

/* An address, also one that stands in a text. */
static bool
find_address(const struct signals *signals, enum signal_id id,
    const struct cursor *text, struct fs_addr *addr)
{
	char room[ADDR_TEXT_SIZE];
	struct cursor cursor = *text;

	if (signal_info(id)->type == SIGNAL_ADDR)
		return signals_addr(signals, id, addr);
	if (text->left >= sizeof(room) ||
	    !cursor_copy(&cursor, room, text->left))
		return false;
	room[text->left] = '\0';
	return addr_parse(room, addr);
}

/* Whether one of the domains, joined by commas, is in the map. */
static bool
has_suffix(const struct strmap *map, struct cursor domains)
{
	struct cursor domain;
	const uint8_t *end;

	for (;;) {
		end = domains.left > 0 ? memchr(domains.at, ',', domains.left)
				       : NULL;
		if (!cursor_take(&domains,
			end != NULL ? (size_t)(end - domains.at) : domains.left,
			&domain))
			return false;
		if (list_has_suffix(map, (const char *)domain.at, domain.left))
			return true;
		if (!cursor_skip(&domains, 1))
			return false;
	}
}

static enum truth
ask_set(const struct test *test, const struct signals *signals,
    const struct cursor *text)
{
	const char *chars = (const char *)text->at;
	struct fs_addr addr;
	uint32_t value;

	if (test->kind == TEST_NAMES)
		return truth_of(
		    strmap_find(test->texts, chars, text->left, NULL));
	if (test->kind == TEST_SUFFIX)
		return truth_of(has_suffix(test->texts, *text));
	return truth_of(
	    find_address(signals, (enum signal_id)test->signal, text, &addr) &&
	    rangeset_find(test->ranges, &addr, &value));
}

/* ---- All -------------------------------------------------------------- */

static enum truth
ask_exists(const struct test *test, const struct signals *signals)
{
	struct cursor bytes;
	int64_t milli;
	unsigned word;

	for (word = 0; word < SIGNAL_WORDS; word++)
		if (test->needs[word] & ~signals->known[word])
			return TRUTH_NO;
	if (test->left)
		return truth_of(expr_value(test->left, signals, &milli));
	return truth_of(
	    test->span.to == 0 || span_bytes(&test->span, signals, &bytes));
}

/* A stranger's text for which the search would take too long is not known to
 * match, and not known not to. */
static enum truth
ask_regex(const struct test *test, const struct cursor *text)
{
	int rc = regex_match(test->regex, (const char *)text->at, text->left);

	return rc < 0 ? TRUTH_UNKNOWN : truth_of(rc > 0);
}

/* What is asked of a text. */
static enum truth
ask_of_text(const struct test *test, const struct signals *signals)
{
	enum signal_id id = (enum signal_id)test->signal;
	struct cursor text, other;

	if (!signals_known(signals, id))
		return TRUTH_UNKNOWN;
	text = bytes_of(signals, id);
	switch (test->kind) {
	case TEST_TEXTS_EQUAL:
		id = (enum signal_id)test->other.signal;
		if (!signals_known(signals, id))
			return TRUTH_UNKNOWN;
		other = bytes_of(signals, id);
		return truth_of(text.left == other.left &&
		    cursor_begins(&text, other.at, other.left));
	case TEST_NAMES:
	case TEST_SUFFIX:
	case TEST_RANGES: return ask_set(test, signals, &text);
	case TEST_MATCHES: return ask_regex(test, &text);
	default: return ask_text(test, &text);
	}
}

enum truth
test_ask(const struct test *test, uint64_t now_us,
    const struct signals *signals)
{
	enum signal_id id = (enum signal_id)test->signal;

	if (test->expires_us && now_us >= test->expires_us)
		return TRUTH_UNKNOWN;
	if (test->age && list_weight(test->age, now_us) == 0)
		return TRUTH_UNKNOWN;
	switch (test->kind) {
	case TEST_EXISTS: return ask_exists(test, signals);
	case TEST_FLAG:
	case TEST_NUMBER:
		if (!signals_known(signals, id))
			return TRUTH_UNKNOWN;
		if (test->kind == TEST_FLAG)
			return truth_of(signals->value[id].milli != 0);
		return order((enum cond_token)test->op,
		    signals->value[id].milli, test->milli);
	case TEST_EXPR: return ask_expr(test, signals);
	case TEST_NUMBERS: return ask_numbers(test, signals);
	case TEST_SIZES: return ask_sizes(test, signals);
	case TEST_SPAN:
	case TEST_STARTS:
	case TEST_CONTAINS: return ask_span(test, signals);
	case TEST_SPANS: return ask_spans(test, signals);
	default: return ask_of_text(test, signals);
	}
}
