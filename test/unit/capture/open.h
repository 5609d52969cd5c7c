/* Opens bytes as a capture file, and reads the frames of files.h back. */
#pragma once

#include <unistd.h>

#include "flowscan.h"
#include "test/unit/capture/files.h"

/* Where the file lies; make it with open_begin(). */
struct open_folder {
	char path[64];
};

static inline void
open_begin(struct open_folder *folder)
{
	(void)snprintf(folder->path, sizeof(folder->path),
	    "/tmp/test_capture.XXXXXX");
	if (mkdtemp(folder->path) == NULL)
		abort();
}

static inline void
open_end(const struct open_folder *folder)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/capture", folder->path);
	unlink(path);
	(void)snprintf(path, sizeof(path), "%s/closed", folder->path);
	unlink(path);
	rmdir(folder->path);
}

/* Opens bytes as a file. */
static inline int
open_bytes(const struct open_folder *folder, const void *bytes, size_t size,
    struct fs_err *err, struct fs_capture **capture)
{
	char path[128];

	*err = (struct fs_err){ 0 };
	*capture = NULL;
	file_write(folder->path, "capture", bytes, size, path, sizeof(path));
	return fs_capture_open_file(path, err, capture);
}

static inline bool
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
static inline unsigned
read_frames(struct fs_capture *capture, struct fs_err *err, int *rc)
{
	struct fs_frame frame;
	unsigned count = 0;

	while ((*rc = fs_capture_next(capture, err, &frame)) == 1)
		if (!frame_fits(&frame, count++))
			return UINT32_MAX;
	return count;
}

static inline void
test_said(int rc, const struct fs_err *err, int want, const char *says,
    const char *name)
{
	if (!tap_ok(rc == want && err->code == want &&
		    strstr(err->text, says) != NULL &&
		    strchr(err->text, '\n') == NULL,
		"%s", name))
		printf("# rc %d, %s: %s\n", rc, err->file, err->text);
}
