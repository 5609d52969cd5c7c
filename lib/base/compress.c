#include "config.h"

#include "base/compress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>
#include <zstd.h>

#include "base/err.h"

enum { PEEK_SIZE = 6, BUFFER_SIZE = 256 * 1024 };

struct compress {
	int fd;        /* Owned. */
	uint64_t at;   /* Bytes read, when we do the reading. */
	uint64_t size; /* 0: unknown. */
	const struct form *form;
	const char *fault;
	bool seekable; /* The stream reads the file itself. */
	bool input_end;
	bool between;       /* No member or frame is open. */
	bool ended;         /* Nothing more will come. */
	z_stream *inflate;  /* Owned; null: no gzip. */
	ZSTD_DStream *zstd; /* Owned; null: no zstd. */
	size_t input_at, input_size;
	uint8_t input[BUFFER_SIZE];
	char buffer[BUFFER_SIZE]; /* Of the stream. */
};

/* One way of compression: 'step' turns input into output, and returns how
 * much it put out. It sets 'fault' or 'ended' when it cannot go on. */
struct form {
	const char *name;
	uint8_t magic[PEEK_SIZE];
	uint8_t magic_mask[PEEK_SIZE];
	int (*open)(struct compress *compress); /* Null: refused. */
	size_t (*step)(struct compress *compress, char *room, size_t size);
};

/* Reads more of the file when all input is used. False on an error, with
 * errno set. */
static bool
fill(struct compress *compress)
{
	ssize_t size;

	if (compress->input_at < compress->input_size || compress->input_end)
		return true;
	do
		size = read(compress->fd, compress->input,
		    sizeof(compress->input));
	while (size < 0 && errno == EINTR);
	if (size < 0)
		return false;
	compress->input_end = size == 0;
	compress->input_at = 0;
	compress->input_size = (size_t)size;
	compress->at += (uint64_t)size;
	return true;
}

static const uint8_t *
input_of(const struct compress *compress)
{
	return compress->input + compress->input_at;
}

static size_t
input_left(const struct compress *compress)
{
	return compress->input_size - compress->input_at;
}

static size_t
plain_step(struct compress *compress, char *room, size_t size)
{
	size_t left = input_left(compress);

	if (size > left)
		size = left;
	memcpy(room, input_of(compress), size);
	compress->input_at += size;
	return size;
}

static int
gzip_open(struct compress *compress)
{
	z_stream *inflate = calloc(1, sizeof(*inflate));

	/* 16: a gzip header, nothing else. */
	if (inflate == NULL || inflateInit2(inflate, 16 + MAX_WBITS) != Z_OK) {
		free(inflate);
		return -ENOMEM;
	}
	compress->inflate = inflate;
	return 0;
}

/* Between members there may be padding with zeros, and nothing else but a
 * new member. */
static bool
gzip_next(struct compress *compress)
{
	while (input_left(compress) > 0 && *input_of(compress) == 0)
		compress->input_at++;
	if (input_left(compress) == 0)
		return false;
	if (*input_of(compress) != 0x1f) {
		compress->fault = "gzip: other data stand behind its end";
		return false;
	}
	compress->between = false;
	return inflateReset(compress->inflate) == Z_OK;
}

static size_t
gzip_step(struct compress *compress, char *room, size_t size)
{
	z_stream *z = compress->inflate;
	int rc;

	if (compress->between && !gzip_next(compress))
		return 0;
	z->next_in = compress->input + compress->input_at;
	z->avail_in = (uInt)input_left(compress);
	z->next_out = (Bytef *)room;
	z->avail_out = (uInt)size;
	rc = inflate(z, Z_NO_FLUSH);
	compress->input_at = compress->input_size - z->avail_in;
	if (rc == Z_STREAM_END)
		compress->between = true;
	else if (rc != Z_OK && rc != Z_BUF_ERROR)
		compress->fault = "gzip: the data are damaged";
	return size - z->avail_out;
}

static int
zstd_open(struct compress *compress)
{
	/* The default bound on a frame's window, 128 MiB, stays. */
	compress->zstd = ZSTD_createDStream();
	return compress->zstd != NULL ? 0 : -ENOMEM;
}

static size_t
zstd_step(struct compress *compress, char *room, size_t size)
{
	ZSTD_inBuffer in = { compress->input, compress->input_size,
		compress->input_at };
	ZSTD_outBuffer out = { room, size, 0 };
	size_t rc;

	/* At the end of a frame a call without input would begin another. */
	if (compress->between && input_left(compress) == 0)
		return 0;
	rc = ZSTD_decompressStream(compress->zstd, &out, &in);
	compress->input_at = in.pos;
	if (ZSTD_isError(rc))
		compress->fault = "zstd: the data are damaged";
	compress->between = rc == 0;
	return out.pos;
}

/* The last one takes everything. */
static const struct form forms[] = {
	{ "gzip", { 0x1f, 0x8b, 8 }, { 255, 255, 255 }, gzip_open, gzip_step },
	{ "zstd", { 0x28, 0xb5, 0x2f, 0xfd }, { 255, 255, 255, 255 }, zstd_open,
	    zstd_step },
	/* A frame to be skipped, as parallel compressors begin with. */
	{ "zstd", { 0x50, 0x2a, 0x4d, 0x18 }, { 0xf0, 255, 255, 255 },
	    zstd_open, zstd_step },
	{ "xz", { 0xfd, '7', 'z', 'X', 'Z', 0 },
	    { 255, 255, 255, 255, 255, 255 } },
	{ "bzip2", { 'B', 'Z', 'h', '0', 0x31, 0x41 },
	    { 255, 255, 255, 0xf0, 255, 255 } },
	{ "lz4", { 0x04, 0x22, 0x4d, 0x18 }, { 255, 255, 255, 255 } },
	{ "plain", { 0 }, { 0 }, NULL, plain_step },
};

static bool
form_fits(const struct form *form, const uint8_t *bytes, size_t size)
{
	size_t i;

	for (i = 0; i < PEEK_SIZE && form->magic_mask[i] != 0; i++)
		if (i >= size ||
		    (bytes[i] & form->magic_mask[i]) != form->magic[i])
			return false;
	return true;
}

static const struct form *
form_of(const uint8_t *bytes, size_t size)
{
	const struct form *form = forms;

	while (!form_fits(form, bytes, size))
		form++;
	return form;
}

/* What the stream calls for more. */
static ssize_t
read_stream(void *cookie, char *room, size_t size)
{
	struct compress *compress = cookie;
	size_t got = 0;

	while (got == 0 && !compress->ended) {
		if (!fill(compress))
			return -1;
		got = compress->form->step(compress, room, size);
		if (compress->fault != NULL ||
		    (got == 0 && compress->input_end))
			compress->ended = true;
	}
	if (compress->ended && compress->fault == NULL && got == 0 &&
	    !compress->between && compress->form->open != NULL)
		compress->fault = compress->inflate != NULL
		    ? "gzip: ends early"
		    : "zstd: ends early";
	return (ssize_t)got;
}

/* Looks at the first bytes of a pipe, which stay for the reading. */
static int
peek_pipe(struct compress *compress)
{
	ssize_t size;

	while (compress->input_size < PEEK_SIZE) {
		size =
		    read(compress->fd, compress->input + compress->input_size,
			sizeof(compress->input) - compress->input_size);
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return -errno;
		if (size == 0)
			break;
		compress->input_size += (size_t)size;
	}
	compress->at = compress->input_size;
	compress->form = form_of(compress->input, compress->input_size);
	return 0;
}

static int
peek_file(struct compress *compress, off_t at)
{
	uint8_t first[PEEK_SIZE];
	ssize_t size = pread(compress->fd, first, sizeof(first), at);

	if (size < 0)
		return -errno;
	compress->form = form_of(first, (size_t)size);
	compress->at = (uint64_t)at;
	return 0;
}

static int
look(struct compress *compress)
{
	off_t at = lseek(compress->fd, 0, SEEK_CUR);
	struct stat status;

	if (fstat(compress->fd, &status) < 0)
		return -errno;
	if (S_ISDIR(status.st_mode))
		return -EISDIR;
	if (S_ISREG(status.st_mode))
		compress->size = (uint64_t)status.st_size;
	if (at < 0 || !S_ISREG(status.st_mode))
		return peek_pipe(compress);
	compress->seekable = true;
	return peek_file(compress, at);
}

/* A plain file is read by the stream itself: every layer less counts. */
static FILE *
open_plain(struct compress *compress)
{
	int fd = fcntl(compress->fd, F_DUPFD_CLOEXEC, 0);
	FILE *stream = fd >= 0 ? fdopen(fd, "r") : NULL;

	if (stream == NULL && fd >= 0)
		close(fd);
	return stream;
}

static int
open_stream(struct compress *compress, FILE **stream)
{
	static const cookie_io_functions_t calls = { .read = read_stream };
	bool packed = compress->form->open != NULL;
	int rc = packed ? compress->form->open(compress) : 0;
	FILE *s;

	if (compress->form->step == NULL)
		return FS_EUNSUP;
	if (rc < 0)
		return rc;
	errno = ENOMEM;
	if (compress->seekable && !packed)
		s = open_plain(compress);
	else
		s = fopencookie(compress, "r", calls);
	if (s == NULL)
		return -errno;
	if (setvbuf(s, compress->buffer, _IOFBF, sizeof(compress->buffer)) !=
	    0) {
		fclose(s);
		return -ENOMEM;
	}
	*stream = s;
	return 0;
}

static int
open_fd(const char *path)
{
	int fd = strcmp(path, "-") == 0
	    ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
	    : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? -errno : fd;
}

int
compress_open(const char *path, struct fs_err *err, struct compress **compress,
    FILE **stream)
{
	const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
	struct compress *c = calloc(1, sizeof(*c));
	int rc;

	if (c == NULL)
		return err_set_at(err, -ENOMEM, name, 0, 0, "no memory left");
	c->form = form_of(NULL, 0);
	rc = c->fd = open_fd(path);
	if (rc >= 0)
		rc = look(c);
	if (rc == 0)
		rc = open_stream(c, stream);
	if (rc == FS_EUNSUP) {
		err_set_at(err, rc, name, 0, 0,
		    "is compressed with %s, which is not read: unpack it first",
		    c->form->name);
		goto out;
	}
	if (rc < 0) {
		err_set_at(err, rc, name, 0, 0, "cannot be read: %s",
		    fs_strerror(rc));
		goto out;
	}
	*compress = c;
	c = NULL; /* Given away. */
out:
	compress_close(c);
	return rc;
}

uint64_t
compress_at(const struct compress *compress)
{
	off_t at;

	if (!compress->seekable || compress->form->open != NULL)
		return compress->at;
	at = lseek(compress->fd, 0, SEEK_CUR);
	return at < 0 ? 0 : (uint64_t)at;
}

uint64_t
compress_size(const struct compress *compress)
{
	return compress->size;
}

const char *
compress_fault(const struct compress *compress)
{
	return compress->fault;
}

void
compress_close(struct compress *compress)
{
	if (compress == NULL)
		return;
	if (compress->inflate != NULL)
		inflateEnd(compress->inflate);
	free(compress->inflate);
	ZSTD_freeDStream(compress->zstd);
	if (compress->fd >= 0)
		close(compress->fd);
	free(compress);
}
