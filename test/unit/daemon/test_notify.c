/* Word to the service manager, over a socket as systemd makes it. */
#include "daemon/notify.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../tap.h"

enum { TEXT = 256 };

static int
listen_at(const struct sockaddr_un *address, socklen_t size)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (const struct sockaddr *)address, size) < 0)
		abort();
	return fd;
}

static void
try(const char *name, int fd)
{
	struct notify notify;
	char got[TEXT] = "";
	ssize_t size;

	setenv("NOTIFY_SOCKET", name, 1);
	setenv("WATCHDOG_USEC", "3000000", 1);
	notify_open(&notify);
	tap_int((long long)notify.watchdog_ms, 1500, "half of its span");
	tap_ok(getenv("NOTIFY_SOCKET") == NULL, "children are not told");
	notify_send(&notify, "READY=1");
	size = recv(fd, got, sizeof(got) - 1, 0);
	tap_text(size > 0 ? got : "nothing", "READY=1", name);
	memset(got, 0, sizeof(got));
	notify_reloading(&notify);
	(void)recv(fd, got, sizeof(got) - 1, 0);
	tap_ok(strncmp(got, "RELOADING=1\nMONOTONIC_USEC=", 27) == 0,
	    "reloading, and when");
	notify_close(&notify);
	close(fd);
}

static void
test_silence(void)
{
	static const char *const names[] = { "", "relative", "/", "@" };
	struct notify notify;
	unsigned i;

	setenv("WATCHDOG_PID", "1", 1);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		setenv("NOTIFY_SOCKET", names[i], 1);
		notify_open(&notify);
		tap_int(notify.fd, -1, "no address");
		notify_send(&notify, "READY=1");
		notify_close(&notify);
	}
	setenv("NOTIFY_SOCKET", "@flowscan-nobody", 1);
	setenv("WATCHDOG_USEC", "3000000", 1);
	setenv("WATCHDOG_PID", "1", 1);
	notify_open(&notify);
	tap_int((long long)notify.watchdog_ms, 0, "another's watchdog");
	notify_close(&notify);
}

int
main(void)
{
	struct sockaddr_un path = { .sun_family = AF_UNIX }, name = path;
	char folder[] = "/tmp/flowscan-notify-XXXXXX", text[64];
	int size;

	if (mkdtemp(folder) == NULL)
		abort();
	(void)snprintf(path.sun_path, sizeof(path.sun_path), "%s/s", folder);
	try(path.sun_path, listen_at(&path, sizeof(path)));
	unlink(path.sun_path);
	rmdir(folder);
	size = snprintf(text, sizeof(text), "@flowscan-test-%d", (int)getpid());
	memcpy(name.sun_path + 1, text + 1, (size_t)size - 1);
	try(text,
	    listen_at(&name,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) +
		    (size_t)size)));
	test_silence();
	return tap_done();
}
