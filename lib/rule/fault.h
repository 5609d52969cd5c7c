/* What is wrong with rule files: places, and how faults reach the caller. */
#pragma once

#include <stddef.h>

#include "base/yaml.h"

/* Where something stands, from 1; 0 where it does not apply. */
struct place {
	const char *file; /* Borrowed. */
	unsigned line, column;
};

enum { FAULTS_MAX = 100 }; /* Of errors, and of warnings; more are not told. */

struct faults {
	fs_fault_fn *fn; /* May be null. */
	void *ctx;
	struct fs_err *first; /* Gets the first error; may be null. */
	unsigned errors, warnings;
	int fatal; /* What ended loading, such as -ENOMEM; else 0. */
};

void fault_error(struct faults *faults, const struct place *place,
    const char *format, ...) FS_PRINTF(3, 4);
void fault_warning(struct faults *faults, const struct place *place,
    const char *format, ...) FS_PRINTF(3, 4);
/* Whether so much is wrong that the rest is not worth reading. Warnings alone
 * never are: what they are about is used. */
bool fault_enough(const struct faults *faults);
/* Whether further warnings will not be told. */
bool fault_warned(const struct faults *faults);

/* The file that nodes come from. */
struct source {
	const char *name; /* Of the file. */
	const char *text; /* Of the whole file. */
	size_t size;
};

/* A byte of a scalar, whose place is not looked for yet. */
struct spot {
	const struct source *source;
	const struct yaml_node *scalar;
	size_t at;
};

struct place place_of(const struct source *source,
    const struct yaml_node *node);
struct place place_of_key(const struct source *source,
    const struct yaml_node *node);

/* Where the byte 'offset' of a scalar's text stands in the file, through
 * quotes, escapes and folded lines. Walks through the file: for faults
 * only. */
struct place place_within(const struct source *source,
    const struct yaml_node *scalar, size_t offset);
