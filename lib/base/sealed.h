/* Files as copies in memory that nobody can change: a file that is replaced
 * or truncated in place must not harm whoever has mapped it. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "flowscan.h"

enum { SEALED_PATH_SIZE = 32 };

struct sealed {
	int fd; /* Owned; open for reading. */
	size_t size;
	const uint8_t *bytes; /* Mapped; null when there are none. */
	uint8_t sum[DIGEST_SHA256_SIZE];
};

/* Copies a file, unpacking gzip and zstd on the way, and hashes what comes
 * out. More than 'max' bytes are refused.
 *
 * Returns 0, FS_EFORMAT (damaged compression), FS_EUNSUP, FS_EFULL or a
 * negated errno; 'err' names the file. */
int sealed_open(const char *path, uint64_t max, struct fs_err *err,
    struct sealed *sealed);
void sealed_close(struct sealed *sealed);

/* Writes a path by which the copy can be opened, while it is not closed. */
void sealed_path(const struct sealed *sealed, char room[SEALED_PATH_SIZE]);
