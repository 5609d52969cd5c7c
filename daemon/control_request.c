#include "control_request.h"

#include <string.h>

#include "base/err.h"
#include "base/json_tree.h"
#include "base/yaml.h"

static const char *const names[] = {
	[CONTROL_STATUS] = "status",
	[CONTROL_STATS] = "stats",
	[CONTROL_RELOAD] = "reload",
	[CONTROL_ROTATE] = "rotate",
	[CONTROL_STOP] = "stop",
	[CONTROL_COMMANDS] = NULL,
};

const char *
control_command_name(enum control_command command)
{
	return names[command];
}

bool
control_command_changes(enum control_command command)
{
	return command != CONTROL_STATUS && command != CONTROL_STATS;
}

static int
find_command(const char *name, struct fs_err *err,
    enum control_command *command)
{
	const char *nearest;
	int i;

	for (i = 0; i < CONTROL_COMMANDS; i++) {
		if (strcmp(name, names[i]) != 0)
			continue;
		*command = (enum control_command)i;
		return 0;
	}
	nearest = yaml_nearest(name, names);
	return err_set(err, FS_EFORMAT,
	    "unknown command '%.40s'; %s%s; known are status, stats, reload, "
	    "rotate and stop",
	    name, nearest ? "did you mean " : "there is none like it",
	    nearest ? nearest : "");
}

int
control_request_read(const char *bytes, size_t size, struct fs_err *err,
    enum control_command *command)
{
	struct json_node *root;
	const char *name;
	int rc;

	if (size > CONTROL_REQUEST_MAX)
		return err_set(err, FS_EFULL, "a request has at most %d bytes",
		    CONTROL_REQUEST_MAX);
	rc = json_tree_read(bytes, size, "request", err, &root);
	if (rc < 0)
		return rc;
	name = json_tree_text(json_tree_member(root, "command"));
	if (name == NULL)
		rc = err_set(err, FS_EFORMAT,
		    "no command; expected {\"command\": \"status\"}");
	else
		rc = find_command(name, err, command);
	json_tree_free(root);
	return rc;
}
