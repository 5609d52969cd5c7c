/* A process that has opened what it needs gives up what it does not: its
 * user, capabilities, files and system calls. Then only are threads made, as
 * one that was made before stays free. */
#pragma once

#include "pipeline.h"
#include "options.h"
#include "privileges.h"

enum { CONFINE_TEXT_SIZE = 200 };

struct confine {
	struct privileges privileges;
	bool on;
	char text[CONFINE_TEXT_SIZE]; /* What is in force, for a person. */
};

/* Finds out whom to become. Returns 0 or a negative code, with 'err' set. */
int confine_begin(struct confine *confine, const struct config *config,
    const struct options *options, struct fs_err *err);
/* Once captures and sockets are open: the user and its capabilities. Files
 * that are made from here on are that user's. */
int confine_drop(struct confine *confine, struct fs_err *err);
/* Once the store is open: files and system calls. */
int confine_enter(struct confine *confine, const struct pipeline *pipeline,
    const struct options *options, struct fs_err *err);

/* Prints what would be kept. Returns the exit code. */
int confine_explain(const struct config *config, const struct options *options,
    const struct fs_ruleset *rules);
