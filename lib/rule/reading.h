/* A rule while it is being read, for the files that read its keys. */
#pragma once

#include "rule/keys.h"
#include "rule/set.h"

struct rule_reading {
	struct reading reading;
	struct loader *loader;
	const struct yaml_node *node; /* The rule, or what overrides it. */
	struct rule *rule;
	struct uses uses;
};

void rule_read_condition(struct rule_reading *r);
void rule_read_likelihood(struct rule_reading *r);
void rule_read_says(struct rule_reading *r);

/* Adds 'exceptions:', conditions under which the rule is silent. */
void rule_read_exceptions(struct rule_reading *r);
/* One a line, for a person; null when there is none. */
const char *rule_list_exceptions(struct arena *arena, const struct rule *rule);
/* Whether this program is new enough for 'requires:'; if not, that is told. */
bool rule_meets_version(struct rule_reading *r);
/* Applies what another file changes of the rule, if there is such. */
void rule_read_override(struct rule_reading *r);
