#include "log.h"

#include <stdarg.h>
#include <stdio.h>

void
log_line(const char *format, ...)
{
	va_list args;

	/* Rules are read beside the loop, and tell their faults from there. */
	flockfile(stderr);
	fputs("flowscand: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	funlockfile(stderr);
}

void
log_fault(void *ctx, bool warning, const struct fs_err *err)
{
	const char *kind = warning ? "warning" : "error";

	(void)ctx;
	if (err->file[0] == '\0')
		log_line("%s: %s", kind, err->text);
	else if (err->line == 0)
		log_line("%s: %s: %s", err->file, kind, err->text);
	else
		log_line("%s:%u:%u: %s: %s", err->file, err->line, err->column,
		    kind, err->text);
}
