/* How much a list still counts: what it names changes, and the traffic may be
 * younger than it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { AGE_WHOLE = 1000 };

struct list_age {
	const char *name;    /* Of the list. */
	uint64_t date_us;    /* When it was made; 0: nobody says. */
	uint64_t max_age_us; /* 0: it does not age. */
};

/* What evidence of the list weighs at 'now_us' (of the traffic), in
 * thousandths: all of it until 'max_age_us' after its date, half of it for as
 * long again, then a quarter, an eighth, and at last nothing: who is on the
 * list is not known any more. */
unsigned list_weight(const struct list_age *age, uint64_t now_us);

/* Writes how old it is, such as "list 'exits' is 9 days old, good for 7: it
 * counts half". Returns the length; 0 and "" where it counts whole. */
size_t list_age_say(const struct list_age *age, uint64_t now_us, char *room,
    size_t size);

/* The date in the head of a list's file: a line "# date: 2026-11-23" among the
 * comments that it begins with. Returns whether there is one. */
bool list_date(const char *text, size_t size, uint64_t *date_us);
