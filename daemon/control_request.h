/* What is asked over the control socket: one JSON object,
 * {"command": "status"}. */
#pragma once

#include "flowscan.h"

enum { CONTROL_REQUEST_MAX = 1024 };

enum control_command {
	CONTROL_STATUS,
	CONTROL_STATS,
	CONTROL_RELOAD,
	CONTROL_ROTATE,
	CONTROL_STOP,
	CONTROL_COMMANDS,
};

const char *control_command_name(enum control_command command);
/* Whether it changes anything, so that not everybody may ask for it. */
bool control_command_changes(enum control_command command);

/* Reads a request of at most CONTROL_REQUEST_MAX bytes.
 *
 * Returns 0 or a negative code, with 'err' set. */
int control_request_read(const char *bytes, size_t size, struct fs_err *err,
    enum control_command *command);
