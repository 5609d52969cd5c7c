/* The options that all reading commands share. */
#pragma once

#include "flowscan.h"

enum {
	OPTIONS_LIMIT = 50, /* Rows, unless told otherwise. */
	OPTIONS_DBS = 64,   /* Databases. */
};

struct options {
	const char *command; /* The name for messages. */
	/* The first database is 'db', and all of them are 'dbs'. */
	const char *db;
	const char *dbs[OPTIONS_DBS];
	size_t db_count;
	struct fs_filter filter;
	int format; /* enum fs_format */
	const char *fields;
	const char *output; /* -o; null: standard output. */
	int by;             /* enum fs_dimension, or -1. */
	const char *query;  /* -q, or null. */
	const char *zone;   /* Of times that name none; null: UTC. */
	const char *note, *reason, *expires, *ja4; /* Or null. */
	bool has_period, has_limit;
	bool fail_on_match;
	bool fail_on_stale;
	uint64_t stale_us;
	bool no_color;
	char **operands; /* What is no option. */
	int operand_count;
};

/* What a command takes besides the common options. */
struct options_kind {
	const char *usage; /* "flowscan explain [OPTION]... FLOW|CLIENT" */
	const char *about; /* A line or two. */
	bool has_by;
	bool has_filter;
	bool several;      /* Databases may be several, read as one. */
	bool has_desk;     /* It reads or writes what analysts say. */
	bool has_note;     /* A label. */
	bool has_suppress; /* A suppression. */
	int operands;      /* How many it must have; -1: any number. */
};

/* Reads a command's arguments.
 *
 * Returns -1 to go on, or what the program ends with (help was printed, or a
 * fault). */
int options_read(int argc, char **argv, const struct options_kind *kind,
    struct options *options);

/* The defaults of a list: everything for machines (jsonl), the newest rows
 * for people. */
void options_for_list(struct options *options);
