#include <ctype.h>
#include <string.h>

#include "rule/cond.h"

/* In the order of the tokens from TOKEN_AND. */
static const struct {
	const char *text;
	enum cond_token token;
} keywords[] = {
	{ "and", TOKEN_AND },
	{ "or", TOKEN_OR },
	{ "not", TOKEN_NOT },
	{ "in", TOKEN_IN },
	{ "contains", TOKEN_CONTAINS },
	{ "startswith", TOKEN_STARTSWITH },
	{ "endswith", TOKEN_ENDSWITH },
	{ "cidr", TOKEN_CIDR },
	{ "matches", TOKEN_MATCHES },
	{ "suffix", TOKEN_SUFFIX },
	{ "exists", TOKEN_EXISTS },
};

const char *const cond_keywords[] = { "and", "or", "not", "in", "contains",
	"startswith", "endswith", "cidr", "matches", "suffix", "exists", NULL };

bool
cond_is_keyword(const char *word)
{
	size_t i;

	for (i = 0; cond_keywords[i]; i++)
		if (strcmp(cond_keywords[i], word) == 0)
			return true;
	return false;
}

static const char *const token_names[] = {
	[TOKEN_END] = "the end",
	[TOKEN_WORD] = "a name",
	[TOKEN_QUOTED] = "a text",
	[TOKEN_AND] = "'and'",
	[TOKEN_OR] = "'or'",
	[TOKEN_NOT] = "'not'",
	[TOKEN_EQ] = "'='",
	[TOKEN_NE] = "'!='",
	[TOKEN_LT] = "'<'",
	[TOKEN_LE] = "'<='",
	[TOKEN_GT] = "'>'",
	[TOKEN_GE] = "'>='",
	[TOKEN_IN] = "'in'",
	[TOKEN_CONTAINS] = "'contains'",
	[TOKEN_STARTSWITH] = "'startswith'",
	[TOKEN_ENDSWITH] = "'endswith'",
	[TOKEN_CIDR] = "'cidr'",
	[TOKEN_MATCHES] = "'matches'",
	[TOKEN_SUFFIX] = "'suffix'",
	[TOKEN_EXISTS] = "'exists'",
	[TOKEN_PLUS] = "'+'",
	[TOKEN_MINUS] = "'-'",
	[TOKEN_TIMES] = "'*'",
	[TOKEN_OPEN] = "'('",
	[TOKEN_CLOSE] = "')'",
	[TOKEN_OPEN_INDEX] = "'['",
	[TOKEN_CLOSE_INDEX] = "']'",
	[TOKEN_COMMA] = "','",
	[TOKEN_COLON] = "':'",
	[TOKEN_BAD] = "something else",
};

const char *
cond_token_name(enum cond_token token)
{
	return token_names[token];
}

/* The next characters; 0 behind the end. */
static char
look(const struct cond_lexer *lexer, size_t ahead)
{
	if (lexer->size - lexer->at <= ahead)
		return 0;
	return lexer->text[lexer->at + ahead];
}

static bool
is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Words hold letters, digits and '_' throughout, and '.', ':', '/', '-'
 * within: names, numbers with units, addresses, prefixes, domains. */
static bool
word_goes_on(const struct cond_lexer *lexer)
{
	char c = look(lexer, 0), next = look(lexer, 1);

	if (is_word_char(c))
		return true;
	if (c == ':')
		return !lexer->in_index;
	return (c == '.' || c == '/' || c == '-') && is_word_char(next);
}

static void
lex_word(struct cond_lexer *lexer)
{
	size_t i;

	while (word_goes_on(lexer))
		lexer->at++;
	lexer->token = TOKEN_WORD;
	lexer->token_size = lexer->at - lexer->token_at;
	for (i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (strlen(keywords[i].text) == lexer->token_size &&
		    memcmp(keywords[i].text, lexer->text + lexer->token_at,
			lexer->token_size) == 0)
			lexer->token = keywords[i].token;
}

static void
bad(struct cond_lexer *lexer, const char *fault)
{
	lexer->token = TOKEN_BAD;
	lexer->fault = fault;
}

static void
lex_quoted(struct cond_lexer *lexer)
{
	char quote = lexer->text[lexer->at++];

	lexer->token = TOKEN_QUOTED;
	for (; lexer->at < lexer->size; lexer->at++) {
		if (lexer->text[lexer->at] == quote) {
			lexer->at++;
			return;
		}
		if (lexer->text[lexer->at] == '\\' && look(lexer, 1) != '\0')
			lexer->at++;
	}
	bad(lexer, "this quote is never closed");
}

static void
take(struct cond_lexer *lexer, size_t size, enum cond_token token)
{
	lexer->at += size;
	lexer->token = token;
}

static void
lex_order(struct cond_lexer *lexer, enum cond_token alone,
    enum cond_token or_equal)
{
	if (look(lexer, 1) == '=')
		take(lexer, 2, or_equal);
	else
		take(lexer, 1, alone);
}

static void
lex_sign(struct cond_lexer *lexer)
{
	switch (look(lexer, 0)) {
	case '(': take(lexer, 1, TOKEN_OPEN); break;
	case ')': take(lexer, 1, TOKEN_CLOSE); break;
	case '[': take(lexer, 1, TOKEN_OPEN_INDEX); break;
	case ']': take(lexer, 1, TOKEN_CLOSE_INDEX); break;
	case ',': take(lexer, 1, TOKEN_COMMA); break;
	case ':': take(lexer, 1, TOKEN_COLON); break;
	case '+': take(lexer, 1, TOKEN_PLUS); break;
	case '-': take(lexer, 1, TOKEN_MINUS); break;
	case '*': take(lexer, 1, TOKEN_TIMES); break;
	case '<': lex_order(lexer, TOKEN_LT, TOKEN_LE); break;
	case '>': lex_order(lexer, TOKEN_GT, TOKEN_GE); break;
	case '=':
		if (look(lexer, 1) == '=')
			bad(lexer, "write '=' for 'is equal'");
		else
			take(lexer, 1, TOKEN_EQ);
		break;
	case '!':
		if (look(lexer, 1) == '=')
			take(lexer, 2, TOKEN_NE);
		else
			bad(lexer, "write 'not'");
		break;
	case '&': bad(lexer, "write 'and'"); break;
	case '|': bad(lexer, "write 'or'"); break;
	default: bad(lexer, "this character means nothing here"); break;
	}
}

/* Whether a word begins here; also ".example.com" and "::1". */
static bool
word_begins(const struct cond_lexer *lexer)
{
	char c = look(lexer, 0), next = look(lexer, 1);

	return is_word_char(c) || (c == '.' && is_word_char(next)) ||
	    (c == ':' && next == ':' && !lexer->in_index);
}

void
cond_lex(struct cond_lexer *lexer)
{
	lexer->before = lexer->at;
	while (lexer->at < lexer->size &&
	    isspace((unsigned char)lexer->text[lexer->at]))
		lexer->at++;
	lexer->token_at = lexer->at;
	if (lexer->at == lexer->size)
		lexer->token = TOKEN_END;
	else if (word_begins(lexer))
		lex_word(lexer);
	else if (look(lexer, 0) == '"' || look(lexer, 0) == '\'')
		lex_quoted(lexer);
	else
		lex_sign(lexer);
	lexer->token_size = lexer->at - lexer->token_at;
}
