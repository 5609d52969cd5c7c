/* A growing buffer of text or bytes. An allocation that fails is remembered:
 * later writes do nothing, and buf_error() tells. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "flowscan.h"

struct buf {
	char *bytes; /* Owned. Not terminated: see buf_text(). */
	size_t size;
	size_t room;
	int error; /* 0 or -ENOMEM. */
};

void buf_init(struct buf *buf);
void buf_fini(struct buf *buf);
/* Forgets the content, keeps the room. */
void buf_clear(struct buf *buf);
void buf_add(struct buf *buf, const void *bytes, size_t size);
void buf_add_text(struct buf *buf, const char *text);
void buf_add_char(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...) FS_PRINTF(2, 3);
/* Returns the content as a string, owned by the buffer and valid until the
 * next write; "" after a failed allocation. */
const char *buf_text(struct buf *buf);
/* Returns 0 or -ENOMEM. */
int buf_error(const struct buf *buf);
