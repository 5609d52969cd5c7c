#include "capture/capture.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio_ext.h>
#include <string.h>

#include "base/err.h"
#include "capture/stream.h"

/* Capture files, and what can be wrong with them. */

enum { MAGIC_SIZE = 4 };

/* What captures begin with: both byte orders of pcap with micro- and
 * nanoseconds, and pcapng. */
static const char capture_magics[][MAGIC_SIZE + 1] = {
	"\xa1\xb2\xc3\xd4",
	"\xd4\xc3\xb2\xa1",
	"\xa1\xb2\x3c\x4d",
	"\x4d\x3c\xb2\xa1",
	"\x0a\x0d\x0d\x0a",
};

/* Other things that people take for captures that we read. */
static const struct {
	const char *magic;
	const char *what;
} strangers[] = {
	{ "snoop", "a snoop capture: convert it with editcap" },
	{ "GMBU", "a Network Monitor capture: convert it with editcap" },
	{ "RTSS", "a Network Monitor capture: convert it with editcap" },
	{ "TRSNIFF", "a Sniffer capture: convert it with editcap" },
	{ "PK\3\4", "a zip archive: unpack it first" },
	{ "7z\xbc\xaf", "a 7z archive: unpack it first" },
	{ "SQLite format 3", "an SQLite database" },
	{ "\x7f"
	  "ELF",
	    "a program" },
};

struct head {
	uint8_t bytes[STREAM_HEAD_SIZE];
	size_t size;
};

static bool
begins_capture(const struct head *head)
{
	size_t size = head->size < MAGIC_SIZE ? head->size : MAGIC_SIZE;
	size_t i, count = sizeof(capture_magics) / sizeof(capture_magics[0]);

	for (i = 0; i < count; i++)
		if (memcmp(head->bytes, capture_magics[i], size) == 0)
			return size > 0;
	return false;
}

static bool
is_text(const struct head *head)
{
	size_t i;

	for (i = 0; i < head->size; i++)
		if ((head->bytes[i] < ' ' &&
			strchr("\t\n\r\f", head->bytes[i]) == NULL) ||
		    head->bytes[i] == 0 || head->bytes[i] == 0x7f)
			return false;
	return head->size > 0;
}

/* Something that is no capture at all. */
static int
refuse_stranger(const char *name, const struct head *head, struct fs_err *err)
{
	static const char expected[] = "expected a pcap or pcapng file";
	size_t i;

	if (head->size == 0)
		return err_set_at(err, FS_EFORMAT, name, 0, 0,
		    "is empty: %s; was the capture stopped before it wrote "
		    "anything?",
		    expected);
	for (i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++)
		if (head->size >= strlen(strangers[i].magic) &&
		    memcmp(head->bytes, strangers[i].magic,
			strlen(strangers[i].magic)) == 0)
			return err_set_at(err, FS_EFORMAT, name, 0, 0,
			    "%s, but it is %s", expected, strangers[i].what);
	if (is_text(head))
		return err_set_at(err, FS_EFORMAT, name, 0, 0,
		    "%s, but it is a text file: check the path", expected);
	return err_set_at(err, FS_EFORMAT, name, 0, 0,
	    "%s, but it begins with none of their marks: check the path, or "
	    "convert it with editcap",
	    expected);
}

/* Of compressed data that are no longer what they were. */
static int
fault_code(const char *fault)
{
	return strstr(fault, "ends early") != NULL ? FS_ETRUNC : FS_EFORMAT;
}

/* A file that libpcap could not open. */
static int
refuse_open(const struct fs_capture *capture, FILE *stream,
    const struct head *head, const char *said, struct fs_err *err)
{
	const char *name = capture->name;
	const char *fault = compress_fault(capture->compress);

	if (fault != NULL)
		return err_set_at(err, fault_code(fault), name, 0, 0,
		    "%s, before any packet: copy or compress it again", fault);
	if (!begins_capture(head))
		return refuse_stranger(name, head, err);
	if (feof(stream))
		return err_set_at(err, FS_ETRUNC, name, 0, 0,
		    "ends within the capture's header (%s): it was cut, copy "
		    "it again",
		    said);
	return err_set_at(err, FS_EFORMAT, name, 0, 0,
	    "the capture's header is damaged (%s): capture it again, or try "
	    "to mend it with editcap",
	    said);
}

/* What to do when a file cannot be read at all. */
static const char *
hint_of(int rc)
{
	switch (rc) {
	case -ENOENT: return "check the path";
	case -EACCES:
	case -EPERM: return "it must be readable for the user that runs this";
	case -EISDIR: return "name the capture files in it one by one";
	default: return "expected a pcap or pcapng file";
	}
}

static int
refuse_read(const char *name, int rc, struct fs_err *err)
{
	if (rc == FS_EUNSUP) /* Compressed by something else; said already. */
		return rc;
	return err_set_at(err, rc, name, 0, 0, "cannot be read: %s; %s",
	    fs_strerror(rc), hint_of(rc));
}

/* Opens the file up to its first frame; 'capture' owns what was opened. */
static int
open_file(struct fs_capture *capture, const char *path, struct fs_err *err)
{
	char said[PCAP_ERRBUF_SIZE] = "";
	struct head head = { .size = 0 };
	FILE *stream;
	int rc;

	rc = compress_open(path, err, &capture->compress, &stream);
	if (rc == 0)
		rc = stream_peek(stream, head.bytes, &head.size, &stream);
	if (rc < 0)
		return refuse_read(capture->name, rc, err);
	/* Nobody else reads it. */
	__fsetlocking(stream, FSETLOCKING_BYCALLER);
	capture->pcap = pcap_fopen_offline_with_tstamp_precision(stream,
	    PCAP_TSTAMP_PRECISION_MICRO, said);
	if (capture->pcap == NULL) {
		rc = refuse_open(capture, stream, &head, said, err);
		fclose(stream);
		return rc;
	}
	capture->stream = stream;
	capture->link = pcap_datalink(capture->pcap);
	return 0;
}

int
fs_capture_open_file(const char *path, struct fs_err *err,
    struct fs_capture **capture)
{
	const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
	struct fs_capture *c = capture_new(name);
	int rc;

	if (c == NULL)
		return err_set_at(err, -ENOMEM, name, 0, 0, "no memory left");
	rc = open_file(c, path, err);
	if (rc < 0)
		goto out;
	*capture = c;
	c = NULL; /* Given away. */
out:
	fs_capture_close(c);
	return rc;
}

/* libpcap reads frames of one link type and one size limit, but a pcapng file
 * may tell of several interfaces. Returns what to do, or null when that is not
 * what it said. */
static const char *
other_interface(const char *said)
{
	if (strstr(said, "of the first interface") == NULL)
		return NULL;
	if (strstr(said, "snapshot length") != NULL)
		return "its interfaces have different limits: convert it with "
		       "editcap -F pcap";
	return "its interfaces have different link types: take one with "
	       "tshark -Y frame.interface_id==0 -w, and convert that with "
	       "editcap -F pcap -T ether";
}

static int
damaged(struct fs_capture *capture, int code, const char *said,
    const char *advice, struct fs_err *err)
{
	off_t at = ftello(capture->stream);

	return err_set_at(err, code, capture->name, 0, 0,
	    "read up to packet %" PRIu64 ", byte %lld: %s; %s", capture->frames,
	    (long long)at, said, advice);
}

/* A file whose frames nobody can take apart is read like any other, so that
 * they are counted, but whoever asked must not take silence for innocence. */
static int
not_decoded(const struct fs_capture *capture, struct fs_err *err)
{
	const char *name = pcap_datalink_val_to_name(capture->link);

	return err_set_at(err, FS_EUNSUP, capture->name, 0, 0,
	    "its link type %d (%s) is not decoded: its packets (%" PRIu64
	    ") were counted, but not looked into",
	    capture->link, name != NULL ? name : "unknown", capture->frames);
}

int
capture_file_end(struct fs_capture *capture, bool failed, struct fs_err *err)
{
	const char *fault = compress_fault(capture->compress);
	const char *said = failed ? pcap_geterr(capture->pcap) : "";
	const char *advice = other_interface(said);

	capture->ended = true;
	if (fault != NULL)
		return damaged(capture, fault_code(fault), fault,
		    "copy or compress the file again", err);
	if (!failed && capture->frames > 0 &&
	    !capture_link_known(capture->link))
		return not_decoded(capture, err);
	if (!failed)
		return 0;
	if (advice != NULL)
		return damaged(capture, FS_EUNSUP, said, advice, err);
	if (ferror(capture->stream))
		return damaged(capture, -EIO, said, "check the disk", err);
	if (feof(capture->stream))
		return damaged(capture, FS_ETRUNC, said,
		    "the file was cut, the packets before that count", err);
	return damaged(capture, FS_EFORMAT, said,
	    "the file is damaged, the packets before that count", err);
}
