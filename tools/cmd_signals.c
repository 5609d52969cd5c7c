#include <string.h>

#include "command.h"
#include "session.h"

static const struct options_kind kind = {
	.usage = "flowscan signals [OPTION]...",
	.about = "What rules may ask and rows may hold: name, type, unit, "
		 "whose it is, where it\nis seen, and what it means.",
};

int
cmd_signals(int argc, char **argv)
{
	struct options options;
	struct output output;
	struct fs_err err = { 0 };
	int code = options_read(argc, argv, &kind, &options);
	int rc, closed;

	if (code >= 0)
		return code;
	if ((rc = output_open(&options, "flowscan signals", &output)) < 0)
		return complain(options.command, CODE_USAGE, "%s: %s",
		    output.name, strerror(-rc));
	rc = fs_report_signals(&output.out, &err, NULL);
	closed = output_close(&output);
	if (rc < 0 && err.text[0] != '\0')
		return complain(options.command, CODE_USAGE, "%s", err.text);
	if (rc < 0 || closed < 0)
		return session_write_fault(&options, &output,
		    rc < 0 ? rc : closed);
	return CODE_DONE;
}
