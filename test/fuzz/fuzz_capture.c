/* Property: any file is refused with a word, or gives frames of bounded size
 * up to its end or its damage, which is told once. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "flowscan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FRAME_MAX = 262144, FRAMES_MAX = 20000 };

static void
read_frames(struct fs_capture *capture)
{
	struct fs_err err = { 0 };
	struct fs_frame frame;
	volatile unsigned sink = 0;
	unsigned count = 0;
	uint32_t i;
	int rc;

	while ((rc = fs_capture_next(capture, &err, &frame)) == 1) {
		if (frame.size > FRAME_MAX || frame.wire_size < frame.size)
			abort();
		for (i = 0; i < frame.size; i++)
			sink += frame.bytes[i];
		if (++count == FRAMES_MAX) /* A small file, compressed well. */
			return;
	}
	(void)sink;
	if (rc < 0 && (err.text[0] == '\0' || err.code != rc))
		abort();
	if (fs_capture_next(capture, &err, &frame) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("capture", MFD_CLOEXEC);
	struct fs_capture *capture = NULL;
	struct fs_err err = { 0 };
	char path[32];
	int rc;

	if (fd < 0)
		return 0;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (write(fd, data, size) == (ssize_t)size) {
		rc = fs_capture_open_file(path, &err, &capture);
		if (rc < 0 && (err.text[0] == '\0' || capture != NULL))
			abort();
		if (rc == 0)
			read_frames(capture);
	}
	fs_capture_close(capture);
	close(fd);
	return 0;
}
