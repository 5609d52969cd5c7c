/* Where answers go: a file, a pipe, a terminal with its pager. */
#pragma once

#include <sys/types.h>

#include "options.h"

struct output {
	struct fs_out out; /* For the reports. */
	int fd;
	pid_t pager; /* 0: none. */
	const char *name;
	char command[512]; /* What 'out.command' points to. */
};

/* Opens it as the options say; 'command' is what shows the same again.
 * Returns 0, -EBUSY when it is the database itself, or a negated errno. */
int output_open(const struct options *options, const char *command,
    struct output *output);
/* Waits for the pager. Returns 0, or a negated errno when what was written
 * may not be there. */
int output_close(struct output *output);
