#include "base/fds.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int
fds_hold_standard(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_WRONLY);
		/* Writing to it must fail as it would to a closed one. */
		if (fd > STDIN_FILENO && fd <= STDERR_FILENO) {
			close(fd);
			fd = open("/dev/null", O_RDONLY);
		}
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}
