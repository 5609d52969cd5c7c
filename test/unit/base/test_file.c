#include "base/file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flowscan.h"
#include "test/unit/tap.h"

static const struct {
	size_t size, max;
	bool fits;
} sizes[] = {
	{ 0, 0, true },
	{ 0, 100, true },
	{ 1, 0, false },
	{ 100, 100, true },
	{ 101, 100, false },
	{ 65535, 65536, true },
	{ 65536, 65536, true },
	{ 65537, 65536, false },
	{ 65536, 1 << 20, true },
	{ 65537, 1 << 20, true },
	{ 1 << 20, 1 << 20, true },
	{ (1 << 20) + 1, 1 << 20, false },
};

static void
write_all(int fd, const char *bytes, size_t size)
{
	if (ftruncate(fd, 0) < 0 || pwrite(fd, bytes, size, 0) < 0)
		abort();
}

static void
test_sizes(int fd, const char *path)
{
	const size_t most = (1 << 20) + 1;
	char *bytes = malloc(most), *got;
	size_t i, size;
	int rc;

	for (i = 0; i < most; i++)
		bytes[i] = (char)(i * 7 + i / 251);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		write_all(fd, bytes, sizes[i].size);
		got = NULL;
		size = 4711;
		rc = file_read(path, sizes[i].max, &got, &size);
		if (sizes[i].fits)
			tap_ok(rc == 0 && size == sizes[i].size &&
				memcmp(got, bytes, size) == 0 &&
				got[size] == '\0',
			    "%zu bytes of %zu", sizes[i].size, sizes[i].max);
		else
			tap_ok(rc == FS_EFULL && got == NULL && size == 4711,
			    "%zu bytes are more than %zu", sizes[i].size,
			    sizes[i].max);
		free(got);
	}
	free(bytes);
}

static void
test_others(void)
{
	char *got = NULL;
	size_t size = 0;
	int ends[2];
	char path[32];

	tap_int(file_read("/nowhere/at all", 10, &got, &size), -ENOENT,
	    "missing");
	tap_int(file_read("/", 10, &got, &size), -EISDIR, "a folder");
	if (pipe(ends) != 0 || write(ends[1], "abc", 3) != 3)
		abort();
	close(ends[1]);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[0]);
	tap_int(file_read(path, 10, &got, &size), 0, "a pipe");
	tap_text(got, "abc", "its text");
	free(got);
	close(ends[0]);
}

/* Within a folder of its own: a/b, c, and a link d to a/b. */
static void
test_tidy(void)
{
	static const struct {
		const char *path, *want;
	} cases[] = {
		{ "a/b/../../c", "c" },
		{ "./a/./b", "a/b" },
		{ "a/../a/../c", "c" },
		{ "../nowhere/../c", "../nowhere/../c" },
		{ "d/../../c", "d/../../c" },
		{ "d/../b", "d/../b" },
		{ "missing/../c", "missing/../c" },
		{ "c", "c" },
		{ "a/..", "a/.." },
		{ "a/b/../", "a/" },
		{ "a//../c", "a//../c" },
		{ "", "" },
	};
	char folder[] = "/tmp/test_file.XXXXXX", path[64];
	size_t i;

	if (mkdtemp(folder) == NULL || chdir(folder) != 0 ||
	    mkdir("a", 0700) != 0 || mkdir("a/b", 0700) != 0 ||
	    mkdir("c", 0700) != 0 || symlink("a/b", "d") != 0)
		abort();
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(path, sizeof(path), "%s", cases[i].path);
		file_tidy_path(path);
		tap_text(path, cases[i].want, cases[i].path);
	}
	if (unlink("d") != 0 || rmdir("a/b") != 0 || rmdir("a") != 0 ||
	    rmdir("c") != 0 || chdir("/") != 0 || rmdir(folder) != 0)
		abort();
}

static void
test_replace(void)
{
	char folder[] = "/tmp/test-file-XXXXXX", path[64], *got;
	struct stat status;
	size_t size;

	if (mkdtemp(folder) == NULL)
		abort();
	snprintf(path, sizeof(path), "%s/f", folder);
	tap_int(file_replace(path, "one", 3), 0, "a new file");
	tap_ok(stat(path, &status) == 0 && (status.st_mode & 0777) == 0644,
	    "all may read it");
	tap_int(file_replace(path, "second", 6), 0, "another in its place");
	tap_ok(file_read(path, 100, &got, &size) == 0 && size == 6 &&
		memcmp(got, "second", 6) == 0,
	    "is read");
	free(got);
	snprintf(path, sizeof(path), "%s/none/f", folder);
	tap_int(file_replace(path, "x", 1), -ENOENT, "no such folder");
	snprintf(path, sizeof(path), "%s/f", folder);
	unlink(path);
	/* A folder is in the way of the last step. */
	if (mkdir(path, 0755) < 0)
		abort();
	tap_int(file_replace(path, "x", 1), -EISDIR, "a folder stays");
	rmdir(path);
	tap_int(rmdir(folder), 0, "and nothing was left beside it");
}

int
main(void)
{

	int fd = memfd_create("test", MFD_CLOEXEC);
	char path[32];

	if (fd < 0)
		return 1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	test_sizes(fd, path);
	test_others();
	close(fd);
	test_tidy();
	test_replace();
	return tap_done();
}
