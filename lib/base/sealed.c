#include "config.h"

#include "base/sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/compress.h"
#include "base/err.h"

enum { PART_SIZE = 64 * 1024 };

static int
write_all(int fd, const uint8_t *bytes, size_t size)
{
	ssize_t written;

	while (size > 0) {
		written = write(fd, bytes, size);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		bytes += written;
		size -= (size_t)written;
	}
	return 0;
}

/* Copies the stream and hashes it. */
static int
copy(FILE *from, uint64_t max, struct digest *digest, struct sealed *to)
{
	uint8_t part[PART_SIZE];
	size_t size;
	int rc;

	while ((size = fread(part, 1, sizeof(part), from)) > 0) {
		to->size += size;
		if (to->size > max)
			return FS_EFULL;
		if (!digest_add(digest, part, size))
			return -EIO;
		if ((rc = write_all(to->fd, part, size)) < 0)
			return rc;
	}
	if (ferror(from))
		return errno != 0 ? -errno : -EIO;
	return digest_end(digest, to->sum) ? 0 : -EIO;
}

/* Seals what was written, and maps it. */
static int
finish(struct sealed *sealed)
{
	const int seals =
	    F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
	char path[SEALED_PATH_SIZE];
	void *bytes;
	int fd;

	if (fcntl(sealed->fd, F_ADD_SEALS, seals) < 0)
		return -errno;
	/* A descriptor that may write cannot be mapped on every kernel. */
	sealed_path(sealed, path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	close(sealed->fd);
	sealed->fd = fd;
	if (sealed->size == 0)
		return 0;
	bytes = mmap(NULL, sealed->size, PROT_READ, MAP_SHARED, fd, 0);
	if (bytes == MAP_FAILED)
		return -errno;
	sealed->bytes = bytes;
	return 0;
}

static int
fill(const char *path, uint64_t max, struct fs_err *err, struct sealed *sealed)
{
	struct digest *digest = digest_new();
	struct compress *compress = NULL;
	FILE *stream = NULL;
	int rc;

	if ((rc = compress_open(path, err, &compress, &stream)) < 0)
		goto out;
	sealed->fd = memfd_create("flowscan", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	rc = digest == NULL ? -ENOMEM : sealed->fd < 0 ? -errno : 0;
	if (rc == 0)
		rc = copy(stream, max, digest, sealed);
	if (rc == 0 && compress_fault(compress) != NULL) {
		rc = err_set_at(err, FS_EFORMAT, path, 0, 0, "%s",
		    compress_fault(compress));
		goto out;
	}
	if (rc == 0)
		rc = finish(sealed);
	if (rc == FS_EFULL)
		err_set_at(err, rc, path, 0, 0,
		    "is larger than the %llu bytes that may be read",
		    (unsigned long long)max);
	else if (rc < 0)
		err_set_at(err, rc, path, 0, 0, "cannot be copied: %s",
		    fs_strerror(rc));
out:
	digest_free(digest);
	if (stream != NULL)
		fclose(stream);
	compress_close(compress);
	return rc;
}

int
sealed_open(const char *path, uint64_t max, struct fs_err *err,
    struct sealed *sealed)
{
	struct sealed s = { .fd = -1 };
	int rc = fill(path, max, err, &s);

	if (rc < 0) {
		sealed_close(&s);
		return rc;
	}
	*sealed = s;
	return 0;
}

void
sealed_close(struct sealed *sealed)
{
	if (sealed == NULL)
		return;
	if (sealed->bytes != NULL)
		munmap((void *)(uintptr_t)sealed->bytes, sealed->size);
	if (sealed->fd >= 0)
		close(sealed->fd);
	*sealed = (struct sealed){ .fd = -1 };
}

void
sealed_path(const struct sealed *sealed, char room[SEALED_PATH_SIZE])
{
	snprintf(room, SEALED_PATH_SIZE, "/proc/self/fd/%d", sealed->fd);
}
