/* A YAML or JSON file as a tree that remembers places (libyaml's events; the
 * only user of it). Refused: duplicate keys, aliases and anchors, depth over
 * 32, files over 8 MiB, more than one document, keys that are no scalars. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "flowscan.h"

enum { YAML_SIZE_MAX = 8 << 20 };
#define YAML_TOO_LARGE \
	"larger than 8 MiB; keep long lists in a file of their own"

enum yaml_kind { YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

/* Members are read only. A mapping's children are its values, each with its
 * 'key'. Strings are terminated; a scalar may hold no NUL byte. */
struct yaml_node {
	enum yaml_kind kind;
	unsigned line, column;         /* Of the value, from 1. */
	unsigned key_line, key_column; /* Of the key. */
	const char *key;               /* In a mapping, else null. */
	const char *text;              /* Of a scalar. */
	size_t text_size;
	bool quoted;                   /* Scalar in quotes, or a block. */
	const struct yaml_node *first; /* Child. */
	const struct yaml_node *next;  /* Sibling. */
	size_t count;                  /* Children. */
};

struct yaml;

/* Reads a file. The tree is owned by '*yaml'.
 *
 * Returns 0, FS_ECONFIG or a negated errno; 'err' says file, line and
 * column. */
int yaml_read(const char *path, struct fs_err *err, struct yaml **yaml);
/* Reads text; 'name' stands for the file in errors. */
int yaml_parse(const char *text, size_t size, const char *name,
    struct fs_err *err, struct yaml **yaml);
void yaml_drop(struct yaml *yaml);
/* libyaml has a function of this name inside, which ours must not shadow. */
static inline void
yaml_free(struct yaml *yaml)
{
	yaml_drop(yaml);
}

/* The root, or null for an empty document. */
const struct yaml_node *yaml_root(const struct yaml *yaml);

/* Finds a mapping's value by key, or null. */
const struct yaml_node *yaml_find(const struct yaml_node *mapping,
    const char *key);

/* The name in 'names' (null at the end) that is nearest to 'word', or null
 * when none is near (a third of its letters differ): for "did you mean". */
const char *yaml_nearest(const char *word, const char *const *names);
