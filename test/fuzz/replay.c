/* Replays a fuzz target's corpus as a test: every file, and every file of at
 * most 2 KB cut at every byte (up to 64 KB with TORTURE set). Bytes are given
 * in heap blocks of exactly their size, so that a sanitizer sees any read
 * beyond them.
 *
 * usage: fuzz_X [FOLDER], by default test/fuzz/corpus/X */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../unit/tap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CUT_MAX = 2 << 10, CUT_MAX_TORTURE = 64 << 10, FILE_MAX = 1 << 20 };

/* Returns the size, or a negated errno. */
static long
read_file(const char *path, uint8_t *room)
{
	FILE *file = fopen(path, "rb");
	size_t size;
	int rc;

	if (file == NULL)
		return -errno;
	size = fread(room, 1, FILE_MAX, file);
	rc = ferror(file) ? -EIO : 0;
	(void)fclose(file);
	return rc < 0 ? rc : (long)size;
}

static void
replay(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = tap_exact(bytes, size);

	(void)LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void
replay_file(const char *folder, const char *name, size_t cut_max)
{
	static uint8_t bytes[FILE_MAX];
	char path[1024];
	size_t size, cut, cuts = 0;
	long rc;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	rc = read_file(path, bytes);
	if (rc < 0) {
		tap_ok(false, "%s: %s", path, strerror((int)-rc));
		return;
	}
	size = (size_t)rc;
	/* Said beforehand, for the case that it crashes. */
	(void)fprintf(stderr, "# %s\n", path);
	replay(bytes, size);
	if (size <= cut_max)
		for (cut = 0; cut < size; cut++, cuts++)
			replay(bytes, cut);
	tap_ok(true, "%s, and cut at %zu places", name, cuts);
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int
main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');
	size_t cut_max = getenv("TORTURE") ? CUT_MAX_TORTURE : CUT_MAX;
	struct dirent **entries;
	char folder[512];
	int i, count;

	name = name ? name + 1 : argv[0];
	if (strncmp(name, "fuzz_", 5) == 0)
		name += 5;
	(void)snprintf(folder, sizeof(folder), "test/fuzz/corpus/%s", name);
	if (argc > 1)
		(void)snprintf(folder, sizeof(folder), "%s", argv[1]);
	count = scandir(folder, &entries, is_visible, alphasort);
	if (count <= 0) {
		tap_ok(false, "%s holds a corpus", folder);
		return tap_done();
	}
	for (i = 0; i < count; i++) {
		replay_file(folder, entries[i]->d_name, cut_max);
		free(entries[i]);
	}
	free(entries);
	return tap_done();
}
