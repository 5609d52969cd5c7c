/* What a run over files tells while it goes and when it is over. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "pipeline.h"

struct progress {
	bool terminal;     /* A bar is drawn on standard error. */
	uint64_t begun_ns; /* Of uv_hrtime(). */
	uint64_t drawn_ns;
};

void progress_begin(struct progress *progress, uint64_t now_ns);
/* Draws the bar, ten times a second at most. */
void progress_draw(struct progress *progress, uint64_t now_ns, const char *file,
    const struct fs_capture_stats *stats);
/* Wipes the bar before another line. */
void progress_clear(const struct progress *progress);
/* The summary of a finished run. */
void progress_summary(const struct progress *progress, uint64_t now_ns,
    struct pipeline *pipeline, const char *db);
