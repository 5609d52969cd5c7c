/* Messages: how often one kind is told, and where they go. */
#include "daemon/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../tap.h"
#include "daemon/log_limit.h"

static void
test_limit(void)
{
	static const char a[] = "a", b[] = "b";
	struct log_limit limit = { 0 };
	const struct log_kind *over;
	uint64_t held = 9;
	unsigned told = 0, i;

	for (i = 0; i < 100; i++)
		told += log_limit_take(&limit, a, "text", 5, &held);
	tap_int(told, LOG_LIMIT_BURST, "a burst is told");
	tap_ok(log_limit_take(&limit, b, "other", 5, &held) && held == 0,
	    "another kind is told");
	tap_ok(log_limit_over(&limit, 5 + LOG_LIMIT_SPAN_S - 1) == NULL,
	    "nothing within the span");
	over = log_limit_over(&limit, 5 + LOG_LIMIT_SPAN_S);
	tap_ok(over && over->held == 100 - LOG_LIMIT_BURST &&
		strcmp(over->sample, "text") == 0,
	    "what was held back is counted");
	tap_ok(log_limit_over(&limit, 5 + LOG_LIMIT_SPAN_S) == NULL,
	    "and told once");
	for (i = 0; i < LOG_LIMIT_BURST + 3; i++)
		(void)log_limit_take(&limit, a, "text", 100, &held);
	tap_ok(log_limit_take(&limit, a, "text", 200, &held) && held == 3,
	    "the next one says what was held back");
	tap_ok(log_limit_take(&limit, a, "text", 3, &held),
	    "a clock that goes back begins anew");
}

/* Standard error goes into a pipe meanwhile. */
static void
capture_stderr(void (*act)(void), char *text, size_t size)
{
	int ends[2], old = dup(STDERR_FILENO);
	ssize_t got;

	if (old < 0 || pipe(ends) < 0 || dup2(ends[1], STDERR_FILENO) < 0)
		abort();
	close(ends[1]);
	act();
	(void)dup2(old, STDERR_FILENO);
	close(old);
	got = read(ends[0], text, size - 1);
	text[got > 0 ? got : 0] = '\0';
	close(ends[0]);
}

static void
tell_plain(void)
{
	log_line("one\ntwo \x1b[31m%d", 3);
	log_at(LOG_DEBUG, "never");
}

static void
tell_journal(void)
{
	log_open(LOG_TO_JOURNAL, LOG_WARNING, "");
	log_at(LOG_ERR, "it %s", "broke");
	log_line("not so important");
	log_close();
}

static void
test_lines(void)
{
	char text[512], error[LOG_LINE_SIZE];

	capture_stderr(tell_plain, text, sizeof(text));
	tap_text(text, "flowscand: one?two ?[31m3\n", "a line stays one");
	capture_stderr(tell_journal, text, sizeof(text));
	tap_text(text, "<3>it broke\n", "the journal's priority, and a level");
	tap_ok(log_last_error(error) > 0 && strcmp(error, "it broke") == 0,
	    "the last error is known");
}

static void
test_syslog(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char folder[] = "/tmp/flowscan-log-XXXXXX", got[512] = "";
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	ssize_t size;

	if (mkdtemp(folder) == NULL)
		abort();
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/log",
	    folder);
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		abort();
	log_open(LOG_TO_SYSLOG, LOG_INFO, address.sun_path);
	log_at(LOG_WARNING, "hello");
	size = recv(fd, got, sizeof(got) - 1, 0);
	tap_ok(size > 0 && strncmp(got, "<28>", 4) == 0 &&
		strstr(got, " flowscand[") && strstr(got, "]: hello"),
	    "syslog: %s", got);
	log_close();
	close(fd);
	unlink(address.sun_path);
	rmdir(folder);
}

int
main(void)
{
	test_limit();
	test_lines();
	test_syslog();
	return tap_done();
}
