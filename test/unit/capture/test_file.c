#include "config.h"

#include "flowscan.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test/unit/capture/files.h"

/* Capture files: all forms, whole and cut at every byte, and what is refused
 * with which words. */

static char folder[64];

/* Opens bytes as a file. */
static int
open_bytes(const void *bytes, size_t size, struct fs_err *err,
    struct fs_capture **capture)
{
	char path[128];

	*err = (struct fs_err){ 0 };
	*capture = NULL;
	file_write(folder, "capture", bytes, size, path, sizeof(path));
	return fs_capture_open_file(path, err, capture);
}

static bool
frame_fits(const struct fs_frame *frame, unsigned i)
{
	uint32_t k;

	if (frame->size != file_frame_size(i) ||
	    frame->wire_size != file_wire_size(i) ||
	    frame->time_us != file_time_us(i) || frame->link != 1)
		return false;
	for (k = 0; k < frame->size; k++)
		if (frame->bytes[k] != (uint8_t)(i + k))
			return false;
	return true;
}

/* Reads frames as long as they are the right ones; '*rc' is what ended it. */
static unsigned
read_frames(struct fs_capture *capture, struct fs_err *err, int *rc)
{
	struct fs_frame frame;
	unsigned count = 0;

	while ((*rc = fs_capture_next(capture, err, &frame)) == 1)
		if (!frame_fits(&frame, count++))
			return UINT32_MAX;
	return count;
}

/* ---- Whole and cut --------------------------------------------------- */

struct form_row {
	const char *name;
	struct file_form form;
};

static const struct form_row forms[] = {
	{ "pcap", { false, false, false, PLAIN } },
	{ "pcap, nanoseconds", { false, true, false, PLAIN } },
	{ "pcap, big-endian", { true, false, false, PLAIN } },
	{ "pcap, big-endian, nanoseconds", { true, true, false, PLAIN } },
	{ "pcapng", { false, false, true, PLAIN } },
	{ "pcapng, nanoseconds", { false, true, true, PLAIN } },
	{ "pcapng, big-endian", { true, false, true, PLAIN } },
	{ "pcapng, big-endian, nanoseconds", { true, true, true, PLAIN } },
	{ "pcap, gzip", { false, false, false, GZIP } },
	{ "pcap, two gzip members", { false, true, false, GZIP_TWICE } },
	{ "pcap, zstd", { true, false, false, ZSTD } },
	{ "pcap, two zstd frames", { false, false, false, ZSTD_TWICE } },
	{ "pcapng, gzip", { false, true, true, GZIP } },
	{ "pcapng, zstd", { false, false, true, ZSTD } },
};

static void
test_whole(const struct form_row *row)
{
	struct fs_capture_stats stats = { 0 };
	struct fs_capture *capture;
	struct fs_frame frame;
	struct file_bytes file;
	struct fs_err err;
	unsigned count = 0;
	int rc;

	file_make(&file, &row->form);
	rc = open_bytes(file.at, file.size, &err, &capture);
	if (rc == 0) {
		count = read_frames(capture, &err, &rc);
		fs_capture_stats(capture, &stats);
	}
	tap_ok(rc == 0 && count == FILE_FRAMES && err.text[0] == '\0', "%s",
	    row->name);
	tap_ok(stats.frames == FILE_FRAMES && stats.bytes == 60 + 61 + 42 &&
		stats.file_at == file.size && stats.file_size == file.size,
	    "%s: its counters", row->name);
	tap_ok(capture != NULL && fs_capture_fd(capture) == -1 &&
		fs_capture_next(capture, &err, &frame) == 0,
	    "%s: the end stays the end", row->name);
	fs_capture_close(capture);
}

/* A cut file gives a part of the frames and says that it was cut, unless it
 * was cut between two frames. */
static bool
cut_holds(const struct form_row *row, const struct file_bytes *file,
    size_t size, bool clean)
{
	struct fs_capture *capture;
	struct fs_frame frame;
	struct fs_err err;
	unsigned count = 0;
	int rc, want = size == 0 ? FS_EFORMAT : FS_ETRUNC;
	bool told, held;

	rc = open_bytes(file->at, size, &err, &capture);
	if (rc == 0) {
		count = read_frames(capture, &err, &rc);
		want = clean ? 0 : FS_ETRUNC;
	}
	/* Three bytes do not yet say how they are compressed. */
	if (row->form.packing != PLAIN && size < 4 && rc == FS_EFORMAT)
		want = rc;
	told = rc == 0 || (err.code == rc && strstr(err.file, "capture"));
	held = rc == want && told && count <= FILE_FRAMES;
	if (capture != NULL)
		held = held && fs_capture_next(capture, &err, &frame) == 0;
	if (!held)
		printf("# %s, cut at %zu: rc %d, %u frames: %s\n", row->name,
		    size, rc, count, err.text);
	fs_capture_close(capture);
	return held;
}

/* Whether an uncompressed file of 'size' bytes ends between two frames. */
static bool
is_boundary(const struct file_form *form, size_t size)
{
	struct file_bytes file = { .big = form->big };
	unsigned i;

	if (form->packing != PLAIN)
		return false;
	if (form->next) {
		file_section(&file);
		file_interface(&file, form->nano, 1, 65535);
	} else {
		file_header(&file, form->nano, 1, 65535);
	}
	for (i = 0; i < FILE_FRAMES && file.size < size; i++)
		if (form->next)
			file_packet(&file, form->nano, i);
		else
			file_record(&file, form->nano, i);
	return file.size == size;
}

static void
test_cuts(const struct form_row *row)
{
	struct file_bytes file;
	size_t size;
	bool held = true;

	file_make(&file, &row->form);
	for (size = 0; held && size < file.size; size++)
		held =
		    cut_holds(row, &file, size, is_boundary(&row->form, size));
	tap_ok(held, "%s, cut at every byte", row->name);
}

/* ---- Refused --------------------------------------------------------- */

struct refused_row {
	const char *name;
	const char *bytes;
	size_t size;
	int rc;
	const char *says;
};

#define BYTES(text) text, sizeof(text) - 1

static const struct refused_row refused[] = {
	{ "an empty file", BYTES(""), FS_EFORMAT, "is empty" },
	{ "a text file", BYTES("Dear sensor,\n\tplease read.\n"), FS_EFORMAT,
	    "a text file" },
	{ "two bytes of text", BYTES("x\n"), FS_EFORMAT, "a text file" },
	{ "an unknown mark", BYTES("\x01\x02\x03\x04\x05\x06\x07\x08"),
	    FS_EFORMAT, "none of their marks" },
	{ "zeros", BYTES("\0\0\0\0\0\0\0\0"), FS_EFORMAT,
	    "none of their marks" },
	{ "a snoop file", BYTES("snoop\0\0\0\0\0\0\2\0\0\0\4"), FS_EFORMAT,
	    "snoop" },
	{ "a zip archive", BYTES("PK\3\4\0\0\0\0"), FS_EFORMAT, "unpack" },
	{ "xz",
	    BYTES("\xfd"
		  "7zXZ\0\0\0"),
	    FS_EUNSUP, "xz" },
	{ "a header cut off", BYTES("\xd4\xc3\xb2\xa1\2\0\4\0"), FS_ETRUNC,
	    "within the capture's header" },
	{ "one byte of a mark", BYTES("\xd4"), FS_ETRUNC,
	    "within the capture's header" },
	{ "a future version",
	    BYTES("\xd4\xc3\xb2\xa1\x63\0\4\0\0\0\0\0\0\0\0\0\0\0\1\0\1\0\0\0"),
	    FS_EFORMAT, "header is damaged" },
	{ "a radio capture",
	    BYTES("\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\0\0\1\0\x7f\0\0\0"),
	    FS_EUNSUP, "link type 127 (IEEE802_11_RADIO)" },
	{ "a link type without a name",
	    BYTES("\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\0\0\1\0\xf0\x3f\0"
		  "\0"),
	    FS_EUNSUP, "(unknown)" },
	{ "damaged gzip", BYTES("\x1f\x8b\x08\0\0\0\0\0\0\3\xff\xff\xff\xff"),
	    FS_EFORMAT, "gzip" },
	{ "gzip cut off", BYTES("\x1f\x8b\x08\0\0\0"), FS_ETRUNC, "gzip" },
	{ "a pcapng file without interfaces",
	    BYTES("\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a\1\0\0\0"
		  "\xff\xff\xff\xff\xff\xff\xff\xff\x1c\0\0\0"),
	    FS_ETRUNC, "no Interface" },
};

static void
test_said(int rc, const struct fs_err *err, int want, const char *says,
    const char *name)
{
	if (!tap_ok(rc == want && err->code == want &&
		    strstr(err->text, says) != NULL &&
		    strchr(err->text, '\n') == NULL,
		"%s", name))
		printf("# rc %d, %s: %s\n", rc, err->file, err->text);
}

static void
test_refused(const struct refused_row *row)
{
	struct fs_capture *capture;
	struct fs_err err;
	int rc = open_bytes(row->bytes, row->size, &err, &capture);

	test_said(rc, &err, row->rc, row->says, row->name);
	tap_ok(capture == NULL && strstr(err.file, "/capture") != NULL,
	    "%s: the file is named", row->name);
	fs_capture_close(capture);
}

static void
test_path(const char *path, int want, const char *says, const char *name)
{
	struct fs_capture *capture = NULL;
	struct fs_err err = { 0 };
	int rc = fs_capture_open_file(path, &err, &capture);

	test_said(rc, &err, want, says, name);
	tap_int(fs_capture_open_file(path, NULL, &capture), want,
	    "the same without asking for words");
}

static void
test_paths(void)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/missing", folder);
	test_path(path, -ENOENT, "check the path", "a missing file");
	test_path(folder, -EISDIR, "Is a directory", "a folder");
	file_write(folder, "closed", "", 0, path, sizeof(path));
	/* Root may read what nobody may: be nobody for a moment. */
	if (chmod(path, 0) != 0 || chmod(folder, 0755) != 0)
		abort();
	if (geteuid() == 0 && seteuid(65534) != 0)
		abort();
	test_path(path, -EACCES, "must be readable", "a file of others");
	if (getuid() == 0 && seteuid(0) != 0)
		abort();
}

/* ---- Damaged in the middle ------------------------------------------- */

static void
test_damage(const struct file_bytes *file, unsigned want_count, int want,
    const char *says, const char *name)
{
	struct fs_capture *capture;
	struct fs_frame frame;
	struct fs_err err;
	unsigned count = UINT32_MAX;
	int rc = open_bytes(file->at, file->size, &err, &capture);

	if (rc == 0)
		count = read_frames(capture, &err, &rc);
	test_said(rc, &err, want, says, name);
	tap_int(count, want_count, "what was read before stands");
	tap_int(capture ? fs_capture_next(capture, &err, &frame) : -1, 0,
	    "and then it is at its end");
	fs_capture_close(capture);
}

static void
test_damaged(void)
{
	struct file_bytes file = { .big = false };

	file_header(&file, false, 1, 65535);
	file_record(&file, false, 0);
	file_u32(&file, 1);
	file_u32(&file, 1);
	file_u32(&file, 0x7fffffff);
	file_u32(&file, 60);
	file_content(&file, 1);
	test_damage(&file, 1, FS_EFORMAT, "read up to packet 1, byte 116",
	    "a packet of 2 GiB");
	file.size = 0;
	file_section(&file);
	file_interface(&file, false, 1, 65535);
	file_packet(&file, false, 0);
	file_interface(&file, false, 101, 65535);
	file_packet(&file, false, 1);
	test_damage(&file, 1, FS_EUNSUP, "different link types",
	    "a second interface of another link type");
	file.size = 0;
	file_section(&file);
	file_interface(&file, false, 1, 65535);
	file_packet(&file, false, 0);
	file_interface(&file, true, 1, 2000);
	test_damage(&file, 1, FS_EUNSUP, "editcap -F pcap",
	    "a second interface of another size limit");
	file.size = 0;
	file_section(&file);
	file_interface(&file, false, 1, 65535);
	file_packet(&file, false, 0);
	file_u32(&file, 6);
	file_u32(&file, 0x40000000);
	test_damage(&file, 1, FS_EFORMAT, "read up to packet 1",
	    "a block of 1 GiB");
}

/* The frames are all there before gzip's sum over them turns out wrong. */
static void
test_damaged_gzip(void)
{
	struct file_form form = { .packing = GZIP };
	struct file_bytes file;
	size_t at;

	file_make(&file, &form);
	for (at = 0; at < 4; at++)
		file.at[file.size - 8 + at] ^= 0xff; /* The sum. */
	test_damage(&file, FILE_FRAMES, FS_EFORMAT, "gzip",
	    "a gzip file whose sum is wrong");
}

/* ---- Odd, but read --------------------------------------------------- */

static uint64_t
time_in(bool next, uint32_t high, uint32_t low)
{
	struct file_bytes file = { .big = false };
	struct fs_frame frame = { .time_us = 1 };
	struct fs_capture *capture;
	struct fs_err err;
	size_t at;

	if (next) {
		file_section(&file);
		file_interface(&file, false, 1, 65535);
		at = file.size + 12;
		file_packet(&file, false, 0);
	} else {
		file_header(&file, false, 1, 65535);
		at = file.size;
		file_record(&file, false, 0);
	}
	memcpy(file.at + at, &high, sizeof(high));
	memcpy(file.at + at + sizeof(high), &low, sizeof(low));
	if (open_bytes(file.at, file.size, &err, &capture) != 0 ||
	    fs_capture_next(capture, &err, &frame) != 1)
		frame.time_us = UINT64_MAX;
	fs_capture_close(capture);
	return frame.time_us;
}

static void
test_times(void)
{
	const uint64_t year_9999_us = UINT64_C(253402300799999999);

	tap_ok(time_in(false, 4000000000U, 5) == UINT64_C(4000000000000005),
	    "a time after 2038");
	tap_ok(time_in(false, 10, 999999999) == UINT64_C(10999999),
	    "more than a million microseconds");
	tap_ok(time_in(false, 10, 0xffffffff) == UINT64_C(10999999),
	    "less than none");
	tap_ok(time_in(true, 0xffffffff, 0xffffffff) <= year_9999_us,
	    "pcapng: a time beyond the calendar");
}

/* A record longer than the limit that the file states is cut to it; a wire
 * size below the captured one is none. */
static void
test_sizes(void)
{
	struct file_bytes file = { .big = false };
	struct fs_frame frame = { .size = 0 };
	struct fs_capture *capture;
	struct fs_err err;
	int rc;

	file_header(&file, false, 1, 16);
	file_record(&file, false, 0);
	rc = open_bytes(file.at, file.size, &err, &capture);
	tap_ok(rc == 0 && fs_capture_next(capture, &err, &frame) == 1 &&
		frame.size == 16 && frame.wire_size == 60,
	    "a record longer than the file's limit");
	fs_capture_close(capture);
	file.size = 0;
	file_header(&file, false, 1, 65535);
	file_record(&file, false, 0);
	memset(file.at + 24 + 12, 0, 4);
	rc = open_bytes(file.at, file.size, &err, &capture);
	tap_ok(rc == 0 && fs_capture_next(capture, &err, &frame) == 1 &&
		frame.size == 60 && frame.wire_size == 60,
	    "a wire size of 0");
	fs_capture_close(capture);
}

/* ---- Standard input -------------------------------------------------- */

/* Puts bytes into a pipe and makes it the standard input. */
static void
pipe_in(const void *bytes, size_t size)
{
	int ends[2];

	if (pipe(ends) != 0 || write(ends[1], bytes, size) != (ssize_t)size ||
	    dup2(ends[0], STDIN_FILENO) < 0)
		abort();
	close(ends[0]);
	close(ends[1]);
}

static void
test_stdin(const struct form_row *row)
{
	struct fs_capture_stats stats = { 0 };
	struct fs_capture *capture = NULL;
	struct fs_err err = { 0 };
	struct file_bytes file;
	unsigned count = 0;
	int rc;

	file_make(&file, &row->form);
	pipe_in(file.at, file.size);
	rc = fs_capture_open_file("-", &err, &capture);
	if (rc == 0) {
		count = read_frames(capture, &err, &rc);
		fs_capture_stats(capture, &stats);
	}
	tap_ok(rc == 0 && count == FILE_FRAMES && stats.file_size == 0 &&
		stats.file_at == file.size,
	    "%s from a pipe", row->name);
	fs_capture_close(capture);
	capture = NULL;
	pipe_in("no capture", 10);
	rc = fs_capture_open_file("-", &err, &capture);
	test_said(rc, &err, FS_EFORMAT, "a text file", "text from a pipe");
	tap_text(err.file, "standard input", "which is named so");
	pipe_in(file.at, file.size - 1);
	count = 0;
	rc = fs_capture_open_file("-", &err, &capture);
	if (rc == 0)
		count = read_frames(capture, &err, &rc);
	test_said(rc, &err, FS_ETRUNC, "", "a cut capture from a pipe");
	tap_ok(count <= FILE_FRAMES, "what was read of it stands");
	fs_capture_close(capture);
}

int
main(void)
{
	char path[128];
	size_t i;

	(void)snprintf(folder, sizeof(folder), "/tmp/test_file.XXXXXX");
	if (mkdtemp(folder) == NULL)
		return 1;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		test_whole(&forms[i]);
		test_cuts(&forms[i]);
		test_stdin(&forms[i]);
	}
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		test_refused(&refused[i]);
	test_paths();
	test_damaged();
	test_damaged_gzip();
	test_times();
	test_sizes();
	fs_capture_close(NULL);
	(void)snprintf(path, sizeof(path), "%s/capture", folder);
	unlink(path);
	(void)snprintf(path, sizeof(path), "%s/closed", folder);
	unlink(path);
	rmdir(folder);
	return tap_done();
}
