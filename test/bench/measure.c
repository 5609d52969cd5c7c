/* Runs a command, its output thrown away, and adds a line to a file: user and
 * system CPU time in ms, wall time in ms, peak memory in KB, exit code.
 *
 * usage: measure OUT COMMAND [ARGUMENT]... */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static long
ms_of(const struct timeval *time)
{
	return time->tv_sec * 1000 + time->tv_usec / 1000;
}

static void
run(char **command)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
		_exit(126);
	(void)execvp(command[0], command);
	(void)fprintf(stderr, "measure: %s: %s\n", command[0], strerror(errno));
	_exit(127);
}

int
main(int argc, char **argv)
{
	long begin_ms = now_ms();
	struct rusage usage;
	int status, code;
	FILE *out;
	pid_t child;

	if (argc < 3) {
		(void)fprintf(stderr, "usage: measure OUT COMMAND...\n");
		return 2;
	}
	child = fork();
	if (child == 0)
		run(argv + 2);
	if (child < 0 || wait4(child, &status, 0, &usage) < 0) {
		(void)fprintf(stderr, "measure: %s\n", strerror(errno));
		return 1;
	}
	code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	out = fopen(argv[1], "a");
	if (out == NULL ||
	    fprintf(out, "%ld %ld %ld %ld %d\n", ms_of(&usage.ru_utime),
		ms_of(&usage.ru_stime), now_ms() - begin_ms, usage.ru_maxrss,
		code) < 0 ||
	    fclose(out) != 0) {
		(void)fprintf(stderr, "measure: %s: %s\n", argv[1],
		    strerror(errno));
		return 1;
	}
	return code == 0 ? 0 : 1;
}
