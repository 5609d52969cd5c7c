/* Stage 5: short texts that a source keeps from the wire, as strings. */
#pragma once

#include "base/cursor.h"
#include "signal/signal.h"

/* Keeps as much of 'text' as fits, never cut within a UTF-8 character. A NUL
 * becomes '?', as the rest would be lost otherwise. */
void kept_text(char *room, size_t size, struct cursor text);

/* Sets the signal, unless nothing was kept. */
void kept_set(struct signals *signals, enum signal_id id, const char *text);
/* Sets the signal to the names whose bits are set in 'found', joined by
 * commas; unless there is none. */
void kept_set_names(struct signals *signals, enum signal_id id,
    const char *const *names, size_t count, unsigned found);
