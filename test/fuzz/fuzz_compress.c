/* Property: reading ends, by the end of the data or a fault; what is not
 * packed comes out as it went in; the size of the reads does not matter. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/compress.h"

enum { ROOM = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads up to ROOM bytes in parts of 'step'. Returns how many, or ROOM + 1
 * when the file is none that is read. */
static size_t
read_all(const char *path, size_t step, uint8_t *room, const char **fault)
{
	struct compress *compress;
	size_t got = 0, part;
	FILE *stream;

	if (compress_open(path, NULL, &compress, &stream) < 0)
		return ROOM + 1;
	while (got < ROOM) {
		part = step < ROOM - got ? step : ROOM - got;
		part = fread(room + got, 1, part, stream);
		if (part == 0)
			break;
		got += part;
	}
	if (ferror(stream) || compress_at(compress) > compress_size(compress))
		abort();
	*fault = compress_fault(compress);
	fclose(stream);
	compress_close(compress);
	return got;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t small[ROOM], large[ROOM];
	const char *small_fault = NULL, *large_fault = NULL;
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	size_t small_size, large_size;
	bool packed;
	char path[32];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	small_size = read_all(path, 61, small, &small_fault);
	large_size = read_all(path, ROOM, large, &large_fault);
	close(fd);
	if (small_size != large_size)
		abort();
	if (small_size > ROOM)
		return 0;
	if (memcmp(small, large, small_size) != 0)
		abort();
	/* A fault beyond what was asked for may not have been met. */
	if (small_size < ROOM && small_fault != large_fault)
		abort();
	packed = size >= 3 &&
	    (memcmp(data, "\x1f\x8b\x08", 3) == 0 ||
		(size >= 4 && memcmp(data, "\x28\xb5\x2f\xfd", 4) == 0) ||
		(size >= 4 && (data[0] & 0xf0) == 0x50 &&
		    memcmp(data + 1, "\x2a\x4d\x18", 3) == 0));
	if (!packed &&
	    (small_size != (size < ROOM ? size : ROOM) ||
		memcmp(small, data, small_size) != 0))
		abort();
	return 0;
}
