#include "rule/list.h"

#include <ctype.h>
#include <errno.h>
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

static const char *
add_network(struct list *list, const char *item)
{
	struct fs_prefix prefix;

	if (!addr_parse_prefix(item, false, &prefix)) {
		if (addr_parse_prefix(item, true, &prefix))
			return "no bits behind the prefix: a network such as "
			       "203.0.113.0/24";
		return "a network such as 203.0.113.0/24, or an address";
	}
	if (list->ranges == NULL && (list->ranges = rangeset_new()) == NULL)
		return no_memory;
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
	size_t count;
	unsigned bad;
};

static void
add(struct build *build, const struct place *place, const char *item,
    size_t size)
{
	const char *expected =
	    list_add(build->list, build->form, build->arena, item, size);
	int shown = size < 40 ? (int)size : 40;

	build->count++;
	if (expected == NULL)
		return;
	build->bad++;
	if (expected == no_memory)
		build->faults->fatal = -ENOMEM;
	else
		fault_error(build->faults, place,
		    "'%.*s' in list '%s': expected %s", shown, item,
		    build->list->name, expected);
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

/* The part of a line before a comment and without blanks at its ends;
 * '*column' counts bytes, as a list's lines are ASCII or nearly so. */
static void
trim_line(const char **line, size_t *size, unsigned *column)
{
	size_t i;

	*column = 1;
	while (*size > 0 && isspace((unsigned char)**line)) {
		(*line)++;
		(*size)--;
		(*column)++;
	}
	for (i = 0; i < *size; i++)
		if (((*line)[i] == '#' || (*line)[i] == ';') &&
		    (i == 0 || isspace((unsigned char)(*line)[i - 1])))
			*size = i;
	while (*size > 0 && isspace((unsigned char)(*line)[*size - 1]))
		(*size)--;
}

static void
add_lines(struct build *build)
{
	const struct source *source = &build->list->source;
	const char *at = source->text, *end = at + source->size, *next;
	struct place place = { source->name, 0, 0 };
	size_t size;

	for (; at < end && !fault_enough(build->faults); at = next) {
		next = memchr(at, '\n', (size_t)(end - at));
		size = (size_t)((next ? next : end) - at);
		next = next ? next + 1 : end;
		place.line++;
		trim_line(&at, &size, &place.column);
		if (size > 0)
			add(build, &place, at, size);
	}
}

bool
list_build(struct list *list, enum list_form form, struct arena *arena,
    struct faults *faults)
{
	struct build build = { list, form, arena, faults };

	if (list->tried[form])
		return list->fine[form];
	list->tried[form] = true;
	if (list->items)
		add_nodes(&build);
	else
		add_lines(&build);
	if (build.count == 0 && build.bad == 0) {
		fault_error(faults, &list->place,
		    "list '%s' is empty: expected at least one item",
		    list->name);
		return false;
	}
	if (build.bad == 0 && list_seal(list, form) < 0)
		faults->fatal = -ENOMEM;
	list->item_count = build.count;
	list->fine[form] = build.bad == 0 && faults->fatal == 0;
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
