#include "config.h"

#include "capture/stream.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "test/unit/tap.h"

/* A stream whose beginning was looked at still begins there. */

enum { SIZE = 300000 }; /* More than a buffer. */

static uint8_t byte_at[SIZE];

/* A pipe with 'size' bytes in it, which a child writes. */
static FILE *
open_pipe(size_t size)
{
	int ends[2];

	if (pipe(ends) != 0)
		return NULL;
	if (fork() == 0) {
		close(ends[0]);
		_exit(write(ends[1], byte_at, size) == (ssize_t)size ? 0 : 1);
	}
	close(ends[1]);
	return fdopen(ends[0], "r");
}

static FILE *
open_file(size_t size)
{
	FILE *file = tmpfile();

	if (file == NULL || fwrite(byte_at, 1, size, file) != size)
		return NULL;
	rewind(file);
	return file;
}

static void
test_stream(FILE *inner, size_t size, const char *name)
{
	static uint8_t room[SIZE + 1]; /* Its end is to be met. */
	uint8_t head[STREAM_HEAD_SIZE];
	size_t head_size = 0, got;
	FILE *stream = NULL;
	int rc = stream_peek(inner, head, &head_size, &stream);

	tap_ok(rc == 0 &&
		head_size ==
		    (size < STREAM_HEAD_SIZE ? size : STREAM_HEAD_SIZE) &&
		memcmp(head, byte_at, head_size) == 0,
	    "%s: its head", name);
	got = fread(room, 1, size / 2, stream);
	tap_ok(got == size / 2 && ftello(stream) == (off_t)(size / 2),
	    "%s: where it stands", name);
	got += fread(room + got, 1, sizeof(room) - got, stream);
	tap_bytes(room, got, byte_at, size, name);
	tap_ok(feof(stream) && ftello(stream) == (off_t)size, "%s: its end",
	    name);
	fclose(stream);
}

int
main(void)
{
	uint8_t head[STREAM_HEAD_SIZE];
	size_t i, head_size;
	FILE *stream = NULL;

	for (i = 0; i < SIZE; i++)
		byte_at[i] = (uint8_t)(i * 7 + i / 256);
	test_stream(open_file(SIZE), SIZE, "a file");
	test_stream(open_file(100), 100, "a small file");
	test_stream(open_file(0), 0, "an empty file");
	test_stream(open_pipe(SIZE), SIZE, "a pipe");
	test_stream(open_pipe(100), 100, "a small pipe");
	test_stream(open_pipe(0), 0, "an empty pipe");
	/* A folder opens, but cannot be read. */
	tap_int(stream_peek(fopen("/", "r"), head, &head_size, &stream),
	    -EISDIR, "what cannot be read");
	tap_ok(stream == NULL, "gives no stream");
	return tap_done();
}
