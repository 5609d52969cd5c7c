/* Property: a condition is refused with an error that has a place, or its
 * parts come as a tree: the whole first, each below one that it is a part of,
 * and its questions one after the other. */
#include "config.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "flowscan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct heard {
	unsigned errors, parts, depth, last;
};

static void
hear(void *ctx, bool warning, const struct fs_err *err)
{
	struct heard *heard = ctx;

	assert(err->text[0] && err->line >= 1 && err->column >= 1);
	heard->errors += !warning;
}

static int
take(void *ctx, const struct fs_part *part)
{
	struct heard *heard = ctx;

	assert(part->text[0] && part->kind[0] && part->cost[0]);
	assert(heard->parts
		? part->depth >= 1 && part->depth <= heard->depth + 1
		: part->depth == 0);
	assert(part->questions >= 1 && part->first >= heard->last);
	heard->parts++;
	heard->depth = part->depth;
	heard->last = part->first;
	return 0;
}

/* The lists and macros that a condition may use. */
static int
write_rules(char *path, size_t size)
{
	static const char text[] =
	    "- {list: l, items: [1, 2]}\n"
	    "- {macro: m, condition: flow.gaps in l or tls.sni = x}\n"
	    "- {macro: n, condition: not m and flow.packets_c2s > 3}\n";
	int fd = memfd_create("rules", 0);

	if (fd < 0 || write(fd, text, sizeof(text) - 1) < 0)
		abort();
	snprintf(path, size, "/proc/self/fd/%d", fd);
	return fd;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct heard heard = { 0 };
	struct fs_err err = { 0 };
	char path[64];
	const char *paths[] = { path };
	char *text = malloc(size + 1);
	int rc, fd = write_rules(path, sizeof(path));

	if (text == NULL)
		abort();
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	rc = fs_condition_explain(&(struct fs_condition){ text, paths, 1,
				      &heard },
	    hear, take, &heard, &err);
	assert(rc == 0 ? heard.parts > 0 && heard.errors == 0
		       : heard.errors > 0 && heard.parts == 0);
	free(text);
	close(fd);
	return 0;
}
