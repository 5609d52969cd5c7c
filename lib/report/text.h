/* Text that strangers wrote, made harmless for where it goes, and how wide it
 * stands in a terminal. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Adds text with everything escaped that would act instead of being shown:
 * controls, what turns the direction of writing, what nobody sees; also bytes
 * that are no UTF-8. "\x1b", "\u202e". */
void text_escape(struct buf *buf, const char *text, size_t size);

/* Adds escaped text as a field of CSV (RFC 4180): quoted where it must be,
 * and behind an apostrophe where a spreadsheet would take it for a
 * formula. */
void text_csv(struct buf *buf, const char *text, size_t size);

/* Adds escaped text as words of Markdown: no markup, no link, no cell's
 * end. */
void text_markdown(struct buf *buf, const char *text, size_t size);

/* Columns that a character takes: 0, 1 or 2. */
unsigned text_columns(uint32_t code);
/* Columns that text takes. */
size_t text_width(const char *text, size_t size);
/* Bytes of text that fit in 'width' columns. */
size_t text_fit(const char *text, size_t size, size_t width);
