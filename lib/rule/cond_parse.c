/* A Pratt parser: an operand, then operators as long as they bind tighter
 * than what stands to the left. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "rule/cond.h"

enum {
	TEXT_MAX = 65536,
	DEPTH_MAX = 64,
	SUMS_MAX = 64, /* Of one condition; they nest to the left. */
};

enum binding {
	BINDS_NOT_AT_ALL,
	BINDS_OR,
	BINDS_AND,
	BINDS_NOT,
	BINDS_COMPARE,
	BINDS_SUM,
	BINDS_PRODUCT,
	BINDS_SIGN,
};

struct parser {
	struct arena *arena;
	const struct source *source;
	const struct yaml_node *scalar;
	struct faults *faults;
	struct cond_lexer lexer;
	unsigned depth, sums;
};

static struct cond *parse(struct parser *parser, enum binding outer);

/* ---- Faults ----------------------------------------------------------- */

/* Returns null, so that a caller can return it. A parser stops at its first
 * fault. */
static struct cond *
fault(struct parser *parser, size_t at, const char *text)
{
	struct place place = place_within(parser->source, parser->scalar, at);

	fault_error(parser->faults, &place, "%s", text);
	return NULL;
}

static struct cond *
no_memory(struct parser *parser)
{
	parser->faults->fatal = -ENOMEM;
	return NULL;
}

/* How a fault names the token at hand. */
static void
show_token(const struct parser *parser, char *room, size_t size)
{
	const struct cond_lexer *lexer = &parser->lexer;
	int length = lexer->token_size < 40 ? (int)lexer->token_size : 40;

	if (lexer->token == TOKEN_END)
		snprintf(room, size, "the end");
	else
		snprintf(room, size, "'%.*s'", length,
		    lexer->text + lexer->token_at);
}

static struct cond *
unexpected(struct parser *parser, const char *expected)
{
	char found[64], text[256];

	if (parser->lexer.token == TOKEN_BAD)
		return fault(parser, parser->lexer.token_at,
		    parser->lexer.fault);
	show_token(parser, found, sizeof(found));
	snprintf(text, sizeof(text), "expected %s, found %s", expected, found);
	return fault(parser, parser->lexer.token_at, text);
}

/* ---- Nodes ------------------------------------------------------------ */

static struct cond *
node(struct parser *parser, enum cond_kind kind, size_t at)
{
	struct cond *cond = arena_take(parser->arena, sizeof(*cond));

	if (cond == NULL)
		return no_memory(parser);
	cond->kind = kind;
	cond->at = at;
	return cond;
}

static void
adopt(struct cond *parent, struct cond *child)
{
	struct cond **end = &parent->first;

	/* At most two, or items, which keep their own end. */
	while (*end)
		end = &(*end)->next;
	*end = child;
	parent->count++;
}

/* A node of one or two children, any of which may be null for a fault. */
static struct cond *
node_of(struct parser *parser, enum cond_kind kind, size_t at,
    struct cond *left, struct cond *right)
{
	struct cond *cond;

	cond = node(parser, kind, at);
	if (cond == NULL)
		return NULL;
	adopt(cond, left);
	if (right)
		adopt(cond, right);
	return cond;
}

/* Copies a quoted text: '\' before a quote or another '\' stands for that
 * character; any other '\' is itself, as regular expressions need it. */
static void
unquote(const char *from, size_t size, struct cond *to, char *room)
{
	size_t i, used = 0;

	for (i = 0; i < size; i++) {
		if (from[i] == '\\' && i + 1 < size &&
		    strchr("\"'\\", from[i + 1]))
			i++;
		room[used++] = from[i];
	}
	room[used] = '\0';
	to->text = room;
	to->text_size = used;
}

/* The token at hand as a node of its own; takes it. */
static struct cond *
leaf(struct parser *parser)
{
	struct cond_lexer *lexer = &parser->lexer;
	bool quoted = lexer->token == TOKEN_QUOTED;
	const char *text = lexer->text + lexer->token_at;
	size_t size = lexer->token_size;
	struct cond *cond;
	char *copy;

	cond = node(parser, quoted ? COND_QUOTED : COND_WORD, lexer->token_at);
	copy = arena_text(parser->arena, text, size);
	if (cond == NULL || copy == NULL)
		return no_memory(parser);
	cond->text = copy;
	cond->text_size = size;
	if (quoted)
		unquote(text + 1, size - 2, cond, copy);
	cond_lex(lexer);
	return cond;
}

static bool
take(struct parser *parser, enum cond_token token)
{
	if (parser->lexer.token != token)
		return false;
	cond_lex(&parser->lexer);
	return true;
}

/* ---- Operands --------------------------------------------------------- */

/* x[0], x[0:4]; at the '['. */
static struct cond *
parse_index(struct parser *parser, struct cond *of)
{
	struct cond *index, *bound;

	index = node_of(parser, COND_INDEX, of->at, of, NULL);
	parser->lexer.in_index = true;
	cond_lex(&parser->lexer);
	do {
		if (parser->lexer.token != TOKEN_WORD)
			return unexpected(parser, "a number");
		bound = leaf(parser);
		if (index == NULL || bound == NULL)
			return NULL;
		adopt(index, bound);
	} while (index->count < 3 && take(parser, TOKEN_COLON));
	if (parser->lexer.token != TOKEN_CLOSE_INDEX)
		return unexpected(parser,
		    index->count == 3 ? "']'" : "':' or ']'");
	parser->lexer.in_index = false;
	cond_lex(&parser->lexer);
	return index;
}

/* u16(x, 2); at the '('. */
static struct cond *
parse_call(struct parser *parser, const struct cond *name)
{
	struct cond *call = node(parser, COND_CALL, name->at), *argument;

	if (call == NULL)
		return NULL;
	call->text = name->text;
	call->text_size = name->text_size;
	cond_lex(&parser->lexer);
	do {
		argument = parse(parser, BINDS_COMPARE);
		if (argument == NULL)
			return NULL;
		adopt(call, argument);
	} while (call->count < 2 && take(parser, TOKEN_COMMA));
	if (!take(parser, TOKEN_CLOSE))
		return unexpected(parser, "')'");
	return call;
}

static struct cond *
parse_word(struct parser *parser)
{
	struct cond *word = leaf(parser);

	if (word == NULL)
		return NULL;
	if (parser->lexer.token == TOKEN_OPEN_INDEX)
		return parse_index(parser, word);
	if (parser->lexer.token == TOKEN_OPEN)
		return parse_call(parser, word);
	return word;
}

static struct cond *
parse_group(struct parser *parser)
{
	struct cond *inner;

	cond_lex(&parser->lexer);
	inner = parse(parser, BINDS_NOT_AT_ALL);
	if (inner == NULL)
		return NULL;
	if (!take(parser, TOKEN_CLOSE))
		return unexpected(parser, "'and', 'or' or ')'");
	return inner;
}

static struct cond *
parse_operand(struct parser *parser)
{
	size_t at = parser->lexer.token_at;
	struct cond *inner;

	switch (parser->lexer.token) {
	case TOKEN_WORD: return parse_word(parser);
	case TOKEN_QUOTED: return leaf(parser);
	case TOKEN_OPEN: return parse_group(parser);
	case TOKEN_NOT:
		cond_lex(&parser->lexer);
		inner = parse(parser, BINDS_NOT);
		return inner ? node_of(parser, COND_NOT, at, inner, NULL)
			     : NULL;
	case TOKEN_MINUS:
		cond_lex(&parser->lexer);
		inner = parse(parser, BINDS_SIGN);
		return inner ? node_of(parser, COND_NEGATE, at, inner, NULL)
			     : NULL;
	default: return unexpected(parser, "a signal, a macro, 'not' or '('");
	}
}

/* (a, "b", -3); at the '('. */
static struct cond *
parse_items(struct parser *parser)
{
	struct cond *items, *item, **end;

	items = node(parser, COND_ITEMS, parser->lexer.token_at);
	if (items == NULL)
		return NULL;
	end = &items->first;
	cond_lex(&parser->lexer);
	do {
		if (parser->lexer.token != TOKEN_WORD &&
		    parser->lexer.token != TOKEN_QUOTED &&
		    parser->lexer.token != TOKEN_MINUS)
			return unexpected(parser, "an item");
		item = parse(parser, BINDS_COMPARE);
		if (item == NULL)
			return NULL;
		*end = item;
		end = &item->next;
		items->count++;
	} while (take(parser, TOKEN_COMMA));
	if (!take(parser, TOKEN_CLOSE))
		return unexpected(parser, "',' or ')'");
	return items;
}

/* ---- Operators -------------------------------------------------------- */

static enum binding
binding_of(enum cond_token token)
{
	if (token == TOKEN_OR)
		return BINDS_OR;
	if (token == TOKEN_AND)
		return BINDS_AND;
	if (token >= TOKEN_EQ && token <= TOKEN_EXISTS)
		return BINDS_COMPARE;
	if (token == TOKEN_PLUS || token == TOKEN_MINUS)
		return BINDS_SUM;
	if (token == TOKEN_TIMES)
		return BINDS_PRODUCT;
	return BINDS_NOT_AT_ALL;
}

/* a and b and c: one node, however many. */
static struct cond *
parse_chain(struct parser *parser, struct cond *left, enum cond_token token)
{
	bool and = token == TOKEN_AND;
	struct cond *chain, *last = left;

	chain = node_of(parser, and? COND_AND : COND_OR, parser->lexer.token_at,
	    left, NULL);
	if (chain == NULL)
		return NULL;
	while (take(parser, token)) {
		last->next = parse(parser, and? BINDS_AND : BINDS_OR);
		if (last->next == NULL)
			return NULL;
		last = last->next;
		chain->count++;
	}
	return chain;
}

static bool
takes_items(enum cond_token token)
{
	return token >= TOKEN_IN && token <= TOKEN_SUFFIX;
}

static struct cond *
parse_compare(struct parser *parser, struct cond *left, enum cond_token token)
{
	size_t at = parser->lexer.token_at;
	struct cond *right, *compare;

	if (left->kind == COND_COMPARE || left->kind == COND_EXISTS)
		return fault(parser, at,
		    "comparisons do not chain: write 'a < b and b < c'");
	cond_lex(&parser->lexer);
	if (token == TOKEN_EXISTS)
		return node_of(parser, COND_EXISTS, at, left, NULL);
	right = takes_items(token) && parser->lexer.token == TOKEN_OPEN
	    ? parse_items(parser)
	    : parse(parser, BINDS_COMPARE);
	if (right == NULL)
		return NULL;
	compare = node_of(parser, COND_COMPARE, at, left, right);
	if (compare)
		compare->op = token;
	return compare;
}

static struct cond *
parse_sum(struct parser *parser, struct cond *left, enum cond_token token)
{
	enum cond_kind kind = token == TOKEN_PLUS ? COND_PLUS
	    : token == TOKEN_MINUS                ? COND_MINUS
						  : COND_TIMES;
	size_t at = parser->lexer.token_at;
	struct cond *right;

	if (++parser->sums > SUMS_MAX)
		return fault(parser, at, "more than 64 sums and products");
	cond_lex(&parser->lexer);
	right = parse(parser, binding_of(token));
	return right ? node_of(parser, kind, at, left, right) : NULL;
}

/* Notes what of the text a node is, once. */
static struct cond *
span(const struct parser *parser, struct cond *cond, size_t from)
{
	if (cond && cond->to == 0) {
		cond->from = from;
		cond->to = parser->lexer.before;
	}
	return cond;
}

static struct cond *
parse(struct parser *parser, enum binding outer)
{
	size_t from = parser->lexer.token_at;
	enum cond_token token;
	struct cond *left = NULL;

	if (++parser->depth > DEPTH_MAX)
		return fault(parser, parser->lexer.token_at,
		    "nested deeper than 64 levels; use macros");
	left = span(parser, parse_operand(parser), from);
	while (left && binding_of(token = parser->lexer.token) > outer) {
		if (token == TOKEN_AND || token == TOKEN_OR)
			left = parse_chain(parser, left, token);
		else if (binding_of(token) == BINDS_COMPARE)
			left = parse_compare(parser, left, token);
		else
			left = parse_sum(parser, left, token);
		left = span(parser, left, from);
	}
	parser->depth--;
	return left;
}

/* What stands where the condition should have ended. */
static struct cond *
trailing(struct parser *parser)
{
	struct cond_lexer *lexer = &parser->lexer;
	char word[32], text[128];
	const char *nearest;

	if (lexer->token != TOKEN_WORD || lexer->token_size >= sizeof(word))
		return unexpected(parser, "'and', 'or' or the end");
	memcpy(word, lexer->text + lexer->token_at, lexer->token_size);
	word[lexer->token_size] = '\0';
	nearest = yaml_nearest(word, cond_keywords);
	if (nearest == NULL)
		return unexpected(parser, "'and', 'or' or the end");
	snprintf(text, sizeof(text),
	    "expected 'and', 'or' or the end, found '%s'; did you mean '%s'?",
	    word, nearest);
	return fault(parser, lexer->token_at, text);
}

struct cond *
cond_parse(struct arena *arena, const struct source *source,
    const struct yaml_node *scalar, struct faults *faults)
{
	struct parser parser = { arena, source, scalar, faults };
	struct cond *cond;

	parser.lexer.text = scalar->text;
	parser.lexer.size = scalar->text_size;
	if (scalar->text_size > TEXT_MAX)
		return fault(&parser, 0,
		    "a condition of more than 64 KiB; use lists and macros");
	cond_lex(&parser.lexer);
	if (parser.lexer.token == TOKEN_END)
		return fault(&parser, 0, "the condition is empty");
	cond = parse(&parser, BINDS_NOT_AT_ALL);
	if (cond && parser.lexer.token != TOKEN_END)
		return trailing(&parser);
	return cond;
}
