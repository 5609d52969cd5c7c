#include "config.h"

#include "flowscan.h"

#include <unistd.h>

#include "test/unit/capture/open.h"

/* Capture files of all forms, whole and cut at every byte, from disk and from
 * a pipe. */

static struct open_folder folder;

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
	rc = open_bytes(&folder, file.at, file.size, &err, &capture);
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

	rc = open_bytes(&folder, file->at, size, &err, &capture);
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
	if (open_bytes(&folder, file.at, file.size, &err, &capture) != 0 ||
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
	rc = open_bytes(&folder, file.at, file.size, &err, &capture);
	tap_ok(rc == 0 && fs_capture_next(capture, &err, &frame) == 1 &&
		frame.size == 16 && frame.wire_size == 60,
	    "a record longer than the file's limit");
	fs_capture_close(capture);
	file.size = 0;
	file_header(&file, false, 1, 65535);
	file_record(&file, false, 0);
	memset(file.at + 24 + 12, 0, 4);
	rc = open_bytes(&folder, file.at, file.size, &err, &capture);
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
	size_t i;

	open_begin(&folder);
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		test_whole(&forms[i]);
		test_cuts(&forms[i]);
		test_stdin(&forms[i]);
	}
	test_times();
	test_sizes();
	fs_capture_close(NULL);
	open_end(&folder);
	return tap_done();
}
