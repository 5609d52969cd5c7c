/* How the program is operated: its user, the control socket and the log. */
#include <stdlib.h>
#include <string.h>

#include "base/yaml.h"
#include "config.h"
#include "config_value.h"
#include "log.h"

enum { NAME_MAX_SIZE = 32 };

void
config_operations_defaults(struct config *config)
{
	config->control_mode = 0660;
	config->log_target = LOG_TO_AUTO;
	config->log_level = LOG_INFO;
}

/* A user's or a group's name, as useradd(8) makes them, or a number. */
void
config_read_user(struct config_reader *reader,
    const struct config_option *option, const struct yaml_node *node,
    void *target)
{
	char **place = (char **)(void *)((char *)target + option->offset);

	if (node->kind != YAML_SCALAR || node->text_size == 0 ||
	    node->text_size > NAME_MAX_SIZE || node->text[0] == '-' ||
	    strspn(node->text,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_-.") != node->text_size) {
		config_unfit(reader, option, node,
		    "a name of up to %d letters, such as flowscan",
		    NAME_MAX_SIZE);
		return;
	}
	free(*place);
	if ((*place = strdup(node->text)) == NULL)
		config_no_memory(reader);
}

/* Octal, as chmod(1) has it. */
static void
read_mode(struct config_reader *reader, const struct config_option *option,
    const struct yaml_node *node, void *target)
{
	struct config *config = target;

	if (node->kind == YAML_SCALAR && node->text_size >= 3 &&
	    node->text_size <= 4 &&
	    (node->text_size == 3 || node->text[0] == '0') &&
	    strspn(node->text, "01234567") == node->text_size)
		config->control_mode = (unsigned)strtoul(node->text, NULL, 8);
	else
		config_unfit(reader, option, node,
		    "permissions as an octal number, such as 0660");
}

static int
find_word(struct config_reader *reader, const struct config_option *option,
    const struct yaml_node *node, const char *const *words)
{
	int i;

	for (i = 0; node->kind == YAML_SCALAR && words[i] != NULL; i++)
		if (strcmp(node->text, words[i]) == 0)
			return i;
	config_unknown_word(reader, option, node, words);
	return -1;
}

static void
read_target(struct config_reader *reader, const struct config_option *option,
    const struct yaml_node *node, void *target)
{
	static const char *const words[] = {
		[LOG_TO_AUTO] = "auto",
		[LOG_TO_STDERR] = "stderr",
		[LOG_TO_JOURNAL] = "journal",
		[LOG_TO_SYSLOG] = "syslog",
		NULL,
	};
	struct config *config = target;
	int found = find_word(reader, option, node, words);

	if (found >= 0)
		config->log_target = found;
}

static void
read_level(struct config_reader *reader, const struct config_option *option,
    const struct yaml_node *node, void *target)
{
	static const char *const words[] = { "error", "warning", "notice",
		"info", "debug", NULL };
	static const int levels[] = { LOG_ERR, LOG_WARNING, LOG_NOTICE,
		LOG_INFO, LOG_DEBUG };
	struct config *config = target;
	int found = find_word(reader, option, node, words);

	if (found >= 0)
		config->log_level = levels[found];
}

static const struct config_option control_options[] = {
	{ "path", config_read_path, offsetof(struct config, control_path),
	    .what = "the control socket" },
	{ "group", config_read_user, offsetof(struct config, control_group) },
	{ "mode", read_mode },
	{ 0 },
};
const struct config_section config_control_section = { "control",
	control_options };

static const struct config_option log_options[] = {
	{ "to", read_target },
	{ "level", read_level },
	{ 0 },
};
const struct config_section config_log_section = { "log", log_options };
