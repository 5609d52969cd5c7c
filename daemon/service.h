/* What a live run owes those who operate it: the control socket, word to the
 * service manager, and what both are told. */
#pragma once

#include <uv.h>

#include "control.h"
#include "notify.h"
#include "reload.h"

struct run;

struct service {
	struct run *run; /* Borrowed. */
	struct notify notify;
	struct control_socket socket;
	struct control *control;
	uv_timer_t watchdog;
	uint64_t started_us;
	uint64_t refused_us; /* The newest rules that were refused; 0: none. */
	struct fs_err refused;
};

/* Opens what needs the privileges of the start: control socket, which
 * will be the owner's, and word to the manager. Returns 0 or a negative code,
 * with 'err' set. */
int service_open(struct service *service, const struct config *config,
    uid_t owner, struct fs_err *err);
/* Serves, and says that the capture goes on. Returns 0 or a code of libuv. */
int service_start(struct service *service, struct run *run);
/* Says that the run comes to its end, and serves nobody any more. */
void service_stop(struct service *service);
/* Frees all, once the loop has ended. Takes one that was never opened. */
void service_end(struct service *service);
