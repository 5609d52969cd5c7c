/* The command line of flowscand. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct options {
	const char *config; /* -c, or null. All strings are argv's. */
	const char *db;     /* --db, or null. */
	const char **captures;
	size_t capture_count;
	bool reads_stdin; /* One of them is '-'. */
	const char **interfaces;
	size_t interface_count;
	unsigned workers;
	bool check;
	bool explain; /* --explain-privileges */
	bool confine; /* Give up what is not needed. */
};

/* Reads the command line; prints help, version or what is wrong with it.
 * Before that, it makes standard input, output and error safe to use.
 *
 * Returns -1 to go on, else the exit code. */
int options_read(int argc, char **argv, struct options *options);
void options_fini(struct options *options);
