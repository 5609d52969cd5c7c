/* The control socket and the log in the configuration. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "daemon/config.h"
#include "daemon/log.h"

static const struct {
	const char *text;
	unsigned column;  /* 0: read. */
	const char *says; /* A part of the message. */
} cases[] = {
	{ "control: {path: s, mode: 0666, group: adm}\n", 0, NULL },
	{ "log: {to: syslog, level: debug}\n", 0, NULL },
	{ "control: {path: s, mode: 999}\n", 26, "such as 0660" },
	{ "control: {path: s, mode: 1777}\n", 26, "such as 0660" },
	{ "control: {path: s, mode: 0o660}\n", 26, "such as 0660" },
	{ "control: {group: 'a b'}\n", 18, "such as flowscan" },
	{ "control: {group: -x}\n", 18, "such as flowscan" },
	{ "control: {socket: s}\n", 11, "known are path, group, mode" },
	{ "log: {to: jurnal}\n", 11, "did you mean 'journal'?" },
	{ "log: {level: loud}\n", 14, "one of error, warning, notice" },
};

static void
hear(void *ctx, bool warning, const struct fs_err *err)
{
	struct fs_err *first = ctx;

	(void)warning;
	if (first->text[0] == '\0')
		*first = *err;
}

static int
parse(const char *text, struct fs_err *err, struct config *config)
{
	size_t size = strlen(text);
	char *exact = tap_exact(text, size);
	int rc;

	*err = (struct fs_err){ 0 };
	rc =
	    config_parse(exact, size, "conf/flowscand.yaml", hear, err, config);
	free(exact);
	return rc;
}

static void
test_values(void)
{
	struct config config;
	struct fs_err err;

	if (parse("", &err, &config) < 0)
		abort();
	tap_ok(config.control_path == NULL && config.control_mode == 0660 &&
		config.log_target == LOG_TO_AUTO &&
		config.log_level == LOG_INFO,
	    "the defaults");
	config_fini(&config);
	if (parse("control: {path: a/s, mode: 666, group: adm}\n"
		  "log: {to: syslog, level: error}\n",
		&err, &config) < 0)
		abort();
	tap_text(config.control_path, "conf/a/s", "below the file's folder");
	tap_text(config.control_group, "adm", "the group");
	tap_int(config.control_mode, 0666, "the mode");
	tap_ok(config.log_target == LOG_TO_SYSLOG &&
		config.log_level == LOG_ERR,
	    "the log");
	config_fini(&config);
}

int
main(void)
{
	struct config config;
	struct fs_err err;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		rc = parse(cases[i].text, &err, &config);
		if (cases[i].column == 0)
			tap_ok(rc == 0, "read: %.*s",
			    (int)strcspn(cases[i].text, "\n"), cases[i].text);
		else
			tap_ok(rc < 0 && err.line == 1 &&
				err.column == cases[i].column &&
				strstr(err.text, cases[i].says),
			    "%u: %s", err.column, err.text);
		if (rc == 0)
			config_fini(&config);
	}
	test_values();
	return tap_done();
}
