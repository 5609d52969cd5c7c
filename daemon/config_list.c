/* Names, paths and lists of the configuration file. */
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/file.h"
#include "base/num.h"
#include "config_value.h"

const struct yaml_node *
config_first(const struct yaml_node *node)
{
	if (node->kind == YAML_SEQUENCE)
		return node->first;
	return config_is_empty(node) ? NULL : node;
}

const struct yaml_node *
config_next(const struct yaml_node *node, const struct yaml_node *item)
{
	return item == node ? NULL : item->next;
}

void *
config_list(struct config_reader *reader, const struct yaml_node *node,
    size_t item_size)
{
	size_t count = node->kind == YAML_SEQUENCE ? node->count : 1;
	void *items;

	if (count == 0)
		return NULL;
	items = calloc(count, item_size);
	if (items == NULL)
		config_no_memory(reader);
	return items;
}

static void *
place_of(void *target, size_t offset)
{
	return (char *)target + offset;
}

/* ---- Texts ------------------------------------------------------------ */

/* Whether a text is of 1 to 'max' bytes without control characters. */
static bool
is_name(const struct yaml_node *node, size_t max)
{
	size_t i;

	if (node->kind != YAML_SCALAR || node->text_size == 0 ||
	    node->text_size > max)
		return false;
	for (i = 0; i < node->text_size; i++)
		if ((unsigned char)node->text[i] < 0x20 ||
		    node->text[i] == 0x7f)
			return false;
	return true;
}

void
config_read_name(struct config_reader *reader,
    const struct config_option *option, const struct yaml_node *node,
    void *target)
{
	if (is_name(node, FS_NAME_SIZE - 1))
		memcpy(place_of(target, option->offset), node->text,
		    node->text_size + 1);
	else
		config_unfit(reader, option, node,
		    "a name of 1 to %d bytes without control characters",
		    FS_NAME_SIZE - 1);
}

/* Whether a text could be a host's name; "*" is none. */
static bool
is_host(const struct yaml_node *node)
{
	return is_name(node, 253) &&
	    strspn(node->text,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789-_.") == node->text_size &&
	    node->text[0] != '.' && strstr(node->text, "..") == NULL;
}

/* Makes what is kept of a text; null without memory. */
typedef char *copy_fn(struct config_reader *reader,
    const struct yaml_node *node);

static char *
copy_text(struct config_reader *reader, const struct yaml_node *node)
{
	(void)reader;
	return strdup(node->text);
}

/* Lower case and without the root's dot, as names are compared. */
static char *
copy_host(struct config_reader *reader, const struct yaml_node *node)
{
	char *host = strdup(node->text);
	size_t i;

	(void)reader;
	if (host == NULL)
		return NULL;
	for (i = 0; host[i]; i++)
		if (host[i] >= 'A' && host[i] <= 'Z')
			host[i] = (char)(host[i] - 'A' + 'a');
	if (i > 1 && host[i - 1] == '.')
		host[i - 1] = '\0';
	return host;
}

/* A relative path begins at the file's folder. */
static char *
copy_path(struct config_reader *reader, const struct yaml_node *node)
{
	const char *slash = strrchr(reader->file, '/');
	size_t folder = slash ? (size_t)(slash - reader->file) + 1 : 0, size;
	char *path;

	if (node->text[0] == '/')
		folder = 0;
	if (!num_add(folder, node->text_size + 1, &size))
		return NULL;
	path = malloc(size);
	if (path == NULL)
		return NULL;
	memcpy(path, reader->file, folder);
	memcpy(path + folder, node->text, node->text_size + 1);
	/* Messages and reports show it. */
	file_tidy_path(path);
	return path;
}

static bool
is_path(const struct yaml_node *node)
{
	return is_name(node, 4000);
}

void
config_read_path(struct config_reader *reader,
    const struct config_option *option, const struct yaml_node *node,
    void *target)
{
	char **place = place_of(target, option->offset);
	char *path;

	if (!is_path(node)) {
		config_unfit(reader, option, node, "the path of %s",
		    option->what);
		return;
	}
	path = copy_path(reader, node);
	if (path == NULL) {
		config_no_memory(reader);
		return;
	}
	free(*place);
	*place = path;
}

static void
free_texts(char **texts, size_t count)
{
	while (count > 0)
		free(texts[--count]);
	free(texts);
}

/* Takes a list of texts, each of which 'fits'. What stood there is given
 * up. */
static void
read_texts(struct config_reader *reader, const struct config_option *option,
    const struct yaml_node *node, void *target,
    bool (*fits)(const struct yaml_node *node), copy_fn *copy)
{
	char ***place = place_of(target, option->offset);
	size_t *count = place_of(target, option->count_offset), taken = 0;
	char **texts = config_list(reader, node, sizeof(*texts));
	const struct yaml_node *item;

	for (item = config_first(node); texts && item;
	     item = config_next(node, item)) {
		if (!fits(item)) {
			config_unfit(reader, option, item, "%s", option->what);
			continue;
		}
		texts[taken] = copy(reader, item);
		if (texts[taken] == NULL) {
			config_no_memory(reader);
			break;
		}
		taken++;
	}
	free_texts(*place, *count);
	*place = texts;
	*count = taken;
}

void
config_read_paths(struct config_reader *reader,
    const struct config_option *option, const struct yaml_node *node,
    void *target)
{
	read_texts(reader, option, node, target, is_path, copy_path);
}

void
config_read_hosts(struct config_reader *reader,
    const struct config_option *option, const struct yaml_node *node,
    void *target)
{
	read_texts(reader, option, node, target, is_host, copy_host);
}

static bool
is_interface(const struct yaml_node *node)
{
	return is_name(node, 15) && strpbrk(node->text, "/ ") == NULL;
}

void
config_read_names(struct config_reader *reader,
    const struct config_option *option, const struct yaml_node *node,
    void *target)
{
	read_texts(reader, option, node, target, is_interface, copy_text);
}

/* ---- Numbers and networks --------------------------------------------- */

void
config_read_ports(struct config_reader *reader,
    const struct config_option *option, const struct yaml_node *node,
    void *target)
{
	uint16_t **place = place_of(target, option->offset);
	size_t *count = place_of(target, option->count_offset), taken = 0;
	uint16_t *ports = config_list(reader, node, sizeof(*ports));
	const struct yaml_node *item;
	uint64_t port;

	for (item = config_first(node); ports && item;
	     item = config_next(node, item)) {
		if (item->kind == YAML_SCALAR &&
		    num_parse_u64(item->text, 1, UINT16_MAX, &port))
			ports[taken++] = (uint16_t)port;
		else
			config_unfit(reader, option, item,
			    "ports from 1 to 65535, such as [443, 8443]");
	}
	free(*place);
	*place = ports;
	*count = taken;
}

/* Says why a text is no network; names the one that may be meant. */
static void
prefix_fault(struct config_reader *reader, const struct config_option *option,
    const struct yaml_node *node)
{
	char text[ADDR_TEXT_SIZE];
	struct fs_prefix meant;

	if (node->kind != YAML_SCALAR ||
	    !addr_parse_prefix(node->text, true, &meant)) {
		config_unfit(reader, option, node,
		    "addresses and networks, such as [203.0.113.7, "
		    "2001:db8:1::/48]");
		return;
	}
	meant.addr = addr_mask(&meant.addr, meant.bits);
	addr_format(&meant.addr, text);
	config_unfit(reader, option, node,
	    "a network without bits beyond its length; write %s/%u", text,
	    meant.bits);
}

void
config_read_prefixes(struct config_reader *reader,
    const struct config_option *option, const struct yaml_node *node,
    void *target)
{
	struct fs_prefix **place = place_of(target, option->offset);
	size_t *count = place_of(target, option->count_offset), taken = 0;
	struct fs_prefix *prefixes =
	    config_list(reader, node, sizeof(*prefixes));
	const struct yaml_node *item;

	for (item = config_first(node); prefixes && item;
	     item = config_next(node, item)) {
		if (item->kind == YAML_SCALAR &&
		    addr_parse_prefix(item->text, false, &prefixes[taken]))
			taken++;
		else
			prefix_fault(reader, option, item);
	}
	free(*place);
	*place = prefixes;
	*count = taken;
}
