/* Reading the keys of a mapping: each call tells what is wrong and sets
 * 'bad'; absent keys give null, false, 0. */
#pragma once

#include "base/arena.h"
#include "rule/fault.h"

struct reading {
	struct faults *faults;
	const struct source *source;
	struct arena *arena; /* Of the texts that are copied. */
	bool bad;
	/* The last mapping with an unknown key: most likely it is the one that
	 * is missing. Borrowed. */
	const struct yaml_node *misspelt;
};

void reading_fault(struct reading *reading, const struct yaml_node *node,
    const char *format, ...) FS_PRINTF(3, 4);
/* The same of a key that 'mapping' lacks; not told where one is misspelt. */
void reading_missing(struct reading *reading, const struct yaml_node *mapping,
    const char *format, ...) FS_PRINTF(3, 4);

/* Refuses keys that are not among 'names', and what is no mapping. Returns
 * whether it is a mapping. */
bool keys_check(struct reading *reading, const struct yaml_node *mapping,
    const char *const *names);

/* A text of at most 'max' bytes, copied as one line. */
const char *key_text(struct reading *reading, const struct yaml_node *mapping,
    const char *key, size_t max);
/* The same; absence is a fault of 'owner' (a key's place, or null). */
const char *key_required(struct reading *reading,
    const struct yaml_node *mapping, const char *key, size_t max);
/* A name: letters, digits, '-', '_', '.', not an operator. */
const char *key_name(struct reading *reading, const struct yaml_node *mapping,
    const char *key, size_t max);
/* A text, or a list of texts: joined, one a line. */
const char *key_lines(struct reading *reading, const struct yaml_node *mapping,
    const char *key);
bool key_bool(struct reading *reading, const struct yaml_node *mapping,
    const char *key, bool absent);
/* A point in time, or 0. */
/* A span of time such as "7d", in microseconds; 0 when it is absent. */
uint64_t key_span(struct reading *reading, const struct yaml_node *mapping,
    const char *key);
uint64_t key_time(struct reading *reading, const struct yaml_node *mapping,
    const char *key);
/* An index into 'names' (null at the end), or 'absent'. */
int key_choice(struct reading *reading, const struct yaml_node *mapping,
    const char *key, const char *const *names, int absent);
