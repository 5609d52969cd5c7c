/* UTF-8 as strangers write it (RFC 3629). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads the character at the start of 'bytes'. Overlong forms, surrogates
 * and values beyond U+10FFFF are no characters.
 *
 * Returns its size in bytes, 0 when there is none. */
size_t utf8_next(const void *bytes, size_t size, uint32_t *code);

/* The length of 'text' when it is cut to 'size' bytes or less, never within
 * a character. */
size_t utf8_cut(const char *text, size_t text_size, size_t size);

/* Whether a character acts on what shows it, or is not seen at all: controls,
 * line separators, what turns the direction of writing, joiners, tags. */
bool utf8_acts(uint32_t code);
