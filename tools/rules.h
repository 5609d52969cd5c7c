/* The verbs of 'flowscan rules', one file each, and what they share. */
#pragma once

#include "flowscan.h"

struct rules_verb {
	const char *name;
	/* argv[0] is the verb. Returns what the program ends with. */
	int (*run)(int argc, char **argv);
	const char *usage; /* "check [PATH]..." */
	const char *help;  /* One line. */
};

int rules_check(int argc, char **argv);
int rules_test(int argc, char **argv);
int rules_list(int argc, char **argv);
int rules_lists(int argc, char **argv);
int rules_show(int argc, char **argv);
int rules_explain(int argc, char **argv);
int rules_fmt(int argc, char **argv);
int rules_try(int argc, char **argv);
/* The same with --db instead of captures. */
int rules_try_db(int argc, char **argv);
int rules_diff(int argc, char **argv);
int rules_fit(int argc, char **argv);

/* Faults that were printed. 'text' is a condition that is in no file, or
 * null. */
struct rules_faults {
	unsigned errors, warnings;
	const char *text;
};
/* Prints a fault with its line and a caret: an fs_fault_fn. */
void rules_take_fault(void *ctx, bool warning, const struct fs_err *err);

/* Prints one line about a verb's use. Returns CODE_USAGE. */
int rules_misused(const char *verb, const char *format, ...) FS_PRINTF(2, 3);

/* Loads rule files and folders, or where there are none the installed ones.
 * Every fault is printed with its line and a caret; warnings are counted.
 *
 * Returns -1 and the rules, or what the program ends with. */
int rules_load(const char *const *paths, size_t count,
    struct fs_ruleset **rules, unsigned *warnings);

/* Finds the lists that are to be fetched; the rest as rules_load(). */
int rules_find_feeds(const char *const *paths, size_t count,
    struct fs_feeds **feeds);

/* Finds a rule by name. Returns its index, or -1 when the nearest name was
 * told. */
long rules_find(const struct fs_ruleset *rules, const char *verb,
    const char *name);
