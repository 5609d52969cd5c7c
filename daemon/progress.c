#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/num.h"
#include "log.h"

enum { BAR = 30, DRAW_NS = 100 * 1000 * 1000 };

void
progress_begin(struct progress *progress, uint64_t now_ns)
{
	progress->terminal = isatty(STDERR_FILENO);
	progress->begun_ns = now_ns;
	progress->drawn_ns = 0;
}

void
progress_draw(struct progress *progress, uint64_t now_ns, const char *file,
    const struct fs_capture_stats *stats)
{
	char bar[BAR + 1];
	unsigned filled, percent;

	if (!progress->terminal ||
	    time_since_us(now_ns, progress->drawn_ns) < DRAW_NS)
		return;
	progress->drawn_ns = now_ns;
	if (stats->file_size == 0) {
		fprintf(stderr, "\r\033[K%" PRIu64 " packets  %s",
		    stats->frames, file);
		return;
	}
	percent = (unsigned)(100.0 * (double)stats->file_at /
	    (double)stats->file_size);
	filled = percent >= 100 ? BAR : percent * BAR / 100;
	memset(bar, ' ', BAR);
	memset(bar, '#', filled);
	bar[BAR] = '\0';
	fprintf(stderr, "\r\033[K[%s] %3u %%  %" PRIu64 " packets  %s", bar,
	    percent > 100 ? 100 : percent, stats->frames, file);
}

void
progress_clear(const struct progress *progress)
{
	if (progress->terminal && progress->drawn_ns)
		fputs("\r\033[K", stderr);
}

/* What was dropped, by reason. */
static void
add_drops(struct buf *line, const struct fs_engine_stats *stats)
{
	const char *separator = "; not read: ";
	size_t i;

	for (i = 0; i < stats->drop_count; i++) {
		if (stats->drops[i].value == 0)
			continue;
		buf_printf(line, "%s%" PRIu64 " %s", separator,
		    stats->drops[i].value, stats->drops[i].name);
		separator = ", ";
	}
}

static const char *
plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static uint64_t
decided(const struct pipeline *pipeline, int decision)
{
	return fs_judge_decisions(pipeline->judge, decision);
}

static void
print_counts(struct pipeline *pipeline, double seconds)
{
	uint64_t clients = decided(pipeline, FS_ANOMALOUS) +
	    decided(pipeline, FS_REVIEW) + decided(pipeline, FS_CLEAN);
	struct fs_engine_stats stats;
	struct buf line;

	pipeline_stats(pipeline, &stats);
	buf_init(&line);
	buf_printf(&line,
	    "%" PRIu64 " frame%s, %" PRIu64 " flow%s, %" PRIu64
	    " client%s in %.2f s",
	    stats.frames, plural(stats.frames), stats.flows,
	    plural(stats.flows), clients, plural(clients), seconds);
	add_drops(&line, &stats);
	log_line("%s", buf_text(&line));
	buf_fini(&line);
	if (stats.evicted || stats.gave_up || fs_judge_evicted(pipeline->judge))
		log_line("a table was full (%" PRIu64 " flows, %" PRIu64
			 " inspections, %" PRIu64
			 " clients given up): this run is not reproducible; "
			 "raise limits in the config",
		    stats.evicted, stats.gave_up,
		    fs_judge_evicted(pipeline->judge));
}

void
progress_summary(const struct progress *progress, uint64_t now_ns,
    struct pipeline *pipeline, const char *db)
{
	double seconds = (double)(now_ns - progress->begun_ns) / 1e9;

	progress_clear(progress);
	print_counts(pipeline, seconds);
	log_line("clients: %" PRIu64 " anomalous, %" PRIu64
		 " to review, %" PRIu64 " clean",
	    decided(pipeline, FS_ANOMALOUS), decided(pipeline, FS_REVIEW),
	    decided(pipeline, FS_CLEAN));
	log_line("next: flowscan report --db %s", db);
}
