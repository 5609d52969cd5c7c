#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/yaml.h"
#include "config_value.h"

/* The rules that were installed, if they were: a program that runs out of its
 * source tree is told where they are. */
static int
add_default_rules(struct config *config)
{
	if (access(RULES_DIR, R_OK) < 0)
		return 0;
	config->rules = calloc(1, sizeof(*config->rules));
	if (config->rules == NULL)
		return -ENOMEM;
	config->rules[0] = strdup(RULES_DIR);
	if (config->rules[0] == NULL)
		return -ENOMEM;
	config->rule_count = 1;
	return 0;
}

static int
set_defaults(struct config *config)
{
	int rc = fs_settings_init(&config->settings);

	if (rc < 0)
		return rc;
	/* Remote parties choose what is hashed. */
	if (getrandom(&config->settings.hash_seed,
		sizeof(config->settings.hash_seed), 0) < 0)
		return -errno;
	config->ring_size = (size_t)64 << 20;
	config->privacy.ipv4 = 24;
	config->privacy.ipv6 = 48;
	config_operations_defaults(config);
	return 0;
}

static void
read_root(struct config_reader *reader, const struct yaml_node *root,
    struct config *config)
{
	const struct fs_scoring *scoring = &config->settings.scoring;

	if (root->kind != YAML_MAPPING) {
		config_fault(reader, root,
		    "expected a mapping of settings, such as 'rules: "
		    "[/etc/flowscan/rules.d]'");
		return;
	}
	/* Whoever tries a capture without a file has its bytes anyway. */
	config->privacy.no_excerpts = true;
	config_mapping(reader, &config_file_section, root, config);
	if (yaml_find(root, "privacy"))
		config_check_privacy(reader, yaml_find(root, "privacy"),
		    config);
	if (scoring->review_ppm > scoring->anomalous_ppm)
		config_fault(reader, yaml_find(root, "scoring"),
		    "scoring.review is above scoring.anomalous; expected the "
		    "lower one first");
}

/* Reads 'yaml', which may be null, over the defaults. */
static int
read_tree(struct config_reader *reader, const struct yaml *yaml,
    struct config *config)
{
	const struct yaml_node *root = yaml ? yaml_root(yaml) : NULL;
	const struct yaml_node *rules = NULL;
	struct config fresh = { 0 };

	if (set_defaults(&fresh) < 0)
		config_no_memory(reader);
	else if (root)
		read_root(reader, root, &fresh);
	if (root && root->kind == YAML_MAPPING)
		rules = yaml_find(root, "rules");
	if ((rules == NULL || config_is_empty(rules)) &&
	    add_default_rules(&fresh) < 0)
		config_no_memory(reader);
	if (reader->rc == 0)
		*config = fresh;
	else
		config_fini(&fresh);
	return reader->rc;
}

static int
read_result(struct config_reader *reader, int rc, const struct fs_err *fault,
    struct yaml *yaml, struct config *config)
{
	if (rc < 0) {
		if (reader->err)
			*reader->err = *fault;
		if (reader->fault)
			reader->fault(reader->ctx, false, fault);
		return rc;
	}
	rc = read_tree(reader, yaml, config);
	yaml_free(yaml);
	return rc;
}

int
config_read(const char *path, fs_fault_fn *fault, void *ctx, struct fs_err *err,
    struct config *config)
{
	struct config_reader reader = { .file = path,
		.fault = fault,
		.ctx = ctx,
		.err = err };
	struct fs_err why = { 0 };
	struct yaml *yaml = NULL;
	int rc = path ? yaml_read(path, &why, &yaml) : 0;

	return read_result(&reader, rc, &why, yaml, config);
}

int
config_parse(const char *text, size_t size, const char *name,
    fs_fault_fn *fault, void *ctx, struct config *config)
{
	struct config_reader reader = { .file = name,
		.fault = fault,
		.ctx = ctx };
	struct fs_err why = { 0 };
	struct yaml *yaml = NULL;
	int rc = yaml_parse(text, size, name, &why, &yaml);

	return read_result(&reader, rc, &why, yaml, config);
}

static void
free_texts(char **texts, size_t count)
{
	while (count > 0)
		free(texts[--count]);
	free(texts);
}

void
config_fini(struct config *config)
{
	if (config == NULL)
		return;
	fs_settings_fini(&config->settings);
	free_texts(config->rules, config->rule_count);
	free_texts(config->city, config->city_count);
	free_texts(config->asn, config->asn_count);
	free_texts(config->interfaces, config->interface_count);
	free(config->store_path);
	free(config->key_file);
	free(config->user);
	free(config->control_path);
	free(config->control_group);
	free(config->ignored_places);
	free(config->file);
	*config = (struct config){ 0 };
}
