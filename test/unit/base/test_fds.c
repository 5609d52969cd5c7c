/* Standard descriptors that somebody closed. */
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../tap.h"
#include "base/fds.h"

/* What a process finds whose descriptors in 'closed' (bits) were closed: 0,
 * or which of its expectations failed. */
static int
look(unsigned closed)
{
	char byte = 0;
	int fd;

	for (fd = 0; fd <= STDERR_FILENO; fd++)
		if (closed >> fd & 1)
			close(fd);
	if (fds_hold_standard() < 0)
		return 1;
	fd = dup(STDERR_FILENO);
	if (fd <= STDERR_FILENO)
		return 2;
	if ((closed & 1) && (read(0, &byte, 1) >= 0 || errno != EBADF))
		return 3;
	if ((closed & 2) && (write(1, &byte, 1) >= 0 || errno != EBADF))
		return 4;
	return 0;
}

int
main(void)
{
	static const char *const names[] = { "none closed", "0", "1", "0 and 1",
		"2", "0 and 2", "1 and 2", "all closed" };
	unsigned closed;
	int status;
	pid_t child;

	for (closed = 0; closed < 8; closed++) {
		child = fork();
		if (child == 0)
			_exit(look(closed));
		waitpid(child, &status, 0);
		tap_int(status, 0, names[closed]);
	}
	return tap_done();
}
