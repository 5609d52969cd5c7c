#include "policy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/yaml.h"

/* Lists the names that are known, null at the end: 'rules' and 'usual' own
 * the texts, the caller frees the list. Null: no memory. */
static const char **
list_known(const struct fs_ruleset *rules, const struct fs_policy *usual)
{
	size_t i, count = 0, rule_count = fs_ruleset_count(rules);
	const char **known =
	    calloc(rule_count + usual->ignored_protocol_count + 1,
		sizeof(*known));
	struct fs_rule_info info;

	if (known == NULL)
		return NULL;
	for (i = 0; i < rule_count; i++) {
		fs_ruleset_info(rules, i, &info);
		if (info.protocol != NULL && info.protocol[0] != '\0')
			known[count++] = info.protocol;
	}
	for (i = 0; i < usual->ignored_protocol_count; i++)
		known[count++] = usual->ignored_protocols[i];
	return known;
}

static bool
is_known(const char *name, const char *const *known)
{
	while (*known != NULL && strcmp(*known, name) != 0)
		known++;
	return *known != NULL;
}

static void
tell(const struct config *config, size_t index, const char *const *known,
    fs_fault_fn *fault, void *ctx)
{
	const char *name = config->settings.policy.ignored_protocols[index];
	const char *nearest = yaml_nearest(name, known);
	struct fs_err err = { .code = FS_ECONFIG,
		.line = config->ignored_places[index].line,
		.column = config->ignored_places[index].column };

	snprintf(err.file, sizeof(err.file), "%s", config->file);
	snprintf(err.text, sizeof(err.text),
	    "policy.ignore.protocols: no rule names a protocol '%s'%s%s%s",
	    name, nearest ? "; did you mean '" : "", nearest ? nearest : "",
	    nearest ? "'?" : "");
	if (fault != NULL)
		fault(ctx, false, &err);
}

int
policy_check(const struct config *config, const struct fs_ruleset *rules,
    fs_fault_fn *fault, void *ctx)
{
	const struct fs_policy *policy = &config->settings.policy;
	struct fs_settings usual;
	const char **known;
	size_t i;
	int rc = 0;

	if (config->ignored_places == NULL)
		return 0;
	if (fs_settings_init(&usual) < 0)
		return -ENOMEM;
	known = list_known(rules, &usual.policy);
	if (known == NULL)
		rc = -ENOMEM;
	for (i = 0; known != NULL && i < policy->ignored_protocol_count; i++) {
		if (is_known(policy->ignored_protocols[i], known))
			continue;
		tell(config, i, known, fault, ctx);
		rc = FS_ECONFIG;
	}
	free(known);
	fs_settings_fini(&usual);
	return rc;
}
