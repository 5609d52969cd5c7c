#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "access.h"
#include "command.h"
#include "desk.h"
#include "session.h"

static const struct options_kind add_kind = {
	.usage = "flowscan suppress add [--client NETWORK] [--asn NUMBER] "
		 "[--rule NAME] [--ja4 TEXT]\n"
		 "           --reason TEXT --expires SPAN|TIME|never\n"
		 "       flowscan suppress list [OPTION]...\n"
		 "       flowscan suppress remove ID",
	.about =
	    "Whom reports need not bring up, and why. What is given must all "
	    "hold. A client is\nhidden by a rule when nothing else speaks "
	    "against it, and by a JA4 when its flows\nhave no other. Reports "
	    "count what is hidden; lists mark it.",
	.has_desk = true,
	.has_suppress = true,
};

static const struct options_kind list_kind = {
	.usage = "flowscan suppress list [OPTION]...",
	.about = "A line for each suppression: how many of the clients that "
		 "stand out in the newest 24 h\nit hides, by itself.",
	.has_desk = true,
};

static const struct options_kind remove_kind = {
	.usage = "flowscan suppress remove ID",
	.about = "Ends a suppression. Who ended it, and when, is kept.",
	.has_desk = true,
	.operands = 1,
};

static int
fail(const struct options *options, const struct fs_err *err)
{
	return complain(options->command,
	    err->code == FS_ECONFIG || err->code == FS_EEND ? CODE_USAGE
							    : CODE_DATABASE,
	    "%s", err->text);
}

/* ---- Adding ------------------------------------------------------------- */

/* "never", a time, or a span from now. */
static int
read_expires(const struct options *options, struct fs_suppression *suppression)
{
	const struct fs_clock clock = { .now_us = suppression->time_us };
	struct fs_filter when;
	struct fs_err err;

	if (options->expires == NULL)
		return complain(options->command, CODE_USAGE,
		    "--expires is missing: expected a span (90d), a time, or "
		    "'never'");
	if (strcmp(options->expires, "never") == 0)
		return -1;
	fs_filter_init(&when);
	if (fs_filter_set(&when, &clock, "since", options->expires, &err) < 0)
		return complain(options->command, CODE_USAGE,
		    "--expires %s, "
		    "or 'never'",
		    err.text);
	suppression->expires_us = when.last_us > 0
	    ? suppression->time_us + when.last_us
	    : when.since_us;
	if (suppression->expires_us > suppression->time_us)
		return -1;
	return complain(options->command, CODE_USAGE, "--expires '%s' is past",
	    options->expires);
}

static int
read_suppression(const struct options *options,
    struct fs_suppression *suppression)
{
	int code;

	suppression->time_us = desk_now_us();
	suppression->client = options->filter.client;
	suppression->asn = options->filter.asn;
	snprintf(suppression->rule, FS_NAME_SIZE, "%s", options->filter.rule);
	if (options->ja4 != NULL && strlen(options->ja4) >= FS_NAME_SIZE)
		return complain(options->command, CODE_USAGE,
		    "--ja4 '%s': is too long", options->ja4);
	snprintf(suppression->ja4, FS_NAME_SIZE, "%s",
	    options->ja4 != NULL ? options->ja4 : "");
	if (suppression->client.addr.family == 0 && suppression->asn == 0 &&
	    suppression->rule[0] == '\0' && suppression->ja4[0] == '\0')
		return complain(options->command, CODE_USAGE,
		    "whom? expected --client, --asn, --rule or --ja4");
	code =
	    desk_text(options, "reason", options->reason, suppression->reason);
	if (code < 0)
		code = read_expires(options, suppression);
	desk_who(suppression->who);
	return code;
}

/* Says what it does now, and warns when that can hardly be meant. */
static void
say_effect(const struct options *options, uint64_t id, uint64_t hidden,
    uint64_t of)
{
	printf("suppression %llu hides %llu of the %llu clients that stand out "
	       "in the newest 24 h\n",
	    (unsigned long long)id, (unsigned long long)hidden,
	    (unsigned long long)of);
	if (hidden == 0)
		complain(options->command, 0,
		    "warning: it matches nothing now: 'flowscan suppress "
		    "remove %llu' takes it back",
		    (unsigned long long)id);
	else if (hidden == of && of > 1)
		complain(options->command, 0,
		    "warning: it matches everything that stands out now: "
		    "'flowscan suppress remove %llu' takes it back",
		    (unsigned long long)id);
}

static int
add(const struct options *options, const struct fs_suppression *suppression)
{
	uint64_t id = 0, hidden = 0, of = 0;
	struct fs_store *store;
	struct fs_desk *desk;
	struct fs_err err = { 0 };
	int rc;

	if ((rc = access_ask(options)) != CODE_DONE)
		return rc;
	if (fs_store_open_read(options->db, &err, &store) < 0)
		return fail(options, &err);
	rc = fs_suppression_try(store, suppression, &err, &hidden, &of);
	fs_store_close(store);
	if (rc < 0 || fs_desk_open(options->db, true, &err, &desk) < 0)
		return fail(options, &err);
	rc = fs_desk_put_suppression(desk, suppression, &err, &id);
	fs_desk_close(desk);
	if (rc < 0)
		return fail(options, &err);
	say_effect(options, id, hidden, of);
	return CODE_DONE;
}

static int
run_add(int argc, char **argv)
{
	struct fs_suppression suppression = { 0 };
	struct options options;
	int code = options_read(argc, argv, &add_kind, &options);

	if (code < 0)
		code = read_suppression(&options, &suppression);
	return code < 0 ? add(&options, &suppression) : code;
}

/* ---- The others --------------------------------------------------------- */

static int
ask_list(struct fs_store *store, const struct options *options,
    const struct fs_out *out, struct fs_err *err, uint64_t *matched)
{
	(void)options;
	return fs_report_suppressions(store, out, err, matched);
}

static int
run_list(int argc, char **argv)
{
	struct options options;
	int code = options_read(argc, argv, &list_kind, &options);

	return code < 0 ? session_run(&options, ask_list) : code;
}

static int
run_remove(int argc, char **argv)
{
	struct fs_suppression removed = { .time_us = desk_now_us() };
	struct options options;
	struct fs_desk *desk;
	struct fs_err err = { 0 };
	int rc, code = options_read(argc, argv, &remove_kind, &options);

	if (code >= 0)
		return code;
	if (!num_parse_u64(options.operands[0], 1, INT64_MAX, &removed.id))
		return complain(options.command, CODE_USAGE,
		    "'%s': expected the number of a suppression",
		    options.operands[0]);
	desk_who(removed.who);
	if (fs_desk_open(options.db, true, &err, &desk) < 0)
		return fail(&options, &err);
	rc = fs_desk_remove(desk, &removed, &err);
	fs_desk_close(desk);
	if (rc < 0)
		return fail(&options, &err);
	printf("suppression %llu is removed\n", (unsigned long long)removed.id);
	return CODE_DONE;
}

int
cmd_suppress(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} verbs[] = { { "add", run_add }, { "list", run_list },
		{ "remove", run_remove }, { "--help", run_add },
		{ "-h", run_add } };
	const char *name = argc > 1 ? argv[1] : "";
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(verbs[i].name, name) != 0)
			continue;
		if (name[0] == '-')
			return verbs[i].run(argc, argv);
		argv[1] = argv[0];
		return verbs[i].run(argc - 1, argv + 1);
	}
	return complain("suppress", CODE_USAGE,
	    "'%s': expected add, list or remove", name);
}
