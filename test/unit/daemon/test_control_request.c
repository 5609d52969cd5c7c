#include "daemon/control_request.h"

#include <stdlib.h>
#include <string.h>

#include "../tap.h"

static const struct {
	const char *name, *text;
	int command;      /* -1: refused, */
	const char *says; /* with this in its text. */
} cases[] = {
	{ "status", "{\"command\": \"status\"}", CONTROL_STATUS, NULL },
	{ "stats", "{\"command\":\"stats\"}", CONTROL_STATS, NULL },
	{ "reload", " {\"command\":\"reload\"} ", CONTROL_RELOAD, NULL },
	{ "rotate", "{\"command\":\"rotate\"}", CONTROL_ROTATE, NULL },
	{ "stop", "{\"command\":\"stop\"}", CONTROL_STOP, NULL },
	{ "near", "{\"command\":\"relaod\"}", -1, "did you mean reload" },
	{ "far", "{\"command\":\"xyzzy\"}", -1, "known are status" },
	{ "number", "{\"command\":1}", -1, "no command" },
	{ "list", "[\"status\"]", -1, "no command" },
	{ "empty", "", -1, "not JSON" },
	{ "twice", "{\"command\":\"stop\",\"command\":\"stats\"}", -1,
	    "not JSON" },
	{ "behind", "{\"command\":\"stop\"}x", -1, "not JSON" },
	{ "NUL", "{\"command\":\"stop\\u0000\"}", -1, "not JSON" },
};

static void
try(const char *name, const char *text, size_t size, int command,
    const char *says)
{
	enum control_command got = CONTROL_COMMANDS;
	char *exact = tap_exact(text, size);
	struct fs_err err = { 0 };
	int rc = control_request_read(exact, size, &err, &got);

	free(exact);
	if (command >= 0)
		tap_ok(rc == 0 && got == (enum control_command)command, "%s",
		    name);
	else
		tap_ok(rc < 0 && strstr(err.text, says) != NULL, "%s: %s", name,
		    err.text);
}

/* Every cut is refused, and none reads beyond its end. */
static void
try_cuts(void)
{
	static const char text[] = "{\"command\": \"status\"}";
	enum control_command got;
	bool refused = true;
	size_t size;

	for (size = 0; size < sizeof(text) - 1; size++) {
		char *exact = tap_exact(text, size);

		refused &= control_request_read(exact, size, NULL, &got) < 0;
		free(exact);
	}
	tap_ok(refused, "cut anywhere");
}

int
main(void)
{
	char deep[CONTROL_REQUEST_MAX + 1];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		try(cases[i].name, cases[i].text, strlen(cases[i].text),
		    cases[i].command, cases[i].says);
	try_cuts();
	memset(deep, '[', sizeof(deep));
	try("deep", deep, CONTROL_REQUEST_MAX, -1, "not JSON");
	try("long", deep, sizeof(deep), -1, "at most");
	return tap_done();
}
