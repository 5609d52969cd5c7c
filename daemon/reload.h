/* Rules changed while the capture goes on. A whole new set is loaded beside
 * the packets, then takes the old one's place between two of them; whatever
 * is wrong with it, the old one stays. */
#pragma once

#include <uv.h>

#include "pipeline.h"

enum { RELOAD_FOLDERS = 64 };

/* A folder in which a change asks for a reload. */
struct reload_folder {
	uv_fs_event_t handle;
	struct reload *reload;
	const char *only; /* The one name that matters there; null: all. */
};

struct reload {
	struct pipeline *pipeline; /* Borrowed. */
	uv_loop_t *loop;           /* Borrowed. */
	/* Those of the rules, those right below them, and, for the rules' own
	 * names, those above. */
	struct reload_folder folder[RELOAD_FOLDERS];
	size_t folder_count, folder_made; /* Watched; with a handle. */
	uv_timer_t settle; /* Runs until the last of several changes. */
	uv_work_t work;
	bool loading, again;
	bool confined; /* To the folders that the run began with. */
	bool ended;    /* What is loaded still is of no use. */
	/* What the work leaves. */
	struct fs_ruleset *rules;
	struct fs_err err;
	int rc;
	/* Loads that were begun, taken over and refused. */
	uint64_t begun, loads, refusals;
	/* Who wants to know; may be null. An error without text is none. */
	void (*on_begun)(void *ctx);
	void (*on_loaded)(void *ctx, const struct fs_err *err);
	void *ctx;
};

/* Watches the rules' folders. Returns 0 or a code of libuv. */
int reload_begin(struct reload *reload, uv_loop_t *loop,
    struct pipeline *pipeline);

/* Loads the rules anew, now or when the load that is under way has ended.
 * Returns the number of that load, as 'begun' then counts it. */
uint64_t reload_ask(struct reload *reload);

/* Keeps a load that is under way from changing anything: the pipeline has
 * finished, and only the loop has not. */
void reload_stop(struct reload *reload);

/* Frees what a load has left, once the loop has ended. */
void reload_end(struct reload *reload);
