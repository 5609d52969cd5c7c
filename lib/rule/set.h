/* A rule set, and what is known of it while it is being loaded. */
#pragma once

#include "base/digest.h"
#include "rule/clause.h"
#include "rule/list.h"
#include "rule/program.h"
#include "rule/says.h"
#include "rule/tests.h"

/* ---- The set ---------------------------------------------------------- */

/* A condition under which a rule is silent. */
struct exception {
	struct exception *next;
	const char *name, *condition, *reason;
	struct program program;
};

struct rule {
	struct fs_rule_info info;       /* Texts are the arena's. */
	uint8_t scope;                  /* enum signal_scope: FLOW or CLIENT */
	uint8_t views;                  /* enum signal_views */
	int32_t llr;                    /* Thousandths of a nat. */
	uint64_t signals[SIGNAL_WORDS]; /* That it asks for. */
	struct program program;
	struct exception *exceptions; /* In the order of the files. */
	struct says says;
	const struct rule_test *tests;
	size_t test_count;
};

/* A rule that may be asked. What it needs stands beside it, so that most
 * rules are passed over without looking at them. */
struct ready {
	uint64_t needs[SIGNAL_WORDS];
	unsigned transports;
	const struct rule *rule;
};

/* What a set holds that an arena cannot free. */
struct owned {
	struct owned *next;
	struct rangeset *ranges;
	struct regex *regex;
};

struct fs_ruleset {
	struct arena arena;
	struct owned *owned;
	struct rule *rules; /* Of the arena, in order of loading. */
	size_t count;
	const struct list **lists; /* Of the arena, in order of loading. */
	size_t list_count;
	/* The enabled rules of a scope (flow, client) and view. */
	struct ready *ready[2][2];
	size_t ready_count[2][2];
	char digest[DIGEST_HEX_SIZE];
	struct fs_privacy privacy; /* Of sentences. */
};

/* ---- Loading ---------------------------------------------------------- */

enum macro_state { MACRO_NEW, MACRO_OPEN, MACRO_DONE, MACRO_BROKEN };

struct macro {
	const char *name;
	struct place place;
	const struct source *source;
	const struct yaml_node *condition;
	enum macro_state state;
	bool used;
	const struct clause *clause;
	uint64_t signals[SIGNAL_WORDS]; /* That it asks for. */
};

/* A file of rules, kept until all rules are compiled. */
struct rule_file {
	struct rule_file *next;
	struct source source;
	struct yaml *yaml; /* Owned. */
	char *text;        /* Owned. */
	char *path;        /* Of the scratch arena, as the source's name. */
};

/* One of three kinds, as the array says that holds it. */
struct definition {
	struct place place; /* Of its name. */
	const struct source *source;
	struct list *list;
	struct macro *macro;
	const struct yaml_node *rule;
};

/* All of one kind, in order of reading. */
struct definitions {
	const char *kind; /* "list", "macro", "rule" */
	struct definition *items;
	size_t count;
	struct strmap names; /* To indices. */
};

struct loader {
	struct fs_ruleset *set;
	struct faults faults;
	struct arena scratch; /* Lives as long as loading. */
	struct rule_file *files, **files_end;
	struct definitions lists, macros, rules, overrides;
	const char **signal_names; /* And macros'; null at the end. */
	struct digest *digest;
	bool feeds_only; /* Nothing but lists, whose files may be absent. */
};

/* Makes a loader with a set of its own; loader_fini() leaves the set to the
 * caller. Returns 0 or -ENOMEM. */
int loader_init(struct loader *loader, fs_fault_fn *fault, void *ctx,
    struct fs_err *err);
void loader_fini(struct loader *loader);

/* Reads a file, or the rule files of a folder, into definitions. */
void load_path(struct loader *loader, const char *path);

/* Reads a file, but no pipe or device, which may never end. Returns what it
 * says when it fails, or null and '*bytes', which the caller owns. */
const char *load_regular(const char *path, size_t max, char **bytes,
    size_t *size);
/* Adds a name and the bytes behind it to what the set's digest covers. */
void load_digest(struct loader *loader, const char *name, const char *bytes,
    size_t size);
/* Adds a definition unless its name is taken. */
void load_define(struct loader *loader, struct definitions *all,
    const char *name, const struct definition *definition);
/* Reads a list's keys, and the file that it names. */
void list_read(struct loader *loader, const struct source *source,
    const struct yaml_node *node);

/* Gives a thing to the set. Returns 0, or -ENOMEM when the thing has been
 * freed. */
int set_own_ranges(struct fs_ruleset *set, struct rangeset *ranges);
int set_own_regex(struct fs_ruleset *set, struct regex *regex);

/* Finds a list in the form that is needed and marks it used. Returns null
 * when a fault was told. */
struct list *loader_list(struct loader *loader, const char *name,
    enum list_form form, const struct spot *spot);
struct macro *loader_macro(struct loader *loader, const char *name);
/* The name of a signal (and, if asked, of a macro) near to 'word', or
 * null. */
const char *loader_nearest(struct loader *loader, const char *word,
    bool macros);

/* ---- Rules ------------------------------------------------------------ */

/* What a condition asks for, and where it does so first. */
struct uses {
	uint64_t signals[SIGNAL_WORDS];
	size_t at[SIGNAL_COUNT]; /* In the condition's text. */
};

/* Turns a scalar into a condition with types. Returns null when a fault was
 * told. */
const struct clause *clause_build(struct loader *loader,
    const struct source *source, const struct yaml_node *scalar,
    struct uses *uses);

/* Warns of comparisons that are always or never true. */
void clause_lint(const struct clause *clause, const struct source *source,
    const struct yaml_node *scalar, struct faults *faults);

/* Whether the condition of a rule is true, and none of its exceptions. */
bool rule_holds(const struct rule *rule, uint64_t now_us,
    const struct signals *signals);

/* Reads a rule's keys into '*rule'. Returns false when a fault was told. */
bool rule_read(struct loader *loader, const struct source *source,
    const struct yaml_node *node, struct rule *rule);
