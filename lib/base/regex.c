#define PCRE2_CODE_UNIT_WIDTH 8
#include "base/regex.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <pcre2.h>

enum {
	MATCH_LIMIT = 10000,
	DEPTH_LIMIT = 1000,
	HEAP_LIMIT_KIB = 1024,
	PATTERN_SIZE_MAX = 4096
};

struct regex {
	pcre2_code *code;             /* Owned. */
	pcre2_match_context *context; /* Owned; read only once made. */
};

static struct regex *
refuse(int code, char *fault)
{
	if (pcre2_get_error_message(code, (PCRE2_UCHAR *)fault,
		REGEX_FAULT_SIZE) < 0)
		snprintf(fault, REGEX_FAULT_SIZE, "error %d", code);
	return NULL;
}

static pcre2_code *
compile(const char *pattern, int *code, size_t *offset)
{
	/* Text is bytes from strangers, so that a pattern must not ask for
	 * UTF-8, which would make matching fail on them. */
	const uint32_t options = PCRE2_NEVER_UTF | PCRE2_NEVER_UCP;
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	pcre2_code *compiled = NULL;

	*code = PCRE2_ERROR_NOMEMORY;
	*offset = 0;
	if (context == NULL)
		return NULL;
	pcre2_set_max_pattern_length(context, PATTERN_SIZE_MAX);
	compiled = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
	    options, code, offset, context);
	pcre2_compile_context_free(context);
	return compiled;
}

struct regex *
regex_new(const char *pattern, char *fault, size_t *offset)
{
	pcre2_match_context *context = NULL;
	struct regex *regex = NULL;
	pcre2_code *compiled;
	int code;

	if ((compiled = compile(pattern, &code, offset)) == NULL)
		return refuse(code, fault);
	context = pcre2_match_context_create(NULL);
	regex = malloc(sizeof(*regex));
	if (context == NULL || regex == NULL) {
		pcre2_match_context_free(context);
		pcre2_code_free(compiled);
		free(regex);
		return refuse(PCRE2_ERROR_NOMEMORY, fault);
	}
	pcre2_set_match_limit(context, MATCH_LIMIT);
	pcre2_set_depth_limit(context, DEPTH_LIMIT);
	pcre2_set_heap_limit(context, HEAP_LIMIT_KIB);
	/* Not compiled to machine code: that counts towards the limit in
	 * another way, so that the answer would depend on whether a system
	 * allows memory that is written and run. */
	*regex = (struct regex){ compiled, context };
	return regex;
}

void
regex_free(struct regex *regex)
{
	if (regex == NULL)
		return;
	pcre2_match_context_free(regex->context);
	pcre2_code_free(regex->code);
	free(regex);
}

int
regex_match(const struct regex *regex, const char *text, size_t size)
{
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	int rc;

	if (data == NULL)
		return -ENOMEM;
	rc = pcre2_match(regex->code, (PCRE2_SPTR)(size > 0 ? text : ""), size,
	    0, 0, data, regex->context);
	pcre2_match_data_free(data);
	if (rc == PCRE2_ERROR_NOMATCH)
		return 0;
	/* 0 says that there were more groups than we have room for. */
	return rc >= 0 ? 1 : rc == PCRE2_ERROR_NOMEMORY ? -ENOMEM : FS_EFULL;
}
