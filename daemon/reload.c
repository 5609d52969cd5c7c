#include "reload.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "log.h"
#include "policy.h"

enum { SETTLE_MS = 300 };

/* ---- Watching ------------------------------------------------------------ */

static void
on_settled(uv_timer_t *timer)
{
	(void)reload_ask(timer->data);
}

/* An editor writes, renames and removes in one go: only when it is quiet
 * again is there something to load. */
static void
on_change(uv_fs_event_t *handle, const char *name, int events, int status)
{
	struct reload_folder *folder = handle->data;

	(void)events;
	if (status != 0 ||
	    (folder->only != NULL && name != NULL &&
		strcmp(name, folder->only) != 0))
		return;
	(void)uv_timer_start(&folder->reload->settle, on_settled, SETTLE_MS, 0);
}

static void
watch(struct reload *reload, const char *path, const char *only)
{
	struct reload_folder *folder = &reload->folder[reload->folder_count];
	int rc = 0;

	if (reload->folder_count == RELOAD_FOLDERS) {
		log_line("%s: not watched: there are more than %d folders of "
			 "rules",
		    path, RELOAD_FOLDERS);
		return;
	}
	if (reload->folder_count == reload->folder_made) {
		rc = uv_fs_event_init(reload->loop, &folder->handle);
		reload->folder_made += rc == 0;
	}
	if (rc == 0) {
		folder->reload = reload;
		folder->only = only;
		folder->handle.data = folder;
		rc = uv_fs_event_start(&folder->handle, on_change, path, 0);
	}
	if (rc == 0)
		reload->folder_count++;
	else
		log_line("%s: not watched: %s; SIGHUP reloads", path,
		    uv_strerror(rc));
}

/* Lists lie in folders right below that of the rules. */
static void
watch_below(struct reload *reload, const char *folder)
{
	DIR *all = opendir(folder);
	char path[PATH_MAX];
	struct dirent *entry;
	struct stat status;

	while (all != NULL && (entry = readdir(all)) != NULL) {
		if (entry->d_name[0] == '.' ||
		    snprintf(path, sizeof(path), "%s/%s", folder,
			entry->d_name) >= PATH_MAX)
			continue;
		if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
			watch(reload, path, NULL);
	}
	if (all != NULL)
		closedir(all);
}

/* A file, or a folder that is replaced whole, shows in the folder above. */
static void
watch_path(struct reload *reload, const char *path)
{
	const char *slash = strrchr(path, '/');
	char parent[PATH_MAX];
	struct stat status;

	if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
		watch(reload, path, NULL);
		watch_below(reload, path);
	}
	snprintf(parent, sizeof(parent), "%.*s",
	    slash ? (int)(slash - path) : 1, slash ? path : ".");
	watch(reload, parent[0] ? parent : "/", slash ? slash + 1 : path);
}

/* What the names stand for today: a link may lead elsewhere, and folders
 * come and go. */
static void
watch_all(struct reload *reload)
{
	const struct config *config = reload->pipeline->config;
	size_t i;

	for (i = 0; i < reload->folder_count; i++)
		(void)uv_fs_event_stop(&reload->folder[i].handle);
	reload->folder_count = 0;
	for (i = 0; i < config->rule_count; i++)
		watch_path(reload, config->rules[i]);
}

/* ---- Loading ------------------------------------------------------------- */

/* Runs beside the loop: it touches what the loop leaves alone meanwhile. */
static void
load(uv_work_t *work)
{
	struct reload *reload = work->data;
	const struct config *config = reload->pipeline->config;

	reload->rules = NULL;
	memset(&reload->err, 0, sizeof(reload->err));
	reload->rc = fs_ruleset_load((const char *const *)config->rules,
	    config->rule_count, log_fault, NULL, &reload->err, &reload->rules);
	if (reload->rc == 0)
		reload->rc =
		    policy_check(config, reload->rules, log_fault, NULL);
	if (reload->rc == 0)
		fs_ruleset_hide(reload->rules, &reload->pipeline->privacy);
}

/* An empty folder is one that is just being replaced, or a mistake. */
static void
refuse_empty(struct reload *reload)
{
	if (reload->rc < 0 || fs_ruleset_count(reload->rules) > 0 ||
	    fs_ruleset_count(reload->pipeline->rules) == 0)
		return;
	reload->rc = FS_ECONFIG;
	snprintf(reload->err.text, sizeof(reload->err.text),
	    "there are no rules any more");
}

/* A feed that came broken off, or from a publisher's bad day. */
static void
refuse_shrunk(struct reload *reload)
{
	if (reload->rc == 0 &&
	    fs_ruleset_shrunk(reload->pipeline->rules, reload->rules,
		reload->err.text, sizeof(reload->err.text)))
		reload->rc = FS_ECONFIG;
}

static void
take(struct reload *reload)
{
	struct pipeline *pipeline = reload->pipeline;
	struct fs_ruleset *rules = reload->rules;
	int rc;

	reload->rules = NULL;
	if (strcmp(fs_ruleset_digest(rules),
		fs_ruleset_digest(pipeline->rules)) == 0) {
		log_line("rules: unchanged (%.12s)", fs_ruleset_digest(rules));
		fs_ruleset_free(rules);
		return;
	}
	if ((rc = pipeline_tick(pipeline, pipeline_live_us())) < 0)
		fs_ruleset_free(rules);
	else
		rc = pipeline_reload(pipeline, rules);
	if (rc < 0) {
		(void)snprintf(reload->err.text, sizeof(reload->err.text),
		    "the new set cannot be stored: %.400s",
		    pipeline->err.text[0] ? pipeline->err.text
					  : fs_strerror(rc));
		log_at(LOG_ERR, "rules: %s", reload->err.text);
	} else {
		reload->loads++;
		log_line("rules: %zu loaded (%.12s)",
		    fs_ruleset_count(pipeline->rules),
		    fs_ruleset_digest(pipeline->rules));
	}
}

/* The process is confined to the folders that it began with. What is without
 * can be known by the answer alone, which is that of a file's permissions. */
static void
tell_outside(struct reload *reload)
{
	struct fs_err *err = &reload->err;
	size_t size = strlen(err->text);

	if (reload->confined && strstr(err->text, strerror(EACCES)) != NULL)
		(void)snprintf(err->text + size, sizeof(err->text) - size,
		    ": restart needed if it lies outside of the folders that "
		    "the program began with");
}

static void
refuse(struct reload *reload)
{
	const struct fs_err *err = &reload->err;
	const char *slash = strrchr(err->file, '/');
	char text[FS_TEXT_SIZE];

	reload->refusals++;
	tell_outside(reload);
	if (err->text[0] == '\0')
		(void)snprintf(reload->err.text, sizeof(reload->err.text), "%s",
		    fs_strerror(reload->rc));
	log_at(LOG_ERR,
	    "rules: the new set is refused, the old one stays (%.12s)%s%s",
	    fs_ruleset_digest(reload->pipeline->rules),
	    err->text[0] ? ": " : "", err->text);
	if (err->line == 0)
		snprintf(text, sizeof(text), "%.200s", err->text);
	else
		snprintf(text, sizeof(text), "%.60s:%u:%u: %.140s",
		    slash ? slash + 1 : err->file, err->line, err->column,
		    err->text);
	/* What cannot be stored ends the run at its next commit. */
	if (pipeline_tick(reload->pipeline, pipeline_live_us()) == 0)
		(void)pipeline_event(reload->pipeline, FS_EVENT_REFUSED,
		    reload->pipeline->last_us, "rules", 0, text);
	fs_ruleset_free(reload->rules);
	reload->rules = NULL;
}

static void
on_loaded(uv_work_t *work, int status)
{
	struct reload *reload = work->data;

	reload->loading = false;
	if (status < 0 || reload->ended)
		return;
	refuse_empty(reload);
	refuse_shrunk(reload);
	if (reload->rc == 0)
		take(reload);
	else
		refuse(reload);
	if (reload->on_loaded != NULL)
		reload->on_loaded(reload->ctx, &reload->err);
	if (reload->again)
		(void)reload_ask(reload);
}

uint64_t
reload_ask(struct reload *reload)
{
	reload->again = reload->loading;
	if (reload->loading)
		return reload->begun + 1;
	/* First, so that what changes meanwhile is loaded again. */
	watch_all(reload);
	reload->work.data = reload;
	reload->loading =
	    uv_queue_work(reload->loop, &reload->work, load, on_loaded) == 0;
	reload->begun++;
	if (reload->on_begun != NULL)
		reload->on_begun(reload->ctx);
	return reload->begun;
}

void
reload_stop(struct reload *reload)
{
	reload->ended = true;
}

void
reload_end(struct reload *reload)
{
	fs_ruleset_free(reload->rules);
	reload->rules = NULL;
}

/* ---- Start ----------------------------------------------------------------
 */

int
reload_begin(struct reload *reload, uv_loop_t *loop, struct pipeline *pipeline)
{
	int rc;

	memset(reload, 0, sizeof(*reload));
	reload->pipeline = pipeline;
	reload->loop = loop;
	if ((rc = uv_timer_init(loop, &reload->settle)) < 0)
		return rc;
	reload->settle.data = reload;
	watch_all(reload);
	return 0;
}
