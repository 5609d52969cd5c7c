/* Regular expressions with a bound on the work (PCRE2; the only user of
 * it). */
#pragma once

#include <stddef.h>

#include "flowscan.h"

struct regex;

enum { REGEX_FAULT_SIZE = 160 };

/* Compiles a pattern (Perl syntax, bytes). Returns null with 'fault'
 * (REGEX_FAULT_SIZE bytes) and '*offset' filled in. */
struct regex *regex_new(const char *pattern, char *fault, size_t *offset);
void regex_free(struct regex *regex);

/* Looks for a match anywhere in the text. Several threads may share one
 * expression.
 *
 * Returns 1, 0, FS_EFULL when to know would need too much work, or -ENOMEM. */
int regex_match(const struct regex *regex, const char *text, size_t size);
