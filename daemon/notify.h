/* What a service manager wants to hear: sd_notify(3), without its library. */
#pragma once

#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct notify {
	int fd;               /* -1: nobody listens. */
	uint64_t watchdog_ms; /* Between two signs of life; 0: none asked. */
	struct sockaddr_un address;
	socklen_t address_size;
};

/* Takes NOTIFY_SOCKET and WATCHDOG_USEC from the environment, and removes
 * them there. Without them all calls do nothing. */
void notify_open(struct notify *notify);
void notify_close(struct notify *notify);

/* 'state' is lines such as "READY=1". */
void notify_send(const struct notify *notify, const char *state);
/* RELOADING=1 with the time that it wants. */
void notify_reloading(const struct notify *notify);
