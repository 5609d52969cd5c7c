/* In what two sets of rules differ. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/change.h"

long
change_find(const struct fs_ruleset *rules, const char *name, bool any)
{
	size_t i, count = fs_ruleset_count(rules);
	struct fs_rule_info info;

	for (i = 0; i < count; i++) {
		fs_ruleset_info(rules, i, &info);
		if (strcmp(info.name, name) == 0)
			return any || info.enabled ? (long)i : -1;
	}
	return -1;
}

/* ---- Rules --------------------------------------------------------------- */

static void
add_word(char *text, const char *word)
{
	size_t used = strlen(text);

	if (used + strlen(word) + 3 <= DATUM_ROOM)
		(void)snprintf(text + used, DATUM_ROOM - used, "%s%s",
		    used ? ", " : "", word);
}

static bool
same_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

/* Says what of a rule differs that bears on verdicts; "" for nothing. */
static void
say_rule(const struct fs_rule_info *a, const struct fs_rule_info *b, char *text)
{
	char weight[64];

	text[0] = '\0';
	if (!same_text(a->condition, b->condition))
		add_word(text, "condition");
	if (!same_text(a->exceptions, b->exceptions))
		add_word(text, "exceptions");
	if (a->llr_true != b->llr_true) {
		(void)snprintf(weight, sizeof(weight), "weight %.2f -> %.2f",
		    a->llr_true / 1000.0, b->llr_true / 1000.0);
		add_word(text, weight);
	}
	if (a->class != b->class)
		add_word(text, "class");
	if (!same_text(a->family, b->family))
		add_word(text, "family");
	if (!same_text(a->protocol, b->protocol))
		add_word(text, "protocol");
	if (a->client_scope != b->client_scope)
		add_word(text, "scope");
	if (a->enabled != b->enabled)
		add_word(text, b->enabled ? "enabled" : "disabled");
	if (a->shadow != b->shadow)
		add_word(text, b->shadow ? "now a shadow" : "no shadow now");
	if (a->expires_us != b->expires_us)
		add_word(text, "expires");
}

bool
change_is_new(const struct fs_ruleset *const sets[CHANGE_SETS], size_t index)
{
	struct fs_rule_info info, was;
	char text[DATUM_ROOM];
	long at;

	fs_ruleset_info(sets[CHANGE_AFTER], index, &info);
	at = change_find(sets[CHANGE_BEFORE], info.name, true);
	if (at < 0)
		return true;
	fs_ruleset_info(sets[CHANGE_BEFORE], (size_t)at, &was);
	say_rule(&was, &info, text);
	return text[0] != '\0';
}

static int
each_rule(const struct fs_ruleset *const sets[CHANGE_SETS], int side,
    change_rule_fn *fn, void *ctx)
{
	const struct fs_ruleset *other = sets[!side];
	size_t i, count = fs_ruleset_count(sets[side]);
	struct fs_rule_info info, was;
	char text[DATUM_ROOM];
	int rc = 0;
	long at;

	for (i = 0; i < count && rc >= 0; i++) {
		struct change_rule row = { .what = text };

		fs_ruleset_info(sets[side], i, &info);
		row.rule = info.name;
		row.scope = info.client_scope ? "client" : "flow";
		row.change = side == CHANGE_AFTER ? "added" : "removed";
		text[0] = '\0';
		at = change_find(other, info.name, true);
		if (at >= 0 && side == CHANGE_BEFORE)
			continue;
		if (at >= 0) {
			fs_ruleset_info(other, (size_t)at, &was);
			say_rule(&was, &info, text);
			row.change = "changed";
		}
		if (at < 0 || text[0] != '\0')
			rc = fn(ctx, &row);
	}
	return rc;
}

/* ---- Lists --------------------------------------------------------------- */

static bool
find_list(const struct fs_ruleset *rules, const char *name,
    struct fs_list_info *info)
{
	size_t i;

	for (i = 0; i < fs_ruleset_list_count(rules); i++) {
		fs_ruleset_list_info(rules, i, info);
		if (strcmp(info->name, name) == 0)
			return true;
	}
	return false;
}

static int
each_list(const struct fs_ruleset *const sets[CHANGE_SETS], change_rule_fn *fn,
    void *ctx)
{
	const struct fs_ruleset *rules = sets[CHANGE_AFTER];
	struct fs_list_info info, was;
	char text[DATUM_ROOM];
	int rc = 0;
	size_t i;

	for (i = 0; i < fs_ruleset_list_count(rules) && rc >= 0; i++) {
		struct change_rule row = { "changed", NULL, "list", text };

		fs_ruleset_list_info(rules, i, &info);
		row.rule = info.name;
		if (!find_list(sets[CHANGE_BEFORE], info.name, &was) ||
		    (was.items == info.items && was.date_us == info.date_us))
			continue;
		(void)snprintf(text, sizeof(text), "%zu -> %zu items%s",
		    was.items, info.items,
		    was.date_us != info.date_us ? ", of another date" : "");
		rc = fn(ctx, &row);
	}
	return rc;
}

int
change_each_rule(const struct fs_ruleset *const sets[CHANGE_SETS],
    change_rule_fn *fn, void *ctx)
{
	int rc = each_rule(sets, CHANGE_AFTER, fn, ctx);

	if (rc >= 0)
		rc = each_rule(sets, CHANGE_BEFORE, fn, ctx);
	return rc < 0 ? rc : each_list(sets, fn, ctx);
}

/* ---- Evidence ------------------------------------------------------------ */

const struct fs_evidence *
change_piece(const struct change_evidence *evidence, const char *rule)
{
	uint32_t i;

	for (i = 0; i < evidence->count; i++)
		if (strcmp(evidence->piece[i].rule, rule) == 0)
			return &evidence->piece[i];
	return NULL;
}

void
change_add_piece(struct change_evidence *evidence,
    const struct fs_evidence *piece)
{
	uint32_t i, weakest = 0;

	if (evidence->count < FS_EVIDENCE_MAX) {
		evidence->piece[evidence->count++] = *piece;
		return;
	}
	for (i = 1; i < evidence->count; i++)
		if (llabs((long long)evidence->piece[i].llr_full) <
		    llabs((long long)evidence->piece[weakest].llr_full))
			weakest = i;
	if (llabs((long long)piece->llr_full) >
	    llabs((long long)evidence->piece[weakest].llr_full))
		evidence->piece[weakest] = *piece;
}

static bool
same_piece(const struct fs_evidence *a, const struct fs_evidence *b)
{
	return a->llr_full == b->llr_full && a->class == b->class &&
	    a->shadow == b->shadow && strcmp(a->family, b->family) == 0 &&
	    strcmp(a->protocol, b->protocol) == 0;
}

static void
add_rule(char *text, char sign, const char *rule)
{
	size_t used = strlen(text);

	if (used + strlen(rule) + 3 <= DATUM_ROOM)
		(void)snprintf(text + used, DATUM_ROOM - used, "%s%c%s",
		    used ? " " : "", sign, rule);
}

void
change_name_rules(const struct change_evidence sides[CHANGE_SETS], char *text)
{
	const struct change_evidence *before = &sides[CHANGE_BEFORE];
	const struct change_evidence *after = &sides[CHANGE_AFTER];
	const struct fs_evidence *was;
	uint32_t i;

	text[0] = '\0';
	for (i = 0; i < after->count; i++) {
		was = change_piece(before, after->piece[i].rule);
		if (was == NULL)
			add_rule(text, '+', after->piece[i].rule);
		else if (!same_piece(was, &after->piece[i]))
			add_rule(text, '~', after->piece[i].rule);
	}
	for (i = 0; i < before->count; i++)
		if (change_piece(after, before->piece[i].rule) == NULL)
			add_rule(text, '-', before->piece[i].rule);
}
