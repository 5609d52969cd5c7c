/* Sentences with values: "TLS takes %rtt.tls_ms". '%%' is a percent sign. */
#pragma once

#include "base/arena.h"
#include "rule/fault.h"
#include "signal/signal.h"

struct says_part {
	const char *text; /* Before the value; the arena's. */
	size_t size;
	int signal; /* -1: none. */
};

struct says {
	const struct says_part *parts;
	size_t count;
};

/* Finds the next placeholder from '*at' on: '*at' becomes its '%', '*size'
 * its whole size. '%' before what is no name is itself. */
bool says_next(const char *text, size_t *at, size_t *size);

/* Makes a sentence of a text. What looks like a placeholder and names no
 * signal stays as it is. Returns 0 or -ENOMEM. */
int says_make(struct arena *arena, const char *text, struct says *says);

/* Writes the sentence with its values into 'room' of FS_TEXT_SIZE bytes. An
 * unknown value reads "unknown", and of others what 'privacy' keeps is shown.
 * Characters that act (utf8_acts()) become '.', and what is no UTF-8 becomes
 * U+FFFD. Cut to fit between characters. */
void says_write(const struct says *says, const struct fs_privacy *privacy,
    const struct signals *signals, char *room);
