/* Messages to people: on standard error, in the journal or to syslog.
 *
 * The process has one log, which any of its threads may write to. */
#pragma once

#include <syslog.h>

#include "flowscan.h"

enum log_target {
	LOG_TO_AUTO, /* The journal if it reads standard error. */
	LOG_TO_STDERR,
	LOG_TO_JOURNAL, /* Standard error, each line with its priority. */
	LOG_TO_SYSLOG,
};

/* Until this is called, and when syslog cannot be reached, messages of all
 * priorities up to LOG_INFO go to standard error. 'syslog_path' is where
 * syslog listens. Opens what it needs, so it is called while that is still
 * allowed. */
void log_open(enum log_target target, int level, const char *syslog_path);
void log_close(void);

/* From now on messages of a kind (those with the same format) are told
 * LOG_LIMIT_BURST times in LOG_LIMIT_SPAN_S; what is held back is counted. */
void log_guard(void);
/* Tells what was held back; once a second. */
void log_tick(void);

/* One line of a priority of syslog(3). */
void log_at(int level, const char *format, ...) FS_PRINTF(2, 3);
/* The same with LOG_NOTICE. */
void log_line(const char *format, ...) FS_PRINTF(1, 2);

/* "flowscand: FILE:LINE:COLUMN: error: text", as compilers have it; the parts
 * that are not known are left out. Fits fs_fault_fn, 'ctx' is not used. */
void log_fault(void *ctx, bool warning, const struct fs_err *err);

/* The newest message of priority LOG_ERR, or "", and when it was. */
enum { LOG_LINE_SIZE = 1024 };
uint64_t log_last_error(char text[LOG_LINE_SIZE]);
