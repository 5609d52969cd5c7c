/* What narrows or changes a rule: exceptions, overrides, the version that it
 * asks for. */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "rule/reading.h"

enum { EXCEPTIONS_MAX = 64, REASON_MAX = 1000 };

/* ---- Exceptions --------------------------------------------------------- */

/* An exception is asked whenever its rule is. */
static void
check_scope(struct rule_reading *r, const struct yaml_node *condition,
    const struct uses *uses)
{
	const struct signal_info *info;
	struct place place;
	unsigned id;

	for (id = 0; id < SIGNAL_COUNT; id++) {
		info = signal_info((enum signal_id)id);
		if (!(uses->signals[id / 64] >> (id % 64) & 1) ||
		    (info->scope & r->rule->scope))
			continue;
		place =
		    place_within(r->reading.source, condition, uses->at[id]);
		fault_error(r->reading.faults, &place,
		    "'%s' is not known when a rule of a %s is asked",
		    info->name,
		    r->rule->scope == SCOPE_FLOW ? "flow" : "client");
		r->reading.bad = true;
		return;
	}
}

static void
build_exception(struct rule_reading *r, const struct yaml_node *node,
    struct exception *exception)
{
	const struct yaml_node *condition = yaml_find(node, "condition");
	struct uses *uses = arena_take(&r->loader->scratch, sizeof(*uses));
	const struct clause *clause;
	struct place place;
	int rc;

	if (uses == NULL) {
		r->reading.faults->fatal = -ENOMEM;
		return;
	}
	clause = clause_build(r->loader, r->reading.source, condition, uses);
	if (clause == NULL) {
		r->reading.bad = true;
		return;
	}
	rc = program_make(r->reading.arena, clause, &exception->program);
	if (rc == -ENOMEM) {
		r->reading.faults->fatal = rc;
		return;
	}
	if (rc < 0) {
		place = place_of(r->reading.source, condition);
		fault_error(r->reading.faults, &place,
		    "asks more than %d questions with its macros; use a list",
		    PROGRAM_MAX);
		r->reading.bad = true;
		return;
	}
	clause_lint(clause, r->reading.source, condition, r->reading.faults);
	check_scope(r, condition, uses);
}

/* Two of one name could not be told apart where they are shown. */
static void
check_name(struct rule_reading *r, const struct yaml_node *node,
    const char *name)
{
	const struct exception *other;

	for (other = r->rule->exceptions; name && other; other = other->next)
		if (other->name && strcmp(other->name, name) == 0) {
			reading_fault(&r->reading, yaml_find(node, "name"),
			    "a second exception '%s' of this rule", name);
			return;
		}
}

static void
read_exception(struct rule_reading *r, const struct yaml_node *node)
{
	static const char *const keys[] = { "name", "condition", "reason",
		NULL };
	struct exception *exception =
	    arena_take(r->reading.arena, sizeof(*exception));
	struct exception **end = &r->rule->exceptions;

	if (exception == NULL) {
		r->reading.faults->fatal = -ENOMEM;
		return;
	}
	if (!keys_check(&r->reading, node, keys))
		return;
	if (yaml_find(node, "name") == NULL)
		reading_missing(&r->reading, node, "the key 'name' is missing");
	exception->name = key_name(&r->reading, node, "name", FS_NAME_SIZE - 1);
	check_name(r, node, exception->name);
	exception->reason =
	    key_required(&r->reading, node, "reason", REASON_MAX);
	exception->condition =
	    key_required(&r->reading, node, "condition", YAML_SIZE_MAX);
	if (exception->condition != NULL)
		build_exception(r, node, exception);
	while (*end != NULL)
		end = &(*end)->next;
	*end = exception;
}

void
rule_read_exceptions(struct rule_reading *r)
{
	const struct yaml_node *node = yaml_find(r->node, "exceptions"), *child;

	if (node == NULL)
		return;
	if (node->kind != YAML_SEQUENCE || node->count > EXCEPTIONS_MAX) {
		reading_fault(&r->reading, node,
		    "'exceptions': expected a list of at most %d mappings with "
		    "'name', 'condition' and 'reason'",
		    EXCEPTIONS_MAX);
		return;
	}
	for (child = node->first; child; child = child->next)
		read_exception(r, child);
}

const char *
rule_list_exceptions(struct arena *arena, const struct rule *rule)
{
	const struct exception *exception;
	const char *text = NULL;
	struct buf buf;

	buf_init(&buf);
	for (exception = rule->exceptions; exception;
	     exception = exception->next)
		buf_printf(&buf, "%s%s (%s): %s", buf.size ? "\n" : "",
		    exception->name, exception->reason, exception->condition);
	if (buf.size > 0)
		text = arena_text(arena, buf_text(&buf), buf.size);
	buf_fini(&buf);
	return text;
}

/* ---- The version -------------------------------------------------------- */

/* Reads "1.2" or "1.2.3" as one number. Returns false when it is neither. */
static bool
read_version(const char *text, unsigned long *version)
{
	unsigned long part[3] = { 0, 0, 0 };
	unsigned count = 0, digits = 0;

	for (; count < 3; text++) {
		if (*text >= '0' && *text <= '9' && digits++ < 3)
			part[count] =
			    part[count] * 10 + (unsigned long)(*text - '0');
		else if (digits == 0 || (*text != '.' && *text != '\0'))
			return false;
		else if (*text == '\0')
			break;
		else
			digits = 0, count++;
	}
	*version = (part[0] * 1000 + part[1]) * 1000 + part[2];
	return count > 0 && count < 3;
}

bool
rule_meets_version(struct rule_reading *r)
{
	const struct yaml_node *node = yaml_find(r->node, "requires");
	const char *text = key_text(&r->reading, r->node, "requires", 16);
	unsigned long wanted, here = 0;

	if (text == NULL)
		return node == NULL;
	if (!read_version(text, &wanted)) {
		reading_fault(&r->reading, node,
		    "'requires': expected a version such as 0.2 or 0.2.1");
		return false;
	}
	if (read_version(fs_version(), &here) && wanted <= here)
		return true;
	reading_fault(&r->reading, node,
	    "needs flowscan %s or newer, and this is %s", text, fs_version());
	return false;
}

/* ---- Overrides ---------------------------------------------------------- */

static const struct definition *
find_override(const struct loader *loader, const char *name)
{
	uint32_t index;

	if (!strmap_find(&loader->overrides.names, name, strlen(name), &index))
		return NULL;
	return &loader->overrides.items[index];
}

static void
override_state(struct rule_reading *r)
{
	struct fs_rule_info *info = &r->rule->info;

	info->enabled =
	    key_bool(&r->reading, r->node, "enabled", info->enabled);
	info->shadow = key_bool(&r->reading, r->node, "shadow", info->shadow);
	if (yaml_find(r->node, "expires"))
		info->expires_us = key_time(&r->reading, r->node, "expires");
}

void
rule_read_override(struct rule_reading *r)
{
	static const char *const keys[] = { "override", "reason", "enabled",
		"shadow", "expires", "condition", "view", "likelihood", "says",
		"exceptions", NULL };
	const struct definition *override =
	    find_override(r->loader, r->rule->info.name);

	if (override == NULL)
		return;
	r->node = override->rule;
	r->reading.source = override->source;
	if (!keys_check(&r->reading, r->node, keys))
		return;
	r->rule->info.changed =
	    key_required(&r->reading, r->node, "reason", REASON_MAX);
	if (r->node->count == 2 && r->rule->info.changed) {
		struct place place = place_of(r->reading.source, r->node);

		fault_warning(r->reading.faults, &place,
		    "this override changes nothing: expected what it is for, "
		    "such as 'enabled' or 'exceptions'");
	}
	override_state(r);
	if (yaml_find(r->node, "view") && !yaml_find(r->node, "condition"))
		reading_fault(&r->reading, yaml_find(r->node, "view"),
		    "'view' is changed together with 'condition' only");
	if (yaml_find(r->node, "condition")) {
		r->uses = (struct uses){ 0 };
		rule_read_condition(r);
	}
	if (yaml_find(r->node, "likelihood"))
		rule_read_likelihood(r);
	if (yaml_find(r->node, "says"))
		rule_read_says(r);
	rule_read_exceptions(r);
}
