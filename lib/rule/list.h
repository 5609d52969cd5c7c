/* Lists: names for many items, written in the rule file or one a line in a
 * file beside it. What form a list takes (texts, numbers, networks, domain
 * suffixes) its 'format' says, else the first comparison that uses it; a
 * list without a format may be used in several forms. */
#pragma once

#include "base/digest.h"
#include "base/rangeset.h"
#include "rule/age.h"
#include "rule/feed.h"
#include "rule/strmap.h"

enum list_form {
	LIST_TEXT,
	LIST_NUMBER,
	LIST_CIDR,
	LIST_SUFFIX,
	LIST_FORMS,
};

/* Behind the name of a list's file: what is known of how it came. */
#define FEED_NOTE_SUFFIX ".feed"

/* "text", "number", "cidr", "suffix", null at the end. */
extern const char *const list_form_names[];

struct list {
	const char *name;
	struct place place;
	int format; /* enum list_form, or -1. */
	uint64_t expires_us;
	struct list_age age;
	/* What it says of itself; null where it does not. */
	const char *origin, *licence, *url;
	/* How its file is read; and whether others publish it, so that bad
	 * items are left out and counted, unless they are the most. */
	struct feed_spec feed;
	bool is_feed;
	bool may_shrink;              /* The next one may be half as long. */
	char sha256[DIGEST_HEX_SIZE]; /* Of its file, or "". */
	/* Of the form that was built last. */
	size_t item_count, rejected, left_out;
	bool used;
	/* Items in the rule file, or null. */
	const struct yaml_node *items;
	struct source source; /* Of the items: the rule file, or their own. */
	const char *path;     /* Of their own file, or null. */
	/* What was built. */
	bool tried[LIST_FORMS], fine[LIST_FORMS];
	struct strmap texts, suffixes;
	int64_t *numbers; /* Sorted. */
	size_t number_count;
	struct rangeset *ranges; /* Owned by whom list_build() was told. */
};

/* Builds a form of the list, if it is not built yet; bad items are told.
 * '*ranges' of a fresh LIST_CIDR are the caller's to free, with the list.
 *
 * Returns whether the form can be used. */
bool list_build(struct list *list, enum list_form form, struct arena *arena,
    struct faults *faults);

/* Adds one item to a form. Returns null, or what was expected instead. */
const char *list_add(struct list *list, enum list_form form,
    struct arena *arena, const char *item, size_t size);
/* Adds thousandths. Returns 0 or -ENOMEM. */
int list_add_milli(struct list *list, struct arena *arena, int64_t milli);
/* Makes a form ready after the last item. Returns 0 or -ENOMEM. */
int list_seal(struct list *list, enum list_form form);

/* Whether 'text' or a domain above it is in the map. */
bool list_has_suffix(const struct strmap *map, const char *text, size_t size);
