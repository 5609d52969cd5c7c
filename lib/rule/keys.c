#include "rule/keys.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "rule/cond.h"

enum { LINES_MAX = 4000 };

static void FS_PRINTF(3, 0) tell(struct reading *reading,
    const struct place *place, const char *format, va_list args)
{
	char text[512];

	vsnprintf(text, sizeof(text), format, args);
	fault_error(reading->faults, place, "%s", text);
	reading->bad = true;
}

void
reading_fault(struct reading *reading, const struct yaml_node *node,
    const char *format, ...)
{
	struct place place = place_of(reading->source, node);
	va_list args;

	va_start(args, format);
	tell(reading, &place, format, args);
	va_end(args);
}

void
reading_missing(struct reading *reading, const struct yaml_node *mapping,
    const char *format, ...)
{
	struct place place = place_of(reading->source, mapping);
	va_list args;

	if (reading->misspelt == mapping)
		return;
	va_start(args, format);
	tell(reading, &place, format, args);
	va_end(args);
}

static void
no_memory(struct reading *reading)
{
	reading->faults->fatal = -ENOMEM;
	reading->bad = true;
}

static void
unknown_key(struct reading *reading, const struct yaml_node *child,
    const char *const *names)
{
	const char *nearest = yaml_nearest(child->key, names);
	struct place place = place_of_key(reading->source, child);
	struct buf known;
	size_t i;

	reading->bad = true;
	if (nearest) {
		fault_error(reading->faults, &place,
		    "unknown key '%.64s'; did you mean '%s'?", child->key,
		    nearest);
		return;
	}
	buf_init(&known);
	for (i = 0; names[i]; i++)
		buf_printf(&known, "%s%s", i ? ", " : "", names[i]);
	fault_error(reading->faults, &place, "unknown key '%.64s': expected %s",
	    child->key, buf_text(&known));
	buf_fini(&known);
}

bool
keys_check(struct reading *reading, const struct yaml_node *mapping,
    const char *const *names)
{
	const struct yaml_node *child;
	size_t i;

	if (mapping->kind != YAML_MAPPING) {
		reading_fault(reading, mapping,
		    "expected a mapping with the key '%s'", names[0]);
		return false;
	}
	for (child = mapping->first; child && !fault_enough(reading->faults);
	     child = child->next) {
		for (i = 0; names[i]; i++)
			if (strcmp(names[i], child->key) == 0)
				break;
		if (names[i] != NULL)
			continue;
		unknown_key(reading, child, names);
		reading->misspelt = mapping;
	}
	return true;
}

/* The scalar of a key; null when it is absent or no scalar. */
static const struct yaml_node *
find_scalar(struct reading *reading, const struct yaml_node *mapping,
    const char *key)
{
	const struct yaml_node *node = yaml_find(mapping, key);

	if (node == NULL || node->kind == YAML_SCALAR)
		return node;
	reading_fault(reading, node, "'%s': expected a single text", key);
	return NULL;
}

/* The size of a text without the line break that ends a block. */
static size_t
trimmed_size(const struct yaml_node *node)
{
	size_t size = node->text_size;

	while (size > 0 && isspace((unsigned char)node->text[size - 1]))
		size--;
	return size;
}

const char *
key_text(struct reading *reading, const struct yaml_node *mapping,
    const char *key, size_t max)
{
	const struct yaml_node *node = find_scalar(reading, mapping, key);
	size_t i, size = node ? trimmed_size(node) : 0;
	char *copy;

	if (node == NULL)
		return NULL;
	if (size == 0) {
		reading_fault(reading, node, "'%s' is empty", key);
		return NULL;
	}
	if (size > max) {
		reading_fault(reading, node,
		    "'%s' is too long: at most %zu bytes", key, max);
		return NULL;
	}
	copy = arena_text(reading->arena, node->text, size);
	if (copy == NULL)
		no_memory(reading);
	/* These texts stand in one line. */
	for (i = 0; copy && i < size; i++)
		if (copy[i] == '\n' || copy[i] == '\t')
			copy[i] = ' ';
	return copy;
}

const char *
key_required(struct reading *reading, const struct yaml_node *mapping,
    const char *key, size_t max)
{
	if (yaml_find(mapping, key) != NULL)
		return key_text(reading, mapping, key, max);
	reading_missing(reading, mapping, "the key '%s' is missing", key);
	return NULL;
}

const char *
key_name(struct reading *reading, const struct yaml_node *mapping,
    const char *key, size_t max)
{
	const char *name = key_text(reading, mapping, key, max);
	size_t i;

	if (name == NULL)
		return NULL;
	for (i = 0; name[i]; i++) {
		if (isalnum((unsigned char)name[i]) ||
		    (i > 0 && strchr("-_.", name[i])))
			continue;
		reading_fault(reading, yaml_find(mapping, key),
		    "'%.64s' is no name: expected letters, digits, '-', '_' "
		    "and '.'",
		    name);
		return NULL;
	}
	if (!cond_is_keyword(name))
		return name;
	reading_fault(reading, yaml_find(mapping, key),
	    "'%s' is an operator: choose another name", name);
	return NULL;
}

const char *
key_lines(struct reading *reading, const struct yaml_node *mapping,
    const char *key)
{
	const struct yaml_node *node = yaml_find(mapping, key), *item;
	const char *copy;
	struct buf lines;

	if (node == NULL || node->kind == YAML_SCALAR)
		return key_text(reading, mapping, key, LINES_MAX);
	if (node->kind != YAML_SEQUENCE) {
		reading_fault(reading, node,
		    "'%s': expected a text or a list of texts", key);
		return NULL;
	}
	buf_init(&lines);
	for (item = node->first; item; item = item->next) {
		if (item->kind != YAML_SCALAR || item->text_size == 0)
			reading_fault(reading, item, "'%s': expected a text",
			    key);
		else
			buf_printf(&lines, "%s%s",
			    item == node->first ? "" : "\n", item->text);
	}
	copy = arena_text(reading->arena, buf_text(&lines), lines.size);
	if (copy == NULL || buf_error(&lines) < 0)
		no_memory(reading);
	buf_fini(&lines);
	return copy;
}

bool
key_bool(struct reading *reading, const struct yaml_node *mapping,
    const char *key, bool absent)
{
	const struct yaml_node *node = find_scalar(reading, mapping, key);

	if (node == NULL)
		return absent;
	if (strcmp(node->text, "true") == 0)
		return true;
	if (strcmp(node->text, "false") != 0)
		reading_fault(reading, node,
		    "'%s': expected true or false, found '%.64s'", key,
		    node->text);
	return false;
}

uint64_t
key_time(struct reading *reading, const struct yaml_node *mapping,
    const char *key)
{
	const struct yaml_node *node = find_scalar(reading, mapping, key);
	uint64_t time_us = 0;

	if (node != NULL && !num_parse_time(node->text, &time_us))
		reading_fault(reading, node,
		    "'%s': expected a date such as 2027-01-31, found '%.64s'",
		    key, node->text);
	return time_us;
}

uint64_t
key_span(struct reading *reading, const struct yaml_node *mapping,
    const char *key)
{
	const struct yaml_node *node = find_scalar(reading, mapping, key);
	uint64_t span_us = 0;

	if (node != NULL &&
	    (!num_parse_span(node->text, &span_us) || span_us == 0))
		reading_fault(reading, node,
		    "'%s': expected a span such as 7d or 12h, found '%.64s'",
		    key, node->text);
	return span_us;
}

int
key_choice(struct reading *reading, const struct yaml_node *mapping,
    const char *key, const char *const *names, int absent)
{
	const struct yaml_node *node = find_scalar(reading, mapping, key);
	struct buf known;
	int i;

	if (node == NULL)
		return absent;
	for (i = 0; names[i]; i++)
		if (strcmp(names[i], node->text) == 0)
			return i;
	buf_init(&known);
	for (i = 0; names[i]; i++)
		buf_printf(&known, "%s%s", i ? ", " : "", names[i]);
	reading_fault(reading, node, "'%s': expected one of %s, found '%.64s'",
	    key, buf_text(&known), node->text);
	buf_fini(&known);
	return absent;
}
