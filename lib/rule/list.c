#include "rule/list.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "rule/literal.h"
#include "signal/signal.h"

enum {
	ITEM_MAX = 255, /* As long as a text signal. */
	NUMBERS_FIRST = 16,
};

const char *const list_form_names[] = { "text", "number", "cidr", "suffix",
	NULL };

static const char *const no_memory = "more memory";

/* ---- Items ------------------------------------------------------------ */

static const char *
add_text(struct list *list, struct arena *arena, const char *item, size_t size)
{
	const char *copy = arena_text(arena, item, size);

	if (copy == NULL || strmap_add(&list->texts, arena, copy, size, 0) < 0)
		return no_memory;
	return NULL;
}

/* The numbers' array doubles at every power of two. */
static int
widen_numbers(struct list *list, struct arena *arena)
{
	size_t count = list->number_count;
	int64_t *wider;

	if (count >= NUMBERS_FIRST ? (count & (count - 1)) != 0 : count > 0)
		return 0;
	wider = arena_array(arena, count ? count * 2 : (size_t)NUMBERS_FIRST,
	    sizeof(*wider));
	if (wider == NULL)
		return -ENOMEM;
	if (count)
		memcpy(wider, list->numbers, count * sizeof(*wider));
	list->numbers = wider;
	return 0;
}

int
list_add_milli(struct list *list, struct arena *arena, int64_t milli)
{
	if (widen_numbers(list, arena) < 0)
		return -ENOMEM;
	list->numbers[list->number_count++] = milli;
	return 0;
}

static const char *
add_number(struct list *list, struct arena *arena, const char *item)
{
	int64_t milli;
	uint8_t unit;

	if (number_read(item, &milli, &unit) != NUMBER_FINE ||
	    unit != UNIT_NONE)
		return "a number without a unit, or AS and a number";
	return list_add_milli(list, arena, milli) < 0 ? no_memory : NULL;
}

/* "192.0.2.1-192.0.2.9", as some publish networks. 'dash' is in 'item', which
 * is the caller's copy. */
static const char *
add_range(struct list *list, char *item, char *dash)
{
	struct fs_addr first, last;
	int rc;

	*dash = '\0';
	if (!addr_parse(item, &first) || !addr_parse(dash + 1, &last))
		return "a range such as 192.0.2.1-192.0.2.9";
	rc = rangeset_add(list->ranges, &first, &last, 0);
	if (rc == -EINVAL)
		return "a range that ends behind its beginning";
	return rc < 0 ? no_memory : NULL;
}

static const char *
add_network(struct list *list, char *item)
{
	char *dash = strchr(item, '-');
	struct fs_prefix prefix;

	if (list->ranges == NULL && (list->ranges = rangeset_new()) == NULL)
		return no_memory;
	if (dash != NULL)
		return add_range(list, item, dash);
	if (!addr_parse_prefix(item, false, &prefix)) {
		if (addr_parse_prefix(item, true, &prefix))
			return "no bits behind the prefix: a network such as "
			       "203.0.113.0/24";
		return "a network such as 203.0.113.0/24, or an address";
	}
	return rangeset_add_prefix(list->ranges, &prefix, 0) < 0 ? no_memory
								 : NULL;
}

static bool
is_domain(const char *text, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		if (!isalnum((unsigned char)text[i]) &&
		    !strchr("-_.", text[i]) && !(text[i] & 0x80))
			return false;
	return size > 0 && text[0] != '.' && text[size - 1] != '.';
}

/* "example.com", also written ".example.com", "*.example.com" and
 * "+.example.com"; all cover the domain and everything below. */
static const char *
add_suffix(struct list *list, struct arena *arena, const char *item,
    size_t size)
{
	char *copy;
	size_t i;

	if (size > 2 && (item[0] == '*' || item[0] == '+') && item[1] == '.') {
		item += 2;
		size -= 2;
	} else if (size > 1 && item[0] == '.') {
		item++;
		size--;
	}
	if (!is_domain(item, size))
		return "a domain such as example.com";
	copy = arena_text(arena, item, size);
	if (copy == NULL)
		return no_memory;
	for (i = 0; i < size; i++)
		copy[i] = (char)tolower((unsigned char)copy[i]);
	return strmap_add(&list->suffixes, arena, copy, size, 0) < 0 ? no_memory
								     : NULL;
}

const char *
list_add(struct list *list, enum list_form form, struct arena *arena,
    const char *item, size_t size)
{
	char room[ITEM_MAX + 1];

	if (size > ITEM_MAX)
		return "an item of at most 255 bytes";
	memcpy(room, item, size);
	room[size] = '\0';
	if (strlen(room) != size)
		return "a text without NUL bytes";
	switch (form) {
	case LIST_NUMBER: return add_number(list, arena, room);
	case LIST_CIDR: return add_network(list, room);
	case LIST_SUFFIX: return add_suffix(list, arena, room, size);
	default: return add_text(list, arena, room, size);
	}
}

static int
by_number(const void *left, const void *right)
{
	const int64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

int
list_seal(struct list *list, enum list_form form)
{
	if (form == LIST_NUMBER && list->number_count > 1)
		qsort(list->numbers, list->number_count, sizeof(*list->numbers),
		    by_number);
	if (form == LIST_CIDR && list->ranges)
		return rangeset_seal(list->ranges);
	return 0;
}

/* ---- Whole lists ------------------------------------------------------ */

struct build {
	struct list *list;
	enum list_form form;
	struct arena *arena;
	struct faults *faults;
	size_t count;      /* Taken. */
	size_t bad;        /* Refused. */
	size_t other;      /* Of a kind that this form does not hold. */
	struct place when; /* Of the first that was refused, */
	size_t number;
	char what[128]; /* and what is wrong with it. */
};

/* Items of a list that we wrote are right, each of them. Of what others
 * publish some lines are bad on any day: the first is told, and how many. */
static void
refuse(struct build *build, const struct place *place, const char *item,
    size_t size, const char *expected)
{
	int shown = size < 40 ? (int)size : 40;

	if (!build->list->is_feed)
		fault_error(build->faults, place,
		    "'%.*s' in list '%s': expected %s", shown, item,
		    build->list->name, expected);
	else if (build->bad == 0) {
		build->when = *place;
		(void)snprintf(build->what, sizeof(build->what),
		    "'%.*s', where %s is expected", shown, item, expected);
	}
	build->bad++;
}

static void
add(struct build *build, const struct place *place, const char *item,
    size_t size)
{
	const char *expected =
	    list_add(build->list, build->form, build->arena, item, size);

	if (expected == NULL)
		build->count++;
	else if (expected == no_memory)
		build->faults->fatal = -ENOMEM;
	else
		refuse(build, place, item, size, expected);
}

static void
add_nodes(struct build *build)
{
	const struct yaml_node *node = build->list->items->first;
	struct place place;

	for (; node && !fault_enough(build->faults); node = node->next) {
		place = place_of(&build->list->source, node);
		if (node->kind == YAML_SCALAR) {
			add(build, &place, node->text, node->text_size);
			continue;
		}
		build->bad++;
		fault_error(build->faults, &place,
		    "expected a single item in list '%s'", build->list->name);
	}
}

/* ---- Files ------------------------------------------------------------ */

static struct place
place_of_item(const struct build *build, const struct feed_item *item)
{
	return (
	    struct place){ build->list->source.name, item->line, item->column };
}

static bool
form_holds(enum list_form form, enum feed_kind kind)
{
	switch (kind) {
	case FEED_ADDRESS: return form == LIST_CIDR || form == LIST_TEXT;
	case FEED_DOMAIN: return form == LIST_SUFFIX || form == LIST_TEXT;
	case FEED_OTHER: return false;
	default: return true;
	}
}

static void
take_item(void *ctx, const struct feed_item *item)
{
	struct build *build = ctx;
	struct place place = place_of_item(build, item);

	if (!form_holds(build->form, item->kind))
		build->other++;
	else if (!fault_enough(build->faults)) {
		if (build->bad == 0)
			build->number = item->number;
		add(build, &place, item->text, item->size);
	}
}

static void
take_reject(void *ctx, const struct feed_item *item, const char *expected)
{
	struct build *build = ctx;
	struct place place = place_of_item(build, item);

	if (build->bad == 0)
		build->number = item->number;
	refuse(build, &place, item->text, item->size, expected);
}

static void
add_file(struct build *build)
{
	const struct feed_sink sink = { build, take_item, take_reject };
	const struct list *list = build->list;
	struct place place = { list->source.name, 0, 0 };
	struct fs_err err = { 0 };
	int rc;

	rc = list->feed.reader->read(&list->feed, &list->source, &sink, &err);
	place.line = err.line;
	place.column = err.column;
	if (rc == -ENOMEM)
		build->faults->fatal = rc;
	else if (rc < 0)
		fault_error(build->faults, &place, "list '%s': %s", list->name,
		    err.text);
}

/* What was left out of a feed. */
static void
tell_left_out(struct build *build)
{
	char where[40] = "";

	if (build->number > 0)
		(void)snprintf(where, sizeof(where),
		    "number %zu: ", build->number);
	if (build->bad > build->count)
		fault_error(build->faults, &build->when,
		    "list '%s': %zu items are refused and %zu taken, so it is "
		    "not what its reader and format say; first %s%s",
		    build->list->name, build->bad, build->count, where,
		    build->what);
	else if (build->bad > 0)
		fault_warning(build->faults, &build->when,
		    "list '%s': %zu of %zu items are left out, first %s%s",
		    build->list->name, build->bad, build->bad + build->count,
		    where, build->what);
}

bool
list_build(struct list *list, enum list_form form, struct arena *arena,
    struct faults *faults)
{
	struct build build = { .list = list,
		.form = form,
		.arena = arena,
		.faults = faults };
	unsigned errors = faults->errors;

	if (list->tried[form])
		return list->fine[form];
	list->tried[form] = true;
	if (list->items)
		add_nodes(&build);
	else
		add_file(&build);
	if (list->is_feed)
		tell_left_out(&build);
	if (build.count == 0 && faults->errors == errors && !faults->fatal)
		fault_error(faults, &list->place,
		    "list '%s' is empty: expected at least one item",
		    list->name);
	if (faults->errors == errors && list_seal(list, form) < 0)
		faults->fatal = -ENOMEM;
	list->item_count = build.count;
	list->rejected = build.bad;
	list->left_out = build.other;
	list->fine[form] = faults->errors == errors && faults->fatal == 0;
	return list->fine[form];
}

bool
list_has_suffix(const struct strmap *map, const char *text, size_t size)
{
	char lower[ITEM_MAX];
	size_t i, at = 0;

	if (size > 0 && text[size - 1] == '.')
		size--;
	if (size > sizeof(lower))
		return false;
	for (i = 0; i < size; i++)
		lower[i] = (char)tolower((unsigned char)text[i]);
	for (;;) {
		const char *dot;

		if (strmap_find(map, lower + at, size - at, NULL))
			return true;
		dot = memchr(lower + at, '.', size - at);
		if (dot == NULL)
			return false;
		at = (size_t)(dot - lower) + 1;
	}
}
