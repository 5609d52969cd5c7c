#include "config.h"

#include "flowscan.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test/unit/capture/open.h"

/* What is refused or damaged, and the words that say so. */

static struct open_folder folder;

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
	{ "damaged gzip", BYTES("\x1f\x8b\x08\0\0\0\0\0\0\3\xff\xff\xff\xff"),
	    FS_EFORMAT, "gzip" },
	{ "gzip cut off", BYTES("\x1f\x8b\x08\0\0\0"), FS_ETRUNC, "gzip" },
	{ "a pcapng file without interfaces",
	    BYTES("\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a\1\0\0\0"
		  "\xff\xff\xff\xff\xff\xff\xff\xff\x1c\0\0\0"),
	    FS_ETRUNC, "no Interface" },
};

static void
test_refused(const struct refused_row *row)
{
	struct fs_capture *capture;
	struct fs_err err;
	int rc = open_bytes(&folder, row->bytes, row->size, &err, &capture);

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

	(void)snprintf(path, sizeof(path), "%s/missing", folder.path);
	test_path(path, -ENOENT, "check the path", "a missing file");
	test_path(folder.path, -EISDIR, "Is a directory", "a folder");
	file_write(folder.path, "closed", "", 0, path, sizeof(path));
	/* Root may read what nobody may: be nobody for a moment. */
	if (chmod(path, 0) != 0 || chmod(folder.path, 0755) != 0)
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
	int rc = open_bytes(&folder, file->at, file->size, &err, &capture);

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

/* Frames that nobody takes apart are given out all the same. */
static void
test_not_decoded(uint32_t link, unsigned frames, int want, const char *says)
{
	struct file_bytes file = { .big = false };
	struct fs_capture *capture;
	struct fs_frame frame;
	struct fs_err err;
	unsigned i;
	int rc;

	file_header(&file, false, link, 65535);
	for (i = 0; i < frames; i++)
		file_record(&file, false, i);
	rc = open_bytes(&folder, file.at, file.size, &err, &capture);
	tap_int(rc, 0, "a link type that is not decoded opens");
	for (i = 0; i < frames && rc == 0; i++)
		tap_ok(fs_capture_next(capture, &err, &frame) == 1 &&
			frame.size == file_frame_size(i),
		    "frame %u of it", i);
	if (rc == 0)
		rc = fs_capture_next(capture, &err, &frame);
	test_said(rc, &err, want, says, "and its end says so");
	fs_capture_close(capture);
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

int
main(void)
{
	size_t i;

	open_begin(&folder);
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		test_refused(&refused[i]);
	test_paths();
	test_damaged();
	test_damaged_gzip();
	test_not_decoded(187, 2, FS_EUNSUP,
	    "link type 187 (BLUETOOTH_HCI_H4) is not decoded: its packets (2)");
	test_not_decoded(16368, 1, FS_EUNSUP, "(unknown)");
	test_not_decoded(187, 0, 0, "");
	open_end(&folder);
	return tap_done();
}
