/* The key of pseudonyms. */
#pragma once

#include "config.h"

/* Fills in what is to be kept, by the configuration, with the key that it
 * names, or with a random one. Faults are told to the log.
 *
 * Returns 0, FS_ECONFIG or a negated errno. */
int privacy_load(const struct config *config, struct fs_privacy *privacy);

/* Makes 'access.log' beside the store, in which readers write down who they
 * are, if it is missing and the configuration wants it. Returns 0 or a
 * negated errno, with 'err' set. */
int privacy_open_log(const struct config *config, const char *store,
    struct fs_err *err);
