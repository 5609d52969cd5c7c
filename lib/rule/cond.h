/* Conditions as written: text -> tokens -> tree. Names are not looked up
 * here, and types are not checked: see clause.h.
 *
 *   or, and, not                       (binding loosest first)
 *   = != < <= > >= in contains startswith endswith cidr matches suffix,
 *   exists (behind its operand)
 *   + -, *, - (before a number), x[0], x[0:4], u16(x, 2) */
#pragma once

#include "base/arena.h"
#include "rule/fault.h"

enum cond_token {
	TOKEN_END,
	TOKEN_WORD,   /* tls.sni, h2, 10.0.0.0/8, 40ms */
	TOKEN_QUOTED, /* "text", 'text' */
	TOKEN_AND,
	TOKEN_OR,
	TOKEN_NOT,
	TOKEN_EQ,
	TOKEN_NE,
	TOKEN_LT,
	TOKEN_LE,
	TOKEN_GT,
	TOKEN_GE,
	TOKEN_IN,
	TOKEN_CONTAINS,
	TOKEN_STARTSWITH,
	TOKEN_ENDSWITH,
	TOKEN_CIDR,
	TOKEN_MATCHES,
	TOKEN_SUFFIX,
	TOKEN_EXISTS,
	TOKEN_PLUS,
	TOKEN_MINUS,
	TOKEN_TIMES,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_OPEN_INDEX,
	TOKEN_CLOSE_INDEX,
	TOKEN_COMMA,
	TOKEN_COLON,
	TOKEN_BAD, /* 'text' of the lexer says why. */
};

struct cond_lexer {
	const char *text;
	size_t size, at;
	bool in_index; /* Between [ and ], where ':' stands alone. */
	/* The last token. */
	enum cond_token token;
	size_t token_at, token_size;
	size_t before;     /* Where the token before it ended. */
	const char *fault; /* Of TOKEN_BAD. */
};

/* Reads the next token. */
void cond_lex(struct cond_lexer *lexer);
/* "'and'", "a name", ...: for "expected ...". */
const char *cond_token_name(enum cond_token token);
/* The words that are operators, null at the end. */
extern const char *const cond_keywords[];
bool cond_is_keyword(const char *word);

enum cond_kind {
	COND_AND,
	COND_OR,
	COND_NOT,
	COND_COMPARE, /* first 'op' second */
	COND_EXISTS,
	COND_WORD,   /* A signal, macro, list, number or text: see where. */
	COND_QUOTED, /* Without its quotes. */
	COND_ITEMS,  /* (a, b, c) */
	COND_INDEX,  /* first[word] or first[word:word] */
	COND_CALL,   /* text(first, second) */
	COND_PLUS,
	COND_MINUS,
	COND_TIMES,
	COND_NEGATE,
};

struct cond {
	enum cond_kind kind;
	enum cond_token op;
	size_t at;       /* Byte in the condition's text, for faults. */
	size_t from, to; /* All of it there; 0 and 0 of items. */
	const char *text;
	size_t text_size;
	struct cond *first, *next; /* Child, sibling. */
	unsigned count;            /* Children. */
};

/* Parses a scalar's text. Returns null when there is a fault, which has been
 * told. The tree is the arena's. */
struct cond *cond_parse(struct arena *arena, const struct source *source,
    const struct yaml_node *scalar, struct faults *faults);
