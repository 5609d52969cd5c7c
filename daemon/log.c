#include "log.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "log_limit.h"

/* The one state of the program that is not handed around: whatever fails
 * wants to say so. */
static struct {
	pthread_mutex_t lock;
	enum log_target target;
	int level;
	bool guarded;
	int fd; /* To syslog. */
	struct sockaddr_un syslog;
	struct log_limit limit;
	uint64_t error_us;
	char error[LOG_LINE_SIZE];
} the_log = { .lock = PTHREAD_MUTEX_INITIALIZER,
	.target = LOG_TO_STDERR,
	.level = LOG_INFO,
	.fd = -1 };

/* ---- Where to ----------------------------------------------------------- */

/* Whether standard error is the journal's: it names the file in the
 * environment. */
static bool
is_journal(void)
{
	const char *name = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat status;
	char *end;

	if (name == NULL || fstat(STDERR_FILENO, &status) < 0)
		return false;
	device = strtoull(name, &end, 10);
	if (*end != ':')
		return false;
	inode = strtoull(end + 1, &end, 10);
	return *end == '\0' && device == status.st_dev &&
	    inode == status.st_ino;
}

void
log_open(enum log_target target, int level, const char *syslog_path)
{
	if (target == LOG_TO_AUTO)
		target = is_journal() ? LOG_TO_JOURNAL : LOG_TO_STDERR;
	the_log.level = level;
	if (target == LOG_TO_SYSLOG) {
		/* Not connected: each message finds a syslog that was
		 * started anew by its name, which needs no new socket. */
		tzset();
		the_log.syslog.sun_family = AF_UNIX;
		(void)snprintf(the_log.syslog.sun_path,
		    sizeof(the_log.syslog.sun_path), "%s", syslog_path);
		the_log.fd = socket(AF_UNIX,
		    SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	}
	the_log.target = target;
}

void
log_close(void)
{
	if (the_log.fd >= 0)
		close(the_log.fd);
	the_log.fd = -1;
	the_log.target = LOG_TO_STDERR;
	the_log.guarded = false;
}

static void
write_stderr(const char *prefix, const char *text)
{
	char line[LOG_LINE_SIZE + 32];
	size_t size, done = 0;
	ssize_t wrote;

	(void)snprintf(line, sizeof(line), "%s%s\n", prefix, text);
	size = strlen(line);
	/* In one go, so that lines of several processes do not mix. */
	while (done < size) {
		wrote = write(STDERR_FILENO, line + done, size - done);
		if (wrote < 0 && errno != EINTR)
			return;
		done += wrote > 0 ? (size_t)wrote : 0;
	}
}

/* RFC 3164, as syslog(3) has it. */
static bool
write_syslog(int level, const char *text)
{
	char line[LOG_LINE_SIZE + 64], stamp[32];
	time_t now = time(NULL);
	struct tm local;

	if (localtime_r(&now, &local) == NULL ||
	    strftime(stamp, sizeof(stamp), "%h %e %T", &local) == 0)
		stamp[0] = '\0';
	(void)snprintf(line, sizeof(line), "<%d>%s flowscand[%d]: %s",
	    LOG_DAEMON | level, stamp, (int)getpid(), text);
	return sendto(the_log.fd, line, strlen(line), MSG_NOSIGNAL,
		   (const struct sockaddr *)&the_log.syslog,
		   sizeof(the_log.syslog)) >= 0;
}

static void
put(int level, const char *text)
{
	char prefix[8];

	if (the_log.target == LOG_TO_SYSLOG && write_syslog(level, text))
		return;
	if (the_log.target == LOG_TO_JOURNAL) {
		(void)snprintf(prefix, sizeof(prefix), "<%d>", level);
		write_stderr(prefix, text);
	} else {
		write_stderr("flowscand: ", text);
	}
}

/* ---- What ---------------------------------------------------------------- */

static uint64_t
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec;
}

static void
remember(int level, const char *text)
{
	struct timespec now;

	if (level > LOG_ERR)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	the_log.error_us =
	    (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	(void)snprintf(the_log.error, sizeof(the_log.error), "%s", text);
}

/* A line stays one, whatever a name in it holds. */
static void
make_plain(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == '\x7f')
			*text = '?';
}

static void
tell(int level, const void *kind, char *text)
{
	char more[LOG_LINE_SIZE];
	uint64_t held = 0;

	make_plain(text);
	pthread_mutex_lock(&the_log.lock);
	remember(level, text);
	if (level <= the_log.level &&
	    (!the_log.guarded ||
		log_limit_take(&the_log.limit, kind, text, seconds(), &held))) {
		put(level, text);
		if (held > 0) {
			(void)snprintf(more, sizeof(more),
			    "%llu more like it were held back before",
			    (unsigned long long)held);
			put(level, more);
		}
	}
	pthread_mutex_unlock(&the_log.lock);
}

void
log_guard(void)
{
	pthread_mutex_lock(&the_log.lock);
	the_log.guarded = true;
	pthread_mutex_unlock(&the_log.lock);
}

void
log_tick(void)
{
	const struct log_kind *kind;
	char text[LOG_LINE_SIZE];

	pthread_mutex_lock(&the_log.lock);
	while ((kind = log_limit_over(&the_log.limit, seconds())) != NULL) {
		(void)snprintf(text, sizeof(text),
		    "%llu messages were held back, the last was: %s",
		    (unsigned long long)kind->held, kind->sample);
		put(LOG_NOTICE, text);
	}
	pthread_mutex_unlock(&the_log.lock);
}

void
log_at(int level, const char *format, ...)
{
	char text[LOG_LINE_SIZE];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	tell(level, format, text);
}

void
log_line(const char *format, ...)
{
	char text[LOG_LINE_SIZE];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	tell(LOG_NOTICE, format, text);
}

void
log_fault(void *ctx, bool warning, const struct fs_err *err)
{
	const char *kind = warning ? "warning" : "error";
	int level = warning ? LOG_WARNING : LOG_ERR;

	(void)ctx;
	if (err->file[0] == '\0')
		log_at(level, "%s: %s", kind, err->text);
	else if (err->line == 0)
		log_at(level, "%s: %s: %s", err->file, kind, err->text);
	else
		log_at(level, "%s:%u:%u: %s: %s", err->file, err->line,
		    err->column, kind, err->text);
}

uint64_t
log_last_error(char text[LOG_LINE_SIZE])
{
	uint64_t at;

	pthread_mutex_lock(&the_log.lock);
	memcpy(text, the_log.error, LOG_LINE_SIZE);
	at = the_log.error_us;
	pthread_mutex_unlock(&the_log.lock);
	return at;
}
