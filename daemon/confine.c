#include "confine.h"

#include <stdio.h>

#include "landlock.h"
#include "log.h"
#include "reach.h"
#include "syscalls.h"

/* The sanitizers look at the process from outside, which is forbidden. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WATCHED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define WATCHED 1
#endif
#endif
#ifndef WATCHED
#define WATCHED 0
#endif

int
confine_begin(struct confine *confine, const struct config *config,
    const struct options *options, struct fs_err *err)
{
	*confine = (struct confine){ .on = options->confine };
	return privileges_find(config->user, options->capture_count == 0, err,
	    &confine->privileges);
}

int
confine_drop(struct confine *confine, struct fs_err *err)
{
	if (!confine->on)
		return 0;
	if (confine->privileges.missing)
		log_at(LOG_WARNING,
		    "there is no user 'flowscan': stays root, without "
		    "capabilities; make it with useradd --system flowscan");
	return privileges_drop(&confine->privileges, err);
}

int
confine_enter(struct confine *confine, const struct pipeline *pipeline,
    const struct options *options, struct fs_err *err)
{
	struct reach reach;
	int version = 0, rc;

	if (!confine->on)
		return 0;
	rc = reach_gather(pipeline->config, options, pipeline->rules, &reach);
	if (rc == 0 && !WATCHED)
		rc = version = landlock_enter(&reach, err);
	reach_fini(&reach);
	if (rc >= 0 && !WATCHED)
		rc = syscalls_enter(err);
	if (rc < 0)
		return rc;
	if (version == 0 && !WATCHED)
		log_at(LOG_WARNING,
		    "the kernel has no Landlock: files are guarded by their "
		    "permissions only");
	(void)snprintf(confine->text, sizeof(confine->text),
	    "user %s, %s, %s, %s", confine->privileges.user,
	    confine->privileges.overrides ? "only cap_dac_override"
					  : "no capability",
	    version > 0 ? "landlock" : "no landlock",
	    WATCHED ? "no seccomp" : "seccomp");
	/* flowscan ctl status tells it, too. */
	log_at(LOG_DEBUG, "confined: %s", confine->text);
	return 0;
}

static void
print_places(const struct reach *reach)
{
	static const char *const kinds[] = {
		[REACH_READ] = "reads",
		[REACH_WRITE] = "writes",
		[REACH_REMOVE] = "removes",
	};
	size_t i;

	for (i = 0; i < reach->count; i++)
		printf("  %-8s%s (%s)\n", kinds[reach->places[i].kind],
		    reach->places[i].path, reach->places[i].why);
}

int
confine_explain(const struct config *config, const struct options *options,
    const struct fs_ruleset *rules)
{
	int version = landlock_version();
	struct confine confine;
	struct fs_err err = { 0 };
	struct reach reach;

	if (confine_begin(&confine, config, options, &err) < 0) {
		log_fault(NULL, false, &err);
		return 2;
	}
	(void)reach_gather(config, options, rules, &reach);
	printf("once everything is open, flowscand keeps:\n"
	       "user: %s%s\n"
	       "capabilities: %s; no new privileges\n",
	    confine.privileges.user,
	    confine.privileges.missing ? " (there is no user 'flowscan')" : "",
	    confine.privileges.overrides
		? "cap_dac_override, as root reads files"
		: "none");
	if (version > 0)
		printf("files, by Landlock %d:\n", version);
	else
		printf("files: as permissions allow (the kernel has no "
		       "Landlock), though it needs only:\n");
	print_places(&reach);
	printf("network: the open captures; no new socket%s\n"
	       "system calls: %zu allowed, %zu end the process, all others "
	       "fail\n",
	    version >= 4 ? ", no TCP" : "", syscalls_allowed(),
	    syscalls_deadly());
	reach_fini(&reach);
	return 0;
}
