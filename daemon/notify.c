#include "notify.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"

/* A path, or a name in the abstract space, which begins with '@'. */
static bool
set_address(struct notify *notify, const char *name)
{
	size_t size = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || size < 2 ||
	    size >= sizeof(notify->address.sun_path))
		return false;
	notify->address.sun_family = AF_UNIX;
	memcpy(notify->address.sun_path, name, size);
	if (name[0] == '@')
		notify->address.sun_path[0] = '\0';
	notify->address_size =
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
	return true;
}

/* The manager may mean another process of the service. */
static uint64_t
watchdog_ms(void)
{
	const char *span = getenv("WATCHDOG_USEC");
	const char *whose = getenv("WATCHDOG_PID");
	uint64_t us, pid;

	if (span == NULL || !num_parse_u64(span, 1, UINT64_MAX, &us))
		return 0;
	if (whose != NULL &&
	    (!num_parse_u64(whose, 1, INT32_MAX, &pid) ||
		pid != (uint64_t)getpid()))
		return 0;
	/* Twice in its span, as the protocol asks. */
	return us / 2000 > 0 ? us / 2000 : 1;
}

void
notify_open(struct notify *notify)
{
	const char *name = getenv("NOTIFY_SOCKET");

	*notify = (struct notify){ .fd = -1 };
	if (name != NULL && set_address(notify, name))
		notify->fd = socket(AF_UNIX,
		    SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (notify->fd >= 0)
		notify->watchdog_ms = watchdog_ms();
	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
}

void
notify_close(struct notify *notify)
{
	if (notify->fd >= 0)
		close(notify->fd);
	notify->fd = -1;
}

void
notify_send(const struct notify *notify, const char *state)
{
	/* Whoever does not listen misses it; there is nothing to be done. */
	if (notify->fd >= 0)
		(void)sendto(notify->fd, state, strlen(state), MSG_NOSIGNAL,
		    (const struct sockaddr *)&notify->address,
		    notify->address_size);
}

void
notify_reloading(const struct notify *notify)
{
	struct timespec now;
	char state[80];

	clock_gettime(CLOCK_MONOTONIC, &now);
	(void)snprintf(state, sizeof(state),
	    "RELOADING=1\nMONOTONIC_USEC=%llu\nSTATUS=Reading the rules",
	    (unsigned long long)now.tv_sec * 1000000ULL +
		(unsigned long long)now.tv_nsec / 1000);
	notify_send(notify, state);
}
