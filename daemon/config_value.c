#include "config_value.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/num.h"

enum { FAULTS_MAX = 100 }; /* More are of no use to anybody. */

/* ---- Faults ----------------------------------------------------------- */

static void
report(struct config_reader *reader, const struct fs_err *err)
{
	if (reader->rc == 0) {
		reader->rc = err->code;
		if (reader->err)
			*reader->err = *err;
	}
	if (reader->faults++ < FAULTS_MAX && reader->fault)
		reader->fault(reader->ctx, false, err);
}

static void FS_PRINTF(4, 0) report_at(struct config_reader *reader,
    unsigned line, unsigned column, const char *format, va_list args)
{
	struct fs_err err = { 0 };
	char text[sizeof(err.text)];

	(void)vsnprintf(text, sizeof(text), format, args);
	err_set_at(&err, FS_ECONFIG, reader->file, line, column, "%s", text);
	report(reader, &err);
}

void
config_fault(struct config_reader *reader, const struct yaml_node *node,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report_at(reader, node->line, node->column, format, args);
	va_end(args);
}

void
config_key_fault(struct config_reader *reader, const struct yaml_node *node,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report_at(reader, node->key_line, node->key_column, format, args);
	va_end(args);
}

void
config_no_memory(struct config_reader *reader)
{
	struct fs_err err = { 0 };

	err_set(&err, -ENOMEM, "no memory for the configuration");
	report(reader, &err);
}

/* "limits.flows", or "scope" at the top. */
static void
full_name(const struct config_reader *reader, const char *key, char *room,
    size_t size)
{
	const char *section = reader->section->name;

	(void)snprintf(room, size, "%s%s%s", section, section[0] ? "." : "",
	    key);
}

void
config_unfit(struct config_reader *reader, const struct config_option *option,
    const struct yaml_node *node, const char *expected, ...)
{
	char name[64], want[160];
	va_list args;

	full_name(reader, option->key, name, sizeof(name));
	va_start(args, expected);
	(void)vsnprintf(want, sizeof(want), expected, args);
	va_end(args);
	if (node->kind == YAML_MAPPING)
		config_fault(reader, node, "%s is a mapping; expected %s", name,
		    want);
	else if (node->kind == YAML_SEQUENCE)
		config_fault(reader, node, "%s is a list; expected %s", name,
		    want);
	else if (node->text_size == 0)
		config_fault(reader, node, "%s is empty; expected %s", name,
		    want);
	else
		config_fault(reader, node, "%s is '%.60s'; expected %s", name,
		    node->text, want);
}

void
config_unknown_word(struct config_reader *reader,
    const struct config_option *option, const struct yaml_node *node,
    const char *const *words)
{
	const char *nearest =
	    node->kind == YAML_SCALAR ? yaml_nearest(node->text, words) : NULL;
	char list[160] = "";
	size_t i, used = 0;

	for (i = 0; words[i] && used < sizeof(list); i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used,
		    "%s%s", i ? ", " : "", words[i]);
	if (nearest)
		config_unfit(reader, option, node,
		    "one of %s; did you mean '%s'?", list, nearest);
	else
		config_unfit(reader, option, node, "one of %s", list);
}

/* ---- Mappings --------------------------------------------------------- */

bool
config_is_empty(const struct yaml_node *node)
{
	return node->kind == YAML_SCALAR && !node->quoted &&
	    (node->text_size == 0 || strcmp(node->text, "~") == 0 ||
		strcmp(node->text, "null") == 0);
}

static void
unknown_key(struct config_reader *reader, const struct yaml_node *node)
{
	const struct config_option *option = reader->section->options;
	const char *keys[CONFIG_OPTIONS_MAX + 1] = { NULL };
	const char *name = reader->section->name, *nearest;
	char list[200] = "";
	size_t i, used = 0;

	for (i = 0; i < CONFIG_OPTIONS_MAX && option[i].key; i++) {
		keys[i] = option[i].key;
		if (option[i].read != config_read_later && used < sizeof(list))
			used +=
			    (size_t)snprintf(list + used, sizeof(list) - used,
				"%s%s", used ? ", " : "", keys[i]);
	}
	nearest = yaml_nearest(node->key, keys);
	if (nearest)
		config_key_fault(reader, node,
		    "unknown key '%.60s'%s%s; did you mean '%s'?", node->key,
		    name[0] ? " in " : "", name, nearest);
	else
		config_key_fault(reader, node,
		    "unknown key '%.60s'%s%s; known are %s", node->key,
		    name[0] ? " in " : "", name, list);
}

static const struct config_option *
find_option(const struct config_section *section, const char *key)
{
	const struct config_option *option;

	for (option = section->options; option->key; option++)
		if (strcmp(option->key, key) == 0)
			return option;
	return NULL;
}

void
config_mapping(struct config_reader *reader,
    const struct config_section *section, const struct yaml_node *node,
    void *target)
{
	const struct config_section *outer = reader->section;
	const struct config_option *option;
	const struct yaml_node *child;

	reader->section = section;
	for (child = node->first; child && reader->faults < FAULTS_MAX;
	     child = child->next) {
		option = find_option(section, child->key);
		if (option == NULL)
			unknown_key(reader, child);
		else if (!config_is_empty(child))
			option->read(reader, option, child, target);
	}
	reader->section = outer;
}

void
config_read_section(struct config_reader *reader,
    const struct config_option *option, const struct yaml_node *node,
    void *target)
{
	if (node->kind == YAML_MAPPING)
		config_mapping(reader, option->section, node, target);
	else
		config_unfit(reader, option, node,
		    "a mapping, such as '%s: %s'", option->key, option->what);
}

void
config_read_later(struct config_reader *reader,
    const struct config_option *option, const struct yaml_node *node,
    void *target)
{
	char name[64];

	(void)target;
	full_name(reader, option->key, name, sizeof(name));
	config_key_fault(reader, node,
	    "%s is not available in this version; take it out", name);
}

/* ---- Single values ---------------------------------------------------- */

/* Where in 'target' the option's value goes. */
static void *
place_of(void *target, size_t offset)
{
	return (char *)target + offset;
}

static bool
read_whole(struct config_reader *reader, const struct config_option *option,
    const struct yaml_node *node, uint64_t *value)
{
	if (node->kind == YAML_SCALAR &&
	    num_parse_u64(node->text, (uint64_t)option->min,
		(uint64_t)option->max, value))
		return true;
	config_unfit(reader, option, node,
	    "a whole number from %lld to %lld%s%s", (long long)option->min,
	    (long long)option->max, option->what ? ", " : "",
	    option->what ? option->what : "");
	return false;
}

void
config_read_u8(struct config_reader *reader, const struct config_option *option,
    const struct yaml_node *node, void *target)
{
	uint64_t value;

	if (read_whole(reader, option, node, &value))
		*(uint8_t *)place_of(target, option->offset) = (uint8_t)value;
}

void
config_read_u32(struct config_reader *reader,
    const struct config_option *option, const struct yaml_node *node,
    void *target)
{
	uint64_t value;

	if (read_whole(reader, option, node, &value))
		*(uint32_t *)place_of(target, option->offset) = (uint32_t)value;
}

void
config_read_bool(struct config_reader *reader,
    const struct config_option *option, const struct yaml_node *node,
    void *target)
{
	bool *place = place_of(target, option->offset);

	if (node->kind == YAML_SCALAR && strcmp(node->text, "true") == 0)
		*place = true;
	else if (node->kind == YAML_SCALAR && strcmp(node->text, "false") == 0)
		*place = false;
	else
		config_unfit(reader, option, node, "true or false");
}

/* A decimal number, whole text. The library's numbers have three places,
 * which is too little for a position. */
static bool
parse_decimal(const struct yaml_node *node, double min, double max,
    double *value)
{
	char *end;
	double read;

	if (node->kind != YAML_SCALAR || node->text_size == 0 ||
	    strspn(node->text, "0123456789.+-") != node->text_size)
		return false;
	read = strtod(node->text, &end);
	if (*end != '\0' || !isfinite(read) || read < min || read > max)
		return false;
	*value = read;
	return true;
}

void
config_read_degrees(struct config_reader *reader,
    const struct config_option *option, const struct yaml_node *node,
    void *target)
{
	double value;

	if (parse_decimal(node, (double)option->min, (double)option->max,
		&value))
		*(double *)place_of(target, option->offset) = value;
	else
		config_unfit(reader, option, node,
		    "degrees from %lld to %lld, such as 39.04",
		    (long long)option->min, (long long)option->max);
}

void
config_read_milli(struct config_reader *reader,
    const struct config_option *option, const struct yaml_node *node,
    void *target)
{
	char min[NUM_MILLI_SIZE], max[NUM_MILLI_SIZE];
	int64_t value;

	if (node->kind == YAML_SCALAR && num_parse_milli(node->text, &value) &&
	    value >= option->min && value <= option->max) {
		*(int32_t *)place_of(target, option->offset) = (int32_t)value;
		return;
	}
	num_format_milli(option->min, min);
	num_format_milli(option->max, max);
	config_unfit(reader, option, node,
	    "a number from %s to %s with at most 3 decimal places%s%s", min,
	    max, option->what ? ", " : "", option->what ? option->what : "");
}

void
config_read_ppm(struct config_reader *reader,
    const struct config_option *option, const struct yaml_node *node,
    void *target)
{
	double value;

	if (parse_decimal(node, 0, 1, &value))
		*(int32_t *)place_of(target, option->offset) =
		    (int32_t)lround(value * 1e6);
	else
		config_unfit(reader, option, node,
		    "a probability from 0 to 1, such as 0.95");
}

void
config_read_span_s(struct config_reader *reader,
    const struct config_option *option, const struct yaml_node *node,
    void *target)
{
	uint64_t us, s;

	if (node->kind == YAML_SCALAR && num_parse_span(node->text, &us)) {
		s = us / 1000000;
		if (s >= (uint64_t)option->min && s <= (uint64_t)option->max) {
			*(uint32_t *)place_of(target, option->offset) =
			    (uint32_t)s;
			return;
		}
	}
	config_unfit(reader, option, node,
	    "a span from %llds to %llds with its unit, such as 90s, 15m, 24h "
	    "or 7d",
	    (long long)option->min, (long long)option->max);
}

void
config_read_age(struct config_reader *reader,
    const struct config_option *option, const struct yaml_node *node,
    void *target)
{
	uint64_t us;

	if (node->kind == YAML_SCALAR && num_parse_span(node->text, &us) &&
	    us >= 3600000000)
		*(uint64_t *)place_of(target, option->offset) = us;
	else
		config_unfit(reader, option, node,
		    "an hour or more with its unit, such as 24h or 30d");
}

void
config_read_volume(struct config_reader *reader,
    const struct config_option *option, const struct yaml_node *node,
    void *target)
{
	uint64_t value;

	if (node->kind == YAML_SCALAR && num_parse_bytes(node->text, &value) &&
	    value >= 10 << 20)
		*(uint64_t *)place_of(target, option->offset) = value;
	else
		config_unfit(reader, option, node,
		    "10MB or more with its unit, such as 500MB or 100GB");
}

void
config_read_bytes(struct config_reader *reader,
    const struct config_option *option, const struct yaml_node *node,
    void *target)
{
	uint64_t value;

	if (node->kind == YAML_SCALAR && num_parse_bytes(node->text, &value) &&
	    value >= (uint64_t)option->min && value <= (uint64_t)option->max)
		*(size_t *)place_of(target, option->offset) = (size_t)value;
	else
		config_unfit(reader, option, node,
		    "a size from %lldMB to %lldMB with its unit, such as 64MB",
		    (long long)option->min >> 20, (long long)option->max >> 20);
}
