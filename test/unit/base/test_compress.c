#include "base/compress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <zlib.h>
#include <zstd.h>

#include "test/unit/tap.h"

/* What a file, or standard input, gave. */
struct answer {
	int rc;
	struct fs_err err;
	uint8_t *bytes; /* Owned. */
	size_t size;
	const char *fault;
	uint64_t at, stored;
	bool failed; /* By ferror(). */
};

/* Reads everything, in parts of 'step' bytes. */
static struct answer
read_all(const char *path, size_t step, size_t room)
{
	struct answer answer = { .bytes = malloc(room + step) };
	struct compress *compress;
	FILE *stream;
	size_t got;

	answer.rc = compress_open(path, &answer.err, &compress, &stream);
	if (answer.rc < 0)
		return answer;
	while (answer.size < room &&
	    (got = fread(answer.bytes + answer.size, 1, step, stream)) > 0)
		answer.size += got;
	answer.failed = ferror(stream) != 0;
	answer.fault = compress_fault(compress);
	answer.at = compress_at(compress);
	answer.stored = compress_size(compress);
	fclose(stream);
	compress_close(compress);
	return answer;
}

static void
write_file(const char *path, const void *bytes, size_t size)
{
	FILE *file = fopen(path, "w");

	if (file == NULL || fwrite(bytes, 1, size, file) != size ||
	    fclose(file) != 0)
		abort();
}

/* ---- Small files --------------------------------------------------------- */

static const char hello[] = "hello, hello, hello, world";

static const size_t hello_size = sizeof(hello) - 1;

enum { ROOM = 4096 };

struct packed {
	uint8_t bytes[ROOM];
	size_t size;
};

static void
put(struct packed *packed, const void *bytes, size_t size)
{
	memcpy(packed->bytes + packed->size, bytes, size);
	packed->size += size;
}

static size_t
gzip(const void *bytes, size_t size, uint8_t *room, size_t room_size)
{
	z_stream z = { 0 };

	if (deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8,
		Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	z.next_in = (Bytef *)(uintptr_t)bytes;
	z.avail_in = (uInt)size;
	z.next_out = room;
	z.avail_out = (uInt)room_size;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	deflateEnd(&z);
	return room_size - z.avail_out;
}

static void
put_gzip(struct packed *packed)
{
	packed->size += gzip(hello, hello_size, packed->bytes + packed->size,
	    ROOM - packed->size);
}

static void
put_zstd(struct packed *packed)
{
	ZSTD_CCtx *zstd = ZSTD_createCCtx();
	size_t size;

	if (ZSTD_isError(ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1)))
		abort();
	size = ZSTD_compress2(zstd, packed->bytes + packed->size,
	    ROOM - packed->size, hello, hello_size);
	if (ZSTD_isError(size))
		abort();
	packed->size += size;
	ZSTD_freeCCtx(zstd);
}

/* Letters: g gzip member, z zstd frame, s frame to be skipped, h plain
 * text, 0 zeros, x what is no member and no frame. */
static struct packed
pack(const char *recipe)
{
	static const uint8_t skip[] = { 0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 'a',
		'b', 'c' };
	static const uint8_t zeros[100];
	struct packed packed = { .size = 0 };

	for (; *recipe != '\0'; recipe++) {
		switch (*recipe) {
		case 'g': put_gzip(&packed); break;
		case 'z': put_zstd(&packed); break;
		case 's': put(&packed, skip, sizeof(skip)); break;
		case 'h': put(&packed, hello, hello_size); break;
		case '0': put(&packed, zeros, sizeof(zeros)); break;
		default: put(&packed, "garbage", 7);
		}
	}
	return packed;
}

static const struct {
	const char *name, *recipe;
	unsigned hellos;   /* How often the text comes out. */
	const char *fault; /* Null: none. */
} files[] = {
	{ "empty", "", 0, NULL },
	{ "plain", "h", 1, NULL },
	{ "gzip", "g", 1, NULL },
	{ "gzip, three members", "ggg", 3, NULL },
	{ "gzip, padded with zeros", "g0", 1, NULL },
	{ "gzip, zeros between members", "g0g", 2, NULL },
	{ "gzip, garbage behind it", "gx", 1,
	    "gzip: other data stand behind its end" },
	{ "gzip, garbage behind zeros", "g0x", 1,
	    "gzip: other data stand behind its end" },
	{ "zstd", "z", 1, NULL },
	{ "zstd, three frames", "zzz", 3, NULL },
	{ "zstd, first frame to be skipped", "sz", 1, NULL },
	{ "zstd, frames to be skipped", "zszss", 2, NULL },
	{ "zstd, nothing else", "s", 0, NULL },
	{ "zstd, garbage behind it", "zx", 1, "zstd: the data are damaged" },
	{ "zstd, gzip behind it", "zg", 1, "zstd: the data are damaged" },
};

/* Whether the answer is the text, 'count' times. */
static bool
is_hello(const struct answer *answer, unsigned count)
{
	unsigned i;

	if (answer->size != count * hello_size)
		return false;
	for (i = 0; i < count; i++)
		if (memcmp(answer->bytes + i * hello_size, hello, hello_size) !=
		    0)
			return false;
	return true;
}

static void
check_file(size_t i, const char *path, const char *how, bool sized)
{
	struct packed packed = pack(files[i].recipe);
	struct answer answer = read_all(path, 7, ROOM);

	tap_int(answer.rc, 0, "opens");
	tap_ok(!answer.failed && is_hello(&answer, files[i].hellos),
	    "%s, %s: the text", files[i].name, how);
	if (files[i].fault != NULL)
		tap_text(answer.fault, files[i].fault, "its fault");
	else
		tap_ok(answer.fault == NULL, "no fault");
	tap_int((long long)answer.at, (long long)packed.size, "all is read");
	tap_int((long long)answer.stored, sized ? (long long)packed.size : 0,
	    "its size");
	free(answer.bytes);
}

static void
test_files(const char *path)
{
	struct packed packed;
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		packed = pack(files[i].recipe);
		write_file(path, packed.bytes, packed.size);
		check_file(i, path, "a file", true);
	}
}

/* Cut anywhere, what comes out is a beginning of the text, and the end is
 * said to be early, except between two members. */
static void
test_cuts(const char *path)
{
	static const struct {
		const char *recipe, *fault;
		size_t magic_size;
	} kinds[] = { { "gg", "gzip: ends early", 3 },
		{ "zz", "zstd: ends early", 4 } };
	struct packed packed;
	struct answer answer;
	size_t i, cut, half;
	bool good, silent;

	for (i = 0; i < 2; i++) {
		packed = pack(kinds[i].recipe);
		half = packed.size / 2;
		for (cut = kinds[i].magic_size; cut < packed.size; cut++) {
			write_file(path, packed.bytes, cut);
			answer = read_all(path, 1, ROOM);
			silent = answer.fault == NULL;
			good = answer.rc == 0 && !answer.failed &&
			    answer.at == cut &&
			    (silent ||
				strcmp(answer.fault, kinds[i].fault) == 0) &&
			    silent == (cut == half) &&
			    answer.size <= 2 * hello_size &&
			    (cut < half || answer.size >= hello_size);
			good = good &&
			    (answer.size < hello_size ||
				memcmp(answer.bytes, hello, hello_size) == 0);
			tap_ok(good, "%s cut at %zu", kinds[i].recipe, cut);
			free(answer.bytes);
		}
	}
}

/* Any byte behind the magic changed: that is damage. */
static void
test_damage(const char *path)
{
	static const char *const recipes[] = { "g", "z" };
	struct packed packed;
	struct answer answer;
	size_t i, at;
	bool good;

	for (i = 0; i < 2; i++) {
		packed = pack(recipes[i]);
		good = true;
		for (at = 10; at < packed.size; at++) {
			packed.bytes[at] ^= 0xff;
			write_file(path, packed.bytes, packed.size);
			answer = read_all(path, 100, ROOM);
			good = good && answer.rc == 0 && !answer.failed &&
			    (answer.fault != NULL || recipes[i][0] == 'z');
			free(answer.bytes);
			packed.bytes[at] ^= 0xff;
		}
		tap_ok(good, "%s with any byte changed", recipes[i]);
	}
}

/* ---- Standard input ------------------------------------------------------ */

/* Puts a file, or a pipe with its bytes, in place of standard input. */
static void
feed(const char *path, bool pipe_it)
{
	uint8_t bytes[ROOM];
	int ends[2], fd = open(path, O_RDONLY);
	ssize_t size;

	if (!pipe_it) {
		dup2(fd, STDIN_FILENO);
		close(fd);
		return;
	}
	size = read(fd, bytes, sizeof(bytes));
	close(fd);
	if (size < 0 || pipe(ends) != 0 ||
	    write(ends[1], bytes, (size_t)size) != size)
		abort();
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
}

static void
test_stdin(const char *path)
{
	struct packed packed;
	int kept = dup(STDIN_FILENO);
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		packed = pack(files[i].recipe);
		write_file(path, packed.bytes, packed.size);
		feed(path, false);
		check_file(i, "-", "standard input", true);
		feed(path, true);
		check_file(i, "-", "a pipe", false);
	}
	dup2(kept, STDIN_FILENO);
	close(kept);
}

/* ---- Large files --------------------------------------------------------- */

static const size_t large = (size_t)3 << 20;

static void
check_large(const char *path, const uint8_t *plain, const char *name)
{
	static const size_t steps[] = { 24, 4096, 1 << 20 };
	struct answer answer;
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		answer = read_all(path, steps[i], large + 1);
		tap_ok(answer.rc == 0 && answer.fault == NULL &&
			answer.size == large &&
			memcmp(answer.bytes, plain, large) == 0 &&
			answer.at == answer.stored,
		    "3 MiB %s in parts of %zu", name, steps[i]);
		free(answer.bytes);
	}
}

static void
test_large(const char *path)
{
	uint8_t *plain = malloc(large), *packed = malloc(2 * large);
	unsigned state = 1;
	size_t i, size;

	for (i = 0; i < large; i++) {
		state = state * 1103515245 + 12345;
		plain[i] = (uint8_t)(state >> 16);
		/* Half of it can be packed. */
		if (i / 5000 % 2)
			plain[i] = 'a';
	}
	write_file(path, plain, large);
	check_large(path, plain, "plain");
	size = gzip(plain, large, packed, 2 * large);
	write_file(path, packed, size);
	check_large(path, plain, "gzip");
	size = ZSTD_compress(packed, 2 * large, plain, large, 3);
	write_file(path, packed, size);
	check_large(path, plain, "zstd");
	free(plain);
	free(packed);
}

/* ---- What is not read ---------------------------------------------------- */

static const struct {
	const char *name, *hex;
	int rc;
} others[] = {
	{ "xz", "fd 37 7a 58 5a 00 00 04", FS_EUNSUP },
	{ "xz, too short to be one", "fd 37 7a 58 5a", 0 },
	{ "bzip2", "42 5a 68 39 31 41 59 26", FS_EUNSUP },
	{ "text that begins like bzip2", "42 5a 68 65 6c 6c 6f", 0 },
	{ "lz4", "04 22 4d 18 64 40", FS_EUNSUP },
	{ "gzip of an unknown kind", "1f 8b 07 00 00 00", 0 },
	{ "pcap", "d4 c3 b2 a1 02 00 04 00", 0 },
	{ "pcapng", "0a 0d 0d 0a 1c 00 00 00", 0 },
};

static void
test_others(const char *path)
{
	struct answer answer;
	uint8_t bytes[16];
	size_t i, size;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		size = tap_hex(others[i].hex, bytes, sizeof(bytes));
		write_file(path, bytes, size);
		answer = read_all(path, 100, ROOM);
		tap_int(answer.rc, others[i].rc, others[i].name);
		if (others[i].rc == 0)
			tap_bytes(answer.bytes, answer.size, bytes, size,
			    "is passed through");
		else
			tap_text(answer.err.file, path, "the error names it");
		free(answer.bytes);
	}
	answer = read_all("/nowhere/at all", 100, ROOM);
	tap_int(answer.rc, -ENOENT, "missing");
	tap_text(answer.err.file, "/nowhere/at all", "the error names it");
	tap_text(answer.err.text, "cannot be read: No such file or directory",
	    "and says why");
	free(answer.bytes);
	answer = read_all("/", 100, ROOM);
	tap_int(answer.rc, -EISDIR, "a folder");
	free(answer.bytes);
	answer.rc = compress_open("/", NULL, NULL, NULL);
	tap_int(answer.rc, -EISDIR, "nobody asks for the error");
	compress_close(NULL);
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
	test_files(path);
	test_cuts(path);
	test_damage(path);
	test_stdin(path);
	test_large(path);
	test_others(path);
	close(fd);
	return tap_done();
}
