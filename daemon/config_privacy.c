/* What is kept of whom: the table 'privacy' of the configuration file. */
#include <string.h>

#include "config.h"
#include "config_value.h"

#define PRIVACY(member) offsetof(struct config, privacy.member)

/* Reads one of a few words, which stand for 0, 1, 2, ... */
static void
read_word(struct config_reader *reader, const struct config_option *option,
    const struct yaml_node *node, const char *const *words, int *value)
{
	int i;

	for (i = 0; node->kind == YAML_SCALAR && words[i]; i++)
		if (strcmp(node->text, words[i]) == 0) {
			*value = i;
			return;
		}
	config_unknown_word(reader, option, node, words);
}

/* In order of enum fs_client_kept, and of enum fs_names_kept. */
static const char *const client_words[] = { "full", "prefix", "pseudonym",
	NULL };
static const char *const name_words[] = { "full", "suffix", "none", NULL };

static void
read_clients(struct config_reader *reader, const struct config_option *option,
    const struct yaml_node *node, void *target)
{
	struct config *config = target;

	read_word(reader, option, node, client_words, &config->privacy.clients);
}

static void
read_names(struct config_reader *reader, const struct config_option *option,
    const struct yaml_node *node, void *target)
{
	struct config *config = target;

	read_word(reader, option, node, name_words, &config->privacy.names);
}

static void
read_excerpts(struct config_reader *reader, const struct config_option *option,
    const struct yaml_node *node, void *target)
{
	struct config *config = target;
	bool before = config->privacy.no_excerpts;

	config_read_bool(reader, option, node, target);
	/* It was read as it is written: whether they are kept. */
	if (!config_is_empty(node))
		config->privacy.no_excerpts = !config->privacy.no_excerpts;
	else
		config->privacy.no_excerpts = before;
}

static const struct config_option prefix_options[] = {
	{ "ipv4", config_read_u8, PRIVACY(ipv4), .min = 8, .max = 31,
	    .what = "bits of a prefix" },
	{ "ipv6", config_read_u8, PRIVACY(ipv6), .min = 16, .max = 63,
	    .what = "bits of a prefix" },
	{ 0 },
};
static const struct config_section prefix_section = { "privacy.prefix",
	prefix_options };

static const struct config_option privacy_options[] = {
	{ "clients", read_clients },
	{ "prefix", config_read_section, .section = &prefix_section,
	    .what = "{ipv4: 24, ipv6: 48}" },
	{ "key_file", config_read_path, offsetof(struct config, key_file),
	    .what = "a file of 32 random bytes or more" },
	{ "names", read_names },
	{ "access_log", config_read_bool, offsetof(struct config, access_log) },
	{ "excerpts", read_excerpts, PRIVACY(no_excerpts) },
	{ 0 },
};
const struct config_section config_privacy_section = { "privacy",
	privacy_options };

void
config_check_privacy(struct config_reader *reader, const struct yaml_node *node,
    const struct config *config)
{
	const struct fs_privacy *privacy = &config->privacy;

	if (privacy->clients == FS_CLIENT_PSEUDONYM && !config->key_file)
		config_fault(reader, node,
		    "privacy.clients is pseudonym without a key; expected "
		    "'key_file: /etc/flowscan/privacy.key' (head -c 32 "
		    "/dev/urandom makes one)");
	if (!privacy->no_excerpts &&
	    (privacy->clients != FS_CLIENT_FULL ||
		privacy->names != FS_NAMES_FULL))
		config_fault(reader, node,
		    "privacy.excerpts would keep the addresses and names that "
		    "are hidden elsewhere; expected 'excerpts: false', or "
		    "'clients: full' and 'names: full'");
}
