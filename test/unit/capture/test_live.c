#include "config.h"

#include "flowscan.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture/capture.h"
#include "test/unit/tap.h"

/* Live interfaces, as far as this user may open them. */

static void
test_refused(void)
{
	struct fs_capture *capture = NULL;
	struct fs_err err = { 0 };
	int rc = fs_capture_open_live("no-such-if0", 0, &err, &capture);

	tap_ok(rc == err.code && (rc == -ENODEV || rc == -EPERM),
	    "an interface that does not exist is refused");
	tap_ok(strstr(err.text, "no-such-if0") != NULL &&
		(strstr(err.text, "there are") != NULL ||
		    strstr(err.text, "CAP_NET_RAW") != NULL),
	    "with its name and what to do");
	printf("# %s\n", err.text);
	rc = fs_capture_open_live("lo", (size_t)INT_MAX + 1, &err, &capture);
	tap_int(rc, -EINVAL, "a ring of 2 GiB");
	tap_ok(capture == NULL, "gives none");
}

static void
send_datagram(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0)
		return;
	(void)sendto(fd, "flowscan", 8, 0, (struct sockaddr *)&to, sizeof(to));
	close(fd);
}

/* Waits for the datagram that was sent, 2 s at most. */
static bool
await_frame(struct fs_capture *capture)
{
	struct pollfd wait = { fs_capture_fd(capture), POLLIN, 0 };
	struct fs_err err = { 0 };
	struct fs_frame frame;
	int i, rc;

	for (i = 0; i < 20; i++) {
		send_datagram();
		(void)poll(&wait, 1, 100);
		while ((rc = fs_capture_next(capture, &err, &frame)) == 1)
			if (frame.size >= 50 && frame.link == 1 &&
			    memcmp(frame.bytes + 42, "flowscan", 8) == 0)
				return true;
		if (rc < 0)
			printf("# %s\n", err.text);
	}
	return false;
}

static void
test_loopback(void)
{
	struct fs_capture_stats stats;
	struct fs_capture *capture = NULL;
	struct fs_err err = { 0 };
	struct fs_frame frame;
	int rc = fs_capture_open_live("lo", 1 << 20, &err, &capture);

	if (rc < 0) {
		/* Not permitted here, or the loopback is down. */
		tap_ok((rc == -EPERM || rc == -ENETDOWN || rc == -ENODEV) &&
			err.text[0] != '\0',
		    "refused with a word: %s", err.text);
		return;
	}
	tap_ok(fs_capture_fd(capture) >= 0, "there is a descriptor to watch");
	tap_ok(fs_capture_next(capture, &err, &frame) >= 0,
	    "asking does not block");
	tap_ok(await_frame(capture), "a datagram that was sent is seen");
	fs_capture_stats(capture, &stats);
	tap_ok(stats.frames > 0 && stats.file_size == 0 && stats.file_at == 0,
	    "and counted");
	fs_capture_close(capture);
}

/* A busy tap for months: both counters wrap, each in its own time. */
static void
test_drops(void)
{
	static const struct {
		unsigned kernel, iface;
		long long kernel_sum, iface_sum;
		const char *name;
	} looks[] = {
		{ 7, 0, 7, 0, "the first drops" },
		{ 7, 0, 7, 0, "none since" },
		{ UINT_MAX - 1, 5, 0xfffffffe, 5, "just below the wrap" },
		{ 2, UINT_MAX, 0x100000002, 0xffffffff, "the kernel's wraps" },
		{ 1, 0, 0x200000001, 0x100000000, "again, and the other" },
	};
	struct fs_capture *capture = capture_new("wraps");
	size_t i;

	for (i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		const struct pcap_stat now = { .ps_drop = looks[i].kernel,
			.ps_ifdrop = looks[i].iface };

		capture_add_drops(capture, &now);
		tap_int((long long)capture->kernel_drops, looks[i].kernel_sum,
		    looks[i].name);
		tap_int((long long)capture->iface_drops, looks[i].iface_sum,
		    looks[i].name);
	}
	fs_capture_close(capture);
}

int
main(void)
{
	test_refused();
	test_drops();
	test_loopback();
	return tap_done();
}
