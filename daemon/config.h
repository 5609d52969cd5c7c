/* The daemon's configuration file: flowscand.yaml(5). */
#pragma once

#include <stddef.h>

#include "flowscan.h"

/* A place in the configuration file. */
struct config_place {
	unsigned line, column;
};

/* Everything here is owned; paths are as the file has them, or, when they
 * are relative there, below the file's folder. */
struct config {
	struct fs_settings settings;
	char **rules; /* Folders and files. */
	size_t rule_count;
	char **city; /* Databases. */
	size_t city_count;
	char **asn;
	size_t asn_count;
	char *store_path; /* Null: not said. */
	struct fs_retention retention;
	struct fs_privacy privacy; /* Without a key. */
	char *key_file;            /* Of pseudonyms; null: not said. */
	bool access_log;           /* Readers write down who they are. */
	char **interfaces;
	size_t interface_count;
	size_t ring_size;   /* In bytes. */
	char *user;         /* Whom to become; null: not said. */
	char *control_path; /* Of the control socket; null: none. */
	char *control_group;
	unsigned control_mode;
	int log_target;   /* enum log_target */
	int log_level;    /* Of syslog(3). */
	uint32_t workers; /* 0: one a core. */
	/* Where policy.ignore.protocols names each of them; null: the defaults
	 * stand, and 'file' is null, too. */
	struct config_place *ignored_places;
	char *file;
};

/* Reads a file; null: the defaults. Every fault goes to 'fault' (which may be
 * null), the first one also to 'err'. What the file names is not opened.
 *
 * Returns 0, FS_ECONFIG or a negated errno. */
int config_read(const char *path, fs_fault_fn *fault, void *ctx,
    struct fs_err *err, struct config *config);
/* The same from text; 'name' stands for the file in faults and paths. */
int config_parse(const char *text, size_t size, const char *name,
    fs_fault_fn *fault, void *ctx, struct config *config);
void config_fini(struct config *config);
