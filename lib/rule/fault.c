#include "rule/fault.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/err.h"

bool
fault_enough(const struct faults *faults)
{
	return faults->fatal != 0 || faults->errors >= FAULTS_MAX;
}

bool
fault_warned(const struct faults *faults)
{
	return faults->warnings >= FAULTS_MAX;
}

static void
deliver(struct faults *faults, bool warning, const struct place *place,
    const char *text)
{
	struct fs_err err = { 0 };

	err_set_at(&err, FS_ECONFIG, place->file, place->line, place->column,
	    "%s", text);
	if (!warning && faults->errors == 1 && faults->first)
		*faults->first = err;
	if (faults->fn)
		faults->fn(faults->ctx, warning, &err);
}

static void FS_PRINTF(4, 0) tell(struct faults *faults, bool warning,
    const struct place *place, const char *format, va_list args)
{
	unsigned *count = warning ? &faults->warnings : &faults->errors;
	struct place nowhere = { place->file, 0, 0 };
	char text[sizeof(faults->first->text)];

	if (faults->errors >= FAULTS_MAX || *count >= FAULTS_MAX)
		return;
	(*count)++;
	vsnprintf(text, sizeof(text), format, args);
	deliver(faults, warning, place, text);
	if (*count == FAULTS_MAX)
		deliver(faults, true, &nowhere,
		    warning ? "so many warnings that the rest is not told"
			    : "so many faults that the rest is not read: mend "
			      "these first");
}

void
fault_error(struct faults *faults, const struct place *place,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tell(faults, false, place, format, args);
	va_end(args);
}

void
fault_warning(struct faults *faults, const struct place *place,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tell(faults, true, place, format, args);
	va_end(args);
}
