/* A page of HTML that stands alone: no script, no picture from elsewhere, and
 * a policy that forbids both. Light and dark, on paper, too. */
#pragma once

#include "base/buf.h"

/* Begins a page; 'title' is escaped for a terminal, and here for HTML. */
void html_begin(struct buf *buf, const char *title, size_t size);
void html_end(struct buf *buf);

/* Adds escaped text as HTML, in an element or an attribute in double
 * quotes. */
void html_text(struct buf *buf, const char *text, size_t size);

/* Begins a link to a page of 'flowscan serve', whose address ends with 'text'
 * as it is written in an address; ends with "</a>". */
void html_link(struct buf *buf, const char *page, const char *text,
    size_t size);
