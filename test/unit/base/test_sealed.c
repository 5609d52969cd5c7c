#include "base/sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test/unit/tap.h"

static void
write_file(const char *path, const void *bytes, size_t size)
{
	FILE *file = fopen(path, "w");

	if (file == NULL || fwrite(bytes, 1, size, file) != size ||
	    fclose(file) != 0)
		abort();
}

static void
test_copy(const char *path)
{
	char room[SEALED_PATH_SIZE], again[8] = { 0 };
	struct sealed sealed;
	FILE *file;

	write_file(path, "abc", 3);
	tap_int(sealed_open(path, 3, NULL, &sealed), 0, "opens");
	tap_bytes(sealed.bytes, sealed.size, "abc", 3, "its bytes");
	tap_ok(sealed.sum[0] == 0xba && sealed.sum[31] == 0xad, "its hash");
	write_file(path, "x", 1);
	tap_bytes(sealed.bytes, sealed.size, "abc", 3,
	    "they stay when the file is written over");
	sealed_path(&sealed, room);
	file = fopen(room, "r");
	tap_ok(file != NULL && fread(again, 1, sizeof(again), file) == 3 &&
		memcmp(again, "abc", 3) == 0,
	    "opened by its path");
	if (file != NULL)
		fclose(file);
	tap_ok(fopen(room, "r+") == NULL || ftruncate(sealed.fd, 0) < 0,
	    "nobody truncates it");
	tap_int(fcntl(sealed.fd, F_GET_SEALS) &
		(F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL),
	    F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL,
	    "all seals are set");
	sealed_close(&sealed);
	tap_ok(sealed.fd == -1 && sealed.bytes == NULL, "closed");
	sealed_close(&sealed);
	sealed_close(NULL);
}

static void
test_sizes(const char *path)
{
	const size_t large = 300000;
	uint8_t *bytes = malloc(large);
	struct sealed sealed;
	struct fs_err err;
	size_t i;

	for (i = 0; i < large; i++)
		bytes[i] = (uint8_t)(i * i >> 3);
	write_file(path, bytes, 0);
	tap_int(sealed_open(path, 0, NULL, &sealed), 0, "an empty file");
	tap_ok(sealed.size == 0 && sealed.sum[0] == 0xe3, "its hash");
	sealed_close(&sealed);
	write_file(path, bytes, large);
	tap_int(sealed_open(path, large, NULL, &sealed), 0, "a large one");
	tap_ok(sealed.size == large && memcmp(sealed.bytes, bytes, large) == 0,
	    "its bytes");
	sealed_close(&sealed);
	memset(&sealed, 0xee, sizeof(sealed));
	tap_int(sealed_open(path, large - 1, &err, &sealed), FS_EFULL,
	    "a byte too large");
	tap_text(err.file, path, "the error names the file");
	tap_int(sealed.fd, (int)0xeeeeeeee, "nothing is given");
	free(bytes);
}

static void
test_faults(const char *path)
{
	static const char gzip[] =
	    "\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b\x4c\x4a\x06"
	    "\0\xc2\x41\x24\x35\x03\0\0";
	struct sealed sealed;
	struct fs_err err;

	write_file(path, gzip, sizeof(gzip));
	tap_int(sealed_open(path, 100, &err, &sealed), 0, "a packed file");
	tap_bytes(sealed.bytes, sealed.size, "abc", 3, "is unpacked");
	sealed_close(&sealed);
	write_file(path, gzip, sizeof(gzip) - 5);
	tap_int(sealed_open(path, 100, &err, &sealed), FS_EFORMAT,
	    "a packed file that was cut");
	tap_text(err.text, "gzip: ends early", "is refused");
	tap_int(sealed_open("/nowhere", 100, &err, &sealed), -ENOENT,
	    "a missing file");
	tap_int(sealed_open("/", 100, &err, &sealed), -EISDIR, "a folder");
}

int
main(void)
{
	/* A file in memory, which has a path like any other. */
	int fd = memfd_create("test", MFD_CLOEXEC);
	char path[32];

	if (fd < 0)
		return 1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	test_copy(path);
	test_sizes(path);
	test_faults(path);
	close(fd);
	return tap_done();
}
