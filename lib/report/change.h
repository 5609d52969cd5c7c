/* What another set of rules would change of stored verdicts. */
#pragma once

#include "report/rows.h"
#include "rule/rule.h"

enum { CHANGE_BEFORE, CHANGE_AFTER, CHANGE_SETS };
enum { DECISIONS = FS_ANOMALOUS + 1 };

/* A rule or list that only one set has, or that differs. */
struct change_rule {
	const char *change; /* "added", "removed" or "changed" */
	const char *rule;
	const char *scope; /* "flow", "client" or "list" */
	const char *what;  /* What differs. */
};

struct change_count {
	const char *of; /* "flows" or "clients" */
	int decision[CHANGE_SETS];
	uint64_t rows, changed;
};

/* A flow or a client whose verdict changes. */
struct change_row {
	const char *of;   /* "flow" or "client" */
	uint64_t flow_id; /* 0: a client. */
	uint64_t first_us;
	struct fs_addr client, server; /* A client has no server. */
	int32_t server_port;           /* -1: none. */
	struct fs_verdict verdict[CHANGE_SETS];
	const char *rules; /* Those responsible: "+new -gone ~other". */
};

struct change_note {
	const char *text;
};

extern const struct row_kind change_rule_rows;
extern const struct row_kind change_count_rows;
extern const struct row_kind change_rows;
extern const struct row_kind change_note_rows;

/* Finds an enabled rule, or with 'any' every rule. Returns its index, or -1. */
long change_find(const struct fs_ruleset *rules, const char *name, bool any);

typedef int change_rule_fn(void *ctx, const struct change_rule *rule);

/* Gives each rule and list in which two sets differ, those of the new set
 * first. Stops at a negative answer, which it returns. */
int change_each_rule(const struct fs_ruleset *const sets[CHANGE_SETS],
    change_rule_fn *fn, void *ctx);

/* Whether a rule of the new set is another, or none, in the old one. */
bool change_is_new(const struct fs_ruleset *const sets[CHANGE_SETS],
    size_t index);

/* Pieces of evidence, one set's. */
struct change_evidence {
	struct fs_evidence piece[FS_EVIDENCE_MAX];
	uint32_t count;
};

/* Writes the rules of which one side has another piece than the other into
 * 'text' of DATUM_ROOM bytes. */
void change_name_rules(const struct change_evidence sides[CHANGE_SETS],
    char *text);
const struct fs_evidence *change_piece(const struct change_evidence *evidence,
    const char *rule);
/* Adds a piece; the weakest gives way. */
void change_add_piece(struct change_evidence *evidence,
    const struct fs_evidence *piece);
