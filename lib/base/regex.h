/* Regular expressions with a bound on the work (PCRE2; the only user of
 * it). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct regex;

enum { REGEX_FAULT_SIZE = 160 };

/* Compiles a pattern (Perl syntax, bytes); JIT where the system allows it.
 * Returns null with 'fault' (REGEX_FAULT_SIZE bytes) and '*offset' filled
 * in. */
struct regex *regex_new(const char *pattern, char *fault, size_t *offset);
void regex_free(struct regex *regex);

/* Whether the text matches anywhere. A match that would need too much work
 * is none. Several threads may share one expression. */
bool regex_matches(const struct regex *regex, const char *text, size_t size);
