/* One rule's keys. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rule/reading.h"

enum { DESC_MAX = 1000, SAYS_MAX = 4000 };

static const char *const rule_keys[] = { "rule", "desc", "condition", "class",
	"protocol", "family", "likelihood", "says", "benign", "tags",
	"references", "author", "date", "enabled", "shadow", "expires", "view",
	"tests", "untested", "exceptions", "requires", NULL };

/* ---- Likelihoods ------------------------------------------------------ */

/* Reads a share between 0 and 1, both excluded, in billionths. */
static bool
read_share(const char *text, int64_t *billionths)
{
	int64_t value = 0, place = 1000000000;
	const char *at = text;

	if (at[0] != '0' || at[1] != '.' || at[2] == '\0')
		return false;
	for (at += 2; *at; at++) {
		if (*at < '0' || *at > '9' || place == 1)
			return false;
		place /= 10;
		value += place * (*at - '0');
	}
	*billionths = value;
	return value > 0;
}

static bool
take_share(struct reading *reading, const struct yaml_node *mapping,
    const char *key, int64_t *billionths)
{
	const struct yaml_node *node = yaml_find(mapping, key);

	if (node == NULL) {
		reading_missing(reading, mapping,
		    "the key 'likelihood.%s' is missing", key);
		return false;
	}
	if (node->kind == YAML_SCALAR && read_share(node->text, billionths))
		return true;
	reading_fault(reading, node,
	    "'%s': expected a number between 0 and 1, both excluded, such as "
	    "0.004",
	    key);
	return false;
}

/* Evidence for a tunnel raises the odds, evidence for 'direct' lowers
 * them. */
static void
check_sign(struct reading *reading, const struct yaml_node *node, int class,
    int32_t llr)
{
	if (class < 0 || class == FS_CLASS_UNKNOWN)
		return;
	if (class == FS_CLASS_DIRECT && llr >= 0)
		reading_fault(reading, node,
		    "class 'direct' needs 'if_true' below 'if_false': they "
		    "are shares of the tunnelled and of the honest that show "
		    "it");
	else if (class != FS_CLASS_DIRECT && llr <= 0)
		reading_fault(reading, node,
		    "class '%s' needs 'if_true' above 'if_false'; evidence "
		    "against has class 'direct'",
		    fs_class_name(class));
}

void
rule_read_likelihood(struct rule_reading *r)
{
	static const char *const keys[] = { "if_true", "if_false", "measured",
		NULL };
	const struct yaml_node *node = yaml_find(r->node, "likelihood");
	int64_t if_true, if_false;

	if (node == NULL) {
		reading_missing(&r->reading, r->node,
		    "the key 'likelihood' is missing");
		return;
	}
	if (!keys_check(&r->reading, node, keys))
		return;
	r->rule->info.measured =
	    key_text(&r->reading, node, "measured", DESC_MAX);
	if (!take_share(&r->reading, node, "if_true", &if_true) ||
	    !take_share(&r->reading, node, "if_false", &if_false))
		return;
	r->rule->info.if_true = if_true;
	r->rule->info.if_false = if_false;
	r->rule->llr =
	    (int32_t)llround(1000 * log((double)if_true / (double)if_false));
	check_sign(&r->reading, node, r->rule->info.class, r->rule->llr);
}

/* ---- Scope and view --------------------------------------------------- */

static struct place
place_of_use(const struct rule_reading *r, unsigned id)
{
	return place_within(r->reading.source, yaml_find(r->node, "condition"),
	    r->uses.at[id]);
}

static bool
asks_for(const struct rule_reading *r, unsigned id)
{
	return r->uses.signals[id / 64] >> (id % 64) & 1;
}

/* The first signal of the condition that belongs to one scope only, or
 * SIGNAL_COUNT. */
static unsigned
first_of_scope(const struct rule_reading *r, unsigned scope)
{
	unsigned id, first = SIGNAL_COUNT;

	for (id = 0; id < SIGNAL_COUNT; id++)
		if (asks_for(r, id) &&
		    signal_info((enum signal_id)id)->scope == scope &&
		    (first == SIGNAL_COUNT ||
			r->uses.at[id] < r->uses.at[first]))
			first = id;
	return first;
}

static void
find_scope(struct rule_reading *r)
{
	unsigned flow = first_of_scope(r, SCOPE_FLOW);
	unsigned client = first_of_scope(r, SCOPE_CLIENT);
	struct place place;

	r->rule->scope = flow < SIGNAL_COUNT ? SCOPE_FLOW : SCOPE_CLIENT;
	if (flow == SIGNAL_COUNT || client == SIGNAL_COUNT)
		return;
	place = place_of_use(r,
	    r->uses.at[flow] > r->uses.at[client] ? flow : client);
	fault_error(r->reading.faults, &place,
	    "'%s' is of one flow and '%s' of a client over time: a rule asks "
	    "for one kind only",
	    signal_info((enum signal_id)flow)->name,
	    signal_info((enum signal_id)client)->name);
	r->reading.bad = true;
}

/* Tells of the first signal that is not measured in a view. */
static void
tell_of_view(struct rule_reading *r, uint8_t view, bool warning)
{
	const char *name = view == SEEN_PATH ? "path" : "exit";
	struct place place;
	unsigned id;

	for (id = 0; id < SIGNAL_COUNT; id++)
		if (asks_for(r, id) &&
		    !(signal_info((enum signal_id)id)->views & view))
			break;
	if (id == SIGNAL_COUNT)
		return;
	place = place_of_use(r, id);
	(warning ? fault_warning : fault_error)(r->reading.faults, &place,
	    "'%s' is not measured in the %s view, where what is asked of it "
	    "stays unknown",
	    signal_info((enum signal_id)id)->name, name);
	r->reading.bad |= !warning;
}

static void
find_views(struct rule_reading *r)
{
	static const char *const names[] = { "path", "exit", "any", NULL };
	static const uint8_t views[] = { SEEN_PATH, SEEN_EXIT, SEEN_ANY };
	int given = key_choice(&r->reading, r->node, "view", names, -1);
	uint8_t common = SEEN_ANY;
	unsigned id;

	for (id = 0; id < SIGNAL_COUNT; id++)
		if (asks_for(r, id))
			common &= signal_info((enum signal_id)id)->views;
	r->rule->views = given < 0 ? common : views[given];
	if (given < 0 && common == 0) {
		tell_of_view(r, SEEN_PATH, false);
		return;
	}
	if (given < 0)
		return;
	if (views[given] & SEEN_PATH & ~common)
		tell_of_view(r, SEEN_PATH, given == 2);
	if (views[given] & SEEN_EXIT & ~common)
		tell_of_view(r, SEEN_EXIT, given == 2);
}

/* ---- The sentence ----------------------------------------------------- */

static void
check_placeholder(struct rule_reading *r, const struct yaml_node *node,
    const char *name, size_t size, size_t at)
{
	char room[FS_NAME_SIZE] = "";
	const char *nearest;
	struct place place;
	int signal;

	if (size < sizeof(room))
		memcpy(room, name, size);
	signal = signal_find(room);
	if (signal >= 0 &&
	    (signal_info((enum signal_id)signal)->scope & r->rule->scope))
		return;
	place = place_within(r->reading.source, node, at);
	r->reading.bad = true;
	if (signal >= 0) {
		fault_error(r->reading.faults, &place,
		    "'%%%s' is not known when a rule of a %s is asked", room,
		    r->rule->scope == SCOPE_FLOW ? "flow" : "client");
		return;
	}
	nearest = loader_nearest(r->loader, room, false);
	fault_error(r->reading.faults, &place, "unknown signal '%%%.*s'%s%s%s",
	    (int)(size < 64 ? size : 64), name,
	    nearest ? "; did you mean '%"
		    : ": write '%%' for a percent "
		      "sign",
	    nearest ? nearest : "", nearest ? "'?" : "");
}

void
rule_read_says(struct rule_reading *r)
{
	const struct yaml_node *node = yaml_find(r->node, "says");
	const char *text = key_text(&r->reading, r->node, "says", SAYS_MAX);
	size_t at, size, plain = 0;

	r->rule->info.says = text;
	if (node == NULL)
		text = r->rule->info.desc;
	if (text == NULL)
		return;
	for (at = 0; node && says_next(text, &at, &size); at += size) {
		check_placeholder(r, node, text + at + 1, size - 1, at);
		plain += size;
	}
	if (node && strlen(text) - plain >= FS_TEXT_SIZE)
		reading_fault(&r->reading, node,
		    "'says' is too long: at most %d bytes are kept",
		    FS_TEXT_SIZE - 1);
	if (says_make(r->reading.arena, text, &r->rule->says) < 0)
		r->reading.faults->fatal = -ENOMEM;
}

/* ---- The condition ---------------------------------------------------- */

void
rule_read_condition(struct rule_reading *r)
{
	const struct yaml_node *node = yaml_find(r->node, "condition");
	const struct clause *clause;
	struct place place;
	int rc;

	r->rule->info.condition =
	    key_required(&r->reading, r->node, "condition", YAML_SIZE_MAX);
	if (r->rule->info.condition == NULL)
		return;
	clause = clause_build(r->loader, r->reading.source, node, &r->uses);
	if (clause == NULL) {
		r->reading.bad = true;
		return;
	}
	rc = program_make(r->reading.arena, clause, &r->rule->program);
	if (rc == -ENOMEM) {
		r->reading.faults->fatal = rc;
	} else if (rc < 0) {
		place = place_of(r->reading.source, node);
		fault_error(r->reading.faults, &place,
		    "asks more than %d questions with its macros; use a list",
		    PROGRAM_MAX);
		r->reading.bad = true;
	} else {
		clause_lint(clause, r->reading.source, node, r->reading.faults);
		find_scope(r);
		find_views(r);
	}
}

/* ---- All -------------------------------------------------------------- */

static void
read_class(struct rule_reading *r)
{
	const char *names[FS_CLASS_COUNT + 1] = { NULL };
	int i;

	for (i = 0; i < FS_CLASS_COUNT; i++)
		names[i] = fs_class_name(i);
	if (yaml_find(r->node, "class") == NULL)
		reading_missing(&r->reading, r->node,
		    "the key 'class' is missing");
	r->rule->info.class =
	    key_choice(&r->reading, r->node, "class", names, -1);
}

static void
read_names(struct rule_reading *r)
{
	struct fs_rule_info *info = &r->rule->info;

	info->name = key_name(&r->reading, r->node, "rule", FS_NAME_SIZE - 1);
	info->desc = key_required(&r->reading, r->node, "desc", DESC_MAX);
	info->family =
	    key_name(&r->reading, r->node, "family", FS_FAMILY_SIZE - 1);
	if (yaml_find(r->node, "family") == NULL)
		reading_missing(&r->reading, r->node,
		    "the key 'family' is missing: what kind of evidence it "
		    "is, such as protocol or cross-layer");
	info->protocol =
	    key_name(&r->reading, r->node, "protocol", FS_PROTOCOL_SIZE - 1);
	if (info->family && strcmp(info->family, "protocol") == 0 &&
	    yaml_find(r->node, "protocol") == NULL)
		reading_missing(&r->reading, r->node,
		    "family 'protocol' needs the key 'protocol': what was "
		    "read from the bytes");
}

static void
read_rest(struct rule_reading *r)
{
	struct fs_rule_info *info = &r->rule->info;

	info->benign = key_lines(&r->reading, r->node, "benign");
	info->tags = key_lines(&r->reading, r->node, "tags");
	info->references = key_lines(&r->reading, r->node, "references");
	(void)key_text(&r->reading, r->node, "author", DESC_MAX);
	(void)key_time(&r->reading, r->node, "date");
	info->enabled = key_bool(&r->reading, r->node, "enabled", true);
	info->untested = key_text(&r->reading, r->node, "untested", DESC_MAX);
	info->shadow = key_bool(&r->reading, r->node, "shadow", false);
	info->expires_us = key_time(&r->reading, r->node, "expires");
	rule_read_exceptions(r);
	tests_read(&r->reading, yaml_find(r->node, "tests"), &r->rule->tests,
	    &r->rule->test_count);
}

static void
read_all(struct rule_reading *r)
{
	(void)keys_check(&r->reading, r->node, rule_keys);
	read_names(r);
	read_class(r);
	rule_read_condition(r);
	rule_read_likelihood(r);
	rule_read_says(r);
	read_rest(r);
}

bool
rule_read(struct loader *loader, const struct source *source,
    const struct yaml_node *node, struct rule *rule)
{
	struct rule_reading *r = arena_take(&loader->scratch, sizeof(*r));

	if (r == NULL) {
		loader->faults.fatal = -ENOMEM;
		return false;
	}
	r->reading = (struct reading){ &loader->faults, source,
		&loader->set->arena, false, NULL };
	r->loader = loader;
	r->node = node;
	r->rule = rule;
	if (!rule_meets_version(r))
		return false;
	read_all(r);
	if (!r->reading.bad)
		rule_read_override(r);
	if (!r->reading.bad)
		rule->info.exceptions =
		    rule_list_exceptions(r->reading.arena, rule);
	rule->info.file =
	    arena_text(&loader->set->arena, source->name, strlen(source->name));
	rule->info.line = node->line;
	rule->info.llr_true = rule->llr;
	rule->info.test_count = rule->test_count;
	memcpy(rule->signals, r->uses.signals, sizeof(rule->signals));
	rule->info.client_scope = rule->scope == SCOPE_CLIENT;
	return !r->reading.bad && loader->faults.fatal == 0;
}
