#include "config.h"

#include "capture/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

/* As large as the buffer of what is read from, so that its bytes are passed
 * on without a copy. */
enum { BUFFER_SIZE = 256 * 1024 };

struct replay {
	FILE *inner; /* Owned. */
	uint64_t at;
	size_t head_size;
	uint8_t head[STREAM_HEAD_SIZE];
	char buffer[BUFFER_SIZE];
};

static ssize_t
replay_read(void *cookie, char *room, size_t size)
{
	struct replay *replay = cookie;

	if (replay->at < replay->head_size) {
		if (size > replay->head_size - replay->at)
			size = replay->head_size - replay->at;
		memcpy(room, replay->head + replay->at, size);
	} else {
		size = fread(room, 1, size, replay->inner);
		if (size == 0 && ferror(replay->inner))
			return -1;
	}
	replay->at += size;
	return (ssize_t)size;
}

/* Only tells: ftello() asks by a step of 0. */
static int
replay_seek(void *cookie, off64_t *offset, int from)
{
	const struct replay *replay = cookie;

	if (from != SEEK_CUR || *offset != 0) {
		errno = ESPIPE;
		return -1;
	}
	*offset = (off64_t)replay->at;
	return 0;
}

static int
replay_close(void *cookie)
{
	struct replay *replay = cookie;
	int rc = fclose(replay->inner);

	free(replay);
	return rc;
}

static FILE *
replay_open(FILE *inner, const uint8_t *head, size_t head_size)
{
	static const cookie_io_functions_t calls = { .read = replay_read,
		.seek = replay_seek,
		.close = replay_close };
	struct replay *replay = calloc(1, sizeof(*replay));
	FILE *stream;

	if (replay == NULL)
		return NULL;
	replay->inner = inner;
	replay->head_size = head_size;
	memcpy(replay->head, head, head_size);
	stream = fopencookie(replay, "r", calls);
	if (stream == NULL) {
		free(replay);
		return NULL;
	}
	setvbuf(stream, replay->buffer, _IOFBF, sizeof(replay->buffer));
	return stream;
}

int
stream_peek(FILE *inner, uint8_t head[STREAM_HEAD_SIZE], size_t *head_size,
    FILE **stream)
{
	off_t start = ftello(inner);
	size_t size;
	FILE *s;
	int rc = -EIO;

	errno = 0;
	size = fread(head, 1, STREAM_HEAD_SIZE, inner);
	if (ferror(inner)) {
		if (errno != 0)
			rc = -errno;
		goto fail;
	}
	/* A file on disk needs nothing between it and its reader. */
	if (start >= 0 && fseeko(inner, start, SEEK_SET) == 0) {
		s = inner;
	} else {
		s = replay_open(inner, head, size);
		rc = -ENOMEM;
	}
	if (s == NULL)
		goto fail;
	*head_size = size;
	*stream = s;
	return 0;
fail:
	fclose(inner);
	return rc;
}
